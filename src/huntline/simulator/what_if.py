"""A recorded day against other settings of its queue: who was there, and what would have come of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from huntline.engine.events import Event, OtherCallsChanged
from huntline.engine.model import AgentSettings, CallQueue, Distribution
from huntline.engine.reasons import RingOutcome
from huntline.simulator.day import HALF_HOUR, DayFigures, GivenDay, simulated
from huntline.simulator.durations import Constant, DrawnTime, estimated
from huntline.simulator.simulation import AtWork, Scenario

_RINGS_IN_ALL = 100_000
_USUAL_ANSWER = Constant(5.0)
"""Until a phone is answered, where nobody has answered one."""


class RecordedRing(NamedTuple):
    """What history says of a ring, in seconds from the beginning of the day; ``is_here``: for this queue."""

    agent_id: str
    is_here: bool
    started: float
    answered: float | None
    ended: float
    outcome: RingOutcome


@dataclass(frozen=True, slots=True)
class Variant:
    """A queue and its agents, as they were or as they might be."""

    queue: CallQueue
    agents: tuple[AgentSettings, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What if a day had met a queue that was ``changed``? ``rings`` are all of its agents on that day."""

    stored: Variant
    changed: Variant
    day: GivenDay
    rings: tuple[RecordedRing, ...]
    greeting: float
    in_time: float


@dataclass(frozen=True, slots=True)
class SimulatedDays:
    """The day simulated as the queue is, which shows how near that comes to what happened, and changed."""

    stored: DayFigures
    changed: DayFigures


def answer(question: Question) -> SimulatedDays:
    """Both, met by the same callers."""
    return SimulatedDays(_simulated(question, question.stored), _simulated(question, question.changed))


def _simulated(question: Question, variant: Variant) -> DayFigures:
    answering, declining = answering_of(question.rings)
    were_agents = {agent.agent_id for agent in question.stored.agents}
    scenario = Scenario(
        queues=(variant.queue,),
        agents=variant.agents,
        answering=answering,
        declining=declining,
        shifts=tuple(shifts_in(question, variant.agents, were_agents)),
        beside=tuple(elsewhere(question.rings, {agent.agent_id for agent in variant.agents})),
        greeting=question.greeting,
    )
    return simulated(scenario, question.day, in_time=question.in_time, runs=runs_for(question))


def runs_for(question: Question) -> int:
    """How often each of both days is simulated: as often as what they have rung takes seconds, once at least.
    Where all phones ring, that is what takes time."""
    rings = max(_rings_a_call(question.stored), _rings_a_call(question.changed))
    in_all = max(len(question.day.calls) * rings, 1)
    return max(min(question.day.runs, _RINGS_IN_ALL // in_all), 1)


def _rings_a_call(variant: Variant) -> int:
    return len(variant.agents) if variant.queue.distribution is Distribution.ATTENDANT else 1


def answering_of(rings: Iterable[RecordedRing]) -> tuple[DrawnTime, float]:
    """How long phones of this queue ring until something is done about it, and the share that is declined. A
    ring that ended otherwise would have gone on."""
    here = [ring for ring in rings if ring.is_here]
    answered = sum(ring.answered is not None for ring in here)
    declined = sum(ring.outcome is RingOutcome.DECLINED for ring in here)
    if not answered:
        return _USUAL_ANSWER, 0.0
    times = (
        (
            (ring.answered if ring.answered is not None else ring.ended) - ring.started,
            ring.answered is not None or ring.outcome is RingOutcome.DECLINED,
        )
        for ring in here
    )
    return estimated(times), declined / (answered + declined)


def shifts_in(
    question: Question, agents: Sequence[AgentSettings], were_agents: Collection[str]
) -> Iterator[AtWork]:
    """When agents were there: from the half-hour of their first ring of the day to that in which the last one
    ended, for whatever queue. Who was no agent of the queue then, and was not rung at all, would have been
    there all the time."""
    calls = question.day.calls
    if not calls:
        return
    begin, end = calls[0].at, calls[-1].at + max(call.talk or 0.0 for call in calls)
    rings = dict(_by_agent(question.rings))
    for agent in agents:
        agent_id = agent.agent_id
        if agent_id in rings:
            first = min(ring.started for ring in rings[agent_id])
            last = max(ring.ended for ring in rings[agent_id])
            yield AtWork(agent_id, first // HALF_HOUR * HALF_HOUR, (last // HALF_HOUR + 1) * HALF_HOUR)
        elif agent_id not in were_agents:
            yield AtWork(agent_id, begin, end)


def elsewhere(rings: Iterable[RecordedRing], agent_ids: Collection[str]) -> Iterator[tuple[float, Event]]:
    """When agents talked to callers of other queues, who come first as they did."""
    for ring in rings:
        if not ring.is_here and ring.answered is not None and ring.agent_id in agent_ids:
            yield ring.answered, OtherCallsChanged(ring.agent_id, 1)
            yield ring.ended, OtherCallsChanged(ring.agent_id, 0)


def _by_agent(rings: Iterable[RecordedRing]) -> Iterator[tuple[str, list[RecordedRing]]]:
    in_order = sorted(rings, key=lambda ring: ring.agent_id)
    for agent_id, of_agent in groupby(in_order, key=lambda ring: ring.agent_id):
        yield agent_id, list(of_agent)
