"""SIP over TCP on real sockets of 127.0.0.1: framing, limits, reuse (network)."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable

import pytest
from tests.fakes.messages import request_bytes
from tests.fakes.peers import TcpPeer, tcp_peer, udp_peer, until
from tests.fakes.server import FakeServer, running

from huntline.network.peers import source_of
from huntline.network.protocols import Protocol
from huntline.network.strangers import Strangers
from huntline.sip.core.core import OutgoingRequest
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.message import Request, Response, build_response
from huntline.sip.transport.connection import ConnectionLimits

VIA = "SIP/2.0/TCP 127.0.0.1"


def run(story: Callable[[], Awaitable[None]]) -> None:
    async def within_patience() -> None:
        async with asyncio.timeout(20):
            await story()

    asyncio.run(within_patience())


def options(number: int = 1, *headers: str) -> bytes:
    return request_bytes("OPTIONS", "sip:contoso.com", *headers, via=VIA, call_id=f"o{number}")


def probe(server: FakeServer, flow: Flow) -> None:
    """Send an OPTIONS of ours."""
    request = OutgoingRequest("OPTIONS", "sip:amal@127.0.0.1", flow, "<sip:s@a.net>", "<sip:b@a.net>")
    server.user_agent.send_request(request)


def test_messages_are_cut_out_of_the_stream_however_they_arrive() -> None:
    async def story() -> None:
        async with running() as server, tcp_peer(server.port("tcp")) as peer:
            peer.send(options(1) + options(2) + options(3)[:50])
            statuses = [await peer.message(), await peer.message()]
            peer.send(options(3)[50:])
            statuses.append(await peer.message())
            assert [each.call_id for each in statuses] == ["o1", "o2", "o3"]

    run(story)


def test_a_ping_gets_its_pong() -> None:
    async def story() -> None:
        async with running() as server, tcp_peer(server.port("tcp")) as peer:
            peer.send(b"\r\n\r\n")
            assert await peer.reader.readexactly(2) == b"\r\n"
            assert (await peer.ask(b"\r\n" + options())).status == 200

    run(story)


def test_what_is_no_sip_closes_the_connection() -> None:
    async def story() -> None:
        async with running() as server:
            for hostile in (b"x" * 70_000, b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 99999999\r\n\r\n"):
                async with tcp_peer(server.port("tcp")) as peer:
                    peer.send(hostile)
                    assert await peer.closed() == b""
            await until(lambda: server.user_agent.connection_count == 0)

    run(story)


CLIENT_HELLO = bytes.fromhex("16030100c8010000c40303")
RTP = bytes.fromhex("800000010000000000000001")
STUN = bytes.fromhex("000100002112a442") + bytes(12)


@pytest.mark.parametrize(
    ("start", "protocol"),
    [
        (CLIENT_HELLO[:1], "TLS"),
        (b"GET / HTTP/1.1\r\nHost: x", "HTTP"),
        (b"OPTIONS * HTTP/1.1", "HTTP"),
        (b"PRI * HTTP/2.0", "HTTP"),
        (b"HTTP/1.1 200 OK", "HTTP"),
        (STUN[:1], "STUN"),
        (RTP[:1], "RTP"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "unknown"),
        (b"\xff\xf4", "unknown"),
    ],
)
def test_another_protocol_is_closed_at_its_first_bytes(
    start: bytes, protocol: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with running() as server:
            for _ in range(3):
                async with tcp_peer(server.port("tcp")) as peer:
                    peer.send(start)
                    assert await peer.closed() == b""
            assert await _options_status(server) == 200

    with caplog.at_level(logging.INFO):
        run(story)
    told = [record for record in caplog.records if record.name.endswith("strangers")]
    assert [record.reason for record in told] == [f"the first bytes are {protocol}"]  # type: ignore[attr-defined]


async def _options_status(server: FakeServer) -> int:
    async with tcp_peer(server.port("tcp")) as peer:
        peer.send(b"\r\n\r\n")
        assert await peer.reader.readexactly(2) == b"\r\n"
        return (await peer.ask(options())).status


def test_datagrams_of_other_protocols_are_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with running() as server, udp_peer(server.port("udp")) as peer:
            for data in (RTP, CLIENT_HELLO, b"GET / HTTP/1.1\r\n\r\n", b"OPT", STUN, b"\r\n\r\n"):
                for _ in range(10):
                    peer.send(data)
            assert (await peer.ask(request_bytes("OPTIONS"))).status == 200
            assert peer.inbox.empty()

    with caplog.at_level(logging.INFO):
        run(story)
    told = [record.reason for record in caplog.records if record.name.endswith("strangers")]  # type: ignore[attr-defined]
    assert told == [f"the first bytes are {protocol}" for protocol in ("RTP", "TLS", "HTTP")]


def test_a_flood_of_strangers_makes_few_lines(caplog: pytest.LogCaptureFixture) -> None:
    strangers = Strangers(Protocol.SIP)
    with caplog.at_level(logging.INFO):
        for number in range(10_000):
            strangers.tell((f"10.0.{number // 250}.{number % 250}", 1), "udp", "TLS", now=10.0)
        assert len(caplog.records) == 20
        strangers.tell(("10.0.0.0", 1), "udp", "TLS", now=69.0)
        assert len(caplog.records) == 20
        strangers.tell(("10.0.0.0", 1), "udp", "TLS", now=70.0)
    assert [record.getMessage() for record in caplog.records[20:]] == [
        "no SIP: more of that kind",
        "no SIP",
    ]
    assert caplog.records[20].count == 9_980  # type: ignore[attr-defined]


def test_connections_are_limited_for_each_address_and_given_back() -> None:
    async def story() -> None:
        limits = ConnectionLimits(connections=3, connections_per_address=2)
        async with running(limits=limits) as server:
            port = server.port("tcp")
            async with tcp_peer(port) as first, tcp_peer(port) as second:
                assert (await first.ask(options(1))).status == 200
                assert (await second.ask(options(2))).status == 200
                async with tcp_peer(port) as third:
                    assert await third.closed() == b""
                other = socket.create_connection(("127.0.0.1", port), source_address=("127.0.0.2", 0))
                fourth = TcpPeer(*await asyncio.open_connection(sock=other))
                assert (await fourth.ask(options(4))).status == 200
                await fourth.close()
            await until(lambda: server.user_agent.connection_count == 0)
            async with tcp_peer(port) as fifth:
                assert (await fifth.ask(options(5))).status == 200

    run(story)


def test_whoever_says_nothing_makes_room_for_whoever_does() -> None:
    async def story() -> None:
        async with running(limits=ConnectionLimits(connections=3)) as server:
            port = server.port("tcp")
            async with tcp_peer(port) as known, tcp_peer(port) as first, tcp_peer(port) as second:
                assert (await known.ask(options(1))).status == 200
                first.send(b"OPTIONS sip:half")
                second.send(b"OPTIONS sip:half")
                async with tcp_peer(port) as newcomer:
                    assert (await newcomer.ask(options(2))).status == 200
                    assert await first.closed() == b""
                    assert (await known.ask(options(3))).status == 200
                    assert server.user_agent.connection_count == 3

    run(story)


def test_the_addresses_of_one_line_are_counted_together() -> None:
    assert source_of("2001:db8:0:1::5") == source_of("2001:db8:0:1:ffff::9") == "2001:db8:0:1::/64"
    assert source_of("2001:db8:0:2::5") != source_of("2001:db8:0:1::5")
    assert source_of("::ffff:192.0.2.1") == source_of("192.0.2.1") == "192.0.2.1"
    assert source_of("fe80::1%eth0") == "fe80::/64"
    assert source_of("no address") == "no address"


def test_a_lost_connection_is_told_and_what_is_sent_to_it_fails() -> None:
    async def story() -> None:
        async with running() as server:
            async with tcp_peer(server.port("tcp")) as peer:
                await peer.ask(options())
            await until(lambda: server.lost)
            assert [flow.transport for flow in server.lost] == [Transport.TCP]
            assert server.lost[0].connection
            probe(server, server.lost[0])
            await until(lambda: server.events)
            assert server.events[0].response is None  # type: ignore[union-attr]

    run(story)


def test_a_connection_is_opened_once_and_used_both_ways() -> None:
    async def story() -> None:
        arrived: asyncio.Queue[TcpPeer] = asyncio.Queue()
        phone = await asyncio.start_server(
            lambda reader, writer: arrived.put_nowait(TcpPeer(reader, writer)), "127.0.0.1", 0
        )
        async with running() as server, phone:
            remote = phone.sockets[0].getsockname()[:2]
            flow = server.user_agent.resolve_literal(f"sip:a@127.0.0.1:{remote[1]};transport=tcp")
            assert flow == Flow(Transport.TCP, ("127.0.0.1", server.port("tcp")), remote)
            probe(server, flow)
            probe(server, flow)
            peer = await arrived.get()
            for _ in range(2):
                message = await peer.message()
                assert isinstance(message, Request)
                peer.send(build_response(message, 200, to_tag="t"))
            await until(lambda: len(server.events) == 2)
            probe(server, flow)
            assert isinstance(await peer.message(), Request)
            assert isinstance(await peer.ask(options()), Response)
            assert server.user_agent.connection_count == 1
            assert arrived.empty()
            await peer.close()
            await until(lambda: server.user_agent.connection_count == 0)

    run(story)


def test_nobody_listening_is_told_as_failure() -> None:
    async def story() -> None:
        async with running() as server:
            with socket.socket() as unused:
                unused.bind(("127.0.0.1", 0))
                port = unused.getsockname()[1]
                flow = server.user_agent.resolve_literal(f"sip:a@127.0.0.1:{port};transport=tcp")
                assert flow is not None
                probe(server, flow)
                await until(lambda: server.events)
            assert server.events[0].response is None  # type: ignore[union-attr]
            assert server.user_agent.connection_count == 0
            assert server.lost == []

    run(story)


def test_a_peer_that_hangs_up_before_it_answers_is_told_as_failure() -> None:
    async def story() -> None:
        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.transport.abort()

        phone = await asyncio.start_server(take, "127.0.0.1", 0)
        async with running() as server, phone:
            port = phone.sockets[0].getsockname()[1]
            flow = server.user_agent.resolve_literal(f"sip:a@127.0.0.1:{port};transport=tcp")
            assert flow is not None
            probe(server, flow)
            await until(lambda: server.events)
            assert server.events[0].response is None  # type: ignore[union-attr]

    run(story)


def test_a_peer_that_does_not_read_is_cut_off() -> None:
    async def story() -> None:
        async with running(limits=ConnectionLimits(unsent_bytes=20_000)) as server:
            async with tcp_peer(server.port("tcp")) as peer:
                peer.reader._transport.pause_reading()  # type: ignore[attr-defined]
                await asyncio.sleep(0)
                peer.send(
                    b"".join(options(number, "Via: " + VIA + ";x=" + "y" * 30_000) for number in range(400))
                )
                await until(lambda: server.lost)
                peer.writer.transport.abort()
            assert server.user_agent.connection_count == 0

    run(story)


def test_a_message_that_never_ends_costs_the_connection() -> None:
    async def story() -> None:
        limits = ConnectionLimits(message_completed=0.05, checked_every=0.02)
        async with running(limits=limits) as server:
            async with tcp_peer(server.port("tcp")) as silent, tcp_peer(server.port("tcp")) as slow:
                assert (await slow.ask(options())).status == 200
                slow.send(options(2)[:40])
                assert await silent.closed() == b""
                assert await slow.closed() == b""
            assert server.user_agent.connection_count == 0

    run(story)


def test_stopping_lets_answers_out_and_closes_everything() -> None:
    async def story() -> None:
        async with running() as server, tcp_peer(server.port("tcp")) as peer:
            await peer.ask(options())
            probe(server, Flow(Transport.TCP, ("127.0.0.1", 1), peer.writer.get_extra_info("sockname")))
            await server.user_agent.stop()
            assert b"OPTIONS sip:amal@127.0.0.1" in await peer.closed()
            assert server.user_agent.connection_count == 0

    run(story)
