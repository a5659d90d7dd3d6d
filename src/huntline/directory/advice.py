"""Where settings are allowed and yet may be a slip: what the world's numbering plans say about numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from huntline.directory.names import line_uri_number
from huntline.directory.organization import EXITS, NumberKind, Organization, ServiceNumber
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
        number = line_uri_number(target) if target else None
        if number and _kind_of(number) is None:
            yield Advice(path, target, _NOT_IN_USE)


def _forwards(organization: Organization) -> Iterator[tuple[Path, str | None]]:
    for place, user in enumerate(organization.users):
        yield ("users", place, "forward_to"), user.forward_to
        yield ("users", place, "voicemail"), user.voicemail
    for place, queue in enumerate(organization.queues):
        for field in EXITS:
            yield ("queues", place, field, "target"), getattr(queue, field).target


_NOT_IN_USE = "is no number that its country has in use; compare it digit by digit with the provider's letter"


def _kind_of(number: str) -> int | None:
    """A ``PhoneNumberType`` by the plan of the number's country; None when that has no such number."""
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return None
    return phonenumbers.number_type(parsed) if phonenumbers.is_valid_number(parsed) else None
