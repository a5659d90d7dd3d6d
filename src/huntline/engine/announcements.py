"""What waiting callers are told, and when: the messages of their queue in turn, their position, their wait.

Each caller has one deadline for it, and hears one thing at a time: what falls due while another is being said
waits its turn, the one that fell due first comes first. A caller who is told nothing costs nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime, timedelta
from math import fsum

from huntline.engine.commands import PlayMessage, TellPlace
from huntline.engine.deadlines import Due
from huntline.engine.floor import Floor, place_of
from huntline.engine.model import CallQueue, Introduction
from huntline.engine.state import QueuedCall, Told, WaitingLine
from huntline.engine.waits import LAST_POSITION, Staff, WaitBand, band_of, estimated_wait

PAUSE = timedelta(seconds=2)
"""There is music at least so long before anything is said: a caller who is answered at once hears nothing,
and in a line that moves fast one announcement does not run into the next."""

_LEASE = timedelta(seconds=15)
"""An announcement whose end was not told is over so long after its time; position and wait take less."""


INTRODUCTION_LEASE = timedelta(seconds=15)
"""What an agent is told before the caller takes less."""


def introduction_of(call: QueuedCall, now: datetime) -> Introduction | None:
    """What the agent who has answered a call is to be told of it."""
    queue = call.line.settings
    if not queue.announce_to_agent:
        return None
    return Introduction(queue.queue_id, now - (call.waiting_since or now))


def begin(floor: Floor, call: QueuedCall) -> None:
    """The caller waits, or waits again: what they were told before still counts."""
    queue, now = call.line.settings, floor.now
    if tells_anything(queue):
        if call.told is None:
            call.told = Told(now, message_due=now + queue.message_interval, place_due=now)
        call.told.quiet_until = now + PAUSE
        _go_on(floor, call, call.told)


def settings_changed(floor: Floor, call: QueuedCall, before: CallQueue) -> None:
    """The queue of a waiting caller has other settings; what is being said is said to its end."""
    told, queue = call.told, call.line.settings
    if told is None:
        begin(floor, call)
        return
    if queue.message_interval != before.message_interval or not _has_messages(before):
        told.message_due = floor.now + queue.message_interval
    told.place_due = min(told.place_due, floor.now + queue.announce_interval)
    told.quiet_until = floor.now + PAUSE  # nothing is said while settings change
    if not told.is_speaking:
        _go_on(floor, call, told)


def finished(floor: Floor, call: QueuedCall) -> None:
    """What was said is over, or could not be said."""
    told = call.told
    if told is not None and told.is_speaking:
        told.is_speaking, told.quiet_until = False, floor.now + PAUSE
        _go_on(floor, call, told)


def due(floor: Floor, call: QueuedCall) -> None:
    """The caller's deadline has come: something is to be said, or nobody has told the end of what was."""
    told = call.told
    if told is None:
        return
    if told.is_speaking:
        finished(floor, call)
    else:
        _go_on(floor, call, told)


def tell_who_moved_up(floor: Floor) -> None:
    """Whoever stands further ahead than they were told is told so, in each line that has changed."""
    for line in floor.changed:
        if _tells_place(line.settings):
            for position, call in enumerate(line.calls[:LAST_POSITION], start=1):
                told = call.told
                if told is not None and told.position is not None and position < told.position:
                    _moved_up(floor, call, told)


def tells_anything(queue: CallQueue) -> bool:
    """Whether a queue tells its callers anything."""
    return _has_messages(queue) or _tells_place(queue)


def _has_messages(queue: CallQueue) -> bool:
    return bool(queue.messages and queue.message_interval)


def _tells_place(queue: CallQueue) -> bool:
    return queue.announce_position or queue.announce_wait


def _moved_up(floor: Floor, call: QueuedCall, told: Told) -> None:
    if told.place_due > floor.now:
        told.place_due = floor.now
        if not told.is_speaking:
            _go_on(floor, call, told)


def _go_on(floor: Floor, call: QueuedCall, told: Told) -> None:
    """Say what is due, or wait until something is."""
    while not told.is_speaking:
        at = _next(call.line.settings, told)
        if at is None:
            floor.deadlines.clear((Due.SAY, call.call_id))
            return
        if at > floor.now:
            floor.deadlines.set((Due.SAY, call.call_id), at)
            return
        _say(floor, call, told)


def _next(queue: CallQueue, told: Told) -> datetime | None:
    dues = [told.message_due] if _has_messages(queue) else []
    if _tells_place(queue):
        dues.append(told.place_due)
    return max(min(dues), told.quiet_until) if dues else None


def _say(floor: Floor, call: QueuedCall, told: Told) -> None:
    queue = call.line.settings
    if _has_messages(queue) and not (_tells_place(queue) and told.place_due <= told.message_due):
        _say_message(floor, call, told)
    else:
        _tell_place(floor, call, told)


def _say_message(floor: Floor, call: QueuedCall, told: Told) -> None:
    queue = call.line.settings
    number = told.next_message % len(queue.messages)  # there may have been more of them before
    told.next_message, told.message_due = number + 1, floor.now + queue.message_interval
    floor.commands.append(PlayMessage(call.call_id, queue.queue_id, number))
    _speak(floor, call, told, queue.messages[number])


def _tell_place(floor: Floor, call: QueuedCall, told: Told) -> None:
    """Position and wait, as far as the queue tells them and they are no worse than what was told before."""
    line, queue = call.line, call.line.settings
    told.place_due = floor.now + queue.announce_interval
    position = 1 + bisect_left(line.calls, call.place, key=place_of)
    wait = _wait_to_tell(floor, call, position) if queue.announce_wait else None
    position = min(position, LAST_POSITION + 1)
    is_worse = told.position is not None and position > told.position
    if not is_worse:
        told.position = position
    place = position if queue.announce_position and not is_worse else None
    if place is not None or wait is not None:
        call.told_wait = wait or call.told_wait
        floor.commands.append(TellPlace(call.call_id, queue.queue_id, place, wait))
        _speak(floor, call, told)


def _wait_to_tell(floor: Floor, call: QueuedCall, position: int) -> WaitBand | None:
    estimate = estimated_wait(position, _staff(floor, call.line), call.line.handled)
    if estimate is None:
        return None
    band = band_of(estimate)
    return band if call.told_wait is None or band.least <= call.told_wait.least else None


def _staff(floor: Floor, line: WaitingLine) -> Staff:
    agents = [floor.agents[agent_id] for agent_id in line.serving]
    rings = [agent.ring for agent in agents]
    return Staff(
        # exact, so that it is the same in whatever order they come
        agents=fsum(1 / sum(bool(other.calls) for other in agent.lines.values()) for agent in agents),
        ready=len(line.free)
        + sum(ring is not None and ring.line is line and ring.answered_at is None for ring in rings),
    )


def _speak(floor: Floor, call: QueuedCall, told: Told, length: timedelta = timedelta(0)) -> None:
    told.is_speaking = True
    floor.deadlines.set((Due.SAY, call.call_id), floor.now + length + _LEASE)
