"""Who calls, and when: by chance at a rate, or at given moments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from huntline.simulator.durations import NEVER, DrawnTime, Observed
from huntline.simulator.simulation import SimulatedCaller


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How long callers talk, and how long they wait for it before they hang up."""

    talk: DrawnTime
    patience: DrawnTime = NEVER


class GivenCall(NamedTuple):
    """A call that came in, ``at`` seconds from the beginning: how long its caller talked, None where that is
    not known, and that they hung up after waiting so long (``gave_up``) or were answered after it."""

    at: float
    talk: float | None = None
    waited: float | None = None
    gave_up: bool = False


def at_a_rate(queue_id: str, a_second: float, habits: Habits, random: Random) -> Iterator[SimulatedCaller]:
    """Callers without end who know nothing of each other (a Poisson process)."""
    at = 0.0
    talk, patience = habits.talk.draw, habits.patience.draw
    while True:
        at += random.expovariate(a_second)
        yield SimulatedCaller(at, queue_id, talk(random), patience(random))


def as_given(
    queue_id: str, calls: Iterable[GivenCall], habits: Habits, random: Random
) -> Iterator[SimulatedCaller]:
    """The callers of calls in the order in which they came; what is not known of one is as others are."""
    for call in calls:
        talk = habits.talk.draw(random) if call.talk is None else call.talk
        yield SimulatedCaller(call.at, queue_id, talk, _patience(call, habits.patience, random))


def _patience(call: GivenCall, patience: DrawnTime, random: Random) -> float:
    if call.waited is None:
        return patience.draw(random)
    if call.gave_up:
        return call.waited
    # Who was answered has shown only that they wait so long at least.
    if isinstance(patience, Observed):
        return patience.draw_longer_than(call.waited, random)
    return max(call.waited, patience.draw(random))
