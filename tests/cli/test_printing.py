"""Tables for people: they fit the terminal."""

from __future__ import annotations

import json

import pytest
from rich.console import Console

from huntline.cli import printing
from huntline.cli.printing import in_words, print_json, rows, say, sheet


def printed(width: int, columns: tuple[str, ...], *values: tuple[object, ...]) -> list[str]:
    """The lines of a table on a terminal of a width."""
    console = Console(width=width, force_terminal=False)
    with console.capture() as capture:
        console.print(rows(columns, values, width))
    return [line.strip() for line in capture.get().splitlines() if line.strip()]


def test_a_column_with_nothing_in_it_is_left_out() -> None:
    assert printed(200, ("user", "name", "voice"), ("amal", None, True), ("bao", "", False))[0].split() == [
        "user",
        "voice",
    ]


def test_what_has_no_place_is_left_out_from_the_right() -> None:
    row = ("a" * 15, "b" * 15, "c" * 15)
    lines = printed(40, ("first", "second", "third"), row)
    assert lines[0].split() == ["first", "second"]
    assert lines[-1].split() == [row[0], row[1]]


def test_long_text_is_broken_into_lines_and_nothing_of_it_is_lost() -> None:
    text = "one two three four five six seven eight nine ten"
    lines = printed(40, ("user", "reason"), ("amal", text))
    assert " ".join(" ".join(lines[2:]).removeprefix("amal").split()) == text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "-"),
        ([], "-"),
        ({}, "-"),
        (False, "no"),
        (0, "0"),
        ({"action": "forward", "target": "Sales"}, "forward:Sales"),
        ({"action": "disconnect", "target": None}, "disconnect"),
        ({"say": "Bonjour", "language": "fr"}, "say:Bonjour (fr)"),
        ({"file": "welcome.wav"}, "welcome.wav"),
        ({"max_waiting": 5}, "max_waiting 5"),
        (["a", "b"], "a, b"),
    ],
)
def test_values_are_shown_as_people_type_them(value: object, words: str) -> None:
    assert in_words(value) == words


HOSTILE = "a\x1b]0;pwn\x07b\u202ec\x9bd\x00"


def test_nothing_that_is_printed_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    printing.console().print(rows(("caller",), [(HOSTILE,)]), sheet({"reason": HOSTILE}), HOSTILE)
    say(HOSTILE)
    out = capsys.readouterr().out
    assert out.count("a\ufffd]0;pwn") == 4
    assert out.endswith("a\ufffd]0;pwn\ufffdb\ufffdc\ufffdd\ufffd\n")
    assert all(each.isprintable() or each == "\n" for each in out)


def test_json_is_the_value_and_steers_no_terminal_either(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"caller": HOSTILE, "name": "Zoë"})
    out = capsys.readouterr().out
    assert json.loads(out) == {"caller": HOSTILE, "name": "Zoë"}
    assert all(each.isprintable() or each == "\n" for each in out)
    assert "Zoë" in out
