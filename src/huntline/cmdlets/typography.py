"""Quotes and dashes as word processors set them, read as PowerShell reads them: by what they stand for where
they begin and end a text or a parameter, as themselves within a text."""

from __future__ import annotations

import re
from collections.abc import Callable

_DOUBLE = '"\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}\N{DOUBLE LOW-9 QUOTATION MARK}'
_SINGLE = (
    "'\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
    "\N{SINGLE LOW-9 QUOTATION MARK}\N{SINGLE HIGH-REVERSED-9 QUOTATION MARK}"
)
_DASH = "\N{EN DASH}\N{EM DASH}\N{HORIZONTAL BAR}"
_TYPOGRAPHIC = re.compile(f"[{_DOUBLE[1:]}{_SINGLE[1:]}{_DASH}]")
_HERE = re.compile(rf"@([{_DOUBLE}{_SINGLE}])[ \t]*\r?\n")
_BEFORE_TOKEN = frozenset(" \t\r\n({[,;|=@")
_BEFORE_COMMAND = re.compile(r"(?:^|[\n|;{(=&])[ \t]*[A-Za-z]+$")
"""A command of whose name the part in front of the hyphen has been read."""


def plain(text: str) -> str:
    """The script with ASCII quotes and hyphens where others stand for them, each character in its place."""
    return _Reader(text).read() if _TYPOGRAPHIC.search(text) else text


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._read: list[str] = []
        self._modes: list[Callable[[str], None]] = [self._code]
        self._depths: list[int] = [0]  # of parentheses, in each script within a text

    def read(self) -> str:
        while (place := len(self._read)) < len(self._text):
            self._modes[-1](self._text[place])
        return "".join(self._read)

    def _take(self, count: int = 1) -> None:
        """Take so many characters as they are."""
        self._read.extend(self._text[len(self._read) : len(self._read) + count])

    def _next(self, count: int) -> str:
        return self._text[len(self._read) : len(self._read) + count]

    def _code(self, character: str) -> None:
        if character == "`":
            self._take(2)
        elif self._next(2) == "<#":
            self._take_through("#>")
        elif character == "#" and self._is_at_token():
            self._take_through("\n")
        elif (here := _HERE.match(self._text, len(self._read))) is not None:
            self._here(here)
        elif character in _DOUBLE:
            self._read.append('"')
            self._modes.append(self._double)
        elif character in _SINGLE:
            self._read.append("'")
            self._modes.append(self._single)
        elif character in _DASH and (self._is_at_token() or self._is_in_command()):
            self._read.append("-")
        else:
            self._parenthesis(character)

    def _parenthesis(self, character: str) -> None:
        self._depths[-1] += {"(": 1, ")": -1}.get(character, 0)
        self._take()
        if self._depths[-1] < 0 and len(self._depths) > 1:
            self._depths.pop()
            self._modes.pop()

    def _double(self, character: str) -> None:
        if character == "`":
            self._take(2)
        elif self._next(2) == "$(":
            self._take(2)
            self._depths.append(0)
            self._modes.append(self._code)
        else:
            self._quoted(character, _DOUBLE)

    def _single(self, character: str) -> None:
        self._quoted(character, _SINGLE)

    def _quoted(self, character: str, quotes: str) -> None:
        if character not in quotes:
            self._take()
        elif self._next(2)[1:] and self._next(2)[1] in quotes:
            self._read.extend(quotes[0] * 2)
        else:
            self._read.append(quotes[0])
            self._modes.pop()

    def _here(self, beginning: re.Match[str]) -> None:
        quotes = _DOUBLE if beginning[1] in _DOUBLE else _SINGLE
        self._read.extend("@" + quotes[0] + beginning[0][2:])
        end = re.compile(f"\n[{quotes}]@").search(self._text, len(self._read) - 1)
        if end is None:
            self._take(len(self._text))
            return
        self._take(end.start() + 1 - len(self._read))
        self._read.extend(quotes[0] + "@")

    def _take_through(self, end: str) -> None:
        place = self._text.find(end, len(self._read))
        self._take((place + len(end) if place >= 0 else len(self._text)) - len(self._read))

    def _is_at_token(self) -> bool:
        return not self._read or self._read[-1] in _BEFORE_TOKEN

    def _is_in_command(self) -> bool:
        return _BEFORE_COMMAND.search("".join(self._read[-80:])) is not None
