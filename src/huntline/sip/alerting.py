"""Alerting: rings somebody who is no agent, so that the alert time is ours and not the engine's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from huntline.engine.reasons import StopReason
from huntline.sip.calls import Call, Ring
from huntline.sip.dialling import Contact, Dialling, Display

ALERT_TIME = 60.0  # s; a person's own forwarding rules and voicemail come well before this


class Alerting:
    """At most one ring for each call. How it went is told as for all rings."""

    def __init__(self, dialling: Dialling, on_change: Callable[[Call], None]) -> None:
        self._dialling = dialling
        self._on_change = on_change
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def start(self, call: Call, ring: Ring, contacts: list[Contact], display: Display) -> None:
        """Ring somebody until the alert time is over."""
        self.limit(call, ring)
        self._dialling.start(call, ring, contacts, display)
        self._on_change(call)

    def limit(self, call: Call, ring: Ring) -> None:
        """Give a ring the whole alert time from now on."""

        def no_answer() -> None:
            ring.last_failure = StopReason.NO_ANSWER
            self._dialling.stop(call, ring)
            self._dialling.outcomes.ring_failed(call, ring)

        self.stop(call)
        self._timers[call.call_id] = asyncio.get_running_loop().call_later(ALERT_TIME, no_answer)

    def stop(self, call: Call) -> None:
        """Whoever was rung has answered, or nobody is rung any more."""
        timer = self._timers.pop(call.call_id, None)
        if timer is not None:
            timer.cancel()
