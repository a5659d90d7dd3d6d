"""Sending a response again until its ACK or PRACK comes (RFC 3261 section 13.3.1.4, RFC 3262 section 3)."""

from __future__ import annotations

from collections.abc import Callable

from huntline.sip.core.context import Context
from huntline.sip.core.flow import Flow
from huntline.sip.core.leg_record import RepetitionRecord
from huntline.sip.core.timers import GIVE_UP, T1, T2, Timer


class Repetition:
    """Repeats after T1, doubled up to T2, for 64*T1 in all; then calls ``give_up(now)``.

    The transport does not matter: a 2xx is repeated over TCP too, for a hop behind it may be UDP. ``flow``
    may change meanwhile. One that goes on from a ``record`` repeats at once: what was sent last may be lost.
    """

    __slots__ = ("_context", "_data", "_ends_at", "_give_up", "_interval", "_timer", "flow")

    def __init__(
        self,
        context: Context,
        flow: Flow,
        data: bytes,
        now: float,
        give_up: Callable[[float], None],
        record: RepetitionRecord | None = None,
    ) -> None:
        self._context = context
        self.flow = flow if record is None else record.flow
        self._data = data
        self._give_up = give_up
        self._interval = T1
        self._ends_at = now + GIVE_UP if record is None else record.ends_at
        self._timer: Timer = context.timers.set(now + T1 if record is None else now, self._due)

    def record(self) -> RepetitionRecord:
        """What it takes to go on."""
        return RepetitionRecord(self.flow, self._ends_at)

    def stop(self) -> None:
        """It was acknowledged, or does not matter any more."""
        self._timer.cancel()

    def _due(self, now: float) -> None:
        if now >= self._ends_at:
            self._give_up(now)
            return
        self._context.send(self.flow, self._data)
        self._interval = min(self._interval * 2, T2)
        self._timer = self._context.timers.set(min(now + self._interval, self._ends_at), self._due)
