"""The clock of all streams: even, never early, and still while nobody is there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import uvloop

from huntline.media.worker.media_clock import SAMPLES_PER_TICK, TICK, MediaClock


def _run(story: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(story)


class _Ticks:
    """Waits for ticks of a clock."""

    def __init__(self, clock: MediaClock) -> None:
        self.samples: list[int] = []
        self._clock = clock
        self._came = asyncio.Event()
        clock.on_tick = self._take

    def _take(self) -> None:
        self.samples.append(self._clock.samples)
        self._came.set()

    async def come(self, count: int) -> None:
        """Wait until so many have come in all."""
        async with asyncio.timeout(3):
            while len(self.samples) < count:
                self._came.clear()
                await self._came.wait()


def test_ticks_are_20_ms_apart_and_counted_in_samples() -> None:
    async def story() -> None:
        clock = MediaClock()
        ticks = _Ticks(clock)
        begun = time.monotonic()
        clock.go()
        clock.go()  # which it does already
        await ticks.come(5)
        assert time.monotonic() - begun > 4 * TICK
        clock.rest()
        assert ticks.samples == [n * SAMPLES_PER_TICK for n in range(1, 6)] or clock.skipped
        assert clock.count == 5

    _run(story())


def test_at_rest_it_does_not_tick_and_goes_on_in_the_same_schedule() -> None:
    async def story() -> None:
        clock = MediaClock()
        ticks = _Ticks(clock)
        clock.go()
        await ticks.come(2)
        clock.rest()
        clock.rest()  # which it does already
        await asyncio.sleep(5 * TICK)
        assert len(ticks.samples) == clock.count == 2
        clock.go()
        await ticks.come(3)
        clock.rest()
        assert clock.count == 3  # no sequence number is left out
        assert ticks.samples[2] - ticks.samples[1] >= 5 * SAMPLES_PER_TICK  # the time has passed
        assert ticks.samples[2] % SAMPLES_PER_TICK == 0
        assert clock.skipped == 0

    _run(story())


def test_it_may_rest_within_a_tick() -> None:
    async def story() -> None:
        clock = MediaClock()
        came = asyncio.Event()

        def tick() -> None:
            clock.rest()
            came.set()

        clock.on_tick = tick
        clock.go()
        await came.wait()
        await asyncio.sleep(2 * TICK)
        assert clock.count == 1

    _run(story())


def test_a_long_standstill_is_not_caught_up_packet_by_packet() -> None:
    async def story() -> None:
        clock = MediaClock()
        ticks = _Ticks(clock)
        clock.go()
        await ticks.come(1)
        time.sleep(20 * TICK)  # noqa: ASYNC251 - the machine stands still
        await ticks.come(3)
        clock.rest()
        assert clock.skipped >= 15
        assert ticks.samples[2] >= 20 * SAMPLES_PER_TICK

    _run(story())


def test_a_tick_that_fails_is_not_the_last_one() -> None:
    async def story() -> None:
        failures: list[str] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: failures.append(str(context["exception"])))
        clock = MediaClock()
        done = asyncio.Event()

        def tick() -> None:
            if clock.count == 1:
                raise RuntimeError("one leg went wrong")
            clock.rest()
            done.set()

        clock.on_tick = tick
        clock.go()
        async with asyncio.timeout(3):
            await done.wait()
        assert failures == ["one leg went wrong"]

    _run(story())
