"""The user agent: sockets and one timer around the SIP core."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from huntline.errors import ConfigurationError
from huntline.network.listening_sockets import ListeningSockets
from huntline.sip.core.context import Send
from huntline.sip.core.core import Invite, OutgoingRequest, SipCore
from huntline.sip.core.events import RequestReceived, SipEvent
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.leg_record import LegRecord, LegView
from huntline.sip.core.message import Headers, Request
from huntline.sip.core.replaces_header import Replaces
from huntline.sip.intake import Intake
from huntline.sip.name_service import Nameserver, NameService
from huntline.sip.resolver import Located, Resolver
from huntline.sip.transport.address import ListenAddress
from huntline.sip.transport.connection import ConnectionLimits
from huntline.sip.transport.connection_failures import ConnectionFailure
from huntline.sip.transport.connections import Connections
from huntline.sip.transport.icmp import Undelivered
from huntline.sip.transport.tcp import TcpTransport
from huntline.sip.transport.tls import TlsAcceptor
from huntline.sip.transport.tls_settings import TlsSettings
from huntline.sip.transport.udp import UdpSocket
from huntline.sip.transport.websocket import Origins, WebSocketTransport

log = logging.getLogger(__name__)

_TOGETHER = 16
"""Datagrams, read one after the other, that are answered together at most."""

_TOGETHER_WITHIN = 0.003
"""Seconds that an answer waits for what may leave with it, mostly the INVITE to whoever is called for it."""


class Timed(Protocol):
    """A part that does something at moments it names, on the clock of ``UserAgent.now``."""

    def next_deadline(self) -> float | None:
        """When ``tick`` is wanted next; cheap, since it is asked after every message."""

    def tick(self, now: float) -> None:
        """Do what is due."""


class UserAgent:
    """Runs a core on the running asyncio loop.

    What arrives is handed to the core, its events to ``on_event`` and its output to the sockets within the
    same turn of the loop; ``before_sending`` is called in between, so that nothing is sent that is not on
    record (``take_changed``). ``on_change`` says that legs have changed and nothing is sent of it.
    ``on_flow_lost`` hears of connections that ended; ``timed`` parts share the core's timer, as long as they
    change inside ``on_event`` or ``tick``. ``page_origins`` says which pages may speak SIP over WebSocket,
    ``tls`` what TLS is done with. ``nameservers`` are those of the system where none are given, ``sockets``
    those that an earlier process has left to listen on.
    """

    def __init__(
        self,
        core: SipCore,
        on_event: Callable[[SipEvent], None],
        *,
        on_flow_lost: Callable[[Flow, float], None] | None = None,
        on_change: Callable[[], None] | None = None,
        before_sending: Callable[[], None] | None = None,
        timed: Sequence[Timed] = (),
        limits: ConnectionLimits | None = None,
        page_origins: Origins = lambda local_host: (),
        tls: TlsSettings | None = None,
        nameservers: Sequence[Nameserver] = (),
        sockets: ListeningSockets | None = None,
    ) -> None:
        self._core = core
        self._on_event = on_event
        self._on_flow_lost = on_flow_lost
        self._on_change = on_change or core.forget_changed
        self._before_sending = before_sending or core.forget_changed
        self._timed: tuple[Timed, ...] = (core, *timed)
        self._limits = limits or ConnectionLimits()
        self._page_origins = page_origins
        self._tls = tls or TlsSettings()
        self._sockets = sockets or ListeningSockets()
        self.listening: list[ListenAddress] = []
        self._resolver = Resolver(self.listening, NameService(self.now, nameservers))
        self._udp: dict[tuple[str, int], UdpSocket] = {}
        self._deaf_until = float("-inf")
        self._failed: list[Flow] = []
        self._undelivered: list[Undelivered] = []
        self._is_open = self._is_started = self._is_flushing = self._is_reading = False
        self._received = 0  # messages, since the last flush
        self._flush_handle: asyncio.Handle | None = None
        self._patient_flush: asyncio.TimerHandle | None = None
        self._timer: asyncio.Handle | None = None
        self._timer_at = 0.0

    async def start(self, listen: Sequence[ListenAddress]) -> None:
        """Listen; ``listening`` then has the real ports. Raises ConfigurationError for an address that cannot
        be had, and holds none then."""
        self._loop = asyncio.get_running_loop()
        self._is_open = True
        self._connections = Connections(self._limits, self._flow_lost)
        self._intake = Intake(self._core, self._receive, self._turn_away)
        take, failed = self._intake.take, self._flow_failed
        self._acceptor = TlsAcceptor(self._tls, self._connections)
        self._tcp = TcpTransport(self._connections, take, failed, self._acceptor, self._tls, self._sockets)
        self._websocket = WebSocketTransport(
            self._connections, take, failed, self._page_origins, self._acceptor, self._sockets
        )
        for address in listen:
            try:
                self.listening.append(await self._listen(address))
            except ConfigurationError:
                await self.stop()
                raise
            except OSError as error:
                await self.stop()
                raise ConfigurationError(f"cannot listen on {address}: {error.strerror or error}") from error
        # Not before every socket is there: a restored core has something to say on each of them.
        self._is_started = True
        self._schedule_flush()

    async def stop(self) -> None:
        """Send what is to be sent, then close everything; nothing where it was never started."""
        if not self._is_open:
            return
        self._intake.close()
        self._flush()
        await self._tcp.close()
        self._websocket.close()
        self._acceptor.close()
        await self._connections.close()
        for udp in self._udp.values():
            udp.close()
        self._udp.clear()
        self.listening.clear()
        for handle in (self._timer, self._flush_handle):
            if handle is not None:
                handle.cancel()

    # -- what is done now: what the core wants sent leaves in this turn of the loop

    def invite(self, invite: Invite) -> None:
        """Call somebody: ``LegRinging``, ``LegAnswered`` or ``LegRejected`` follow. A leg id in use is
        ignored."""
        self._acting().invite(invite, self.now())

    def ring(self, leg_id: str, *, status: int = 180, sdp: str | None = None) -> None:
        """Tell the caller that it rings (180), or give early media (183)."""
        self._acting().ring(leg_id, self.now(), status=status, sdp=sdp)

    def answer(self, leg_id: str, sdp: str) -> None:
        """Answer an incoming leg: ``LegConfirmed`` follows, or ``LegEnded``. The answer leaves with what is
        sent next, or within ``_TOGETHER_WITHIN``."""
        self._core.answer(leg_id, sdp, self.now())
        if self._is_started and not self._is_flushing and self._patient_flush is None:
            self._patient_flush = self._loop.call_later(_TOGETHER_WITHIN, self._flush)

    def reject(self, leg_id: str, status: int, *, headers: Headers = ()) -> None:
        """Refuse an incoming leg that is not answered. No event follows."""
        self._acting().reject(leg_id, status, self.now(), headers=headers)

    def hang_up(self, leg_id: str, *, headers: Headers = ()) -> None:
        """End a leg in whatever state it is; a leg that is over is ignored. No event follows."""
        self._acting().hang_up(leg_id, self.now(), headers=headers)

    def send_key(self, leg_id: str, key: str) -> None:
        """Tell the peer of an answered leg by INFO that a key was pressed."""
        self._acting().send_key(leg_id, key, self.now())

    def ask_whether_there(self, leg_id: str) -> None:
        """Ask the peer of an answered leg for a sign of life; ``LegEnded`` follows when none comes."""
        self._acting().ask_whether_there(leg_id, self.now())

    def identify(self, leg_id: str, headers: Headers) -> None:
        """Tell the peer of an answered leg who is at our end now."""
        self._acting().identify(leg_id, headers, self.now())

    def offer(self, leg_id: str, sdp: str) -> None:
        """Offer an answered leg's peer another description: ``OfferAnswered`` or ``OfferRejected`` follow."""
        self._acting().offer(leg_id, sdp, self.now())

    def accept_offer(self, leg_id: str, sdp: str, *, fork: str = "") -> None:
        """Answer ``OfferReceived``; ``fork`` is what that event says."""
        self._acting().accept_offer(leg_id, sdp, self.now(), fork=fork)

    def reject_offer(self, leg_id: str, status: int, *, fork: str = "") -> None:
        """Refuse ``OfferReceived``: the session goes on as it was. If there is none yet, ``LegRejected``
        follows."""
        self._acting().reject_offer(leg_id, status, self.now(), fork=fork)

    def accept_refer(self, leg_id: str) -> None:
        """Take on ``ReferReceived``; how it goes is told with ``notify_refer``."""
        self._acting().accept_refer(leg_id, self.now())

    def refuse_refer(self, leg_id: str, status: int, *, headers: Headers = ()) -> None:
        """Refuse ``ReferReceived``; the call goes on as it was."""
        self._acting().refuse_refer(leg_id, status, self.now(), headers=headers)

    def notify_refer(self, leg_id: str, status: int) -> None:
        """Tell how an accepted REFER goes; a final status is the last word."""
        self._acting().notify_refer(leg_id, status, self.now())

    def move_flow(self, old: Flow, new: Flow) -> None:
        """The peer at the end of a connection has come back by another: its answered calls go along."""
        self._acting().move_flow(old, new, self.now())

    def respond(self, transaction_id: str, status: int, *, headers: Headers = ()) -> None:
        """Answer a ``RequestReceived``; ignored when it was answered or is long gone."""
        self._acting().respond(transaction_id, status, self.now(), headers=headers)

    def send_request(self, request: OutgoingRequest) -> str:
        """Send a request outside of calls; ``ResponseReceived`` with the returned id follows."""
        return self._acting().send_request(request, self.now())

    def send_soon(self) -> None:
        """Let what others have asked of the core leave in this turn of the loop, too."""
        self._acting()

    def _acting(self) -> SipCore:
        if not self._is_flushing:
            self._schedule_flush()
        return self._core

    # -- what there is

    def contact(self, user: str, flow: Flow) -> str:
        """Our Contact value on a flow, for whoever reaches us outside of calls."""
        return self._core.contact(user, flow)

    def take_changed(self) -> dict[str, LegRecord | None]:
        """The newest record of each leg that has changed since the last time; None where nothing is left."""
        return self._core.take_changed()

    def restore(self, records: Iterable[LegRecord], now: float) -> None:
        """Go on with the legs of another process; before ``start``, which sends and tells what was missed."""
        self._loop = asyncio.get_running_loop()
        for record in records:
            # One that another release wrote in its own way costs what was under way in that leg alone.
            try:
                self._core.restore([record], now)
            except Exception:
                log.exception("a leg is not wholly taken up", extra={"leg": record.leg_id})

    def leg(self, leg_id: str) -> LegView | None:
        """A leg as plain data; None when it is unknown or has no dialog yet."""
        return self._core.leg(leg_id)

    def replaced_leg(self, replaces: Replaces) -> LegView | None:
        """The living leg whose dialog is meant (RFC 3891 section 3)."""
        return self._core.replaced_leg(replaces)

    def now(self) -> float:
        """The loop's clock: seconds, monotonic. Everything that takes ``now`` here is on this clock."""
        return asyncio.get_running_loop().time()

    def resolve_literal(self, uri: str) -> Flow | None:
        """The flow to a URI whose host is an IP address; None when it is a name. Raises Unreachable."""
        return self._resolver.resolve_literal(uri)

    async def resolve(self, uri: str) -> Flow:
        """The flow to any SIP URI, names looked up. Raises Unreachable."""
        return await self._resolver.resolve(uri)

    def keep_flow(self, flow: Flow, seconds: float) -> None:
        """The peer of a connection will send at least so often; the connection ends when it does not."""
        if (connection := self._connections.find(flow)) is not None:
            connection.keep_alive_within(seconds)

    async def locate(self, name: str, port: int | None, transport: Transport) -> Located:
        """The servers of a name or an address (RFC 3263). Raises Unreachable."""
        return await self._resolver.locate(name, port, transport)

    def flows(self, located: Located, random: Callable[[], float]) -> list[Flow]:
        """The ways to those servers that we can go, in the order for one attempt."""
        return self._resolver.flows(located, random)

    def why_failed(self, flow: Flow) -> ConnectionFailure | None:
        """Why no connection could be opened by a flow the last time; None where there was one, or no try."""
        return self._tcp.why_failed(flow)

    @property
    def connection_count(self) -> int:
        """Open connections of all transports that have any."""
        return len(self._connections)

    @property
    def handshake_count(self) -> int:
        """Peers that have connected and not yet shaken hands for TLS."""
        return len(self._acceptor)

    def usage(self) -> dict[str, Any]:
        """What comes in beside what is served: whether new requests are turned away, how many were, and how
        many datagrams were lost since they came too fast."""
        return {
            "is_overloaded": self._intake.is_overloaded,
            "turned_away": self._intake.turned_away,
            "datagrams_lost": sum(udp.lost for udp in self._udp.values()),
        }

    async def _listen(self, address: ListenAddress) -> ListenAddress:
        if address.transport.is_websocket:
            return await self._websocket.listen(address)
        if address.transport.is_reliable:
            return await self._tcp.listen(address)
        udp = UdpSocket(address, self._take_datagram, self._flush_read, self._not_delivered, self._sockets)
        self._udp[(udp.address.host, udp.address.port)] = udp
        return udp.address

    def _receive(self, data: bytes, flow: Flow) -> None:
        # The core is not to raise; should it, one message is lost and not the socket.
        try:
            self._core.receive(data, flow, self.now())
        except Exception:
            log.exception("message not understood by the core", extra={"remote": flow.remote})
        self._received += 1
        if not self._is_reading or self._received >= _TOGETHER:
            self._flush()

    def be_deaf(self, seconds: float) -> None:
        """Hear nothing over UDP for so long: whoever speaks says it again (RFC 3261 section 17), to us or to
        whoever has our address by then."""
        self._deaf_until = self.now() + seconds

    def _take_datagram(self, data: bytes, flow: Flow) -> None:
        """What came with others costs less together: one writing down, one look at the timers."""
        if self.now() < self._deaf_until:
            return
        self._is_reading = True
        self._intake.take(data, flow)

    def _flush_read(self) -> None:
        self._is_reading = False
        if self._received:
            self._flush()

    def _turn_away(self, request: Request, flow: Flow) -> None:
        self._send(self._core.turned_away(request, flow))

    def _flush(self) -> None:
        """Hand out events, send output, set the timer."""
        if not self._is_started:
            return
        if self._is_flushing:  # a socket closed from within on_event
            self._schedule_flush()
            return
        if self._patient_flush is not None:
            self._patient_flush.cancel()
            self._patient_flush = None
        self._is_flushing, self._received = True, 0
        try:
            while events := self._core.take_events():
                for event in events:
                    self._deliver(event)
            if sends := self._core.take_output():
                self._before_sending()
                for send in sends:
                    self._send(send)
            elif self._core.has_changed:
                self._on_change()
        finally:
            self._is_flushing = False
        self._set_timer()

    def _schedule_flush(self) -> None:
        if self._is_started and self._flush_handle is None:
            self._flush_handle = self._loop.call_soon(self._flush_scheduled)

    def _flush_scheduled(self) -> None:
        self._flush_handle = None
        failed, self._failed = self._failed, []
        for flow in failed:
            self._core.flow_failed(flow, self.now())
        undelivered, self._undelivered = self._undelivered, []
        for each in undelivered:
            self._core.undelivered(each.data, each.remote, self.now())
        self._flush()

    def _deliver(self, event: SipEvent) -> None:
        try:
            if isinstance(event, RequestReceived) and event.request.method == "OPTIONS":
                self._answer_options(event)
            else:
                self._on_event(event)
        except Exception:
            log.exception("event not handled", extra={"event": type(event).__name__})

    def _answer_options(self, event: RequestReceived) -> None:
        """What we can do (RFC 3261 section 11.2)."""
        settings = self._core.settings
        headers = (
            ("Allow", ", ".join(settings.allow)),
            ("Accept", "application/sdp"),
            ("Supported", ", ".join(settings.supported)),
        )
        self._core.respond(event.transaction_id, 200, self.now(), headers=headers)

    def _send(self, send: Send) -> None:
        if send.flow.transport.is_websocket:
            self._websocket.send(send.data, send.flow)
        elif send.flow.transport.is_reliable:
            self._tcp.send(send.data, send.flow)
        else:
            self._send_datagram(send.data, send.flow)

    def _send_datagram(self, data: bytes, flow: Flow) -> None:
        try:
            self._udp_socket(flow.local).send(data, flow.remote)
        except OSError as error:
            log.info("cannot send", extra={"remote": flow.remote, "error": str(error)})
            self._not_delivered(Undelivered(data, flow.remote))

    def _udp_socket(self, local: tuple[str, int]) -> UdpSocket:
        found = self._udp.get(local)
        if found is None:
            found = self._udp.get(("::" if ":" in local[0] else "0.0.0.0", local[1]))  # noqa: S104
        if found is None:
            raise OSError(f"not listening on {local}")
        return found

    def _flow_failed(self, flow: Flow) -> None:
        # In a turn of its own: the core may be in the middle of something, and an application that
        # answers a failure with another attempt would never come back.
        self._failed.append(flow)
        self._schedule_flush()

    def _not_delivered(self, undelivered: Undelivered) -> None:
        # For the same reasons in a turn of its own.
        self._undelivered.append(undelivered)
        self._schedule_flush()

    def _flow_lost(self, flow: Flow) -> None:
        self._flow_failed(flow)
        to_peer = replace(flow, connection=0)
        if self._connections.find(to_peer) is None:
            self._flow_failed(to_peer)  # what any connection to that peer would have done for
        if self._on_flow_lost is not None:
            self._on_flow_lost(flow, self.now())

    def _set_timer(self) -> None:
        """One timer, moved only forward to an earlier deadline: one that comes too early finds the next."""
        deadline = None
        for part in self._timed:
            at = part.next_deadline()
            if at is not None and (deadline is None or at < deadline):
                deadline = at
        if deadline is None:
            return
        if self._timer is not None:
            if self._timer_at <= deadline:
                return
            self._timer.cancel()
        # Of a moment that has passed uvloop makes a handle that does not know when: kept here.
        self._timer_at = deadline
        self._timer = self._loop.call_at(deadline, self._tick, deadline)

    def _tick(self, deadline: float) -> None:
        now = max(self.now(), deadline)  # uvloop rounds to milliseconds and may come early
        self._timer = None
        try:
            for part in self._timed:
                part.tick(now)
        finally:
            self._flush()
