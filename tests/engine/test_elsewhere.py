"""Calls that exits send out of the queues: what follows from how it goes there, and how they come back."""

from __future__ import annotations

from typing import Any

import pytest

from huntline.engine import events as told
from huntline.engine.commands import AnswerCall, EndCall, ForwardCall, PlayMusic, RefuseCall
from huntline.engine.exits import FORWARD_LEASE, MENU_TIME
from huntline.engine.model import CallStatus, Outcome
from huntline.engine.reasons import (
    AfterExit,
    BackInLine,
    Cause,
    Destination,
    DestinationKind,
    ExitTaken,
    FailedForward,
    KeyPressed,
    OnlyText,
    QueueFull,
    SentOn,
    WaitedMaximum,
)

from .desk import NOON, Desk, asked, person, queue, rung, seconds, to_queue, to_target

MENU = "attendant:Main"
BUSY = OnlyText("busy")
STEP = SentOn(Destination(DestinationKind.ATTENDANT, "Main"), KeyPressed("1"), person("Bao"))


def in_menu(desk: Desk) -> Desk:
    """c1 has waited 15 s and is in a menu now."""
    desk.call("c1")
    assert asked(desk.passes(15))[-1] == ForwardCall("c1", MENU)
    desk.tell(told.ForwardAnswered("c1"))
    return desk


def shown(desk: Desk, call_id: str) -> CallStatus:
    status = desk.status(call_id)
    assert status is not None
    return status


def menu_desk(**settings: Any) -> Desk:
    rules: dict[str, Any] = {"max_wait": seconds(15), "timeout": to_target(MENU), "agents": ""} | settings
    return Desk(queue(**rules), queue("night", agents="nina"))


# -- where it cannot be taken


@pytest.mark.parametrize(
    ("exits", "tried"),
    [
        ({"overflow": "tel:+1", "timeout": "tel:+2", "no_agents": "tel:+3"}, ["tel:+1", "tel:+2", "tel:+3"]),
        ({"overflow": "tel:+1", "no_agents": "tel:+3"}, ["tel:+1", "tel:+3"]),
        ({"overflow": "tel:+1"}, ["tel:+1"]),
    ],
)
def test_what_cannot_be_reached_makes_way_for_the_next_exit_of_the_queue(
    exits: dict[str, str], tried: list[str]
) -> None:
    settings: dict[str, Any] = {name: to_target(target) for name, target in exits.items()}
    desk = Desk(queue(max_waiting=0, **settings))
    commands = desk.call("c1")
    for target in tried:
        assert asked(commands) == [ForwardCall("c1", target)]
        commands = desk.tell(told.ForwardFailed("c1", BUSY))
    assert asked(commands) == [RefuseCall("c1", Outcome.OVERFLOWED)]
    assert desk.end_of("c1").reason == AfterExit(QueueFull(0), FailedForward(BUSY))
    assert len(desk.reasons("c1", "overflow")) == 1
    assert [reason for _, reason in desk.reasons("c1", "sent on")] == [
        ExitTaken(FailedForward(BUSY), Destination(DestinationKind.NUMBER, target)) for target in tried[1:]
    ], "the queue is full; that its wait were over is not said"


def test_the_exits_go_round_from_the_one_that_was_taken() -> None:
    desk = Desk(
        queue(max_wait=seconds(15), timeout=to_target("tel:+2"), overflow=to_queue("night"), agents=""),
        queue("night", agents="nina"),
    )
    desk.call("c1")
    desk.passes(15)
    assert rung(desk.tell(told.ForwardFailed("c1", BUSY))) == ["nina"]


def test_who_is_too_far_gone_gets_no_other_exit() -> None:
    desk = Desk(queue(max_waiting=0, overflow=to_target("tel:+1"), timeout=to_target("tel:+2")))
    desk.call("c1")
    assert asked(desk.tell(told.ForwardFailed("c1", Cause.TOO_MANY_HOPS))) == [
        RefuseCall("c1", Outcome.OVERFLOWED)
    ]
    reason = desk.end_of("c1").reason
    assert reason == AfterExit(QueueFull(0), FailedForward(Cause.TOO_MANY_HOPS))


def test_whom_a_menu_leads_to_and_who_is_not_reached_makes_way_for_the_next_exit() -> None:
    desk = in_menu(menu_desk(no_agents=to_queue("night"), no_agents_new_calls_only=False, agents="anna"))
    assert rung(desk.tell(told.ForwardFailed("c1", BUSY))) == ["nina"]


# -- how long


def test_nobody_is_cut_off_in_a_menu() -> None:
    desk = in_menu(menu_desk())
    assert desk.engine.next_deadline() is None
    desk.passes(3600)
    assert desk.state("c1") == "forwarded"


def test_a_chain_of_people_has_time_for_each() -> None:
    desk = Desk(queue(max_waiting=0, overflow=to_target("sip:amal@contoso.com")))
    desk.call("c1")
    desk.passes(FORWARD_LEASE.total_seconds() - 1)
    desk.tell(told.CallStepTaken("c1", STEP))
    assert desk.engine.next_deadline() == desk.now + FORWARD_LEASE
    assert desk.reasons("c1", "sent on") == [(None, STEP)]


# -- back to a queue


def test_who_left_for_a_menu_comes_back_to_the_old_place_and_waits_on() -> None:
    desk = menu_desk()
    in_menu(desk)
    desk.passes(1)
    desk.call("c2")
    desk.passes(5)
    assert asked(desk.tell(told.CallSentToQueue("c1", "desk", 2))) == [PlayMusic("c1", "desk")]
    assert [shown(desk, call_id).position for call_id in ("c1", "c2")] == [1, 2]
    assert shown(desk, "c1").arrived_at == NOON
    assert desk.reasons("c1", "waits")[-1] == (None, BackInLine(Cause.BACK_FROM_A_MENU))
    desk.passes(14)
    assert desk.state("c1") == "waiting", "who chose to wait on waits as long again"
    desk.passes(1)
    assert desk.state("c1") == "forwarding"


def test_after_five_minutes_the_place_is_lost() -> None:
    desk = menu_desk(max_wait=seconds(600))
    desk.call("c1")
    desk.passes(600)
    desk.tell(told.ForwardAnswered("c1"))
    desk.passes(MENU_TIME.total_seconds())
    desk.call("c2")
    desk.passes(1)
    desk.tell(told.CallSentToQueue("c1", "desk", 2))
    assert [shown(desk, call_id).position for call_id in ("c1", "c2")] == [2, 1]


def test_another_queue_is_a_new_wait_in_the_same_call() -> None:
    desk = in_menu(menu_desk())
    assert rung(desk.tell(told.CallSentToQueue("c1", "night", 2))) == ["nina"]
    desk.answers("nina")
    desk.bridged("nina")
    desk.hangs_up("c1")
    record = desk.end_of("c1")
    assert (record.first_queue_id, record.queue_id, record.arrived_at) == ("desk", "night", NOON)
    assert record.outcome is Outcome.ANSWERED


def test_a_queue_that_is_gone_is_nowhere_to_send_a_call() -> None:
    desk = in_menu(menu_desk())
    assert asked(desk.tell(told.CallSentToQueue("c1", "gone", 2))) == [EndCall("c1", Outcome.TIMED_OUT)]
    reason = desk.end_of("c1").reason
    assert reason == AfterExit(WaitedMaximum(15), FailedForward(Cause.FORWARDED_TO_NOTHING))


@pytest.mark.parametrize("queue_id", ["desk", "night"])
def test_the_eleventh_target_ends_the_call(queue_id: str) -> None:
    desk = in_menu(menu_desk())
    assert asked(desk.tell(told.CallSentToQueue("c1", queue_id, 10))) == [EndCall("c1", Outcome.TIMED_OUT)]
    assert desk.end_of("c1").reason == AfterExit(WaitedMaximum(15), Cause.TOO_MANY_HOPS)


def test_a_menu_and_a_queue_that_lead_to_each_other_end_at_the_eleventh_target() -> None:
    desk = menu_desk(max_wait=seconds(0))
    desk.call("c1")
    passed = 0
    while desk.state("c1") == "forwarding":
        passed += 2
        desk.tell(told.ForwardAnswered("c1"))
        desk.tell(told.CallSentToQueue("c1", "desk", passed))
    assert passed == 10


# -- a call that was elsewhere first


def test_a_call_that_comes_by_an_attendant_keeps_its_arrival_and_tells_its_way() -> None:
    desk = Desk(queue(agents="nina"))
    event = told.CallArrived(
        "c1",
        "contoso",
        "desk",
        "+1",
        is_answered=True,
        arrived_at=NOON - seconds(40),
        steps=(STEP,),
        passed=1,
    )
    commands = desk.tell(event)
    assert AnswerCall("c1") not in commands
    assert rung(commands) == ["nina"]
    assert desk.reasons("c1", "sent on") == [(None, STEP)]
    assert shown(desk, "c1").arrived_at == NOON - seconds(40)


def test_an_arrival_in_the_future_is_now() -> None:
    desk = Desk(queue(agents="nina"))
    desk.tell(told.CallArrived("c1", "contoso", "desk", "+1", arrived_at=NOON + seconds(5)))
    assert shown(desk, "c1").arrived_at == NOON
