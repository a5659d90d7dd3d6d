"""We call somebody: from our INVITE to the end of the call."""

from __future__ import annotations

from tests.sip.core.desk import ANSWER, OFFER, TCP, Desk

from huntline.sip.core.core import CoreSettings
from huntline.sip.core.digest import Challenger, ha1
from huntline.sip.core.digest_client import DigestCredentials
from huntline.sip.core.events import LegAnswered, LegEnded, LegRejected, LegRinging
from huntline.sip.core.message import Request, Response, build_response

ELSEWHERE = ("Reason", 'SIP;cause=200;text="Call completed elsewhere"')
AMAL = DigestCredentials("amal", "secret")


def methods(messages: list[Request | Response]) -> list[str]:
    return [message.method for message in messages if isinstance(message, Request)]


def test_invite_says_who_we_are_and_what_we_can() -> None:
    invite = Desk(TCP).call(headers=(("P-Asserted-Identity", "<sip:+1@contoso.com>"),))
    assert invite.uri == "sip:phone@192.0.2.99:5080"
    assert invite.header("via") is not None
    assert invite.top_via.branch.startswith("z9hG4bK")
    assert invite.top_via.transport == "TCP"
    assert "rport" in invite.top_via.parameters
    assert invite.from_tag
    assert invite.to_tag is None
    assert invite.header("contact") == "<sip:help@192.0.2.1:5060;transport=tcp>"
    assert invite.header("p-asserted-identity") == "<sip:+1@contoso.com>"
    assert {"timer", "100rel"} <= invite.tokens("supported")
    assert invite.sdp == OFFER


def test_phone_rings_answers_and_hangs_up() -> None:
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 100)
    desk.respond(invite, 180)
    assert desk.told(LegRinging) == LegRinging("out", 180, None, "phone")
    (ack,) = desk.respond(invite, 200, body=ANSWER)
    assert isinstance(ack, Request)
    assert (ack.method, ack.to_tag, ack.cseq.sequence) == ("ACK", "phone", invite.cseq.sequence)
    assert desk.told(LegAnswered) == LegAnswered("out", ANSWER)
    bye = desk.request("BYE", to_tag=invite.from_tag, call_id=invite.call_id)
    (ok,) = desk.receive(bye.replace(b";tag=peer", b";tag=phone"))
    assert isinstance(ok, Response)
    assert ok.status == 200
    assert desk.told(LegEnded) == LegEnded("out", "bye")


def test_early_media_is_told() -> None:
    desk = Desk()
    desk.respond(desk.call(), 183, body=ANSWER)
    assert desk.told(LegRinging) == LegRinging("out", 183, ANSWER, "phone")


def test_early_media_of_each_fork_is_told_apart() -> None:
    """RFC 3261 section 12.1.2: one INVITE of ours, several phones behind a proxy."""
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 183, to_tag="one", body=ANSWER)
    desk.respond(invite, 180, to_tag="two")
    assert desk.events() == [LegRinging("out", 183, ANSWER, "one"), LegRinging("out", 180, None, "two")]


def test_route_set_is_the_record_route_turned_around() -> None:
    """RFC 3261 section 12.1.2."""
    desk = Desk()
    desk.talking(("Record-Route", "<sip:p2.example.com;lr>, <sip:p1.example.com;lr>"))
    desk.core.hang_up("out", desk.now)
    (bye,) = desk.requests()
    assert bye.all("route") == ["<sip:p1.example.com;lr>", "<sip:p2.example.com;lr>"]


def test_bye_carries_the_given_headers_and_follows_the_ack_in_number() -> None:
    desk = Desk()
    invite = desk.talking()
    desk.core.hang_up("out", desk.now, headers=(ELSEWHERE,))
    (bye,) = desk.requests()
    assert bye.header("reason") == ELSEWHERE[1]
    assert bye.cseq == (invite.cseq.sequence + 1, "BYE")
    assert desk.core.leg_count == 0
    desk.respond(bye, 200, to_tag=None)
    assert desk.events() == []


def test_cancel_repeats_the_invite_and_carries_the_given_headers() -> None:
    """RFC 3261 section 9.1."""
    desk = Desk()
    invite = desk.call(route=("<sip:proxy.example.com;lr>",))
    desk.respond(invite, 180)
    desk.events()
    desk.core.hang_up("out", desk.now, headers=(ELSEWHERE,))
    (cancel,) = desk.requests()
    assert (cancel.method, cancel.uri, cancel.to_tag) == ("CANCEL", invite.uri, None)
    for name in ("via", "from", "to", "call-id", "route"):
        assert cancel.header(name) == invite.header(name)
    assert cancel.cseq == (invite.cseq.sequence, "CANCEL")
    assert cancel.header("reason") == ELSEWHERE[1]
    desk.respond(cancel, 200)
    (ack,) = desk.respond(invite, 487)
    assert isinstance(ack, Request)
    assert ack.method == "ACK"
    assert desk.events() == []
    assert desk.core.leg_count == 0


def test_cancel_waits_for_the_first_provisional_response() -> None:
    """RFC 3261 section 9.1."""
    desk = Desk()
    invite = desk.call()
    desk.core.hang_up("out", desk.now)
    assert desk.sent() == []
    (cancel,) = desk.respond(invite, 100)
    assert isinstance(cancel, Request)
    assert cancel.method == "CANCEL"
    assert desk.respond(invite, 180) == []
    assert desk.events() == []


def test_cancel_that_gets_no_final_response_is_the_end_after_64_t1() -> None:
    """RFC 3261 section 9.1."""
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 180)
    desk.core.hang_up("out", desk.now)
    desk.wait(40)
    assert (desk.core.leg_count, desk.core.transaction_count) == (0, 0)


def test_answer_that_crosses_our_cancel_is_acknowledged_and_ended() -> None:
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 180)
    desk.events()
    desk.core.hang_up("out", desk.now, headers=(ELSEWHERE,))
    desk.sent()
    messages = desk.respond(invite, 200, body=ANSWER)
    assert methods(messages) == ["ACK", "BYE"]
    assert messages[1].header("reason") == ELSEWHERE[1]
    assert methods(desk.respond(invite, 200, body=ANSWER)) == ["ACK"]
    assert desk.events() == []
    assert desk.core.leg_count == 0


def test_first_of_several_answers_wins_and_the_others_are_ended() -> None:
    """RFC 3261 section 13.2.2.4: forked by a proxy on the way."""
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 180, to_tag="one")
    desk.respond(invite, 180, to_tag="two")
    desk.respond(invite, 200, to_tag="two", body=ANSWER)
    assert isinstance(desk.events()[-1], LegAnswered)
    messages = desk.respond(invite, 200, to_tag="one", body=ANSWER)
    assert methods(messages) == ["ACK", "BYE"]
    assert {message.to_tag for message in messages} == {"one"}
    assert methods(desk.respond(invite, 200, to_tag="one", body=ANSWER)) == ["ACK"]
    assert desk.events() == []
    (record,) = desk.core.legs()
    assert record.remote_tag == "two"


def test_challenge_is_answered_with_the_same_call_and_a_higher_number() -> None:
    """RFC 3261 section 22.2."""
    desk = Desk()
    invite = desk.call(credentials=AMAL)
    challenger = Challenger(b"provider")
    challenges = [("Proxy-Authenticate", value) for value in challenger.challenges("p", 0)]
    ack, again = desk.respond(invite, 407, headers=challenges)
    assert isinstance(ack, Request)
    assert isinstance(again, Request)
    assert (again.call_id, again.from_tag) == (invite.call_id, invite.from_tag)
    assert again.cseq.sequence == invite.cseq.sequence + 1
    assert again.sdp == OFFER
    verdict = challenger.check(
        again.header("proxy-authorization"),
        "INVITE",
        again.uri,
        lambda user, realm, algorithm: ha1(user, realm, "secret", algorithm),
        0,
    )
    assert verdict.outcome == "ok"
    desk.respond(again, 407, headers=challenges)
    assert desk.told(LegRejected).status == 407


def test_stale_nonce_gets_one_more_proof() -> None:
    desk = Desk()
    challenger = Challenger(b"provider")
    first = [("WWW-Authenticate", value) for value in challenger.challenges("p", 0)]
    stale = [("WWW-Authenticate", value) for value in challenger.challenges("p", 0, stale=True)]
    invite = desk.call(credentials=AMAL)
    _, second = desk.respond(invite, 401, headers=first)
    assert isinstance(second, Request)
    _, third = desk.respond(second, 401, headers=stale)
    assert isinstance(third, Request)
    assert methods(desk.respond(third, 401, headers=stale)) == ["ACK"]
    assert desk.told(LegRejected).status == 401


def test_challenge_without_credentials_is_a_refusal() -> None:
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 401, headers=[("WWW-Authenticate", 'Digest realm="x", nonce="y"')])
    assert desk.told(LegRejected).status == 401


def test_challenged_bye_is_proven_too() -> None:
    desk = Desk()
    invite = desk.call(credentials=AMAL)
    desk.respond(invite, 200, body=ANSWER)
    desk.core.hang_up("out", desk.now)
    (bye,) = desk.requests()
    challenge = ("Proxy-Authenticate", 'Digest realm="x", nonce="y", algorithm=MD5, qop="auth"')
    (again,) = desk.respond(bye, 407, to_tag=None, headers=[challenge])
    assert isinstance(again, Request)
    assert again.method == "BYE"
    assert again.header("proxy-authorization") is not None
    desk.respond(again, 200, to_tag=None)
    desk.wait(40)
    assert desk.core.transaction_count == 0


def test_longer_session_interval_is_granted_when_demanded() -> None:
    """RFC 4028 section 7.3: a 422 is answered with its Min-SE."""
    desk = Desk(settings=CoreSettings(session_expires=300))
    invite = desk.call()
    assert invite.header("session-expires") == "300"
    _, again = desk.respond(invite, 422, headers=[("Min-SE", "900")])
    assert again.header("session-expires") == "900"
    assert again.header("min-se") == "900"
    assert again.cseq.sequence == invite.cseq.sequence + 1


def test_peer_offers_and_our_ack_answers() -> None:
    """Late offer the other way: an INVITE without a body."""
    desk = Desk()
    invite = desk.call(sdp="")
    assert invite.body == b""
    assert desk.respond(invite, 200, body=OFFER) == []
    assert desk.told(LegAnswered) == LegAnswered("out", OFFER)
    assert desk.respond(invite, 200, body=OFFER) == []
    desk.core.accept_offer("out", ANSWER, desk.now)
    (ack,) = desk.requests()
    assert (ack.method, ack.sdp) == ("ACK", ANSWER)
    assert methods(desk.respond(invite, 200, body=OFFER)) == ["ACK"]


def test_hanging_up_before_the_late_answer_acknowledges_first() -> None:
    desk = Desk()
    invite = desk.call(sdp="")
    desk.respond(invite, 200, body=OFFER)
    desk.core.hang_up("out", desk.now)
    assert methods(desk.sent()) == ["ACK", "BYE"]


def test_bye_on_an_early_dialog_ends_the_attempt() -> None:
    """The phone was answered, its 200 was lost and somebody hung up there."""
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 180)
    desk.events()
    bye = desk.request("BYE", to_tag=invite.from_tag, call_id=invite.call_id)
    messages = desk.receive(bye.replace(b";tag=peer", b";tag=phone"))
    assert [getattr(message, "status", None) for message in messages] == [200, None]
    assert methods(messages) == ["CANCEL"]
    assert desk.told(LegRejected).status == 487


def test_phone_that_rings_for_ever_is_given_up() -> None:
    desk = Desk(settings=CoreSettings(ring_limit=60))
    desk.respond(desk.call(), 180)
    desk.events()
    sent = desk.wait(61)
    assert [at for at, message in sent if message.cseq.method == "CANCEL"][0:1] == [60]
    assert desk.told(LegRejected).status == 408


def test_contact_without_brackets_is_where_the_dialog_goes_on() -> None:
    """RFC 3261 section 20.10: brackets in a quoted parameter are none around the URI."""
    desk = Desk()
    contact = 'sip:moved@192.0.2.7:5090;+sip.instance="<urn:uuid:1>"'
    invite = desk.call()
    data = build_response(invite, 200, to_tag="phone", headers=[("Contact", contact)], body=ANSWER)
    (ack,) = desk.receive(data)
    assert isinstance(ack, Request)
    desk.core.hang_up("out", desk.now)
    (bye,) = desk.requests()
    assert (ack.uri, bye.uri) == ("sip:moved@192.0.2.7:5090", "sip:moved@192.0.2.7:5090")


def test_broken_contact_in_the_answer_leaves_the_address_that_was_called() -> None:
    desk = Desk()
    invite = desk.call()
    (ack,) = desk.respond(invite, 200, headers=(("Contact", "<broken"),), body=ANSWER)
    assert isinstance(ack, Request)
    assert ack.method == "ACK"
