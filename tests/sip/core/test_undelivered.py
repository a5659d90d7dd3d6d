"""Requests that reach nobody, as ICMP tells (RFC 3261 sections 18.4 and 8.1.3.1)."""

from __future__ import annotations

import pytest
from tests.sip.core.desk import ANSWER, OFFER, PEER, TCP, Desk

from huntline.sip.core.events import LegRejected
from huntline.sip.core.message import Request

ELSEWHERE = ("192.0.2.98", 5080)


def datagram(desk: Desk) -> bytes:
    """Call the peer; returns our INVITE as it was sent."""
    desk.call()
    invite = desk.wait(0.6)[0][1]  # the same again
    assert isinstance(invite, Request)
    lines = [f"INVITE {invite.uri} SIP/2.0", f"Via: {invite.header('via')}", "Max-Forwards: 70", "", ""]
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize("length", [None, 300, 28, 0], ids=["whole", "head", "start", "nothing"])
def test_invite_that_reaches_nobody_fails_at_once(length: int | None) -> None:
    desk = Desk()
    desk.core.undelivered(datagram(desk)[:length], PEER, desk.now)
    assert desk.told(LegRejected) == LegRejected("out", 503, "Service Unavailable", is_local=True)
    desk.wait(40)
    assert (desk.core.leg_count, desk.core.transaction_count) == (0, 0)


def test_error_of_another_peer_is_not_ours() -> None:
    desk = Desk()
    desk.call()
    desk.core.undelivered(b"", ELSEWHERE, desk.now)
    desk.core.undelivered(b"INVITE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=z9hG4bKold\r\n", PEER, desk.now)
    desk.core.undelivered(b"SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP x", PEER, desk.now)
    assert desk.events() == []


def test_error_for_our_ack_is_not_one_for_the_invite() -> None:
    desk = Desk()
    data = datagram(desk)
    desk.core.undelivered(data.replace(b"INVITE", b"ACK", 1), PEER, desk.now)
    assert desk.events() == []


@pytest.mark.parametrize("status", [100, 180])
def test_peer_that_has_been_heard_is_there(status: int) -> None:
    """An error that comes late, of a repetition say, does not end a ring."""
    desk = Desk()
    desk.respond(desk.call(), status)
    desk.events()
    desk.core.undelivered(b"", PEER, desk.now)
    assert desk.events() == []
    assert desk.core.leg_count == 1


def test_connections_have_no_such_errors() -> None:
    desk = Desk(TCP)
    desk.call()
    desk.core.undelivered(b"", PEER, desk.now)
    assert desk.events() == []


def test_caller_whose_answer_did_not_arrive_gets_it_again() -> None:
    desk = Desk()
    leg_id = desk.incoming()
    desk.core.answer(leg_id, ANSWER, desk.now)
    (ok,) = desk.sent()
    desk.core.undelivered(b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x;branch=z9hG4bKfirst\r\n", PEER, desk.now)
    desk.core.undelivered(b"", PEER, desk.now)
    assert [message.cseq for _, message in desk.wait(0.6)] == [ok.cseq]
    assert desk.events() == []


def test_refresh_that_reached_nobody_has_time_to_try_again() -> None:
    desk = Desk()
    desk.talking(("Session-Expires", "1800;refresher=uac"))
    desk.wait(900)
    desk.core.undelivered(b"", PEER, desk.now)
    assert desk.events() == []
    again = desk.wait(4.1)[0][1]
    assert isinstance(again, Request)
    assert (again.method, again.sdp) == ("INVITE", OFFER)
