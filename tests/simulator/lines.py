"""A queue to simulate, without what theory does not know."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from huntline.directory.organization import QueueSettings
from huntline.engine.model import CallQueue, CallsAlerting, Distribution
from huntline.simulator.simulation import Scenario
from huntline.simulator.steady import alone, with_agents

A_LONG_TIME = timedelta(days=365)


def line(**settings: Any) -> CallQueue:
    """A queue whose callers wait as long as they like, in the order of rules section 2 otherwise."""
    usual = alone(
        QueueSettings(
            name="Line",
            domain="simulated.example",
            distribution=Distribution.LONGEST_IDLE,
            alerting=CallsAlerting.PARALLEL,
            max_waiting=10_000,
        )
    )
    return replace(usual, max_wait=A_LONG_TIME, **settings)


def served_by(agents: int, queue: CallQueue | None = None, **people: Any) -> Scenario:
    """A queue with so many agents."""
    alone_here, crew = with_agents(queue or line(), agents)
    return Scenario(queues=(alone_here,), agents=crew, **people)
