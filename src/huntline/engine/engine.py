"""The queue engine: events in, commands out. It performs no I/O and reads no clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from huntline.engine import announcements, exits, settings, snapshots
from huntline.engine.announcements import INTRODUCTION_LEASE, introduction_of
from huntline.engine.checkpoint import Checkpoint, floor_of, take
from huntline.engine.commands import (
    BridgeCall,
    Command,
    DecisionKind,
    EndCall,
    RecordCall,
    RefuseCall,
    ReleaseAgent,
)
from huntline.engine.deadlines import Due
from huntline.engine.eligibility import why_not_rung
from huntline.engine.events import (
    AgentAnswered,
    AgentDeclined,
    AgentHungUp,
    AgentReachabilityChanged,
    AnnouncementFinished,
    BridgeFailed,
    CallArrived,
    CallBridged,
    CallerChanged,
    CallerHungUp,
    CallerRenamed,
    CallFailed,
    CallSentToQueue,
    CallStepTaken,
    CallTransferred,
    Event,
    ExitPromptFinished,
    ForwardAnswered,
    ForwardEnded,
    ForwardFailed,
    GreetingFinished,
    OptInRequested,
    OptOutRequested,
    OtherCallsChanged,
    PauseRequested,
    PhoneRenewed,
    PresenceChanged,
    ResumeRequested,
    RingFailed,
    SettingsChanged,
    TransferFailed,
    TransferorLeft,
)
from huntline.engine.floor import BACK_OFF, Floor
from huntline.engine.model import Distribution, Outcome, Presence, Snapshot, Transfer
from huntline.engine.reasons import (
    AfterExit,
    AnsweredAfter,
    BackInLine,
    Cause,
    FailedForward,
    FailedTransfer,
    Hindrance,
    Reason,
    RingOutcome,
    StopReason,
)
from huntline.engine.refusals import AgentNotInQueue, OptOutNotAllowed, UnknownAgent, UnknownQueue
from huntline.engine.state import Agent, AgentRing, CallState, QueuedCall, StateChange, WaitingLine

CONNECTING_LEASE = timedelta(seconds=10)
"""A bridge whose result was lost counts as failed."""

HUMAN_REACTION = timedelta(milliseconds=250)
"""A ring refused faster than this was refused by the phone itself, which would refuse every call like it."""


class Engine:
    """All queues and all agents of a node.

    Same events at same times give same commands. Late, doubled and senseless events are answered calmly;
    only wishes raise, a :class:`~huntline.errors.Refused`, before anything has changed. ``now`` is aware
    and never runs backwards. From a ``checkpoint`` on it is the engine that gave it, which lives no more.
    ``state_changes`` are those of calls in the last step, in order: for the log.
    """

    def __init__(self, checkpoint: Checkpoint | None = None) -> None:
        self._floor = Floor() if checkpoint is None else floor_of(checkpoint)
        self.state_changes: Sequence[StateChange] = ()
        self._handlers: dict[type[Any], Callable[[Any], None]] = {
            CallArrived: self._call_arrived,
            CallSentToQueue: self._call_sent_to_queue,
            CallStepTaken: self._call_step_taken,
            GreetingFinished: self._greeting_finished,
            ExitPromptFinished: self._exit_prompt_finished,
            AnnouncementFinished: self._announcement_finished,
            CallerHungUp: self._caller_hung_up,
            CallFailed: self._call_failed,
            AgentAnswered: self._agent_answered,
            AgentDeclined: self._agent_declined,
            RingFailed: self._ring_failed,
            CallBridged: self._call_bridged,
            BridgeFailed: self._bridge_failed,
            AgentHungUp: self._agent_hung_up,
            CallTransferred: self._call_transferred,
            TransferorLeft: self._transferor_left,
            TransferFailed: self._transfer_failed,
            CallerChanged: self._caller_changed,
            CallerRenamed: self._caller_renamed,
            ForwardAnswered: self._forward_answered,
            ForwardFailed: self._forward_failed,
            ForwardEnded: self._forward_ended,
            AgentReachabilityChanged: self._reachability_changed,
            PhoneRenewed: self._phone_renewed,
            PresenceChanged: self._presence_changed,
            OtherCallsChanged: self._other_calls_changed,
            OptInRequested: self._opt_in,
            OptOutRequested: self._opt_out,
            PauseRequested: self._pause,
            ResumeRequested: self._resume,
            SettingsChanged: self._settings_changed,
        }
        self._due: dict[Due, Callable[[str], None]] = {
            Due.WAIT: self._maximum_wait_reached,
            Due.RING: self._alert_time_reached,
            Due.BRIDGE: self._bridge_lost,
            Due.PROMPT: self._exit_prompt_over,
            Due.FORWARD: self._forward_lost,
            Due.RETRY: self._retry_allowed,
            Due.WRAP_UP: self._wrap_up_over,
            Due.REST: self._rest_over,
            Due.SAY: self._announcement_due,
        }

    # -- the whole interface

    def handle(self, event: Event, now: datetime) -> list[Command]:
        """What to do about an event. Deadlines that have passed by then come first."""
        self._check(event)
        self._expire(now)
        self._handlers[type(event)](event)
        return self._settle()

    def tick(self, now: datetime) -> list[Command]:
        """What to do because time has passed."""
        self._expire(now)
        return self._settle()

    def next_deadline(self) -> datetime | None:
        """When :meth:`tick` is due, unless an event comes before."""
        return self._floor.deadlines.next()

    def snapshot(self, now: datetime) -> Snapshot:
        """Everything as it is, as plain data."""
        self._floor.now = max(now, self._floor.now)
        return snapshots.take(self._floor)

    def checkpoint(self) -> Checkpoint:
        """All that another engine needs to go on from here; shares its objects with this one."""
        return take(self._floor)

    def why_not_rung(self, agent_id: str, queue_id: str) -> Hindrance | None:
        """Why a queue would not ring this agent at the moment; None: it would."""
        agent, line = self._member(agent_id, queue_id)
        return why_not_rung(agent, line)

    # -- each step

    def _expire(self, now: datetime) -> None:
        floor = self._floor
        if now > floor.now:
            floor.now = now
        while (key := floor.deadlines.pop_due(floor.now)) is not None:
            due, name = key
            self._due[due](name)

    def _settle(self) -> list[Command]:
        floor = self._floor
        if floor.changed:
            exits.send_away_unserved(floor)
            announcements.tell_who_moved_up(floor)
            floor.distribute()
        commands, floor.commands = floor.commands, []
        self.state_changes, floor.state_changes = floor.state_changes, []
        return commands

    # -- callers

    def _call_arrived(self, event: CallArrived) -> None:
        floor = self._floor
        if event.call_id in floor.calls:
            return
        line = floor.lines.get(event.queue_id)
        if line is None:
            self._refuse_unknown_queue(event)
            return
        arrived_at = min(event.arrived_at or floor.now, floor.now)
        call = QueuedCall(event.call_id, event.caller, line, event.queue_id, arrived_at)
        call.is_leg_answered, call.passed = event.is_answered, event.passed
        floor.calls[event.call_id] = call
        for step in event.steps:
            floor.note(call, None, DecisionKind.SENT_ON, step)
        if event.transfer is not None:
            self._transferred(call, event.transfer)
        exits.enter(floor, call, line)

    def _refuse_unknown_queue(self, event: CallArrived) -> None:
        now, queue_id = self._floor.now, event.queue_id
        self._floor.commands += [
            (EndCall if event.transfer or event.is_answered else RefuseCall)(event.call_id, Outcome.REFUSED),
            RecordCall(
                event.organization_id,
                event.call_id,
                queue_id,
                queue_id,
                event.caller,
                min(event.arrived_at or now, now),
                None,
                None,
                now,
                None,
                Outcome.REFUSED,
                Cause.QUEUE_UNKNOWN,
                event.transfer.call_id if event.transfer else None,
            ),
        ]

    def _greeting_finished(self, event: GreetingFinished) -> None:
        call = self._call(event.call_id, CallState.GREETING)
        if call is not None:
            exits.start_waiting(self._floor, call)

    def _exit_prompt_finished(self, event: ExitPromptFinished) -> None:
        call = self._call(event.call_id, CallState.LEAVING)
        if call is not None:
            exits.prompt_over(self._floor, call)

    def _announcement_finished(self, event: AnnouncementFinished) -> None:
        call = self._call(event.call_id, CallState.WAITING)
        if call is not None:
            announcements.finished(self._floor, call)

    def _caller_hung_up(self, event: CallerHungUp) -> None:
        call = self._floor.calls.get(event.call_id)
        if call is not None:
            exits.finish(self._floor, call, Outcome.ABANDONED, Cause.CALLER_HUNG_UP, is_caller_gone=True)

    def _call_failed(self, event: CallFailed) -> None:
        call = self._floor.calls.get(event.call_id)
        if call is not None:
            exits.finish(self._floor, call, Outcome.FAILED, event.reason, is_caller_gone=True)

    # -- rings

    def _agent_answered(self, event: AgentAnswered) -> None:
        ring = self._floor.rings.get(event.ring_id)
        if ring is None:
            self._release_late(event.ring_id)
        elif ring.answered_at is None:
            self._connect(ring)

    def _connect(self, ring: AgentRing) -> None:
        floor, call, agent = self._floor, ring.call, ring.agent
        introduction = introduction_of(call, floor.now)
        floor.commands.append(BridgeCall(call.call_id, ring.ring_id, agent.agent_id, introduction))
        ring.answered_at = floor.now
        floor.leave_line(call)
        del call.rings[agent.agent_id]
        floor.deadlines.clear((Due.RING, ring.ring_id))
        call.ring, call.is_playing_music = ring, False
        floor.change_state(call, CallState.CONNECTING)
        lease = CONNECTING_LEASE + (INTRODUCTION_LEASE if introduction else timedelta(0))
        floor.deadlines.set((Due.BRIDGE, call.call_id), floor.now + lease)
        floor.stop_rings(call, StopReason.ANSWERED_ELSEWHERE)
        floor.refresh(agent)

    def _release_late(self, ring_id: str) -> None:
        """An agent answered a ring that is over: who lost a race is rung first for the next call."""
        stopped = self._floor.recall(ring_id)
        reason = stopped.reason if stopped else StopReason.CALLER_GONE
        self._floor.commands.append(ReleaseAgent(ring_id, reason))
        if stopped is not None and reason is StopReason.ANSWERED_ELSEWHERE:
            agent = self._floor.agents.get(stopped.agent_id)
            if agent is not None and agent.ring is None:
                self._floor.favour(agent, is_favoured=True)

    def _agent_declined(self, event: AgentDeclined) -> None:
        ring = self._alerting(event.ring_id)
        if ring is None:
            return
        floor, call, agent = self._floor, ring.call, ring.agent
        if floor.now - ring.started_at < HUMAN_REACTION:
            floor.rest(agent, event.reason)
        else:
            call.retry_at[agent.agent_id] = floor.now + BACK_OFF
            floor.deadlines.set((Due.RETRY, call.call_id), min(call.retry_at.values()))
        call.skipped.add(agent.agent_id)
        floor.end_ring(ring, RingOutcome.DECLINED, event.reason)

    def _ring_failed(self, event: RingFailed) -> None:
        ring = self._alerting(event.ring_id)
        if ring is not None:
            self._floor.rest(ring.agent, event.reason)
            ring.agent.unfit = event.unfit
            ring.call.skipped.add(ring.agent.agent_id)
            self._floor.end_ring(ring, RingOutcome.FAILED, event.reason)

    def _call_bridged(self, event: CallBridged) -> None:
        call = self._call(event.call_id, CallState.CONNECTING)
        if call is None or call.ring is None or call.ring.ring_id != event.ring_id:
            return
        floor = self._floor
        floor.deadlines.clear((Due.BRIDGE, call.call_id))
        floor.change_state(call, CallState.TALKING)
        call.talking_since = call.ring.answered_at
        call.answered_at = call.answered_at or call.talking_since
        call.answered_by = call.ring.agent.agent_id
        call.ring.agent.paths_failed = 0
        call.line.talking += 1
        waited = (floor.now - call.arrived_at).total_seconds()
        reason = AnsweredAfter(round(waited, 1))
        floor.note(call, call.ring.agent.agent_id, DecisionKind.ANSWERED, reason)

    def _bridge_failed(self, event: BridgeFailed) -> None:
        ring = self._connecting(event.ring_id)
        if ring is not None:
            self._path_failed(ring, event.reason)

    def _path_failed(self, ring: AgentRing, why: Reason) -> None:
        self._floor.commands.append(ReleaseAgent(ring.ring_id, StopReason.NO_AUDIO))
        self._floor.path_failed(ring.agent, why)
        self._back_to_line(ring, why)

    def _agent_hung_up(self, event: AgentHungUp) -> None:
        ring = self._floor.rings.get(event.ring_id)
        if ring is None or ring.answered_at is None:
            return
        if ring.call.state is CallState.TALKING:
            exits.finish(self._floor, ring.call, Outcome.ANSWERED, Cause.AGENT_HUNG_UP)
        else:
            self._floor.rest(ring.agent, Cause.AGENT_HUNG_UP_EARLY)
            self._back_to_line(ring, Cause.AGENT_HUNG_UP_EARLY)

    def _back_to_line(self, ring: AgentRing, why: Reason) -> None:
        """The caller keeps the place in line (rules section 3.13)."""
        floor, call = self._floor, ring.call
        floor.deadlines.clear((Due.BRIDGE, call.call_id))
        call.skipped.add(ring.agent.agent_id)
        floor.end_ring(ring, RingOutcome.FAILED, why)
        self._rejoin(call)

    def _rejoin(self, call: QueuedCall) -> None:
        """The caller waits again, at the old place in line."""
        floor = self._floor
        exits.wait(floor, call)
        if call.line.is_removed:
            exits.leave(floor, call, exits.timeout(call.line))
        else:
            floor.play_music(call)
            self._expire(floor.now)  # the maximum wait may be over by now

    # -- transfers

    def _transferred(self, call: QueuedCall, transfer: Transfer) -> None:
        """The caller was handed on into this call, and is connected."""
        call.is_leg_answered, call.transferred_from = True, transfer.call_id
        self._floor.note(call, transfer.by, DecisionKind.TRANSFERRED, transfer.origin)

    def _call_transferred(self, event: CallTransferred) -> None:
        call = self._floor.calls.get(event.call_id)
        if call is not None:
            exits.hand_on(self._floor, call, event.to)

    def _transferor_left(self, event: TransferorLeft) -> None:
        ring = self._floor.rings.get(event.ring_id)
        if ring is not None and ring.call.ring is ring and ring.call.state is CallState.TALKING:
            exits.await_transfer(self._floor, ring.call, ring, event.to)

    def _transfer_failed(self, event: TransferFailed) -> None:
        why = FailedTransfer(event.reason)
        if call := self._call(event.call_id, CallState.TRANSFERRING):
            self._come_back(call, why)
        elif call := self._call(event.call_id, CallState.FORWARDED):
            self._end_forward(call, why)

    def _come_back(self, call: QueuedCall, why: Reason) -> None:
        """Who has been served waits again, at the head: nobody who waits began to wait earlier."""
        floor = self._floor
        floor.deadlines.clear((Due.FORWARD, call.call_id))
        floor.note(call, None, DecisionKind.WAITS, BackInLine(why))
        if call.talking_since is not None:
            call.talked += floor.now - call.talking_since
        self._rejoin(call)

    def _caller_changed(self, event: CallerChanged) -> None:
        call = self._floor.calls.get(event.call_id)
        if call is not None:
            call.caller = event.caller
            self._transferred(call, event.transfer)

    def _caller_renamed(self, event: CallerRenamed) -> None:
        call = self._floor.calls.get(event.call_id)
        if call is not None:
            call.caller = event.caller

    # -- forwards

    def _forward_answered(self, event: ForwardAnswered) -> None:
        call = self._call(event.call_id, CallState.FORWARDING)
        if call is not None:
            self._floor.deadlines.clear((Due.FORWARD, call.call_id))
            self._floor.change_state(call, CallState.FORWARDED)
            call.is_leg_answered = True

    def _forward_failed(self, event: ForwardFailed) -> None:
        if call := self._elsewhere(event.call_id):
            exits.lead_nowhere(self._floor, call, FailedForward(event.reason))

    def _call_sent_to_queue(self, event: CallSentToQueue) -> None:
        floor, call = self._floor, self._elsewhere(event.call_id)
        if call is None:
            return
        call.passed = event.passed
        line = floor.lines.get(event.queue_id)
        if line is None:
            exits.lead_nowhere(floor, call, FailedForward(Cause.FORWARDED_TO_NOTHING))
        else:
            exits.come_from_elsewhere(floor, call, line)
            self._expire(floor.now)

    def _call_step_taken(self, event: CallStepTaken) -> None:
        call = self._floor.calls.get(event.call_id)
        if call is None:
            return
        self._floor.note(call, None, DecisionKind.SENT_ON, event.step)
        if call.state is CallState.FORWARDING:
            exits.lend_time(self._floor, call)

    def _forward_ended(self, event: ForwardEnded) -> None:
        call = self._call(event.call_id, CallState.FORWARDED)
        if call is not None:
            self._end_forward(call, Cause.TARGET_HUNG_UP)

    def _end_forward(self, call: QueuedCall, why: Reason) -> None:
        exits.finish(self._floor, call, call.exit_outcome or Outcome.FAILED, AfterExit(call.exit_reason, why))

    # -- agents, told from outside

    def _reachability_changed(self, event: AgentReachabilityChanged) -> None:
        agent = self._floor.agent(event.agent_id)
        self._ready_from(agent, is_new=event.is_reachable and not agent.is_reachable)
        agent.is_reachable = event.is_reachable
        if event.is_reachable:
            self._floor.end_rest(agent)
        self._changed(agent)

    def _phone_renewed(self, event: PhoneRenewed) -> None:
        agent = self._floor.agent(event.agent_id)
        self._floor.end_rest(agent)
        self._changed(agent)

    def _presence_changed(self, event: PresenceChanged) -> None:
        agent = self._floor.agent(event.agent_id)
        self._ready_from(agent, is_new=agent.presence in (Presence.OFFLINE, Presence.DO_NOT_DISTURB))
        agent.presence = event.presence
        self._changed(agent)

    def _other_calls_changed(self, event: OtherCallsChanged) -> None:
        agent = self._floor.agent(event.agent_id)
        agent.other_calls = max(event.count, 0)
        self._changed(agent)

    def _changed(self, agent: Agent) -> None:
        self._floor.agent_changed(agent)
        self._floor.forget(agent)

    def _ready_from(self, agent: Agent, *, is_new: bool) -> None:
        """Longest idle counts from becoming ready."""
        if is_new:
            agent.idle_since = self._floor.now

    # -- wishes

    def _check(self, event: Event) -> None:
        """Refuse what the rules do not allow."""
        if isinstance(event, OptInRequested | OptOutRequested):
            _, line = self._member(event.agent_id, event.queue_id)
            if isinstance(event, OptOutRequested) and not line.settings.allow_opt_out:
                raise OptOutNotAllowed(line.settings.name)
        elif isinstance(event, PauseRequested | ResumeRequested):
            self._known_agent(event.agent_id)

    def _member(self, agent_id: str, queue_id: str) -> tuple[Agent, WaitingLine]:
        agent = self._known_agent(agent_id)
        line = self._floor.lines.get(queue_id)
        if line is None:
            raise UnknownQueue(queue_id)
        if agent_id not in line.positions:
            raise AgentNotInQueue(agent_id, line.settings.name)
        return agent, line

    def _known_agent(self, agent_id: str) -> Agent:
        agent = self._floor.agents.get(agent_id)
        if agent is None or agent.settings is None:
            raise UnknownAgent(agent_id)
        return agent

    def _opt_in(self, event: OptInRequested) -> None:
        agent = self._known_agent(event.agent_id)
        self._ready_from(agent, is_new=event.queue_id in agent.opted_out)
        agent.opted_out.discard(event.queue_id)
        self._floor.agent_changed(agent)

    def _opt_out(self, event: OptOutRequested) -> None:
        agent = self._known_agent(event.agent_id)
        agent.opted_out.add(event.queue_id)
        self._floor.agent_changed(agent)

    def _pause(self, event: PauseRequested) -> None:
        agent = self._known_agent(event.agent_id)
        agent.pause_reason = event.reason
        self._floor.agent_changed(agent)

    def _resume(self, event: ResumeRequested) -> None:
        agent = self._known_agent(event.agent_id)
        self._ready_from(agent, is_new=agent.pause_reason is not None or agent.wrap_up_until is not None)
        agent.pause_reason = None
        agent.wrap_up_until = agent.unfit = None
        self._floor.deadlines.clear((Due.WRAP_UP, agent.agent_id))
        self._floor.agent_changed(agent)

    def _settings_changed(self, event: SettingsChanged) -> None:
        settings.apply(self._floor, event)
        self._expire(self._floor.now)  # a shorter maximum wait may be over already

    # -- deadlines

    def _maximum_wait_reached(self, call_id: str) -> None:
        call = self._floor.calls[call_id]
        exits.leave(self._floor, call, exits.timeout(call.line))

    def _alert_time_reached(self, ring_id: str) -> None:
        """The next agent's turn; in attendant mode the round ends, and who declined is rung again too."""
        ring = self._floor.rings[ring_id]
        call = ring.call
        if call.line.settings.distribution is Distribution.ATTENDANT:
            call.skipped.clear()
        else:
            call.skipped.add(ring.agent.agent_id)
        self._floor.stop_ring(ring, StopReason.NO_ANSWER)

    def _bridge_lost(self, call_id: str) -> None:
        ring = self._floor.calls[call_id].ring
        if ring is not None:
            self._path_failed(ring, Cause.NO_AUDIO_IN_TIME)

    def _exit_prompt_over(self, call_id: str) -> None:
        exits.prompt_over(self._floor, self._floor.calls[call_id])

    def _forward_lost(self, call_id: str) -> None:
        call = self._floor.calls[call_id]
        if call.state is CallState.TRANSFERRING:
            self._come_back(call, Cause.TRANSFER_WITHOUT_RESULT)
        else:
            self._end_forward(call, Cause.FORWARD_WITHOUT_RESULT)

    def _retry_allowed(self, call_id: str) -> None:
        floor, call = self._floor, self._floor.calls[call_id]
        call.retry_at = {name: at for name, at in call.retry_at.items() if at > floor.now}
        if call.retry_at:
            floor.deadlines.set((Due.RETRY, call_id), min(call.retry_at.values()))
        floor.change(call.line)

    def _wrap_up_over(self, agent_id: str) -> None:
        agent = self._floor.agents[agent_id]
        agent.wrap_up_until, agent.idle_since = None, self._floor.now
        self._floor.agent_changed(agent)

    def _rest_over(self, agent_id: str) -> None:
        agent = self._floor.agents[agent_id]
        agent.rest_until = None
        self._floor.agent_changed(agent)

    def _announcement_due(self, call_id: str) -> None:
        announcements.due(self._floor, self._floor.calls[call_id])

    # -- look-ups

    def _call(self, call_id: str, state: CallState) -> QueuedCall | None:
        """The call, if it is in the state in which the event makes sense."""
        call = self._floor.calls.get(call_id)
        return call if call is not None and call.state is state else None

    def _elsewhere(self, call_id: str) -> QueuedCall | None:
        """The call, if an exit has sent it out of the queues."""
        return self._call(call_id, CallState.FORWARDING) or self._call(call_id, CallState.FORWARDED)

    def _alerting(self, ring_id: str) -> AgentRing | None:
        ring = self._floor.rings.get(ring_id)
        return ring if ring is not None and ring.answered_at is None else None

    def _connecting(self, ring_id: str) -> AgentRing | None:
        ring = self._floor.rings.get(ring_id)
        return (
            ring
            if ring is not None and ring.call.state is CallState.CONNECTING and ring.call.ring is ring
            else None
        )
