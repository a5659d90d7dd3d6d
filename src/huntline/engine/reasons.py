"""Why things are as they are: reasons as data, which become words only where somebody reads them.

A reason without fields is a member of ``Cause`` or ``StopReason``, one with fields a small class of its own.
Each has a ``kind``, which never changes its meaning: history, the live snapshot and the API carry it. Whoever
adds one adds its words in ``languages/reasons.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal, assert_never

from huntline.engine.presence import Presence


class Cause(StrEnum):
    """A reason that is all said by its kind."""

    # what an agent does, and why nobody rings them
    READY = "ready"
    NO_PHONE = "no-phone"
    PRESENCE_OFFLINE = "presence-offline"
    OPTED_OUT = "opted-out"
    DO_NOT_DISTURB = "do-not-disturb"
    BEING_RUNG = "being-rung"
    ON_QUEUE_CALL = "on-queue-call"
    ON_ANOTHER_CALL = "on-another-call"
    NOT_IN_QUEUE = "not-in-queue"
    # why somebody is rung
    ALL_AVAILABLE = "all-available"
    FIRST_OF_LIST = "first-of-list"
    NEXT_AFTER_LAST = "next-after-last"
    LONGEST_IDLE = "longest-idle"
    LOST_THE_RACE = "lost-the-race"
    # why a caller waits, or leaves the line
    QUEUE_WITHOUT_AGENTS = "queue-without-agents"
    NOBODY_SERVES = "nobody-serves"
    QUEUE_REMOVED = "queue-removed"
    QUEUE_UNKNOWN = "queue-unknown"
    # what became of a forward or of a transfer
    WENT_IN_A_CIRCLE = "went-in-a-circle"
    FORWARDED_TO_NOTHING = "forwarded-to-nothing"
    FORWARD_WITHOUT_RESULT = "forward-without-result"
    TRANSFER_WITHOUT_RESULT = "transfer-without-result"
    OUT_OF_A_DIRECT_CALL = "out-of-a-direct-call"
    FROM_OUTSIDE = "from-outside"
    # why a call goes on from a person or an attendant
    RULE_ALWAYS = "rule-always"
    RULE_BUSY = "rule-busy"
    RULE_NO_ANSWER = "rule-no-answer"
    RULE_NOT_REACHABLE = "rule-not-reachable"
    NO_KEY_PRESSED = "no-key-pressed"
    BACK_FROM_A_MENU = "back-from-a-menu"
    BY_ITS_HOURS = "by-its-hours"
    # who or what ended a call or a ring
    CALLER_HUNG_UP = "caller-hung-up"
    AGENT_HUNG_UP = "agent-hung-up"
    AGENT_HUNG_UP_EARLY = "agent-hung-up-early"
    TARGET_HUNG_UP = "target-hung-up"
    SHUTTING_DOWN = "shutting-down"
    SERVER_RESTARTED = "server-restarted"
    NO_AUDIO_TWICE = "no-audio-twice"
    NO_AUDIO_IN_TIME = "no-audio-in-time"
    NO_MORE_AUDIO = "no-more-audio"
    NO_ACK = "no-ack"
    SESSION_EXPIRED = "session-expired"
    TRANSPORT_FAILED = "transport-failed"
    NO_RESPONSE = "no-response"
    NOT_REGISTERED = "not-registered"
    UNKNOWN_USER = "unknown-user"
    PHONE_GONE = "phone-gone"
    TOO_MANY_HOPS = "too-many-hops"
    NUMBER_NOT_ALLOWED = "number-not-allowed"
    CEILING_REACHED = "ceiling-reached"
    TRUNKS_DOWN = "trunks-down"
    TRUNKS_FULL = "trunks-full"
    # what is wrong with a trunk
    TRUNK_REFUSES_US = "trunk-refuses-us"
    TRUNK_NOT_FOUND = "trunk-not-found"
    TRUNK_SILENT = "trunk-silent"
    CONNECTION_REFUSED = "connection-refused"
    CONNECTION_TIMED_OUT = "connection-timed-out"
    CONNECTION_CLOSED = "connection-closed"
    CERTIFICATE_EXPIRED = "certificate-expired"
    CERTIFICATE_NOT_YET_VALID = "certificate-not-yet-valid"
    CERTIFICATE_OF_ANOTHER_NAME = "certificate-of-another-name"
    CERTIFICATE_OF_UNKNOWN_ISSUER = "certificate-of-unknown-issuer"
    CERTIFICATE_SIGNED_BY_ITSELF = "certificate-signed-by-itself"
    CERTIFICATE_NOT_TRUSTED = "certificate-not-trusted"
    OUR_CERTIFICATE_REFUSED = "our-certificate-refused"
    TLS_REFUSED = "tls-refused"
    NO_TLS = "no-tls"
    # why a phone can take no call
    NO_COMMON_AUDIO = "no-common-audio"
    NO_ENCRYPTION = "no-encryption"
    UNKNOWN_CONTENT = "unknown-content"
    UNKNOWN_EXTENSION = "unknown-extension"
    NO_SESSION_DESCRIPTION = "no-session-description"
    # answers to "why was I not rung?"
    NOTHING_DECIDED = "nothing-decided"


class StopReason(StrEnum):
    """Why a phone stops ringing, or an agent who answered is released."""

    ANSWERED_ELSEWHERE = "answered-elsewhere"
    CALLER_GONE = "caller-gone"
    NO_ANSWER = "no-answer"
    CALL_MOVED = "call-moved"  # overflow, timeout or forward took the call away
    NO_LONGER_ALLOWED = "no-longer-allowed"  # removed from the queue, opted out, paused ... while ringing
    SETTINGS_CHANGED = "settings-changed"
    EARLIER_CALL = "earlier-call"
    NO_AUDIO = "no-audio"


class RingOutcome(StrEnum):
    """How a ring ended."""

    ANSWERED = "answered"
    DECLINED = "declined"
    NO_ANSWER = "no answer"
    FAILED = "failed"
    STOPPED = "stopped"
    RELEASED = "released"


class DestinationKind(StrEnum):
    """What somebody is handed on to."""

    QUEUE = "queue"
    PERSON = "person"
    NUMBER = "number"
    ATTENDANT = "attendant"
    VOICEMAIL = "voicemail"


@dataclass(frozen=True, slots=True)
class Destination:
    """Whom a call goes to, by the name then: of a queue, an address, a number; or "", which is withheld."""

    to: DestinationKind
    name: str = ""


class Obstacle(StrEnum):
    """What keeps agents from being rung, as far as they are counted."""

    OFFLINE = "offline"
    PAUSED = "paused"
    OPTED_OUT = "opted-out"
    DO_NOT_DISTURB = "do-not-disturb"
    BEING_RUNG = "being-rung"
    ON_QUEUE_CALL = "on-queue-call"
    ON_ANOTHER_CALL = "on-another-call"
    WRAP_UP = "wrap-up"
    LEFT_ALONE = "left-alone"
    PRESENCE = "presence"


@dataclass(frozen=True, slots=True)
class Count:
    """So many agents who cannot be rung for the same reason."""

    obstacle: Obstacle
    count: int


# -- about agents


@dataclass(frozen=True, slots=True)
class Paused:
    """The agent paused; ``note`` is what they said about it, or empty."""

    kind: ClassVar[str] = "paused"
    note: str = ""


@dataclass(frozen=True, slots=True)
class WrapUp:
    """The agent has time after a call."""

    kind: ClassVar[str] = "wrap-up"
    until: datetime


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """The agent's phone failed a short while ago. ``until`` None: until something about it changes."""

    kind: ClassVar[str] = "left-alone"
    until: datetime | None
    why: Reason


@dataclass(frozen=True, slots=True)
class PresenceIs:
    """The queue rings those who are Available."""

    kind: ClassVar[str] = "presence"
    presence: Presence


@dataclass(frozen=True, slots=True)
class RungFor:
    """A queue rings the agent."""

    kind: ClassVar[str] = "rung-for"
    queue: str


@dataclass(frozen=True, slots=True)
class TalkingFor:
    """The agent talks to a caller of a queue."""

    kind: ClassVar[str] = "talking-for"
    queue: str


@dataclass(frozen=True, slots=True)
class NobodyFree:
    """Why none of a queue's agents can be rung."""

    kind: ClassVar[str] = "nobody-free"
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class AnsweredAfter:
    """How long after its arrival a call was answered."""

    kind: ClassVar[str] = "answered-after"
    seconds: float


# -- about exits and ends


@dataclass(frozen=True, slots=True)
class QueueFull:
    """As many calls wait as may."""

    kind: ClassVar[str] = "queue-full"
    waiting: int


@dataclass(frozen=True, slots=True)
class WaitedMaximum:
    """The maximum wait is over."""

    kind: ClassVar[str] = "waited-maximum"
    seconds: float


@dataclass(frozen=True, slots=True)
class ExitTaken:
    """A caller leaves the line; ``to`` None: is hung up on."""

    kind: ClassVar[str] = "exit-taken"
    why: Reason
    to: Destination | None


@dataclass(frozen=True, slots=True)
class AfterExit:
    """What became of a caller who had left the line."""

    kind: ClassVar[str] = "after-exit"
    why: Reason
    then: Reason


@dataclass(frozen=True, slots=True)
class SentOn:
    """A call goes on from a person, an attendant or a mailbox; ``to`` None: it is over."""

    kind: ClassVar[str] = "sent-on"
    at: Destination
    why: Reason
    to: Destination | None


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """The caller has chosen by a key."""

    kind: ClassVar[str] = "key-pressed"
    key: str


@dataclass(frozen=True, slots=True)
class LeftMessage:
    """The caller has left a message of so many seconds."""

    kind: ClassVar[str] = "left-message"
    box: Destination
    seconds: float


@dataclass(frozen=True, slots=True)
class FailedForward:
    """Whoever a queue forwards to could not be reached, or did not answer."""

    kind: ClassVar[str] = "failed-forward"
    why: Reason


@dataclass(frozen=True, slots=True)
class FailedTransfer:
    """Nobody took the caller who was left to a transfer."""

    kind: ClassVar[str] = "failed-transfer"
    why: Reason


@dataclass(frozen=True, slots=True)
class BackInLine:
    """A caller who has been served waits again."""

    kind: ClassVar[str] = "back-in-line"
    why: Reason


@dataclass(frozen=True, slots=True)
class HandedTo:
    """Whom the caller was transferred to, who may be rung still."""

    kind: ClassVar[str] = "handed-to"
    to: Destination
    is_rung: bool = False


@dataclass(frozen=True, slots=True)
class TransferredTo:
    """The call ended for the queue by a transfer."""

    kind: ClassVar[str] = "transferred-to"
    to: Destination


@dataclass(frozen=True, slots=True)
class LeftToTransfer:
    """The agent hung up while whom they transfer the caller to was rung."""

    kind: ClassVar[str] = "left-to-transfer"
    to: Destination


@dataclass(frozen=True, slots=True)
class FromQueue:
    """The caller was transferred out of a conversation that a queue had made; "" is a queue of no name."""

    kind: ClassVar[str] = "from-queue"
    queue: str


@dataclass(frozen=True, slots=True)
class SipAnswer:
    """A phone, or a provider, answered with a failure (RFC 3261 section 21)."""

    kind: ClassVar[str] = "sip-answer"
    status: int
    phrase: str


@dataclass(frozen=True, slots=True)
class OnlyText:
    """What is known as a text only: of a peer, of a library, or of a row that was written before reasons
    were data."""

    kind: ClassVar[str] = "text"
    text: str


# -- answers to "why was I not rung?"


@dataclass(frozen=True, slots=True)
class RungAt:
    """The phones rang, and how that ended."""

    kind: ClassVar[str] = "rung-at"
    at: datetime
    outcome: RingOutcome
    ended_at: datetime
    why: Reason | None


@dataclass(frozen=True, slots=True)
class NotRungFrom:
    """From a moment on the agent was not rung."""

    kind: ClassVar[str] = "not-rung-from"
    at: datetime
    why: Reason


@dataclass(frozen=True, slots=True)
class OccupiedByCall:
    """Another call rang at the agent's, or kept them."""

    kind: ClassVar[str] = "occupied-by-call"
    begin: datetime
    end: datetime


WithFields = (
    Paused
    | WrapUp
    | LeftAlone
    | PresenceIs
    | RungFor
    | TalkingFor
    | NobodyFree
    | AnsweredAfter
    | QueueFull
    | WaitedMaximum
    | ExitTaken
    | AfterExit
    | SentOn
    | KeyPressed
    | LeftMessage
    | FailedForward
    | FailedTransfer
    | BackInLine
    | HandedTo
    | TransferredTo
    | LeftToTransfer
    | FromQueue
    | SipAnswer
    | OnlyText
    | RungAt
    | NotRungFrom
    | OccupiedByCall
)
Reason = Cause | StopReason | WithFields
"""Any of them."""

Hindrance = (
    Literal[
        Cause.NO_PHONE,
        Cause.PRESENCE_OFFLINE,
        Cause.OPTED_OUT,
        Cause.DO_NOT_DISTURB,
        Cause.BEING_RUNG,
        Cause.ON_QUEUE_CALL,
        Cause.ON_ANOTHER_CALL,
    ]
    | Paused
    | WrapUp
    | LeftAlone
    | PresenceIs
)
"""Why a queue may not ring an agent."""


def obstacle_of(hindrance: Hindrance) -> Obstacle:
    """What an agent who cannot be rung is counted as."""
    match hindrance:
        case Cause.NO_PHONE | Cause.PRESENCE_OFFLINE:
            return Obstacle.OFFLINE
        case Cause.OPTED_OUT:
            return Obstacle.OPTED_OUT
        case Cause.DO_NOT_DISTURB:
            return Obstacle.DO_NOT_DISTURB
        case Cause.BEING_RUNG:
            return Obstacle.BEING_RUNG
        case Cause.ON_QUEUE_CALL:
            return Obstacle.ON_QUEUE_CALL
        case Cause.ON_ANOTHER_CALL:
            return Obstacle.ON_ANOTHER_CALL
        case Paused():
            return Obstacle.PAUSED
        case WrapUp():
            return Obstacle.WRAP_UP
        case LeftAlone():
            return Obstacle.LEFT_ALONE
        case PresenceIs():
            return Obstacle.PRESENCE
        case _:
            assert_never(hindrance)
