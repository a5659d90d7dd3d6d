"""Somebody calls us: from the INVITE to the end of the call."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from tests.sip.core.desk import ANSWER, OFFER, PEER, TCP, UDP, Desk

from huntline.sip.core.events import DtmfReceived, InviteReceived, LegCancelled, LegConfirmed, LegEnded
from huntline.sip.core.message import Request, Response, build_response


def test_caller_hears_ringing_answer_and_goodbye() -> None:
    desk = Desk()
    desk.receive(desk.request("INVITE", body=OFFER))
    event = desk.told(InviteReceived)
    assert (event.flow, event.sdp) == (UDP, OFFER)
    desk.core.ring(event.leg_id, desk.now)
    desk.core.answer(event.leg_id, ANSWER, desk.now)
    ringing, ok = desk.sent()
    assert isinstance(ok, Response)
    assert (ok.status, ok.sdp, ok.to_tag) == (200, ANSWER, ringing.to_tag)
    assert ok.header("contact") == f"<sip:{event.leg_id}@192.0.2.1:5060>"
    assert "100rel" in ok.tokens("supported")
    desk.receive(desk.request("ACK", cseq=1, to_tag=ok.to_tag))
    assert desk.told(LegConfirmed) == LegConfirmed(event.leg_id, None)
    (goodbye,) = desk.receive(desk.request("BYE", to_tag=ok.to_tag))
    assert isinstance(goodbye, Response)
    assert goodbye.status == 200
    assert desk.told(LegEnded) == LegEnded(event.leg_id, "bye")
    assert desk.core.leg_count == 0


def test_responses_go_to_the_source_and_say_so() -> None:
    """RFC 3581."""
    desk = Desk()
    desk.core.ring(desk.incoming(), desk.now)
    (send,) = desk.core.take_output()
    assert send.flow.remote == PEER
    assert b";received=192.0.2.99;rport=5080" in send.data


def test_caller_lets_us_offer() -> None:
    """Late offer: our 200 offers, the ACK answers."""
    desk = Desk()
    desk.receive(desk.request("INVITE"))
    event = desk.told(InviteReceived)
    assert event.sdp is None
    desk.core.answer(event.leg_id, OFFER, desk.now)
    (ok,) = desk.sent()
    desk.receive(desk.request("ACK", cseq=1, to_tag=ok.to_tag, body=ANSWER))
    assert desk.told(LegConfirmed) == LegConfirmed(event.leg_id, ANSWER)
    (record,) = desk.core.legs()
    assert (record.local_sdp, record.remote_sdp) == (OFFER, ANSWER)


def test_cancel_ends_an_unanswered_call() -> None:
    """RFC 3261 section 9.2: 200 to the CANCEL, 487 to the INVITE, with the same tag."""
    desk = Desk()
    leg_id = desk.incoming()
    cancelled, terminated = desk.receive(desk.request("CANCEL", cseq=1, branch="z9hG4bKfirst"))
    assert isinstance(cancelled, Response)
    assert isinstance(terminated, Response)
    assert (cancelled.status, cancelled.cseq.method) == (200, "CANCEL")
    assert (terminated.status, terminated.cseq.method) == (487, "INVITE")
    assert cancelled.to_tag == terminated.to_tag
    assert desk.told(LegCancelled) == LegCancelled(leg_id)
    assert desk.core.leg_count == 0
    desk.core.answer(leg_id, ANSWER, desk.now)
    assert desk.sent() == []


def test_cancel_after_the_answer_changes_nothing() -> None:
    desk = Desk()
    leg_id = desk.incoming()
    desk.core.answer(leg_id, ANSWER, desk.now)
    desk.sent()
    (response,) = desk.receive(desk.request("CANCEL", cseq=1, branch="z9hG4bKfirst"))
    assert isinstance(response, Response)
    assert response.status == 200
    assert desk.events() == []
    assert desk.core.leg_count == 1


def test_bye_before_the_answer_ends_the_call() -> None:
    """RFC 3261 section 15.1.2."""
    desk = Desk()
    leg_id = desk.incoming()
    desk.core.ring(leg_id, desk.now)
    (ringing,) = desk.sent()
    desk.receive(desk.request("BYE", to_tag=ringing.to_tag))
    assert desk.told(LegCancelled) == LegCancelled(leg_id)


def test_hanging_up_an_unanswered_call_refuses_it_with_the_given_headers() -> None:
    desk = Desk()
    leg_id = desk.incoming()
    desk.core.hang_up(leg_id, desk.now, headers=(("Reason", "Q.850;cause=16"),))
    (refusal,) = desk.sent()
    assert isinstance(refusal, Response)
    assert (refusal.status, refusal.header("reason")) == (480, "Q.850;cause=16")
    assert desk.events() == []


def test_our_bye_waits_for_the_ack() -> None:
    """RFC 3261 section 15: no BYE before the ACK to the 2xx or its timeout."""
    desk = Desk()
    leg_id = desk.incoming()
    desk.core.answer(leg_id, ANSWER, desk.now)
    (ok,) = desk.sent()
    desk.core.hang_up(leg_id, desk.now)
    assert desk.sent() == []
    assert desk.core.leg_count == 0
    (bye,) = desk.receive(desk.request("ACK", cseq=1, to_tag=ok.to_tag))
    assert isinstance(bye, Request)
    assert (bye.method, bye.uri, bye.to_tag) == ("BYE", "sip:caller@10.0.0.9:5060", "peer")
    desk.respond(bye, 200, to_tag=None)
    desk.wait(40)
    assert desk.core.transaction_count == 0


def test_our_bye_goes_out_after_the_timeout_when_the_ack_never_comes() -> None:
    desk = Desk()
    leg_id = desk.incoming()
    desk.core.answer(leg_id, ANSWER, desk.now)
    desk.core.hang_up(leg_id, desk.now)
    sent = [message for _, message in desk.wait(33) if isinstance(message, Request)]
    assert {message.method for message in sent} == {"BYE"}
    assert desk.events() == []


def test_bye_follows_the_record_route_in_order() -> None:
    """RFC 3261 section 12.1.1: the UAS keeps the order."""
    desk = Desk()
    routes = "<sip:p2.example.com;lr>, <sip:p1.example.com;lr>"
    leg_id, _ = desk.answered_call(f"Record-Route: {routes}")
    desk.core.hang_up(leg_id, desk.now)
    (bye,) = desk.requests()
    assert bye.uri == "sip:caller@10.0.0.9:5060"
    assert bye.all("route") == routes.split(", ")


def test_strict_router_becomes_the_request_uri() -> None:
    """RFC 3261 section 12.2.1.1."""
    desk = Desk()
    leg_id, _ = desk.answered_call("Record-Route: <sip:strict.example.com>, <sip:p1.example.com;lr>")
    desk.core.hang_up(leg_id, desk.now)
    (bye,) = desk.requests()
    assert bye.uri == "sip:strict.example.com"
    assert bye.all("route") == ["<sip:p1.example.com;lr>", "<sip:caller@10.0.0.9:5060>"]


def test_record_route_is_copied_into_the_answer() -> None:
    desk = Desk()
    leg_id = desk.incoming("Record-Route: <sip:p1.example.com;lr>")
    desk.core.answer(leg_id, ANSWER, desk.now)
    (ok,) = desk.sent()
    assert ok.all("record-route") == ["<sip:p1.example.com;lr>"]


def test_requests_within_the_call_that_are_not_about_it() -> None:
    desk = Desk()
    _, tag = desk.answered_call()

    def status(method: str, *headers: str, body: str = "", content_type: str = "") -> int:
        (response,) = desk.receive(
            desk.request(method, *headers, to_tag=tag, body=body, content_type=content_type)
        )
        assert isinstance(response, Response)
        return response.status

    assert status("OPTIONS") == 200
    assert status("INFO") == 200
    assert status("INFO", body="<x/>", content_type="application/media_control+xml") == 415
    assert status("INFO", "Info-Package: foo", body="<x/>", content_type="application/foo") == 469
    assert status("MESSAGE", body="hi", content_type="text/plain") == 405
    assert status("SUBSCRIBE") == 405
    assert status("REGISTER") == 405
    assert status("DANCE") == 501
    assert status("PRACK") == 481
    assert desk.events() == []


@pytest.mark.parametrize(
    ("content_type", "body", "digit"),
    [
        ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", "5"),
        ("application/dtmf-relay", "Signal= *\r\n", "*"),
        ("application/dtmf-relay", "Signal=10\r\n", "*"),
        ("application/dtmf-relay; charset=utf-8", "Duration=100\r\nsignal=d\r\n", "D"),
        ("application/dtmf", "#", "#"),
        ("application/dtmf", " 11 ", "#"),
    ],
)
def test_digits_by_info(content_type: str, body: str, digit: str) -> None:
    desk = Desk()
    leg_id, tag = desk.answered_call()
    desk.receive(desk.request("INFO", to_tag=tag, body=body, content_type=content_type))
    assert desk.told(DtmfReceived) == DtmfReceived(leg_id, digit)


@pytest.mark.parametrize("body", ["Signal=55", "Signal=", "Duration=5", "\xff", "Signal=16"])
def test_nonsense_digit_gets_400(body: str) -> None:
    desk = Desk()
    _, tag = desk.answered_call()
    (response,) = desk.receive(
        desk.request("INFO", to_tag=tag, body=body, content_type="application/dtmf-relay")
    )
    assert isinstance(response, Response)
    assert response.status == 400
    assert desk.events() == []


def test_keys_for_the_peer_go_one_after_the_other() -> None:
    desk = Desk()
    leg_id, _ = desk.answered_call()
    for key in "1#":
        desk.core.send_key(leg_id, key, desk.now)
    for key in "1#":
        (info,) = desk.requests()
        assert (info.method, info.content_type) == ("INFO", "application/dtmf-relay")
        assert info.body.decode() == f"Signal={key}\r\nDuration=160\r\n"
        desk.core.receive(build_response(info, 200 if key == "1" else 415), desk.flow, desk.now)
    assert desk.requests() == []
    assert desk.events() == []


def test_a_peer_that_takes_no_info_is_sent_none() -> None:
    desk = Desk()
    leg_id, _ = desk.answered_call("Allow: INVITE, ACK, BYE")
    desk.core.send_key(leg_id, "1", desk.now)
    desk.core.send_key("unknown", "1", desk.now)
    assert desk.requests() == []


def test_request_out_of_order_gets_500() -> None:
    """RFC 3261 section 12.2.2."""
    desk = Desk()
    desk.cseq = 10
    leg_id, tag = desk.answered_call()
    (response,) = desk.receive(desk.request("BYE", to_tag=tag, cseq=3))
    assert isinstance(response, Response)
    assert response.status == 500
    assert desk.core.leg(leg_id) is not None


def test_stranger_who_knows_the_tag_but_not_the_call_gets_481() -> None:
    desk = Desk()
    leg_id, tag = desk.answered_call()
    uri = f"sip:{leg_id}@192.0.2.1"
    (response,) = desk.receive(desk.request("BYE", to_tag=tag, call_id="other", uri=uri))
    assert isinstance(response, Response)
    assert response.status == 481
    assert desk.core.leg_count == 1


def test_bye_that_crosses_ours_gets_200() -> None:
    desk = Desk()
    leg_id, tag = desk.answered_call()
    desk.core.hang_up(leg_id, desk.now)
    (bye,) = desk.requests()
    (response,) = desk.receive(desk.request("BYE", to_tag=tag))
    assert isinstance(response, Response)
    assert response.status == 200
    desk.respond(bye, 200, to_tag=None)
    assert desk.events() == []


def test_hanging_up_twice_and_acting_late_is_harmless() -> None:
    desk = Desk()
    leg_id, _ = desk.answered_call()
    desk.core.hang_up(leg_id, desk.now)
    assert len(desk.sent()) == 1
    desk.core.hang_up(leg_id, desk.now)
    desk.core.answer(leg_id, ANSWER, desk.now)
    desk.core.reject(leg_id, 486, desk.now)
    desk.core.offer(leg_id, OFFER, desk.now)
    desk.core.accept_offer(leg_id, ANSWER, desk.now)
    desk.core.reject_offer(leg_id, 488, desk.now)
    desk.core.ring("never heard of", desk.now)
    assert desk.sent() == []


def test_lost_connection_cancels_a_ringing_call_and_spares_a_talking_one() -> None:
    desk = Desk(TCP)
    leg_id, _ = desk.answered_call()
    desk.receive(desk.request("INVITE", body=OFFER, call_id="second"))
    ringing = desk.told(InviteReceived).leg_id
    desk.core.flow_failed(TCP, desk.now)
    assert desk.told(LegCancelled) == LegCancelled(ringing)
    assert desk.core.leg(leg_id) is not None


def test_legs_are_plain_data() -> None:
    desk = Desk()
    leg_id, tag = desk.answered_call("Record-Route: <sip:p1.example.com;lr>")
    (record,) = desk.core.legs()
    data = json.loads(json.dumps(asdict(record)))
    assert data["leg_id"] == leg_id
    assert (data["local_tag"], data["remote_tag"], data["state"]) == (tag, "peer", "confirmed")
    assert data["route_set"] == ["<sip:p1.example.com;lr>"]
    assert data["flow"]["remote"] == list(PEER)
    assert data["remote_target"] == "sip:caller@10.0.0.9:5060"
