"""New settings take force at once, also for calls under way."""

from __future__ import annotations

from huntline.engine import exits
from huntline.engine.commands import StopReason
from huntline.engine.deadlines import Due
from huntline.engine.events import SettingsChanged
from huntline.engine.floor import Floor
from huntline.engine.model import AgentSettings, CallQueue
from huntline.engine.state import Agent, Line


def apply(floor: Floor, event: SettingsChanged) -> None:
    """Replace all queues and agents of one organization."""
    agents = _apply_agents(floor, event)
    removed = _remove_lines(floor, event)
    lines = [_apply_queue(floor, queue) for queue in event.queues]
    for line in lines:
        _fill(line, agents)
    for agent in agents:
        agent.lines = {line.settings.queue_id: line for line in lines if agent.agent_id in line.positions}
    for agent in agents:
        _stop_foreign_ring(floor, agent)
        floor.agent_changed(agent)
        floor.forget(agent)
    for line in removed:
        _send_away(floor, line)


def _stop_foreign_ring(floor: Floor, agent: Agent) -> None:
    ring = agent.ring
    if ring is None or ring.answered_at is not None:
        return
    if agent.lines.get(_queue_id(ring.line)) is not ring.line:
        floor.stop_ring(ring, StopReason.SETTINGS_CHANGED, "no longer in this queue")


def _apply_agents(floor: Floor, event: SettingsChanged) -> list[Agent]:
    """All agents of the organization, those just removed included."""
    given = {settings.agent_id: settings for settings in event.agents}
    gone = [
        agent
        for agent in floor.agents.values()
        if agent.settings is not None
        and agent.settings.organization_id == event.organization_id
        and agent.agent_id not in given
    ]
    for agent in gone:
        agent.settings = None
        agent.pause_reason = None
    return [_take_in(floor, settings) for settings in given.values()] + gone


def _take_in(floor: Floor, settings: AgentSettings) -> Agent:
    agent = floor.agent(settings.agent_id)
    if agent.settings is None:
        agent.opted_out = set(settings.opted_out)
        agent.idle_since = floor.now
    agent.settings = settings
    return agent


def _remove_lines(floor: Floor, event: SettingsChanged) -> list[Line]:
    kept = {queue.queue_id for queue in event.queues}
    removed = [
        line
        for queue_id, line in floor.lines.items()
        if line.settings.organization_id == event.organization_id and queue_id not in kept
    ]
    for line in removed:
        line.is_removed = True
        line.positions.clear()
        _clear(line)
        del floor.lines[_queue_id(line)]
    return removed


def _apply_queue(floor: Floor, queue: CallQueue) -> Line:
    line = floor.lines.get(queue.queue_id)
    if line is None:
        line = floor.lines[queue.queue_id] = Line(queue)
        return line
    before, line.settings = line.settings, queue
    if (before.distribution, before.alerting) != (queue.distribution, queue.alerting):
        for call in line.calls:
            floor.stop_rings(call, StopReason.SETTINGS_CHANGED)
            call.skipped.clear()
    if before.max_wait != queue.max_wait:
        for call in line.calls:
            floor.deadlines.set((Due.WAIT, call.call_id), call.place[0] + queue.max_wait)
    floor.change(line)
    return line


def _fill(line: Line, agents: list[Agent]) -> None:
    """Put the agents into the line's order; the rotation goes on after the one rung last."""
    known = {agent.agent_id: agent for agent in agents if agent.settings is not None}
    last = next((name for name, position in line.positions.items() if position == line.last_position), None)
    line.positions = {
        agent_id: position
        for position, agent_id in enumerate(
            agent_id for agent_id in line.settings.agents if agent_id in known
        )
    }
    line.last_position = line.positions.get(last, line.last_position) if last else line.last_position
    _clear(line)
    line.favoured.intersection_update(line.positions)
    if not line.settings.allow_opt_out:
        for agent_id in line.positions:
            known[agent_id].opted_out.discard(_queue_id(line))


def _clear(line: Line) -> None:
    line.free.clear()
    line.obstacles.clear()
    line.serving.clear()


def _send_away(floor: Floor, line: Line) -> None:
    """Calls that wait in a removed queue take its timeout exit (rules section 4, Remove-CsHuntGroup)."""
    for call in [*line.calls, *(floor.calls[call_id] for call_id in sorted(line.greeting))]:
        exits.leave(floor, call, exits.timeout(line))


def _queue_id(line: Line) -> str:
    return line.settings.queue_id
