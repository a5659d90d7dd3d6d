"""Overload control on a simulated server: what it takes, turns away, and how soon it is well again (unit)."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huntline.sip.core.overload import OverloadControl

INVITE, RINGING, ANSWERED, BYE = 0.0018, 0.0010, 0.0005, 0.0015
"""Seconds of work for a call: when it comes, and what it makes necessary later."""
CAPACITY = 1 / (INVITE + RINGING + ANSWERED + BYE)
REFUSAL = 0.000_13
SLICE = 0.005


@dataclass
class Seen:
    """What became of the calls, by the second in which it did; the longest waits, in seconds."""

    taken: Counter[int] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    taken_after: float = 0.0
    work_late: Counter[int] = field(default_factory=Counter)


class Server:
    """One loop: first what calls need that are up, then new ones for a moment, as the intake does it."""

    def __init__(self, talk: float) -> None:
        self._talk = talk
        self._control = OverloadControl()
        self._work: list[tuple[float, int, float]] = []
        self._numbers = itertools.count()
        self._line: deque[float] = deque()
        self._now = 0.0
        self.seen = Seen()

    def run(self, arrivals: list[float]) -> Seen:
        coming = deque(arrivals)
        while coming or self._line or self._work:
            while coming and coming[0] <= self._now:
                self._line.append(coming.popleft())
            if not self._turn():
                self._now = max(
                    self._now, min([due for due, _, _ in self._work[:1]] + [*itertools.islice(coming, 1)])
                )
        return self.seen

    def _turn(self) -> bool:
        began_at = self._now
        while self._work and self._work[0][0] <= began_at:
            due, _, cost = heapq.heappop(self._work)
            second, late = int(self._now), self._now - due
            self.seen.work_late[second] = max(self.seen.work_late[second], round(1000 * late))
            self._now += cost
        end = self._now + SLICE
        while self._line and self._now < end:
            self._serve(self._now - self._line.popleft())
        return self._now > began_at

    def _serve(self, waited: float) -> None:
        second = int(self._now)
        if not self._control.takes(waited, self._now):
            self.seen.refused[second] += 1
            self._now += REFUSAL
            return
        self.seen.taken[second] += 1
        self.seen.taken_after = max(self.seen.taken_after, waited)
        self._now += INVITE
        for later, cost in ((0.002, RINGING), (0.004, ANSWERED), (self._talk, BYE)):
            heapq.heappush(self._work, (self._now + later, next(self._numbers), cost))


def arrivals(load: Callable[[float], float], seconds: float, seed: int = 1) -> list[float]:
    """Calls at random at a multiple of the capacity."""
    chance, at, found = random.Random(seed), 0.0, []  # noqa: S311
    while at < seconds:
        at += chance.expovariate(load(at) * CAPACITY)
        found.append(at)
    return found


@settings(max_examples=10)
@given(st.integers(0, 1000), st.floats(0.05, 0.85), st.sampled_from([0.5, 2.0, 20.0]))
def test_nobody_is_refused_below_the_capacity(seed: int, load: float, talk: float) -> None:
    assert not Server(talk).run(arrivals(lambda at: load, 20, seed)).refused


def test_a_burst_waits_and_is_not_refused() -> None:
    burst = [1.0] * int(0.3 / (INVITE + RINGING + ANSWERED))
    assert not Server(2.0).run(burst).refused


@pytest.mark.parametrize("times", [1.5, 2.0, 3.0])
@pytest.mark.parametrize("talk", [0.5, 2.0, 20.0])
def test_under_overload_nine_tenths_of_the_capacity_are_served_soon(times: float, talk: float) -> None:
    seen = Server(talk).run(arrivals(lambda at: times if at < 60 else 0.5, 80))
    settled = range(10, 60)
    assert sum(seen.taken[second] for second in settled) >= 0.9 * CAPACITY * len(settled)
    assert all(seen.taken[second] >= 0.65 * CAPACITY for second in settled)
    assert seen.taken_after < 0.5  # before an INVITE is sent again
    assert max(seen.work_late.values()) < 100  # milliseconds, for calls that are up
    assert not any(seen.refused[second] for second in range(65, 80))


def test_it_begins_within_a_second_and_ends_with_the_load() -> None:
    seen = Server(2.0).run(arrivals(lambda at: 3.0 if 5 <= at < 30 else 0.5, 60))
    assert not any(seen.refused[second] for second in range(5))
    assert seen.refused[6] > 0
    assert not any(seen.refused[second] for second in range(32, 60))


def test_a_stall_of_the_whole_process_costs_nobody_a_call() -> None:
    """A third of a second in which nothing was done, at a load that is far from the capacity."""
    control = OverloadControl()
    waits = [0.3 - number / 100 for number in range(30)]
    assert all(control.takes(wait, 10 + number * INVITE) for number, wait in enumerate(waits))
