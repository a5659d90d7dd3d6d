"""A caller's way through the queues: in, into the line, out by an exit, on to another queue, and the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from huntline.engine import announcements
from huntline.engine.commands import (
    AnswerCall,
    DecisionKind,
    EndCall,
    ForwardCall,
    PlayExitPrompt,
    PlayGreeting,
    RecordCall,
    RefuseCall,
    ReleaseAgent,
)
from huntline.engine.deadlines import Due
from huntline.engine.floor import Floor
from huntline.engine.model import MAX_TARGETS, Exit, ExitAction, ExitPrompt, Outcome, QueueLeft
from huntline.engine.reasons import (
    AfterExit,
    BackInLine,
    Cause,
    Destination,
    DestinationKind,
    ExitTaken,
    FailedForward,
    HandedTo,
    LeftToTransfer,
    QueueFull,
    Reason,
    RingOutcome,
    StopReason,
    TransferredTo,
    WaitedMaximum,
)
from huntline.engine.state import NO_PLACE, AgentRing, CallState, QueuedCall, WaitingLine
from huntline.engine.waits import MOST_HANDLED

FORWARD_LEASE = timedelta(seconds=240)
"""A forward whose result was lost is given up; longer than any phone network rings."""

PROMPT_LEASE = timedelta(seconds=5)
"""An exit whose prompt should have been over so long ago happens without having heard of its end."""

MENU_TIME = timedelta(minutes=5)
"""How long a caller who has left a queue for a menu keeps the place there (rules section 5)."""

_DECISIONS = {
    Outcome.OVERFLOWED: DecisionKind.OVERFLOW,
    Outcome.NO_AGENTS: DecisionKind.NO_AGENTS,
    Outcome.TIMED_OUT: DecisionKind.TIMEOUT,
}

_PROMPTS = {
    Outcome.OVERFLOWED: ExitPrompt.OVERFLOW,
    Outcome.NO_AGENTS: ExitPrompt.NO_AGENTS,
    Outcome.TIMED_OUT: ExitPrompt.TIMEOUT,
}

_KINDS = {
    "tel": DestinationKind.NUMBER,
    "attendant": DestinationKind.ATTENDANT,
    "voicemail": DestinationKind.VOICEMAIL,
}
"""What a target is, by what it begins with as it is written in settings."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A caller leaves a queue without an agent: by which exit, and why."""

    outcome: Outcome
    exit: Exit
    reason: Reason


def on_arrival(line: WaitingLine) -> Leaving | None:
    """The exit of a call that comes in: overflow is counted here and only here (rules section 2)."""
    settings = line.settings
    if len(line.calls) + len(line.greeting) >= settings.max_waiting:
        return Leaving(Outcome.OVERFLOWED, settings.overflow, QueueFull(settings.max_waiting))
    if leaving := when_nobody_serves(line, is_new=True):
        return leaving
    return None if settings.has_greeting else on_waiting(line)


def on_waiting(line: WaitingLine) -> Leaving | None:
    """The exit of a call that would begin to wait."""
    return when_nobody_serves(line, is_new=False) or (None if line.settings.max_wait else timeout(line))


def when_nobody_serves(line: WaitingLine, *, is_new: bool) -> Leaving | None:
    """The exit where no agent is signed in, opted in and not paused."""
    settings = line.settings
    if line.serving or settings.no_agents.action is ExitAction.QUEUE:
        return None
    if settings.no_agents_new_calls_only and not is_new:
        return None
    return Leaving(Outcome.NO_AGENTS, settings.no_agents, Cause.NOBODY_SERVES)


def timeout(line: WaitingLine) -> Leaving:
    """The exit at the maximum wait, which calls of a removed queue take too."""
    settings = line.settings
    if line.is_removed:
        return Leaving(Outcome.TIMED_OUT, settings.timeout, Cause.QUEUE_REMOVED)
    return Leaving(Outcome.TIMED_OUT, settings.timeout, WaitedMaximum(settings.max_wait.total_seconds()))


def enter(floor: Floor, call: QueuedCall, line: WaitingLine | None) -> None:
    """Bring a call into a queue, or through its exits to where it ends up."""
    while line is not None:
        if call.passed >= MAX_TARGETS:
            _go_no_further(floor, call)
            return
        call.line, call.place, call.exits_taken, call.waits_from = line, NO_PLACE, (), None
        call.visited.add(line.settings.queue_id)
        call.has_had_turn = False
        call.skipped.clear()
        call.noted.clear()
        call.told = None
        leaving = on_arrival(line)
        if leaving is None:
            _admit(floor, call)
            return
        line = _follow(floor, call, leaving)


def start_waiting(floor: Floor, call: QueuedCall) -> None:
    """The greeting is over: the wait clock starts, the caller gets a place in line."""
    call.line.greeting.discard(call.call_id)
    call.place = floor.new_place()
    call.waiting_since = call.waiting_since or floor.now
    if call.line.is_removed:
        leave(floor, call, timeout(call.line))
    elif leaving := on_waiting(call.line):
        leave(floor, call, leaving)
    else:
        floor.play_music(call)
        wait(floor, call)


def wait(floor: Floor, call: QueuedCall) -> None:
    """Put the caller into the line, at the place that is theirs."""
    floor.join_line(call)
    announcements.begin(floor, call)


def leave(floor: Floor, call: QueuedCall, leaving: Leaving) -> None:
    """Take an exit, also in the middle of a ring."""
    enter(floor, call, _follow(floor, call, leaving))


def lead_nowhere(floor: Floor, call: QueuedCall, why: Reason) -> None:
    """Where an exit has sent the call, or where it went from there, it cannot be taken."""
    floor.deadlines.clear((Due.FORWARD, call.call_id))
    enter(floor, call, _next(floor, call, why))


def come_from_elsewhere(floor: Floor, call: QueuedCall, line: WaitingLine) -> None:
    """Bring a call that an exit had sent out of the queues into one: at its old place where it left this very
    queue for a menu, and has not been long there."""
    floor.deadlines.clear((Due.FORWARD, call.call_id))
    is_menu = call.state is CallState.FORWARDED and call.left_at is not None
    is_back = is_menu and call.line is line and call.place != NO_PLACE
    if call.passed >= MAX_TARGETS:
        _go_no_further(floor, call)
        return
    if not is_back or floor.now - (call.left_at or floor.now) > MENU_TIME:
        call.visited.clear()
        enter(floor, call, line)
        return
    # Who chose to wait on waits as long again: the deadline has passed already where it was the way out.
    call.waits_from, call.exits_taken = floor.now, ()
    call.talked = timedelta(0)
    floor.note(call, None, DecisionKind.WAITS, BackInLine(Cause.BACK_FROM_A_MENU))
    if leaving := on_waiting(line):
        leave(floor, call, leaving)
    else:
        floor.play_music(call)
        wait(floor, call)


def lend_time(floor: Floor, call: QueuedCall) -> None:
    """Let whoever is rung for the call take a while."""
    floor.deadlines.set((Due.FORWARD, call.call_id), floor.now + FORWARD_LEASE)


def send_away_unserved(floor: Floor) -> None:
    """Let waiting calls leave the changed lines that nobody serves any more."""
    for line in list(floor.changed):
        if line.calls and (leaving := when_nobody_serves(line, is_new=False)):
            for call in list(line.calls):
                leave(floor, call, leaving)


def finish(
    floor: Floor, call: QueuedCall, outcome: Outcome, why: Reason, *, is_caller_gone: bool = False
) -> None:
    """The end of a call, from any state: everything it held is given back."""
    outcome = call.outcome_so_far or outcome
    floor.stop_rings(call, StopReason.CALLER_GONE)
    floor.leave_line(call)
    ring = call.ring
    if ring is not None:
        _let_go(floor, call, ring, why)
    floor.deadlines.clear((Due.FORWARD, call.call_id))
    floor.deadlines.clear((Due.PROMPT, call.call_id))
    floor.deadlines.clear((Due.RETRY, call.call_id))
    is_refusal = not call.is_leg_answered and not is_caller_gone
    floor.commands.append((RefuseCall if is_refusal else EndCall)(call.call_id, outcome))
    floor.change_state(call, CallState.ENDED)
    del floor.calls[call.call_id]
    floor.commands.append(
        RecordCall(
            call.line.settings.organization_id,
            call.call_id,
            call.line.settings.queue_id,
            call.first_queue_id,
            call.caller,
            call.arrived_at,
            call.waiting_since,
            call.answered_at,
            floor.now,
            call.answered_by,
            outcome,
            why,
            call.transferred_from,
        )
    )


def hand_on(floor: Floor, call: QueuedCall, to: Destination) -> None:
    """The caller talks to somebody else now, in a call that is none of this queue's."""
    floor.note(call, call.answered_by, DecisionKind.TRANSFERRED, HandedTo(to))
    why: Reason = TransferredTo(to)
    if call.answered_at is None:
        why = AfterExit(call.exit_reason, why)
    finish(floor, call, Outcome.FAILED, why, is_caller_gone=True)


def await_transfer(floor: Floor, call: QueuedCall, ring: AgentRing, to: Destination) -> None:
    """The agent is free again; the caller waits for the one whom the agent has had rung."""
    floor.note(call, ring.agent.agent_id, DecisionKind.TRANSFERRED, HandedTo(to, is_rung=True))
    _let_go(floor, call, ring, LeftToTransfer(to))
    floor.change_state(call, CallState.TRANSFERRING)
    lend_time(floor, call)


def _go_no_further(floor: Floor, call: QueuedCall) -> None:
    why: Reason = Cause.TOO_MANY_HOPS
    if call.exit_outcome is not None:
        why = AfterExit(call.exit_reason, why)
    _hang_up(floor, call, call.exit_outcome or Outcome.REFUSED, why)


def _admit(floor: Floor, call: QueuedCall) -> None:
    _answer(floor, call)
    if call.line.settings.has_greeting:
        floor.change_state(call, CallState.GREETING)
        call.is_playing_music = False
        call.line.greeting.add(call.call_id)
        floor.commands.append(PlayGreeting(call.call_id, call.line.settings.queue_id))
    else:
        start_waiting(floor, call)


def _answer(floor: Floor, call: QueuedCall) -> None:
    if not call.is_leg_answered:
        call.is_leg_answered = True
        floor.commands.append(AnswerCall(call.call_id))


def _follow(floor: Floor, call: QueuedCall, leaving: Leaving) -> WaitingLine | None:
    """Go where an exit leads; returns the queue to enter next, if it is one."""
    floor.stop_rings(call, StopReason.CALL_MOVED)
    floor.leave_line(call)
    call.exit_outcome, call.exit_reason = leaving.outcome, leaving.reason
    call.left += (QueueLeft(call.line.settings.queue_id, leaving.outcome),)
    call.left_at, call.passed = floor.now, call.passed + 1
    return _take(floor, call, leaving, _DECISIONS[leaving.outcome])


def _take(floor: Floor, call: QueuedCall, leaving: Leaving, decision: DecisionKind) -> WaitingLine | None:
    """Go where an exit leads, for a caller who is not in the line any more."""
    call.exits_taken += (leaving.outcome,)
    taken = ExitTaken(leaving.reason, _destination(floor, leaving.exit))
    floor.note(call, None, decision, taken)
    if leaving.exit.prompt is None:
        return _go(floor, call, leaving.exit)
    call.exit_ahead = leaving.exit
    _say(floor, call, _PROMPTS[leaving.outcome], leaving.exit.prompt)
    return None


def prompt_over(floor: Floor, call: QueuedCall) -> None:
    """The caller has heard what there was to say: now the exit happens, or the end."""
    floor.deadlines.clear((Due.PROMPT, call.call_id))
    destination, call.exit_ahead = call.exit_ahead, None
    if destination is None:
        finish(floor, call, call.exit_outcome or Outcome.FAILED, call.end_ahead or call.exit_reason)
    elif destination.action is ExitAction.FORWARD:
        floor.play_music(call)  # until somebody else is heard
        enter(floor, call, _go(floor, call, destination))
    else:
        finish(floor, call, call.exits_taken[-1], call.exit_reason)


def _say(floor: Floor, call: QueuedCall, prompt: ExitPrompt, length: timedelta) -> None:
    _answer(floor, call)
    call.is_playing_music = False
    floor.change_state(call, CallState.LEAVING)
    floor.deadlines.set((Due.PROMPT, call.call_id), floor.now + length + PROMPT_LEASE)
    floor.commands.append(PlayExitPrompt(call.call_id, call.line.settings.queue_id, prompt))


def _hang_up(floor: Floor, call: QueuedCall, outcome: Outcome, why: Reason) -> None:
    """The end of a call that goes nowhere: busy, or a goodbye to whoever is answered (rules section 5)."""
    goodbye = call.line.settings.goodbye
    if call.is_leg_answered and goodbye is not None:
        call.end_ahead = why
        _say(floor, call, ExitPrompt.DISCONNECT, goodbye)
    else:
        finish(floor, call, outcome, why)


def _go(floor: Floor, call: QueuedCall, destination: Exit) -> WaitingLine | None:
    """Go where an exit leads, once its prompt was heard; returns the queue to enter next, if it is one."""
    if destination.action is ExitAction.FORWARD and destination.queue_id is not None:
        next_line = floor.lines.get(destination.queue_id)
        if next_line is not None and destination.queue_id not in call.visited:
            return next_line
        why = Cause.WENT_IN_A_CIRCLE if next_line is not None else Cause.FORWARDED_TO_NOTHING
        return _next(floor, call, why)
    if destination.action is ExitAction.FORWARD and destination.target is not None:
        floor.change_state(call, CallState.FORWARDING)
        lend_time(floor, call)
        left, call.left, call.is_playing_music = call.left, (), False
        floor.commands.append(ForwardCall(call.call_id, destination.target, left))
    else:
        _hang_up(floor, call, call.exits_taken[-1], call.exit_reason)
    return None


def _next(floor: Floor, call: QueuedCall, why: Reason) -> WaitingLine | None:
    """Take the exit after the last one that led nowhere, of those of the queue that lead anywhere, or end."""
    leaving = None if why == FailedForward(Cause.TOO_MANY_HOPS) else _exit_after(call, why)
    if leaving is not None:
        return _take(floor, call, leaving, DecisionKind.SENT_ON)
    _hang_up(floor, call, call.exit_outcome or Outcome.FAILED, AfterExit(call.exit_reason, why))
    return None


def _exit_after(call: QueuedCall, why: Reason) -> Leaving | None:
    settings = call.line.settings
    exits = {
        Outcome.OVERFLOWED: settings.overflow,
        Outcome.TIMED_OUT: settings.timeout,
        Outcome.NO_AGENTS: settings.no_agents,
    }
    in_order = list(exits)
    start = 1 + in_order.index(call.exits_taken[-1]) if call.exits_taken else 0
    for outcome in (*in_order[start:], *in_order[:start]):
        if outcome not in call.exits_taken and exits[outcome].action is ExitAction.FORWARD:
            return Leaving(outcome, exits[outcome], why)
    return None


def _destination(floor: Floor, destination: Exit) -> Destination | None:
    if destination.action is not ExitAction.FORWARD:
        return None
    if destination.target is not None:
        scheme, _, name = destination.target.partition(":")
        kind = _KINDS.get(scheme, DestinationKind.PERSON)
        is_address = kind in (DestinationKind.NUMBER, DestinationKind.PERSON)
        return Destination(kind, destination.target if is_address else name)
    line = floor.lines.get(destination.queue_id or "")
    return Destination(DestinationKind.QUEUE, line.settings.name if line else destination.queue_id or "")


def _let_go(floor: Floor, call: QueuedCall, ring: AgentRing, why: Reason) -> None:
    """The agent who answered is free again, after wrap-up if there was a conversation."""
    if call.state is not CallState.TALKING:
        floor.deadlines.clear((Due.BRIDGE, call.call_id))
        floor.commands.append(ReleaseAgent(ring.ring_id, StopReason.CALLER_GONE))
        floor.end_ring(ring, RingOutcome.RELEASED, why)
        return
    agent, wrap_up = ring.agent, call.line.settings.wrap_up
    call.line.talking -= 1
    _note_handling(floor, ring, wrap_up)
    agent.idle_since = floor.now
    if wrap_up and agent.settings is not None:
        agent.wrap_up_until = floor.now + wrap_up
        floor.deadlines.set((Due.WRAP_UP, agent.agent_id), agent.wrap_up_until)
    floor.end_ring(ring, RingOutcome.ANSWERED, why)


def _note_handling(floor: Floor, ring: AgentRing, wrap_up: timedelta) -> None:
    if ring.answered_at is not None:
        ring.line.handled.append(floor.now - ring.answered_at + wrap_up)
        del ring.line.handled[:-MOST_HANDLED]
