"""Why nobody was reached, as a value: what becomes of the call then, and what its caller is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from huntline.calls.diversion import DiversionReason
from huntline.clean_text import cleaned
from huntline.engine.reasons import Cause, OnlyText, Reason, SipAnswer, StopReason
from huntline.errors import PeerError
from huntline.media.interface import NotAcceptable
from huntline.sip.core.events import LegRejected
from huntline.sip.core.grammar import GrammarError, parse_parameters, quote_string, split_list
from huntline.sip.core.message import parse_number

BUSY = (486, 600, 603)
"""What says that a person does not want the call now (rules section 5)."""

_FOR_ALL_PHONES = (600, 603)
"""What speaks for all phones of the party (RFC 3261 section 21.6)."""

# What RFC 3261 section 16.7 lets through: it tells of whom was called, or of the way to them.
_TOLD_ON = frozenset({403, 404, 410, 480, 482, 483, 484, 485, 604})
_NO_COMMON_AUDIO = (415, 488, 606)
_SILENCE = (408, 504)
_OF_THE_REQUEST = (501, 505, 513)
"""RFC 3261 sections 21.5.2, 21.5.6 and 21.5.7."""

# Sections 21.4.13, 21.4.15, 21.4.26 and 21.6.4: all calls are offered the same audio in the same way.
_UNFIT = {
    415: Cause.UNKNOWN_CONTENT,
    420: Cause.UNKNOWN_EXTENSION,
    488: Cause.NO_COMMON_AUDIO,
    606: Cause.NO_COMMON_AUDIO,
}

_HIGHEST_CAUSE = 127

Header = tuple[str, str]


_ENDS = {
    "no ack": Cause.NO_ACK,
    "session expired": Cause.SESSION_EXPIRED,
    "transport failed": Cause.TRANSPORT_FAILED,
    "no response": Cause.NO_RESPONSE,
    "restart": Cause.SERVER_RESTARTED,
}


def why_ended(word: str) -> Reason:
    """Why a leg is over, by the word of ``sip.core.events.LegEnded``."""
    return _ENDS.get(word) or OnlyText(word)


def why_refused(error: PeerError) -> Reason:
    """What was wrong with what a peer said."""
    return OnlyText(cleaned(str(error)))


@dataclass(frozen=True, slots=True)
class Q850Cause:
    """Why the telephone network let a call go (ITU-T Q.850), as a Reason header carries it (RFC 6432)."""

    cause: int
    text: str = ""

    def header(self) -> Header:
        """The Reason header."""
        plain = "".join(character for character in self.text if character.isprintable())
        return "Reason", f"Q.850;cause={self.cause}" + (f";text={quote_string(plain)}" if plain else "")


def q850_of(reasons: Iterable[str]) -> Q850Cause | None:
    """The cause among the values of Reason headers; there is at most one of a protocol (RFC 3326)."""
    for value in (each for line in reasons for each in split_list(line)):
        protocol, semicolon, rest = value.partition(";")
        if protocol.strip().upper() != "Q.850":
            continue
        try:
            parameters = parse_parameters(semicolon + rest)
        except GrammarError:
            continue
        cause = parse_number(parameters.get("cause"), _HIGHEST_CAUSE)
        if cause is not None:
            return Q850Cause(cause, parameters.get("text") or "")
    return None


def farewell_of(reasons: Iterable[str]) -> tuple[Header, ...]:
    """What of a party's last words the other one is told."""
    cause = q850_of(reasons)
    return (cause.header(),) if cause else ()


@dataclass(frozen=True, slots=True)
class RingFailure:
    """Why a party was not reached: the status of the refusal or the one that says the same, and ``why`` for
    people. ``is_timeout``: they were rung for as long as it was to be. ``unfit``: the phone
    would refuse any other call as well. ``is_local``: nobody has said it."""

    status: int
    why: Reason
    is_timeout: bool = False
    q850: Q850Cause | None = None
    retry_after: int | None = None
    unfit: Cause | None = None
    is_local: bool = False

    @classmethod
    def of_refusal(cls, event: LegRejected, *, was_encrypted: bool = False) -> RingFailure:
        """What a phone or a trunk has said to our offer, which had to be encrypted or not."""
        unfit = _UNFIT.get(event.status)
        why: Reason = SipAnswer(event.status, cleaned(event.reason))
        if was_encrypted and unfit is Cause.NO_COMMON_AUDIO:
            why = unfit = Cause.NO_ENCRYPTION
        return cls(
            event.status,
            why,
            q850=q850_of(event.reasons),
            retry_after=event.retry_after,
            unfit=unfit,
            is_local=event.is_local,
        )

    @classmethod
    def of_answer(cls, status: int, phrase: str, retry_after: int | None = None) -> RingFailure:
        """What a provider has said to something else than a call."""
        return cls(status, SipAnswer(status, cleaned(phrase)), retry_after=retry_after)

    @classmethod
    def of_error(cls, error: PeerError) -> RingFailure:
        """What kept us from asking, or from hearing each other."""
        return cls(error.sip_status if isinstance(error, NotAcceptable) else 480, why_refused(error))

    @property
    def is_for_all_phones(self) -> bool:
        """Whether it speaks for all phones of the party."""
        return self.status in _FOR_ALL_PHONES

    @property
    def leads_to_next_way(self) -> bool:
        """Whether a call to a provider is tried on another host or trunk (rules section 8): it was not heard,
        or cannot take the call now. What is wrong with the request itself is wrong there, too."""
        return self.status == 408 or (500 <= self.status < 600 and self.status not in _OF_THE_REQUEST)

    @property
    def meaning(self) -> DiversionReason:
        """What it is to the rule of the person who was called."""
        if self.is_timeout:
            return DiversionReason.NO_ANSWER
        return DiversionReason.BUSY if self.status in BUSY else DiversionReason.UNREACHABLE

    def or_better(self, other: RingFailure | None) -> RingFailure:
        """Of the failures of two phones the one that says more of the party, else this one."""
        return self if other is None or self._says_more() >= other._says_more() else other

    def _says_more(self) -> int:
        # RFC 3261 section 16.7: what speaks for all phones first, what the network says last.
        if self.is_for_all_phones:
            return 3
        if self.meaning is not DiversionReason.UNREACHABLE:
            return 2
        return 0 if self.status in (*_SILENCE, 480) or self.status >= 500 else 1

    def status_for_caller(self, *, is_outside: bool) -> int:
        """How the caller is refused who dialled this party (RFC 3261 section 16.7, RFC 3398 section 7.2.6).

        Of a network outside more is told than of our own people's phones. What concerns only us and the
        trunk, such as its asking for another password, is an error of the server to the caller.
        """
        status = self.status
        if self.is_timeout:
            return 480
        if status in _NO_COMMON_AUDIO:
            return 488
        if status in BUSY or status == TOO_MANY_HOPS.status:
            return status
        if not is_outside or status < 400 or status == 487:
            return 480
        if self.why in (Cause.TRUNKS_DOWN, Cause.TRUNKS_FULL, Cause.TRUNK_REFUSES_US):
            return status
        if status in _TOLD_ON:
            return status
        return 504 if status in _SILENCE else 500

    def headers_for_caller(self, status: int) -> tuple[Header, ...]:
        """What goes with that status: the network's own cause, and when it is worth another try."""
        cause = (self.q850.header(),) if self.q850 else ()
        has_time = status == 500 and self.retry_after is not None
        return (*cause, ("Retry-After", str(self.retry_after))) if has_time else cause


@dataclass(frozen=True, slots=True)
class Unreached:
    """Whom a call was sent on to was not reached; ``is_outside``: the telephone network was asked."""

    failure: RingFailure
    is_outside: bool = False


NO_PHONE = RingFailure(480, Cause.NOT_REGISTERED)
TRUNK_SILENT = RingFailure(408, Cause.TRUNK_SILENT, is_local=True)
TRUNK_REFUSES_US = RingFailure(503, Cause.TRUNK_REFUSES_US)
TRUNKS_DOWN = RingFailure(503, Cause.TRUNKS_DOWN)
TRUNKS_FULL = RingFailure(503, Cause.TRUNKS_FULL)
NO_ANSWER = RingFailure(408, StopReason.NO_ANSWER, is_timeout=True)
NO_DESCRIPTION = RingFailure(488, Cause.NO_SESSION_DESCRIPTION)
TOO_MANY_HOPS = RingFailure(483, Cause.TOO_MANY_HOPS)
NUMBER_NOT_ALLOWED = RingFailure(403, Cause.NUMBER_NOT_ALLOWED)
CEILING_REACHED = RingFailure(403, Cause.CEILING_REACHED)
UNKNOWN_USER = RingFailure(404, Cause.UNKNOWN_USER)
NOTHING_THERE = RingFailure(404, Cause.FORWARDED_TO_NOTHING)
