"""Offers and answers before the call is taken: in 18x, PRACK, UPDATE, of each fork (RFC 3262, RFC 6337)."""

from __future__ import annotations

import pytest
from tests.sip.core.desk import ANSWER, OFFER, Desk

from huntline.sip.core.core import CoreSettings
from huntline.sip.core.events import (
    LegAnswered,
    LegConfirmed,
    LegRejected,
    LegRinging,
    OfferAnswered,
    OfferReceived,
)
from huntline.sip.core.message import Request, Response, build_response

OTHER = ANSWER.replace("7 7", "8 8")
MOVED = ANSWER.replace("7 7", "7 8")
OURS = OFFER.replace("1 1", "1 2")


def reliable(rseq: int) -> list[tuple[str, str]]:
    return [("Require", "100rel"), ("RSeq", str(rseq))]


def methods(messages: list[Request | Response]) -> list[str]:
    return [message.method for message in messages if isinstance(message, Request)]


def from_phone(
    desk: Desk, invite: Request, method: str, *, fork: str = "phone", body: str = ""
) -> list[Request | Response]:
    """A request of one fork within its dialog; returns what we send at once."""
    data = desk.request(method, to_tag=invite.from_tag, call_id=invite.call_id, body=body)
    return desk.receive(data.replace(b";tag=peer", f";tag={fork}".encode()))


def status_of(messages: list[Request | Response]) -> int:
    """The status of the one response among what was sent."""
    (response,) = [message for message in messages if isinstance(message, Response)]
    return response.status


# We call


@pytest.mark.parametrize("headers", [reliable(1), []])
def test_answer_in_a_183_is_the_answer_when_the_200_has_none(headers: list[tuple[str, str]]) -> None:
    desk = Desk()
    invite = desk.call()
    sent = desk.respond(invite, 183, headers=headers, body=ANSWER)
    assert methods(sent) == (["PRACK"] if headers else [])
    assert desk.told(LegRinging) == LegRinging("out", 183, ANSWER, "phone")
    (ack,) = desk.respond(invite, 200)
    assert isinstance(ack, Request)
    assert (ack.method, ack.body) == ("ACK", b"")
    assert desk.told(LegAnswered) == LegAnswered("out", ANSWER)
    (record,) = desk.core.legs()
    assert (record.local_sdp, record.remote_sdp) == (OFFER, ANSWER)


def test_reliable_answer_is_not_changed_by_further_responses() -> None:
    """RFC 3261 section 13.2.1: descriptions in further responses are ignored."""
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 183, headers=reliable(1), body=ANSWER)
    desk.events()
    desk.respond(invite, 183, headers=reliable(2), body=OTHER)
    assert desk.told(LegRinging) == LegRinging("out", 183, None, "phone")
    desk.respond(invite, 200, body=OTHER)
    assert desk.told(LegAnswered).sdp == ANSWER


def test_foretaste_in_an_unreliable_response_gives_way_to_the_200() -> None:
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 183, body=OTHER)
    desk.respond(invite, 200, body=ANSWER)
    assert desk.events()[-1] == LegAnswered("out", ANSWER)


def test_each_fork_has_its_own_answer_and_the_one_that_answers_decides() -> None:
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 183, to_tag="one", headers=reliable(5), body=ANSWER)
    (prack,) = desk.respond(invite, 183, to_tag="two", headers=reliable(9), body=OTHER)
    assert (prack.to_tag, prack.header("rack")) == ("two", f"9 {invite.cseq.sequence} INVITE")
    assert [event.fork for event in desk.events() if isinstance(event, LegRinging)] == ["one", "two"]
    desk.respond(invite, 200, to_tag="two")
    assert desk.told(LegAnswered).sdp == OTHER


def test_answer_of_one_fork_is_not_taken_for_another() -> None:
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 183, to_tag="one", headers=reliable(1), body=ANSWER)
    desk.events()
    desk.respond(invite, 200, to_tag="two")
    assert desk.told(LegAnswered).sdp is None


def test_fork_that_answers_too_late_is_ended_with_numbers_that_go_on() -> None:
    """RFC 3261 section 12.2.1.1: the BYE counts on from the PRACK of that dialog."""
    desk = Desk()
    invite = desk.call()
    (prack,) = desk.respond(invite, 183, to_tag="one", headers=reliable(1), body=ANSWER)
    desk.respond(invite, 200, to_tag="two", body=OTHER)
    _, bye = desk.respond(invite, 200, to_tag="one")
    assert isinstance(bye, Request)
    assert (bye.method, bye.to_tag, bye.cseq.sequence) == ("BYE", "one", prack.cseq.sequence + 1)


def test_early_offer_by_update_moves_the_session_of_its_fork() -> None:
    """RFC 3311: an announcement goes over to the phone before it answers."""
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 183, headers=reliable(1), body=ANSWER)
    desk.events()
    assert from_phone(desk, invite, "UPDATE", body=MOVED) == []
    assert desk.told(OfferReceived) == OfferReceived("out", MOVED, "phone")
    desk.core.accept_offer("out", OURS, desk.now, fork="phone")
    (ok,) = desk.sent()
    assert isinstance(ok, Response)
    assert (ok.status, ok.sdp, ok.cseq.method) == (200, OURS, "UPDATE")
    desk.respond(invite, 200)
    assert desk.told(LegAnswered) == LegAnswered("out", MOVED)
    (record,) = desk.core.legs()
    assert (record.local_sdp, record.remote_sdp) == (OURS, MOVED)


def test_early_offer_waits_until_ours_is_answered() -> None:
    """RFC 3311 section 5.2."""
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 183, body=ANSWER)
    desk.events()
    assert status_of(from_phone(desk, invite, "UPDATE", body=MOVED)) == 491
    assert desk.events() == []


def test_second_early_offer_while_the_first_one_is_open_is_to_come_later() -> None:
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 183, headers=reliable(1), body=ANSWER)
    from_phone(desk, invite, "UPDATE", body=MOVED)
    (refusal,) = from_phone(desk, invite, "UPDATE", body=OTHER)
    assert status_of([refusal]) == 500
    assert refusal.header("retry-after") is not None


def test_refused_early_offer_leaves_what_was_agreed() -> None:
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 183, headers=reliable(1), body=ANSWER)
    from_phone(desk, invite, "UPDATE", body=MOVED)
    desk.core.reject_offer("out", 488, desk.now, fork="phone")
    assert desk.statuses() == [488]
    desk.events()
    desk.respond(invite, 200)
    assert desk.told(LegAnswered).sdp == ANSWER


def test_early_offer_is_still_open_when_the_phone_answers() -> None:
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 183, headers=reliable(1), body=ANSWER)
    from_phone(desk, invite, "UPDATE", body=MOVED)
    desk.respond(invite, 200)
    assert desk.events()[-1] == LegAnswered("out", ANSWER)
    desk.core.accept_offer("out", OURS, desk.now, fork="phone")
    assert desk.statuses() == [200]
    (record,) = desk.core.legs()
    assert (record.local_sdp, record.remote_sdp) == (OURS, MOVED)


def test_early_offer_of_a_fork_that_loses_is_ended() -> None:
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 183, to_tag="one", headers=reliable(1), body=ANSWER)
    from_phone(desk, invite, "UPDATE", fork="one", body=MOVED)
    sent = desk.respond(invite, 200, to_tag="two", body=OTHER)
    assert status_of(sent) == 487


def test_early_update_without_offer_moves_the_target() -> None:
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 180)
    data = desk.request("UPDATE", to_tag=invite.from_tag, call_id=invite.call_id)
    moved = data.replace(b"<sip:caller@10.0.0.9:5060>", b"<sip:x@192.0.2.9>")
    (ok,) = desk.receive(moved.replace(b";tag=peer", b";tag=phone"))
    assert isinstance(ok, Response)
    assert ok.status == 200
    (prack,) = desk.receive(
        build_response(invite, 183, to_tag="phone", headers=[("Require", "100rel"), ("RSeq", "1")])
    )
    assert isinstance(prack, Request)
    assert prack.uri == "sip:x@192.0.2.9"


def test_offer_of_the_peer_in_a_183_is_answered_in_the_prack() -> None:
    """RFC 3262 section 5: an INVITE without offer."""
    desk = Desk()
    invite = desk.call(sdp="")
    assert desk.respond(invite, 183, headers=reliable(1), body=OFFER) == []
    assert desk.events() == [LegRinging("out", 183, None, "phone"), OfferReceived("out", OFFER, "phone")]
    assert desk.respond(invite, 183, headers=reliable(1), body=OFFER) == []
    desk.core.accept_offer("out", ANSWER, desk.now, fork="phone")
    (prack,) = desk.requests()
    assert (prack.method, prack.sdp, prack.header("rack")) == (
        "PRACK",
        ANSWER,
        f"1 {invite.cseq.sequence} INVITE",
    )
    (ack,) = desk.respond(invite, 200)
    assert isinstance(ack, Request)
    assert (ack.method, ack.body) == ("ACK", b"")
    assert desk.told(LegAnswered) == LegAnswered("out", OFFER)


def test_offer_in_an_unreliable_response_is_none() -> None:
    desk = Desk()
    invite = desk.call(sdp="")
    desk.respond(invite, 183, body=OFFER)
    assert desk.told(LegRinging).sdp is None


def test_refused_offer_in_a_183_ends_the_attempt() -> None:
    desk = Desk()
    invite = desk.call(sdp="")
    desk.respond(invite, 183, headers=reliable(1), body=OFFER)
    desk.events()
    desk.core.reject_offer("out", 488, desk.now, fork="phone")
    assert methods(desk.sent()) == ["CANCEL"]
    assert desk.told(LegRejected).status == 488


def test_forks_beyond_reason_are_not_kept() -> None:
    desk = Desk()
    invite = desk.call()
    for number in range(200):
        desk.respond(invite, 180, to_tag=f"fork{number}")
    assert len(desk.events()) == 64
    desk.respond(invite, 200, to_tag="fork199", body=ANSWER)
    assert desk.told(LegAnswered).sdp == ANSWER


# We are called


def prack(desk: Desk, response: Request | Response, body: str = "") -> list[Request | Response]:
    rack = f"RAck: {response.header('rseq')} {response.cseq.sequence} INVITE"
    return desk.receive(desk.request("PRACK", rack, to_tag=response.to_tag, body=body))


def ring(desk: Desk, leg_id: str, sdp: str = ANSWER) -> Response:
    desk.core.ring(leg_id, desk.now, status=183, sdp=sdp)
    (response,) = desk.sent()
    assert isinstance(response, Response)
    return response


def test_answer_given_in_a_reliable_183_is_not_given_again() -> None:
    desk = Desk()
    leg_id = desk.incoming("Require: 100rel")
    ringing = ring(desk, leg_id)
    assert ringing.sdp == ANSWER
    prack(desk, ringing)
    assert ring(desk, leg_id).sdp is None


def test_200_after_a_reliable_answer_has_no_description() -> None:
    desk = Desk()
    leg_id = desk.incoming("Require: 100rel")
    prack(desk, ring(desk, leg_id))
    desk.core.answer(leg_id, OTHER, desk.now)
    (ok,) = desk.sent()
    assert isinstance(ok, Response)
    assert (ok.status, ok.sdp) == (200, None)
    desk.receive(desk.request("ACK", to_tag=ok.to_tag, cseq=ok.cseq.sequence))
    assert desk.told(LegConfirmed) == LegConfirmed(leg_id, None)
    (record,) = desk.core.legs()
    assert (record.local_sdp, record.remote_sdp) == (ANSWER, OFFER)


def test_unreliable_183_leaves_the_answer_to_the_200() -> None:
    desk = Desk()
    leg_id = desk.incoming()
    assert ring(desk, leg_id).sdp == ANSWER
    desk.core.answer(leg_id, ANSWER, desk.now)
    (ok,) = desk.sent()
    assert ok.body.decode() == ANSWER


def test_caller_without_an_offer_gets_ours_in_a_reliable_183_and_answers_in_prack() -> None:
    desk = Desk()
    leg_id = desk.incoming("Require: 100rel", body="")
    ringing = ring(desk, leg_id, OURS)
    assert ringing.sdp == OURS
    assert [message.status for message in prack(desk, ringing, ANSWER) if isinstance(message, Response)] == [
        200
    ]
    assert desk.told(OfferAnswered) == OfferAnswered(leg_id, ANSWER)
    desk.core.answer(leg_id, OURS, desk.now)
    (ok,) = desk.sent()
    assert (ok.body, ok.cseq.method) == (b"", "INVITE")
    desk.receive(desk.request("ACK", to_tag=ok.to_tag, cseq=ok.cseq.sequence))
    assert desk.told(LegConfirmed) == LegConfirmed(leg_id, None)
    (record,) = desk.core.legs()
    assert (record.local_sdp, record.remote_sdp) == (OURS, ANSWER)


def test_prack_that_lacks_the_answer_leaves_it_to_the_ack() -> None:
    desk = Desk()
    leg_id = desk.incoming("Require: 100rel", body="")
    prack(desk, ring(desk, leg_id, OURS))
    desk.core.answer(leg_id, OURS, desk.now)
    (ok,) = desk.sent()
    assert ok.body.decode() == OURS
    desk.receive(desk.request("ACK", to_tag=ok.to_tag, cseq=ok.cseq.sequence, body=ANSWER))
    assert desk.told(LegConfirmed) == LegConfirmed(leg_id, ANSWER)


def test_caller_without_an_offer_gets_none_in_an_unreliable_183() -> None:
    desk = Desk()
    assert ring(desk, desk.incoming(body=""), OURS).sdp is None


def test_offer_in_a_prack_is_answered_in_its_200() -> None:
    desk = Desk()
    leg_id = desk.incoming("Require: 100rel")
    ringing = ring(desk, leg_id)
    assert prack(desk, ringing, MOVED) == []
    assert desk.told(OfferReceived) == OfferReceived(leg_id, MOVED)
    desk.core.answer(leg_id, ANSWER, desk.now)
    assert desk.sent() == []
    desk.core.accept_offer(leg_id, OURS, desk.now)
    ok, answer = desk.sent()
    assert (ok.cseq.method, ok.body.decode()) == ("PRACK", OURS)
    assert (answer.cseq.method, answer.body) == ("INVITE", b"")


def test_offer_in_a_prack_before_our_answer_has_to_come_later() -> None:
    desk = Desk()
    leg_id = desk.incoming("Require: 100rel")
    desk.core.ring(leg_id, desk.now)
    (ringing,) = desk.sent()
    assert status_of(prack(desk, ringing, MOVED)) == 500


def test_early_update_of_the_caller_is_taken_once_the_first_offer_is_answered() -> None:
    desk = Desk(settings=CoreSettings(session_expires=0))
    leg_id = desk.incoming("Require: 100rel")
    ringing = ring(desk, leg_id)
    (refusal,) = desk.receive(desk.request("UPDATE", to_tag=ringing.to_tag, body=MOVED))
    assert isinstance(refusal, Response)
    assert refusal.status == 500
    prack(desk, ringing)
    assert desk.receive(desk.request("UPDATE", to_tag=ringing.to_tag, body=MOVED)) == []
    assert desk.told(OfferReceived) == OfferReceived(leg_id, MOVED)
    desk.core.accept_offer(leg_id, OURS, desk.now)
    (ok,) = desk.sent()
    assert (ok.cseq.method, ok.body.decode()) == ("UPDATE", OURS)


def test_second_invite_before_the_answer_has_to_come_later() -> None:
    """RFC 3261 section 14.2."""
    desk = Desk()
    leg_id = desk.incoming("Require: 100rel")
    ringing = ring(desk, leg_id)
    prack(desk, ringing)
    (refusal,) = desk.receive(desk.request("INVITE", to_tag=ringing.to_tag, body=MOVED))
    assert isinstance(refusal, Response)
    assert refusal.status == 500
    assert desk.events() == []


def test_call_that_is_refused_while_an_early_offer_is_open_leaves_nothing() -> None:
    desk = Desk()
    leg_id = desk.incoming("Require: 100rel")
    ringing = ring(desk, leg_id)
    prack(desk, ringing)
    desk.receive(desk.request("UPDATE", to_tag=ringing.to_tag, body=MOVED))
    desk.core.reject(leg_id, 486, desk.now)
    assert sorted(desk.statuses()) == [486, 487]
    desk.wait(70)
    assert (desk.core.leg_count, desk.core.transaction_count) == (0, 0)
