"""One provider as the server knows it: where its hosts are, whether they answer, our registration there."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

from huntline.calls.contacts import Contact
from huntline.calls.failures import TRUNK_SILENT, RingFailure
from huntline.calls.trunk_health import CallRate, TrunkHealth
from huntline.directory.trunks import TrunkHost, TrunkOf, destinations, rewritten
from huntline.errors import PeerError
from huntline.sip.core.context import host_port
from huntline.sip.core.core import OutgoingRequest
from huntline.sip.core.digest_client import DigestCredentials
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.grammar import Uri
from huntline.sip.core.message import Response, seconds_of
from huntline.sip.core.registration import (
    RegistrarAddress,
    Registration,
    RegistrationRecord,
    RegistrationState,
    RegistrationWish,
)
from huntline.sip.core.timers import Timer
from huntline.sip.resolver import Located
from huntline.sip.transport.connection_failures import ConnectionFailure
from huntline.sip.user_agent import UserAgent

log = logging.getLogger(__name__)

ANSWERS_WITHIN = 4.0
"""Seconds in which a host has to answer that is asked whether it is there."""
_FIRST_ASKED = 2.0  # seconds over which hosts are asked first, so that not all are at once
_LOCATED_AGAIN = 10.0  # seconds after which a name is looked up again that was not found
_LONGEST_LOCATED = 3600.0


@dataclass(slots=True)
class _Asked:
    """An OPTIONS that is under way; ``until`` is when its host counts as not there."""

    flow: Flow
    until: float | None


class TrunkLine:
    """``send`` sends a request, whose end is to be told by ``answered``. ``on_due`` hears that
    ``next_deadline`` may be another one, ``on_servers`` that ``servers`` are others, ``on_registration`` that
    the registration is, and ``on_news`` of any other change."""

    def __init__(
        self,
        of: TrunkOf,
        credentials: DigestCredentials | None,
        user_agent: UserAgent,
        random: Callable[[], float],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        send: Callable[[TrunkLine, OutgoingRequest], str],
        on_due: Callable[[TrunkLine], None],
        on_servers: Callable[[TrunkLine], None],
        on_registration: Callable[[str], None],
        on_news: Callable[[], None],
    ) -> None:
        self.key, self.organization_id, self.trunk = of.key, of.organization_id, of.trunk
        trunk = of.trunk
        self.credentials = credentials
        is_asked, has_password = trunk.options_interval > 0, credentials is not None
        self.health = TrunkHealth(is_asked=is_asked, has_password=has_password)
        self.rate = CallRate()
        self.registration: Registration | None = None
        self.is_found = True
        """Whether there is a server under one of its names, as far as anybody has looked."""
        self.timer: Timer | None = None
        """For whoever looks after the deadlines of many."""
        self._user_agent, self._random, self._spawn = user_agent, random, spawn
        self._send, self._on_due, self._on_servers = send, on_due, on_servers
        self._on_registration, self._on_news = on_registration, on_news
        self._transport = Transport(trunk.transport)
        self.hosts = destinations(trunk)
        self._hosts = self.hosts if trunk.is_enabled else ()
        self.servers: dict[Flow, TrunkHost] = {}
        """All ways to its hosts, as they were found last, and the host of each."""
        self._located: dict[TrunkHost, Located] = {}
        self._locate_at: float | None = None
        self._asked: dict[str, _Asked] = {}
        self._ask_at: dict[Flow, float] = {}
        self._registering: str | None = None
        self._is_on = False

    # -- its life

    def begin(self, now: float) -> None:
        """Look for its hosts, and register where that is wished."""
        if not self._hosts:
            return
        self._is_on = True
        self._locate_at = now
        if self.trunk.registers and self.credentials is not None:
            self.registration = Registration(
                self._wish(self.credentials), self._user_agent.contact, _token, self._random, now
            )
        self._on_due(self)

    def restore(self, record: RegistrationRecord, now: float, unix_offset: float) -> None:
        """Go on with a registration of an earlier process, where one is wished."""
        if self.registration is not None:
            self.registration.restore(record, now, unix_offset)
            self._on_due(self)

    def flow_lost(self, flow: Flow, now: float) -> None:
        """A connection has ended, perhaps that by which we are registered."""
        if self.registration is not None:
            self.registration.renew(flow, now)
            self._on_due(self)

    def _wish(self, credentials: DigestCredentials) -> RegistrationWish:
        user, at, domain = credentials.username.partition("@")
        address = Uri(scheme="sip", user=user, host=domain if at else _bracketed(self.hosts[0].name))
        return RegistrationWish(f"<{address}>", _escaped(user), credentials, self.trunk.registers_all_numbers)

    @property
    def contact_user(self) -> str | None:
        """Whom calls by our registration are addressed to; None without one."""
        return None if self.credentials is None else self.credentials.username.partition("@")[0]

    def end(self, now: float) -> None:
        """Sign off; nothing is asked any more."""
        self._is_on = False
        self._locate_at = None
        self._ask_at.clear()
        self._asked.clear()
        if self.registration is not None:
            self.registration.end(now)
            self._registering = None
            if self.registration.due_at is not None:
                self._register(now)
            self._on_registration(self.key)
        self._on_due(self)

    # -- its timer

    def next_deadline(self) -> float | None:
        """When ``tick`` is wanted."""
        due = [*self._ask_at.values()]
        for asked in self._asked.values():
            if asked.until is not None:
                due.append(asked.until)
        if self._locate_at is not None:
            due.append(self._locate_at)
        if self.registration is not None and self._is_located and self.registration.due_at is not None:
            due.append(self.registration.due_at)
        return min(due, default=None)

    def tick(self, now: float) -> None:
        """Do what is due."""
        if self._locate_at is not None and self._locate_at <= now:
            self._locate_at = None
            self._spawn(self._locate())
        for flow in [flow for flow, at in self._ask_at.items() if at <= now]:
            self._ask(flow, now)
        for asked in [each for each in self._asked.values() if each.until is not None and each.until <= now]:
            asked.until = None
            self._told(self.health.silent(asked.flow, now, TRUNK_SILENT), asked.flow)
        due_at = self.registration.due_at if self.registration is not None and self._is_located else None
        if due_at is not None and due_at <= now:
            self._register(now)
        self._on_due(self)

    # -- where its hosts are

    @property
    def _is_located(self) -> bool:
        """Whether all names have been looked up once, if without success."""
        return all(host in self._located for host in self._hosts)

    async def find(self) -> list[Flow]:
        """All ways to its hosts, looked up now. Raises PeerError."""
        found: dict[Flow, None] = {}
        for host in self.hosts:
            located = await self._user_agent.locate(host.name, host.port, self._transport)
            self._located.setdefault(host, located)
            found |= dict.fromkeys(self._user_agent.flows(located, self._random))
        return list(found)

    async def _locate(self) -> None:
        now = self._user_agent.now()
        until = now + _LONGEST_LOCATED
        for host in self._hosts:
            try:
                located = await self._user_agent.locate(host.name, host.port, self._transport)
                until = min(until, located.until)
            except PeerError as error:
                log.warning("a host of a trunk is not found", extra={"host": str(host), "error": str(error)})
                until = min(until, now + _LOCATED_AGAIN)
                located = self._located.get(host) or Located(host.name, (), now)
            self._located[host] = located
        if not self._is_on:
            return  # it has ended meanwhile
        if self.is_found is not (is_found := any(each.places for each in self._located.values())):
            self.is_found = is_found
            self._on_news()
        now = self._user_agent.now()
        self._locate_at = max(until, now + 1.0)
        self._look_after(now)
        self._on_due(self)
        self._user_agent.send_soon()

    def _look_after(self, now: float) -> None:
        """Ask the hosts that there are now whether they are there, each by itself."""
        self.servers = {}
        for host, flow in self.flows():
            self.servers.setdefault(flow, host)
        self._on_servers(self)
        flows = list(self.servers)
        self.health.keep(flows)
        if not self.health.is_asked:
            return
        self._ask_at = {flow: self._ask_at.get(flow, now + _FIRST_ASKED * self._random()) for flow in flows}

    def flows(self) -> Iterator[tuple[TrunkHost, Flow]]:
        """All ways to its hosts, in the order for one attempt."""
        for host in self._hosts:
            located = self._located.get(host)
            if located is not None:
                for flow in self._user_agent.flows(located, self._random):
                    yield host, flow

    @property
    def known_as(self) -> frozenset[str]:
        """The addresses from which calls may be its: where it is known by nothing but its hosts."""
        return frozenset() if self.trunk.addresses else frozenset(flow.remote[0] for flow in self.servers)

    # -- whether they are there

    def _ask(self, flow: Flow, now: float) -> None:
        self._ask_at[flow] = now + self.trunk.options_interval * (0.9 + 0.2 * self._random())
        request = self.options_for(flow)
        self._asked[self._send(self, request)] = _Asked(flow, now + ANSWERS_WITHIN)

    def options_for(self, flow: Flow) -> OutgoingRequest:
        """The question whether a host is there."""
        uri = f"sip:{self.servers.get(flow) or host_port(flow.remote)}"
        contact = self._user_agent.contact("huntline", flow)
        return OutgoingRequest(
            method="OPTIONS",
            uri=uri,
            flow=flow,
            from_=contact,
            to=f"<{uri}>",
            headers=(("Contact", contact), ("Accept", "application/sdp")),
            credentials=self.credentials,
        )

    def question_for(self, flow: Flow) -> OutgoingRequest:
        """A REGISTER that asks what is registered and changes nothing (RFC 3261 section 10.2.3)."""
        assert self.credentials is not None
        address = self._wish(self.credentials).address
        return OutgoingRequest(
            method="REGISTER",
            uri=f"sip:{self.servers.get(flow) or host_port(flow.remote)}",
            flow=flow,
            from_=address,
            to=address,
            credentials=self.credentials,
        )

    def answered(self, request_id: str, response: Response | None, now: float) -> None:
        """The end of a request that was sent for it."""
        if request_id == self._registering:
            self._registered(response, now)
        elif (asked := self._asked.pop(request_id, None)) is not None:
            self._host_answered(asked.flow, response, now)
        self._on_due(self)

    def _host_answered(self, flow: Flow, response: Response | None, now: float) -> None:
        if response is None:
            self._told(self.health.silent(flow, now, TRUNK_SILENT), flow)
        elif response.status == 503:
            wait = seconds_of(response.header("retry-after"))
            failure = RingFailure.of_answer(response.status, response.reason, wait)
            self._told(self.health.silent(flow, now, failure), flow)
        else:
            self._is_back(flow, now)

    def why_failed(self, flow: Flow | None) -> ConnectionFailure | None:
        """Why there was no connection the last time."""
        return None if flow is None else self._user_agent.why_failed(flow)

    def heard(self, flow: Flow, failure: RingFailure | None, now: float) -> None:
        """What came of a call."""
        if failure is None:
            self.health.let_in()
            self._is_back(flow, now)
        else:
            self._told(self.health.failed(flow, now, failure), flow)
            if flow in self._ask_at and failure.is_local:
                self._ask_at[flow] = now
        self._on_due(self)

    def _is_back(self, flow: Flow, now: float) -> None:
        """A host is there. One that was not may have been started again, and know nothing of us; of one that
        was never asked a registration may have found out before that it is not there."""
        was_up = self.health.of(flow).is_up
        self._told(self.health.heard(flow, now), flow)
        if was_up is not True and self.registration is not None:
            self.registration.is_back(flow, now, knows_us=was_up is None)
            self._on_registration(self.key)

    def _told(self, is_news: bool, flow: Flow) -> None:
        if is_news:
            health = self.health.of(flow)
            facts = {"trunk": self.trunk.name, "remote": flow.remote, "is_up": health.is_up}
            log.info("a host of a trunk", extra=facts)
            self._on_news()

    # -- the registration

    def _register(self, now: float) -> None:
        registration = self.registration
        assert registration is not None
        registrars = [RegistrarAddress(f"sip:{host}", flow) for host, flow in self.flows()]
        request = registration.request(registrars)
        if request is None:
            registration.nowhere(now)
        else:
            self._registering = self._send(self, request)
        self._on_registration(self.key)

    def _registered(self, response: Response | None, now: float) -> None:
        self._registering = None
        registration = self.registration
        if registration is None:
            return
        before = registration.state
        registration.answered(response, now)
        if registration.state is not before:
            level = logging.INFO if registration.state is RegistrationState.REGISTERED else logging.WARNING
            status = None if response is None else response.status
            facts = {"trunk": self.trunk.name, "state": str(registration.state), "status": status}
            log.log(level, "registration at a provider", extra=facts)
        self._on_registration(self.key)

    # -- calls by it

    def ways(self, number: str, now: float) -> list[Contact]:
        """The ways by which a number may be called now, in the order in which they are tried."""
        if self.refuses_us(now):
            return []
        written = rewritten(number, self.trunk.prefixes_out)
        if not self._is_located:
            return [self._contact(host, written, None) for host in self._hosts]
        return [
            self._contact(host, written, flow)
            for host, flow in self.flows()
            if self.health.is_open(flow, now)
        ]

    def refuses_us(self, now: float) -> bool:
        """Whether the provider does not know our user name and password, so that no call is to try now."""
        return self._is_registration_refused or self.health.refuses_us(now)

    @property
    def has_refused_us(self) -> bool:
        """Whether it did not know them the last time: a call may try again, if it is long ago."""
        return self._is_registration_refused or self.health.is_refused

    @property
    def _is_registration_refused(self) -> bool:
        return self.registration is not None and self.registration.state is RegistrationState.REFUSED

    def _contact(self, host: TrunkHost, number: str, flow: Flow | None) -> Contact:
        by = self._transport if flow is None else flow.transport
        uri = Uri(scheme="sip", user=number, host=_bracketed(host.name), port=host.port)
        return Contact(
            f"{uri}{by.uri_parameter}",
            flow,
            self.registration.service_route if self.registration is not None else (),
            is_trusted=self.trunk.is_trusted,
            encryption=self.trunk.encryption,
            trunk=self.key,
            shows_foreign_numbers=self.trunk.foreign_numbers,
        )


def _token() -> str:
    return secrets.token_hex(8)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _escaped(user: str) -> str:
    return str(Uri(scheme="sip", user=user, host="h")).removeprefix("sip:").removesuffix("@h")
