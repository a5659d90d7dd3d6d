"""The kinds of values that parameters take: how each is converted, and what help says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from huntline.cmdlets.values import CmdletRefused, Hashtable, Record, ScriptBlock, Value, items_of, text_of
from huntline.directory.numbers import Range
from huntline.directory.problems import did_you_mean

INT32 = Range(0, 2_147_483_647)

_LONGEST_SHOWN = 60  # characters


def shown(value: Value) -> str:
    """A value in a message."""
    match value:
        case None:
            return "$null"
        case bool():
            return f"${str(value).lower()}"
        case int() | float():
            return str(value)
        case bytes():
            return f"{len(value)} bytes"
        case Hashtable():
            return "a hashtable"
        case _:
            text = text_of(value)
            return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}...")


@dataclass(frozen=True, slots=True)
class Given:
    """A value given to a parameter; ``written`` is how a number was written."""

    value: Value
    written: str | None = None

    @property
    def text(self) -> str | None:
        """The value as one text; None for what is no text."""
        if self.written is not None:
            return self.written
        if isinstance(self.value, bool | list | bytes | Record | Hashtable | ScriptBlock):
            return None
        return text_of(self.value)


class ParameterKind(Protocol):
    """What a parameter takes."""

    @property
    def shown(self) -> str:
        """In help: ``<String>``."""

    @property
    def words(self) -> Sequence[str]:
        """All that it may be, where those are a few words."""

    def convert(self, given: Given) -> Value:
        """The value; raises CmdletRefused saying what would be right."""


def _wrong(given: Given, wanted: str) -> CmdletRefused:
    return CmdletRefused(f"value {shown(given.value)}: {wanted}")


@dataclass(frozen=True, slots=True)
class TextKind:
    """One text; ``$null`` only where that means something, and then it is None."""

    may_be_null: bool = False
    shown: str = "<String>"
    words: Sequence[str] = ()

    def convert(self, given: Given) -> Value:
        text = given.text
        if self.may_be_null and given.value in (None, ""):
            return None
        if not text:
            raise _wrong(given, "must be one text that is not empty")
        return text


@dataclass(frozen=True, slots=True)
class Digits:
    """A telephone number in digits."""

    shown: str = "<String>"
    words: Sequence[str] = ()

    def convert(self, given: Given) -> Value:
        text = given.text or ""
        if not (text.isascii() and text.isdigit()):
            raise _wrong(given, "must be digits without + and separators, such as 14258828080")
        return text


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number in a range."""

    range: Range
    shown: str = "<Int32>"
    words: Sequence[str] = ()

    def convert(self, given: Given) -> Value:
        text = (given.text or "").strip()
        digits = text.removeprefix("-").removeprefix("+")
        is_whole = digits.isascii() and digits.isdigit() and len(digits) < 10
        number = given.value if type(given.value) is int else int(text) if is_whole else None
        if number is None or not self.range.low <= number <= self.range.high:
            raise _wrong(given, f"must be {self.range}")
        return number


@dataclass(frozen=True, slots=True)
class ResultCount:
    """How many results are wanted at most; None for all."""

    shown: str = "<Int32 | Unlimited>"
    words: Sequence[str] = ("Unlimited",)

    def convert(self, given: Given) -> Value:
        if (given.text or "").casefold() == "unlimited":
            return None
        try:
            return Whole(INT32).convert(given)
        except CmdletRefused:
            raise _wrong(given, "must be a whole number, or Unlimited") from None


@dataclass(frozen=True, slots=True)
class Boolean:
    """``$true`` or ``$false``."""

    shown: str = "<Boolean>"
    words: Sequence[str] = ("$true", "$false")

    def convert(self, given: Given) -> Value:
        if type(given.value) is bool:
            return given.value
        if type(given.value) is int and given.value in (0, 1):
            return given.value == 1
        raise _wrong(given, "must be $true or $false")


@dataclass(frozen=True, slots=True)
class SwitchKind(Boolean):
    """There or not."""

    shown: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words, in any letter case."""

    words: Sequence[str]

    @property
    def shown(self) -> str:
        return f"<{' | '.join(self.words)}>"

    def convert(self, given: Given) -> Value:
        text = given.text or ""
        for word in self.words:
            if word.casefold() == text.casefold():
                return word
        close = did_you_mean(text, self.words)
        raise _wrong(given, f"must be one of {', '.join(self.words)}{close}")


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of texts; one text is a list of one, ``$null`` an empty one."""

    shown: str = "<String[]>"
    words: Sequence[str] = ()

    def convert(self, given: Given) -> Value:
        if given.value is None:
            return []
        if given.written is not None:
            return [given.written]
        one = TextKind()
        return [one.convert(Given(each)) for each in items_of(given.value)]


@dataclass(frozen=True, slots=True)
class Bytes:
    """What is in a file."""

    shown: str = "<Byte[]>"
    words: Sequence[str] = ()

    def convert(self, given: Given) -> Value:
        if isinstance(given.value, bytes):
            return given.value
        numbers = [each for each in items_of(given.value) if type(each) is int and 0 <= each <= 255]
        if not isinstance(given.value, list) or len(numbers) != len(given.value):
            raise _wrong(given, "must be bytes: Get-Content FILE -ReadCount 0 -Encoding Byte")
        return bytes(numbers)


@dataclass(frozen=True, slots=True)
class Anything:
    """Any value."""

    shown: str = "<Object>"
    words: Sequence[str] = ()

    def convert(self, given: Given) -> Value:
        return given.value
