"""Mailboxes: whose they are, how they are set, and what is allowed (rules section 7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from huntline.directory.groups import agents_of, expanded
from huntline.directory.index import Mailbox, OrganizationIndex
from huntline.directory.numbers import Range, numbers_of, whole
from huntline.directory.organization import Group, QueueSettings, User, missing_for_calls
from huntline.directory.problems import Problem, Problems

LONGEST_GREETING = 1_000
"""Characters of a greeting that is spoken."""

LANGUAGES = ("en", "fr")

_PIN = re.compile(r"[0-9]{4,10}", re.ASCII)
_MAIL_ADDRESS = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,253}")


class BoxKind(StrEnum):
    """Whose a mailbox is: one person's, or shared."""

    PERSON = "person"
    GROUP = "group"
    QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class BoxOwner:
    """Whose a mailbox is. ``box_id`` is the id of that user, group or queue; ``members`` are the ids of the
    users who hear its messages; ``address`` is where a call to them would go."""

    box_id: str
    organization_id: str
    kind: BoxKind
    name: str
    members: tuple[str, ...]
    address: str

    @property
    def is_shared(self) -> bool:
        """Whether one takes a message for all."""
        return self.kind is not BoxKind.PERSON


def owner_of(mailbox: Mailbox, index: OrganizationIndex) -> BoxOwner | None:
    """Whose a mailbox is; None of a user who may have none."""
    organization_id = index.organization.organization_id
    members: tuple[str, ...]
    match mailbox.whose:
        case User() as user:
            if missing_for_calls(user):
                return None
            kind, members, address = BoxKind.PERSON, (user.user_id,), f"sip:{user.upn}"
        case Group() as group:
            kind, address = BoxKind.GROUP, f"sip:voicemail@{index.organization.realm}"
            members = tuple(user.user_id for user in expanded([group.name], index.users, index.groups))
        case QueueSettings() as queue:
            kind, address = BoxKind.QUEUE, queue.primary_uri
            members = tuple(user.user_id for user in agents_of(queue, index.users, index.groups))
    return BoxOwner(mailbox.box_id, organization_id, kind, mailbox.name, members, address)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSettings:
    """How a mailbox is set; who has set nothing has these.

    ``greeting_text`` is spoken, ``greeting_file`` names a sound that was uploaded or recorded by phone; with
    neither there is a sentence of ours. ``operator`` is where a key 0 leads, as forwards are written.
    ``mail`` is told of each message, with its sound if ``attach_sound``.
    """

    is_on: bool = True
    language: str = "en"
    greeting_text: str | None = None
    greeting_file: str | None = None
    operator: str | None = None
    longest: int = whole(300, Range(10, 1800, "seconds"))
    kept_days: int = whole(30, Range(1, 3650, "days"))
    quota: int = whole(100, Range(1, 10_000, "messages"))
    mail: str | None = None
    attach_sound: bool = True


MAILBOX_NUMBERS = numbers_of(MailboxSettings)


def check_mailbox(settings: MailboxSettings) -> Problems:
    """What is not allowed, whatever else there is."""
    for field, number in MAILBOX_NUMBERS.items():
        yield from number.range.check((field,), getattr(settings, field))
    if settings.language not in LANGUAGES:
        yield Problem(("language",), settings.language, f"must be one of {', '.join(LANGUAGES)}")
    text = settings.greeting_text
    if text is not None and not 1 <= len(text.strip()) <= LONGEST_GREETING:
        wanted = f"must be 1 to {LONGEST_GREETING} characters, this is {len(text.strip())}"
        yield Problem(("greeting_text",), text, wanted)
    if settings.mail is not None and not _MAIL_ADDRESS.fullmatch(settings.mail):
        yield Problem(("mail",), settings.mail, "must be one mail address such as amal@contoso.com")


def check_pin(pin: str) -> Problems:
    """What is wrong with a PIN, which is not shown."""
    if not _PIN.fullmatch(pin):
        yield Problem(("pin",), "***", "must be 4 to 10 digits")
