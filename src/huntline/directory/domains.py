"""The domains of an organization: what belongs to one, and the first, which its passwords are made for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from huntline.directory.edits import InUse
from huntline.directory.organization import Organization
from huntline.errors import Refused

_MOST_SHOWN = 5


class RealmInUse(Refused):
    """SIP passwords are kept as digests that hold the first domain: it cannot change under them."""

    error_id = "realm-in-use"


def without_domain(organization: Organization, domain: str) -> Organization:
    """Without one of the organization's domains. Raises InUse, naming what is in it, or RealmInUse."""
    if uses := list(_uses_of(organization, domain)):
        raise InUse(f"domain {domain}", _some_of(uses))
    after = replace(organization, domains=tuple(other for other in organization.domains if other != domain))
    check_realm(organization, after)
    return after


def check_realm(before: Organization, after: Organization) -> None:
    """Raises RealmInUse when the first domain is another one and passwords were made for the old."""
    if before.realm == after.realm:
        return
    users = [user.upn for user in before.users if user.digests or user.phones]
    if users:
        raise RealmInUse(
            f"{before.realm} is the first domain, which SIP passwords are made for; these users have one:"
            f" {', '.join(_some_of(users))}; remove the passwords, change the domains, then set them anew"
        )


def _uses_of(organization: Organization, domain: str) -> Iterator[str]:
    for queue in organization.queues:
        if queue.domain == domain:
            yield f"queue {queue.name} is in it"
        elif queue.primary_uri.endswith(f"@{domain}"):
            yield f"queue {queue.name} has it in its primary URI"
    for attendant in organization.attendants:
        if attendant.domain == domain:
            yield f"attendant {attendant.name} is in it"
    for user in organization.users:
        if user.domain == domain:
            yield f"user {user.upn} is in it"


def _some_of(names: Sequence[str]) -> list[str]:
    more = len(names) - _MOST_SHOWN
    return [*names[:_MOST_SHOWN], f"and {more} more"] if more > 0 else list(names)
