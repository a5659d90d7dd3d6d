"""Text of strangers is one line that does nothing but be read."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from huntline.clean_text import cleaned, hidden_in, normalized, printed


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Amal Haddad", "Amal Haddad"),
        ("  amal ", "amal"),
        ("Zoë Müller", "Zoë Müller"),
        ("Zoe\u0308", "Zoë"),
        ("\x1b]0;pwn\x07", "\ufffd]0;pwn\ufffd"),
        ("a\x00b\x9bc", "a\ufffdb\ufffdc"),
        ("lunch\r\nINFO all is well\tnow", "lunch  INFO all is well now"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("\u202egpj.exe", "\ufffdgpj.exe"),
        ("\u2066amal\u2069", "\ufffdamal\ufffd"),
        ("ad\u200bmin\ufeff\u00ad", "admin"),
        ("ad\u200dmin", "admin"),
        ("می\u200cشود", "می\u200cشود"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("half \ud800 one", "half \ufffd one"),
        ("\ue000\uffff", "\ufffd\ufffd"),
        ("", ""),
    ],
)
def test_what_does_something_in_place_of_being_seen_is_gone(text: str, wanted: str) -> None:
    assert cleaned(text) == wanted


def test_a_long_text_is_cut_and_says_so() -> None:
    assert cleaned("x" * 3000) == "x" * 255 + "…"
    assert cleaned("é" * 3000, 10) == "ééééééééé…"
    assert cleaned("x" * 10, 10) == "x" * 10


@given(st.text(st.characters(codec=None)), st.integers(1, 300))
@example("\u0344" * 300, 300)  # two characters in normal form C
def test_any_text_becomes_one_short_line(text: str, longest: int) -> None:
    line = cleaned(text, longest)
    assert len(line) <= longest
    assert len(line.splitlines()) <= 1
    assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in line)
    assert cleaned(line, longest) == line
    line.encode()


@given(st.text(st.characters(codec=None)))
def test_printing_keeps_lines_and_moves_no_cursor(text: str) -> None:
    shown = printed(text)
    assert not any(unicodedata.category(each) == "Cc" for each in shown if each not in "\n\t")
    assert printed(shown) == shown
    assert shown.count("\n") == text.count("\n")


def test_printing_keeps_what_is_seen() -> None:
    assert printed("one\n\ttwo é \x1b[31m\u202e") == "one\n\ttwo é \ufffd[31m\ufffd"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Help Desk", None),
        ("Zoë", None),
        ("می\u200cشود", None),
        ("a\x00", "U+0000"),
        ("a\u202eb", "U+202E"),
        ("a\u200bb", "U+200B"),
        ("a\x9b", "U+009B"),
        ("a\nb", "U+000A"),
    ],
)
def test_a_name_is_refused_for_what_nobody_sees(name: str, found: str | None) -> None:
    assert hidden_in(name) == found


def test_texts_that_look_alike_are_alike() -> None:
    assert normalized("Zoe\u0308") == normalized("Zoë") == "Zoë"
