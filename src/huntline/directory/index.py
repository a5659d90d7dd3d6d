"""Finding things of one organization by what people call them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from huntline.directory.attendants import Attendant
from huntline.directory.may_dial import NumberClass
from huntline.directory.names import (
    line_uri_number,
    name_spellings,
    number_digits,
    sip_uri_parts,
)
from huntline.directory.organization import OWN_VOICEMAIL, Group, Organization, QueueSettings, User

PRIMARY_URI = re.compile(r"sip:(hg_[0-9a-f]{32})@(\S+)", re.ASCII)
ATTENDANT = "attendant:"
"""In front of the name of an attendant, where a target is written."""


MAILBOX = "voicemail:"
"""In front of whose mailbox it is, where a target is written."""


class OutsideTarget(str):
    """An address that is nothing of the organization's: the outside world answers it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class Mailbox:
    """The mailbox of a user, a group or a queue."""

    whose: User | Group | QueueSettings

    @property
    def box_id(self) -> str:
        """Its id: that of whom it belongs to."""
        match self.whose:
            case User(user_id=box_id) | Group(group_id=box_id) | QueueSettings(queue_id=box_id):
                return box_id

    @property
    def address(self) -> str:
        """How it is written after ``MAILBOX``."""
        return self.whose.upn if isinstance(self.whose, User) else self.whose.name

    @property
    def name(self) -> str:
        """What people call it."""
        return self.whose.shown_name if isinstance(self.whose, User) else self.whose.name


ForwardTarget = User | QueueSettings | Attendant | Mailbox | OutsideTarget
"""What the target of a forward can be."""


class OrganizationIndex:
    """Look-ups over one organization. Of things with the same name the first one counts."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self._users_by_local_part: dict[str, User] = {}
        self._users_by_number: dict[str, User] = {}
        self._users_by_extension: dict[str, User] = {}
        self._queues: dict[str, QueueSettings] = {}
        self._queues_by_number: dict[str, QueueSettings] = {}
        self._attendants: dict[str, Attendant] = {}
        self._attendants_by_number: dict[str, Attendant] = {}
        self._mailboxes: dict[str, Mailbox] | None = None  # once somebody asks
        self._homes: tuple[str, ...] | None = None
        for group in organization.groups:
            self.groups.setdefault(group.name.casefold(), group)
            if group.mail is not None:
                self.groups.setdefault(group.mail, group)
        self._add_users()
        self._add_queues()
        self._add_attendants()
        self._numbers = {number_digits(number.number) for number in organization.numbers}

    def _add_users(self) -> None:
        # Users of the first domain come first: they own their local part where domains share one.
        in_order = sorted(self.organization.users, key=lambda user: user.domain != self.organization.realm)
        for user in in_order:
            self.users.setdefault(user.upn, user)
            self._users_by_local_part.setdefault(user.local_part, user)
            if user.line_uri and (digits := number_digits(user.line_uri[4:])):
                self._users_by_number.setdefault(digits, user)
            if user.extension:
                self._users_by_extension.setdefault(user.extension, user)

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

    def _add_attendants(self) -> None:
        attendants = self.organization.attendants
        for attendant in attendants:
            self._attendants.setdefault(attendant.name.casefold(), attendant)
            if attendant.attendant_id:
                self._attendants[attendant.primary_user] = attendant
            for line_uri in attendant.line_uris:
                if digits := number_digits(line_uri[4:]):
                    self._attendants_by_number.setdefault(digits, attendant)
        for attendant in attendants:
            for spelling in name_spellings(attendant.name):
                self._attendants.setdefault(spelling, attendant)

    def queue(self, name: str) -> QueueSettings | None:
        """A queue by its name in any spelling, or by the user part of its primary URI."""
        return self._queues.get(name.casefold())

    def attendant(self, name: str) -> Attendant | None:
        """An attendant by its name in any spelling, or by the user part of its primary URI."""
        return self._attendants.get(name.casefold())

    def service(self, digits: str) -> QueueSettings | Attendant | None:
        """What a service number calls."""
        return self._queues_by_number.get(digits) or self._attendants_by_number.get(digits)

    def user_by_number(self, digits: str) -> User | None:
        """The user whose personal number this is."""
        return self._users_by_number.get(digits)

    def user_by_extension(self, digits: str) -> User | None:
        """The user whom callers of an attendant reach by this extension."""
        return self._users_by_extension.get(digits)

    def user(self, local_part: str, domain: str | None = None) -> User | None:
        """A user by local part, in one domain or (None) in any, the first domain before the others."""
        if domain is None:
            return self.users.get(local_part.lower()) or self._users_by_local_part.get(local_part.lower())
        return self.users.get(f"{local_part}@{domain}".lower())

    def find(self, name: str, domain: str | None = None) -> User | QueueSettings | Attendant | None:
        """What a dialled name is: an address of a user before the name of a queue, that before an
        attendant's."""
        return self.user(name, domain) or self.queue(name) or self.attendant(name)

    def mailbox(self, name: str) -> Mailbox | None:
        """The shared mailbox of the queue or group of that name, or that of the user with this UPN."""
        whose = self.users.get(name.lower()) or self.queue(name) or self.groups.get(name.casefold())
        return Mailbox(whose) if whose is not None else None

    def mailboxes(self) -> Iterator[Mailbox]:
        """Those of all users, groups and queues."""
        for whose in (self.organization.users, self.organization.groups, self.organization.queues):
            yield from map(Mailbox, whose)

    def mailbox_by_id(self, box_id: str) -> Mailbox | None:
        """The mailbox of whoever has this id."""
        if self._mailboxes is None:
            self._mailboxes = {mailbox.box_id: mailbox for mailbox in self.mailboxes()}
        return self._mailboxes.get(box_id)

    def homes(self) -> tuple[str, ...]:
        """The countries whose numbers are national: the one that is set, else those of its numbers."""
        if self._homes is None:
            # Imported here: the plans of all countries take a tenth of a second, and most need them never.
            from huntline.directory.number_classes import countries_of

            numbers, country = self.organization.numbers, self.organization.dialling.country
            said = [number.country for number in numbers if number.country is not None]
            found = countries_of(number.number for number in numbers if number.country is None)
            self._homes = (country,) if country is not None else tuple(dict.fromkeys((*said, *found)))
        return self._homes

    def class_of(self, number: str) -> NumberClass:
        """The class of a number outside, as somebody of the organization has dialled it."""
        from huntline.directory.number_classes import class_of

        return class_of(number, self.homes())

    def forward_target(self, target: str) -> ForwardTarget | None:
        """What a forward leads to; None when it should be one of ours and is not there."""
        if number := line_uri_number(target):
            digits = number[1:]
            ours = self.service(digits) or self.user_by_number(digits)
            return ours or (None if digits in self._numbers else OutsideTarget("tel:" + number))
        if target[:4].lower() == "sip:":
            return self._sip_target(target)
        if target[: len(ATTENDANT)].lower() == ATTENDANT:
            return self.attendant(target[len(ATTENDANT) :])
        if target[: len(MAILBOX)].lower() == MAILBOX:
            return self.mailbox(target[len(MAILBOX) :])
        return self.queue(target)

    def rule_target(self, user: User, written: str) -> ForwardTarget | None:
        """What a user's own rule leads to: the target of a forward, or by one word their own mailbox."""
        if written == OWN_VOICEMAIL:
            written = user.voicemail_target
        return self.forward_target(written)

    def _sip_target(self, target: str) -> User | QueueSettings | Attendant | OutsideTarget | None:
        parts = sip_uri_parts(target)
        if parts is None or not parts[0]:
            return None
        name, host = parts
        if host not in self.organization.domains:
            return OutsideTarget(target)
        digits = number_digits(name)
        found = digits and (self.service(digits) or self.user_by_number(digits))
        return found or self.find(name, host)
