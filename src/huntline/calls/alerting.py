"""Alerting: rings somebody who is no agent, so that the alert time is ours and not the engine's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from huntline.calls.caller_identity import TEST_CALL, CallerId
from huntline.calls.contacts import Callee
from huntline.calls.dialling import Dialling
from huntline.calls.display import display_of
from huntline.calls.diversion import MAX_TARGETS, Path, forwarder_of, path_headers
from huntline.calls.early_audio import EarlyAudio
from huntline.calls.failures import NO_ANSWER, TOO_MANY_HOPS
from huntline.calls.loops import RingsOutside
from huntline.calls.model import Call, Ring, RingOwner
from huntline.calls.surroundings import Surroundings
from huntline.directory.in_force import SettingsInForce
from huntline.directory.plan import Target

PERSON_ALERT_TIME = 20.0
"""Seconds that a person is rung before their own rule counts (rules section 5)."""

ALERT_TIME = 60.0
"""Seconds that anybody else is rung, who has a rule of their own that comes well before this."""


class Alerting:
    """At most one ring for each call. How it went is told to its owner, as for all rings. While a transfer is
    under way in the call the ring is for that.

    Whoever is rung here is called in person, not as an agent: what they do not take goes where they want it.
    """

    def __init__(
        self,
        settings: SettingsInForce,
        site: Surroundings,
        dialling: Dialling,
        early: EarlyAudio,
        on_change: Callable[[Call], None],
    ) -> None:
        self._settings = settings
        self._site = site
        self._dialling = dialling
        self._early = early
        self._on_change = on_change
        self._timers: dict[str, tuple[asyncio.TimerHandle, Ring]] = {}
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
            mailbox=callee.mailbox,
        )
        if len(ring.path) > MAX_TARGETS or call.max_forwards == 0:
            ring.failure, ring.mailbox = TOO_MANY_HOPS, None
            owner.failed(call, ring)
            return
        self.limit(call, ring)
        transfer = call.transfer
        plan = self._settings.plan
        display = display_of(
            plan,
            transfer.successor if transfer else call,
            to,
            None,
            callee,
            transferor=plan.account_by_id(transfer.transferor.account_id or "") if transfer else None,
            shown=self._caller_id(call, ring, callee),
        )
        if ring.is_outside:
            self._outside.add(call, ring, display.from_)
        told = path_headers(ring.path, is_outside=ring.is_outside)
        self._dialling.start(call, ring, callee.contacts, replace(display, headers=(*display.headers, *told)))
        self._on_change(call)

    def path_so_far(self, call: Call, target: Target) -> Path:
        """The path of a trunk's call: what it tells, or more where it is one of ours that has come back."""
        return max(call.path, self._outside.path_of_returned(call, target), key=len)

    def follow_rule(self, call: Call, ring: Ring) -> bool:
        """Who was rung did not take the call: their mailbox is rung. False when they have none, and nobody is
        rung any more."""
        self.stop(call)
        self._early.gone(call)
        if ring.mailbox is None:
            return False
        self._dialling.release_media(call)
        callee = self._site.callee(call.organization_id, ring.mailbox)
        before = (*ring.path[:-1], *(hop.left(ring.failure.meaning) for hop in ring.path[-1:]))
        ring_id = f"{ring.ring_id.partition('/')[0]}/{len(before)}"
        self.start(call, ring.owner, ring_id, ring.mailbox, callee, before)
        return True

    def _caller_id(self, call: Call, ring: Ring, callee: Callee) -> CallerId | None:
        """Whose number a forwarded call shows outside, where it is not the caller's (rules section 5)."""
        is_ours = call.caller.account_id is not None or call.caller_id == TEST_CALL
        if not callee.is_by_trunk or callee.shows_foreign_numbers or is_ours:
            return None
        return forwarder_of(self._settings.plan, call.organization_id, ring.path)

    def limit(self, call: Call, ring: Ring) -> None:
        """Give a ring the whole alert time from now on."""
        self.stop(call)
        seconds = PERSON_ALERT_TIME if ring.account_id is not None else ALERT_TIME
        ring.rings_until = asyncio.get_running_loop().time() + seconds
        self._set_timer(call, ring, ring.rings_until)

    def take_up(self, call: Call) -> None:
        """Go on with the ring of an earlier process, for as long as its alert time lasts."""
        for ring in call.rings.values():
            if ring.rings_until is not None:
                self._set_timer(call, ring, ring.rings_until)
            if ring.is_outside and ring.plan is not None:
                self._outside.add(call, ring, ring.plan.display.from_)

    def stop(self, call: Call) -> None:
        """Whoever was rung has answered, or nobody is rung any more."""
        self._outside.forget(call)
        timer, ring = self._timers.pop(call.call_id, (None, None))
        if timer is not None and ring is not None:
            timer.cancel()
            ring.rings_until = None

    def _set_timer(self, call: Call, ring: Ring, moment: float) -> None:
        timer = asyncio.get_running_loop().call_at(moment, self._not_answered, call, ring)
        self._timers[call.call_id] = (timer, ring)

    def _not_answered(self, call: Call, ring: Ring) -> None:
        ring.failure = NO_ANSWER
        self._dialling.stop(call, ring)
        ring.owner.failed(call, ring)
        self._on_change(call)
