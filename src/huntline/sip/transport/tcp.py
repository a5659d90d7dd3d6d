"""SIP over TCP and TLS: connections taken and opened, reused for everything that goes to the same peer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from huntline.network.listening_sockets import ListeningSockets
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.framing import FramingError, KeepAlive, StreamFramer
from huntline.sip.transport.address import ListenAddress
from huntline.sip.transport.connection import PONG, Connection, ConnectionOwner
from huntline.sip.transport.connection_failures import ConnectionFailure, WhyNoConnection, failure_of
from huntline.sip.transport.connections import Connections
from huntline.sip.transport.tls import TlsAcceptor, TlsConnector, TlsStream, listening
from huntline.sip.transport.tls_settings import TlsSettings

log = logging.getLogger(__name__)

_REMEMBERED_FAILURES = 1000


class TcpTransport:
    """All listening sockets, and the connections on their way up.

    One that cannot be opened is told by ``on_flow_failed``; sending never raises.
    """

    def __init__(
        self,
        connections: Connections,
        on_message: Callable[[bytes, Flow], None],
        on_flow_failed: Callable[[Flow], None],
        acceptor: TlsAcceptor,
        tls: TlsSettings,
        sockets: ListeningSockets,
    ) -> None:
        self._connections = connections
        self._sockets = sockets
        self._acceptor, self._tls = acceptor, tls
        self._on_message = on_message
        self._on_flow_failed = on_flow_failed
        self._limits = connections.limits
        self._loop = asyncio.get_running_loop()
        self._servers: list[asyncio.Server] = []
        self._openings: dict[Flow, _Opening] = {}
        self._failures: dict[Flow, ConnectionFailure] = {}
        self._is_closing = False

    async def listen(self, address: ListenAddress) -> ListenAddress:
        """Take connections on an address; gives it back with the real port. Raises OSError, and
        ConfigurationError for TLS without a certificate."""
        port = address.port

        def connection() -> TcpConnection:
            flow = Flow(address.transport, (address.host, port), ("", 0))
            return self._accepted(flow)

        server = await listening(address, connection, self._acceptor, self._sockets)
        self._servers.append(server)
        port = server.sockets[0].getsockname()[1]
        return replace(address, port=port)

    def send(self, data: bytes, flow: Flow) -> None:
        """Write to the flow's connection, else to any that leads to the same peer, else open one.

        A flow whose numbered connection is gone has failed: the far port of a connection that the peer
        opened is not one where it listens.
        """
        connection = self._connections.find(flow)
        if connection is not None:
            connection.send(data)
        elif flow.connection or self._is_closing:
            self._on_flow_failed(flow)
        else:
            self._open(flow, data)

    async def close(self) -> None:
        """Take and open no more connections."""
        self._is_closing = True
        for server in self._servers:
            server.close()
        tasks = [opening.task for opening in self._openings.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._openings.clear()

    def why_failed(self, flow: Flow) -> ConnectionFailure | None:
        """Why no connection could be opened to that peer the last time, or was refused once it was open;
        None where there was one."""
        return self._failures.get(replace(flow, connection=0))

    def _accepted(self, flow: Flow) -> TcpConnection:
        return TcpConnection(
            self._connections, self._on_message, kind=flow.transport, local=flow.local, is_accepted=True
        )

    def _opened(self, flow: Flow) -> TcpConnection:
        def heard(message: bytes, by: Flow) -> None:
            self._failures.pop(flow, None)
            self._on_message(message, by)

        return _OpenedConnection(
            self._connections,
            heard,
            lambda: self._broken_off(flow),
            kind=flow.transport,
            local=flow.local,
            server_name=flow.server_name,
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
        connection = self._opened(flow)
        try:
            async with asyncio.timeout(self._limits.connecting):
                failure = await self._reach(flow, connection)
        except (OSError, ValueError) as error:  # TimeoutError is an OSError; a name may be none for TLS
            failure = failure_of(error)
        finally:
            opening = self._openings.pop(flow)
            if not connection.is_open:
                self._on_flow_failed(flow)
        if failure is not None:
            self._note(flow, failure)
        elif (before := self._failures.get(flow)) is not None and not before.is_told_late:
            del self._failures[flow]
        for data in opening.unsent:
            connection.send(data)

    async def _reach(self, flow: Flow, connection: TcpConnection) -> ConnectionFailure | None:
        """Connect, and shake hands where the flow wants it. Raises OSError."""
        local = flow.local[0], 0
        if flow.transport is not Transport.TLS:
            await self._loop.create_connection(lambda: connection, *flow.remote, local_addr=local)
            return None
        handshake = TlsConnector(lambda failure: self._note(flow, failure))
        name = flow.server_name or flow.remote[0]
        stream = TlsStream(handshake, lambda: connection, self._tls.client, server_hostname=name)
        await self._loop.create_connection(lambda: stream, *flow.remote, local_addr=local)
        try:
            return await handshake.done()
        except asyncio.CancelledError:
            stream.abort()
            raise

    def _broken_off(self, flow: Flow) -> None:
        """A peer has closed a connection of ours and said nothing before it. What it says of our certificate
        may be lost by that: we have written already, and its reset overtakes its alert."""
        if flow not in self._failures:
            why = WhyNoConnection.TLS_REFUSED if flow.transport.is_encrypted else WhyNoConnection.CLOSED
            self._note(flow, ConnectionFailure(why, "closed before a word was said"))

    def _note(self, flow: Flow, failure: ConnectionFailure) -> None:
        self._failures.pop(flow, None)
        log.info("cannot connect", extra={"remote": flow.remote, "error": str(failure)})
        if len(self._failures) >= _REMEMBERED_FAILURES:
            del self._failures[next(iter(self._failures))]
        self._failures[flow] = failure


class TcpConnection(Connection):
    """A stream cut into messages by Content-Length."""

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
        super().__init__(
            owner, on_message, kind=kind, local=local, is_accepted=is_accepted, server_name=server_name
        )
        self._framer = StreamFramer()

    def data_received(self, data: bytes) -> None:
        self._heard_at = self._loop.time()
        try:
            items = self._framer.feed(data)
        except FramingError as error:
            self.turn_away(str(error))
            return
        if items:
            self._incomplete_since = None
        elif self._incomplete_since is None:
            self._incomplete_since = self._heard_at
        for item in items:
            if not self.is_open:
                return
            if isinstance(item, KeepAlive):
                self.send(PONG)
            else:
                self._hand_over(item)


class _OpenedConnection(TcpConnection):
    """One that we have opened; ``broken_off`` is called where the peer ends it and has never said a word."""

    def __init__(
        self,
        owner: ConnectionOwner,
        on_message: Callable[[bytes, Flow], None],
        broken_off: Callable[[], None],
        *,
        kind: Transport,
        local: tuple[str, int],
        server_name: str,
    ) -> None:
        super().__init__(
            owner, on_message, kind=kind, local=local, is_accepted=False, server_name=server_name
        )
        self._broken_off = broken_off

    def connection_lost(self, exc: Exception | None) -> None:
        if self.is_open and not self.has_spoken:
            self._broken_off()
        super().connection_lost(exc)


@dataclass(slots=True)
class _Opening:
    """A connection on its way up, and what is to be written then."""

    task: asyncio.Task[None]
    unsent: list[bytes] = field(default_factory=list)
    unsent_bytes: int = 0
