"""The language of scripts: what is understood, and what is refused by name and position."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from huntline.cmdlets.parsing import is_unfinished, parse
from huntline.cmdlets.syntax import ScriptRefused
from tests.cmdlets.rig import Shell, shell_on


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with shell_on(tmp_path_factory.mktemp("language") / "data") as running:
        yield running


UNDERSTOOD = [
    ('"text"', ["text"]),
    ("'text'", ["text"]),
    ("'it''s'", ["it's"]),
    ('"say ""hi"""', ['say "hi"']),
    ("'no $x here'", ["no $x here"]),
    ('$x = "a"; "[$x]"', ["[a]"]),
    ('$x = "a"; "`$x is $x`tand"', ["$x is a\tand"]),
    ('$long_name = 3; "${long_name}s"', ["3s"]),
    ('$x = "a", "b"; "$($x.Count) of $x"', ["2 of a b"]),
    ('"a`nb"', ["a", "b"]),
    ('"`u{e9}"', ["é"]),
    ('$x = "q"\n@"\nsay "$x"\n  `$y\n"@', ['say "q"', "  $y"]),
    ("@'\nas $it is\n'@", ["as $it is"]),
    ("42; -5; 1.5; 0x1F", ["42", "-5", "1.5", "31"]),
    ("$true; $false; $null", ["True", "False"]),
    ("@(1, 2).Count; @().Count; @(7).Count", ["2", "0", "1"]),
    ("$a = 1, 2, 3; $a[0]; $a[-1]; $a[9]; $a[0, 2]", ["1", "3", "1", "3"]),
    ("$a = @('x'); $a[0]; $a.Count", ["x", "1"]),
    ("'abc'.Length; 'abc'[1]", ["3", "b"]),
    ("# a comment\n'a' # another\n<# and\na block #>'b'", ["a", "b"]),
    ("", []),
    ("  \r\n# nothing\r\n", []),
    ("Write-Output `\r\n  'a' |\r\n  Out-Null\r\n'b'\r\n", ["b"]),
    ("Write-Output\t'a'", ["a"]),
    ("write-OUTPUT 'a'", ["a"]),
    ("Write-Output -InputObject 'a'", ["a"]),
    ("Write-Output -Input 'a'", ["a"]),
    ("Write-Output -InputObject:'a'", ["a"]),
    ("echo a, b", ["a", "b"]),
    ("echo a,b ,c", ["a", "b", "c"]),
    ("echo 007", ["7"]),
    ("echo sip:amal@contoso.com", ["sip:amal@contoso.com"]),
    ("-not $true; !$false", ["False", "True"]),
    ("'a' -eq 'A'; 'a' -ne 'b'; 5 -gt 3; 5 -le 3", ["True", "True", "True", "False"]),
    ("5 -eq '5'; '10' -lt 9; 10 -lt '9'", ["True", "True", "False"]),
    ("'Help Desk' -like 'help*'; 'x' -notlike 'y?'", ["True", "True"]),
    ("'abc' -match 'B.'; 'abc' -notmatch '^b'", ["True", "True"]),
    ("1, 2 -contains 2; 2 -in 1, 2; 3 -notin 1, 2; 1, 2 -notcontains 3", ["True"] * 4),
    ("1, 2, 3 -gt 1", ["2", "3"]),
    ("$true -and $false; $true -or $false", ["False", "True"]),
    ("$null -eq $null; $null -eq ''", ["True", "False"]),
    ("1, 2, 3 | Where-Object { $_ -ge 2 -and -not ($_ -eq 3) }", ["2"]),
    ("1, 2 | ForEach-Object { $_; echo again }", ["1", "again", "2", "again"]),
    ('1, 2 | % { $x = $_; 3, 4 | % { "$x$_" }; $_ }', ["13", "14", "1", "23", "24", "2"]),
    ("3, 1, 2 | Sort-Object; 3, 1 | sort -Descending", ["1", "2", "3", "3", "1"]),
    ("1, 2, 3, 4 | Select-Object -First 2 -Skip 1", ["2", "3"]),
    ("1, 2, 3, 4 | Select-Object -Last 1; 1, 1 | select -Unique", ["4", "1"]),
    ("'b', 'a', 'B' | Sort-Object -Unique | ConvertTo-Json -Compress", ['["a","b","B"]']),
    ("$x = 5; $x | ConvertTo-Json; 5 | ConvertTo-Json -AsArray -Compress", ["5", "[5]"]),
    ("Write-Host 'seen'; $x = Write-Host 'too'; 'a' | Write-Host", ["seen", "too", "a"]),
]


@pytest.mark.parametrize(("script", "printed"), UNDERSTOOD)
def test_a_script_prints_what_its_pipelines_return(shell: Shell, script: str, printed: list[str]) -> None:
    assert shell.run(script).out.splitlines() == printed


REFUSED = [
    ("'a'\n\n    while ($x) { $x }", "line 3, column 5: while loops are not supported here"),
    ("for (;;) { }", "for loops"),
    ("while ($true) { }", "while loops"),
    ("do { } until ($true)", "do loops"),
    ("switch (1) { 1 { 2 } }", "switch statements"),
    ("function f { 1 }", "functions"),
    ("filter f { 1 }", "functions"),
    ("class C { }", "classes"),
    ("try { 1 } catch { 2 }", "try statements"),
    ("throw 'x'", "return, exit, throw"),
    ("exit 1", "return, exit, throw"),
    ("param($x)\n1", "param blocks"),
    ("[string]$x = 1", "type casts"),
    ("[int]'5'", "type casts"),
    ("[System.IO.File]::WriteAllText('x')", "line 1, column 1: method calls"),
    ("[System.IO.File]::ReadAllText('x', 'y')", "line 1, column 1: method calls"),
    ("[Math]::Max(1, 2)", "line 1, column 1: method calls"),
    ("'abc'.ToUpper()", "method calls"),
    ("$x::Y", ":: is not supported"),
    ("'a' -f 1", "the -f operator"),
    ("1 + 2", "arithmetic"),
    ("2 * 3", "arithmetic"),
    ("(1)..(3)", "ranges"),
    ("1 -band 2", "bitwise operators"),
    ("'a' -split 'b'", "the operator -split is not supported here; use one of -contains"),
    ("1 -xor 2", "the operator -xor"),
    ("echo a > file", "line 1, column 8: redirections"),
    ("echo a 2>&1", "redirections"),
    ("echo a && echo b", "&& and ||"),
    ("& echo a", "the call operators"),
    ("echo --% a", "--% is"),
    ("(@splat)", "line 1, column 2: @splat within a value is not supported here; say $splat"),
    ("echo -InputObject @splat", "line 1, column 6: -InputObject: needs a value"),
    ("foreach -parallel ($x in 1) { 1 }", "-parallel with foreach is"),
    ("foreach ($env:x in 1) { 1 }", "the variable $env:x"),
    ("foreach ($x in 1) { continue }", "return, exit, throw, break and continue"),
    ("foreach ($x in 1) { Get-Mailbox }", "there is no cmdlet Get-Mailbox"),
    ("foreach ($x in Get-Mailbox) { 1 }", "there is no cmdlet Get-Mailbox"),
    ("if (Get-Mailbox) { 1 }", "there is no cmdlet Get-Mailbox"),
    ("if ($true) { 1 } elseif (Get-Mailbox) { 1 }", "there is no cmdlet Get-Mailbox"),
    ("if ($true) { 1 }\nelse { Get-Mailbox }", "line 2, column 8: there is no cmdlet Get-Mailbox"),
    ("@{ a = Get-Mailbox }", "line 1, column 8: there is no cmdlet Get-Mailbox"),
    ("$x = @{}; $x.(Get-Mailbox)", "there is no cmdlet Get-Mailbox"),
    ("if (1) { " * 150 + "}" * 150, "nesting deeper than 100 is"),
    ("$env:HOME", "the variable $env:HOME"),
    ("$global:x = 1", "the variable $global:x"),
    ("$a, $b = 1, 2", "setting this"),
    ("$a = $b = 1", "setting several variables"),
    ("$x += 1", "+= is not supported here"),
    ("$x++", "++ is not supported here"),
    (", 1", ", before a value"),
    ("echo a$x", "line 1, column 6: $ within a word is not supported here; put it in plain quotes"),
    ("echo \u201copen", "line 1, column 6: cannot be read from here on"),
    ("echo a\u201csmart\u201d", "line 1, column 6"),
    ("echo 99999999999999999999", "a number this long"),
    ("echo 'a", "line 1, column 6: cannot be read from here on: 'a"),
    ("echo (1", "line 1, column 6: cannot be read from here on: (1"),
    ("echo )", "line 1, column 6: cannot be read from here on"),
    ("echo a |", "the script ends too early"),
    ("echo a |\n  % { echo 'b", "line 2, column"),
    ("1 | Where-Object { $_ -eq", "line 1, column"),
    ("echo \x00", "line 1, column 6: NUL"),
    ("Get-Mailbox", "line 1, column 1: there is no cmdlet Get-Mailbox here"),
    ("'a' |\n  Get-CsHuntGruop", "line 2, column 3: there is no cmdlet Get-CsHuntGruop here; did you mean"),
    ("1 | % { Get-Mailbox }", "there is no cmdlet Get-Mailbox"),
    ("$x = (Get-Mailbox)[0].Name", "there is no cmdlet Get-Mailbox"),
    ('"$(Get-Mailbox)"', "there is no cmdlet Get-Mailbox"),
    (
        "Get-CsHuntGroup -Colour red",
        "line 1, column 17: Get-CsHuntGroup: -Colour: there is no such parameter",
    ),
    ("Set-CsHuntGroup -Time 3", "-Time: is the beginning of several parameters: -TimeoutThreshold"),
    ("Set-CsHuntGroup -Overflow 3", "-Overflow: is the beginning of several parameters: -OverflowThreshold"),
    ("Get-CsHuntGroup -PrimaryUri", "line 1, column 17: -PrimaryUri: needs a value"),
    ("Set-CsHuntGroup -Name -LineUri x", "line 1, column 17: -Name: needs a value"),
    ("echo -InputObject a -InputObject b", "line 1, column 21: -InputObject: is there twice"),
]


@pytest.mark.parametrize(("script", "said"), REFUSED)
def test_what_lies_outside_the_subset_is_refused_by_name_and_position_before_anything_runs(
    shell: Shell, script: str, said: str
) -> None:
    # Most cannot follow another statement on a line; a parameter block must be the first.
    before = "" if script.startswith("param") else "Write-Host 'ran'\n"
    with pytest.raises(ScriptRefused) as refusal:
        shell.run(script)
    assert said in str(refusal.value)
    assert str(refusal.value).startswith("line ")
    with pytest.raises(ScriptRefused) as later:
        shell.run(before + script)
    assert later.value.place.line == refusal.value.place.line + len(before.splitlines())


WRONG = [
    ("$nothing", "the variable $nothing has no value yet"),
    ("$true = 1", "the variable $true cannot be set"),
    ("$ConfirmPreference = 'None'", "the variable $confirmpreference cannot be set"),
    ("$ErrorActionPreference = 'Explode'", "must be one of 'Stop', 'Continue'"),
    ("(1, 2)['a']", "an index must be a whole number"),
    ("'a' -match '('", "is no regular expression"),
    ("5 -gt 'a'", "must be a number"),
    ("echo a b", "value 'b': belongs to no parameter"),
    ("1 | Select-Object -First x", "-First: value 'x': must be 0 to"),
    ("1 | Select-Object -First -1", "-First: value -1: must be 0 to"),
    ("1 | Where-Object", "say a condition"),
    ("1 | Where-Object a -eq -ne 2", "say one comparison, not -EQ and -NE"),
    ("1 | ForEach-Object", "-Process: is needed"),
    ("Write-Output", "say what to write"),
    ("1 | Select-Object -Property a -ExpandProperty b", "goes without -Property"),
]


@pytest.mark.parametrize(("script", "said"), WRONG)
def test_what_goes_wrong_is_said_and_the_script_goes_on(shell: Shell, script: str, said: str) -> None:
    printed = shell.run(f"{script}\n'and on'")
    assert printed.has_failed
    assert said in printed.err
    assert printed.lines == ["and on"]


PIECES = [
    *("Get-CsHuntGroup", "echo", "-Name", "-InputObject:", "-eq", "-and", "-not", "foreach", "if", "[int]"),
    *("foreach ($x in 1, 2) {", "else", "elseif (", "in", "@x", "$x.a = ", "@{ a = 1 }", "Import-Csv"),
    *(
        "$x",
        "$_",
        "$true",
        "$(",
        "@(",
        "@{",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        "=",
        "|",
        ";",
        ",",
        "&",
        ">",
        "&&",
    ),
    *('"', "'", "`", "#", "<#", "#>", '@"', '"@', "@'", "\n", "\t", " ", "::", ".Name", "."),
    *("1", "-5", "0x", "1.5", "1e999", "a", "b,c"),
]
TEXTS = st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)


@given(TEXTS)
@example("(" * 400)
@example("$(" * 100 + ")" * 100)
@example("{" * 100 + "}" * 100)
@example("-not " * 300 + "1")
@example("a," * 200)
@example("\ud800")
@example("echo 1e999 0x" + "f" * 30)
@example('"`u{ffffffff}`u{d800}"')
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    with suppress(ScriptRefused):
        parse(text)
    is_unfinished(text)


@given(TEXTS)
def test_any_text_runs_or_is_refused_and_nothing_else(shell: Shell, text: str) -> None:
    with suppress(ScriptRefused):
        shell.run(text)


@pytest.mark.parametrize(
    ("script", "goes_on"),
    [
        ("Get-CsHuntGroup", False),
        ("Get-CsHuntGroup |", True),
        ("New-CsHuntGroup `", True),
        ("$x = @(", True),
        ("$x = (Get-CsHuntGroup", True),
        ('"a', True),
        ("'a", True),
        ("1 | % {", True),
        ('@"\nhello', True),
        ("<# a", True),
        ("echo )", False),
        ("foreach ($x in 1) { }", False),
        ("foreach ($x in 1) {", True),
        ("foreach ($x in 1)", True),
        ("if ($true) {", True),
        ("if ($true) { 1 } else", True),
        ("$x = @{", True),
        ("$x = @{ a = 1", True),
        ("", False),
    ],
)
def test_the_prompt_knows_what_goes_on_on_the_next_line(script: str, goes_on: bool) -> None:
    assert is_unfinished(script) is goes_on


def test_a_file_is_read_as_lines_as_one_text_or_as_bytes(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "names.txt").write_bytes("é\r\nb\r\n".encode("utf-8-sig"))
    (tmp_path / "latin.txt").write_bytes(b"\xe9")
    assert shell.lines("Get-Content names.txt") == ["é", "b"]
    assert shell.lines("(Get-Content .\\names.txt -Raw).Length") == ["6"]
    assert shell.lines("$x = Get-Content names.txt -ReadCount 0 -Encoding Byte; $x.Count; $x[0]") == [
        "10",
        "239",
    ]
    by_type = "[System.IO.File]::ReadAllBytes('names.txt')"
    assert shell.lines(f"$x = {by_type}; $x.Count; ({by_type})[0]") == ["10", "239"]
    assert shell.lines("([io.file]::ReadAllText('names.txt')).Length") == ["6"]
    assert shell.lines("$f = 'names.txt'; [System.IO.File]::ReadAllLines($f)") == ["é", "b"]
    assert "cannot be read: No such file" in shell.refused("[System.IO.File]::ReadAllBytes('gone.wav')")
    assert "must be one of Byte" in shell.refused("Get-Content names.txt -Encoding Bite")
    assert "-Path: value 'gone.txt': cannot be read: No such file" in shell.refused("Get-Content gone.txt")
    assert "no text in this encoding" in shell.refused("Get-Content latin.txt")
