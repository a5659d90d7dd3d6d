"""Which of the agents who may be rung are rung for a call: one function for each distribution method."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from huntline.engine.model import CallsAlerting, Distribution
from huntline.engine.reasons import Cause, Reason
from huntline.engine.state import Agent, QueuedCall, WaitingLine

Candidates = dict[str, Agent]
Method = Callable[[WaitingLine, Candidates], list[Agent]]
Turn = Callable[[Agent], Any]

_IDLE_SINCE = attrgetter("idle_since")
_MOST_IN_TURN = 20
_MOST_AT_ONCE = 200


def choose(call: QueuedCall) -> list[Agent]:
    """Whom to ring for this call now, in order; may be nobody.

    An agent who lost the race for the last call comes first (rules section 3.7). In a rotation an agent
    who did not answer or declined is passed over until the others had their turn, then the round begins
    again.
    """
    line = call.line
    method = line.settings.distribution
    candidates = _candidates(call)
    if not candidates and call.skipped and not call.rings:
        call.skipped.clear()
        candidates = _candidates(call)
    if not candidates:
        return []
    if not line.favoured:
        return METHODS[method](line, candidates)
    favoured, others = _divided(line, candidates)
    chosen = METHODS[method](line, favoured) if favoured else []
    if chosen and method is not Distribution.ATTENDANT:
        return chosen
    return chosen + (METHODS[method](line, others) if others else [])


def attendant(line: WaitingLine, candidates: Candidates) -> list[Agent]:
    """All at once, in the order of the list."""
    return [candidates[agent_id] for agent_id in sorted(candidates, key=line.positions.__getitem__)]


def serial(line: WaitingLine, candidates: Candidates) -> list[Agent]:
    """The first of the list."""
    return [next(candidates[agent_id] for agent_id in line.positions if agent_id in candidates)]


def round_robin(line: WaitingLine, candidates: Candidates) -> list[Agent]:
    """The first after the one rung last, in a circle."""
    order, start = tuple(line.positions), line.last_position + 1
    circle = order[start:] + order[:start]
    return [next(candidates[agent_id] for agent_id in circle if agent_id in candidates)]


def longest_idle(line: WaitingLine, candidates: Candidates) -> list[Agent]:
    """The one free for the longest time; the list decides between equals."""
    longest = min(map(_IDLE_SINCE, candidates.values()))
    equals = [agent_id for agent_id, agent in candidates.items() if agent.idle_since == longest]
    return [candidates[min(equals, key=line.positions.__getitem__)]]


METHODS: dict[Distribution, Method] = {
    Distribution.ATTENDANT: attendant,
    Distribution.SERIAL: serial,
    Distribution.ROUND_ROBIN: round_robin,
    Distribution.LONGEST_IDLE: longest_idle,
}

REASONS = {
    Distribution.ATTENDANT: Cause.ALL_AVAILABLE,
    Distribution.SERIAL: Cause.FIRST_OF_LIST,
    Distribution.ROUND_ROBIN: Cause.NEXT_AFTER_LAST,
    Distribution.LONGEST_IDLE: Cause.LONGEST_IDLE,
}


def in_turn(line: WaitingLine) -> tuple[str, ...]:
    """The agents who may be rung this moment, in the order in which the next call would ring them one by
    one, or all at once by the attendant method; only so many of them that it is worth telling."""
    most = _MOST_AT_ONCE if line.settings.distribution is Distribution.ATTENDANT else _MOST_IN_TURN
    if not line.free:
        return ()
    key = TURNS[line.settings.distribution](line)
    order = sorted(line.free.values(), key=lambda agent: (agent.agent_id not in line.favoured, key(agent)))
    return tuple(agent.agent_id for agent in order[:most])


def _by_position(line: WaitingLine) -> Turn:
    return lambda agent: line.positions[agent.agent_id]


def _by_circle(line: WaitingLine) -> Turn:
    start, size = line.last_position + 1, len(line.positions)
    return lambda agent: (line.positions[agent.agent_id] - start) % size


def _by_idleness(line: WaitingLine) -> Turn:
    return lambda agent: (agent.idle_since, line.positions[agent.agent_id])


TURNS: dict[Distribution, Callable[[WaitingLine], Turn]] = {
    Distribution.ATTENDANT: _by_position,
    Distribution.SERIAL: _by_position,
    Distribution.ROUND_ROBIN: _by_circle,
    Distribution.LONGEST_IDLE: _by_idleness,
}


def reason(line: WaitingLine, agent: Agent) -> Reason:
    """Why this agent was chosen."""
    if agent.agent_id in line.favoured:
        return Cause.LOST_THE_RACE
    return REASONS[line.settings.distribution]


def turns(line: WaitingLine) -> list[QueuedCall]:
    """The calls of a line that may alert agents who are not alerted yet, in order."""
    calls = line.calls[:1] if line.settings.alerting is CallsAlerting.ONE else line.calls
    if line.settings.distribution is Distribution.ATTENDANT:
        return calls
    return [call for call in calls if not call.rings]


def _candidates(call: QueuedCall) -> Candidates:
    free = call.line.free
    if not call.skipped and not call.retry_at:
        return free
    return {
        agent_id: agent
        for agent_id, agent in free.items()
        if agent_id not in call.skipped and agent_id not in call.retry_at
    }


def _divided(line: WaitingLine, candidates: Candidates) -> tuple[Candidates, Candidates]:
    favoured, others = Candidates(), Candidates()
    for agent_id, agent in candidates.items():
        (favoured if agent_id in line.favoured else others)[agent_id] = agent
    return favoured, others
