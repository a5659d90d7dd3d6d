"""Alerting: rings somebody who is no agent, so that the alert time is ours and not the engine's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from huntline.calls.caller_identity import TEST_CALL, CallerId
from huntline.calls.contacts import Callee, Contact, Display
from huntline.calls.dialling import Dialling
from huntline.calls.display import display_of
from huntline.calls.diversion import MAX_TARGETS, DiversionReason, Path, forwarder_of, path_headers
from huntline.calls.early_audio import EarlyAudio
from huntline.calls.failures import NO_ANSWER, TOO_MANY_HOPS
from huntline.calls.loops import RingsOutside
from huntline.calls.model import Call, DueRing, Ring, RingOwner
from huntline.calls.surroundings import Surroundings
from huntline.calls.tolls import NotDiallable, Tolls, payer_of
from huntline.directory.in_force import SettingsInForce
from huntline.directory.plan import AlsoRung, OutsideNumber, Target, UserTarget

ALERT_TIME = 60.0
"""Seconds that anybody is rung who is no person of ours, with a rule of their own for it."""


class Alerting:
    """At most one ring for each call. How it went is told to its owner, as for all rings. While a transfer is
    under way in the call the ring is for that.

    Whoever is rung here is called in person, not as an agent: with them ring those whom they want rung, too,
    and what they do not take goes where they want it, by their rule as it was when the ring began.
    """

    def __init__(
        self,
        settings: SettingsInForce,
        site: Surroundings,
        dialling: Dialling,
        early: EarlyAudio,
        tolls: Tolls,
        on_change: Callable[[Call], None],
    ) -> None:
        self._settings = settings
        self._site = site
        self._dialling = dialling
        self._early = early
        self._tolls = tolls
        self._on_change = on_change
        self._timers: dict[str, tuple[asyncio.TimerHandle, Ring]] = {}
        self._due_timers: dict[str, list[asyncio.TimerHandle]] = {}
        self._outside = RingsOutside()

    def start(
        self, call: Call, owner: RingOwner, ring_id: str, to: str, callee: Callee, before: Path
    ) -> None:
        """Ring somebody until the alert time is over; ``before`` are the targets that the call has passed."""
        ring = Ring(
            ring_id,
            call.call_id,
            owner,
            callee.user_id,
            path=(*before, *callee.path),
            is_outside=callee.is_by_trunk,
            rule=callee.rule,
            failure=callee.failure,
        )
        if len(ring.path) > MAX_TARGETS or call.max_forwards == 0:
            ring.failure = TOO_MANY_HOPS
            owner.failed(call, ring)
            return
        try:
            outside = self._tolls.leave(call, to, callee, payer_of(call, before))
        except NotDiallable as refused:
            ring.failure = refused.failure
            owner.failed(call, ring)
            return
        self.limit(call, ring)
        display = self._display(call, to, callee, ring.path)
        if ring.is_outside:
            self._outside.add(call, ring, display.from_)
        now = asyncio.get_running_loop().time()
        ring.due = [DueRing(also, now + also.after) for also in ring.rule.also_ring if also.after]
        at_once = [also for also in ring.rule.also_ring if not also.after]
        others = [contact for also in at_once for contact in self._contacts_of(call, ring, also)]
        self._set_due_timers(call, ring)
        contacts = [self._with_ways(call, to, callee, ring.path, contact) for contact in outside]
        self._dialling.start(call, ring, [*contacts, *others], display)
        self._on_change(call)

    def _with_ways(self, call: Call, to: str, callee: Callee, path: Path, contact: Contact) -> Contact:
        """A contact each of whose further ways is told what that provider may be told."""

        def shown(way: Contact) -> Contact:
            by_it = replace(
                callee, shows_foreign_numbers=way.shows_foreign_numbers, is_trusted=way.is_trusted
            )
            return replace(way, display=self._display(call, to, by_it, path))

        return replace(contact, further=tuple(map(shown, contact.further))) if contact.further else contact

    def _display(self, call: Call, to: str, callee: Callee, path: Path) -> Display:
        """What is told to whom the last hop of a path is."""
        transfer = call.transfer
        plan = self._settings.plan
        display = display_of(
            plan,
            transfer.successor if transfer else call,
            to,
            None,
            callee,
            transferor=plan.account_by_id(transfer.transferor.account_id or "") if transfer else None,
            shown=self._caller_id(call, path, callee),
        )
        told = path_headers(path, is_outside=callee.is_by_trunk)
        return replace(display, headers=(*display.headers, *told))

    # -- who rings beside a person

    def ring_the_rest(self, call: Call, ring: Ring) -> bool:
        """None of those who are rung for a person can take the call: ring who was to be rung later at once.
        False where that is nobody, or what was said speaks for all."""
        failure = ring.failure
        due, ring.due = ring.due, []
        if failure.is_timeout or failure.is_for_all_phones or failure is TOO_MANY_HOPS:
            return False
        contacts = [contact for each in due for contact in self._contacts_of(call, ring, each.also)]
        displays = [contact.display for contact in contacts if contact.display is not None]
        if not displays:
            return False
        self._forget_due(call)
        self._dialling.start(call, ring, contacts, displays[0])
        return True

    def _contacts_of(self, call: Call, ring: Ring, also: AlsoRung) -> list[Contact]:
        """The phones of somebody whom a person has rung beside them."""
        plan = self._settings.plan
        if isinstance(also.to, UserTarget):
            account = plan.account_by_id(also.to.user_id)
            if account is None:
                return []
            to, callee = account.upn, self._site.person(account)
        else:
            to = f"tel:{also.to.number}" if isinstance(also.to, OutsideNumber) else also.to.uri
            callee = self._site.callee(call.organization_id, to)
            try:
                callee = replace(callee, contacts=self._tolls.leave(call, to, callee, ring.account_id))
            except NotDiallable:
                return []
        sent_on = (hop.left(DiversionReason.UNCONDITIONAL) for hop in ring.path[-1:])
        path = (*ring.path[:-1], *sent_on, *callee.path)
        if len(path) > MAX_TARGETS:
            return []
        display = self._display(call, to, callee, path)
        if callee.is_by_trunk:
            self._outside.add(call, ring, display.from_)
        contacts = [self._with_ways(call, to, callee, path, contact) for contact in callee.contacts]
        return [replace(contact, display=display, account_id=callee.user_id) for contact in contacts]

    def _set_due_timers(self, call: Call, ring: Ring) -> None:
        loop = asyncio.get_running_loop()
        timers = [loop.call_at(each.at, self._due, call, ring, each) for each in ring.due]
        if timers:
            self._due_timers[call.call_id] = timers

    def _due(self, call: Call, ring: Ring, due: DueRing) -> None:
        if due in ring.due and call.rings.get(ring.ring_id) is ring:
            ring.due.remove(due)
            self._dialling.add(call, ring, self._contacts_of(call, ring, due.also))
            self._on_change(call)

    def _forget_due(self, call: Call) -> None:
        for timer in self._due_timers.pop(call.call_id, ()):
            timer.cancel()

    def path_so_far(self, call: Call, target: Target) -> Path:
        """The path of a trunk's call: what it tells, or more where it is one of ours that has come back."""
        return max(call.path, self._outside.path_of_returned(call, target), key=len)

    def _caller_id(self, call: Call, path: Path, callee: Callee) -> CallerId | None:
        """Whose number a forwarded call shows outside, where it is not the caller's (rules section 5)."""
        is_ours = call.caller.account_id is not None or call.caller_id == TEST_CALL
        if not callee.is_by_trunk or callee.shows_foreign_numbers or is_ours:
            return None
        return forwarder_of(self._settings.plan, call.organization_id, path)

    def limit(self, call: Call, ring: Ring) -> None:
        """Give a ring the whole alert time from now on."""
        self.stop(call)
        seconds = ring.rule.ring_time if ring.account_id is not None else ALERT_TIME
        ring.rings_until = asyncio.get_running_loop().time() + seconds
        self._set_timer(call, ring, ring.rings_until)

    def take_up(self, call: Call) -> None:
        """Go on with the ring of an earlier process, for as long as its alert time lasts."""
        for ring in call.rings.values():
            if ring.rings_until is not None:
                self._set_timer(call, ring, ring.rings_until)
            self._set_due_timers(call, ring)
            if ring.is_outside and ring.plan is not None:
                self._outside.add(call, ring, ring.plan.display.from_)

    def stop(self, call: Call) -> None:
        """Whoever was rung has answered, or nobody is rung any more."""
        self._outside.forget(call)
        self._forget_due(call)
        timer, ring = self._timers.pop(call.call_id, (None, None))
        if timer is not None and ring is not None:
            timer.cancel()
            ring.rings_until, ring.due = None, []

    def _set_timer(self, call: Call, ring: Ring, moment: float) -> None:
        timer = asyncio.get_running_loop().call_at(moment, self._not_answered, call, ring)
        self._timers[call.call_id] = (timer, ring)

    def _not_answered(self, call: Call, ring: Ring) -> None:
        ring.failure = NO_ANSWER
        self._dialling.stop(call, ring)
        ring.owner.failed(call, ring)
        self._on_change(call)
