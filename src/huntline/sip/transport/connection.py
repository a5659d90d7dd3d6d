"""One connection that carries SIP, with everything a peer may hold of us bounded."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

from huntline.network.strangers import Strangers
from huntline.sip.core.flow import Flow, Transport

log = logging.getLogger(__name__)

PING, PONG = b"\r\n\r\n", b"\r\n"  # RFC 5626 section 3.5.1


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What peers may take of us, over all connections together. Times in seconds, sizes in bytes.

    ``handshakes`` of TLS may be under way at once, as many as an office of phones begins when its line is
    back, within ``connections``; each takes ``handshaking`` at most.
    ``connections_per_address`` counts what a peer opened, an IPv6 address as its /64; ``idle`` must outlast
    the longest registration, since a phone may say nothing in between. A page that is silent for
    ``pinged_after`` is pinged, and cut off when it stays silent for ``pong_within`` more: it outlasts a
    network that is away for a moment.
    """

    connections: int = 10_000
    connections_per_address: int = 1_000
    unsent_bytes: int = 256 * 1024
    connecting: float = 5.0
    handshaking: float = 10.0
    handshakes: int = 1_000
    handshakes_per_address: int = 500
    message_completed: float = 30.0
    reading_resumed: float = 30.0
    idle: float = 3_900.0
    pinged_after: float = 10.0
    pong_within: float = 20.0
    checked_every: float = 5.0


class ConnectionOwner(Protocol):
    """Who keeps the connections."""

    strangers: Strangers

    @property
    def limits(self) -> ConnectionLimits:
        """What a connection may take."""

    def next_number(self) -> int:
        """A number that no connection had before."""

    def connected(self, connection: Connection) -> bool:
        """Whether there is room for it; it is closed otherwise."""

    def spoke(self, connection: Connection) -> None:
        """Its first message came, or its handshake."""

    def disconnected(self, connection: Connection) -> None:
        """It is gone, whoever closed it; told once, also for one that was refused."""


class Connection(asyncio.Protocol):
    """What TCP and WebSocket connections share: all but how messages are framed.

    ``flow`` is valid once the connection is made. ``server_name`` is whom the peer has proven to be, where we
    have opened it with TLS.
    """

    def __init__(
        self,
        owner: ConnectionOwner,
        on_message: Callable[[bytes, Flow], None],
        *,
        kind: Transport,
        local: tuple[str, int],
        is_accepted: bool,
        server_name: str = "",
    ) -> None:
        self._owner = owner
        self._on_message = on_message
        self._limits = owner.limits
        self._kind, self._local, self._server_name = kind, local, server_name
        self._number = owner.next_number()
        self.is_accepted = is_accepted
        self.is_open = False
        self.has_spoken = False
        self.is_counted = False  # among those of its address, by the owner
        self._loop = asyncio.get_running_loop()
        self.lost = self._loop.create_future()
        self._heard_at = self._loop.time()
        self._incomplete_since: float | None = self._heard_at
        self._blocked_since: float | None = None
        self._idle = self._limits.idle

    def keep_alive_within(self, seconds: float) -> None:
        """The peer has agreed to send something that often: what it misses says that it is gone."""
        self._idle = min(self._limits.idle, seconds)

    def _hand_over(self, message: bytes) -> None:
        """A message is whole."""
        self._spoke()
        self._on_message(message, self.flow)

    def _spoke(self) -> None:
        """The peer has shown that it means to use the connection."""
        if not self.has_spoken:
            self.has_spoken = True
            self._owner.spoke(self)

    def check(self, now: float) -> None:
        """Cut the peer off when its time is up."""
        if now >= self._deadline():
            self.abort()

    def _deadline(self) -> float:
        """When the peer's time is up: for completing a message, for reading ours, for being silent."""
        deadlines = [self._heard_at + self._idle]
        if self._incomplete_since is not None:
            deadlines.append(self._incomplete_since + self._limits.message_completed)
        if self._blocked_since is not None:
            deadlines.append(self._blocked_since + self._limits.reading_resumed)
        return min(deadlines)

    def send(self, data: bytes) -> None:
        """Send one message; a peer that lets too much pile up is cut off."""
        if self.is_open:
            self._write(data)

    def _write(self, data: bytes) -> None:
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > self._limits.unsent_bytes:
            log.info("peer does not read, connection cut", extra={"remote": self.flow.remote})
            self.abort()

    def turn_away(self, reason: str) -> None:
        """Close: it is no SIP that the peer speaks."""
        self._owner.strangers.tell(
            self.flow.remote, f"{self._kind}:{self.flow.local}", reason, self._loop.time()
        )
        self.is_open = False
        self._transport.close()

    def close(self) -> None:
        """Close once everything is written."""
        self.is_open = False
        self._transport.close()

    def abort(self) -> None:
        """Close at once; what is unsent is lost."""
        self.is_open = False
        self._transport.abort()

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        remote = transport.get_extra_info("peername") or ("", 0)
        host = transport.get_extra_info("sockname")[0]
        local = host, self._local[1]
        self.flow = Flow(self._kind, local, (remote[0], remote[1]), self._number, self._server_name)
        self.is_open = self._owner.connected(self)
        if not self.is_open:
            self._transport.abort()

    def pause_writing(self) -> None:
        # Whoever does not read our answers may not ask for more of them.
        self._blocked_since = self._loop.time()
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._blocked_since = None
        if self.is_open:
            self._transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        self._owner.disconnected(self)
        if not self.lost.done():
            self.lost.set_result(None)
