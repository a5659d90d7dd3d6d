"""Offers within an answered call: hold, glare, refreshes (RFC 3261 section 14, RFC 3311, RFC 4028)."""

from __future__ import annotations

import pytest
from tests.sip.core.desk import ANSWER, OFFER, Desk

from huntline.sip.core.core import CoreSettings
from huntline.sip.core.events import LegConfirmed, LegEnded, OfferAnswered, OfferReceived, OfferRejected
from huntline.sip.core.message import Request, Response

HOLD = OFFER + "a=sendonly\r\n"
HELD = ANSWER + "a=recvonly\r\n"


def status_of(messages: list[Request | Response]) -> int:
    (message,) = messages
    assert isinstance(message, Response)
    return message.status


def test_phone_holds_by_reinvite() -> None:
    desk = Desk()
    leg_id, tag = desk.answered_call()
    assert status_of(desk.receive(desk.request("INVITE", to_tag=tag, body=HOLD))) == 100
    assert desk.told(OfferReceived) == OfferReceived(leg_id, HOLD)
    desk.core.accept_offer(leg_id, HELD, desk.now)
    (ok,) = desk.sent()
    assert isinstance(ok, Response)
    assert (ok.status, ok.sdp) == (200, HELD)
    assert desk.wait(0.6) != [], "the 2xx to a re-INVITE is repeated as well"
    desk.receive(desk.request("ACK", to_tag=tag, cseq=ok.cseq.sequence))
    assert desk.wait(31) == []
    (record,) = desk.core.legs()
    assert (record.local_sdp, record.remote_sdp) == (HELD, HOLD)


def test_phone_holds_by_update() -> None:
    desk = Desk()
    leg_id, tag = desk.answered_call()
    desk.receive(desk.request("UPDATE", to_tag=tag, body=HOLD))
    assert desk.told(OfferReceived) == OfferReceived(leg_id, HOLD)
    desk.core.accept_offer(leg_id, HELD, desk.now)
    (ok,) = desk.sent()
    assert (ok.cseq.method, ok.sdp) == ("UPDATE", HELD)


def test_refused_offer_leaves_the_call_as_it_was() -> None:
    desk = Desk()
    leg_id, tag = desk.answered_call()
    desk.receive(desk.request("INVITE", to_tag=tag, body=HOLD))
    desk.core.reject_offer(leg_id, 488, desk.now)
    assert desk.statuses() == [488]
    (record,) = desk.core.legs()
    assert (record.state, record.remote_sdp) == ("confirmed", OFFER)


def test_reinvite_without_offer_lets_us_offer() -> None:
    desk = Desk()
    leg_id, tag = desk.answered_call()
    desk.receive(desk.request("INVITE", to_tag=tag))
    assert desk.told(OfferReceived) == OfferReceived(leg_id, None)
    desk.core.accept_offer(leg_id, HELD, desk.now)
    (ok,) = desk.sent()
    assert ok.sdp == HELD
    desk.receive(desk.request("ACK", to_tag=tag, cseq=ok.cseq.sequence, body=HOLD))
    assert desk.told(LegConfirmed) == LegConfirmed(leg_id, HOLD)


def test_reinvite_with_the_same_offer_is_a_refresh_that_nobody_needs_to_see() -> None:
    desk = Desk()
    _, tag = desk.answered_call()
    _, ok = desk.receive(desk.request("INVITE", to_tag=tag, body=OFFER))
    assert isinstance(ok, Response)
    assert (ok.status, ok.sdp) == (200, ANSWER)
    assert desk.events() == []


def test_reinvite_moves_the_remote_target() -> None:
    """RFC 3261 section 12.2.2."""
    desk = Desk()
    leg_id, tag = desk.answered_call()
    moved = desk.request("INVITE", to_tag=tag, body=OFFER).replace(
        b"sip:caller@10.0.0.9", b"sip:moved@10.0.0.8"
    )
    _, ok = desk.receive(moved)
    desk.receive(desk.request("ACK", to_tag=tag, cseq=ok.cseq.sequence))
    desk.core.hang_up(leg_id, desk.now)
    (bye,) = desk.requests()
    assert bye.uri == "sip:moved@10.0.0.8:5060"


def test_we_offer_and_the_phone_answers() -> None:
    desk = Desk()
    desk.talking()
    desk.core.offer("out", HOLD, desk.now)
    (invite,) = desk.requests()
    assert (invite.method, invite.sdp, invite.to_tag) == ("INVITE", HOLD, "phone")
    (ack,) = desk.respond(invite, 200, to_tag=None, body=HELD)
    assert isinstance(ack, Request)
    assert ack.cseq == (invite.cseq.sequence, "ACK")
    assert desk.told(OfferAnswered) == OfferAnswered("out", HELD)
    assert len(desk.respond(invite, 200, to_tag=None, body=HELD)) == 1
    assert desk.events() == []


def test_phone_refuses_our_offer() -> None:
    desk = Desk()
    desk.talking()
    desk.core.offer("out", HOLD, desk.now)
    (invite,) = desk.requests()
    desk.respond(invite, 488, to_tag=None)
    assert desk.told(OfferRejected) == OfferRejected("out", 488)
    (record,) = desk.core.legs()
    assert record.local_sdp == OFFER


def test_offers_wait_for_their_turn_and_only_the_newest_is_made() -> None:
    desk = Desk()
    desk.talking()
    for sdp in (HOLD, OFFER + "a=inactive\r\n", OFFER):
        desk.core.offer("out", sdp, desk.now)
    (invite,) = desk.requests()
    _, following = desk.respond(invite, 200, to_tag=None, body=HELD)
    assert isinstance(following, Request)
    assert (following.method, following.sdp) == ("INVITE", OFFER)


def test_offer_before_the_ack_waits_for_it() -> None:
    desk = Desk()
    leg_id = desk.incoming()
    desk.core.answer(leg_id, ANSWER, desk.now)
    (ok,) = desk.sent()
    desk.core.offer(leg_id, HOLD, desk.now)
    assert desk.sent() == []
    (invite,) = desk.receive(desk.request("ACK", to_tag=ok.to_tag, cseq=1))
    assert isinstance(invite, Request)
    assert invite.sdp == HOLD


def test_offer_that_crosses_ours_gets_491() -> None:
    """RFC 3261 section 14.2."""
    desk = Desk()
    leg_id, tag = desk.answered_call()
    desk.core.offer(leg_id, HELD, desk.now)
    desk.sent()
    assert status_of(desk.receive(desk.request("INVITE", to_tag=tag, body=HOLD))) == 491
    assert status_of(desk.receive(desk.request("UPDATE", to_tag=tag, body=HOLD))) == 491
    assert desk.events() == []


@pytest.mark.parametrize(("is_incoming", "earliest", "latest"), [(False, 2.1, 4.0), (True, 0.0, 2.0)])
def test_our_offer_that_gets_491_is_made_again_after_the_wait(
    is_incoming: bool, earliest: float, latest: float
) -> None:
    """RFC 3261 section 14.1: the owner of the Call-ID waits longer."""
    desk = Desk()
    leg_id = "out"
    if is_incoming:
        leg_id, _ = desk.answered_call()
    else:
        desk.talking()
    desk.core.offer(leg_id, HOLD, desk.now)
    (invite,) = desk.requests()
    desk.respond(invite, 491, to_tag=None)
    invites = [
        (at, message)
        for at, message in desk.wait(4.1)
        if isinstance(message, Request) and message.method == "INVITE"
    ]
    at, again = invites[0]
    assert earliest <= at <= latest
    assert again.sdp == HOLD
    assert desk.events() == []


def test_second_offer_while_one_waits_for_our_answer_gets_500_and_retry_after() -> None:
    """RFC 3261 section 14.2."""
    desk = Desk()
    _, tag = desk.answered_call()
    desk.receive(desk.request("INVITE", to_tag=tag, body=HOLD))
    (refusal,) = desk.receive(desk.request("UPDATE", to_tag=tag, body=HOLD))
    assert isinstance(refusal, Response)
    assert refusal.status == 500
    assert 0 <= int(refusal.header("retry-after") or -1) <= 10


def test_peer_takes_its_offer_back() -> None:
    desk = Desk()
    leg_id, tag = desk.answered_call()
    desk.receive(desk.request("INVITE", to_tag=tag, body=HOLD, cseq=2, branch="z9hG4bKre"))
    desk.receive(desk.request("CANCEL", to_tag=tag, cseq=2, branch="z9hG4bKre"))
    desk.events()
    desk.core.accept_offer(leg_id, HELD, desk.now)
    assert desk.sent() == []
    assert desk.core.leg_count == 1


def test_hanging_up_refuses_an_open_offer() -> None:
    desk = Desk()
    leg_id, tag = desk.answered_call()
    desk.receive(desk.request("INVITE", to_tag=tag, body=HOLD))
    desk.core.hang_up(leg_id, desk.now)
    refusal, bye = desk.sent()
    assert isinstance(refusal, Response)
    assert isinstance(bye, Request)
    assert (refusal.status, bye.method) == (487, "BYE")


def test_answer_to_our_offer_after_hanging_up_is_still_acknowledged() -> None:
    desk = Desk()
    desk.talking()
    desk.core.offer("out", HOLD, desk.now)
    (invite,) = desk.requests()
    desk.core.hang_up("out", desk.now)
    desk.sent()
    (ack,) = desk.respond(invite, 200, to_tag=None, body=HELD)
    assert isinstance(ack, Request)
    assert ack.method == "ACK"
    assert desk.events() == []


@pytest.mark.parametrize("status", [408, 481])
def test_peer_that_has_forgotten_the_call_ends_it(status: int) -> None:
    """RFC 3261 section 12.2.1.2."""
    desk = Desk()
    desk.talking()
    desk.core.offer("out", HOLD, desk.now)
    (invite,) = desk.requests()
    _, bye = desk.respond(invite, status, to_tag=None)
    assert isinstance(bye, Request)
    assert bye.method == "BYE"
    assert desk.told(LegEnded) == LegEnded("out", "no response")


def test_dead_flow_under_an_offer_ends_the_call() -> None:
    desk = Desk()
    desk.talking()
    desk.core.offer("out", HOLD, desk.now)
    desk.core.flow_failed(desk.flow, desk.now)
    assert desk.told(LegEnded) == LegEnded("out", "transport failed")


# Session timers


def test_wish_for_a_session_timer_is_honoured_and_silence_ends_the_call() -> None:
    """RFC 4028 sections 9 and 10."""
    desk = Desk()
    leg_id = desk.incoming("Session-Expires: 300;refresher=uac", "Supported: timer")
    desk.core.answer(leg_id, ANSWER, desk.now)
    (ok,) = desk.sent()
    assert ok.header("session-expires") == "300;refresher=uac"
    assert "timer" in ok.tokens("require")
    desk.receive(desk.request("ACK", to_tag=ok.to_tag, cseq=1))
    desk.events()
    assert desk.wait(267) == []
    desk.wait(2)
    assert desk.told(LegEnded) == LegEnded(leg_id, "session expired")


def test_refresh_by_update_keeps_the_call() -> None:
    desk = Desk()
    leg_id, tag = desk.answered_call("Session-Expires: 300;refresher=uac", "Supported: timer")
    for _ in range(5):
        desk.wait(150)
        refresh = ("Session-Expires: 300;refresher=uac", "Supported: timer")
        (ok,) = desk.receive(desk.request("UPDATE", *refresh, to_tag=tag))
        assert isinstance(ok, Response)
        assert (ok.status, ok.header("session-expires")) == (200, "300;refresher=uac")
    assert desk.events() == []
    assert desk.core.leg(leg_id) is not None


def test_we_refresh_by_update_when_the_peer_knows_it() -> None:
    desk = Desk()
    desk.talking(("Session-Expires", "200;refresher=uac"), ("Allow", "INVITE, UPDATE"))
    for _ in range(3):
        ((at, update), *_) = desk.wait(100)
        assert isinstance(update, Request)
        assert (at, update.method, update.body) == (100, "UPDATE", b"")
        assert update.header("session-expires") == "200;refresher=uac"
        desk.respond(update, 200, to_tag=None, headers=[("Session-Expires", "200;refresher=uac")])
    assert desk.events() == []


def test_we_refresh_by_reinvite_otherwise() -> None:
    desk = Desk()
    desk.talking(("Session-Expires", "200;refresher=uac"))
    ((_, invite), *_) = desk.wait(100)
    assert isinstance(invite, Request)
    assert (invite.method, invite.sdp) == ("INVITE", OFFER)
    session = [("Session-Expires", "200;refresher=uac")]
    (ack,) = desk.respond(invite, 200, to_tag=None, headers=session, body=ANSWER)
    assert isinstance(ack, Request)
    assert desk.events() == []


SESSION = ("Session-Expires", "1800;refresher=uac")


def refreshing(desk: Desk, allow: str = "INVITE, UPDATE") -> Request:
    """A call of ours whose session is to be refreshed now; returns our request for that."""
    desk.talking(SESSION, ("Allow", allow))
    ((_, refresh), *_) = desk.wait(900)
    assert isinstance(refresh, Request)
    return refresh


def next_request(desk: Desk, after: Request | None = None) -> tuple[float, Request]:
    """What we ask next but for repetitions of ``after``, and the seconds until then; time stops there."""
    began = desk.now
    while (deadline := desk.core.next_deadline()) is not None:
        for _, message in desk.wait(deadline - desk.now):
            is_again = after is not None and message.top_via.branch == after.top_via.branch
            if isinstance(message, Request) and not is_again:
                return round(desk.now - began, 3), message
    raise AssertionError("nothing is asked any more")


def test_refresh_that_nobody_answers_ends_the_call_once_the_reinvite_has_none_either() -> None:
    """RFC 4028 section 10."""
    desk = Desk()
    update = refreshing(desk)
    assert update.method == "UPDATE"
    at, invite = next_request(desk, update)
    assert (at, invite.method) == (32, "INVITE")
    assert desk.events() == []
    desk.wait(33)
    assert desk.told(LegEnded) == LegEnded("out", "no response")
    desk.wait(70)
    assert desk.core.transaction_count == 0


def test_refresh_by_update_that_meets_a_glare_is_made_again_after_the_wait() -> None:
    """RFC 3261 section 14.1: the owner of the Call-ID waits 2.1 to 4 s."""
    desk = Desk()
    update = refreshing(desk)
    for _ in range(20):
        desk.respond(update, 491, to_tag=None)
        at, update = next_request(desk)
        assert update.method == "UPDATE"
        assert 2.1 <= at <= 4.0
    desk.respond(update, 200, to_tag=None, headers=[SESSION])
    assert next_request(desk)[0] == 900
    assert desk.events() == []


@pytest.mark.parametrize("status", [400, 408, 481, 488, 500, 503])
def test_refresh_by_update_that_fails_is_made_by_reinvite(status: int) -> None:
    desk = Desk()
    desk.respond(refreshing(desk), status, to_tag=None)
    invites = [m for m in desk.requests() if m.method == "INVITE"]
    invite = invites[0] if invites else next_request(desk)[1]
    assert (invite.method, invite.sdp) == ("INVITE", OFFER)
    (ack,) = desk.respond(invite, 200, to_tag=None, headers=[SESSION], body=ANSWER)
    assert isinstance(ack, Request)
    at, refresh = next_request(desk)
    assert (at, refresh.method) == (900, "UPDATE")
    assert desk.events() == []


@pytest.mark.parametrize("status", [486, 488, 500, 503])
def test_refresh_by_reinvite_that_fails_is_tried_until_the_session_expires(status: int) -> None:
    desk = Desk()
    invite = refreshing(desk, "INVITE")
    desk.respond(invite, status, to_tag=None)
    waits = []
    while desk.core.leg("out") is not None:
        at, again = next_request(desk)
        waits.append(at)
        desk.respond(again, status, to_tag=None)
    assert again.method == "BYE"
    assert 2.1 <= waits[0] <= 4.0
    assert 10 < len(waits) < 30
    assert desk.told(LegEnded) == LegEnded("out", "session expired")


@pytest.mark.parametrize("status", [408, 481])
def test_refresh_by_reinvite_that_the_peer_knows_nothing_of_ends_the_call(status: int) -> None:
    desk = Desk()
    desk.respond(refreshing(desk, "INVITE"), status, to_tag=None)
    assert desk.told(LegEnded) == LegEnded("out", "no response")


def test_refresh_waits_as_long_as_the_peer_asks_for() -> None:
    desk = Desk()
    desk.respond(refreshing(desk), 503, to_tag=None, headers=[("Retry-After", "20")])
    at, invite = next_request(desk)
    assert (at, invite.method) == (20, "INVITE")


def test_refresh_whose_flow_fails_is_tried_again() -> None:
    desk = Desk()
    refreshing(desk)
    desk.core.flow_failed(desk.flow, desk.now)
    assert next_request(desk)[1].method == "INVITE"
    desk.core.flow_failed(desk.flow, desk.now)
    assert desk.events() == []
    assert next_request(desk)[1].method == "INVITE"


def test_offer_under_way_that_is_refused_does_not_count_as_the_refresh() -> None:
    desk = Desk()
    desk.talking(SESSION, ("Allow", "UPDATE"))
    desk.wait(899)
    desk.core.offer("out", HOLD, desk.now)
    (invite,) = desk.requests()
    desk.respond(invite, 100, to_tag=None)
    desk.wait(2)
    desk.respond(invite, 488, to_tag=None)
    assert desk.told(OfferRejected).status == 488
    assert next_request(desk)[1].method == "UPDATE"


def test_offer_that_the_peer_wants_later_is_made_again_when_it_says() -> None:
    """RFC 3261 section 14.2: 500 with Retry-After while it has an offer open."""
    desk = Desk()
    desk.talking()
    desk.core.offer("out", HOLD, desk.now)
    (invite,) = desk.requests()
    desk.respond(invite, 500, to_tag=None, headers=[("Retry-After", "7")])
    at, again = next_request(desk)
    assert (at, again.sdp) == (7, HOLD)
    for _ in range(4):
        desk.respond(again, 500, to_tag=None, headers=[("Retry-After", "1")])
        _, again = next_request(desk)
    assert desk.events() == []
    desk.respond(again, 500, to_tag=None, headers=[("Retry-After", "1")])
    assert desk.told(OfferRejected) == OfferRejected("out", 500)


def test_too_short_refresh_gets_422_and_the_call_goes_on() -> None:
    desk = Desk(settings=CoreSettings(min_se=120))
    leg_id, tag = desk.answered_call()
    for method, body in (("UPDATE", ""), ("INVITE", HOLD)):
        short = ("Session-Expires: 100", "Supported: timer")
        (refusal,) = desk.receive(desk.request(method, *short, to_tag=tag, body=body))
        assert isinstance(refusal, Response)
        assert (refusal.status, refusal.header("min-se")) == (422, "120")
    assert desk.core.leg(leg_id) is not None


def test_no_session_timer_without_agreement() -> None:
    desk = Desk()
    desk.talking()
    desk.wait(60)
    assert desk.core.next_deadline() is None
