"""A flow: the path that a SIP message came by or goes out by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Transport(StrEnum):
    """How bytes travel; the value is what a URI's ``transport`` parameter says (Via has it in upper case)."""

    UDP = "udp"
    TCP = "tcp"
    WS = "ws"

    @property
    def is_reliable(self) -> bool:
        """Whether the transport delivers by itself: no retransmissions of ours (RFC 3261 section 17)."""
        return self is not Transport.UDP


@dataclass(frozen=True, slots=True)
class Flow:
    """One path to a peer, plain data.

    ``local`` is our listening address (IP, port), ``remote`` the peer's. ``connection`` numbers a TCP or
    WebSocket connection; 0 on UDP, and on TCP when any connection to ``remote`` will do (one is opened if
    needed).
    """

    transport: Transport
    local: tuple[str, int]
    remote: tuple[str, int]
    connection: int = 0
