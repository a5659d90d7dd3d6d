"""The media clock: one absolute schedule of 20 ms ticks for every stream of the worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from huntline.sdp import CLOCK_RATES

TICK = 0.02
"""Seconds between two packets of a stream."""

SAMPLES_PER_TICK = 160
"""8,000 samples a second; G.711 needs one byte for each."""

TICKS_PER_SECOND = 50

SCALES: dict[str, int] = {
    codec: rate // (SAMPLES_PER_TICK * TICKS_PER_SECOND) for codec, rate in CLOCK_RATES.items()
}
"""How many steps of its RTP clock a codec has in one sample of 8 kHz."""

_CATCH_UP = 5 * TICK


class MediaClock:
    """Tells how many ticks were run and how much time has passed since the start.

    It ticks while somebody is there: between ``go`` and ``rest``. What it has told goes on from there.
    """

    def __init__(self) -> None:
        self.count = 0
        """Ticks run: every stream sends one packet a tick, so this steps the sequence numbers."""
        self.samples = 0
        """Time since the start in samples of 8 kHz: this steps the timestamps."""
        self.skipped = 0
        """Ticks never run, because the machine stood still for longer than could be caught up."""
        self.on_tick: Callable[[], None] = lambda: None
        """Called every 20 ms."""
        self._started_at: float | None = None
        self._tick = 0
        """The number of the next tick, in the schedule."""
        self._next: asyncio.TimerHandle | None = None

    def go(self) -> None:
        """Tick, from the next moment of the schedule on. Nothing happens while it does so already.

        The schedule is absolute, so it never drifts. A short delay is caught up, packet by packet; after a
        long one the streams go on at the right time with the next sequence number.
        """
        if self._next is None:
            now = asyncio.get_running_loop().time()
            if self._started_at is None:
                self._started_at = now
            passed = int((now - self._started_at) / TICK)
            self.samples, self._tick = passed * SAMPLES_PER_TICK, passed + 1
            self._schedule(self._started_at, now)

    def rest(self) -> None:
        """Tick no more until ``go``: nobody is there to notice."""
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _schedule(self, start: float, now: float) -> None:
        delay = start + self._tick * TICK - now
        if delay < -_CATCH_UP:
            late = int(-delay / TICK)
            self.skipped += late
            self._tick += late
        self._next = asyncio.get_running_loop().call_later(max(delay, 0), self._run, start)

    def _run(self, start: float) -> None:
        self.count += 1
        self.samples = self._tick * SAMPLES_PER_TICK
        self._tick += 1
        self._schedule(start, asyncio.get_running_loop().time())
        self.on_tick()
