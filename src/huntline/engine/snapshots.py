"""The floor as plain data."""

from __future__ import annotations

from huntline.engine.distribution import in_turn
from huntline.engine.eligibility import state_of, state_reason
from huntline.engine.floor import Floor
from huntline.engine.model import (
    AgentSettings,
    AgentStatus,
    CallStatus,
    Distribution,
    QueueStatus,
    Snapshot,
)
from huntline.engine.state import Agent, CallState, QueuedCall, WaitingLine


def take(floor: Floor) -> Snapshot:
    """Everything at this moment; nothing in it changes later."""
    positions = {
        call.call_id: position
        for line in floor.lines.values()
        for position, call in enumerate(line.calls, start=1)
    }
    return Snapshot(
        floor.now,
        tuple(_queue(line) for line in floor.lines.values()),
        tuple(status for agent in floor.agents.values() if (status := _agent(agent))),
        tuple(_call(call, positions.get(call.call_id)) for call in floor.calls.values()),
    )


def _queue(line: WaitingLine) -> QueueStatus:
    if line.next_agents is None:
        line.next_agents = in_turn(line)
    return QueueStatus(
        queue_id=line.settings.queue_id,
        organization_id=line.settings.organization_id,
        name=line.settings.name,
        waiting=len(line.calls),
        longest_waiting_since=line.calls[0].place[0] if line.calls else None,
        talking=line.talking,
        next_agents=line.next_agents,
        takes_turns=line.settings.distribution is not Distribution.ATTENDANT,
    )


def _agent(agent: Agent) -> AgentStatus | None:
    if agent.settings is None:
        return None
    if agent.status is None:
        agent.status = status_of(agent, agent.settings)
    return agent.status


def status_of(agent: Agent, settings: AgentSettings) -> AgentStatus:
    """An agent at this moment."""
    return AgentStatus(
        agent_id=agent.agent_id,
        organization_id=settings.organization_id,
        name=settings.name,
        state=state_of(agent),
        reason=state_reason(agent),
        presence=agent.presence,
        since=agent.state_since,
        until=agent.wrap_up_until,
        call_id=agent.ring.call.call_id if agent.ring else None,
        opted_out=tuple(sorted(agent.opted_out)),
    )


def _call(call: QueuedCall, position: int | None) -> CallStatus:
    is_alerting = call.state is CallState.WAITING and call.rings
    return CallStatus(
        call_id=call.call_id,
        organization_id=call.line.settings.organization_id,
        queue_id=call.line.settings.queue_id,
        caller=call.caller,
        state="alerting" if is_alerting else str(call.state),
        arrived_at=call.arrived_at,
        waiting_since=call.place[0] if position else call.waiting_since,
        position=position,
        agent_id=call.ring.agent.agent_id if call.ring else None,
        ringing=tuple(call.rings),
    )
