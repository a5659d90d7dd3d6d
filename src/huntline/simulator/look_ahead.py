"""The next half-hour of a queue, many times over, from how it is now: will callers be answered in time?

Each run begins with the callers who wait and the agents as they are, and draws the rest: who calls, how long
they talk and wait, and how much longer those talk who talk now. No clock is read and nothing is stored.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from random import Random
from typing import NamedTuple

from huntline.engine.events import Event, OtherCallsChanged, PresenceChanged, ResumeRequested
from huntline.engine.model import AgentSettings, AgentState, CallQueue, Presence
from huntline.simulator.durations import DrawnTime, GoingOn, chance, draw_end
from huntline.simulator.expectation import CallsAhead
from huntline.simulator.figures import Batch, Estimate, figures_of
from huntline.simulator.simulation import (
    ORGANIZATION,
    InConversation,
    Scenario,
    SimulatedCaller,
    Simulation,
)
from huntline.simulator.staffing import Target

PART = 300.0
"""Seconds for which a figure is given; parts begin with the clock's."""

LEAST_RUNS = 50
MOST_RUNS = 400

FEWEST_CALLS = 2.0
"""Of fewer expected in a part nothing is said: one caller would decide."""

LIKELY = 0.5
"""A warning needs so large a share of the runs to miss the target."""

_WHOLE_PARTS = 6
_LEAD = 1.0
"""Seconds before the first of those who wait now: then all agents talk already."""


class PresentCaller(NamedTuple):
    """Somebody in the line or in its greeting: seconds since they came to the queue, and since they wait."""

    here: float
    waited: float | None


class PresentAgent(NamedTuple):
    """An agent of the queue who has a phone: has been in this ``state`` for ``passed`` seconds, and will be
    for ``left`` where that is known."""

    agent_id: str
    state: AgentState
    passed: float
    left: float | None = None
    presence: Presence = Presence.AVAILABLE
    has_other_call: bool = False
    is_opted_out: bool = False

    @property
    def serves(self) -> bool:
        """Whether they take calls of the queue, now or when they are free again."""
        return not self.is_opted_out and self.state is not AgentState.PAUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentQueue:
    """A queue at this moment: its ``callers``, all ``agents`` who are there, and how many seconds are left of
    these five minutes."""

    queue: CallQueue
    callers: tuple[PresentCaller, ...]
    agents: tuple[PresentAgent, ...]
    left_of_part: float = PART


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is known of those to come, as a ``Scenario`` and ``Habits`` have it."""

    calls: CallsAhead
    talk: GoingOn
    patience: GoingOn
    answering: DrawnTime
    declining: float = 0.0
    greeting: float = 0.0


@dataclass(frozen=True, slots=True)
class LookAheadQuestion:
    """Will the target be met?"""

    now: PresentQueue
    expected: Expected
    target: Target

    @property
    def has_traffic(self) -> bool:
        """Whether there is anything to look ahead for."""
        return bool(self.now.callers) or self.expected.calls.expected(PART * _WHOLE_PARTS) >= FEWEST_CALLS


class PartAhead(NamedTuple):
    """Five minutes, or what is left of these, ``begin`` seconds from now: calls ``offered`` in a mean run,
    the share answered in time, and the share of runs with calls that ``missed`` the target."""

    begin: float
    offered: float
    level: Estimate
    missed: float

    def falls_below(self, target: Target) -> bool:
        """Whether there is evidence that the target is missed: enough calls, the whole interval below it, and
        most runs too."""
        if self.offered < FEWEST_CALLS or self.level.margin is None:
            return False
        return self.level.value + self.level.margin < target.share and self.missed >= LIKELY


@dataclass(frozen=True, slots=True)
class FallsBelow:
    """The target is missed from ``begin`` seconds from now on, unless so many ``more`` agents take calls;
    None where all who could, ``could`` of them, would not be enough."""

    begin: float
    more: int | None
    could: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What so many ``runs`` say of the next half-hour; ``below`` None is no warning."""

    runs: int
    parts: tuple[PartAhead, ...]
    below: FallsBelow | None


def look_ahead(question: LookAheadQuestion, goes_on: Callable[[], bool]) -> Outlook:
    """At least ``LEAST_RUNS``, and more as long as it ``goes_on``. The same chances each time, so that what
    is said changes with the queue and not by luck."""
    runs: list[list[Batch]] = []
    while len(runs) < LEAST_RUNS or (len(runs) < MOST_RUNS and goes_on()):
        runs.append(one_run(question, 0, seed=len(runs) + 1))
    parts = _together(question, runs)
    first = next((part for part in parts if part.falls_below(question.target)), None)
    if first is None:
        return Outlook(len(runs), parts, None)
    could = sum(not agent.serves for agent in question.now.agents)
    return Outlook(len(runs), parts, FallsBelow(first.begin, _more_needed(question, could), could))


def _more_needed(question: LookAheadQuestion, could: int) -> int | None:
    """The least number of further agents with whom there is no warning."""

    def is_enough(more: int) -> bool:
        runs = [one_run(question, more, seed=number + 1) for number in range(LEAST_RUNS)]
        return not any(part.falls_below(question.target) for part in _together(question, runs))

    found = bisect_left(range(1, could + 1), True, key=is_enough) + 1
    return found if found <= could else None


# -- one run


def one_run(question: LookAheadQuestion, more: int, seed: int) -> list[Batch]:
    """The calls that come in from now on, by part, with so many more agents. Callers are the same whatever
    agents there are."""
    now, expected = question.now, question.expected
    random = chance(seed)
    callers, people = chance(random.getrandbits(64)), chance(random.getrandbits(64))
    begin = _LEAD + max((_came(each, now.queue, expected) for each in now.callers), default=0.0)
    coming = chain(_in_line(now, expected, begin, callers), _to_come(now, expected, begin, callers))
    batches = [Batch(question.target.in_time) for _ in range(1 + _WHOLE_PARTS)]
    scenario = _scenario(now, expected, more, begin, people)
    for call in Simulation(scenario, coming, random).calls():
        at = (call.record.arrived_at - scenario.start).total_seconds() - begin
        if at >= 0:
            place = 1 + int((at - now.left_of_part) // PART)
            batches[min(place, _WHOLE_PARTS)].add(call)
    return batches


def _together(question: LookAheadQuestion, runs: Sequence[list[Batch]]) -> tuple[PartAhead, ...]:
    begins = (0.0, *(question.now.left_of_part + PART * place for place in range(_WHOLE_PARTS)))
    return tuple(
        _part(begin, [batches[place] for batches in runs], question.target.share)
        for place, begin in enumerate(begins)
    )


def _part(begin: float, batches: Sequence[Batch], share: float) -> PartAhead:
    with_calls = [batch for batch in batches if batch.offered]
    missed = sum(batch.answered_in_time < share * batch.offered for batch in with_calls)
    offered = sum(batch.offered for batch in with_calls) / len(batches)
    return PartAhead(begin, offered, figures_of(batches).service_level, missed / max(len(with_calls), 1))


# -- who calls


def _came(caller: PresentCaller, queue: CallQueue, expected: Expected) -> float:
    """How long ago a caller came, if a greeting took as long as greetings do."""
    if caller.waited is None:
        return caller.here
    return caller.waited + (expected.greeting if queue.has_greeting else 0.0)


def _in_line(
    now: PresentQueue, expected: Expected, begin: float, random: Random
) -> Iterator[SimulatedCaller]:
    ago = ((_came(caller, now.queue, expected), caller.waited or 0.0) for caller in now.callers)
    for came, waited in sorted(ago, reverse=True):
        patience = expected.patience.draw_longer_than(waited, random)
        yield SimulatedCaller(begin - came, now.queue.queue_id, expected.talk.draw(random), patience)


def _to_come(
    now: PresentQueue, expected: Expected, begin: float, random: Random
) -> Iterator[SimulatedCaller]:
    """By chance, at rates that are drawn too: they are known as well as so many calls can tell."""
    calls = expected.calls
    if not calls.known_by:
        return
    level = random.gammavariate(calls.known_by, 1 / calls.known_by)
    since, end = 0.0, now.left_of_part + _WHOLE_PARTS * PART
    for rate in calls.rates:
        until = min(rate.until, end)
        at = since
        while rate.a_second and (at := at + random.expovariate(rate.a_second * level)) < until:
            talk, patience = expected.talk.draw(random), expected.patience.draw(random)
            yield SimulatedCaller(begin + at, now.queue.queue_id, talk, patience)
        since = until


# -- who answers


def _scenario(now: PresentQueue, expected: Expected, more: int, begin: float, random: Random) -> Scenario:
    """Everybody talks at first, and those who are free now hang up now: so nobody is rung before."""
    queue_id = now.queue.queue_id
    others = [agent for agent in now.agents if not agent.serves][:more]
    crew = [*(agent for agent in now.agents if agent.serves), *map(_free, others)]
    return Scenario(
        queues=(now.queue,),
        agents=tuple(
            AgentSettings(agent_id=agent.agent_id, organization_id=ORGANIZATION, name=agent.agent_id)
            for agent in crew
        ),
        answering=expected.answering,
        declining=expected.declining,
        shifts=(),
        conversations=tuple(
            InConversation(agent.agent_id, queue_id, begin + _talks_on(agent, now, expected, random))
            for agent in crew
        ),
        beside=tuple(chain.from_iterable(_beside(agent, expected, begin, random) for agent in crew)),
        greeting=expected.greeting,
    )


def _free(agent: PresentAgent) -> PresentAgent:
    """Somebody who opts in, or ends a pause, and then does what they did without."""
    state = AgentState.READY if agent.state is AgentState.PAUSED else agent.state
    return agent._replace(is_opted_out=False, state=state)


def _talks_on(agent: PresentAgent, now: PresentQueue, expected: Expected, random: Random) -> float:
    match agent.state:
        case AgentState.TALKING:
            return draw_end(expected.talk, agent.passed, random) - agent.passed
        case AgentState.WRAP_UP if agent.left is not None:
            return max(agent.left - now.queue.wrap_up.total_seconds(), 0.0)
        case _:
            return 0.0


def _beside(
    agent: PresentAgent, expected: Expected, begin: float, random: Random
) -> Iterator[tuple[float, Event]]:
    """What else is known of an agent: nobody else ends it for them."""
    if agent.presence is not Presence.AVAILABLE:
        yield 0.0, PresenceChanged(agent.agent_id, agent.presence)
    if agent.has_other_call:
        yield 0.0, OtherCallsChanged(agent.agent_id, 1)
        yield begin + expected.talk.draw(random), OtherCallsChanged(agent.agent_id, 0)
    if agent.state is not AgentState.TALKING:
        yield begin + (agent.left or 0.0), ResumeRequested(agent.agent_id)
