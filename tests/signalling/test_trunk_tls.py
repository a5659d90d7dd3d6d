"""Providers over TLS on real sockets: what is said of a certificate that is not right (network)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.fakes.certificates import Authority
from tests.fakes.peers import until
from tests.fakes.server import running

from huntline.directory.in_force import SettingsInForce
from huntline.directory.organization import Organization, Trunk, TrunkTransport
from huntline.directory.plan import ServerPlan
from huntline.engine.reason_data import as_data, from_data
from huntline.engine.reasons import Cause
from huntline.languages.reasons import Reader, in_words
from huntline.network.certificate_files import CertificateFiles
from huntline.network.certificates import make_demo_certificate, utc_now
from huntline.signalling import trunk_line
from huntline.signalling.trunk_service import TrunkService
from huntline.sip.core.events import ResponseReceived, SipEvent
from huntline.sip.core.message import Request, build_response, parse_message
from huntline.sip.transport.tls_settings import TlsSettings
from huntline.web.api.trunks import ADVICE

HERE = "127.0.0.1"


@pytest.fixture(autouse=True)
def asked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Providers are asked over the first two seconds elsewhere."""
    monkeypatch.setattr(trunk_line, "_FIRST_ASKED", 0.0)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


class Provider:
    """Answers every request with 200, over TLS as ``context`` has it: in threads, for asyncio closes
    connections that it refuses without a word about why. One that ``is_rude`` shakes hands and closes."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context, self.is_rude = context, False
        self._listening = socket.create_server((HERE, 0))
        self.port = self._listening.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self._listening.accept()
                peer.settimeout(5)
                self._threads.append(threading.Thread(target=self._serve, args=(peer,)))
                self._threads[-1].start()

    def _serve(self, peer: socket.socket) -> None:
        with contextlib.suppress(OSError), peer.dup() as below:
            try:
                self._answer(self.context.wrap_socket(peer, server_side=True))
            except ssl.SSLError:
                while below.recv(4096):
                    pass  # whoever closes with something unread resets: the alert might not arrive

    def _answer(self, connection: ssl.SSLSocket) -> None:
        with connection as tls:
            data = b""
            if self.is_rude:
                return
            while part := tls.recv(4096):
                data += part
                while b"\r\n\r\n" in data:
                    head, _, data = data.partition(b"\r\n\r\n")
                    request = parse_message(head + b"\r\n\r\n")
                    assert isinstance(request, Request)
                    tls.sendall(build_response(request, 200, to_tag="t"))


@contextlib.contextmanager
def provider_with(
    files: CertificateFiles, believes: Path | None = None, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> Iterator[Provider]:
    """One that shows this certificate; where it ``believes`` an issuer, it demands ours, too."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=believes)
    context.load_cert_chain(files.chain, files.key)
    context.maximum_version = version
    if believes is not None:
        context.verify_mode = ssl.CERT_REQUIRED
    with contextlib.closing(Provider(context)) as provider:
        yield provider


@asynccontextmanager
async def trunk_to(provider: Provider, tls: TlsSettings) -> AsyncIterator[TrunkService]:
    """A trunk to a provider, which is asked each second whether it is there."""
    trunk = Trunk(
        "teams", hosts=(f"{HERE}:{provider.port}",), transport=TrunkTransport.TLS, options_interval=1
    )
    contoso = Organization(organization_id="c", name="Contoso", domains=("contoso.com",), trunks=(trunk,))
    work = set[asyncio.Task[None]]()
    service = TrunkService(
        SettingsInForce(ServerPlan((contoso,))),
        lambda secret: None,
        lambda each: work.add(asyncio.ensure_future(each)),
        lambda key: 0,
        lambda key: None,
        lambda: None,
    )

    def heard(event: SipEvent) -> None:
        assert isinstance(event, ResponseReceived)
        assert service.answered(event)

    async with running(f"udp:{HERE}:0", tls=tls, timed=(service,)) as server:
        server.on_event = heard
        service.begin(server.user_agent)
        yield service


def run(story: Callable[[], Awaitable[None]]) -> None:
    async def within_patience() -> None:
        async with asyncio.timeout(20):
            await story()

    asyncio.run(within_patience())


async def said_of(service: TrunkService) -> Cause:
    """What is wrong with the trunk, once that is known; the test of it says the same."""
    await until(lambda: service.shown("c", "teams")["state"] in ("up", "down"))
    shown = service.shown("c", "teams")
    assert (shown["state"], shown["hosts"][0]["why"]) == ("down", shown["why"])
    answers = (await service.test("c", "teams"))[-1]
    assert (answers["step"], answers["why"]) == ("answers", shown["why"])
    assert service.alarms() == [{"name": "teams", "why": shown["why"]}]
    return Cause(shown["why"]["kind"])


async def is_up(service: TrunkService) -> None:
    """It comes up, and the test finds nothing."""
    await until(lambda: service.shown("c", "teams")["state"] == "up")
    shown = service.shown("c", "teams")
    assert (shown["why"], service.alarms()) == (None, [])
    assert all(step["is_ok"] for step in await service.test("c", "teams"))


@pytest.mark.parametrize(
    ("which", "cause"),
    [
        ("expired", Cause.CERTIFICATE_EXPIRED),
        ("early", Cause.CERTIFICATE_NOT_YET_VALID),
        ("of another", Cause.CERTIFICATE_OF_ANOTHER_NAME),
        ("of nobody", Cause.CERTIFICATE_OF_UNKNOWN_ISSUER),
        ("its own", Cause.CERTIFICATE_SIGNED_BY_ITSELF),
    ],
)
def test_a_certificate_that_is_not_right_is_named_until_a_right_one_is_shown(
    which: str, cause: Cause, authority: Authority, tmp_path: Path
) -> None:
    def issue() -> CertificateFiles:
        match which:
            case "expired":
                return authority.issue(HERE, ends_in=timedelta(minutes=-1))
            case "early":
                return authority.issue(HERE, begins_in=timedelta(hours=1))
            case "of another":
                return authority.issue("sip.provider.com")
            case "of nobody":
                return Authority(tmp_path, "Nobody").issue(HERE)
            case _:
                return make_demo_certificate(tmp_path / "own.pem", (HERE,), utc_now())

    async def story() -> None:
        tls = TlsSettings(trusted=authority.file)
        with provider_with(issue()) as provider:
            async with trunk_to(provider, tls) as service:
                assert await said_of(service) is cause
                good = authority.issue(HERE)
                provider.context.load_cert_chain(good.chain, good.key)
                await is_up(service)

    run(story)


@pytest.mark.parametrize(
    ("version", "cause"),
    [
        (ssl.TLSVersion.TLSv1_3, Cause.OUR_CERTIFICATE_REFUSED),
        (ssl.TLSVersion.TLSv1_2, Cause.TLS_REFUSED),  # it says no more than that hands cannot be shaken
    ],
)
def test_a_provider_that_wants_our_certificate_says_so_where_there_is_none(
    version: ssl.TLSVersion, cause: Cause, authority: Authority
) -> None:
    async def story() -> None:
        tls = TlsSettings(trusted=authority.file)
        with provider_with(authority.issue(HERE), authority.file, version) as provider:
            async with trunk_to(provider, tls) as service:
                assert await said_of(service) is cause

    run(story)


def test_a_provider_that_closes_once_hands_are_shaken_is_not_called_silent(authority: Authority) -> None:
    async def story() -> None:
        with provider_with(authority.issue(HERE)) as provider:
            provider.is_rude = True
            async with trunk_to(provider, TlsSettings(trusted=authority.file)) as service:
                assert await said_of(service) is Cause.TLS_REFUSED
                provider.is_rude = False
                await is_up(service)

    run(story)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_our_certificate_is_shown_to_a_provider_that_wants_it(
    version: ssl.TLSVersion, authority: Authority, tmp_path: Path
) -> None:
    server_alone, both = (
        [ExtendedKeyUsageOID.SERVER_AUTH],
        [
            ExtendedKeyUsageOID.SERVER_AUTH,
            ExtendedKeyUsageOID.CLIENT_AUTH,
        ],
    )

    async def story() -> None:
        for_phones = authority.issue("pbx.contoso.com", usages=server_alone)
        good = [for_phones, authority.issue("pbx.contoso.com", usages=both)]
        stranger = Authority(tmp_path, "Stranger").issue("pbx.contoso.com")
        with provider_with(authority.issue(HERE), authority.file, version) as provider:
            for ours in ([for_phones], [stranger]):
                async with trunk_to(provider, TlsSettings(ours, authority.file)) as service:
                    assert await said_of(service) is Cause.OUR_CERTIFICATE_REFUSED
            async with trunk_to(provider, TlsSettings(good, authority.file)) as service:
                await is_up(service)

    run(story)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_whatever_is_wrong_with_tls_is_said_with_what_to_do(language: str) -> None:
    said = {
        cause: in_words(from_data(as_data(cause)), Reader(language))  # type: ignore[arg-type]
        for cause in Cause
        if cause.startswith(("certificate-", "our-certificate", "tls-", "no-tls"))
    }
    assert len(set(said.values())) == len(said) == 9
    assert all(ADVICE[cause] for cause in said)
