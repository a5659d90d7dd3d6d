"""The floor: everybody present, and the few steps of which every rule is made."""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from huntline.engine.commands import (
    Command,
    CutAnnouncement,
    DecisionKind,
    PlayMusic,
    RecordDecision,
    RecordRing,
    RingAgent,
    StopRinging,
)
from huntline.engine.deadlines import Deadlines, Due
from huntline.engine.distribution import choose, reason, turns
from huntline.engine.eligibility import state_of, why_absent, why_not_rung, why_stop_ringing
from huntline.engine.model import CallsAlerting, Presence
from huntline.engine.reasons import (
    Cause,
    Count,
    Hindrance,
    NobodyFree,
    Obstacle,
    Reason,
    RingOutcome,
    StopReason,
    obstacle_of,
)
from huntline.engine.state import (
    Agent,
    AgentRing,
    CallState,
    PlaceInLine,
    QueuedCall,
    StateChange,
    WaitingLine,
)

BACK_OFF = timedelta(seconds=5)
LONG_BACK_OFF = timedelta(seconds=60)
_PATHS_TRIED = 2
"""How long an agent is left alone: after a decline by that call, after a failed ring by all."""

_MEMORY = timedelta(seconds=64)
"""How long a stopped ring is remembered: twice the life of a SIP transaction (RFC 3261, 64*T1)."""

_ON_RECORD: frozenset[Hindrance] = frozenset({Cause.ON_QUEUE_CALL, Cause.BEING_RUNG})
"""Told by the rings on record: a row for each such agent with each call would be most of the history."""


@dataclass(frozen=True, slots=True)
class StoppedRing:
    """A ring that is over; its phone may still answer."""

    agent_id: str
    reason: StopReason
    at: datetime


class Floor:
    """Lines, agents, calls, rings and deadlines. Steps append to ``commands`` and mark ``changed`` lines,
    whose calls :meth:`distribute` then offers to agents. ``state_changes`` are the calls' in this step."""

    def __init__(self) -> None:
        self.now = datetime.min.replace(tzinfo=UTC)
        self.commands: list[Command] = []
        self.state_changes: list[StateChange] = []
        self.lines: dict[str, WaitingLine] = {}
        self.agents: dict[str, Agent] = {}
        self.calls: dict[str, QueuedCall] = {}
        self.rings: dict[str, AgentRing] = {}
        self.deadlines = Deadlines()
        self.changed: dict[WaitingLine, None] = {}
        self.stopped: OrderedDict[str, StoppedRing] = OrderedDict()
        self.places = 0

    # -- agents

    def agent(self, agent_id: str) -> Agent:
        """The agent; unknown ones are taken in, for a phone may register before its user is an agent."""
        found = self.agents.get(agent_id)
        if found is None:
            found = Agent(agent_id, idle_since=self.now, state_since=self.now)
            self.agents[agent_id] = found
        return found

    def agent_changed(self, agent: Agent) -> None:
        """Something about the agent is new: stop a ring that may not go on, see who may ring them now."""
        ring = agent.ring
        if ring is not None and ring.answered_at is None and (why := why_stop_ringing(agent, ring.line)):
            self.stop_ring(ring, StopReason.NO_LONGER_ALLOWED, why)
        else:
            self.refresh(agent)

    def refresh(self, agent: Agent) -> None:
        """Bring the agent's standing in each of their lines up to date."""
        for line in agent.lines.values():
            self._refresh_in(line, agent)
        state = state_of(agent)
        if state is not agent.state:
            agent.state, agent.state_since = state, self.now
        agent.status = None

    def _refresh_in(self, line: WaitingLine, agent: Agent) -> None:
        agent_id = agent.agent_id
        line.next_agents = None
        obstacle = why_not_rung(agent, line)
        if obstacle is None:
            if agent_id not in line.free:
                line.free[agent_id] = agent
                line.obstacles.pop(agent_id, None)
                line.serving.add(agent_id)
                self.change(line)
            return
        line.free.pop(agent_id, None)
        if line.obstacles.get(agent_id) == obstacle:
            return
        line.obstacles[agent_id] = obstacle
        if why_absent(agent, line) is None:
            line.serving.add(agent_id)
        else:
            line.serving.discard(agent_id)
            if not line.serving:
                self.change(line)
        if line.calls and line.calls[0].has_had_turn:
            self._note_obstacle(line.calls[0], agent_id, obstacle)

    def rest(self, agent: Agent, why: Reason) -> None:
        """Leave an agent alone for a short while whose phone cannot be rung or connected."""
        self._rest(agent, why, BACK_OFF)

    def path_failed(self, agent: Agent, why: Reason) -> None:
        """Leave an agent alone whose phone answered without an audio path; for longer when that is no chance:
        each try costs the caller seconds, and somebody has to mend the phone first."""
        agent.paths_failed += 1
        if agent.paths_failed < _PATHS_TRIED:
            self.rest(agent, why)
        else:
            self._rest(agent, Cause.NO_AUDIO_TWICE, LONG_BACK_OFF)

    def _rest(self, agent: Agent, why: Reason, time: timedelta) -> None:
        agent.rest_until, agent.rest_reason = self.now + time, why
        self.deadlines.set((Due.REST, agent.agent_id), agent.rest_until)

    def end_rest(self, agent: Agent) -> None:
        """Let the agent's phone be tried again."""
        agent.rest_until, agent.unfit, agent.paths_failed = None, None, 0
        self.deadlines.clear((Due.REST, agent.agent_id))

    # -- rings

    def ring(self, call: QueuedCall, agent: Agent) -> None:
        """Ring an agent's phones for a call."""
        line = call.line
        call.ring_count += 1
        ring = AgentRing(f"{call.call_id}.{call.ring_count}", call, agent, line, self.now)
        why, agent.ring = reason(line, agent), ring
        self.favour(agent, is_favoured=False)
        line.last_position = line.positions[agent.agent_id]
        call.rings[agent.agent_id] = ring
        self.rings[ring.ring_id] = ring
        self.deadlines.set((Due.RING, ring.ring_id), self.now + line.settings.agent_alert_time)
        waited = self.now - (call.waiting_since or self.now)
        queue_id, others = line.settings.queue_id, len(line.calls) - 1
        self.commands.append(
            RingAgent(ring.ring_id, call.call_id, queue_id, agent.agent_id, waited, others, call.left)
        )
        self.note(call, agent.agent_id, DecisionKind.RUNG, why)
        self.refresh(agent)

    def favour(self, agent: Agent, *, is_favoured: bool) -> None:
        """Ring the agent first, or as others, for the next call of any of their queues."""
        for line in agent.lines.values():
            line.next_agents = None
            if is_favoured:
                line.favoured.add(agent.agent_id)
            elif line.favoured:
                line.favoured.discard(agent.agent_id)

    def stop_ring(self, ring: AgentRing, why: StopReason, because: Reason | None = None) -> None:
        """Stop a phone that rings."""
        self.commands.append(StopRinging(ring.ring_id, why))
        self.stopped[ring.ring_id] = StoppedRing(ring.agent.agent_id, why, self.now)
        outcome = RingOutcome.NO_ANSWER if why is StopReason.NO_ANSWER else RingOutcome.STOPPED
        self.end_ring(ring, outcome, because or why)

    def stop_rings(self, call: QueuedCall, why: StopReason) -> None:
        """Stop all phones that ring for a call."""
        for ring in list(call.rings.values()):
            self.stop_ring(ring, why)

    def end_ring(self, ring: AgentRing, outcome: RingOutcome, why: Reason) -> None:
        """A ring, or the conversation it became, is over."""
        call, agent = ring.call, ring.agent
        del self.rings[ring.ring_id]
        if call.ring is ring:
            call.ring = None
        else:
            del call.rings[agent.agent_id]
            self.deadlines.clear((Due.RING, ring.ring_id))
        agent.ring = None
        self.commands.append(
            RecordRing(
                ring.line.settings.organization_id,
                ring.ring_id,
                call.call_id,
                ring.line.settings.queue_id,
                agent.agent_id,
                ring.started_at,
                ring.answered_at,
                self.now,
                outcome,
                why,
            )
        )
        self.change(call.line)
        self.refresh(agent)
        self.forget(agent)

    def forget(self, agent: Agent) -> None:
        """Let go of somebody who is no agent and about whom nothing is known."""
        is_known = agent.is_reachable or agent.other_calls or agent.presence is not Presence.AVAILABLE
        if agent.settings is None and agent.ring is None and not is_known:
            self.end_rest(agent)
            self.deadlines.clear((Due.WRAP_UP, agent.agent_id))
            self.agents.pop(agent.agent_id, None)

    def recall(self, ring_id: str) -> StoppedRing | None:
        """What is remembered of a ring that was stopped not long ago."""
        while self.stopped and next(iter(self.stopped.values())).at < self.now - _MEMORY:
            self.stopped.popitem(last=False)
        return self.stopped.get(ring_id)

    # -- calls

    def change_state(self, call: QueuedCall, state: CallState) -> None:
        """Bring a call to another state: nothing else writes it."""
        if call.state is not state:
            queue_id = call.line.settings.queue_id
            self.state_changes.append(StateChange(call.call_id, queue_id, call.state, state))
            call.state = state

    # -- lines

    def new_place(self) -> PlaceInLine:
        """The last place in any line, for a call that begins to wait now."""
        self.places += 1
        return self.now, self.places

    def join_line(self, call: QueuedCall) -> None:
        """Put a call into its line at its own place, which for one that comes back may be the head."""
        self.change_state(call, CallState.WAITING)
        line = call.line
        insort(line.calls, call, key=place_of)
        if line.settings.alerting is CallsAlerting.ONE and line.calls[0] is call:
            for later in line.calls[1:]:  # the head alone alerts (rules section 3.2)
                self.stop_rings(later, StopReason.EARLIER_CALL)
        self.deadlines.set((Due.WAIT, call.call_id), call.waits_until)
        self.change(line)

    def leave_line(self, call: QueuedCall) -> None:
        """Take a call out of its line, or out of its greeting."""
        line = call.line
        line.greeting.discard(call.call_id)
        if call.state is CallState.WAITING:
            index = bisect_left(line.calls, call.place, key=place_of)
            if index < len(line.calls) and line.calls[index] is call:
                del line.calls[index]
            self.deadlines.clear((Due.WAIT, call.call_id))
            self._fall_silent(call)
        self.change(line)

    def _fall_silent(self, call: QueuedCall) -> None:
        """Whoever leaves the line is told nothing more."""
        if call.told is not None:
            self.deadlines.clear((Due.SAY, call.call_id))
            if call.told.is_speaking:
                call.told.is_speaking = False
                self.commands.append(CutAnnouncement(call.call_id))

    def change(self, line: WaitingLine) -> None:
        """Have the line's calls offered to agents before the step ends."""
        if line.calls:
            self.changed[line] = None

    def play_music(self, call: QueuedCall) -> None:
        """Music for a waiting caller; one who hears the same already keeps hearing it."""
        # Nobody knows what a queue played that was removed while its caller heard the prompt of an exit.
        music = None if call.line.is_removed else call.line.settings.music
        if not (call.is_playing_music and music is not None and call.music == music):
            self.commands.append(PlayMusic(call.call_id, call.line.settings.queue_id))
        call.music, call.is_playing_music = music, True

    def distribute(self) -> None:
        """Offer the calls of the changed lines to free agents, the longest wait first."""
        if not self.changed:
            return
        lines = [line for line in self.changed if line.calls]
        self.changed.clear()
        ready = [line for line in lines if line.free]
        for call in _in_order(ready):
            if call.line.free:
                self._offer(call)
            elif not any(line.free for line in ready):
                break
        for line in lines:
            self._take_turn(line.calls[0])

    def _offer(self, call: QueuedCall) -> None:
        chosen = choose(call)
        for agent in chosen:
            self.ring(call, agent)
        if chosen:
            self._take_turn(call)

    # -- reasons

    def note(self, call: QueuedCall, agent_id: str | None, decision: DecisionKind, why: Reason) -> None:
        """Record a decision, unless the same was recorded for this call before."""
        key = (agent_id, decision, why)
        if key not in call.noted:
            call.noted.add(key)
            call.decision_count += 1
            queue = call.line.settings
            self.commands.append(
                RecordDecision(
                    queue.organization_id,
                    call.call_id,
                    queue.queue_id,
                    agent_id,
                    self.now,
                    decision,
                    why,
                    call.decision_count,
                )
            )

    def _take_turn(self, call: QueuedCall) -> None:
        if call.has_had_turn:
            return
        call.has_had_turn = True
        line = call.line
        counts = Counter(line.obstacles.values())
        if not counts.keys() <= _ON_RECORD:
            for agent_id, obstacle in line.obstacles.items():
                self._note_obstacle(call, agent_id, obstacle)
        if not line.free and not call.rings:
            self.note(call, None, DecisionKind.WAITS, _nobody_free(counts))

    def _note_obstacle(self, call: QueuedCall, agent_id: str, obstacle: Hindrance) -> None:
        if obstacle not in _ON_RECORD:
            self.note(call, agent_id, DecisionKind.NOT_RUNG, obstacle)


def place_of(call: QueuedCall) -> PlaceInLine:
    """What the calls of a line are in order by."""
    return call.place


def _in_order(lines: list[WaitingLine]) -> Iterable[QueuedCall]:
    if len(lines) == 1:
        return turns(lines[0])
    return heapq.merge(*(turns(line) for line in lines), key=place_of)


def _nobody_free(obstacles: Counter[Hindrance]) -> Reason:
    counts: Counter[Obstacle] = Counter()
    for obstacle, count in obstacles.items():
        counts[obstacle_of(obstacle)] += count
    if not counts:
        return Cause.QUEUE_WITHOUT_AGENTS
    return NobodyFree(tuple(Count(obstacle, count) for obstacle, count in counts.items()))
