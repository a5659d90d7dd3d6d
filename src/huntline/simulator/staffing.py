"""How many agents a queue needs, so that so many of a hundred callers are answered in time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from huntline.engine.model import CallQueue
from huntline.simulator.day import HALF_HOUR, DayFigures, GivenDay, shifts_of, simulated
from huntline.simulator.durations import FOREVER, DrawnTime, mean_of
from huntline.simulator.figures import Figures, figures_of
from huntline.simulator.simulation import Scenario
from huntline.simulator.steady import Traffic, batches_of, with_agents

MOST_AGENTS = 10_000
"""As many as a queue may have."""


@dataclass(frozen=True, slots=True)
class Target:
    """A ``share`` of the callers offered is to be answered within ``in_time`` seconds."""

    share: float
    in_time: float

    def is_met(self, figures: Figures) -> bool:
        """Whether it is, or nobody was there to be answered."""
        return not figures.offered or figures.service_level.value >= self.share

    def is_out_of_reach(self, figures: Figures) -> bool:
        """Whether more agents would not help: it is missed even by callers who found one free."""
        return figures.service_level.value + figures.waits_at_all.value < self.share


Progress = Callable[[str, float], None]
"""Told what is being tried, and the share of it that is done."""


@dataclass(frozen=True, slots=True)
class Steady:
    """A queue in the long run, with any number of agents. ``people`` says what they do; it has no queue."""

    queue: CallQueue
    people: Scenario
    traffic: Traffic
    calls: int
    seed: int
    progress: Progress

    def figures(self, agents: int, in_time: float) -> Figures:
        """What came of all calls with so many agents."""
        queue, crew = with_agents(self.queue, agents)
        found = batches_of(
            replace(self.people, queues=(queue,), agents=crew),
            self.traffic,
            calls=self.calls,
            in_time=in_time,
            seed=self.seed,
            progress=lambda done: self.progress(f"{agents} agents", done / self.calls),
        )
        return figures_of(list(found))

    @property
    def load(self) -> float:
        """How many agents it would keep busy if nobody ever waited, nor gave up."""
        return self.traffic.an_hour / 3600 * _work(self.queue, self.people, self.traffic.habits.talk)


def least_agents(steady: Steady, target: Target) -> tuple[int, Figures] | None:
    """The least number with which the target is met, and what it is like then; None where no number does it,
    for agents take too long to answer."""
    count = _first_guess(steady.load)
    figures = steady.figures(count, target.in_time)
    while not target.is_met(figures):
        if target.is_out_of_reach(figures) or count >= MOST_AGENTS:
            return None
        count += 1
        figures = steady.figures(count, target.in_time)
    while count > 1:
        fewer = steady.figures(count - 1, target.in_time)
        if not target.is_met(fewer):
            break
        count, figures = count - 1, fewer
    return count, figures


def _first_guess(load: float) -> int:
    """The load and a margin of its root: near what most targets need (Halfin and Whitt, 1981)."""
    return min(max(math.ceil(load + math.sqrt(load) / 2), 1), MOST_AGENTS)


def _work(queue: CallQueue, people: Scenario, talk: DrawnTime) -> float:
    """For how many seconds a caller keeps an agent, in the mean."""
    wrap_up = queue.wrap_up.total_seconds() if people.wrap_up is None else mean_of(people.wrap_up)
    ringing = mean_of(people.answering)
    return mean_of(talk) + wrap_up + (ringing if ringing < FOREVER else 0.0)


@dataclass(frozen=True, slots=True)
class Roster:
    """How many agents are there in each half-hour from the beginning of the day, and what the day is like
    then. ``unmet`` are the half-hours in which no number of agents meets the target."""

    agents: tuple[int, ...]
    figures: DayFigures
    unmet: frozenset[int]


def least_roster(
    queue: CallQueue, people: Scenario, day: GivenDay, target: Target, progress: Progress
) -> Roster:
    """Agents by half-hour so that each meets the target.

    It begins with as many as have work all the time, and adds one where the target is not met. Who waits at
    the end of a half-hour waits in the next one too: of several that miss it in a row, the first is helped.
    """
    agents = _with_work(day, _work(queue, people, day.habits.talk))
    unmet: set[int] = set()
    runs = max(day.runs // 4, 2)
    while True:
        figures = simulated(
            _staffed_by(queue, people, agents),
            day,
            in_time=target.in_time,
            runs=runs,
            progress=partial(progress, f"{sum(agents) / 2:g} hours of agents"),
        )
        missing = {
            int(part.begin // HALF_HOUR): part.figures
            for part in figures.half_hours
            if not target.is_met(part.figures)
        }
        unmet |= {
            place
            for place, part in missing.items()
            if target.is_out_of_reach(part) or agents[place] >= MOST_AGENTS
        }
        to_help = [place for place in missing if place - 1 not in missing and place not in unmet]
        if not to_help:
            return Roster(tuple(agents), figures, frozenset(unmet))
        for place in to_help:
            agents[place] += 1


def _with_work(day: GivenDay, work: float) -> list[int]:
    counts = Counter(int(call.at // HALF_HOUR) for call in day.calls)
    first, last = min(counts, default=0), max(counts, default=-1)
    return [
        max(math.ceil(counts[place] * work / HALF_HOUR), 1) if place >= first else 0
        for place in range(last + 1)
    ]


def _staffed_by(queue: CallQueue, people: Scenario, agents: list[int]) -> Scenario:
    named, crew = with_agents(queue, max(agents, default=1))
    return replace(people, queues=(named,), agents=crew, shifts=tuple(shifts_of(crew, agents)))
