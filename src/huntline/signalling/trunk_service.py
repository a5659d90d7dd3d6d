"""The providers of all organizations: kept registered, asked whether they are there, and chosen for calls."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from secrets import SystemRandom
from typing import Any

from huntline.calls.contacts import Contact
from huntline.calls.failures import NO_PHONE, TRUNK_REFUSES_US, TRUNKS_DOWN, RingFailure
from huntline.directory.in_force import SettingsInForce
from huntline.directory.organization import Secret
from huntline.directory.plan import ServerPlan
from huntline.directory.trunks import TrunkOf
from huntline.engine.reason_data import as_data
from huntline.signalling.trunk_line import ANSWERS_WITHIN, TrunkLine
from huntline.signalling.trunk_state import alarm_of, state_of
from huntline.signalling.trunk_test import try_trunk
from huntline.sip.core.core import OutgoingRequest
from huntline.sip.core.digest_client import DigestCredentials
from huntline.sip.core.events import ResponseReceived
from huntline.sip.core.flow import Flow
from huntline.sip.core.message import Response
from huntline.sip.core.registration import RegistrationRecord
from huntline.sip.core.timers import Timers
from huntline.sip.user_agent import UserAgent

log = logging.getLogger(__name__)


_random = SystemRandom()


class TrunkService:
    """Implements ``calls.surroundings.Trunks``, and is one of the timed parts of the user agent.

    ``opened`` opens a password; ``calls_by`` says how many calls there are by a trunk. ``on_registration`` is
    told which registrations are others, ``on_news`` of any change that people see.
    """

    def __init__(
        self,
        settings: SettingsInForce,
        opened: Callable[[Secret | None], str | None],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        calls_by: Callable[[str], int],
        on_registration: Callable[[str], None],
        on_news: Callable[[], None],
        random: Callable[[], float] = _random.random,
    ) -> None:
        self._settings = settings
        self._opened, self._spawn = opened, spawn
        self._calls_by = calls_by
        self._on_registration, self._on_news = on_registration, on_news
        self._random = random
        self._user_agent: UserAgent | None = None
        self._lines: dict[str, TrunkLine] = {}
        self._timers = Timers()
        self._sent: dict[str, TrunkLine] = {}
        """For which trunk a request is under way."""
        self._by_address: defaultdict[str, dict[TrunkLine, None]] = defaultdict(dict)
        self._addresses: dict[TrunkLine, frozenset[str]] = {}
        self._earlier: dict[str, tuple[RegistrationRecord, float]] = {}
        self._asked: dict[str, asyncio.Future[Response | None]] = {}
        self._is_on = True

    # -- settings, and the life of the process

    def begin(self, user_agent: UserAgent) -> None:
        """Look after the trunks of the settings in force, by this user agent, which runs."""
        self._user_agent = user_agent
        self.plan_changed(self._settings.plan)

    def plan_changed(self, plan: ServerPlan) -> None:
        """Trunks are gone, new or others. One that stays as it is goes on."""
        if self._user_agent is None:
            return
        now = self._user_agent.now()
        wanted = {
            each.key: each
            for organization in plan.organizations
            for trunk in organization.trunks
            for each in (TrunkOf(organization.organization_id, trunk),)
        }
        for key, line in list(self._lines.items()):
            if key not in wanted or wanted[key].trunk != line.trunk:
                self._end(self._lines.pop(key), now)
        for key, each in wanted.items():
            if key not in self._lines:
                self._begin(each, now)
        self._earlier.clear()
        self._user_agent.send_soon()
        self._on_news()

    def _begin(self, of: TrunkOf, now: float) -> None:
        assert self._user_agent is not None
        line = TrunkLine(
            of,
            self._credentials_of(of),
            self._user_agent,
            self._random,
            self._spawn,
            self._send,
            self._settle,
            self._servers_changed,
            self._on_registration,
            self._on_news,
        )
        self._lines[of.key] = line
        if self._is_on:
            line.begin(now)
        if (earlier := self._earlier.get(of.key)) is not None:
            line.restore(earlier[0], now, earlier[1])

    def _end(self, line: TrunkLine, now: float) -> None:
        line.end(now)
        self._known_as(line, frozenset())
        self._on_registration(line.key)

    def _credentials_of(self, of: TrunkOf) -> DigestCredentials | None:
        trunk = of.trunk
        password = self._opened(trunk.password)
        if trunk.password is not None and password is None:
            log.error("the password of a trunk cannot be opened", extra={"trunk": trunk.name})
        return DigestCredentials(trunk.username, password, of.key) if trunk.username and password else None

    def turn(self, *, on: bool) -> None:
        """Sign off everywhere, so that no provider sends calls any more, or register again."""
        if self._user_agent is None or self._is_on is on:
            self._is_on = on
            return
        self._is_on = on
        now = self._user_agent.now()
        for line in self._lines.values():
            if on:
                line.begin(now)
            else:
                line.end(now)
        self._user_agent.send_soon()
        self._on_news()

    # -- the way out and the way back in

    def state(self, key: str, unix_offset: float) -> RegistrationRecord | None:
        """The record of a registration; None where there is none."""
        line = self._lines.get(key)
        return None if line is None or line.registration is None else line.registration.record(unix_offset)

    def restore(self, key: str, record: RegistrationRecord, unix_offset: float) -> None:
        """Go on with a registration of an earlier process, if the trunk is still there: before ``begin``."""
        self._earlier[key] = (record, unix_offset)

    # -- its timer (sip.user_agent.Timed)

    def next_deadline(self) -> float | None:
        """When ``tick`` is wanted."""
        return self._timers.next_deadline()

    def tick(self, now: float) -> None:
        """Do what is due."""
        self._timers.fire(now)

    def _settle(self, line: TrunkLine) -> None:
        """The user agent asks at each message what is due next: only a trunk of which that is new is looked
        at."""
        at, timer = line.next_deadline(), line.timer
        if timer is not None:
            if timer.callback is not None and timer.deadline == at:
                return
            timer.cancel()
        line.timer = None if at is None else self._timers.set(at, line.tick)

    def _send(self, line: TrunkLine, request: OutgoingRequest) -> str:
        assert self._user_agent is not None
        request_id = self._user_agent.send_request(request)
        self._sent[request_id] = line
        return request_id

    def answered(self, event: ResponseReceived) -> bool:
        """The end of a request; whether it was one of a trunk."""
        assert self._user_agent is not None
        now = self._user_agent.now()
        asked = self._asked.pop(event.transaction_id, None)
        if asked is not None:
            if not asked.done():
                asked.set_result(event.response)
            return True
        line = self._sent.pop(event.transaction_id, None)
        if line is None:
            return False
        line.answered(event.transaction_id, event.response, now)
        return True

    def flow_lost(self, flow: Flow, now: float) -> None:
        """A connection has ended."""
        for line in self._lines.values():
            line.flow_lost(flow, now)

    # -- calls to the outside

    def ways(self, organization_id: str, number: str) -> tuple[list[Contact], RingFailure]:
        """The ways to a number, in the order in which they are tried; why there are none, if so."""
        trunks = self._settings.plan.outbound_trunks(organization_id)
        lines = [line for trunk in trunks if (line := self.line(organization_id, trunk.name)) is not None]
        if not lines or self._user_agent is None:
            return [], NO_PHONE
        now = self._user_agent.now()
        ways = [way for line in lines for way in line.ways(number, now)]
        is_refused = all(line.refuses_us(now) for line in lines)
        return ways, TRUNK_REFUSES_US if is_refused else TRUNKS_DOWN

    def has_room(self, trunk: str) -> bool:
        """Whether one more call may go by it now, which counts from then on."""
        line = self._lines.get(trunk)
        if line is None or self._user_agent is None:
            return False
        most = line.trunk.most_calls
        if most and self._calls_by(trunk) >= most:
            return False
        return line.rate.takes(line.trunk.most_calls_per_second, self._user_agent.now())

    def credentials(self, trunk: str) -> DigestCredentials | None:
        """What we prove ourselves with there: the keyring of the SIP core."""
        line = self._lines.get(trunk)
        return line.credentials if line is not None else None

    def heard(self, trunk: str, flow: Flow | None, failure: RingFailure | None) -> None:
        """What came of an attempt to call by it."""
        line = self._lines.get(trunk)
        if line is not None and flow is not None and self._user_agent is not None:
            line.heard(flow, failure, self._user_agent.now())

    # -- calls from the outside

    def trunks_of(self, address: str, port: int) -> tuple[TrunkOf, ...]:
        """The providers that a source address may be: by their addresses, or by what their hosts are found
        to be."""
        known = self._settings.plan.trunks_of(address, port)
        lines = (line for line in self._by_address.get(address, ()) if line.trunk.is_enabled)
        found = (TrunkOf(line.organization_id, line.trunk) for line in lines)
        return tuple(dict.fromkeys((*known, *found)))

    def _servers_changed(self, line: TrunkLine) -> None:
        self._known_as(line, line.known_as)

    def _known_as(self, line: TrunkLine, addresses: frozenset[str]) -> None:
        before = self._addresses.pop(line, frozenset())
        for address in before - addresses:
            del self._by_address[address][line]
            if not self._by_address[address]:
                del self._by_address[address]
        for address in addresses - before:
            self._by_address[address][line] = None
        if addresses:
            self._addresses[line] = addresses

    # -- what people see

    def written(self) -> list[dict[str, Any]]:
        """Every trunk, as the live snapshot has it."""
        if self._user_agent is None:
            return []
        return [state for line in self._lines.values() if (state := self._written(line))]

    def shown(self, organization_id: str, name: str) -> dict[str, Any]:
        """One trunk by its name; nothing where there is none."""
        line = self.line(organization_id, name)
        return self._written(line) if line is not None else {}

    def alarms(self) -> list[dict[str, Any]]:
        """What is wrong with trunks that somebody has to do something about. A trunk is named where the
        server has one organization: others' are nobody's business."""
        is_named = len(self._settings.plan.organizations) == 1
        return [
            {"name": line.trunk.name if is_named else None, "why": as_data(why)}
            for line in self._lines.values()
            if (why := alarm_of(line)) is not None
        ]

    def _written(self, line: TrunkLine) -> dict[str, Any]:
        assert self._user_agent is not None
        now = self._user_agent.now()
        wall = datetime.now(UTC).timestamp() - now
        return state_of(line, now, wall, self._calls_by(line.key))

    async def test(self, organization_id: str, name: str) -> list[dict[str, Any]]:
        """Try a trunk (``trunk_test``); nothing where there is none of that name."""
        line = self.line(organization_id, name)
        return await try_trunk(line, self._ask) if line is not None else []

    async def _ask(self, request: OutgoingRequest) -> Response | None:
        assert self._user_agent is not None
        request_id = self._user_agent.send_request(request)
        answer = self._asked[request_id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                response: Response | None = await answer
                return response
        except TimeoutError:
            return None
        finally:
            self._asked.pop(request_id, None)

    def line(self, organization_id: str, name: str) -> TrunkLine | None:
        """A trunk by its name."""
        return self._lines.get(f"{organization_id}/{name}")
