"""Loading settings: what is stored is put in force, and whoever works by it hears what is new."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from huntline.calls.tasks import Tasks
from huntline.clock import Clock
from huntline.directory.elsewhere import NOTHING_ELSEWHERE, Elsewhere
from huntline.directory.in_force import SettingsInForce
from huntline.directory.organization import Organization
from huntline.directory.plan import Account, ServerPlan
from huntline.directory.propagation import next_change
from huntline.engine import events as told
from huntline.signalling.reachability import Reachability
from huntline.sip.servers.registrar import Registrar

_AGAIN_AFTER = timedelta(seconds=5)
_LONGEST_NAP = 60.0  # seconds after which it is looked whether the wall clock was set


@dataclass(frozen=True, slots=True)
class _News:
    """A plan, the ids of the organizations and users for whom it is another one than before, and when it
    changes by itself (see ``directory.propagation``)."""

    plan: ServerPlan
    elsewhere: Elsewhere
    organizations: list[str]
    accounts: list[str]
    next_change: datetime | None


class SettingsLoading:
    """``read`` returns what is stored for this server and for others; it is called in a thread. ``post``
    takes events for the engine."""

    def __init__(
        self,
        read: Callable[[], tuple[tuple[Organization, ...], Elsewhere]],
        own_hosts: frozenset[str],
        clock: Clock,
        in_force: SettingsInForce,
        registrar: Registrar,
        reachability: Reachability,
        post: Callable[[told.Event], None],
        on_plan: Callable[[ServerPlan], None],
    ) -> None:
        self._read = read
        self._own_hosts = own_hosts
        self._clock = clock
        self._in_force = in_force
        self._registrar = registrar
        self._reachability = reachability
        self._post = post
        self._on_plan = on_plan
        self._one_at_a_time = asyncio.Lock()
        self._loads = Tasks()
        self._next_load: asyncio.TimerHandle | None = None

    async def load(self) -> None:
        """Put in force what is stored, whatever part of it is new. Calls go on meanwhile: reading and
        comparing are done in a thread. What cannot be read is read again later."""
        async with self._one_at_a_time:
            try:
                news = await asyncio.to_thread(lambda: self._news(*self._read()))
            except Exception:
                self._load_at(self._clock.wall() + _AGAIN_AFTER)  # what could not be read may be new
                raise
            self._put_in_force(news)
            self._load_at(news.next_change)

    @property
    def served(self) -> frozenset[str]:
        """The ids of the organizations whose settings are in force."""
        return frozenset(each.organization_id for each in self._in_force.plan.organizations)

    async def begin_with(self, organizations: tuple[Organization, ...]) -> None:
        """Put these in force until what is stored can be read."""
        async with self._one_at_a_time:
            news = await asyncio.to_thread(self._news, organizations, NOTHING_ELSEWHERE)
            self._put_in_force(news)

    async def close(self) -> None:
        """Load nothing any more."""
        self._load_at(None)
        await self._loads.close()

    def _load_at(self, moment: datetime | None) -> None:
        """Load the settings again when groups have other members for queues; None: not by themselves."""
        if self._next_load is not None:
            self._next_load.cancel()
        self._next_load = None
        if moment is not None:
            left = (moment - self._clock.wall()).total_seconds()
            loop = asyncio.get_running_loop()
            self._next_load = loop.call_later(max(min(left, _LONGEST_NAP), 0), self._load_if_due, moment)

    def _load_if_due(self, moment: datetime) -> None:
        """The wall clock may have been set meanwhile; a load that comes early finds when the next is due."""
        if self._clock.wall() < moment:
            self._load_at(moment)
        else:
            self._loads.spawn(self.load())

    def _news(self, organizations: tuple[Organization, ...], elsewhere: Elsewhere) -> _News:
        now = self._clock.wall()
        before = self._in_force.plan
        plan = ServerPlan(organizations, self._own_hosts, before, now)
        return _News(
            plan,
            elsewhere,
            plan.changed_organizations(before),
            plan.changed_accounts(before),
            next_change(organizations, now),
        )

    def _put_in_force(self, news: _News) -> None:
        before, plan = self._in_force.plan, news.plan
        self._in_force.put_in_force(plan, news.elsewhere)
        self._on_plan(plan)
        for organization_id in news.organizations:
            queues, agents = plan.engine_settings(organization_id)
            self._post(told.SettingsChanged(organization_id, queues, agents))
        for user_id in news.accounts:
            self._account_changed(user_id, before.account_by_id(user_id), plan.account_by_id(user_id))

    def _account_changed(self, user_id: str, before: Account | None, account: Account | None) -> None:
        if before is not None and (account is None or account.upn != before.upn):
            # Under this name nobody could register any more: what is registered must not go on ringing.
            self._registrar.forget(user_id)
        self._reachability.changed(user_id, bool(self._registrar.bindings(user_id)))
        if before is not None:  # else nothing is known of their phones, or of an earlier process
            self._post(told.PhoneRenewed(user_id))
