"""``/numbers``: the numbers that the organization holds."""

from __future__ import annotations

from collections.abc import Callable

from huntline.directory.advice import warnings_about
from huntline.directory.names import number_digits
from huntline.directory.organization import Organization, ServiceNumber
from huntline.organization_file.form import NumberForm
from huntline.organization_file.parts import Dump, number_dump, number_of
from huntline.web.api.collection import Collection, router_of
from huntline.web.language import Sentence


class NumberView(NumberForm):
    """A number; ``belongs_to`` is the queue, user or auto attendant that is called by it, or null.

    ``warnings`` say where its numbering plan disagrees with its kind.
    """

    belongs_to: str | None
    warnings: list[Sentence]


def find(organization: Organization, key: str) -> ServiceNumber | None:
    """A number by its digits, however they are written."""
    digits = number_digits(key.removeprefix("tel:"))
    return next((number for number in organization.numbers if number.number == f"+{digits}"), None)


def deriving(organization: Organization) -> Callable[[ServiceNumber], Dump]:
    """The read-only part of numbers."""
    # A queue goes before a user, should both have the number.
    owners = {user.line_uri: f"user {user.upn}" for user in organization.users if user.line_uri}
    owners |= {
        line_uri: f"attendant {attendant.name}"
        for attendant in organization.attendants
        for line_uri in attendant.line_uris
    }
    owners |= {queue.line_uri: f"queue {queue.name}" for queue in organization.queues if queue.line_uri}
    return lambda number: {
        "belongs_to": owners.get(f"tel:{number.number}"),
        "warnings": warnings_about(number),
    }


NUMBERS: Collection[ServiceNumber] = Collection(
    attribute="numbers",
    noun="number",
    form=NumberForm,
    view=NumberView,
    find=find,
    build=lambda form, organization, old, backstage: number_of(form),
    dump=number_dump,
    deriving=deriving,
    names=lambda number: (number.number,),
)
router = router_of(NUMBERS)
