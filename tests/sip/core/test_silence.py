"""A call to whoever has to say something in time: 100 alone is nothing, what is late is ended (case O8)."""

from __future__ import annotations

import pytest
from tests.sip.core.desk import ANSWER, Desk
from tests.sip.core.test_after_death import Mortal

from huntline.sip.core.core import Invite
from huntline.sip.core.events import LegAnswered, LegRejected, LegRinging
from huntline.sip.core.message import Request


def call(desk: Desk) -> Request:
    desk.core.invite(
        Invite(
            "out", "sip:+1425@192.0.2.99", desk.flow, "<sip:a@b>", "<sip:c@d>", "v=0", "us", answer_within=4.0
        ),
        desk.now,
    )
    (invite,) = desk.requests()
    return invite


@pytest.mark.parametrize("trying", [False, True])
def test_after_four_seconds_it_is_rejected_by_nobody(trying: bool) -> None:
    desk = Desk()
    invite = call(desk)
    if trying:
        desk.respond(invite, 100)
    desk.wait(3.9)
    assert desk.events() == []
    sent = [message for _, message in desk.wait(0.2)]
    assert desk.told(LegRejected) == LegRejected("out", 408, "Request Timeout", is_local=True)
    assert [message.method for message in sent if isinstance(message, Request)] == (
        ["CANCEL"] if trying else []
    )


def test_who_rings_later_is_cancelled_and_who_answers_later_is_hung_up_on() -> None:
    desk = Desk()
    invite = call(desk)
    desk.wait(5)
    desk.events()
    (cancel,) = desk.respond(invite, 180)
    assert isinstance(cancel, Request)
    assert cancel.method == "CANCEL"
    ack, bye = desk.respond(invite, 200, body=ANSWER)
    assert [each.method for each in (ack, bye) if isinstance(each, Request)] == ["ACK", "BYE"]
    assert desk.events() == []


@pytest.mark.parametrize("status", [180, 181, 183])
def test_whoever_has_rung_in_time_may_ring_on(status: int) -> None:
    desk = Desk()
    invite = call(desk)
    desk.respond(invite, status)
    desk.wait(60)
    assert [type(event) for event in desk.events()] == [LegRinging]
    desk.respond(invite, 200, body=ANSWER)
    assert desk.told(LegAnswered)


def test_it_is_over_in_time_also_when_another_process_goes_on() -> None:
    desk = Mortal()
    call(desk)
    desk.wait(2.5)
    desk.die()
    desk.wait(1.4)
    assert desk.events() == []
    desk.wait(0.2)
    assert desk.told(LegRejected).is_local


def test_who_hung_up_hears_no_more() -> None:
    desk = Desk()
    call(desk)
    desk.core.hang_up("out", desk.now)
    desk.wait(40)
    assert desk.events() == []
