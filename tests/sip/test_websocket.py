"""SIP over WebSocket (RFC 7118) on real sockets of 127.0.0.1: handshakes, messages, limits (network)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.messages import request_bytes
from tests.fakes.peers import TcpPeer, tcp_peer, until
from tests.fakes.server import PAGE, FakeServer, running
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from huntline.sip.core.core import OutgoingRequest
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.message import Request, Response, build_response, parse_message
from huntline.sip.transport.connection import ConnectionLimits
from huntline.sip.transport.connections import Connections
from huntline.sip.transport.websocket import WebSocketConnection

VIA = "SIP/2.0/WS df7jal23ls0d.invalid"
SIP = Subprotocol("sip")
PATIENCE = 5.0

HANDSHAKE = (
    "GET / HTTP/1.1\r\nHost: queue.contoso.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Protocol: sip\r\nOrigin: {PAGE}\r\n\r\n"
).encode()


def run(story: Callable[[], Awaitable[None]]) -> None:
    async def within_patience() -> None:
        async with asyncio.timeout(20):
            await story()

    asyncio.run(within_patience())


@asynccontextmanager
async def listening(limits: ConnectionLimits | None = None) -> AsyncIterator[FakeServer]:
    """A server on one WebSocket and one TCP port."""
    async with running("ws:127.0.0.1:0", "tcp:127.0.0.1:0", limits=limits) as server:
        yield server


@asynccontextmanager
async def page(
    server: FakeServer,
    *,
    origin: str | None = PAGE,
    subprotocols: Sequence[Subprotocol] = (SIP,),
    path: str = "",
    forwarded_for: str = "",
) -> AsyncIterator[ClientConnection]:
    """A page that has connected, as a browser does."""
    async with connect(
        f"ws://127.0.0.1:{server.port('ws')}{path}",
        origin=Origin(origin) if origin is not None else None,
        subprotocols=list(subprotocols) or None,
        additional_headers={"X-Forwarded-For": forwarded_for} if forwarded_for else None,
        proxy=None,
        ping_interval=None,
    ) as connection:
        yield connection


def options(number: int = 1, *headers: str, body: bytes = b"") -> bytes:
    return request_bytes("OPTIONS", "sip:contoso.com", *headers, via=VIA, call_id=f"o{number}", body=body)


async def message(connection: ClientConnection) -> Request | Response:
    async with asyncio.timeout(PATIENCE):
        received = await connection.recv()
    return parse_message(received.encode() if isinstance(received, str) else received)


async def ask(connection: ClientConnection, data: bytes, *, is_text: bool = True) -> Response:
    await connection.send(data.decode() if is_text else data)
    response = await message(connection)
    assert isinstance(response, Response)
    return response


async def close_code(connection: ClientConnection) -> int | None:
    """Wait until the server closes the connection; the code that it says why with."""
    async with asyncio.timeout(PATIENCE):
        await connection.wait_closed()
    return connection.protocol.close_rcvd.code if connection.protocol.close_rcvd else None


def probe(server: FakeServer, flow: Flow) -> None:
    """Send an OPTIONS of ours."""
    request = OutgoingRequest("OPTIONS", "sip:amal@127.0.0.1", flow, "<sip:s@a.net>", "<sip:b@a.net>")
    server.user_agent.send_request(request)


@pytest.mark.parametrize("is_text", [True, False])
def test_each_message_is_one_sip_message_of_text_or_of_bytes(is_text: bool) -> None:
    async def story() -> None:
        async with listening() as server, page(server, path="/any/path?at=all") as phone:
            assert phone.subprotocol == "sip"
            response = await ask(phone, options(), is_text=is_text)
            assert (response.status, response.call_id) == (200, "o1")
            assert response.top_via.transport == "WS"

    run(story)


def test_a_message_may_come_in_fragments_and_without_its_length() -> None:
    async def story() -> None:
        async with listening() as server, page(server) as phone:
            head, _, _ = options().decode().partition("Content-Length")
            text = f"{head}\r\n"
            await phone.send(iter([text[:40], "", text[40:41], text[41:]]))
            assert isinstance(await message(phone), Response)

    run(story)


def test_what_we_say_is_text_and_bytes_only_where_it_is_no_text() -> None:
    async def story() -> None:
        async with listening() as server, page(server) as phone:
            await phone.send(options())
            assert isinstance(await phone.recv(), str)
            await phone.send(options(2).replace(b"tag=f1", b"tag=f1;x=\xff"))
            assert isinstance(await phone.recv(), bytes)

    run(story)


def test_a_ping_of_sip_gets_its_pong_and_a_pong_none() -> None:
    async def story() -> None:
        async with listening() as server, page(server) as phone:
            await phone.send("\r\n")
            await phone.send("\r\n\r\n")
            assert await phone.recv() == "\r\n"
            assert (await ask(phone, b"\r\n" + options())).status == 200

    run(story)


def test_requests_of_ours_reach_the_page_by_its_connection() -> None:
    async def story() -> None:
        async with listening() as server, page(server) as phone:
            await ask(phone, request_bytes("REGISTER", via=VIA))
            await ask(phone, options())
            flow = Flow(Transport.WS, ("127.0.0.1", server.port("ws")), phone.local_address[:2])
            probe(server, flow)
            request = await message(phone)
            assert isinstance(request, Request)
            assert (request.top_via.transport, request.top_via.port) == ("WS", server.port("ws"))
            await phone.send(build_response(request, 200, to_tag="t"))
            await until(lambda: server.events)

    run(story)


# Who may connect


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (403, {"origin": "http://evil.example"}),
        (403, {"origin": f"{PAGE}.evil.example"}),
        (403, {"origin": "null"}),
        (403, {"origin": None}),
        (400, {"subprotocols": ()}),
        (400, {"subprotocols": (Subprotocol("xmpp"),)}),
    ],
)
def test_a_page_of_somebody_else_or_with_another_protocol_is_refused(
    status: int, wanted: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with listening() as server:
            with pytest.raises(InvalidStatus) as refused:
                async with page(server, **wanted):  # type: ignore[arg-type]
                    pass
            assert refused.value.response.status_code == status
            await until(lambda: server.user_agent.connection_count == 0)

    with caplog.at_level(logging.INFO):
        run(story)
    assert [record.message for record in caplog.records if "websocket" in record.name] == ["page refused"]


@pytest.mark.parametrize(
    "hostile",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 300 + b"\r\n\r\n",
        b"OPTIONS sip:contoso.com SIP/2.0\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"y" * 100_000,
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
        b"\r\n\r\n\r\n\r\n",
        HANDSHAKE.replace(b"dGhlIHNhbXBsZSBub25jZQ==", b"short"),
        HANDSHAKE.replace(b"Version: 13", b"Version: 8"),
        HANDSHAKE.replace(b"sip\r\n", b"sip\r\nSec-WebSocket-Protocol: ,;,\r\n"),
        HANDSHAKE.replace(b"Origin:", b"Origin: http://a\r\nOrigin:"),
    ],
    ids=lambda data: str(data[:40]),
)
def test_a_hostile_handshake_ends_the_connection_and_nothing_else(
    hostile: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with listening() as server:
            async with tcp_peer(server.port("ws")) as stranger:
                stranger.send(hostile + b"\x88\x80\0\0\0\0")
                answer = await stranger.closed()
            await until(lambda: server.user_agent.connection_count == 0)
            assert not answer.startswith(b"HTTP/1.1 101")
            async with page(server) as phone:
                assert (await ask(phone, options())).status == 200

    with caplog.at_level(logging.INFO):
        run(story)
    assert all(record.levelno == logging.INFO and not record.exc_info for record in caplog.records)


@pytest.mark.parametrize(
    ("start", "protocol"),
    [(b"\x16", "TLS"), (b"REGISTER sip:", "SIP"), (b"SIP/2.0 200", "SIP"), (b"\x80", "RTP"), (b"\0", "STUN")],
)
def test_another_protocol_is_closed_at_its_first_bytes(
    start: bytes, protocol: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with listening() as server:
            for _ in range(3):
                async with tcp_peer(server.port("ws")) as stranger:
                    stranger.send(start)
                    assert await stranger.closed() == b""

    with caplog.at_level(logging.INFO):
        run(story)
    told = [record for record in caplog.records if record.name.endswith("strangers")]
    assert [record.reason for record in told] == [f"the first bytes are {protocol}, no WebSocket"]  # type: ignore[attr-defined]


def test_what_comes_right_behind_the_handshake_is_not_lost() -> None:
    async def story() -> None:
        async with listening() as server, tcp_peer(server.port("ws")) as peer:
            for byte in HANDSHAKE:
                peer.send(bytes([byte]))
                await asyncio.sleep(0)
            assert (await peer.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        async with listening() as server, tcp_peer(server.port("ws")) as peer:
            data = options()
            peer.send(HANDSHAKE + b"\x81\xfe" + len(data).to_bytes(2, "big") + bytes(4) + data)
            await peer.reader.readuntil(b"\r\n\r\n")
            header = await peer.reader.readexactly(4)
            answer = await peer.reader.readexactly(int.from_bytes(header[2:], "big"))
            assert isinstance(parse_message(answer), Response)

    run(story)


# Hostile frames


async def frames(server: FakeServer, data: bytes) -> bytes:
    """What the server says to a page that sends these bytes behind its handshake, until it closes."""
    async with tcp_peer(server.port("ws")) as peer:
        peer.send(HANDSHAKE)
        await peer.reader.readuntil(b"\r\n\r\n")
        peer.send(data)
        return await peer.closed()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\x05hello", 1002),  # not masked
        (b"\x83\x80\0\0\0\0", 1002),  # an opcode that there is not
        (b"\x80\x80\0\0\0\0", 1002),  # a continuation of nothing
        (b"\x01\x80\0\0\0\0\x81\x80\0\0\0\0", 1002),  # a message within a message
        (b"\xc1\x80\0\0\0\0", 1002),  # a reserved bit
        (b"\x09\x80\0\0\0\0", 1002),  # a ping in parts
        (b"\x89\xfe\x01\x00\0\0\0\0" + bytes(256), 1002),  # a ping that is too long
        (b"\x82\xff\0\0\0\0\x7f\xff\xff\xff\0\0\0\0", 1009),  # two gigabytes to come
        (b"\x81\x82\0\0\0\0\xff\xfe", 1007),  # text that is none
        (b"\x88\x81\0\0\0\0\x00", 1002),  # half a close code
        (b"\x01\x80\0\0\0\0\x88\x80\0\0\0\0", 1002),  # closed in the middle of a message
    ],
)
def test_a_hostile_frame_costs_the_connection(
    data: bytes, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with listening() as server:
            said = await frames(server, data)
            assert said[:1] == b"\x88"
            assert int.from_bytes(said[2:4], "big") == code
            await until(lambda: server.user_agent.connection_count == 0)

    with caplog.at_level(logging.INFO):
        run(story)
    assert all(record.levelno == logging.INFO and not record.exc_info for record in caplog.records)


def test_a_message_that_is_too_long_costs_the_connection_also_in_fragments() -> None:
    async def story() -> None:
        async with listening() as server:
            for long in ("x" * 200_000, iter(["y" * 50_000] * 4)):
                async with page(server) as phone:
                    with contextlib.suppress(ConnectionClosed):
                        await phone.send(long)
                    assert await close_code(phone) == 1009
            await until(lambda: server.user_agent.connection_count == 0)

    run(story)


def test_what_is_no_sip_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with listening() as server, page(server) as phone:
            for nonsense in (
                "",
                "hello",
                "\0" * 5000,
                "OPTIONS sip:a SIP/2.0\r\n\r\n",
                "SIP/2.0 200 OK\r\n\r\n",
            ):
                await phone.send(nonsense)
            assert (await ask(phone, options())).status == 200

    run(story)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


class Outlet(asyncio.Transport):
    """Takes what a connection writes."""

    def __init__(self) -> None:
        super().__init__({"peername": ("198.51.100.9", 4000), "sockname": ("127.0.0.1", 5062)})
        self.written = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def get_write_buffer_size(self) -> int:
        return 0

    def close(self) -> None:
        pass

    def abort(self) -> None:
        pass


@given(
    is_open=st.booleans(),
    parts=st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.sampled_from([b"\x81\x84", b"\x01\x80", b"\x80\x81", b"\x88\x82", b"\x8a\x80", b"\r\n\r\n"]),
            st.sampled_from([HANDSHAKE[:30], HANDSHAKE[30:], HANDSHAKE]),
        ),
        max_size=12,
    ),
)
def test_whatever_comes_nothing_is_raised(is_open: bool, parts: list[bytes]) -> None:
    async def story() -> None:
        connections = Connections(ConnectionLimits(), lambda flow: None)
        connection = WebSocketConnection(
            connections,
            lambda message, flow: None,
            lambda host: (PAGE,),
            kind=Transport.WS,
            local=("127.0.0.1", 5062),
        )
        connection.connection_made(Outlet())
        for data in [HANDSHAKE, *parts] if is_open else parts:
            connection.data_received(data)
        connection.check(asyncio.get_running_loop().time() + 15)
        connection.send(options())
        connection.connection_lost(None)
        await connections.close()
        assert len(connections) == 0

    with asyncio.Runner() as runner:
        runner.run(story())


# Limits


def test_connections_are_limited_for_each_address_and_given_back() -> None:
    async def story() -> None:
        async with listening(ConnectionLimits(connections=3, connections_per_address=2)) as server:
            port = server.port("ws")
            async with page(server) as first, tcp_peer(server.port("tcp")) as second:
                assert (await ask(first, options())).status == 200
                assert (await second.ask(options(2))).status == 200
                async with tcp_peer(port) as third:
                    assert await third.closed() == b""
                other = socket.create_connection(("127.0.0.1", port), source_address=("127.0.0.2", 0))
                fourth = TcpPeer(*await asyncio.open_connection(sock=other))
                fourth.send(HANDSHAKE)
                assert (await fourth.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
                await fourth.close()
            await until(lambda: server.user_agent.connection_count == 0)
            async with page(server) as fifth:
                assert (await ask(fifth, options())).status == 200

    run(story)


def test_behind_a_proxy_pages_are_counted_by_their_own_address() -> None:
    async def story() -> None:
        async with listening(ConnectionLimits(connections_per_address=2)) as server:
            async with (
                page(server, forwarded_for="198.51.100.1") as first,
                page(server, forwarded_for="192.0.2.66, 198.51.100.1"),
                page(server, forwarded_for="2001:db8::1") as other,
            ):
                for phone in (first, other):
                    assert (await ask(phone, options())).status == 200
                with pytest.raises(InvalidStatus) as refused:
                    async with page(server, forwarded_for="198.51.100.1"):
                        pass
                assert refused.value.response.status_code == 503
            await until(lambda: len(server.lost) == 4)
            assert {flow.remote[0] for flow in server.lost} == {"198.51.100.1", "2001:db8::1"}
            async with page(server, forwarded_for="198.51.100.1") as again:
                assert (await ask(again, options())).status == 200

    run(story)


def test_nonsense_from_a_proxy_is_not_taken_for_an_address() -> None:
    async def story() -> None:
        async with listening() as server:
            async with page(server, forwarded_for="unknown"):
                pass
            await until(lambda: server.lost)
            assert server.lost[0].remote[0] == "127.0.0.1"

    run(story)


def test_a_lost_connection_is_told_and_what_is_sent_to_it_fails() -> None:
    async def story() -> None:
        async with listening() as server:
            async with page(server) as phone:
                await ask(phone, options())
                phone.transport.abort()
            await until(lambda: server.lost)
            assert [flow.transport for flow in server.lost] == [Transport.WS]
            assert server.lost[0].connection
            probe(server, server.lost[0])
            await until(lambda: server.events)
            assert server.events[0].response is None  # type: ignore[union-attr]

    run(story)


def test_no_connection_is_ever_opened_to_a_page() -> None:
    async def story() -> None:
        async with listening() as server:
            remote = ("127.0.0.1", server.port("tcp"))
            probe(server, Flow(Transport.WS, ("127.0.0.1", server.port("ws")), remote))
            await until(lambda: server.events)
            assert server.events[0].response is None  # type: ignore[union-attr]
            assert server.user_agent.connection_count == 0

    run(story)


def test_a_page_that_does_not_read_is_cut_off() -> None:
    async def story() -> None:
        async with listening(ConnectionLimits(unsent_bytes=20_000)) as server:
            async with tcp_peer(server.port("ws")) as peer:
                peer.send(HANDSHAKE)
                await peer.reader.readuntil(b"\r\n\r\n")
                peer.reader._transport.pause_reading()  # type: ignore[attr-defined]
                data = options(1, "Via: " + VIA + ";x=" + "y" * 30_000)
                frame = b"\x81\xfe" + len(data).to_bytes(2, "big") + bytes(4) + data
                peer.send(frame * 400)
                await until(lambda: server.lost)
                peer.writer.transport.abort()
            assert server.user_agent.connection_count == 0

    run(story)


def test_a_page_that_has_vanished_is_noticed_and_one_that_is_only_silent_stays() -> None:
    async def story() -> None:
        limits = ConnectionLimits(pinged_after=0.1, pong_within=0.2, checked_every=0.02)
        async with listening(limits) as server, page(server) as phone, tcp_peer(server.port("ws")) as gone:
            gone.send(HANDSHAKE)
            await gone.reader.readuntil(b"\r\n\r\n")
            assert await gone.closed() == b"\x89\x00"
            assert (await ask(phone, options())).status == 200
            await until(lambda: len(server.lost) == 1)

    run(story)


@pytest.mark.parametrize("sent", [b"", HANDSHAKE[:40], HANDSHAKE + b"\x01\x81\0\0\0\0x"])
def test_a_handshake_or_message_that_never_ends_costs_the_connection(sent: bytes) -> None:
    async def story() -> None:
        limits = ConnectionLimits(message_completed=0.05, checked_every=0.02)
        async with listening(limits) as server, page(server) as phone, tcp_peer(server.port("ws")) as slow:
            slow.send(sent)
            await slow.closed()
            assert (await ask(phone, options())).status == 200

    run(story)


def test_a_page_that_says_nothing_of_sip_for_too_long_is_let_go() -> None:
    async def story() -> None:
        limits = ConnectionLimits(idle=0.3, pinged_after=0.05, checked_every=0.02)
        async with listening(limits) as server, page(server) as phone:
            assert await close_code(phone) is None
            await until(lambda: server.user_agent.connection_count == 0)

    run(story)


def test_stopping_lets_answers_out_and_says_goodbye() -> None:
    async def story() -> None:
        async with listening() as server, page(server) as phone:
            await ask(phone, options())
            probe(server, Flow(Transport.WS, ("127.0.0.1", 1), phone.local_address[:2]))
            await server.user_agent.stop()
            assert isinstance(await message(phone), Request)
            assert await close_code(phone) == 1001
            assert server.user_agent.connection_count == 0

    run(story)
