"""Reasons as plain data, out and in again: for history, the live snapshot and the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, get_type_hints

from huntline.engine.presence import Presence
from huntline.engine.reasons import (
    Cause,
    Count,
    Destination,
    DestinationKind,
    Obstacle,
    OnlyText,
    Reason,
    RingOutcome,
    StopReason,
    WithFields,
)

Data = dict[str, Any]
"""What ``json`` takes: ``kind``, and the fields by their names; moments in ISO 8601 with their offset."""


def as_data(reason: Reason) -> Data:
    """A reason as plain data, for history, the live snapshot and the API."""
    if isinstance(reason, Cause | StopReason):
        return {"kind": str(reason)}
    return {"kind": reason.kind} | {name: _plain(getattr(reason, name)) for name in reason.__slots__}


def from_data(data: Mapping[str, Any]) -> Reason:
    """The reason again. What this version does not know is a ``Text``: a later one may have written it."""
    kind = str(data.get("kind", ""))
    simple = _SIMPLE.get(kind)
    if simple is not None:
        return simple
    try:
        form = _FORMS[kind]
        return form(**{name: read(data[name]) for name, read in _FIELDS[form].items()})  # type: ignore[no-any-return]
    except (KeyError, TypeError, ValueError, AttributeError):
        return OnlyText(kind)


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case Destination(to, name):
            return {"to": str(to), "name": name}
        case tuple():
            return [{"obstacle": str(each.obstacle), "count": each.count} for each in value]
        case Cause() | StopReason():
            return as_data(value)
        case StrEnum():
            return str(value)
        case None | bool() | int() | float() | str():
            return value
        case _:
            return as_data(value)


def _counts(value: Any) -> tuple[Count, ...]:
    return tuple(Count(Obstacle(each["obstacle"]), int(each["count"])) for each in value)


def _destination(value: Any) -> Destination:
    return Destination(DestinationKind(value["to"]), str(value["name"]))


def _maybe(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


_READERS: list[tuple[Any, Callable[[Any], Any]]] = [
    (str, str),
    (bool, bool),
    (int, int),
    (float, float),
    (datetime, datetime.fromisoformat),
    (Presence, Presence),
    (RingOutcome, RingOutcome),
    (Destination, _destination),
    (tuple[Count, ...], _counts),
    (Reason, from_data),
]


def _reader(hint: Any) -> Callable[[Any], Any]:
    for form, read in _READERS:
        if hint == form:
            return read
        if hint == (form | None):
            return _maybe(read)
    raise AssertionError(f"no way to read {hint}")


FORMS: tuple[Any, ...] = WithFields.__args__
"""The classes of the reasons that have fields."""

_SIMPLE: dict[str, Reason] = {str(each): each for each in (*Cause, *StopReason)}
_FORMS: dict[str, Any] = {form.kind: form for form in FORMS}
_FIELDS = {
    form: {name: _reader(hint) for name, hint in get_type_hints(form).items() if name != "kind"}
    for form in FORMS
}
