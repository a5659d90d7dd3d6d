"""Arrival, greeting, music and the place in line (rules sections 2 and 3.1)."""

from __future__ import annotations

from huntline.engine import events as told
from huntline.engine.commands import (
    AnswerCall,
    EndCall,
    PlayGreeting,
    PlayMusic,
    RingAgent,
    StopRinging,
)
from huntline.engine.model import Outcome
from huntline.engine.reasons import Cause, Count, NobodyFree, Obstacle, StopReason

from .desk import NOON, SERIAL, Desk, asked, queue, rung, seconds


def test_without_a_greeting_waiting_starts_on_arrival() -> None:
    desk = Desk(queue(agents="anna"))
    assert asked(desk.call("c1")) == [
        AnswerCall("c1"),
        PlayMusic("c1", "desk"),
        RingAgent("c1.1", "c1", "desk", "anna"),
    ]


def test_the_greeting_is_played_before_queueing_and_nobody_is_rung_meanwhile() -> None:
    desk = Desk(queue(agents="anna", has_greeting=True))
    assert asked(desk.call("c1")) == [AnswerCall("c1"), PlayGreeting("c1", "desk")]
    assert desk.state("c1") == "greeting"
    assert asked(desk.greeted("c1")) == [PlayMusic("c1", "desk"), RingAgent("c1.1", "c1", "desk", "anna")]


def test_an_agent_may_read_how_long_the_caller_has_waited_and_how_many_others_do() -> None:
    desk = Desk(queue(agents="anna ben", has_greeting=True), away="ben")
    desk.call("c1")
    desk.passes(5)
    (first,) = [each for each in desk.greeted("c1") if isinstance(each, RingAgent)]
    assert (first.waited, first.others_waiting) == (seconds(0), 0)
    desk.call("c2")
    desk.greeted("c2")
    desk.passes(7)
    commands = desk.tell(told.AgentReachabilityChanged("ben", True))
    (second,) = [each for each in commands if isinstance(each, RingAgent)]
    assert (second.call_id, second.waited, second.others_waiting) == ("c1", seconds(7), 1)


def test_the_place_in_line_is_taken_when_the_greeting_ends() -> None:
    desk = Desk(queue(agents="anna", has_greeting=True), away="anna")
    desk.call("c1")
    desk.call("c2")
    desk.passes(5)
    desk.greeted("c2")
    desk.passes(1)
    desk.greeted("c1")
    first, second = desk.status("c2"), desk.status("c1")
    assert first
    assert second
    assert (first.position, first.waiting_since) == (1, NOON + seconds(5))
    assert (second.position, second.waiting_since) == (2, NOON + seconds(6))


def test_callers_are_served_strictly_in_the_order_in_which_they_began_to_wait() -> None:
    desk = Desk(queue(agents="anna", distribution=SERIAL))
    for number in range(20):
        desk.call(f"c{number}")
    served = []
    for _ in range(20):
        desk.talks("anna")
        served.append(desk.agent("anna").call_id)
        desk.ends("anna")
    assert served == [f"c{number}" for number in range(20)]


def test_a_caller_who_hangs_up_during_the_greeting_is_abandoned_without_having_waited() -> None:
    desk = Desk(queue(has_greeting=True))
    desk.call("c1")
    desk.hangs_up("c1")
    assert (desk.end_of("c1").outcome, desk.end_of("c1").waiting_since) == (Outcome.ABANDONED, None)


def test_a_caller_who_hangs_up_stops_every_ring_in_the_same_step_and_the_next_call_rings() -> None:
    desk = Desk(queue(agents="anna ben"))
    desk.call("c1")
    desk.call("c2")
    commands = desk.hangs_up("c1")
    assert asked(commands) == [
        StopRinging("c1.1", StopReason.CALLER_GONE),
        StopRinging("c1.2", StopReason.CALLER_GONE),
        EndCall("c1", Outcome.ABANDONED),
        RingAgent("c2.1", "c2", "desk", "anna"),
        RingAgent("c2.2", "c2", "desk", "ben"),
    ]


def test_the_queue_shows_how_many_wait_and_for_how_long() -> None:
    desk = Desk(queue(agents="anna"))
    for call_id in ("c1", "c2", "c3"):
        desk.call(call_id)
        desk.passes(1)
    desk.talks("anna")
    status = desk.queue()
    assert (status.waiting, status.talking, status.longest_waiting_since) == (2, 1, NOON + seconds(1))


def test_with_nobody_free_callers_wait_and_the_first_is_told_to_history_with_the_reason() -> None:
    desk = Desk(queue(agents="anna ben"), away="ben")
    desk.call("c1")
    desk.talks("anna")
    assert rung(desk.call("c2")) == []
    assert desk.reasons("c2", "waits") == [
        (None, NobodyFree((Count(Obstacle.OFFLINE, 1), Count(Obstacle.ON_QUEUE_CALL, 1))))
    ]
    assert desk.reasons("c2", "not rung") == [("ben", Cause.NO_PHONE)]
