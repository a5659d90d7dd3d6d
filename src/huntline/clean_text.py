"""Text that strangers and agents set, made harmless: cleaned once where it enters, and looked at again where
it is printed.

What goes are characters that do something in place of being seen: they move the cursor of a terminal, turn
the direction of what follows, or make two names look alike.
"""

from __future__ import annotations

import unicodedata

SIGN = "\N{REPLACEMENT CHARACTER}"
"""Stands where such a character was, so that people see that there was one."""
LONGEST = 256
"""Characters of a text that nobody said a length for."""

_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Letters of Persian and Hindi, and families of emoji, are wrong without them."""
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NO_CHARACTERS = frozenset(("Cc", "Cs", "Co", "Cn"))
_BREAKS = frozenset(("Zl", "Zp"))


def cleaned(text: str, longest: int = LONGEST) -> str:
    """The text as one line of at most so many characters, in normal form C, without blanks at its ends.

    Line breaks and tabs become blanks, controls and marks of direction a sign, and what has no width goes.
    """
    if len(text) <= longest and text.isascii() and text.isprintable():
        return text.strip()
    begun = text[: 4 * longest]  # decomposed characters are up to four times as many
    seen = "".join(" " if _is_break(character) else character for character in begun)
    line = unicodedata.normalize("NFC", _without_hidden(seen)).strip()
    return line if len(line) <= longest and len(text) <= 4 * longest else line[: longest - 1] + _ELLIPSIS


def printed(text: str) -> str:
    """The text for a terminal: lines and tabs stay, whatever else is not seen is as ``cleaned`` has it."""
    if text.isprintable():
        return text
    kept = frozenset(f"\n\t{_JOINERS}")
    return "".join(each if each in kept else _without_hidden(each) for each in text)


def normalized(text: str) -> str:
    """The text in normal form C: two that look alike are alike."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def hidden_in(text: str) -> str | None:
    """The first character that a name must not contain, as its code point; None when there is none."""
    if text.isprintable():
        return None
    for place, character in enumerate(text):
        if _without_hidden(text[max(place - 1, 0) : place + 1])[-1:] != character:
            return f"U+{ord(character):04X}"
    return None


def _is_break(character: str) -> bool:
    return character in "\t\n\r\v\f\x85" or unicodedata.category(character) in _BREAKS


def _without_hidden(text: str) -> str:
    return "".join(_seen(character, before) for character, before in zip(text, " " + text, strict=False))


def _seen(character: str, before: str) -> str:
    """What people see of a character that stands behind another."""
    if character.isprintable():
        return character
    category = unicodedata.category(character)
    if character in _DIRECTIONS or category in _NO_CHARACTERS or category in _BREAKS:
        return SIGN
    if category == "Cf":
        return character if character in _JOINERS and not before.isascii() else ""
    return character
