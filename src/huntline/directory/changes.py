"""What differs between two states of an organization, for people and for the audit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Any

from huntline.attendant.hours import Span
from huntline.directory.attendants import (
    AttendantFlow,
    DialScope,
    Holiday,
    Menu,
    MenuKey,
    NoInput,
    time_of,
)
from huntline.directory.may_dial import DiallingSettings
from huntline.directory.organization import (
    QUEUE_NUMBERS,
    Allowance,
    AlsoRing,
    Audio,
    EarlierMembers,
    LicencePool,
    Organization,
    OrganizationLimits,
    QueueAllowance,
    QueueExit,
    StarCodes,
)
from huntline.directory.quota import Quota

_PLAIN_FIELDS = (
    "name",
    "domains",
    "limits",
    "quota",
    "communication_credits",
    "propagation_delay",
    "time_zone",
    "queue_name_in_identity",
    "star_codes",
    "dialling",
    "licence_pools",
    "service_number_table",
    "queue_table",
    "queues_need_licences",
    "phones_fetch_settings",
    "history_days",
)
_COLLECTIONS = {  # attribute: (what one is called, what names it, what keeps its identity)
    "trunks": ("trunk", "name", "name"),
    "numbers": ("number", "number", "number"),
    "users": ("user", "upn", "user_id"),
    "groups": ("group", "name", "group_id"),
    "audio": ("audio", "name", "name"),
    "queues": ("queue", "name", "queue_id"),
    "attendants": ("attendant", "name", "attendant_id"),
    "caller_id_policies": ("caller-ID policy", "name", "name"),
}
_SECRETS = {"digests": "sip_password", "password": "password"}
"""What is never shown, by the names of the fields that people are told."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``field`` None: the whole thing was ``added`` or ``removed``; ``key`` names it.

    Values are as they are stored, in words for people; passwords never show.
    """

    what: str
    key: str
    field: str | None = None
    before: str | None = None
    after: str | None = None
    note: str = ""

    def __str__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        if self.field is None:
            return f"{self.what} {self.key}: {self.after or self.before}{note}"
        before = "" if self.before is None else f"{self.before} -> "
        return f"{self.what} {self.key}: {self.field} {before}{self.after}{note}"


def added(what: str, key: str) -> Change:
    """Something is there that was not."""
    return Change(what, key, after="added")


def removed(what: str, key: str) -> Change:
    """Something is no longer there."""
    return Change(what, key, before="removed")


def changes_between(before: Organization | None, after: Organization) -> list[Change]:
    """All differences, in the order of the organization file; both sides carry ids."""
    if before is None:
        before = Organization(name=after.name, domains=after.domains)
        return [added("organization", after.name), *_differences(before, after)]
    return list(_differences(before, after))


def sharing(after: Organization, before: Organization | None) -> Organization:
    """``after`` with the very objects of ``before`` in the place of equal ones: whoever compares the two
    sees at a glance what has stayed. Both carry ids."""
    if before is None:
        return after
    shared: dict[str, Any] = {}
    for attribute, (_, _, identity) in _COLLECTIONS.items():
        old, new = getattr(before, attribute), getattr(after, attribute)
        if new is not old:
            known = {getattr(item, identity): item for item in old}
            shared[attribute] = tuple(_known_or_new(known.get(getattr(item, identity)), item) for item in new)
    return replace(after, **shared)


def _known_or_new(known: Any, item: Any) -> Any:
    return known if known == item else item


def with_rounding(changes: Iterable[Change], wanted: Organization, stored: Organization) -> Iterator[Change]:
    """The changes, with a word on each maximum wait that is stored otherwise than it was written.

    ``wanted`` and ``stored`` have the same queues in the same order.
    """
    step = QUEUE_NUMBERS["max_wait"].range.step
    notes = {
        after.name: (f"rounded from {before.max_wait} to the nearest {step} seconds", str(after.max_wait))
        for before, after in zip(wanted.queues, stored.queues, strict=True)
        if before.max_wait != after.max_wait
    }
    for change in changes:
        if change.what != "queue" or change.key not in notes:
            yield change
            continue
        note, value = notes[change.key]
        yield replace(change, note=note) if change.field == "max_wait" else change
        if change.field is None and change.after:
            yield Change("queue", change.key, "max_wait", None, value, note)


def _differences(before: Organization, after: Organization) -> Iterator[Change]:
    for field in _PLAIN_FIELDS:
        yield from _field_change("organization", after.name, field, before, after)
    for attribute, (what, key, identity) in _COLLECTIONS.items():
        old = {getattr(item, identity): item for item in getattr(before, attribute)}
        new = {getattr(item, identity): item for item in getattr(after, attribute)}
        yield from _collection_changes(what, key, old, new)
        if len(old) == len(new) and old.keys() == new.keys() and list(old) != list(new):
            names = [getattr(item, key) for item in new.values()]
            yield Change("organization", after.name, attribute, "another order", _text(names))


def _collection_changes(
    what: str, key: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Change]:
    for identity, item in old.items():
        if identity not in new:
            yield removed(what, getattr(item, key))
    for identity, item in new.items():
        if identity not in old:
            yield added(what, getattr(item, key))
        elif item is not old[identity] and item != old[identity]:
            for field in fields(item):
                yield from _field_change(what, getattr(item, key), field.name, old[identity], item)


def _field_change(what: str, key: str, field: str, before: object, after: object) -> Iterator[Change]:
    old, new = getattr(before, field), getattr(after, field)
    if old == new:
        return
    if field in _SECRETS:
        yield Change(what, key, _SECRETS[field], "set" if old else "none", "set anew" if new else "none")
        return
    # Of phones there is more than people are told: what they sign in with.
    before_text, after_text = _text(old), _text(new)
    note = "a new password or address" if before_text == after_text else ""
    yield Change(what, key, field, before_text, after_text, note)


def _text(value: object) -> str:
    """A value in the words of the organization file."""
    match value:
        case None | "":
            return "none"
        case bool():
            return str(value).lower()
        case Enum():
            return str(value.value)
        case Audio():
            return value.name
        case QueueExit() | NoInput():
            return f"{value.action} to {value.target}" if value.target else str(value.action)
        case Span():
            return f"{time_of(value.start)}-{time_of(value.end)}"
        case AttendantFlow() | Menu() | MenuKey() | Holiday() | DialScope():
            said = ((each.name, getattr(value, each.name)) for each in fields(value))
            return ", ".join(f"{name} {_text(each)}" for name, each in said if each not in (None, "", ()))
        case frozenset():
            return _list_text(sorted(_text(each) for each in value))
        case tuple() | list():
            return _list_text(_text(each) for each in value)
        case AlsoRing():
            return f"{value.target} after {value.after} s"
        case LicencePool():
            return f"{value.licence}: {value.size}"
        case Allowance():
            return f"{value.service_numbers} from {value.phone_system_licences} licences"
        case QueueAllowance():
            licences = f"{value.phone_system_licences} and {value.conferencing_licences} licences"
            return f"{value.queues} from {licences}"
        case EarlierMembers():
            return f"until {value.until.isoformat(timespec='seconds')}: {_text(value.members)}"
        case OrganizationLimits() | Quota() | StarCodes() | DiallingSettings():
            return ", ".join(f"{each.name} {_text(getattr(value, each.name))}" for each in fields(value))
        case _:
            return str(value)


def _list_text(items: Iterable[str]) -> str:
    return "[" + ", ".join(items) + "]"
