"""All connections that carry SIP: how many there may be, and which leads where."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from huntline.logs import RationedWarning
from huntline.network.peers import source_of
from huntline.network.protocols import Protocol
from huntline.network.strangers import Strangers
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.transport.connection import Connection, ConnectionLimits, ConnectionOwner

log = logging.getLogger(__name__)

_Peer = tuple[Transport, tuple[str, int], str]
_LAST_WORDS = 1.0  # seconds for writing what is unsent when everything closes


class Connections(ConnectionOwner):
    """Keeps the connections of all transports; the end of each is told by ``on_lost``."""

    def __init__(self, limits: ConnectionLimits, on_lost: Callable[[Flow], None]) -> None:
        self._limits = limits
        self.strangers = Strangers(Protocol.SIP)
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._by_number: dict[int, Connection] = {}
        self._by_remote: dict[_Peer, Connection] = {}
        self._accepted: Counter[str] = Counter()
        self._silent: dict[str, dict[Connection, None]] = {}  # those that wait longest first, by source
        self._refused = RationedWarning(log, "SIP connections are refused or cut off: there are too many")
        self._last_number = time.time_ns() // 1000
        self._sweep: asyncio.TimerHandle | None = None
        self._is_closing = False

    def __len__(self) -> int:
        return len(self._by_number)

    @property
    def limits(self) -> ConnectionLimits:
        """What a connection may take."""
        return self._limits

    def next_number(self) -> int:
        """A number that no connection had before, in this process or in an earlier one."""
        self._last_number += 1
        return self._last_number

    def find(self, flow: Flow) -> Connection | None:
        """The flow's connection, else any of the same kind that leads to the same peer."""
        return self._by_number.get(flow.connection) or self._by_remote.get(_peer_of(flow))

    def connected(self, connection: Connection) -> bool:
        """Room for one more? Then it is taken in.

        Where there is none, one that has never sent a message loses its place: of this peer where it has as
        many as it may, else of the peer that has most of these.
        """
        if self._is_closing:
            return False
        if len(self._by_number) >= self._limits.connections and not self._make_room():
            return False
        if not self._count(connection):
            return False
        self._by_number[connection.flow.connection] = connection
        self._by_remote[_peer_of(connection.flow)] = connection
        if self._sweep is None:
            self._schedule_sweep()
        return True

    def comes_from(self, connection: Connection, remote: tuple[str, int]) -> bool:
        """A proxy told whose connection it is: it is counted as theirs, if they may have one more."""
        self._forget_remote(connection)
        connection.flow = replace(connection.flow, remote=remote)
        self._by_remote[_peer_of(connection.flow)] = connection
        return self._count(connection)

    def spoke(self, connection: Connection) -> None:
        """Its first message or handshake came: it keeps its place."""
        self._forget_silent(connection)

    def disconnected(self, connection: Connection) -> None:
        """Forget it, and tell that its flow leads nowhere any more."""
        if self._by_number.pop(connection.flow.connection, None) is not None:
            self._forget_remote(connection)
            self._on_lost(connection.flow)

    async def close(self) -> None:
        """Let connections write what they hold (a moment at most), close them, take no more."""
        self._is_closing = True
        lost = [connection.lost for connection in self._by_number.values()]
        for connection in self._by_number.values():
            connection.close()
        if lost:
            _, unwritten = await asyncio.wait(lost, timeout=_LAST_WORDS)
            for connection in self._by_number.values():
                connection.abort()
            await asyncio.gather(*unwritten)
        if self._sweep is not None:
            self._sweep.cancel()

    def _count(self, connection: Connection) -> bool:
        if connection.is_accepted:
            source = source_of(connection.flow.remote[0])
            if self._accepted[source] >= self._limits.connections_per_address and not self._make_room(source):
                return False
            self._accepted[source] += 1
            connection.is_counted = True
            if not connection.has_spoken:
                self._silent.setdefault(source, {})[connection] = None
        return True

    def _make_room(self, source: str | None = None) -> bool:
        """Cut off the connection that has been silent for longest, if there is any."""
        if source is None and self._silent:
            source = max(self._silent, key=lambda each: len(self._silent[each]))
        silent = self._silent.get(source or "", {})
        self._refused.tell(source=source, connections=len(self._by_number))
        for connection in silent:
            del self._by_number[connection.flow.connection]
            self._forget_remote(connection)
            connection.abort()
            return True
        return False

    def _forget_remote(self, connection: Connection) -> None:
        flow = connection.flow
        if self._by_remote.get(_peer_of(flow)) is connection:
            del self._by_remote[_peer_of(flow)]
        self._forget_silent(connection)
        if connection.is_counted:
            connection.is_counted = False
            source = source_of(flow.remote[0])
            self._accepted[source] -= 1
            if not self._accepted[source]:
                del self._accepted[source]

    def _forget_silent(self, connection: Connection) -> None:
        source = source_of(connection.flow.remote[0])
        silent = self._silent.get(source, {})
        silent.pop(connection, None)
        if not silent:
            self._silent.pop(source, None)

    def _schedule_sweep(self) -> None:
        self._sweep = self._loop.call_later(self._limits.checked_every, self._check_all)

    def _check_all(self) -> None:
        now = self._loop.time()
        for connection in list(self._by_number.values()):
            connection.check(now)
        self._sweep = None
        if self._by_number:
            self._schedule_sweep()


def _peer_of(flow: Flow) -> _Peer:
    """Who is at the other end; over TLS it counts whom they have proven to be (RFC 5923 section 9.1)."""
    return flow.transport, flow.remote, flow.server_name
