"""What a leg is, as plain data: to be looked at, and for a process that goes on where another one ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from huntline.records import TreeCodec
from huntline.sip.core.dialog import Dialog
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.invite import Invite
from huntline.sip.core.message import HeaderLines


class SipLegState(StrEnum):
    """Where a leg stands."""

    CALLING = "calling"
    """Our INVITE has no response above 100 yet."""
    RINGING = "ringing"
    """The INVITE, ours or the peer's, has no final response."""
    ANSWERED = "answered"
    """Our 2xx waits for its ACK."""
    CONFIRMED = "confirmed"
    """Answered and acknowledged."""
    ENDED = "ended"
    """Over; at most our BYE waits for its response."""


@dataclass(frozen=True, slots=True)
class LegView:
    """What there is to see of a leg that has a dialog, for status."""

    leg_id: str
    is_incoming: bool
    state: str
    flow: dict[str, Any]
    call_id: str
    local_tag: str
    remote_tag: str | None
    local: str
    remote: str
    remote_target: str
    local_cseq: int
    remote_cseq: int | None
    route_set: list[str]
    contact: str
    local_sdp: str | None
    remote_sdp: str | None
    session_interval: int
    we_refresh: bool


# Records. Moments are on the clock of the core (``now``); what is None or False by default is left so where
# there is nothing to tell. A transaction is named by its ``key``.


@dataclass(slots=True)
class ClientTransactionRecord:
    """A request of ours whose responses still matter; ``acks`` are what the 2xx of each To tag got."""

    data: bytes
    flow: Flow
    state: str
    ends_at: float | None
    acks: tuple[tuple[str | None, Flow, bytes], ...] = ()


@dataclass(slots=True)
class ServerTransactionRecord:
    """A request of the peer that may come again; ``last`` is the last response to it."""

    request: bytes
    source: Flow
    flow: Flow
    to_tag: str
    state: str
    last: bytes
    ends_at: float | None


@dataclass(slots=True)
class RepetitionRecord:
    """A response that is repeated until it is acknowledged."""

    flow: Flow
    ends_at: float


@dataclass(slots=True)
class SessionTimerRecord:
    """What is agreed with the peer (RFC 4028); ``is_asking`` says that our refresh is under way."""

    interval: int
    we_refresh: bool
    min_se: int
    due_at: float | None
    is_asking: bool


@dataclass(slots=True)
class NegotiationRecord:
    """The exchange that is under way, and what waits for its turn."""

    offered: str | None
    queued: str | None
    is_refresh_due: bool
    has_update_failed: bool
    retry_at: float | None
    failures: int
    asked: str | None
    accepted: str | None
    repetition: RepetitionRecord | None
    is_late: bool


@dataclass(slots=True)
class ReferralRecord:
    """The peer's REFER, and what it is told of it."""

    asked: str | None
    count: int
    subscription: str
    is_open: bool
    is_silent: bool
    is_notifying: bool
    last: int
    next: int | None


@dataclass(slots=True)
class InfoRecord:
    """Keys that wait for their turn."""

    waiting: tuple[str, ...]
    is_sending: bool
    is_allowed: bool


@dataclass(slots=True)
class EarlyDialogRecord:
    """What one fork of our INVITE has agreed with us; ``offer`` or ``update`` wait for our user."""

    fork: str
    dialog: Dialog
    local_sdp: str | None
    remote_sdp: str | None
    is_agreed: bool
    rseq: int | None
    offer: str | None
    update: str | None


@dataclass(slots=True)
class ProvisionalRecord:
    """A reliable response of ours that has no PRACK yet, or waits for its turn."""

    status: int
    sdp: str | None
    rseq: int
    repetition: RepetitionRecord | None


@dataclass(slots=True)
class IncomingRecord:
    """A call of the peer until the ACK to our answer."""

    invite: str
    is_reliable: bool
    rseq: int
    provisionals: tuple[ProvisionalRecord, ...]
    is_agreed_early: bool
    held_answer: str | None
    repetition: RepetitionRecord | None
    bye_headers: HeaderLines | None


@dataclass(slots=True)
class OutgoingRecord:
    """A call of ours. ``invite`` is None once it is answered."""

    invite: Invite | None
    call_id: str
    cseq: int
    proofs: HeaderLines
    proof_count: int
    early: tuple[EarlyDialogRecord, ...]
    transaction: str | None
    farewell: HeaderLines | None
    is_cancelled: bool
    late_answer: str | None
    rings_until: float | None
    answer_by: float | None = None


@dataclass(slots=True)
class LegRecord:
    """All that lives of a leg, from its first INVITE to the response to its BYE.

    ``leg_id`` is empty where only the refusal of an INVITE waits for its ACK: such a leg is over for all.
    ``account`` names in the keyring what we prove ourselves with: no password is on record.
    """

    leg_id: str
    is_incoming: bool
    state: SipLegState
    local_tag: str
    flow: Flow
    servers: tuple[ServerTransactionRecord, ...] = ()
    clients: tuple[ClientTransactionRecord, ...] = ()
    contact: str = ""
    account: str | None = None
    dialog: Dialog | None = None
    local_sdp: str | None = None
    remote_sdp: str | None = None
    peer_allows_update: bool = False
    identity: HeaderLines = ()
    is_cut_off: bool = False
    lost_flow: Flow | None = None
    goodbye: HeaderLines | None = None
    goodbye_until: float | None = None
    is_asked: bool = False
    session: SessionTimerRecord | None = None
    negotiation: NegotiationRecord | None = None
    referral: ReferralRecord | None = None
    info: InfoRecord | None = None
    incoming: IncomingRecord | None = None
    outgoing: OutgoingRecord | None = None

    @property
    def is_over(self) -> bool:
        """Whether the leg is over for its user, and only its end is still to be said."""
        is_hung_up = self.incoming is not None and self.incoming.bye_headers is not None
        return is_hung_up or self.state is SipLegState.ENDED


RECORD_KINDS: tuple[type, ...] = (
    LegRecord,
    IncomingRecord,
    OutgoingRecord,
    ProvisionalRecord,
    EarlyDialogRecord,
    InfoRecord,
    ReferralRecord,
    NegotiationRecord,
    SessionTimerRecord,
    RepetitionRecord,
    ServerTransactionRecord,
    ClientTransactionRecord,
    SipLegState,
    Dialog,
    Invite,
    Flow,
    Transport,
)
"""All kinds that a leg's record is made of."""

LEG_RECORDS = TreeCodec(LegRecord, RECORD_KINDS)
"""Writes and reads the records of legs."""
