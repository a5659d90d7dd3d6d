"""RFC 3262: provisional responses that are acknowledged with PRACK."""

from __future__ import annotations

from tests.sip.core.desk import ANSWER, Desk

from huntline.sip.core.events import LegAnswered, LegCancelled, LegRinging
from huntline.sip.core.message import Request, Response


def prack(desk: Desk, response: Response, rseq: str | None = None) -> list[Request | Response]:
    rack = f"RAck: {rseq or response.header('rseq')} {response.cseq.sequence} INVITE"
    return desk.receive(desk.request("PRACK", rack, to_tag=response.to_tag))


def ring(desk: Desk, leg_id: str) -> Response:
    desk.core.ring(leg_id, desk.now, status=183, sdp=ANSWER)
    (response,) = desk.sent()
    assert isinstance(response, Response)
    return response


def test_demanded_reliable_ringing_is_repeated_until_its_prack() -> None:
    desk = Desk()
    ringing = ring(desk, desk.incoming("Require: 100rel"))
    assert ringing.status == 183
    assert "100rel" in ringing.tokens("require")
    assert ringing.header("rseq") == "1"
    assert [at for at, _ in desk.wait(4)] == [0.5, 1.5, 3.5]
    (ok,) = prack(desk, ringing)
    assert isinstance(ok, Response)
    assert (ok.status, ok.cseq.method) == (200, "PRACK")
    assert desk.wait(20) == []


def test_ringing_is_not_reliable_when_nobody_demands_it() -> None:
    desk = Desk()
    ringing = ring(desk, desk.incoming("Supported: 100rel"))
    assert ringing.header("rseq") is None
    assert desk.wait(20) == []


def test_answer_waits_for_the_prack() -> None:
    """Section 3: no 2xx while a reliable response with a description is open."""
    desk = Desk()
    leg_id = desk.incoming("Require: 100rel")
    ringing = ring(desk, leg_id)
    desk.core.answer(leg_id, ANSWER, desk.now)
    assert desk.sent() == []
    messages = prack(desk, ringing)
    assert [message.cseq.method for message in messages] == ["PRACK", "INVITE"]


def test_second_reliable_response_waits_for_the_prack_of_the_first() -> None:
    desk = Desk()
    leg_id = desk.incoming("Require: 100rel")
    first = ring(desk, leg_id)
    desk.core.ring(leg_id, desk.now, status=180)
    assert desk.sent() == []
    _, second = prack(desk, first)
    assert isinstance(second, Response)
    assert (second.status, second.header("rseq")) == (180, "2")


def test_prack_for_something_else_gets_481() -> None:
    desk = Desk()
    ringing = ring(desk, desk.incoming("Require: 100rel"))
    (refusal,) = prack(desk, ringing, rseq="77")
    assert isinstance(refusal, Response)
    assert refusal.status == 481


def test_without_prack_the_call_is_refused_after_64_t1() -> None:
    desk = Desk()
    leg_id = desk.incoming("Require: 100rel")
    ring(desk, leg_id)
    sent = desk.wait(33)
    assert 504 in [message.status for _, message in sent if isinstance(message, Response)]
    assert desk.told(LegCancelled) == LegCancelled(leg_id)
    desk.wait(33)
    assert (desk.core.leg_count, desk.core.transaction_count) == (0, 0)


def test_refusal_does_not_wait_for_the_prack() -> None:
    desk = Desk()
    leg_id = desk.incoming("Require: 100rel")
    ring(desk, leg_id)
    desk.core.reject(leg_id, 486, desk.now)
    assert desk.statuses() == [486]


def test_call_without_offer_gets_our_offer_in_the_answer_only() -> None:
    """Section 5 would want it in the first reliable response: so there is none."""
    desk = Desk()
    leg_id = desk.incoming("Require: 100rel", body="")
    desk.core.ring(leg_id, desk.now)
    assert desk.sent() == []
    desk.core.answer(leg_id, ANSWER, desk.now)
    assert desk.statuses() == [200]


def test_reliable_ringing_of_a_phone_gets_our_prack_once() -> None:
    desk = Desk()
    invite = desk.call()
    reliable = [("Require", "100rel"), ("RSeq", "41")]
    (request,) = desk.respond(invite, 180, headers=reliable)
    assert isinstance(request, Request)
    assert (request.method, request.header("rack")) == ("PRACK", f"41 {invite.cseq.sequence} INVITE")
    assert (request.to_tag, request.cseq.sequence) == ("phone", invite.cseq.sequence + 1)
    assert desk.told(LegRinging).status == 180
    assert desk.respond(invite, 180, headers=reliable) == []
    assert desk.events() == []
    (second,) = desk.respond(invite, 183, headers=[("Require", "100rel"), ("RSeq", "42")])
    assert second.header("rack") == f"42 {invite.cseq.sequence} INVITE"


def test_reliable_response_out_of_order_is_not_acknowledged() -> None:
    """Section 4: only RSeq + 1 comes next."""
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 180, headers=[("Require", "100rel"), ("RSeq", "1")])
    desk.events()
    assert desk.respond(invite, 183, headers=[("Require", "100rel"), ("RSeq", "3")]) == []
    assert desk.events() == []


def test_numbers_go_on_after_the_prack() -> None:
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 180, headers=[("Require", "100rel"), ("RSeq", "1")])
    desk.respond(invite, 200, body=ANSWER)
    assert isinstance(desk.events()[-1], LegAnswered)
    desk.core.hang_up("out", desk.now)
    bye = desk.requests()[-1]
    assert (bye.method, bye.cseq.sequence) == ("BYE", invite.cseq.sequence + 2)
