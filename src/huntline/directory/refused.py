"""Calls that are turned away, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RefusalReason(StrEnum):
    """Why a call was refused before it was anybody's."""

    UNKNOWN_NUMBER = "unknown-number"
    UNKNOWN_CALLER = "unknown-caller"
    WRONG_CREDENTIALS = "wrong-credentials"
    NO_LICENCE = "no-licence"
    NOT_FOR_GUESTS = "not-for-guests"
    NO_COMMON_AUDIO = "no-common-audio"
    NO_COMMON_ENCRYPTION = "no-common-encryption"
    NO_AUDIO = "no-audio"
    NOBODY_REACHABLE = "nobody-reachable"
    NO_SUCH_CALL = "no-such-call"
    FOREIGN_CALL = "foreign-call"
    NOT_UNDERSTOOD = "not-understood"
    TOO_MANY_CALLS = "too-many-calls"
    TOO_MANY_HOPS = "too-many-hops"
    NUMBER_NOT_ALLOWED = "number-not-allowed"
    CEILING_REACHED = "ceiling-reached"
    QUOTA_CALLS = "quota-calls"
    QUOTA_CALLS_PER_SECOND = "quota-calls-per-second"


REFUSAL_WORDS = {
    RefusalReason.UNKNOWN_NUMBER: "nobody here has this number or name",
    RefusalReason.UNKNOWN_CALLER: "calls are taken from users and from known providers only",
    RefusalReason.WRONG_CREDENTIALS: "the caller did not prove who they are",
    RefusalReason.NO_LICENCE: "the caller has no licence for calls to the outside",
    RefusalReason.NOT_FOR_GUESTS: "test calls reach queues and attendants only",
    RefusalReason.NO_COMMON_AUDIO: "there is no audio that both sides can use",
    RefusalReason.NO_COMMON_ENCRYPTION: "the two sides do not agree on whether the audio is encrypted (SRTP)",
    RefusalReason.NO_AUDIO: "there is no audio at the moment",
    RefusalReason.NOBODY_REACHABLE: "no phone of the person is registered",
    RefusalReason.NO_SUCH_CALL: "the call to take over is not there",
    RefusalReason.FOREIGN_CALL: "the call to take over is somebody else's",
    RefusalReason.NOT_UNDERSTOOD: "the request is malformed or asks for what this server does not have",
    RefusalReason.TOO_MANY_CALLS: "as many calls are up as the server may have",
    RefusalReason.TOO_MANY_HOPS: "too many hops",
    RefusalReason.NUMBER_NOT_ALLOWED: "calls to numbers of this class are not allowed",
    RefusalReason.CEILING_REACHED: "the ceiling of international calls of this day is reached",
    RefusalReason.QUOTA_CALLS: "as many calls are up as the organization may have (max_calls)",
    RefusalReason.QUOTA_CALLS_PER_SECOND: (
        "more new calls come in a second than the organization may have (max_calls_per_second)"
    ),
}
"""In English, as the Warning of an answer has them (RFC 3261 section 20.43)."""


@dataclass(frozen=True, slots=True)
class RefusedCall:
    """A call that was refused, or ``count`` of them that came in a flood.

    ``source`` is the address it came from; ``caller`` and ``dialled`` are what it said of itself, and empty
    for a flood.
    """

    organization_id: str
    source: str
    caller: str
    dialled: str
    status: int
    reason: RefusalReason
    count: int = 1
