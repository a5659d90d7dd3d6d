"""Finding things of one organization by what people call them."""

from __future__ import annotations

import re

from huntline.directory.names import (
    line_uri_number,
    name_spellings,
    number_digits,
    sip_uri_parts,
)
from huntline.directory.organization import Group, Organization, QueueSettings, User

PRIMARY_URI = re.compile(r"sip:(hg_[0-9a-f]{32})@(\S+)", re.ASCII)


class OutsideTarget(str):
    """An address that is nothing of the organization's: the outside world answers it."""

    __slots__ = ()


class OrganizationIndex:
    """Look-ups over one organization. Of things with the same name the first one counts."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self._users_by_local_part: dict[str, User] = {}
        self._users_by_number: dict[str, User] = {}
        self._queues: dict[str, QueueSettings] = {}
        self._queues_by_number: dict[str, QueueSettings] = {}
        for group in organization.groups:
            self.groups.setdefault(group.name.casefold(), group)
            if group.mail is not None:
                self.groups.setdefault(group.mail, group)
        self._add_users()
        self._add_queues()
        self._numbers = {number_digits(number.number) for number in organization.numbers}

    def _add_users(self) -> None:
        # Users of the first domain come first: they own their local part where domains share one.
        in_order = sorted(self.organization.users, key=lambda user: user.domain != self.organization.realm)
        for user in in_order:
            self.users.setdefault(user.upn, user)
            self._users_by_local_part.setdefault(user.local_part, user)
            if user.line_uri and (digits := number_digits(user.line_uri[4:])):
                self._users_by_number.setdefault(digits, user)

    def _add_queues(self) -> None:
        queues = self.organization.queues
        for queue in queues:
            self._queues.setdefault(queue.name.casefold(), queue)
            if match := PRIMARY_URI.fullmatch(queue.primary_uri):
                self._queues[match[1]] = queue
            if queue.line_uri and (digits := number_digits(queue.line_uri[4:])):
                self._queues_by_number.setdefault(digits, queue)
        # Other spellings come after all true names, so that they never hide one.
        for queue in queues:
            for spelling in name_spellings(queue.name):
                self._queues.setdefault(spelling, queue)

    def queue(self, name: str) -> QueueSettings | None:
        """A queue by its name in any spelling, or by the user part of its primary URI."""
        return self._queues.get(name.casefold())

    def queue_by_number(self, digits: str) -> QueueSettings | None:
        """The queue that a service number belongs to."""
        return self._queues_by_number.get(digits)

    def user_by_number(self, digits: str) -> User | None:
        """The user whose personal number this is."""
        return self._users_by_number.get(digits)

    def user(self, local_part: str, domain: str | None = None) -> User | None:
        """A user by local part, in one domain or (None) in any, the first domain before the others."""
        if domain is None:
            return self.users.get(local_part.lower()) or self._users_by_local_part.get(local_part.lower())
        return self.users.get(f"{local_part}@{domain}".lower())

    def find(self, name: str, domain: str | None = None) -> User | QueueSettings | None:
        """What a dialled name is: an address of a user before the name of a queue."""
        return self.user(name, domain) or self.queue(name)

    def forward_target(self, target: str) -> User | QueueSettings | OutsideTarget | None:
        """What a forward leads to; None when it should be one of ours and is not there."""
        if number := line_uri_number(target):
            digits = number[1:]
            ours = self.queue_by_number(digits) or self.user_by_number(digits)
            return ours or (None if digits in self._numbers else OutsideTarget("tel:" + number))
        if target[:4].lower() == "sip:":
            return self._sip_target(target)
        return self.queue(target)

    def _sip_target(self, target: str) -> User | QueueSettings | OutsideTarget | None:
        parts = sip_uri_parts(target)
        if parts is None or not parts[0]:
            return None
        name, host = parts
        if host not in self.organization.domains:
            return OutsideTarget(target)
        digits = number_digits(name)
        found = digits and (self.queue_by_number(digits) or self.user_by_number(digits))
        return found or self.find(name, host)
