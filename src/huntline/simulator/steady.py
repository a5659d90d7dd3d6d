"""A queue as it is in the long run: the same rate, the same agents, all the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice

from huntline.directory.engine_plan import engine_settings_of
from huntline.directory.index import OrganizationIndex
from huntline.directory.organization import Organization, QueueSettings
from huntline.engine.model import AgentSettings, CallQueue
from huntline.simulator.callers import Habits, at_a_rate
from huntline.simulator.durations import chance
from huntline.simulator.figures import Batch
from huntline.simulator.simulation import ORGANIZATION, Scenario, Simulation

BATCHES = 20
"""Enough to say how sure the figures are, and few enough that each is long (Schmeiser, 1982)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """So many calls an hour, whose callers are like this."""

    an_hour: float
    habits: Habits


def alone(settings: QueueSettings) -> CallQueue:
    """A queue as its owner set it, without agents and without the rest of its organization: whoever leaves it
    for somewhere else has left."""
    organization = Organization(name=ORGANIZATION, domains=(settings.domain,), queues=(settings,))
    queues, _ = engine_settings_of(OrganizationIndex(organization))
    return replace(queues[0], agents=())


def with_agents(queue: CallQueue, count: int) -> tuple[CallQueue, tuple[AgentSettings, ...]]:
    """A queue that so many agents serve who do nothing else."""
    names = tuple(f"agent{number}" for number in range(1, count + 1))
    people = tuple(AgentSettings(agent_id=name, organization_id=ORGANIZATION, name=name) for name in names)
    return replace(queue, organization_id=ORGANIZATION, agents=names), people


def batches_of(
    scenario: Scenario,
    traffic: Traffic,
    *,
    calls: int,
    in_time: float,
    seed: int,
    batches: int = BATCHES,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[Batch]:
    """About so many calls of the first queue, after as many as a batch has that do not count: the line is
    empty at the beginning, as it is not in the long run. ``progress`` is told how many calls have ended."""
    random = chance(seed)
    size = max(calls // batches, 1)
    callers = at_a_rate(
        scenario.queues[0].queue_id, traffic.an_hour / 3600, traffic.habits, chance(random.getrandbits(64))
    )
    began, batch = scenario.start, Batch(in_time)
    ended_calls = islice(Simulation(scenario, callers, random).calls(), size * (batches + 1))
    for done, call in enumerate(ended_calls, start=1):
        batch.add(call)
        if done % size:
            continue
        ended = call.record.ended_at
        batch.staffed = len(scenario.agents) * ((ended - began) / timedelta(seconds=1))
        if done > size:
            yield batch
        began, batch = ended, Batch(in_time)
        progress(done)
