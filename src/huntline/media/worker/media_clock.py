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
    """Tells how many ticks were run and how much time has passed since the start."""

    def __init__(self) -> None:
        self.count = 0
        """Ticks run: every stream sends one packet a tick, so this steps the sequence numbers."""
        self.samples = 0
        """Time since the start in samples of 8 kHz: this steps the timestamps."""
        self.skipped = 0
        """Ticks never run, because the machine stood still for longer than could be caught up."""

    async def run(self, on_tick: Callable[[], None]) -> None:
        """Call ``on_tick`` every 20 ms, until cancelled.

        The schedule is absolute, so it never drifts. A short delay is caught up, packet by packet; after a
        long one the streams go on at the right time with the next sequence number.
        """
        loop = asyncio.get_running_loop()
        start, tick = loop.time(), 0
        while True:
            tick += 1
            delay = start + tick * TICK - loop.time()
            if delay < -_CATCH_UP:
                late = int(-delay / TICK)
                self.skipped += late
                tick += late
            await asyncio.sleep(max(delay, 0))
            self.count += 1
            self.samples = tick * SAMPLES_PER_TICK
            on_tick()
