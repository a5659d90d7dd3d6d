"""A day of a queue: calls that came in at given moments, met by other settings or by other agents.

The arrivals stay what they were. What is not known of a call (how long its caller would have talked, or
waited) is drawn anew in each of several runs, which say how sure the figures are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from huntline.engine.model import AgentSettings
from huntline.simulator.callers import GivenCall, Habits, as_given
from huntline.simulator.durations import chance
from huntline.simulator.figures import Batch, Figures, figures_of
from huntline.simulator.simulation import AtWork, Scenario, Simulation

HALF_HOUR = 1800.0
"""Seconds."""

MOST_RUNS = 20
_CALLS_IN_ALL = 20_000
_LATE = 7200.0
"""So long whoever is there at the end stays, for those who wait still."""


@dataclass(frozen=True, slots=True)
class GivenDay:
    """The calls of a queue on one day, in order, and what is known of callers like these."""

    calls: tuple[GivenCall, ...]
    habits: Habits

    @property
    def runs(self) -> int:
        """How often it is simulated: short days often, so that it says something, and long ones at least
        twice."""
        return min(MOST_RUNS, max(2, _CALLS_IN_ALL // max(len(self.calls), 1)))


@dataclass(frozen=True, slots=True)
class HalfHour:
    """The calls that came in during a half-hour, ``begin`` seconds from the beginning of the day."""

    begin: float
    figures: Figures


@dataclass(frozen=True, slots=True)
class DayFigures:
    """A day, whole and by half-hours in which anybody called; the counts are of a mean day."""

    whole: Figures
    half_hours: tuple[HalfHour, ...]


def simulated(
    scenario: Scenario,
    day: GivenDay,
    *,
    in_time: float,
    runs: int,
    seed: int = 1,
    progress: Callable[[float], None] = lambda _: None,
) -> DayFigures:
    """The day, run so often. ``progress`` is told the share that is done."""
    days: list[dict[int, Batch]] = []
    for run in range(runs):
        days.append(_run(scenario, day, in_time, seed * MOST_RUNS + run))
        progress((run + 1) / runs)
    return together(days, in_time)


def together(days: Sequence[dict[int, Batch]], in_time: float) -> DayFigures:
    """The figures of days, each in its half-hours by their places."""
    places = sorted({place for each in days for place in each})
    parts = [[each.get(place, Batch(in_time)) for each in days] for place in places]
    whole = [_together(list(each.values()), in_time) for each in days]
    return DayFigures(
        _of_a_mean_day(whole),
        tuple(
            HalfHour(place * HALF_HOUR, _of_a_mean_day(part))
            for place, part in zip(places, parts, strict=True)
        ),
    )


def _run(scenario: Scenario, day: GivenDay, in_time: float, seed: int) -> dict[int, Batch]:
    random = chance(seed)
    callers = as_given(scenario.queues[0].queue_id, day.calls, day.habits, chance(random.getrandbits(64)))
    batches: dict[int, Batch] = {}
    for call in Simulation(scenario, callers, random).calls():
        at = (call.record.arrived_at - scenario.start).total_seconds()
        place = int(at // HALF_HOUR)
        if (batch := batches.get(place)) is None:
            batch = batches[place] = Batch(in_time)
            batch.staffed = staffed(scenario, place * HALF_HOUR, (place + 1) * HALF_HOUR)
        batch.add(call)
    return batches


def staffed(scenario: Scenario, begin: float, end: float) -> float:
    """For how many seconds agents are there in a stretch of time, all of them together."""
    if scenario.shifts is None:
        return len(scenario.agents) * (end - begin)
    return math.fsum(max(min(shift.end, end) - max(shift.begin, begin), 0.0) for shift in scenario.shifts)


def _together(batches: Sequence[Batch], in_time: float) -> Batch:
    whole = Batch(in_time)
    for batch in batches:
        whole.include(batch)
    return whole


def _of_a_mean_day(runs: Sequence[Batch]) -> Figures:
    figures, count = figures_of(runs), len(runs)
    return replace(
        figures,
        offered=round(figures.offered / count),
        answered=round(figures.answered / count),
        abandoned=round(figures.abandoned / count),
        turned_away=round(figures.turned_away / count),
    )


def shifts_of(agents: Sequence[AgentSettings], crew: Sequence[int]) -> Iterator[AtWork]:
    """Who is there when so many are, half-hour by half-hour from the beginning of the day: the first of the
    list are there longest."""
    for number, agent in enumerate(agents):
        begin: float | None = None
        for place, count in enumerate((*crew, 0)):
            is_there = number < count
            if is_there and begin is None:
                begin = place * HALF_HOUR
            elif not is_there and begin is not None:
                is_last = place == len(crew)
                yield AtWork(agent.agent_id, begin, place * HALF_HOUR + (_LATE if is_last else 0.0))
                begin = None
