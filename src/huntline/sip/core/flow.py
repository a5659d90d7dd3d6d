"""A flow: the path that a SIP message came by or goes out by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Transport(StrEnum):
    """How bytes travel; the value in upper case is what Via says."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"
    WS = "ws"
    WSS = "wss"

    @property
    def is_reliable(self) -> bool:
        """Whether the transport delivers by itself: no retransmissions of ours (RFC 3261 section 17)."""
        return self is not Transport.UDP

    @property
    def is_websocket(self) -> bool:
        """Whether it is how pages speak SIP (RFC 7118)."""
        return self in (Transport.WS, Transport.WSS)

    @property
    def is_encrypted(self) -> bool:
        """Whether TLS is around it."""
        return self in (Transport.TLS, Transport.WSS)

    @property
    def usual_port(self) -> int:
        """The port where no URI names one (RFC 3261 section 19.1.2); for WebSocket those of HTTP."""
        return _USUAL_PORTS.get(self, 5060)

    @property
    def uri_parameter(self) -> str:
        """What a URI of ours says of it; UDP goes without saying, and ``ws`` stands for both WebSocket
        transports (RFC 7118 section 5.2.4)."""
        if self is Transport.UDP:
            return ""
        return f";transport={Transport.WS if self.is_websocket else self}"


_USUAL_PORTS = {Transport.TLS: 5061, Transport.WS: 80, Transport.WSS: 443}


@dataclass(frozen=True, slots=True)
class Flow:
    """One path to a peer, plain data.

    ``local`` is our listening address (IP, port), ``remote`` the peer's. ``connection`` numbers a connection;
    0 on UDP, and on TCP and TLS when any connection to ``remote`` will do (one is opened if needed).
    ``server_name`` is whom the peer of a TLS connection that we open has to prove to be; without it the
    address itself.
    """

    transport: Transport
    local: tuple[str, int]
    remote: tuple[str, int]
    connection: int = 0
    server_name: str = ""
