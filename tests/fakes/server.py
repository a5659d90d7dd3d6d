"""A user agent with a registrar behind it, on ports of its own, as a context."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from huntline.directory.in_force import SettingsInForce
from huntline.sip.core.core import CoreSettings, SipCore
from huntline.sip.core.events import RequestReceived, SipEvent
from huntline.sip.core.flow import Flow
from huntline.sip.core.leg_record import LEG_RECORDS
from huntline.sip.servers.authenticator import Authenticator, Challenge, Identified
from huntline.sip.servers.presence import PresenceServer
from huntline.sip.servers.registrar import Registrar
from huntline.sip.transport.address import ListenAddress
from huntline.sip.transport.connection import ConnectionLimits
from huntline.sip.transport.tls_settings import TlsSettings
from huntline.sip.user_agent import Timed, UserAgent
from tests.fakes.plans import PLAN

PAGE = "http://queue.contoso.com"
"""The Origin of the pages that may connect."""


class FakeServer:
    """Everything around the core but calls; other events are kept in ``events``."""

    def __init__(
        self, limits: ConnectionLimits | None, tls: TlsSettings | None = None, timed: Sequence[Timed] = ()
    ) -> None:
        self.core = SipCore(CoreSettings(), os.urandom)
        self.registrar = Registrar(self.core, on_return=self._returned)
        self.presence = PresenceServer(self.core)
        self.authenticator = Authenticator(SettingsInForce(PLAN), b"kept secret")
        self.events: list[SipEvent] = []
        self.lost: list[Flow] = []
        self.on_event: Callable[[SipEvent], None] = self.events.append
        self.journal: dict[str, bytes] = {}
        self.on_record: Callable[[], None] | None = None
        self.user_agent = UserAgent(
            self.core,
            self._handle,
            on_flow_lost=self._flow_lost,
            on_change=self._write_down,
            before_sending=self._write_down,
            timed=(self.registrar, self.presence, *timed),
            limits=limits,
            page_origins=lambda local_host: (PAGE,),
            tls=tls,
        )

    def port(self, transport: str) -> int:
        """The port of the first listening address of a transport."""
        return next(each.port for each in self.user_agent.listening if each.transport == transport)

    def _returned(self, before: Flow, flow: Flow) -> None:
        self.user_agent.move_flow(before, flow)

    def _flow_lost(self, flow: Flow, now: float) -> None:
        self.lost.append(flow)
        self.registrar.flow_lost(flow, now)

    def _write_down(self) -> None:
        if self.on_record is not None:
            self.on_record()
        for tag, record in self.user_agent.take_changed().items():
            if record is None:
                self.journal.pop(tag, None)
            else:
                self.journal[tag] = LEG_RECORDS.encode(record)

    def _handle(self, event: SipEvent) -> None:
        now = self.user_agent.now()
        if not isinstance(event, RequestReceived) or event.request.method not in ("REGISTER", "PUBLISH"):
            self.on_event(event)
            return
        match self.authenticator.identify(event.request, event.flow, now):
            case Identified(account):
                server = self.registrar if event.request.method == "REGISTER" else self.presence
                server.handle(event, account, now)
            case Challenge(headers):
                self.core.respond(event.transaction_id, 401, now, headers=headers)
            case _:
                self.core.respond(event.transaction_id, 403, now)


@asynccontextmanager
async def running(
    *listen: str,
    limits: ConnectionLimits | None = None,
    journal: dict[str, bytes] | None = None,
    tls: TlsSettings | None = None,
    timed: Sequence[Timed] = (),
) -> AsyncIterator[FakeServer]:
    """A running server; by default on one UDP and one TCP port of 127.0.0.1. With a ``journal`` it goes on
    from what another one wrote down. ``timed`` parts share its timer."""
    server = FakeServer(limits, tls, timed)
    if journal is not None:
        records = [LEG_RECORDS.decode(record) for record in journal.values()]
        server.user_agent.restore(records, asyncio.get_running_loop().time())
    addresses = listen or ("udp:127.0.0.1:0", "tcp:127.0.0.1:0")
    await server.user_agent.start([ListenAddress.parse(text) for text in addresses])
    try:
        yield server
    finally:
        await server.user_agent.stop()
