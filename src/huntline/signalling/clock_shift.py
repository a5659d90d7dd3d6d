"""Records of another machine: their monotonic moments, as the clock of this one would have read them."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, TypeVar

RecordT = TypeVar("RecordT")

MOMENTS = frozenset(
    {
        *("ends_at", "due_at", "retry_at", "goodbye_until", "rings_until", "answer_by"),  # of legs
        *("at", "waits_until"),  # of calls
        *("started_at", "begun_at"),  # of audio
    }
)
"""The names of fields that are readings of ``time.monotonic()``, in records of legs, calls and audio."""


def shifted(record: RecordT, by: float) -> RecordT:
    """A record that was just read, with ``by`` seconds added to all monotonic moments in it.

    It is changed in place, frozen parts too: nobody else has seen it.
    """
    if by:
        _shift(record, by, set())
    return record


def _shift(value: Any, by: float, seen: set[int]) -> None:
    if isinstance(value, str | bytes | int | float | Enum | type) or value is None or id(value) in seen:
        return
    if isinstance(value, list | tuple | set | frozenset):
        for each in value:
            _shift(each, by, seen)
    elif isinstance(value, dict):
        for each in value.values():
            _shift(each, by, seen)
    elif is_dataclass(value):
        seen.add(id(value))
        for field in fields(value):
            inner = getattr(value, field.name)
            if field.name in MOMENTS and isinstance(inner, float):
                object.__setattr__(value, field.name, inner + by)
            else:
                _shift(inner, by, seen)
