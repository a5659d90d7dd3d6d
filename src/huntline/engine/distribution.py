"""Which of the agents who may be rung are rung for a call: one function for each distribution method."""

from __future__ import annotations

from collections.abc import Callable, Collection

from huntline.engine.model import Alerting, Distribution
from huntline.engine.state import Agent, Call, Line

Method = Callable[[Line, Collection[Agent]], list[Agent]]


def choose(call: Call) -> list[Agent]:
    """Whom to ring for this call now, in order; may be nobody.

    An agent who lost the race for the last call comes first (rules section 3.7). In a rotation an agent
    who did not answer or declined is passed over until the others had their turn, then the round begins
    again.
    """
    line = call.line
    is_attendant = line.settings.distribution is Distribution.ATTENDANT
    if call.rings and not is_attendant:
        return []
    candidates = _candidates(call)
    if not candidates and call.skipped and not call.rings:
        call.skipped.clear()
        candidates = _candidates(call)
    return METHODS[line.settings.distribution](line, candidates) if candidates else []


def attendant(line: Line, candidates: Collection[Agent]) -> list[Agent]:
    """All at once."""
    positions = line.positions
    return sorted(candidates, key=lambda agent: (not agent.is_next, positions[agent.agent_id]))


def serial(line: Line, candidates: Collection[Agent]) -> list[Agent]:
    """The first of the list."""
    positions = line.positions
    return [min(candidates, key=lambda agent: (not agent.is_next, positions[agent.agent_id]))]


def round_robin(line: Line, candidates: Collection[Agent]) -> list[Agent]:
    """The first after the one rung last, in a circle."""
    positions, size = line.positions, len(line.positions)
    start = line.last_position + 1
    return [
        min(candidates, key=lambda agent: (not agent.is_next, (positions[agent.agent_id] - start) % size))
    ]


def longest_idle(line: Line, candidates: Collection[Agent]) -> list[Agent]:
    """The one free for the longest time; the list decides between equals."""
    positions = line.positions
    return [
        min(
            candidates,
            key=lambda agent: (not agent.is_next, agent.idle_since, positions[agent.agent_id]),
        )
    ]


METHODS: dict[Distribution, Method] = {
    Distribution.ATTENDANT: attendant,
    Distribution.SERIAL: serial,
    Distribution.ROUND_ROBIN: round_robin,
    Distribution.LONGEST_IDLE: longest_idle,
}

REASONS = {
    Distribution.ATTENDANT: "all available agents are rung",
    Distribution.SERIAL: "first of the list in this round",
    Distribution.ROUND_ROBIN: "next after the agent rung last",
    Distribution.LONGEST_IDLE: "idle for the longest time",
}


def reason(line: Line, agent: Agent) -> str:
    """Why this agent was chosen, in words."""
    return "lost the race for the last call" if agent.is_next else REASONS[line.settings.distribution]


def _candidates(call: Call) -> Collection[Agent]:
    free = call.line.free
    if not call.skipped and not call.retry_at:
        return free.values()
    return [
        agent
        for agent_id, agent in free.items()
        if agent_id not in call.skipped and agent_id not in call.retry_at
    ]


def turns(line: Line) -> list[Call]:
    """The calls of a line that may alert agents, in order."""
    return line.calls[:1] if line.settings.alerting is Alerting.ONE else line.calls
