"""Who is rung and where: plain data that routing gives, and calls keep until everybody has their INVITE."""

from __future__ import annotations

from enum import StrEnum

from huntline.calls.diversion import Path
from huntline.calls.failures import NO_PHONE, RingFailure
from huntline.directory.encryption import Encryption
from huntline.directory.plan import NO_WISH, PersonRule
from huntline.plain import frozen
from huntline.sip.core.flow import Flow


class PhoneKind(StrEnum):
    """What a phone is, which decides how audio is carried to it, and so what it is offered."""

    DESK = "desk"  # a desk phone, a softphone or a trunk: RTP
    DESK_OFFERED = "desk-offered-encryption"  # the same: SRTP with keys in the description, or RTP
    DESK_ENCRYPTED = "desk-encrypted"  # the same: SRTP with keys in the description
    BROWSER = "browser"  # a page: ICE, DTLS and SRTP


_DESK_KINDS = {
    Encryption.NEVER: PhoneKind.DESK,
    Encryption.OFFERED: PhoneKind.DESK_OFFERED,
    Encryption.REQUIRED: PhoneKind.DESK_ENCRYPTED,
}
ENCRYPTION = {kind: encryption for encryption, kind in _DESK_KINDS.items()}
"""Of the kinds that are no pages."""


@frozen
class Contact:
    """Where a phone is reached. ``flow`` None: the address in ``uri`` is looked up first.

    ``display`` is what this phone is told where it is not told what the others of its ring are: it is
    somebody else's, a user's (``account_id``) or one outside, that a person has rung beside their own.
    ``charged_to`` is the user for whose ceilings it counts (``Tolls``).

    ``trunk`` names the provider that it is a way to; ``further`` are other ways to the same number, for when
    this one leads nowhere (rules section 8).
    """

    uri: str
    flow: Flow | None = None
    route: tuple[str, ...] = ()
    is_trusted: bool = False  # a provider that is told who calls
    display: Display | None = None
    account_id: str | None = None
    charged_to: str | None = None
    trunk: str | None = None
    shows_foreign_numbers: bool = False  # such a provider takes numbers that are none of ours
    further: tuple[Contact, ...] = ()
    encryption: Encryption = Encryption.NEVER

    @property
    def phone_kind(self) -> PhoneKind:
        """What kind of audio it takes: what is reached by a WebSocket is a page in a browser."""
        is_page = self.flow is not None and self.flow.transport.is_websocket
        return PhoneKind.BROWSER if is_page else _DESK_KINDS[self.encryption]


@frozen
class Callee:
    """Whom a call is for: a user of ours or somebody outside (``user_id`` None), and where they are rung.

    ``is_by_trunk``: the call leaves for the telephone network, by a trunk that may take numbers that are none
    of ours (``shows_foreign_numbers``) and be told who calls (``is_trusted``). ``path`` is how the path of
    the call names them, ``rule`` theirs for calls that they do not take. ``failure`` says why there are no
    contacts.
    """

    user_id: str | None
    contacts: list[Contact]
    is_by_trunk: bool = False
    path: Path = ()
    rule: PersonRule = NO_WISH
    shows_foreign_numbers: bool = False
    is_trusted: bool = False
    failure: RingFailure = NO_PHONE

    @property
    def has_page(self) -> bool:
        """Whether a page in a browser is among what is rung."""
        return any(contact.phone_kind is PhoneKind.BROWSER for contact in self.contacts)


@frozen
class Display:
    """What the INVITE tells the rung phone; ``page_headers`` are what only a page can show."""

    from_: str
    to: str
    headers: tuple[tuple[str, str], ...]
    page_headers: tuple[tuple[str, str], ...] = ()
