"""Where settings are allowed and yet may be a slip: what the world's numbering plans say about numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from huntline.directory.names import line_uri_number
from huntline.directory.organization import EXITS, RULE_FIELDS, NumberKind, Organization, ServiceNumber, User
from huntline.directory.problems import Path, Problem


@dataclass(frozen=True, slots=True)
class Advice(Problem):
    """Something that may stay as it is, but should be looked at."""


def warnings_of(organization: Organization) -> list[Advice]:
    """Everything to look at in an organization that the rules allow."""
    return [*_about_numbers(organization), *_about_forwards(organization)]


def warnings_about(number: ServiceNumber) -> list[str]:
    """What to look at with one number, in words."""
    return list(_about_number(number))


def warnings_about_user(user: User) -> list[str]:
    """What to look at with one user's own number and where their calls go, in words."""
    number = line_uri_number(user.line_uri) if user.line_uri else None
    own = _about_number(ServiceNumber(number, NumberKind.USER)) if number else ()
    return [
        *(f"line_uri {user.line_uri} {message}" for message in own),
        *(
            f"{field} {target} {_NOT_IN_USE}"
            for field, target in _forwards_of_user(user)
            if _is_not_in_use(target)
        ),
    ]


def _about_numbers(organization: Organization) -> Iterator[Advice]:
    for place, number in enumerate(organization.numbers):
        for message in _about_number(number):
            yield Advice(("numbers", place, "number"), number.number, message)


def _about_number(number: ServiceNumber) -> Iterator[str]:
    kind = _kind_of(number.number)
    if kind is None:
        yield _NOT_IN_USE
        return
    is_toll_free = kind == PhoneNumberType.TOLL_FREE
    if number.kind is NumberKind.SERVICE_TOLL_FREE and not is_toll_free:
        yield "is kept as service-toll-free, but its numbering plan does not make it free for callers"
    if number.kind is not NumberKind.SERVICE_TOLL_FREE and is_toll_free:
        yield f"is kept as {number.kind}, but its numbering plan makes it toll-free"


def _about_forwards(organization: Organization) -> Iterator[Advice]:
    for path, target in _forwards(organization):
        if _is_not_in_use(target):
            yield Advice(path, target, _NOT_IN_USE)


def _is_not_in_use(target: str | None) -> bool:
    number = line_uri_number(target) if target else None
    return number is not None and _kind_of(number) is None


def _forwards(organization: Organization) -> Iterator[tuple[Path, str | None]]:
    for place, user in enumerate(organization.users):
        for field, target in _forwards_of_user(user):
            yield ("users", place, field), target
    for place, queue in enumerate(organization.queues):
        for field in EXITS:
            yield ("queues", place, field, "target"), getattr(queue, field).target


def _forwards_of_user(user: User) -> Iterator[tuple[str, str | None]]:
    for field in (*RULE_FIELDS, "voicemail"):
        yield field, getattr(user, field)
    for also in user.also_ring:
        yield "also_ring", also.target


_NOT_IN_USE = "is no number that its country has in use; compare it digit by digit with the provider's letter"


def _kind_of(number: str) -> int | None:
    """A ``PhoneNumberType`` by the plan of the number's country; None when that has no such number."""
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return None
    return phonenumbers.number_type(parsed) if phonenumbers.is_valid_number(parsed) else None
