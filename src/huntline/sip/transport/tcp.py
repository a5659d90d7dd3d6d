"""SIP over TCP: connections taken and opened, reused for everything that goes to the same peer."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from huntline.sip.core.flow import Flow, Transport
from huntline.sip.transport.address import ListenAddress
from huntline.sip.transport.connection import Connection, ConnectionOwner, TcpLimits

log = logging.getLogger(__name__)

_LAST_WORDS = 1.0  # seconds for writing what is unsent when everything closes


class TcpTransport(ConnectionOwner):
    """All listening sockets and connections.

    A connection that ends, or cannot be opened, is told by ``on_flow_failed``; sending never raises.
    """

    def __init__(
        self,
        on_message: Callable[[bytes, Flow], None],
        on_flow_failed: Callable[[Flow], None],
        limits: TcpLimits,
    ) -> None:
        self._on_message = on_message
        self._on_flow_failed = on_flow_failed
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._servers: list[asyncio.Server] = []
        self._connections: dict[int, Connection] = {}
        self._by_remote: dict[tuple[str, int], Connection] = {}
        self._accepted: Counter[str] = Counter()
        self._openings: dict[Flow, _Opening] = {}
        self._last_number = 0
        self._sweep: asyncio.TimerHandle | None = None
        self._is_closing = False

    @property
    def connection_count(self) -> int:
        """Connections open now, taken and opened."""
        return len(self._connections)

    async def listen(self, address: ListenAddress) -> ListenAddress:
        """Take connections on an address; gives it back with the real port. Raises OSError."""
        port = address.port
        server = await self._loop.create_server(
            lambda: self._connection((address.host, port), is_accepted=True), address.host, address.port
        )
        self._servers.append(server)
        port = server.sockets[0].getsockname()[1]
        return ListenAddress(Transport.TCP, address.host, port)

    def send(self, data: bytes, flow: Flow) -> None:
        """Write to the flow's connection, else to any that leads to the same peer, else open one.

        A flow whose numbered connection is gone has failed: the far port of a connection that the peer
        opened is not one where it listens.
        """
        connection = self._connections.get(flow.connection) or self._by_remote.get(flow.remote)
        if connection is not None:
            connection.send(data)
        elif flow.connection or self._is_closing:
            self._on_flow_failed(flow)
        else:
            self._open(flow, data)

    async def close(self) -> None:
        """Stop listening, let connections write what they hold (a moment at most), close them."""
        self._is_closing = True
        for server in self._servers:
            server.close()
        tasks = [opening.task for opening in self._openings.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._openings.clear()
        lost = [connection.lost for connection in self._connections.values()]
        for connection in self._connections.values():
            connection.close()
        if lost:
            _, unwritten = await asyncio.wait(lost, timeout=_LAST_WORDS)
            for connection in self._connections.values():
                connection.abort()
            await asyncio.gather(*unwritten)
        if self._sweep is not None:
            self._sweep.cancel()

    def connected(self, connection: Connection) -> bool:
        """Room for one more? Then it is taken in."""
        host = connection.flow.remote[0]
        if self._is_closing or len(self._connections) >= self._limits.connections:
            return False
        if connection.is_accepted:
            if self._accepted[host] >= self._limits.connections_per_address:
                return False
            self._accepted[host] += 1
        self._connections[connection.flow.connection] = connection
        self._by_remote[connection.flow.remote] = connection
        if self._sweep is None:
            self._schedule_sweep()
        return True

    def disconnected(self, connection: Connection) -> None:
        """Forget it, and tell that its flow leads nowhere any more."""
        flow = connection.flow
        if self._connections.pop(flow.connection, None) is None:
            return
        if self._by_remote.get(flow.remote) is connection:
            del self._by_remote[flow.remote]
        if connection.is_accepted:
            self._accepted[flow.remote[0]] -= 1
            if not self._accepted[flow.remote[0]]:
                del self._accepted[flow.remote[0]]
        self._on_flow_failed(flow)

    def _connection(self, local: tuple[str, int], *, is_accepted: bool) -> Connection:
        self._last_number += 1
        return Connection(
            self,
            self._on_message,
            self._limits,
            local=local,
            number=self._last_number,
            is_accepted=is_accepted,
        )

    def _open(self, flow: Flow, data: bytes) -> None:
        opening = self._openings.get(flow)
        if opening is None:
            if len(self._connections) + len(self._openings) >= self._limits.connections:
                self._on_flow_failed(flow)
                return
            opening = self._openings[flow] = _Opening(self._loop.create_task(self._connect(flow)))
        opening.unsent.append(data)
        opening.unsent_bytes += len(data)
        if opening.unsent_bytes > self._limits.unsent_bytes:
            opening.task.cancel()

    async def _connect(self, flow: Flow) -> None:
        """Open a connection and write what has gathered meanwhile; without one the flow has failed."""
        connection = self._connection(flow.local, is_accepted=False)
        try:
            async with asyncio.timeout(self._limits.connecting):
                await self._loop.create_connection(
                    lambda: connection, *flow.remote, local_addr=(flow.local[0], 0)
                )
        except OSError as error:  # TimeoutError is one
            log.info("cannot connect", extra={"remote": flow.remote, "error": str(error)})
        finally:
            opening = self._openings.pop(flow)
            if not connection.is_open:
                self._on_flow_failed(flow)
        for data in opening.unsent:
            connection.send(data)

    def _schedule_sweep(self) -> None:
        self._sweep = self._loop.call_later(self._limits.checked_every, self._close_overdue)

    def _close_overdue(self) -> None:
        now = self._loop.time()
        for connection in list(self._connections.values()):
            if now >= connection.deadline():
                connection.abort()
        self._sweep = None
        if self._connections:
            self._schedule_sweep()


@dataclass(slots=True)
class _Opening:
    """A connection on its way up, and what is to be written then."""

    task: asyncio.Task[None]
    unsent: list[bytes] = field(default_factory=list)
    unsent_bytes: int = 0
