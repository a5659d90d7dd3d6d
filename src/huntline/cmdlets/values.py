"""The values that scripts work with, and how they turn into each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import translate
from typing import TypeAlias

from huntline.errors import Refused


class CmdletRefused(Refused):
    """A cmdlet cannot do what it was told: the script says so and goes on with the next statement."""

    error_id = "cmdlet-refused"
    status = 422


@dataclass(frozen=True, slots=True)
class Record:
    """An object with named properties, which are found in any letter case."""

    properties: Mapping[str, Value]

    def get(self, name: str) -> Value:
        """The value of a property; None without one."""
        return next(
            (value for key, value in self.properties.items() if key.casefold() == name.casefold()), None
        )

    def select(self, patterns: Iterable[str]) -> Record:
        """Only the properties that are named, in that order; with wildcards those that match."""
        chosen: dict[str, Value] = {}
        for pattern in patterns:
            names = [name for name in self.properties if is_like(name, pattern)]
            for name in names or ([pattern] if not has_wildcards(pattern) else []):
                chosen[name] = self.get(name)
        return Record(chosen)


@dataclass(slots=True, eq=False)
class Hashtable:
    """``@{ key = value }``: texts in any letter case, or numbers, with a value each, in the order they came.

    As in PowerShell, two variables may hold the same one, and equal is only what is the same.
    """

    _entries: dict[tuple[str, object], tuple[Value, Value]] = field(default_factory=dict)

    def __contains__(self, key: Value) -> bool:
        return _key(key) in self._entries

    def get(self, key: Value) -> Value:
        """What a key leads to; None without one. Raises CmdletRefused for what can be no key."""
        return self._entries.get(_key(key), (None, None))[1]

    def set(self, key: Value, value: Value) -> None:
        """Let a key lead to a value. Raises CmdletRefused for what can be no key."""
        wanted = _key(key)
        first, _ = self._entries.get(wanted, (key, None))
        self._entries[wanted] = (first, value)

    @property
    def items(self) -> list[tuple[Value, Value]]:
        """Keys as they were written first, with their values."""
        return list(self._entries.values())

    @property
    def rows(self) -> list[Record]:
        """The entries as they are printed."""
        return [Record({"Name": key, "Value": value}) for key, value in self.items]


def _key(key: Value) -> tuple[str, object]:
    match key:
        case str():
            return "text", key.casefold()
        case bool():
            return "boolean", key
        case int() | float():
            return "number", key
        case _:
            raise CmdletRefused(f"value {text_of(key)!r}: the key of a hashtable must be a text or a number")


@dataclass(frozen=True, slots=True)
class ScriptBlock:
    """``{ ... }``: ``run`` does it for one thing, which it calls ``$_``."""

    source: str
    run: Callable[[Value], list[Value]]


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """Text that has been made for people; tables and lists leave it as it is."""

    text: str


Value: TypeAlias = (
    bool | int | float | str | bytes | list["Value"] | Record | Hashtable | ScriptBlock | PrintedLine | None
)


def items_of(value: Value) -> Iterator[Value]:
    """What a value sends down a pipeline: the things in a list one by one."""
    if isinstance(value, list):
        yield from value
    else:
        yield value


def as_one(values: list[Value]) -> Value:
    """What a pipeline's results are as one value: nothing, the only thing, or a list."""
    if len(values) > 1:
        return values
    return values[0] if values else None


def text_of(value: Value) -> str:
    """A value within a text."""
    match value:
        case None:
            return ""
        case bytes():
            return " ".join(map(str, value))
        case list():
            return " ".join(map(text_of, value))
        case Record():
            inside = "; ".join(f"{name}={text_of(each)}" for name, each in value.properties.items())
            return "@{" + inside + "}"
        case Hashtable():
            # As PowerShell prints it; and so what leads to itself has an end.
            return "System.Collections.Hashtable"
        case ScriptBlock():
            return value.source
        case PrintedLine():
            return value.text
        case _:
            return str(value)


def is_true(value: Value) -> bool:
    """Whether a condition with this value holds: nothing, zero and what is empty do not."""
    match value:
        case None | False | 0 | "":
            return False
        case list():
            return is_true(value[0]) if len(value) == 1 else bool(value)
        case _:
            return True


def property_of(value: Value, name: str) -> Value:
    """``$value.Name``: of a list that of each thing in it, ``Count`` of anything."""
    counts = name.casefold() in ("count", "length")
    match value:
        case Record() if value.get(name) is not None or not counts:
            return value.get(name)
        case Hashtable():
            return _entry_or_fact(value, name)
        case list() if counts:
            return len(value)
        case list():
            found = [property_of(each, name) for each in value]
            return as_one([each for each in found if each is not None])
        case bytes() if counts:
            return len(value)
        case str() if name.casefold() == "length":
            return len(value)
        case None if counts:
            return 0
        case _:
            return 1 if counts else None


def _entry_or_fact(table: Hashtable, name: str) -> Value:
    """``$table.Name``: entries hide what is known of every hashtable."""
    if name in table:
        return table.get(name)
    match name.casefold():
        case "keys":
            return [key for key, _ in table.items]
        case "values":
            return [value for _, value in table.items]
        case "count":
            return len(table.items)
        case _:
            return None


def element_of(value: Value, index: Value) -> Value:
    """``$value[index]``: None past the end and without such a key, from the end when negative.

    Raises CmdletRefused.
    """
    if isinstance(index, list):
        return [element_of(value, each) for each in index]
    if isinstance(value, Hashtable):
        return value.get(index)
    if isinstance(index, bool) or not isinstance(index, int):
        raise CmdletRefused(f"value {text_of(index)!r}: an index must be a whole number")
    sequence = value if isinstance(value, list | str | bytes) else [value]
    try:
        return sequence[index]
    except IndexError:
        return None


def has_wildcards(pattern: str) -> bool:
    """Whether a pattern may match more than itself."""
    return any(sign in pattern for sign in "*?[")


def is_like(text: str, pattern: str) -> bool:
    """Whether a text matches wildcards, in any letter case."""
    try:
        return re.fullmatch(translate(pattern), text, re.IGNORECASE) is not None
    except re.error:
        return text.casefold() == pattern.casefold()


def number_of(value: Value) -> int | float | None:
    """A value as a number; None for what is none."""
    match value:
        case bool():
            return int(value)
        case int() | float():
            return value
        case str():
            return _number_in(value.strip())
        case _:
            return None


def _number_in(text: str) -> int | float | None:
    if re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        return int(text)
    if re.fullmatch(r"[+-]?[0-9]{1,18}\.[0-9]{1,18}", text):
        return float(text)
    return None


def order_of(value: Value) -> tuple[int, int | float, str]:
    """What things are sorted by: nothing first, then numbers, then texts in any letter case."""
    if value is None:
        return (0, 0, "")
    if isinstance(value, int | float):
        return (1, value, "")
    return (2, 0, text_of(value).casefold())
