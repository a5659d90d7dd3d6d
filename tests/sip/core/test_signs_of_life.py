"""Whether a silent peer is still there: asked within its dialog (RFC 3261 section 12.2.1.2)."""

from __future__ import annotations

import pytest
from tests.sip.core.desk import TCP, Desk

from huntline.sip.core.events import LegEnded
from huntline.sip.core.message import Request


def asked(desk: Desk, leg_id: str) -> Request:
    desk.core.ask_whether_there(leg_id, desk.now)
    (request,) = desk.requests()
    assert request.method == "OPTIONS"
    return request


@pytest.mark.parametrize("status", [200, 405, 500, 501, 603])
def test_any_answer_is_a_sign_of_life(status: int) -> None:
    desk = Desk()
    leg_id, _ = desk.answered_call()
    for _ in range(2):
        desk.respond(asked(desk, leg_id), status)
        assert desk.events() == []
        desk.wait(40)
    assert desk.core.leg(leg_id) is not None


@pytest.mark.parametrize("status", [408, 481])
def test_a_peer_that_knows_the_call_no_more_ends_it(status: int) -> None:
    desk = Desk()
    leg_id, _ = desk.answered_call()
    (bye,) = desk.respond(asked(desk, leg_id), status)
    assert isinstance(bye, Request)
    assert bye.method == "BYE"
    assert desk.told(LegEnded) == LegEnded(leg_id, "no response")


def test_no_answer_ends_the_call_and_is_awaited_once() -> None:
    desk = Desk()
    leg_id, _ = desk.answered_call()
    asked(desk, leg_id)
    desk.wait(30)
    desk.core.ask_whether_there(leg_id, desk.now)
    assert desk.requests() == []
    desk.wait(2.1)
    assert desk.told(LegEnded) == LegEnded(leg_id, "no response")
    assert desk.core.leg(leg_id) is None


def test_a_silent_peer_without_a_connection_is_gone() -> None:
    desk = Desk(TCP)
    leg_id, _ = desk.answered_call()
    desk.core.flow_failed(TCP, desk.now)
    assert desk.events() == []
    desk.core.ask_whether_there(leg_id, desk.now)
    assert desk.told(LegEnded) == LegEnded(leg_id, "transport failed")


def test_only_answered_legs_that_are_there_are_asked() -> None:
    desk = Desk()
    leg_id = desk.incoming()
    for each in (leg_id, "unknown"):
        desk.core.ask_whether_there(each, desk.now)
        assert desk.requests() == []
