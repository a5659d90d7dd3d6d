"""Who is at the other end, told and heard within a dialog (RFC 4916, RFC 5876)."""

from __future__ import annotations

import pytest

from huntline.sip.core.events import LegAnswered, PeerIdentified
from huntline.sip.core.message import Response

from .desk import ANSWER, Desk

BAO = ("P-Asserted-Identity", '"Bao" <sip:bao@contoso.com>')


@pytest.mark.parametrize(("allow", "method"), [("INVITE, UPDATE", "UPDATE"), ("INVITE", "INVITE")])
def test_the_peer_is_told_by_update_or_by_an_offer_of_nothing_new(allow: str, method: str) -> None:
    desk = Desk()
    leg_id, _ = desk.answered_call(f"Allow: {allow}")
    desk.core.identify(leg_id, (BAO,), desk.now)
    (request,) = desk.requests()
    assert (request.method, request.header("p-asserted-identity")) == (method, BAO[1])
    record = desk.core.leg(leg_id)
    assert record is not None
    if method == "INVITE":
        assert request.sdp == record.local_sdp


def test_what_is_said_once_is_said_in_all_that_follows() -> None:
    desk = Desk()
    leg_id, tag = desk.answered_call("Allow: UPDATE")
    desk.core.identify(leg_id, (BAO,), desk.now)
    (request,) = desk.requests()
    desk.respond(request, 200)
    (answer,) = desk.receive(desk.request("UPDATE", to_tag=tag, cseq=2, branch="z9hG4bKu"))
    assert isinstance(answer, Response)
    assert answer.header("p-asserted-identity") == BAO[1]


def test_what_the_peer_says_of_itself_is_heard_in_requests_that_are_taken() -> None:
    desk = Desk()
    leg_id, tag = desk.answered_call()
    desk.events()
    line = f"{BAO[0]}: {BAO[1]}"
    desk.receive(desk.request("UPDATE", line, to_tag=tag, cseq=2, branch="z9hG4bKu"))
    event = desk.told(PeerIdentified)
    assert (event.leg_id, event.message.all("p-asserted-identity")) == (leg_id, [BAO[1]])
    desk.receive(desk.request("UPDATE", line, to_tag="another", cseq=3, branch="z9hG4bKv"))
    assert desk.events() == []


def test_who_was_reached_is_heard_in_the_answer_to_our_invite() -> None:
    desk = Desk()
    desk.respond(desk.call(), 200, headers=(BAO,), body=ANSWER)
    answered, identified = desk.events()
    assert isinstance(answered, LegAnswered)
    assert isinstance(identified, PeerIdentified)
