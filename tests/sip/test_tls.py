"""SIP over TLS on real sockets of 127.0.0.1: handshakes, certificates, reuse (network)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.certificates import Authority
from tests.fakes.messages import request_bytes
from tests.fakes.peers import TcpPeer, tcp_peer, until
from tests.fakes.server import PAGE, FakeServer, running
from websockets.asyncio.client import connect
from websockets.typing import Origin, Subprotocol

from huntline.errors import ConfigurationError
from huntline.network.certificate_files import CertificateFiles
from huntline.sip.core.context import Context, CoreSettings
from huntline.sip.core.core import OutgoingRequest
from huntline.sip.core.events import ResponseReceived
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.message import Request, Response, build_response, parse_message
from huntline.sip.transport.connection import ConnectionLimits
from huntline.sip.transport.connection_failures import WhyNoConnection
from huntline.sip.transport.tls import TlsConnector, TlsStream
from huntline.sip.transport.tls_settings import TlsSettings

VIA = "SIP/2.0/TLS 127.0.0.1"
NAME = "pbx.contoso.com"

Run = Callable[[Callable[[], Awaitable[None]]], None]


@pytest.fixture(params=[uvloop.new_event_loop, asyncio.new_event_loop], ids=["uvloop", "asyncio"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a story; both loops there are do TLS by themselves each in its own way, and we by neither."""

    def run(story: Callable[[], Awaitable[None]]) -> None:
        async def within_patience() -> None:
            async with asyncio.timeout(20):
                await story()

        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(within_patience())

    return run


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def ours(authority: Authority) -> CertificateFiles:
    return authority.issue(NAME, "127.0.0.1")


@asynccontextmanager
async def listening(
    files: CertificateFiles, *, trusted: Path | None = None, limits: ConnectionLimits | None = None
) -> AsyncIterator[FakeServer]:
    tls = TlsSettings([files], trusted)
    async with running("tls:127.0.0.1:0", "wss:127.0.0.1:0", tls=tls, limits=limits) as server:
        yield server


def options(number: int = 1, *headers: str) -> bytes:
    return request_bytes("OPTIONS", "sip:contoso.com", *headers, via=VIA, call_id=f"o{number}")


async def asked(server: FakeServer, flow: Flow) -> Response | None:
    """What comes of an OPTIONS of ours by a flow."""
    request = OutgoingRequest("OPTIONS", "sip:amal@127.0.0.1", flow, "<sip:s@a.net>", "<sip:b@a.net>")
    server.events.clear()
    server.user_agent.send_request(request)
    await until(lambda: server.events)
    (event,) = server.events
    assert isinstance(event, ResponseReceived)
    return event.response


@asynccontextmanager
async def provider(files: CertificateFiles, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Answers every request with 200; its port."""

    writers: list[asyncio.StreamWriter] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        peer = TcpPeer(reader, writer)
        with contextlib.suppress(AssertionError, ConnectionError, TimeoutError):
            while isinstance(message := await peer.message(), Request):
                peer.send(build_response(message, 200, to_tag="t"))
        writer.close()

    context = context or ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.chain, files.key)
    server = await asyncio.start_server(take, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]
        for writer in writers:
            writer.close()


def test_requests_and_keep_alives_go_through(run: Run, authority: Authority, ours: CertificateFiles) -> None:
    async def story() -> None:
        async with (
            listening(ours) as server,
            tcp_peer(server.port("tls"), tls=authority.trusting(), name=NAME) as peer,
        ):
            peer.send(b"\r\n\r\n")
            assert await peer.reader.readexactly(2) == b"\r\n"
            long = options(1, "Subject: " + "x" * 40_000)  # more than one record of TLS
            for _ in range(3):
                assert (await peer.ask(long)).status == 200
            assert server.user_agent.connection_count == 1

    run(story)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_versions_are_spoken(
    authority: Authority, ours: CertificateFiles, version: ssl.TLSVersion
) -> None:
    async def story() -> None:
        context = authority.trusting()
        context.minimum_version = context.maximum_version = version
        async with listening(ours) as server, tcp_peer(server.port("tls"), tls=context, name=NAME) as peer:
            assert (await peer.ask(options())).status == 200
            assert peer.writer.get_extra_info("ssl_object").version() == version.name.replace("v1_", "v1.")

    asyncio.run(story())


def test_each_name_has_its_certificate(tmp_path: Path, authority: Authority, ours: CertificateFiles) -> None:
    async def story() -> None:
        tls = TlsSettings([ours, Authority(tmp_path, "Other").issue("pbx.fabrikam.com")])
        async with running("tls:127.0.0.1:0", tls=tls) as server:
            for name in (NAME, "pbx.fabrikam.com"):
                context = ssl.create_default_context(cafile=authority.file)
                context.load_verify_locations(tmp_path / "Other.pem")
                async with tcp_peer(server.port("tls"), tls=context, name=name) as peer:
                    assert (await peer.ask(options())).status == 200

    asyncio.run(story())


def test_a_new_certificate_is_shown_from_the_next_connection_on(tmp_path: Path, authority: Authority) -> None:
    async def story() -> None:
        first = Authority(tmp_path, "First")
        files = first.issue(NAME)
        tls = TlsSettings([files])
        async with (
            running("tls:127.0.0.1:0", tls=tls) as server,
            tcp_peer(server.port("tls"), tls=first.trusting(), name=NAME) as old,
        ):
            other = authority.issue(NAME)
            files.chain.write_bytes(other.chain.read_bytes())
            with pytest.raises(ConfigurationError, match=r"is not the key of the certificate in"):
                tls.load()
            assert (await old.ask(options(1))).status == 200
            async with tcp_peer(server.port("tls"), tls=first.trusting(), name=NAME) as still:
                assert (await still.ask(options(2))).status == 200
            files.key.write_bytes(other.key.read_bytes())
            tls.load()
            async with tcp_peer(server.port("tls"), tls=authority.trusting(), name=NAME) as new:
                assert (await new.ask(options(3))).status == 200
            assert (await old.ask(options(4))).status == 200

    asyncio.run(story())


def test_pages_come_by_wss(run: Run, authority: Authority, ours: CertificateFiles) -> None:
    async def story() -> None:
        async with (
            listening(ours) as server,
            connect(
                f"wss://127.0.0.1:{server.port('wss')}",
                ssl=authority.trusting(),
                origin=Origin(PAGE),
                subprotocols=[Subprotocol("sip")],
                proxy=None,
            ) as page,
        ):
            await page.send(options().replace(b"SIP/2.0/TLS", b"SIP/2.0/WSS"))
            answer = await page.recv()
            message = parse_message(answer.encode() if isinstance(answer, str) else answer)
            assert isinstance(message, Response)
            assert message.status == 200

    run(story)


# Who does not finish


def test_whoever_never_shakes_hands_is_cut_off(run: Run, ours: CertificateFiles) -> None:
    async def story() -> None:
        async with listening(ours, limits=ConnectionLimits(handshaking=0.1)) as server:
            async with tcp_peer(server.port("tls")) as silent, tcp_peer(server.port("tls")) as slow:
                slow.send(bytes.fromhex("16030100c8010000c40303"))
                assert await silent.closed() == b""
                assert await slow.closed() == b""
            assert server.user_agent.connection_count == server.user_agent.handshake_count == 0

    run(story)


def test_the_oldest_handshake_makes_room(run: Run, authority: Authority, ours: CertificateFiles) -> None:
    async def story() -> None:
        async with listening(ours, limits=ConnectionLimits(handshakes=3)) as server:
            port = server.port("tls")
            async with tcp_peer(port) as first, tcp_peer(port), tcp_peer(port):
                await until(lambda: server.user_agent.handshake_count == 3)
                async with tcp_peer(port, tls=authority.trusting(), name=NAME) as peer:
                    assert (await peer.ask(options())).status == 200
                    assert await first.closed() == b""
                    assert server.user_agent.handshake_count == 2
            await until(lambda: server.user_agent.handshake_count == 0)

    run(story)


def test_handshakes_take_no_more_sockets_than_connections_may(run: Run, ours: CertificateFiles) -> None:
    async def story() -> None:
        async with listening(ours, limits=ConnectionLimits(connections=2)) as server:
            port = server.port("tls")
            async with tcp_peer(port) as first, tcp_peer(port), tcp_peer(port):
                assert await first.closed() == b""
                assert server.user_agent.handshake_count == 2

    run(story)


def test_a_whole_office_comes_back_at_once(run: Run, authority: Authority, ours: CertificateFiles) -> None:
    async def story() -> None:
        async with listening(ours) as server, contextlib.AsyncExitStack() as stack:
            context = authority.trusting()
            peers = await asyncio.gather(
                *(
                    stack.enter_async_context(tcp_peer(server.port("tls"), tls=context, name=NAME))
                    for _ in range(60)
                )
            )
            for number, peer in enumerate(peers):
                assert (await peer.ask(options(number))).status == 200

    run(story)


def test_one_address_takes_no_other_ones_place(run: Run, ours: CertificateFiles) -> None:
    async def story() -> None:
        async with listening(ours, limits=ConnectionLimits(handshakes_per_address=2)) as server:
            port = server.port("tls")
            other = socket.create_connection(("127.0.0.1", port), source_address=("127.0.0.2", 0))
            with contextlib.closing(other):
                await until(lambda: server.user_agent.handshake_count == 1)
                async with tcp_peer(port) as first, tcp_peer(port), tcp_peer(port):
                    assert await first.closed() == b""
                    assert server.user_agent.handshake_count == 3

    run(story)


def test_what_is_no_tls_is_told(run: Run, ours: CertificateFiles, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        async with listening(ours) as server:
            for hostile in (b"GET / HTTP/1.1\r\n\r\n", options()):
                async with tcp_peer(server.port("tls")) as peer:
                    peer.send(hostile)
                    await peer.closed()
            assert server.user_agent.connection_count == 0

    with caplog.at_level(logging.INFO):
        run(story)
    told = [record.reason for record in caplog.records if record.name.endswith("strangers")]  # type: ignore[attr-defined]
    assert told == ["no-tls: http request", "no-tls: wrong version number"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_phone_that_refuses_our_certificate_is_told_of(
    run: Run, ours: CertificateFiles, version: ssl.TLSVersion, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with listening(ours) as server:
            context = ssl.create_default_context()
            context.maximum_version = version

            def call() -> None:  # asyncio itself does not say why it closes
                with (
                    socket.create_connection(("127.0.0.1", server.port("tls"))) as peer,
                    pytest.raises(ssl.SSLCertVerificationError),
                ):
                    context.wrap_socket(peer, server_hostname=NAME)

            await asyncio.to_thread(call)
            await until(lambda: any(record.name.endswith("strangers") for record in caplog.records))
            await until(lambda: server.user_agent.connection_count == 0)

    with caplog.at_level(logging.INFO):
        run(story)
    told = [record.reason for record in caplog.records if record.name.endswith("strangers")]  # type: ignore[attr-defined]
    assert told == ["our-certificate-refused: tlsv1 alert unknown ca"]


def test_without_a_certificate_there_is_no_tls() -> None:
    async def story() -> None:
        for transport in ("tls", "wss"):
            with pytest.raises(ConfigurationError, match=r"need a certificate: name its files"):
                async with running(f"{transport}:127.0.0.1:0"):
                    pass

    asyncio.run(story())


# Connections that we open


def flow_to(server: FakeServer, port: int, name: str = "") -> Flow:
    return Flow(Transport.TLS, ("127.0.0.1", server.port("tls")), ("127.0.0.1", port), server_name=name)


def test_a_provider_is_reached_once_for_all(run: Run, authority: Authority, ours: CertificateFiles) -> None:
    async def story() -> None:
        async with listening(ours, trusted=authority.file) as server:
            async with provider(authority.issue("sip.provider.com", "127.0.0.1")) as port:
                for name in ("sip.provider.com", "sip.provider.com", ""):
                    response = await asked(server, flow_to(server, port, name))
                    assert response is not None
                    assert response.status == 200
                # Who has proven another name is not the same peer (RFC 5923 section 9.1).
                assert server.user_agent.connection_count == 2
                assert server.user_agent.why_failed(flow_to(server, port)) is None
            await until(lambda: server.user_agent.connection_count == 0)

    run(story)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("expired.provider.com", WhyNoConnection.EXPIRED),
        ("early.provider.com", WhyNoConnection.NOT_YET_VALID),
        ("other.provider.com", WhyNoConnection.OTHER_NAME),
        ("", WhyNoConnection.OTHER_NAME),
        ("stranger.provider.com", WhyNoConnection.UNKNOWN_ISSUER),
    ],
)
def test_a_certificate_that_is_not_right_is_refused(
    tmp_path: Path, authority: Authority, ours: CertificateFiles, name: str, why: WhyNoConnection
) -> None:
    files = {
        "expired.provider.com": lambda: authority.issue(name, ends_in=timedelta(minutes=-1)),
        "early.provider.com": lambda: authority.issue(name, begins_in=timedelta(hours=1)),
        "stranger.provider.com": lambda: Authority(tmp_path, "Nobody").issue(name),
    }.get(name, lambda: authority.issue("sip.provider.com"))()

    async def story() -> None:
        async with listening(ours, trusted=authority.file) as server, provider(files) as port:
            flow = flow_to(server, port, name)
            assert await asked(server, flow) is None
            failure = server.user_agent.why_failed(flow)
            assert failure is not None
            assert failure.why is why, failure
            assert server.user_agent.connection_count == 0

    asyncio.run(story())


def test_a_provider_that_speaks_no_tls_or_says_nothing(run: Run, ours: CertificateFiles) -> None:
    async def story() -> None:
        async def answer_in_clear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            writer.write(b"SIP/2.0 400 Bad Request\r\n\r\n")
            await reader.read()
            writer.close()

        async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        for take, why in (
            (answer_in_clear, WhyNoConnection.NO_TLS),
            (say_nothing, WhyNoConnection.TIMED_OUT),
        ):
            peer = await asyncio.start_server(take, "127.0.0.1", 0)
            async with listening(ours, limits=ConnectionLimits(connecting=0.2)) as server, peer:
                flow = flow_to(server, peer.sockets[0].getsockname()[1])
                assert await asked(server, flow) is None
                failure = server.user_agent.why_failed(flow)
                assert failure is not None
                assert failure.why is why, failure

    run(story)


def test_a_provider_that_wants_our_certificate_gets_it(authority: Authority, ours: CertificateFiles) -> None:
    async def story() -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.file)
        context.verify_mode = ssl.CERT_REQUIRED
        files = authority.issue("sip.provider.com")
        async with listening(ours, trusted=authority.file) as server, provider(files, context) as port:
            response = await asked(server, flow_to(server, port, "sip.provider.com"))
            assert response is not None

    asyncio.run(story())


def test_a_peer_that_keeps_its_flow_no_more_is_gone(
    run: Run, authority: Authority, ours: CertificateFiles
) -> None:
    async def story() -> None:
        limits = ConnectionLimits(checked_every=0.02)
        async with (
            listening(ours, limits=limits) as server,
            tcp_peer(server.port("tls"), tls=authority.trusting(), name=NAME) as kept,
            tcp_peer(server.port("tls"), tls=authority.trusting(), name=NAME) as other,
        ):
            await other.ask(options(1))
            await kept.ask(options(2))
            flow = Flow(
                Transport.TLS, ("127.0.0.1", server.port("tls")), kept.writer.get_extra_info("sockname")
            )
            server.user_agent.keep_flow(flow, 0.1)
            assert await kept.closed() == b""
            await until(lambda: server.lost)
            assert (await other.ask(options(3))).status == 200

    run(story)


def test_only_what_goes_by_our_own_connection_names_an_alias() -> None:
    """RFC 5923 section 5."""
    context = Context(CoreSettings(), os.urandom)
    own = Flow(Transport.TLS, ("127.0.0.1", 5061), ("127.0.0.9", 5061))
    assert ";alias;" in context.via(own)
    for flow in (replace(own, connection=1), replace(own, transport=Transport.TCP)):
        assert "alias" not in context.via(flow)


@pytest.mark.parametrize(
    ("transport", "target", "contact"),
    [
        (Transport.UDP, "sip:amal@contoso.com", "<sip:x@127.0.0.1:5061>"),
        (Transport.TLS, "sip:amal@contoso.com", "<sip:x@127.0.0.1:5061;transport=tls>"),
        (Transport.TLS, "SIPS:amal@contoso.com", "<sips:x@127.0.0.1:5061>"),
        (Transport.WSS, "sip:amal@contoso.com", "<sip:x@127.0.0.1:5061;transport=ws>"),
    ],
)
def test_a_secure_call_stays_one(transport: Transport, target: str, contact: str) -> None:
    """RFC 3261 sections 8.1.1.8 and 12.1.1, RFC 7118 section 5.2.4."""
    flow = Flow(transport, ("127.0.0.1", 5061), ("127.0.0.9", 5061))
    assert Context(CoreSettings(), os.urandom).contact("x", flow, target) == contact


# Hostile bytes


class Outlet(asyncio.Transport):
    """Takes what is written, and forgets it."""

    def __init__(self) -> None:
        super().__init__(extra={"peername": ("127.0.0.9", 1)})
        self._is_closing = False

    def write(self, data: object) -> None:
        pass

    def close(self) -> None:
        self._is_closing = True

    abort = close

    def is_closing(self) -> bool:
        return self._is_closing


@pytest.fixture(scope="module")
def context(ours: CertificateFiles) -> ssl.SSLContext:
    made = TlsSettings([ours]).server
    assert made is not None
    return made


@given(parts=st.lists(st.one_of(st.binary(max_size=80), st.just(bytes.fromhex("160301")))))
def test_whatever_comes_nothing_is_raised(context: ssl.SSLContext, parts: list[bytes]) -> None:
    async def story() -> None:
        handshake = TlsConnector(lambda failure: None)
        stream = TlsStream(handshake, asyncio.Protocol, context)
        stream.connection_made(Outlet())
        for data in parts:
            stream.data_received(data)
        stream.write(b"x")
        stream.close()
        stream.connection_lost(None)
        assert await handshake.done() is not None

    asyncio.run(story())
