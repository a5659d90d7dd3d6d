"""Peers on real sockets that say exactly what a test wants."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

from huntline.sip.core.framing import KeepAlive, StreamFramer
from huntline.sip.core.message import Request, Response, parse_message

PATIENCE = 5.0


async def until(condition: Callable[[], object]) -> None:
    """Wait for what no event tells."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


class UdpPeer(asyncio.DatagramProtocol):
    """Sends datagrams to one place and keeps what comes."""

    def __init__(self) -> None:
        self.inbox: asyncio.Queue[bytes] = asyncio.Queue()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)
        self.port: int = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        self.inbox.put_nowait(data)

    def send(self, data: bytes) -> None:
        """Send one datagram."""
        self.transport.sendto(data)

    async def message(self) -> Request | Response:
        """The next message that came."""
        async with asyncio.timeout(PATIENCE):
            return parse_message(await self.inbox.get())

    async def ask(self, data: bytes) -> Response:
        """Send a request and wait for a response."""
        self.send(data)
        response = await self.message()
        assert isinstance(response, Response)
        return response


@asynccontextmanager
async def udp_peer(port: int, host: str = "127.0.0.1") -> AsyncIterator[UdpPeer]:
    """A UDP peer that talks to a port of ours."""
    loop = asyncio.get_running_loop()
    transport, peer = await loop.create_datagram_endpoint(UdpPeer, remote_addr=(host, port))
    try:
        yield peer
    finally:
        transport.close()
        await asyncio.sleep(0)


class TcpPeer:
    """One connection, from either side."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self._framer = StreamFramer()
        self._frames: list[bytes | KeepAlive] = []

    def send(self, data: bytes) -> None:
        """Write bytes."""
        self.writer.write(data)

    async def message(self) -> Request | Response:
        """The next message that came."""
        async with asyncio.timeout(PATIENCE):
            while not self._frames:
                data = await self.reader.read(65536)
                assert data, "the connection was closed"
                self._frames = self._framer.feed(data)
        frame = self._frames.pop(0)
        assert isinstance(frame, bytes)
        return parse_message(frame)

    async def ask(self, data: bytes) -> Response:
        """Send a request and wait for a response."""
        self.send(data)
        response = await self.message()
        assert isinstance(response, Response)
        return response

    async def closed(self) -> bytes:
        """Wait until the server closes; what it said before."""
        async with asyncio.timeout(PATIENCE):
            try:
                return await self.reader.read()
            except ConnectionError:
                return b""

    async def close(self) -> None:
        """Close this side."""
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except (ConnectionError, ssl.SSLError):
            return


@asynccontextmanager
async def tcp_peer(
    port: int, host: str = "127.0.0.1", *, tls: ssl.SSLContext | None = None, name: str | None = None
) -> AsyncIterator[TcpPeer]:
    """A TCP or TLS peer connected to a port of ours, which it takes for ``name``."""
    peer = TcpPeer(*await asyncio.open_connection(host, port, ssl=tls, server_hostname=name))
    try:
        yield peer
    finally:
        await peer.close()
