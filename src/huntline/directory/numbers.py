"""Settings that are whole numbers: what each is when nobody says otherwise, and what it may be.

Each is defined where its thing is (``directory.organization``), with ``whole``. Rules, forms, API, command
line, cmdlets and pages read the default and the range from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from huntline.directory.problems import Path, Problem, Problems

_METADATA = "number"


@dataclass(frozen=True, slots=True)
class Range:
    """A whole number from ``low`` to ``high``, both allowed, which is kept to the nearest ``step``; or 0,
    which is never, ``or_zero``."""

    low: int
    high: int
    unit: str = ""
    step: int = 1
    or_zero: bool = False

    def __str__(self) -> str:
        zero = "0, or " if self.or_zero else ""
        return f"{zero}{self.low} to {self.high}{self.unit and ' ' + self.unit}"

    def check(self, path: Path, value: int) -> Problems:
        """A problem when the value lies outside."""
        if not self.low <= value <= self.high and not (self.or_zero and value == 0):
            yield Problem(path, value, f"must be {self}")

    def nearest(self, value: int) -> int:
        """The value as it is kept."""
        return (value + self.step // 2) // self.step * self.step


@dataclass(frozen=True, slots=True)
class NumberSetting:
    """One such setting. ``default`` is None where there need not be a number; ``in_2018`` is what the cmdlets
    take, as they did then."""

    default: int | None
    range: Range
    in_2018: Range


def whole(default: int | None, allowed: Range, in_2018: Range | None = None) -> Any:
    """The field of a dataclass for such a setting."""
    number = NumberSetting(default, allowed, in_2018 or allowed)
    return field(default=default, metadata={_METADATA: number})


def numbers_of(kind: type) -> Mapping[str, NumberSetting]:
    """The numbers of a dataclass by their names, in its order."""
    return {each.name: each.metadata[_METADATA] for each in fields(kind) if _METADATA in each.metadata}


def switches_of(kind: type) -> Mapping[str, bool]:
    """What is yes or no in a dataclass, and which of them nobody has to say."""
    return {each.name: each.default for each in fields(kind) if isinstance(each.default, bool)}
