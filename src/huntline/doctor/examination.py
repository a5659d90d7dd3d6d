"""What is tried at one address of a server, and what comes of it."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin, Subprotocol

from huntline import sdp
from huntline.config import Config
from huntline.directory.star_codes import ECHO_CODE
from huntline.doctor.echo import Echo
from huntline.network.own_addresses import own_addresses
from huntline.network.setting_values import Listener, SocketAddress
from huntline.sip.core import events as sip
from huntline.sip.core.core import CoreSettings, DigestCredentials, Invite, OutgoingRequest, SipCore
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.transport.address import ListenAddress
from huntline.sip.transport.connection_failures import ConnectionFailure, WhyNoConnection, failure_of
from huntline.sip.transport.tls_settings import TlsSettings
from huntline.sip.user_agent import UserAgent
from huntline.web.page_addresses import page_origins

PATIENCE = 3.0  # seconds for each answer
_ABOUT_CERTIFICATES = (
    WhyNoConnection.EXPIRED,
    WhyNoConnection.NOT_YET_VALID,
    WhyNoConnection.OTHER_NAME,
    WhyNoConnection.UNKNOWN_ISSUER,
    WhyNoConnection.NOT_TRUSTED,
)


@dataclass(frozen=True, slots=True)
class ProvenCaller:
    """Who calls: a user's address, and a proof that is good for a while."""

    upn: str
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was found at an address; ``facts`` are for its sentence (``texts.py``)."""

    listener: str
    finding_id: str
    facts: dict[str, str] = field(default_factory=dict)


_NameOf = Callable[[str], str]
"""The name in the certificate that is shown at an address."""


class Examination:
    """Calls a server with these settings as ``user`` does, from addresses of this machine, and waits
    ``patience`` seconds for each answer."""

    def __init__(self, config: Config, user: ProvenCaller | None, patience: float = PATIENCE) -> None:
        """Raises ConfigurationError for certificates that cannot be used."""
        self._config, self._user, self._patience = config, user, patience
        # With our certificate in its hand, too: a name in it is what the other end has to prove.
        self._tls = TlsSettings(config.certificate, config.trusted_certificates)

    async def found(self) -> AsyncGenerator[Found]:
        """What is found, address by address."""
        for listener in self._config.sip:
            finding = self._of_pages(listener) if listener.is_for_pages else self._of_phones(listener)
            async with aclosing(finding) as each:
                async for finding_id, facts in each:
                    yield Found(str(listener), finding_id, facts)

    # What pages do

    async def _of_pages(self, listener: Listener) -> AsyncGenerator[tuple[str, dict[str, str]]]:
        host = _concrete(listener.host)
        origins = page_origins(self._config, host)
        try:
            async with connect(
                f"{listener.transport}://{SocketAddress(host, listener.port)}",
                origin=Origin(origins[0]) if origins else None,
                subprotocols=[Subprotocol("sip")],
                ssl=self._tls.client if listener.is_encrypted else None,
                server_hostname=self._name(host) if listener.is_encrypted else None,
                proxy=None,
                open_timeout=self._patience,
            ):
                yield "answers", {}
        except WebSocketException as error:
            yield "no-websocket", {"detail": str(error)}
        except (OSError, ssl.SSLError) as error:
            yield self._unreached(failure_of(error))

    # What phones do

    async def _of_phones(self, listener: Listener) -> AsyncGenerator[tuple[str, dict[str, str]]]:
        async with _Phone.at(listener, self._tls, self._name, self._patience) as phone:
            response = await phone.asked()
            if response is None:
                failure = phone.why_failed()
                yield (
                    self._unreached(failure) if failure else ("no-answer", {"seconds": f"{self._patience:g}"})
                )
            elif response != 200:
                yield "refused", {"status": str(response)}
            elif self._user is None:
                yield "answers", {}
                yield "no-user", {}
            else:
                yield "answers", {}
                yield await self._call(phone, self._user)

    async def _call(self, phone: _Phone, user: ProvenCaller) -> tuple[str, dict[str, str]]:
        echo = Echo(phone.host)
        try:
            answer = await phone.call(user, sdp.offer(echo.local()))
            if isinstance(answer, int):
                return "call-refused", {"user": user.upn, "code": ECHO_CODE, "status": str(answer)}
            try:
                session = sdp.accept(answer, echo.local())
            except sdp.SdpError as error:
                return "call-refused", {"user": user.upn, "code": ECHO_CODE, "status": str(error)}
            address = str(SocketAddress(session.address, session.port))
            if await echo.comes_back(session, self._patience):
                return "audio-comes-back", {"address": address}
            return "silence", {"address": address, "ports": str(self._config.media_ports)}
        finally:
            phone.hang_up()
            echo.close()

    def _name(self, host: str) -> str:
        """What the certificate has to be for: whether it is for what phones have is another question."""
        names = [name for facts in self._tls.facts for name in facts.names if not name.startswith("*")]
        return names[0] if names else host

    def _unreached(self, failure: ConnectionFailure) -> tuple[str, dict[str, str]]:
        is_certificate = failure.why in _ABOUT_CERTIFICATES
        return "certificate" if is_certificate else "no-connection", {"detail": failure.detail}


class _Phone:
    """A user agent of its own, for one address of the server."""

    def __init__(self, listener: Listener, host: str, tls: TlsSettings, name: str, patience: float) -> None:
        self.host, self._patience = host, patience
        core = SipCore(CoreSettings(product="Huntline doctor"), os.urandom)
        self._user_agent = UserAgent(core, self._take, tls=tls)
        self._transport = Transport(listener.transport)
        self._remote, self._server_name = (host, listener.port), name
        self._answer: asyncio.Future[int | str | None] = asyncio.get_running_loop().create_future()
        self._flow: Flow | None = None

    @classmethod
    @asynccontextmanager
    async def at(
        cls, listener: Listener, tls: TlsSettings, name: _NameOf, patience: float
    ) -> AsyncIterator[_Phone]:
        """A phone that reaches the server there, and hangs up at the end."""
        host = _concrete(listener.host)
        phone = cls(listener, host, tls, name(host) if listener.is_encrypted else "", patience)
        own = [] if listener.is_encrypted else [ListenAddress(phone._transport, host, 0)]
        await phone._user_agent.start(own)
        try:
            port = phone._user_agent.listening[0].port if own else Transport.TLS.usual_port
            phone._flow = Flow(phone._transport, (host, port), phone._remote, server_name=phone._server_name)
            yield phone
        finally:
            await phone._user_agent.stop()

    @property
    def flow(self) -> Flow:
        """Where everything goes."""
        assert self._flow is not None
        return self._flow

    def why_failed(self) -> ConnectionFailure | None:
        """Why nothing came of it, where that is known."""
        return self._user_agent.why_failed(self.flow)

    async def asked(self) -> int | None:
        """The status of an OPTIONS; None where nothing answers."""
        address = f"<sip:doctor@{SocketAddress(*self._remote)}>"
        uri = f"sip:{SocketAddress(*self._remote)}"
        self._user_agent.send_request(OutgoingRequest("OPTIONS", uri, self.flow, address, address))
        answer = await self._answered()
        return answer if isinstance(answer, int) else None

    async def call(self, user: ProvenCaller, offer: str) -> int | str:
        """Call to hear oneself: the answer's description, or the status of a refusal."""
        uri = f"sip:{ECHO_CODE}@{user.upn.partition('@')[2]}"
        self._user_agent.invite(
            Invite(
                leg_id="doctor",
                uri=uri,
                flow=self.flow,
                from_=f"<sip:{user.upn}>",
                to=f"<{uri}>",
                sdp=offer,
                contact_user="doctor",
                credentials=DigestCredentials(user.username, user.password),
            )
        )
        answer = await self._answered()
        return 408 if answer is None else answer

    def hang_up(self) -> None:
        """End the call, if there is one."""
        self._user_agent.hang_up("doctor")

    async def _answered(self) -> int | str | None:
        self._answer = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._patience):
                return await self._answer
        except TimeoutError:
            return None

    def _take(self, event: sip.SipEvent) -> None:
        if self._answer.done():
            return
        match event:
            case sip.ResponseReceived(response=response):
                self._answer.set_result(response.status if response is not None else None)
            case sip.LegAnswered(sdp=str(answer)):
                self._answer.set_result(answer)
            case sip.LegRejected(status=status):
                self._answer.set_result(status)
            case _:
                pass


def _concrete(host: str) -> str:
    """One address for one that may stand for all of this machine."""
    address = ip_address(host)
    return own_addresses(address.version)[0] if address.is_unspecified else host
