"""Requests other than INVITE: RFC 3261 figures 6 and 8, and what is refused before anybody asks (8.2)."""

from __future__ import annotations

import pytest
from tests.sip.core.desk import OFFER, TCP, UDP, Desk

from huntline.sip.core.core import CoreSettings, OutgoingRequest
from huntline.sip.core.digest import Challenger, ha1
from huntline.sip.core.digest_client import DigestCredentials
from huntline.sip.core.events import InviteReceived, OfferReceived, RequestReceived, ResponseReceived
from huntline.sip.core.message import Request, Response

REGISTER = OutgoingRequest(
    "REGISTER", "sip:provider.example", UDP, "<sip:us@provider.example>", "<sip:us@provider.example>",
    credentials=DigestCredentials("us", "secret"),
)  # fmt: skip


def test_request_is_repeated_by_timer_e_and_given_up_by_timer_f() -> None:
    desk = Desk()
    request_id = desk.core.send_request(REGISTER, desk.now)
    desk.sent()
    assert [at for at, _ in desk.wait(40)] == [0.5, 1.5, 3.5, *(7.5 + 4 * step for step in range(7))]
    assert desk.events() == [ResponseReceived(request_id, None)]
    assert desk.core.transaction_count == 0


def test_provisional_response_slows_the_repetitions_to_t2() -> None:
    desk = Desk()
    desk.core.send_request(REGISTER, desk.now)
    (request,) = desk.requests()
    desk.respond(request, 100)
    assert [at for at, _ in desk.wait(10)] == [0.5, 4.5, 8.5]


def test_final_response_is_told_once_and_absorbed_until_timer_k() -> None:
    desk = Desk()
    desk.core.send_request(REGISTER, desk.now)
    (request,) = desk.requests()
    desk.respond(request, 200)
    desk.respond(request, 200)
    assert isinstance(desk.told(ResponseReceived).response, Response)
    assert desk.core.transaction_count == 1
    desk.wait(5)
    assert desk.core.transaction_count == 0


def test_dead_flow_is_told_as_no_response() -> None:
    desk = Desk()
    desk.core.send_request(REGISTER, desk.now)
    desk.core.flow_failed(UDP, desk.now)
    assert desk.told(ResponseReceived).response is None


def test_challenge_is_answered_once_with_a_higher_cseq() -> None:
    desk = Desk()
    challenger = Challenger(b"provider")
    request_id = desk.core.send_request(REGISTER, desk.now)
    (request,) = desk.requests()
    challenges = [("WWW-Authenticate", value) for value in challenger.challenges("p", 0)]
    (proven,) = desk.respond(request, 401, headers=challenges)
    assert isinstance(proven, Request)
    assert (proven.call_id, proven.from_tag) == (request.call_id, request.from_tag)
    assert proven.cseq.sequence == request.cseq.sequence + 1
    verdict = challenger.check(
        proven.header("authorization"), "REGISTER", proven.uri, lambda u, r, a: ha1(u, r, "secret", a), 0
    )
    assert verdict.outcome == "ok"
    assert desk.respond(proven, 401, headers=challenges) == []
    event = desk.told(ResponseReceived)
    assert event.transaction_id == request_id
    assert event.response is not None
    assert event.response.status == 401


def test_repeated_request_gets_the_same_response_until_timer_j() -> None:
    desk = Desk()
    register = desk.request("REGISTER", uri="sip:192.0.2.1", cseq=1)
    desk.receive(register)
    event = desk.told(RequestReceived)
    assert desk.receive(register) == []
    desk.core.respond(event.transaction_id, 200, desk.now, headers=(("Expires", "60"),))
    (first,) = desk.sent()
    (second,) = desk.receive(register)
    assert first.headers == second.headers
    assert desk.events() == []
    desk.core.respond(event.transaction_id, 404, desk.now)
    assert desk.sent() == []
    desk.wait(32)
    assert desk.core.transaction_count == 0


def test_answered_request_is_forgotten_at_once_on_a_reliable_transport() -> None:
    desk = Desk(TCP)
    desk.receive(desk.request("OPTIONS", cseq=1))
    desk.core.respond(desk.told(RequestReceived).transaction_id, 200, desk.now)
    assert desk.core.transaction_count == 0


def test_late_answer_to_a_forgotten_request_is_ignored() -> None:
    desk = Desk()
    desk.core.respond("nothing", 200, desk.now)
    assert desk.sent() == []
    assert desk.core.transaction_count == 0


@pytest.mark.parametrize("method", ["BYE", "PRACK", "UPDATE", "INFO", "OPTIONS", "INVITE"])
def test_request_with_an_unknown_to_tag_gets_481_without_state(method: str) -> None:
    desk = Desk()
    uri = "sip:0123456789abcdef@192.0.2.1"
    (response,) = desk.receive(desk.request(method, to_tag="gone", uri=uri))
    assert isinstance(response, Response)
    assert (response.status, response.to_tag) == (481, "gone")
    assert desk.core.transaction_count == 0


@pytest.mark.parametrize("method", ["BYE", "PRACK", "UPDATE", "INFO", "CANCEL"])
def test_request_that_needs_a_dialog_gets_481_without_one_and_the_same_tag_each_time(method: str) -> None:
    desk = Desk()
    message = desk.request(method, cseq=5)
    (first,), (second,) = desk.receive(message), desk.receive(message)
    assert isinstance(first, Response)
    assert first.status == 481
    assert first.to_tag == second.to_tag


def test_merged_request_gets_482() -> None:
    """Section 8.2.2.2: the same INVITE by another way."""
    desk = Desk()
    desk.incoming()
    (response,) = desk.receive(desk.request("INVITE", body=OFFER, cseq=1, branch="z9hG4bKother"))
    assert isinstance(response, Response)
    assert response.status == 482
    assert desk.events() == []


@pytest.mark.parametrize(
    ("method", "line", "status"),
    [
        ("NOTIFY", "X: 1", 405),
        ("MESSAGE", "X: 1", 405),
        ("DANCE", "X: 1", 501),
        ("INVITE", "Require: foo", 420),
        ("INVITE", "Require: 100rel, timer", 100),
        ("INVITE", "Content-Encoding: gzip", 415),
        ("INVITE", "Accept: text/plain", 406),
        ("INVITE", "Accept: application/sdp;level=1, text/plain", 100),
        ("INVITE", "Session-Expires: 30\r\nSupported: timer", 422),
        ("INVITE", "Session-Expires: 30", 100),
    ],
)
def test_what_is_refused_before_anybody_is_asked(method: str, line: str, status: int) -> None:
    desk = Desk(TCP)
    (response,) = desk.receive(desk.request(method, line, body=OFFER))
    assert isinstance(response, Response)
    assert response.status == status
    assert desk.core.leg_count == (status == 100)


@pytest.mark.parametrize(("uri", "status"), [("mailto:a@b", 416), ("sip:a@b?Subject=x", 400), ("sip:", 400)])
def test_request_uris_that_cannot_be_served(uri: str, status: int) -> None:
    (response,) = Desk().receive(Desk().request("OPTIONS", uri=uri))
    assert isinstance(response, Response)
    assert response.status == status


def test_beyond_the_limits_new_requests_get_503_without_state() -> None:
    desk = Desk(settings=CoreSettings(max_legs=1, max_transactions=2))
    desk.receive(desk.request("INVITE", body=OFFER, call_id="a"))
    desk.told(InviteReceived)
    (busy,) = desk.receive(desk.request("INVITE", body=OFFER, call_id="b"))
    assert isinstance(busy, Response)
    assert (busy.status, busy.header("retry-after")) == (503, "5")
    desk.receive(desk.request("OPTIONS"))
    (busy,) = desk.receive(desk.request("OPTIONS"))
    assert isinstance(busy, Response)
    assert busy.status == 503
    assert desk.core.transaction_count == 2


def test_while_it_is_drained_calls_go_on_and_nothing_new_begins() -> None:
    desk = Desk()
    leg_id, tag = desk.answered_call()
    desk.core.is_draining = True
    for method, body in (("INVITE", OFFER), ("OPTIONS", "")):
        (busy,) = desk.receive(desk.request(method, body=body, call_id="b"))
        assert isinstance(busy, Response)
        assert (busy.status, busy.header("retry-after")) == (503, "5")
    assert desk.events() == []
    desk.receive(desk.request("INVITE", body=OFFER + "a=sendonly\r\n", to_tag=tag))
    assert desk.told(OfferReceived).leg_id == leg_id
    desk.receive(
        desk.request("INVITE", f"Replaces: call-1;to-tag={tag};from-tag=peer", body=OFFER, call_id="c")
    )
    assert desk.told(InviteReceived).replaces is not None
    desk.receive(desk.request("REGISTER", call_id="d"))
    assert desk.told(RequestReceived).request.method == "REGISTER"
    desk.core.is_draining = False
    desk.receive(desk.request("INVITE", body=OFFER, call_id="e"))
    assert desk.told(InviteReceived)


def test_stray_responses_are_dropped() -> None:
    desk, other = Desk(), Desk()
    invite = other.call()
    assert desk.respond(invite, 200) == []
    assert desk.respond(invite, 180) == []
    assert desk.events() == []


def test_nothing_that_arrives_raises() -> None:
    desk = Desk()
    for data in (b"", b"\r\n\r\n", b"\0" * 100, b"SIP/2.0", b"INVITE", b"A B SIP/2.0\r\n\r\n"):
        assert desk.receive(data) == []
