"""New settings take force at once, also for calls under way."""

from __future__ import annotations

from collections.abc import Container
from itertools import compress

from huntline.engine import announcements, exits
from huntline.engine.deadlines import Due
from huntline.engine.events import SettingsChanged
from huntline.engine.floor import Floor
from huntline.engine.model import AgentSettings, CallQueue
from huntline.engine.reasons import Cause, StopReason
from huntline.engine.state import Agent, WaitingLine


def apply(floor: Floor, event: SettingsChanged) -> None:
    """Replace all queues and agents of one organization. Only what differs is looked at any closer: a large
    organization changes in small steps, and calls must not wait for one."""
    given = {settings.agent_id: settings for settings in event.agents}
    moved = _apply_agents(floor, event.organization_id, given)
    affected = set(moved)
    removed = _remove_lines(floor, event, affected)
    to_fill = [_apply_queue(floor, queue, moved) for queue in event.queues]
    # All rings that end by this have ended: only now nobody is put back among those they are to leave.
    lines = [floor.lines[queue.queue_id] for queue in event.queues]
    for line in compress(lines, to_fill):
        affected.update(line.positions)
        _fill(floor, line, given)
        affected.update(line.positions)
    present = {agent_id: floor.agents[agent_id] for agent_id in given} | moved
    agents = {agent_id: agent for agent_id, agent in present.items() if agent_id in affected or agent.unfit}
    _link(lines, agents)
    for agent in agents.values():
        agent.unfit = None
        _stop_foreign_ring(floor, agent)
        floor.agent_changed(agent)
        floor.forget(agent)
    for line in removed:
        _send_away(floor, line)


def _link(lines: list[WaitingLine], agents: dict[str, Agent]) -> None:
    for agent in agents.values():
        agent.lines = {}
    for line in lines:
        for agent_id in line.positions.keys() & agents.keys():
            agents[agent_id].lines[_queue_id(line)] = line


def _stop_foreign_ring(floor: Floor, agent: Agent) -> None:
    ring = agent.ring
    if ring is None or ring.answered_at is not None:
        return
    if agent.lines.get(_queue_id(ring.line)) is not ring.line:
        floor.stop_ring(ring, StopReason.SETTINGS_CHANGED, Cause.NOT_IN_QUEUE)


def _apply_agents(floor: Floor, organization_id: str, given: dict[str, AgentSettings]) -> dict[str, Agent]:
    """Those who have become agents of the organization, or are none any more."""
    moved = {
        agent.agent_id: agent
        for agent in floor.agents.values()
        if agent.settings is not None
        and agent.settings.organization_id == organization_id
        and agent.agent_id not in given
    }
    for agent in moved.values():
        agent.settings = None
        agent.pause_reason = None
    for settings in given.values():
        agent = floor.agent(settings.agent_id)
        if agent.settings is None:
            agent.opted_out = set(settings.opted_out)
            agent.idle_since = floor.now
            moved[agent.agent_id] = agent
        agent.settings = settings
    return moved


def _remove_lines(floor: Floor, event: SettingsChanged, affected: set[str]) -> list[WaitingLine]:
    kept = {queue.queue_id for queue in event.queues}
    removed = [
        line
        for queue_id, line in floor.lines.items()
        if line.settings.organization_id == event.organization_id and queue_id not in kept
    ]
    for line in removed:
        affected.update(line.positions)
        line.is_removed = True
        line.positions.clear()
        _clear(line)
        del floor.lines[_queue_id(line)]
    return removed


def _apply_queue(floor: Floor, queue: CallQueue, moved: dict[str, Agent]) -> bool:
    """Put a queue's settings in force; whether its agents are to be put in order anew."""
    line = floor.lines.get(queue.queue_id)
    if line is None:
        floor.lines[queue.queue_id] = WaitingLine(queue)
        return True
    if line.settings != queue:
        _change_queue(floor, line, queue)
        return True
    return not moved.keys().isdisjoint(queue.agents)


def _change_queue(floor: Floor, line: WaitingLine, queue: CallQueue) -> None:
    before, line.settings = line.settings, queue
    if (before.distribution, before.alerting) != (queue.distribution, queue.alerting):
        for call in line.calls:
            floor.stop_rings(call, StopReason.SETTINGS_CHANGED)
            call.skipped.clear()
    if before.max_wait != queue.max_wait:
        for call in line.calls:
            floor.deadlines.set((Due.WAIT, call.call_id), call.waits_until)
    if announcements.tells_anything(before) or announcements.tells_anything(queue):
        for call in line.calls:
            announcements.settings_changed(floor, call, before)
    floor.change(line)


def _fill(floor: Floor, line: WaitingLine, given: Container[str]) -> None:
    """Put the agents into the line's order; the rotation goes on after the one rung last."""
    last = next((name for name, position in line.positions.items() if position == line.last_position), None)
    line.positions = {
        agent_id: position
        for position, agent_id in enumerate(
            agent_id for agent_id in line.settings.agents if agent_id in given
        )
    }
    line.last_position = line.positions.get(last, line.last_position) if last else line.last_position
    _clear(line)
    line.favoured.intersection_update(line.positions)
    if not line.settings.allow_opt_out:
        for agent_id in line.positions:
            floor.agents[agent_id].opted_out.discard(_queue_id(line))


def _clear(line: WaitingLine) -> None:
    line.free.clear()
    line.obstacles.clear()
    line.serving.clear()
    line.next_agents = None


def _send_away(floor: Floor, line: WaitingLine) -> None:
    """Calls that wait in a removed queue take its timeout exit (rules section 4, Remove-CsHuntGroup)."""
    for call in [*line.calls, *(floor.calls[call_id] for call_id in sorted(line.greeting))]:
        exits.leave(floor, call, exits.timeout(line))


def _queue_id(line: WaitingLine) -> str:
    return line.settings.queue_id
