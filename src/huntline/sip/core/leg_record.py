"""What a leg is, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


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
class LegRecord:
    """All that matters about a leg, as plain data for the journal and for status."""

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
