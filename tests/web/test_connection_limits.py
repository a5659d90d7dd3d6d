"""Peers that keep HTTP connections waiting lose them, and everybody else is served (web)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from huntline.network.peers import connections_for
from huntline.web.connection_limits import (
    HttpConnection,
    HttpConnections,
    HttpLimits,
    protocol_with,
)

QUICK = 0.1  # seconds: the deadlines of these tests
LIMITS = HttpLimits(
    connections=4, reserve=2, request=30, body_part=30, body=30, reading=30, checked_every=0.02
)
LARGE = b"x" * 20_000_000

Peer = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Site:
    """A server with a page, a stream without an end, a large answer and a place to send something."""

    port: int = 0
    connections: HttpConnections | None = None
    streams: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    end: asyncio.Event = field(default_factory=asyncio.Event)
    peers: list[Peer] = field(default_factory=list)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, as ASGI has it."""
        content = b"hello"
        match scope["path"]:
            case "/upload":
                while (await receive()).get("more_body"):
                    pass
            case "/large":
                content = LARGE
            case "/stream":
                self.streams.put_nowait(scope["path"])
                await send({"type": "http.response.start", "status": 200, "headers": []})
                await self.end.wait()
                await send({"type": "http.response.body"})
                return
            case _:
                pass
        headers = [(b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def open(self, sent: str = "") -> Peer:
        """A connection on which something has been sent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.peers.append((reader, writer))
        writer.write(sent.encode())
        return reader, writer

    async def get(self, path: str) -> tuple[int, bytes]:
        """The status and the body of an answer."""
        reader, _ = await self.open(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        return int(head.split()[1]), body


@asynccontextmanager
async def site(limits: HttpLimits) -> AsyncIterator[Site]:
    running = Site()
    running.connections = HttpConnections(limits)
    config = uvicorn.Config(
        running.app,
        interface="asgi3",
        port=0,
        http=protocol_with(running.connections),  # type: ignore[arg-type]
        ws="none",
        log_config=None,
        log_level="error",
        lifespan="off",
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    running.port = server.servers[0].sockets[0].getsockname()[1]
    try:
        async with asyncio.timeout(60):
            yield running
    finally:
        running.end.set()
        for _, writer in running.peers:
            writer.close()
        await server.shutdown()
        running.connections.close()


async def length_of(peer: Peer) -> int:
    """How many bytes come before the server ends a connection."""
    length = 0
    with contextlib.suppress(ConnectionError):
        while part := await peer[0].read(1_000_000):
            length += len(part)
    return length


async def is_closed(peer: Peer) -> bool:
    """Wait until the server ends a connection, without a word."""
    return await length_of(peer) == 0


def test_half_requests_throw_out_their_own_and_whole_ones_are_answered(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story() -> None:
        async with site(LIMITS) as running:
            halves = [await running.open("GET /hea") for _ in range(20)]
            assert await running.get("/") == (200, b"hello")
            assert all([await is_closed(peer) for peer in halves[:14]])
            assert running.connections is not None
            assert len(running.connections) <= 6

    with caplog.at_level(logging.WARNING):
        asyncio.run(story())
    told = [record for record in caplog.records if "cut off" in record.message]
    assert [vars(record)["source"] for record in told] == ["127.0.0.1"]


@pytest.mark.parametrize(
    "sent",
    ["", "GET /hea", "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"],
    ids=["nothing", "half a head", "half a body"],
)
def test_whoever_does_not_go_on_is_cut_off(sent: str) -> None:
    async def story() -> None:
        limits = HttpLimits(request=QUICK, body_part=QUICK, checked_every=0.02)
        async with site(limits) as running:
            assert await is_closed(await running.open(sent))

    asyncio.run(story())


def test_a_body_that_drips_is_cut_off_in_the_end() -> None:
    async def story() -> None:
        limits = HttpLimits(body_part=30, body=QUICK, checked_every=0.02)
        async with site(limits) as running:
            peer = await running.open("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n")
            for _ in range(20):
                peer[1].write(b"x")
                await asyncio.sleep(0.02)
            assert await is_closed(peer)

    asyncio.run(story())


def test_whoever_does_not_read_an_answer_is_cut_off_and_whoever_reads_slowly_has_all_of_it() -> None:
    async def story() -> None:
        limits = HttpLimits(request=QUICK, reading=0.3, checked_every=0.02)
        async with site(limits) as running:
            request = "GET /large HTTP/1.1\r\nHost: x\r\n\r\n"
            deaf, slow = await running.open(request), await running.open(request)
            got = 0
            while got < len(LARGE):
                got += len(await slow[0].read(1_000_000))
                await asyncio.sleep(0.05)
            assert await length_of(deaf) < len(LARGE)

    asyncio.run(story())


def test_when_streams_have_all_places_the_health_check_still_has_one() -> None:
    async def story() -> None:
        async with site(LIMITS) as running:
            request = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n"
            for _ in range(4):
                await running.open(request)
                await running.streams.get()
            status, body = await running.get("/")
            assert (status, json.loads(body)["error"]) == (503, "too-many-connections")
            assert (await running.get("/healthz"))[0] == 200

    asyncio.run(story())


def test_what_is_no_http_gets_a_problem() -> None:
    async def story() -> None:
        async with site(LIMITS) as running:
            reader, _ = await running.open("hello\r\n\r\n")
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            assert b" 400 " in head
            assert b"application/problem+json" in head
            assert json.loads(body)["error"] == "malformed-request"

    asyncio.run(story())


@dataclass(eq=False)
class FakeConnection:
    """One that only notes whether it was cut."""

    source: str
    is_local: bool = False
    is_idle: bool = False
    is_cut: bool = False

    @property
    def transport(self) -> FakeConnection:
        """Itself."""
        return self

    def abort(self) -> None:
        """As a transport has it."""
        self.is_cut = True


def opened(connections: HttpConnections, *sources: str) -> list[HttpConnection]:
    fakes: list[HttpConnection] = [FakeConnection(source) for source in sources]  # type: ignore[misc]
    for fake in fakes:
        connections.opened(fake)
    return fakes


def test_an_address_has_so_many_connections_and_no_more() -> None:
    async def story() -> None:
        connections = HttpConnections(HttpLimits(connections_per_address=2))
        first, second, other, third = opened(connections, "a", "a", "b", "a")
        assert [each.is_cut for each in (first, second, other, third)] == [True, False, False, False]  # type: ignore[attr-defined]
        for each in (second, third):
            connections.works(each)
        (fourth,) = opened(connections, "a")
        assert fourth.is_cut  # type: ignore[attr-defined]
        connections.close()

    asyncio.run(story())


def test_the_one_who_has_most_waiting_loses_the_place() -> None:
    async def story() -> None:
        connections = HttpConnections(HttpLimits(connections=3, reserve=1))
        few, *many = opened(connections, "few", "many", "many", "many", "new")
        assert [each.is_cut for each in (few, *many)] == [False, True, False, False, False]  # type: ignore[attr-defined]
        connections.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("descriptors", "wanted", "had"), [(400, 2_000, 208), (1_000_000, 2_000, 2_000), (64, 2_000, 16)]
)
def test_a_process_has_no_more_connections_than_files(descriptors: int, wanted: int, had: int) -> None:
    assert connections_for(wanted, descriptors) == had
