"""Bulk work: tables of a spreadsheet program, loops, choices, hashtables and splatting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cmdlets.rig import MUSIC, Shell, shell_on

PAGE = Path(__file__).parents[2] / "docs" / "cmdlets.md"


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with shell_on(tmp_path_factory.mktemp("bulk") / "data") as running:
        yield running


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


UNDERSTOOD = [
    ("foreach ($x in 1, 2) { $x; 'again' }", ["1", "again", "2", "again"]),
    ("foreach ($x in $null) { 'never' }; foreach ($x in @()) { 'never' }; foreach ($x in 7) { $x }", ["7"]),
    ("foreach ($x in 1, 2 | Where-Object { $_ -gt 1 }) { $x }\n$x", ["2", "2"]),
    ("$all = foreach ($x in 'a', 'b') { foreach ($y in 1, 2) { \"$x$y\" } }; $all.Count", ["4"]),
    ("FOREACH ($X IN 1) { IF ($x -EQ 1) { 'one' } }", ["one"]),
    ("if ($false) { 1 } elseif (0) { 2 } elseif ('a') { 3 } else { 4 }", ["3"]),
    ("if ('') { 1 }\nelse\n{\n  2\n}", ["2"]),
    ("if (@()) { 1 } else { 'empty' }; if (@{}) { 'a hashtable' }", ["empty", "a hashtable"]),
    ("$x = if (2 -gt 1) { 'more' } else { 'less' }; $x", ["more"]),
    ("1, 2, 3 | ForEach-Object { if ($_ -eq 2) { 'two' } }", ["two"]),
    ("$t = @{ Name = 'a'; 'long name' = 1, 2\n Third = (3) }; $t.name; $t['LONG NAME'][1]", ["a", "2"]),
    ("$t = @{}; $t.A = 1; $t['b'] = 2; $t.a = 3; $t.Count; $t.Keys; $t.Values", ["2", "A", "b", "3", "2"]),
    ("$t = @{ 1 = 'one'; '1' = 'text' }; $t[1]; $t['1']; $t['none'] -eq $null", ["one", "text", "True"]),
    ("$t = @{ Count = 9; Keys = 'own' }; $t.Count; $t.Keys", ["9", "own"]),
    ("$k = 'x'; $t = @{ $k = 1; \"${k}y\" = 2 }; $t.$k; $t.'xy'; $t.\"$($k)y\"", ["1", "2", "2"]),
    ("$a = @{ n = 1 }; $b = $a; $b.n = 2; $a.n; $a -eq $b; $a -eq @{ n = 2 }", ["2", "True", "False"]),
    ("$t = @{ outer = @{ inner = 5 } }; $t.outer.inner; $t.outer.inner = 6; $t.outer.inner", ["5", "6"]),
    ("$t = @{ a = if ($true) { 'yes' } }; $t.a; \"$($t.a) $t\"", ["yes", "yes System.Collections.Hashtable"]),
    ("@{ B = 2; A = @{ C = 3 } } | ConvertTo-Json -Compress", ['{"B":2,"A":{"C":3}}']),
    ("@{ A = 'x' }", ["", "Name Value", "---- -----", "A    x", ""]),
    ("$t = @{ InputObject = 'a', 'b' }; Write-Output @t", ["a", "b"]),
    ("$t = @{ InputObject = 'a' }; Write-Output @t -InputObject b", ["b"]),
    ("$t = @{ First = 1 }; $u = @{ Skip = 1 }; 1, 2, 3 | Select-Object @t @u", ["2"]),
    ("$t = @{ Descending = $true; Unique = $false }; 1, 2 | Sort-Object @t", ["2", "1"]),
    ("$l = @('abc'); Write-Output @l; $l[0]; $t = @{ l = @('abc') }; $t.l[0]", ["abc", "abc", "abc"]),
]


@pytest.mark.parametrize(("script", "printed"), UNDERSTOOD)
def test_loops_choices_and_hashtables_do_what_they_do_in_powershell(
    shell: Shell, script: str, printed: list[str]
) -> None:
    done = shell.run(script)
    assert done.out.splitlines() == printed
    assert done.err == ""


WRONG = [
    ("'on'\n$x = 5\n$x.Name = 1", "value 5: only entries of a hashtable @{ ... } can be set"),
    ("'on'\n$a = 1, 2\n$a[0] = 1", "value '1 2': only entries of a hashtable @{ ... } can be set"),
    ("'on'\n\n$t = @{ a = 1; A = 2 }", "line 3, column 6: the key 'A' is there twice; say it once"),
    ("'on'\n\n$t = @{ $null = 2 }", "the key of a hashtable must be a text or a number"),
    ("'on'\n$x = 'a'\nWrite-Output @x", "@x: value 'a': must be a hashtable @{ Name = value } or a list"),
    ("'on'\n$t = @{ Colour = 1 }\nWrite-Output @t", "@t: -Colour: there is no such parameter"),
    ("'on'\n$t = @{ First = 1 }\n1 | Select-Object @t @t", "@t: -First: is there twice; say it once"),
    ("'on'\n$t = @{ First = 'x' }\n1 | Select-Object @t", "-First: value 'x': must be 0 to"),
    ("'on'\n\nWrite-Output @nothing", "the variable $nothing has no value yet"),
    ("'on'\n\nforeach ($true in 1) { 2 }", "the variable $true cannot be set"),
    ("'on'\n$t = @{}; $t.t = $t\n$t | ConvertTo-Json | Out-Null", "too deep, or in itself"),
]


@pytest.mark.parametrize(("script", "said"), WRONG)
def test_what_goes_wrong_is_said_with_its_line_and_the_script_goes_on(
    shell: Shell, script: str, said: str
) -> None:
    printed = shell.run(f"{script}\n'and on'")
    assert printed.has_failed
    assert said in printed.err
    assert printed.err.rstrip().endswith("(line 3)")
    assert printed.lines == ["on", "and on"]


def test_one_row_that_goes_wrong_does_not_end_the_loop(shell: Shell) -> None:
    printed = shell.run("foreach ($x in 1, 2) {\n  $nothing\n  $x\n}\n1, 2 | % { $nothing; $_ }")
    assert printed.lines == ["1", "2", "1", "2"]
    assert printed.err.count("(line 2)") == printed.err.count("(line 5)") == 2


def test_stop_ends_a_loop_and_what_came_before_is_printed(shell: Shell) -> None:
    loop = "foreach ($x in 1, 2) { $x; Get-CsHuntGroup -PrimaryUri sip:gone@contoso.com -ErrorAction Stop }"
    printed = shell.run(f"{loop}\n'not reached'")
    assert printed.has_failed
    assert printed.lines == ["1"]
    assert shell.run("$ErrorActionPreference = 'Stop'\n$nothing\n'not reached'").lines == []
    shell.run("$ErrorActionPreference = 'Continue'")


def test_a_table_becomes_an_object_for_each_row(shell: Shell, folder: Path) -> None:
    (folder / "t.csv").write_bytes(
        'Name,"Display Name", Note\r\nAmal,"Haddad, ""Amal""","two\nlines"\r\n\r\nBao\r\nC,b,c,d\r\n'.encode(
            "utf-8-sig"
        )
    )
    shown = "Import-Csv t.csv | ForEach-Object { \"$($_.name)|$($_.'Display Name')|$($_.Note)|\" }"
    assert shell.lines(shown) == ['Amal|Haddad, "Amal"|two', "lines|", "Bao|||", "C|b|c|"]
    assert shell.lines("$r = Import-Csv .\\t.csv; $r.Count; $r[1].Note -eq $null") == ["3", "True"]
    assert shell.lines("(Import-Csv t.csv -Header a, b)[0].b") == ["Display Name"]


def test_tables_are_read_as_spreadsheets_write_them(shell: Shell, folder: Path) -> None:
    (folder / "semicolons.csv").write_bytes("Name;City\r\nZoé;Orléans\r\n".encode("cp1252"))
    (folder / "tabs.csv").write_bytes("Name\tCity\nZoé\tOrléans\n".encode("utf-16"))
    (folder / "exported.csv").write_text('#TYPE Selected.Something\n"Name",""\n"Zoé","x"\n')
    wanted = ["Zoé Orléans"]
    ansi = "-Delimiter ';' -Encoding ANSI"
    assert shell.lines(f'Import-Csv semicolons.csv {ansi} | % {{ "$($_.Name) $($_.City)" }}') == wanted
    assert shell.lines('Import-Csv tabs.csv "`t" | % { "$($_.Name) $($_.City)" }') == wanted
    printed = shell.run('Import-Csv exported.csv | % { "$($_.Name) $($_.H2)" }')
    assert printed.lines == ["Zoé x"]
    assert "WARNING: exported.csv: columns without a name are called H and their place: 2" in printed.err


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ('a,b\n1,2\n"open,3\n4,5\n', "", "'t.csv': line 3: "),
        ('a,b\n"x"y,2\n', "", "'t.csv': line 2: "),
        ("a,A\n1,2\n", "", "there are two columns 'A'; rename one of them"),
        ("a\n1\n", "-Delimiter ';;'", "-Delimiter: value ';;': must be one character"),
        ("a\n\udce9\n", "", "is no text in this encoding; say another with -Encoding"),
        (None, "", "'t.csv': cannot be read: No such file"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_its_line(
    shell: Shell, folder: Path, content: str | None, options: str, said: str
) -> None:
    if content is not None:
        (folder / "t.csv").write_bytes(content.encode(errors="surrogateescape"))
    assert said in shell.refused(f"Import-Csv t.csv {options}")


def test_only_files_are_read_and_nothing_that_never_ends(shell: Shell, folder: Path) -> None:
    for command in ("Get-Content", "Import-Csv"):
        assert "is no file" in shell.refused(f"{command} /dev/zero")
        assert "is no file" in shell.refused(f"{command} .")
        assert "cannot be read: No such file" in shell.refused(f"{command} *.csv")


def test_bytes_are_read_as_powershell_7_wants_it_said(shell: Shell, folder: Path) -> None:
    (folder / "music.wav").write_bytes(MUSIC)
    made = shell.queue("Bytes")
    for options in ("-AsByteStream -Raw", "-AsByteStream", "-Encoding Byte -ReadCount 0"):
        shell.lines(
            f"$music = Get-Content music.wav {options}\n$music.Count -eq {len(MUSIC)}\n"
            f"Set-CsHuntGroup -PrimaryUri {made['primary_uri']} -MusicOnHoldFileName music.wav"
            " -MusicOnHoldFileContent $music"
        )
        assert shell.stored("Bytes")["music"]["file"] == "music.wav"


def test_the_example_of_the_page_makes_the_queues_of_its_table(tmp_path: Path) -> None:
    table, script = re.findall(
        r"```(?:text|powershell)\n(.*?)```", PAGE.read_text().split("### Bulk work")[1], re.DOTALL
    )[:2]
    (tmp_path / "queues.csv").write_text(table)
    (tmp_path / "welcome.wav").write_bytes(MUSIC)
    with shell_on(tmp_path / "data") as shell:
        for number in ("+14255550101", "+14255550102"):
            shell.number(number)
        shell.group("First line", shell.user("amal"))
        assert shell.lines(script) == ["Help Desk is there already", "2 call queues"]
        sales, desk = shell.stored("Sales"), shell.stored("Help Desk")
        assert (sales["line_uri"], sales["greeting"]["file"]) == ("tel:+14255550101", "welcome.wav")
        assert (sales["distribution"], sales["max_wait"]) == ("serial", 300)
        assert (desk["line_uri"], desk["greeting"], desk["max_wait"]) == ("tel:+14255550102", None, 600)
        assert desk["groups"] == ["First line"]
