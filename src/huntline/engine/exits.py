"""A caller's way through the queues: in, into the line, out by an exit, on to another queue, and the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from huntline.engine.commands import (
    AnswerCall,
    EndCall,
    ForwardCall,
    PlayGreeting,
    RecordCall,
    RefuseCall,
    ReleaseAgent,
    StopReason,
)
from huntline.engine.deadlines import Due
from huntline.engine.floor import Floor
from huntline.engine.model import Exit, ExitAction, Outcome, QueueLeft
from huntline.engine.state import Call, CallState, Line, Ring

FORWARD_LEASE = timedelta(seconds=240)
"""A forward whose result was lost is given up; longer than any phone network rings."""

_DECISIONS = {
    Outcome.OVERFLOWED: "overflow",
    Outcome.NO_AGENTS: "no agents",
    Outcome.TIMED_OUT: "timeout",
}


@dataclass(frozen=True, slots=True)
class Leaving:
    """A caller leaves a queue without an agent: by which exit, and why."""

    outcome: Outcome
    exit: Exit
    reason: str


def on_arrival(line: Line) -> Leaving | None:
    """The exit of a call that comes in: overflow is counted here and only here (rules section 2)."""
    settings = line.settings
    if len(line.calls) + len(line.greeting) >= settings.max_waiting:
        return Leaving(
            Outcome.OVERFLOWED, settings.overflow, f"{settings.max_waiting} calls wait, the maximum"
        )
    if leaving := when_nobody_serves(line, is_new=True):
        return leaving
    return None if settings.has_greeting else on_waiting(line)


def on_waiting(line: Line) -> Leaving | None:
    """The exit of a call that would begin to wait."""
    return when_nobody_serves(line, is_new=False) or (None if line.settings.max_wait else timeout(line))


def when_nobody_serves(line: Line, *, is_new: bool) -> Leaving | None:
    """The exit where no agent is signed in, opted in and not paused."""
    settings = line.settings
    if line.serving or settings.no_agents.action is ExitAction.QUEUE:
        return None
    if settings.no_agents_new_calls_only and not is_new:
        return None
    return Leaving(Outcome.NO_AGENTS, settings.no_agents, "nobody serves this queue")


def timeout(line: Line) -> Leaving:
    """The exit at the maximum wait, which calls of a removed queue take too."""
    settings = line.settings
    if line.is_removed:
        return Leaving(Outcome.TIMED_OUT, settings.timeout, "the queue was removed")
    seconds = f"{settings.max_wait.total_seconds():g}"
    return Leaving(Outcome.TIMED_OUT, settings.timeout, f"waited {seconds} s, the maximum")


def enter(floor: Floor, call: Call, line: Line | None) -> None:
    """Bring a call into a queue, or through its exits to where it ends up."""
    while line is not None:
        call.line = line
        call.visited.add(line.settings.queue_id)
        call.has_had_turn = False
        call.skipped.clear()
        call.noted.clear()
        leaving = on_arrival(line)
        if leaving is None:
            _admit(floor, call)
            return
        line = _follow(floor, call, leaving)


def start_waiting(floor: Floor, call: Call) -> None:
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
        floor.join_line(call)


def leave(floor: Floor, call: Call, leaving: Leaving) -> None:
    """Take an exit, also in the middle of a ring."""
    enter(floor, call, _follow(floor, call, leaving))


def send_away_unserved(floor: Floor) -> None:
    """Let waiting calls leave the changed lines that nobody serves any more."""
    for line in list(floor.changed):
        if line.calls and (leaving := when_nobody_serves(line, is_new=False)):
            for call in list(line.calls):
                leave(floor, call, leaving)


def finish(floor: Floor, call: Call, outcome: Outcome, why: str, *, is_caller_gone: bool = False) -> None:
    """The end of a call, from any state: everything it held is given back."""
    outcome = call.outcome_so_far or outcome
    floor.stop_rings(call, StopReason.CALLER_GONE)
    floor.leave_line(call)
    ring = call.ring
    if ring is not None:
        _let_go(floor, call, ring, why)
    floor.deadlines.clear((Due.FORWARD, call.call_id))
    floor.deadlines.clear((Due.RETRY, call.call_id))
    is_refusal = not call.is_leg_answered and not is_caller_gone
    floor.commands.append((RefuseCall if is_refusal else EndCall)(call.call_id, outcome))
    del floor.calls[call.call_id]
    floor.commands.append(
        RecordCall(
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


def hand_on(floor: Floor, call: Call, to: str) -> None:
    """The caller talks to somebody else now, in a call that is none of this queue's."""
    floor.note(call, call.answered_by, "transferred", f"to {to}")
    why = f"transferred to {to}"
    if call.answered_at is None:
        why = f"{call.exit_reason}; {why}"
    finish(floor, call, Outcome.FAILED, why, is_caller_gone=True)


def await_transfer(floor: Floor, call: Call, ring: Ring, to: str) -> None:
    """The agent is free again; the caller waits for the one whom the agent has had rung."""
    floor.note(call, ring.agent.agent_id, "transferred", f"to {to}, who is still rung")
    _let_go(floor, call, ring, f"the agent hung up while {to} was rung")
    call.state = CallState.TRANSFERRING
    floor.deadlines.set((Due.FORWARD, call.call_id), floor.now + FORWARD_LEASE)


def _admit(floor: Floor, call: Call) -> None:
    if not call.is_leg_answered:
        call.is_leg_answered = True
        floor.commands.append(AnswerCall(call.call_id))
    if call.line.settings.has_greeting:
        call.state = CallState.GREETING
        call.is_playing_music = False
        call.line.greeting.add(call.call_id)
        floor.commands.append(PlayGreeting(call.call_id, call.line.settings.queue_id))
    else:
        start_waiting(floor, call)


def _follow(floor: Floor, call: Call, leaving: Leaving) -> Line | None:
    """Go where an exit leads; returns the queue to enter next, if it is one."""
    floor.stop_rings(call, StopReason.CALL_MOVED)
    floor.leave_line(call)
    call.exit_outcome, call.exit_reason = leaving.outcome, leaving.reason
    call.left += (QueueLeft(call.line.settings.queue_id, leaving.outcome),)
    destination = leaving.exit
    floor.note(call, None, _DECISIONS[leaving.outcome], f"{leaving.reason}: {_words(floor, destination)}")
    if destination.action is ExitAction.FORWARD and destination.queue_id is not None:
        next_line = floor.lines.get(destination.queue_id)
        if next_line is not None and destination.queue_id not in call.visited:
            return next_line
        why = "went round in a circle" if next_line is not None else "forwarded to a queue that is gone"
        finish(floor, call, leaving.outcome, f"{leaving.reason}; {why}")
    elif destination.action is ExitAction.FORWARD and destination.target is not None:
        call.state = CallState.FORWARDING
        floor.deadlines.set((Due.FORWARD, call.call_id), floor.now + FORWARD_LEASE)
        floor.commands.append(ForwardCall(call.call_id, destination.target, call.left))
    else:
        finish(floor, call, leaving.outcome, leaving.reason)
    return None


def _words(floor: Floor, destination: Exit) -> str:
    if destination.action is not ExitAction.FORWARD:
        return "disconnected"
    line = floor.lines.get(destination.queue_id or "")
    return f"forwarded to {line.settings.name if line else destination.target or destination.queue_id}"


def _let_go(floor: Floor, call: Call, ring: Ring, why: str) -> None:
    """The agent who answered is free again, after wrap-up if there was a conversation."""
    if call.state is not CallState.TALKING:
        floor.deadlines.clear((Due.BRIDGE, call.call_id))
        floor.commands.append(ReleaseAgent(ring.ring_id, StopReason.CALLER_GONE))
        floor.end_ring(ring, "released", why)
        return
    agent, wrap_up = ring.agent, call.line.settings.wrap_up
    call.line.talking -= 1
    agent.idle_since = floor.now
    if wrap_up and agent.settings is not None:
        agent.wrap_up_until = floor.now + wrap_up
        floor.deadlines.set((Due.WRAP_UP, agent.agent_id), agent.wrap_up_until)
    floor.end_ring(ring, "answered", why)
