"""What the doctor finds at an address, from servers that have each fault (network)."""

from __future__ import annotations

import asyncio
import socket
import string
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

import pytest
from tests.fakes.certificates import Authority
from tests.fakes.server import PAGE, FakeServer, running

from huntline import sdp
from huntline.config import Config
from huntline.directory.finding_texts import Severity
from huntline.doctor.echo import Echo
from huntline.doctor.examination import Examination, ProvenCaller
from huntline.doctor.texts import TEXTS
from huntline.network.certificate_files import CertificateFiles
from huntline.network.setting_values import Listener
from huntline.sip.core.events import InviteReceived, SipEvent
from huntline.sip.transport.tls_settings import TlsSettings

AMAL = ProvenCaller("amal@contoso.com", "amal", "secret")


def config_at(
    server: FakeServer,
    transport: str,
    *,
    origins: tuple[str, ...] = (PAGE,),
    certificate: CertificateFiles | None = None,
    trusted: Path | None = None,
) -> Config:
    """Settings that lead to one address of a server."""
    listener = Listener(transport, "127.0.0.1", server.port(transport))  # type: ignore[arg-type]
    return Config(
        sip=(listener,),
        page_origins=origins,
        certificate=(certificate,) if certificate else (),
        trusted_certificates=trusted,
    )


async def found(config: Config, user: ProvenCaller | None = AMAL) -> list[tuple[str, dict[str, str]]]:
    examination = Examination(config, user, patience=0.3)
    return [(each.finding_id, each.facts) async for each in examination.found()]


def perform(story: Callable[[], Awaitable[None]]) -> None:
    async def within_patience() -> None:
        async with asyncio.timeout(10):
            await story()

    asyncio.run(within_patience())


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_audio_that_comes_back_is_told_with_its_address(transport: str) -> None:
    async def story() -> None:
        async with running() as server:
            loop = asyncio.get_running_loop()
            mirror, _ = await loop.create_datagram_endpoint(Mirror, local_addr=("127.0.0.1", 0))
            port = mirror.get_extra_info("sockname")[1]
            server.on_event = answering(server, port)
            assert await found(config_at(server, transport)) == [
                ("answers", {}),
                ("audio-comes-back", {"address": f"127.0.0.1:{port}"}),
            ]
            mirror.close()

    perform(story)


class Mirror(asyncio.DatagramProtocol):
    """Sends back what comes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        self.transport.sendto(data, addr)


def answering(server: FakeServer, port: int) -> Callable[[SipEvent], None]:
    """Answers every call, with audio at a port."""

    def answer(event: SipEvent) -> None:
        if isinstance(event, InviteReceived):
            description, _ = sdp.answer(event.sdp or "", sdp.LocalAudio("127.0.0.1", port, 1, 1))
            server.user_agent.answer(event.leg_id, description)

    return answer


def test_audio_that_does_not_come_back_is_told_with_what_to_do() -> None:
    async def story() -> None:
        async with running() as server:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
                deaf.bind(("127.0.0.1", 0))
                port = deaf.getsockname()[1]
                server.on_event = answering(server, port)
                facts = {"address": f"127.0.0.1:{port}", "ports": "20000-29999"}
                assert (await found(config_at(server, "udp")))[-1] == ("silence", facts)

    perform(story)


def test_a_call_that_is_refused_is_told_with_its_status() -> None:
    async def story() -> None:
        async with running() as server:

            def refuse(event: SipEvent) -> None:
                if isinstance(event, InviteReceived):
                    server.user_agent.reject(event.leg_id, 403)

            server.on_event = refuse
            facts = {"user": AMAL.upn, "code": "*43", "status": "403"}
            assert (await found(config_at(server, "udp")))[-1] == ("call-refused", facts)
            assert [each for each, _ in await found(config_at(server, "udp"), None)] == ["answers", "no-user"]

    perform(story)


def test_a_server_that_ends_is_told() -> None:
    async def story() -> None:
        async with running() as server:
            server.core.is_draining = True
            assert await found(config_at(server, "udp")) == [("refused", {"status": "503"})]

    perform(story)


def test_where_nothing_answers() -> None:
    async def story() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf, socket.socket() as closed:
            deaf.bind(("127.0.0.1", 0))
            closed.bind(("127.0.0.1", 0))
            sip = (
                Listener("udp", *deaf.getsockname()),
                Listener("tcp", *closed.getsockname()),
                Listener("ws", *closed.getsockname()),
            )
            told = await found(Config(sip=sip))
        assert [each for each, _ in told] == ["no-answer", "no-connection", "no-connection"]
        assert told[1][1] == told[2][1] == {"detail": "nobody listens there"}

    perform(story)


def test_a_certificate_that_phones_refuse(tmp_path: Path) -> None:
    async def story() -> None:
        authority = Authority(tmp_path)
        files = authority.issue("pbx.contoso.com")
        async with running("tls:127.0.0.1:0", "wss:127.0.0.1:0", tls=TlsSettings([files])) as server:
            for transport in ("tls", "wss"):
                (told,) = await found(config_at(server, transport, certificate=files), None)
                assert told == ("certificate", {"detail": "unable to get local issuer certificate"})
                known = config_at(server, transport, certificate=files, trusted=authority.file)
                assert (await found(known, None))[0] == ("answers", {})

    perform(story)


def test_pages_that_may_not_connect() -> None:
    async def story() -> None:
        async with running("ws:127.0.0.1:0") as server:
            assert await found(config_at(server, "ws")) == [("answers", {})]
            ((finding, facts),) = await found(config_at(server, "ws", origins=("https://elsewhere.test",)))
            assert finding == "no-websocket"
            assert "403" in facts["detail"]

    perform(story)


def test_only_the_own_noise_counts_as_audio() -> None:
    async def story() -> None:
        echo = Echo("127.0.0.1")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(bytes(172), ("127.0.0.1", echo.local().port))
            await asyncio.sleep(0.05)
            assert not echo.came_back.is_set()
        echo.close()

    perform(story)


@pytest.mark.parametrize("finding_id", TEXTS)
def test_both_languages_say_the_same_facts(finding_id: str) -> None:
    text = TEXTS[finding_id]
    named = [
        {name for _, name, _, _ in string.Formatter().parse(each) if name} for each in (text.en, text.fr)
    ]
    assert named[0] == named[1]
    assert text.severity in Severity
