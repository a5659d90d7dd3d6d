"""SIP over WebSocket (RFC 7118): pages connect to us, and every WebSocket message is one SIP message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import ip_address

from websockets.exceptions import InvalidOrigin
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import SEND_EOF, State
from websockets.server import ServerProtocol
from websockets.typing import Origin, Subprotocol

from huntline.network.listening_sockets import ListeningSockets
from huntline.network.protocols import Protocol, protocol_of
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.framing import MAX_BODY, MAX_HEAD
from huntline.sip.transport.address import ListenAddress
from huntline.sip.transport.connection import PING, PONG, Connection
from huntline.sip.transport.connections import Connections
from huntline.sip.transport.tls import TlsAcceptor, listening

log = logging.getLogger(__name__)

Origins = Callable[[str], Sequence[str]]
"""The Origins of the pages that may connect, by the address of ours to which they do."""

_SUBPROTOCOL = Subprotocol("sip")  # RFC 7118 section 4.2
_LARGEST_HANDSHAKE = 16 * 1024
_DATA = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)

# What a hostile peer sends is none of the library's business to tell: we do, once for each connection.
_library_log = logging.getLogger(f"{__name__}.library")
_library_log.setLevel(logging.WARNING)


class WebSocketTransport:
    """All listening sockets. No connection is ever opened from here: a page is reached by its own alone."""

    def __init__(
        self,
        connections: Connections,
        on_message: Callable[[bytes, Flow], None],
        on_flow_failed: Callable[[Flow], None],
        origins: Origins,
        acceptor: TlsAcceptor,
        sockets: ListeningSockets,
    ) -> None:
        self._connections = connections
        self._sockets = sockets
        self._acceptor = acceptor
        self._on_message = on_message
        self._on_flow_failed = on_flow_failed
        self._origins = origins
        self._servers: list[asyncio.Server] = []

    async def listen(self, address: ListenAddress) -> ListenAddress:
        """Take connections on an address; gives it back with the real port. Raises OSError, and
        ConfigurationError for WSS without a certificate."""
        port = address.port

        def connection() -> WebSocketConnection:
            return WebSocketConnection(
                self._connections,
                self._on_message,
                self._origins,
                kind=address.transport,
                local=(address.host, port),
            )

        server = await listening(address, connection, self._acceptor, self._sockets)
        self._servers.append(server)
        port = server.sockets[0].getsockname()[1]
        return replace(address, port=port)

    def send(self, data: bytes, flow: Flow) -> None:
        """Send by the flow's connection; when that is gone the flow has failed. Never raises."""
        connection = self._connections.find(flow)
        if connection is None:
            self._on_flow_failed(flow)
        else:
            connection.send(data)

    def close(self) -> None:
        """Take no more connections."""
        for server in self._servers:
            server.close()


class WebSocketConnection(Connection):
    """A page's connection: the handshake, then one SIP message in each WebSocket message."""

    def __init__(
        self,
        owner: Connections,
        on_message: Callable[[bytes, Flow], None],
        origins: Origins,
        *,
        kind: Transport,
        local: tuple[str, int],
    ) -> None:
        super().__init__(owner, on_message, kind=kind, local=local, is_accepted=True)
        self._connections = owner
        self._origins = origins
        self._handshake = b""
        self._frames: list[bytes] = []
        self._is_text = False
        self._alive_at = self._heard_at
        self._pinged_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        origins = [Origin(origin) for origin in self._origins(self.flow.local[0])]
        self._websocket = ServerProtocol(
            origins=origins,
            subprotocols=[_SUBPROTOCOL],
            max_size=MAX_HEAD + MAX_BODY,
            logger=_library_log,
        )

    def send(self, data: bytes) -> None:
        """One message in one frame: of text, as browsers like it best, unless it is none."""
        if not self.is_open or self._websocket.state is not State.OPEN:
            return
        if _is_text(data):
            self._websocket.send_text(data)
        else:
            self._websocket.send_binary(data)
        self._put_out()

    def close(self) -> None:
        """Say goodbye, and close once everything is written."""
        if self.is_open and self._websocket.state is State.OPEN:
            self._websocket.send_close(CloseCode.GOING_AWAY)
            self._put_out()
        if self.is_open:
            super().close()

    def check(self, now: float) -> None:
        """As for any connection; a page from which nothing came for a while has to answer a ping."""
        super().check(now)
        if not self.is_open or self._websocket.state is not State.OPEN:
            return
        silence = now - self._alive_at
        if silence >= self._limits.pinged_after + self._limits.pong_within:
            log.info("page does not answer, connection cut", extra={"remote": self.flow.remote})
            self.abort()
        elif silence >= self._limits.pinged_after and self._pinged_at <= self._alive_at:
            self._pinged_at = now
            self._websocket.send_ping(b"")
            self._put_out()

    # asyncio's side

    def data_received(self, data: bytes) -> None:
        if self._websocket.state is State.CONNECTING:
            data = self._shake_hands(data)
        if not data or not self.is_open:
            return
        self._websocket.receive_data(data)
        events = self._websocket.events_received()
        self._put_out()
        for event in events:
            self._alive_at = self._loop.time()
            if isinstance(event, Frame) and event.opcode in _DATA:
                self._take_frame(event)
        if error := self._websocket.parser_exc:
            log.info("no WebSocket", extra={"remote": self.flow.remote, "error": str(error)})

    def _put_out(self) -> None:
        """Write what the library wants written; its end of the stream is the end of the connection."""
        for data in self._websocket.data_to_send():
            if not self.is_open:
                return
            if data == SEND_EOF:
                super().close()
            else:
                self._write(data)

    # The handshake

    def _shake_hands(self, data: bytes) -> bytes:
        """Answer the opening handshake once it is whole; returns what came behind it.

        The library would read on before we have answered.
        """
        self._handshake += data
        protocol = protocol_of(self._handshake)
        if protocol not in (None, Protocol.HTTP):
            self.turn_away(f"the first bytes are {protocol}, no WebSocket")
            return b""
        head, end, rest = self._handshake.partition(b"\r\n\r\n")
        if len(head) > _LARGEST_HANDSHAKE:
            self._refuse("the handshake is too long")
        elif end:
            self._handshake = b""
            self._take_handshake(head + end)
            return rest
        return b""

    def _take_handshake(self, data: bytes) -> None:
        websocket = self._websocket
        websocket.receive_data(data)
        for event in websocket.events_received():
            if isinstance(event, Request):
                websocket.send_response(self._answer(event))
        self._put_out()
        if websocket.state is State.OPEN:
            self._incomplete_since = None
            self._spoke()
        else:
            self._refuse(_refusal_of(websocket.handshake_exc))

    def _answer(self, request: Request) -> Response:
        remote = _told_by_proxy(request, self.flow.remote)
        if remote != self.flow.remote and not self._connections.comes_from(self, remote):
            return self._websocket.reject(503, "Too many connections come from your address.\n")
        return self._websocket.accept(request)

    def _refuse(self, reason: str) -> None:
        log.info("page refused", extra={"remote": self.flow.remote, "reason": reason})
        if self.is_open:
            super().close()

    # Messages

    def _take_frame(self, frame: Frame) -> None:
        if frame.opcode is not Opcode.CONT:
            self._frames = []
            self._is_text = frame.opcode is Opcode.TEXT
        if frame.data:
            self._frames.append(bytes(frame.data))
        self._heard_at = self._alive_at
        if frame.fin:
            self._incomplete_since = None
            message, self._frames = b"".join(self._frames), []
            self._take_message(message)
        elif self._incomplete_since is None:
            self._incomplete_since = self._heard_at

    def _take_message(self, message: bytes) -> None:
        if not self.is_open:
            return
        if self._is_text and not _is_text(message):
            # RFC 6455 section 8.1
            log.info("no UTF-8", extra={"remote": self.flow.remote})
            self._websocket.fail(CloseCode.INVALID_DATA)
            self._put_out()
        elif stripped := message.lstrip(b"\r\n"):  # line ends before a message do not count (7.5)
            self._hand_over(stripped)
        elif message == PING:
            self.send(PONG)


def _refusal_of(error: Exception | None) -> str:
    if isinstance(error, InvalidOrigin):
        return f"pages of {error.value or 'no origin'} may not connect: those of page_origins may"
    return str(error or "too many connections from there")


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _told_by_proxy(request: Request, remote: tuple[str, int]) -> tuple[str, int]:
    """The page's address where a proxy on this machine, the only one believed, tells it in the last place."""
    if not ip_address(remote[0]).is_loopback:
        return remote
    told = ",".join(request.headers.get_all("X-Forwarded-For")).rpartition(",")[2].strip()
    try:
        return str(ip_address(told)), remote[1]
    except ValueError:
        return remote
