"""What a refusal of the language advises works: each is followed here."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from huntline.cmdlets import expressions, parsing
from huntline.cmdlets.outside import OUTSIDE
from huntline.cmdlets.syntax import ScriptRefused
from tests.cmdlets.rig import Shell, shell_on


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with shell_on(tmp_path_factory.mktemp("advice") / "data") as running:
        yield running


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "names.txt").write_text("ab")


LOOP = ("foreach ($x in 1, 2) { $x }", ["1", "2"])
CHOICE = ("$x = 2; if ($x -eq 1) { 1 } elseif ($x -eq 2) { 2 } else { 3 }", ["2"])
ERROR_ACTION = ("Get-CsHuntGroup -ErrorAction SilentlyContinue; 'on'", ["on"])
IN_ORDER = ("echo a\necho b", ["a", "b"])
VARIABLE = ("$x = 1\n$x = 2\n$x", ["2"])

FOLLOWED = {
    "for_statement": ("for (;;) { 1 }", *LOOP),
    "while_statement": ("while ($true) { 1 }", *LOOP),
    "do_statement": ("do { 1 } until ($true)", *LOOP),
    "switch_statement": ("switch (2) { 2 { 2 } }", *CHOICE),
    "function_statement": ("function f { echo a }\nf", *IN_ORDER),
    "class_statement": ("class C { }", "(Get-Command Write-Output).Name", ["Write-Output"]),
    "enum_statement": ("enum E { Serial }", "echo Serial", ["Serial"]),
    "try_statement": ("try { 1 } catch { 2 }", *ERROR_ACTION),
    "trap_statement": ("trap { 1 }", *ERROR_ACTION),
    "data_statement": ("data { 2 }", *VARIABLE),
    "inlinescript_statement": ("inlinescript { echo a }", *IN_ORDER),
    "parallel_statement": ("parallel { echo a }", *IN_ORDER),
    "sequence_statement": ("sequence { echo a }", *IN_ORDER),
    "flow_control_statement": ("exit 0", "if ($false) { 'no' } else { 'to the end' }", ["to the end"]),
    "param_block": ("param($x)\n$x", *VARIABLE),
    "named_block_list": ("1 | % { process { $_ } }", *IN_ORDER),
    "cast_expression": ("[int]'5'", "5 -eq '5'", ["True"]),
    "type_literal": ("[string]", "(Get-Content names.txt -Raw).Length", ["2"]),
    "invokation_expression": ("'abc'.Contains('b')", "'abc' | Where-Object { $_ -like '*b*' }", ["abc"]),
    "format_expression": ("'{0}' -f 1", '$x = 1; $y = "ab"; "$x and $($y.Length)"', ["1 and 2"]),
    "range_expression": ("(1)..(3)", "1, 2, 3", ["1", "2", "3"]),
    "additive_expression": ("'a' + 'b'", '$a = "a"; $b = "b"; "$a$b"', ["ab"]),
    "multiplicative_expression": ("2 * 3", "6", ["6"]),
    "bitwise_expression": ("1 -band 1", "$true -and -not $false -or $false", ["True"]),
    "redirection": ("echo a > file", "echo a | Out-Null", []),
    "stop_parsing": ("echo --% a", "echo '--%'", ["--%"]),
    "pipeline_chain_tail": ("echo a && echo b", "echo a -ErrorAction Stop\necho b", ["a", "b"]),
    "command_invokation_operator": ("& echo a", "echo a", ["a"]),
    "post_increment_expression": ("$x++", *VARIABLE),
    "post_decrement_expression": ("$x--", *VARIABLE),
    "pre_increment_expression": ("++$x", *VARIABLE),
    "pre_decrement_expression": ("--$x", *VARIABLE),
}
"""By what is refused: a script that has it, one that does as is advised, and what that prints."""

ELSEWHERE = [
    ("use variables in between", "(" * 70 + "1" + ")" * 70, "$x = ((1)); (($x))", ["1"]),
    ("set the variable with = as a whole", "$x += 1", "$x = 2; $x", ["2"]),
    (
        "only $name = ..., $table.Name = ... and $table['Name'] = ... set something",
        "$a, $b = 1, 2",
        "$table = @{}; $table.Name = 1; $table['Name']",
        ["1"],
    ),
    ("write foreach ($x in $things) { ... }", "foreach -parallel ($x in 1) { $x }", *LOOP),
    ("say $x", "(@x)", "$x = 1; ($x)", ["1"]),
    ("set one after the other", "$a = $b = 1", "$a = 1; $b = 1; $a, $b", ["1", "1"]),
    ("use one of -contains", "'a b' -split ' '", "'a', 'b' -contains 'b'", ["True"]),
    ("write the value out", ", 1", "@(1).Count", ["1"]),
    ("read properties with a dot: $x.Name", "$x::Length", "$x = 'ab'; $x.Length", ["2"]),
    ("write up to 18 plain digits, or quote it", "echo 1kb", "echo 1024; echo '1kb'", ["1024", "1kb"]),
    ("write plain digits, or quote it", "echo 1.5mb", "echo 1.5; echo '1.5mb'", ["1.5", "1.5mb"]),
    ("quote it", "echo 99999999999999999999", "echo '99999999999999999999'", ["99999999999999999999"]),
    ("use plain names such as $x", "$env:HOME", "$x = 1; $x", ["1"]),
    ('put it in plain quotes: "a$x"', "echo a$x", '$x = 1; echo "a$x"', ["a1"]),
]
"""The advice of the other refusals, with the same three."""


def check(shell: Shell, said: str, refused: str, followed: str, printed: list[str]) -> None:
    with pytest.raises(ScriptRefused, match=re.escape(said)):
        shell.run(refused)
    assert shell.lines(followed) == printed


@pytest.mark.parametrize("kind", OUTSIDE)
def test_the_advice_about_what_lies_outside_the_subset_works(shell: Shell, kind: str) -> None:
    what, advice = OUTSIDE[kind]
    check(shell, f"{what} not supported here; {advice}", *FOLLOWED[kind])


@pytest.mark.parametrize(("advice", "refused", "followed", "printed"), ELSEWHERE)
def test_the_advice_of_every_other_refusal_works(
    shell: Shell, advice: str, refused: str, followed: str, printed: list[str]
) -> None:
    check(shell, advice, refused, followed, printed)


def test_no_refusal_is_left_out() -> None:
    """Whoever makes a new one brings a line above, that its advice may be followed."""
    assert set(FOLLOWED) == set(OUTSIDE)
    made = sum(
        len(re.findall(r"\.refusal\(", inspect.getsource(module))) for module in (parsing, expressions)
    )
    assert made == len(ELSEWHERE)
