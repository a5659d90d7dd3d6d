# ruff: noqa: RUF001 - these characters are what it is about
"""Scripts that went through a word processor are read as PowerShell reads them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from huntline.cmdlets.parsing import parse
from huntline.cmdlets.syntax import ScriptRefused
from huntline.cmdlets.typography import plain
from tests.cmdlets.rig import Shell, shell_on


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with shell_on(tmp_path_factory.mktemp("typography") / "data") as running:
        yield running


UNDERSTOOD = [
    ("echo “a b”; echo ‘it’; echo „c”; echo ‚d‛", ["a b", "it", "c", "d"]),
    ("echo 'say “hi” – now'; echo \"it’s — so\"", ["say “hi” – now", "it’s — so"]),
    ("echo “say ““hi”””; echo ‘it’’s’", ['say "hi"', "it's"]),
    ("Write–Output –InputObject 'a'; Write—Output ―InputObject 'b'", ["a", "b"]),
    ("echo Help–Desk; 5 –gt 3; –5; 1, 2 | ? { $_ –ge 2 }", ["Help–Desk", "True", "-5", "2"]),
    ("echo “$(echo ‘a’)–$(echo “b”)”", ["a–b"]),
    ("@“\nsay “$(1)”\n”@\n@‘\nas “it” – is\n’@", ["say “1”", "as “it” – is"]),
    ("# “a comment\necho a # ‘\n<# “ #>echo b", ["a", "b"]),
]


@pytest.mark.parametrize(("script", "printed"), UNDERSTOOD)
def test_typographic_quotes_and_dashes_mean_what_they_mean_in_powershell(
    shell: Shell, script: str, printed: list[str]
) -> None:
    assert shell.run(script).out.splitlines() == printed


def test_an_example_of_2018_that_was_pasted_from_a_web_page_makes_a_queue(shell: Shell) -> None:
    shell.lines("New–CsHuntGroup –Name “Help Desk” –Domain ‘contoso.com’ –UseDefaultMusicOnHold $true")
    assert shell.lines("(Get–CsHuntGroup).Name") == ["Help Desk"]


def test_a_refusal_names_the_place_in_the_script_as_it_was_typed() -> None:
    with pytest.raises(ScriptRefused, match="line 2, column 12"):
        parse("echo “é”\necho “–é” (1 + 2)")


PIECES = [*"“”„‘’–—\"'`@()#\n a", "$(", "<#", "#>"]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@example("@“\n”@")
@example("@‘ \r\n")
@example("“$(”")
def test_any_text_keeps_its_length_and_is_read_or_refused(text: str) -> None:
    assert len(plain(text)) == len(text)
    with suppress(ScriptRefused):
        parse(text)


@given(st.text("\"'`@$(){}#<> \na-é"))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert plain(text) == text
