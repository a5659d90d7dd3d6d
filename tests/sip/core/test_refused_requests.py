"""Nothing of a refused request changes anything: where the peer is, its target, its timers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.sip.core.desk import ANSWER, OFFER, UDP, Desk

from huntline.sip.core.events import LegConfirmed, LegEnded, OfferReceived, ReferReceived
from huntline.sip.core.flow import Flow
from huntline.sip.core.leg_record import LegView
from huntline.sip.core.message import Request, Response, parse_message

STRANGER = replace(UDP, remote=("198.51.100.66", 5060))
HOLD = OFFER + "a=sendonly\r\n"
EVIL = "Contact: <sip:evil@198.51.100.66>"
REFRESH = ("Session-Expires: 300;refresher=uac", "Supported: timer")


class Line(Desk):
    """A desk that also tells where everything is sent to."""

    def __init__(self) -> None:
        super().__init__()
        self.flows: list[Flow] = []

    def sent(self) -> list[Request | Response]:
        sends = self.core.take_output()
        self.flows = [send.flow for send in sends]
        return [parse_message(send.data) for send in sends]

    def from_stranger(self, *args: str, **fields: object) -> list[int]:
        """The peer's dialog as somebody elsewhere would speak in it; the statuses of what we answer."""
        data = self.request(*args, **fields)  # type: ignore[arg-type]
        moved = data.replace(b"<sip:caller@10.0.0.9:5060>", b"<sip:evil@198.51.100.66>")
        answers = self.receive(moved.replace(b"z9hG4bKpeer", b"z9hG4bKevil"), STRANGER)
        return [message.status for message in answers if isinstance(message, Response)]

    def record(self, leg_id: str) -> LegView:
        leg = self.core.leg(leg_id)
        assert leg is not None
        return leg


def refused(line: Line, leg_id: str, tag: str, kind: str) -> int:
    """Let the stranger ask for something that is refused; the status."""
    old = {"to_tag": tag, "cseq": 1}
    new = {"to_tag": tag}
    if kind == "out of order":
        line.receive(line.request("OPTIONS", to_tag=tag))
        (status,) = line.from_stranger("UPDATE", *REFRESH, **old)
    elif kind == "old re-INVITE":
        line.receive(line.request("OPTIONS", to_tag=tag))
        (status,) = line.from_stranger("INVITE", *REFRESH, body=HOLD, **old)
    elif kind == "refused re-INVITE":
        line.from_stranger("INVITE", *REFRESH, body=HOLD, **new)
        assert line.told(OfferReceived).sdp == HOLD
        line.core.reject_offer(leg_id, 488, line.now)
        (status,) = line.statuses()
        line.receive(line.request("ACK", to_tag=tag, branch=f"z9hG4bKevilINVITE{line.cseq}"), STRANGER)
    elif kind == "refused UPDATE":
        line.from_stranger("UPDATE", *REFRESH, body=HOLD, **new)
        line.core.reject_offer(leg_id, 488, line.now)
        (status,) = line.statuses()
    elif kind == "refused REFER":
        line.from_stranger("REFER", "Refer-To: <sip:bao@contoso.com>", **new)
        line.core.refuse_refer(leg_id, 603, line.now)
        (status,) = line.statuses()
    else:
        requests = {
            "too short": ("UPDATE", "Session-Expires: 30", "Supported: timer"),
            "unknown extension": ("UPDATE", "Require: teleport"),
            "unknown method": ("MESSAGE",),
            "stray PRACK": ("PRACK", "RAck: 1 1 INVITE"),
            "no Refer-To": ("REFER",),
        }
        (status,) = line.from_stranger(*requests[kind], **new)
    return status


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("out of order", 500),
        ("old re-INVITE", 500),
        ("refused re-INVITE", 488),
        ("refused UPDATE", 488),
        ("refused REFER", 603),
        ("too short", 422),
        ("unknown extension", 420),
        ("unknown method", 405),
        ("stray PRACK", 481),
        ("no Refer-To", 400),
    ],
)
def test_refused_request_moves_nothing(kind: str, status: int) -> None:
    line = Line()
    leg_id, tag = line.answered_call(*REFRESH)
    before = line.record(leg_id)
    assert refused(line, leg_id, tag, kind) == status
    after = line.record(leg_id)
    assert replace(after, remote_cseq=before.remote_cseq) == before
    line.events()
    line.core.hang_up(leg_id, line.now)
    (bye,) = line.requests()
    assert (bye.method, bye.uri, line.flows) == ("BYE", "sip:caller@10.0.0.9:5060", [UDP])


@pytest.mark.parametrize("kind", ["out of order", "refused UPDATE", "refused re-INVITE"])
def test_refused_request_is_no_sign_of_life(kind: str) -> None:
    """RFC 4028 section 10: the session expires 300 - 32 s after it was agreed on, whatever was refused."""
    line = Line()
    leg_id, tag = line.answered_call(*REFRESH)
    line.wait(200)
    refused(line, leg_id, tag, kind)
    line.events()
    line.wait(67)
    assert line.events() == []
    line.wait(2)
    assert line.told(LegEnded) == LegEnded(leg_id, "session expired")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"to_tag": "wrong"}, 481),
        ({"call_id": "call-2"}, 481),
    ],
)
@pytest.mark.parametrize("method", ["BYE", "UPDATE", "INVITE", "INFO", "PRACK", "REFER"])
def test_request_of_another_dialog_changes_nothing(method: str, changes: dict[str, str], status: int) -> None:
    line = Line()
    leg_id, tag = line.answered_call(*REFRESH)
    before = line.record(leg_id)
    uri = before.contact.strip("<>")
    assert line.from_stranger(method, *REFRESH, **{"to_tag": tag, "uri": uri, **changes}) == [status]
    assert line.record(leg_id) == before
    assert line.events() == []


def test_stray_acks_and_cancels_change_nothing() -> None:
    line = Line()
    leg_id = line.incoming()
    line.core.answer(leg_id, ANSWER, line.now)
    (ok,) = line.sent()
    tag = ok.to_tag
    before = line.record(leg_id)
    for fields in ({"to_tag": "wrong"}, {"to_tag": tag, "cseq": 9}, {"to_tag": tag, "call_id": "call-2"}):
        line.from_stranger("ACK", **fields)
    assert line.from_stranger("CANCEL", cseq=1) == [481]
    assert line.record(leg_id) == before
    assert line.events() == []
    line.receive(line.request("ACK", to_tag=tag, cseq=1))
    assert line.told(LegConfirmed) == LegConfirmed(leg_id, None)


def test_accepted_request_moves_the_peer() -> None:
    """As a phone does whose NAT has given it another port."""
    line = Line()
    leg_id, tag = line.answered_call()
    assert line.from_stranger("UPDATE", to_tag=tag) == [200]
    line.core.hang_up(leg_id, line.now)
    (bye,) = line.requests()
    assert (bye.uri, line.flows) == ("sip:evil@198.51.100.66", [STRANGER])


def test_request_that_waits_for_our_user_moves_the_peer_when_it_is_accepted() -> None:
    line = Line()
    leg_id, tag = line.answered_call()
    line.from_stranger("REFER", "Refer-To: <sip:bao@contoso.com>", to_tag=tag)
    assert isinstance(line.told(ReferReceived), ReferReceived)
    assert line.record(leg_id).flow["remote"] == UDP.remote
    line.core.accept_refer(leg_id, line.now)
    line.sent()
    assert set(line.flows) == {STRANGER}
