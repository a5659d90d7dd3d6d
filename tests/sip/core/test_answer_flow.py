"""Where answers go (RFC 3261 section 18.2.2, RFC 3581)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.fakes.messages import request_bytes
from tests.sip.core.desk import ANSWER, OFFER, TCP, UDP, Desk

from huntline.sip.core.core import CoreSettings
from huntline.sip.core.events import InviteReceived, RequestReceived
from huntline.sip.core.flow import Flow
from huntline.sip.core.message import parse_message

SIX = Flow(UDP.transport, ("2001:db8::1", 5060), ("2001:db8::99", 5080))
LOCAL = Flow(UDP.transport, ("127.0.0.1", 5060), ("127.0.0.1", 5080))

CASES = [
    # Via (sent-by and parameters), source, where answers go
    ("192.0.2.99:5060", UDP, ("192.0.2.99", 5060)),
    ("192.0.2.99", UDP, ("192.0.2.99", 5060)),
    ("gateway.example.com:6000", UDP, ("192.0.2.99", 6000)),
    ("1.1.1.1:6000", UDP, ("192.0.2.99", 6000)),
    ("gateway.example.com", UDP, ("192.0.2.99", 5080)),
    ("192.0.2.99:5060;received=203.0.113.1", UDP, ("192.0.2.99", 5060)),
    ("192.0.2.99:5060;rport", UDP, ("192.0.2.99", 5080)),
    ("192.0.2.99:5060;rport=5060", UDP, ("192.0.2.99", 5080)),
    ("192.0.2.99:0", UDP, ("192.0.2.99", 5080)),
    # From behind a NAT, without rport.
    ("10.0.0.9:5060", UDP, ("192.0.2.99", 5080)),
    ("192.168.1.5", UDP, ("192.0.2.99", 5080)),
    ("100.64.1.1:5060", UDP, ("192.0.2.99", 5080)),
    ("10.0.0.9:5060", replace(UDP, remote=("10.0.0.9", 40000)), ("10.0.0.9", 5060)),
    # maddr, but not so that a stranger could have us send to ourselves or to everybody.
    ("192.0.2.99:5060;maddr=198.51.100.7", UDP, ("198.51.100.7", 5060)),
    ("192.0.2.99;maddr=198.51.100.7;rport", UDP, ("198.51.100.7", 5060)),
    ("192.0.2.99:5060;maddr=127.0.0.1", UDP, ("192.0.2.99", 5060)),
    ("192.0.2.99:5060;maddr=224.0.1.75", UDP, ("192.0.2.99", 5060)),
    ("192.0.2.99:5060;maddr=255.255.255.255", UDP, ("192.0.2.99", 5060)),
    ("192.0.2.99:5060;maddr=0.0.0.0", UDP, ("192.0.2.99", 5060)),
    ("192.0.2.99:5060;maddr=[2001:db8::7]", UDP, ("192.0.2.99", 5060)),
    ("192.0.2.99:5060;maddr=example.com", UDP, ("192.0.2.99", 5060)),
    ("127.0.0.1:5070;maddr=127.0.0.2", LOCAL, ("127.0.0.2", 5070)),
    ("[2001:db8::99]:5070", SIX, ("2001:db8::99", 5070)),
    ("[fd00::9]:5070", SIX, ("2001:db8::99", 5080)),
    ("[2001:db8::99]:5070;maddr=[2001:db8::7]", SIX, ("2001:db8::7", 5070)),
    # A connection is always the way back.
    ("192.0.2.99:5060;maddr=198.51.100.7", TCP, TCP.remote),
]


def destination(desk: Desk) -> tuple[str, int]:
    (send,) = desk.core.take_output()
    return send.flow.remote


@pytest.mark.parametrize(("via", "source", "expected"), CASES)
def test_answer_of_a_transaction(via: str, source: Flow, expected: tuple[str, int]) -> None:
    desk = Desk()
    data = _request("OPTIONS", via, source)
    desk.core.receive(data, source, desk.now)
    received = desk.told(RequestReceived)
    assert received.flow == source
    desk.core.respond(received.transaction_id, 200, desk.now)
    assert destination(desk) == expected
    if not source.transport.is_reliable:
        desk.core.receive(data, source, desk.now)
        assert destination(desk) == expected


@pytest.mark.parametrize(("via", "source", "expected"), CASES)
@pytest.mark.parametrize("kind", ["unknown dialog", "malformed", "too much"])
def test_answer_without_a_transaction(kind: str, via: str, source: Flow, expected: tuple[str, int]) -> None:
    desk = Desk(settings=CoreSettings(max_transactions=0 if kind == "too much" else 10))
    data = _request("BYE", via, source)
    if kind == "unknown dialog":
        data = data.replace(b"To: <sip:amal@contoso.com>", b"To: <sip:amal@contoso.com>;tag=gone")
    elif kind == "malformed":
        data = data.replace(b"Max-Forwards: 70", b"Max-Forwards: many")
    desk.core.receive(data, source, desk.now)
    assert destination(desk) == expected


def test_answer_says_where_the_request_came_from_all_the_same() -> None:
    """Section 18.2.1: received."""
    desk = Desk()
    (answer,) = desk.receive(_request("BYE", "gateway.example.com:6000", UDP))
    assert answer.top_via.parameters["received"] == "192.0.2.99"
    assert "rport" not in answer.top_via.parameters


def test_caller_that_sends_from_another_port_than_it_listens_on_is_served_there() -> None:
    """As many gateways do: all answers, those repeated and what we ask in the dialog."""
    desk = Desk()
    listens_at = ("192.0.2.99", 5060)
    invite = _no_rport(desk.request("INVITE", body=OFFER))
    desk.core.receive(invite, UDP, desk.now)
    event = desk.told(InviteReceived)
    assert event.flow == UDP
    desk.core.ring(event.leg_id, desk.now)
    desk.core.answer(event.leg_id, ANSWER, desk.now)
    sends = desk.core.take_output()
    assert [send.flow.remote for send in sends] == [listens_at] * 2
    desk.now += 1
    desk.core.tick(desk.now)
    assert destination(desk) == listens_at
    tag = parse_message(sends[-1].data).to_tag
    desk.core.receive(_no_rport(desk.request("ACK", to_tag=tag, cseq=1)), UDP, desk.now)
    desk.core.receive(_no_rport(desk.request("OPTIONS", to_tag=tag)), UDP, desk.now)
    assert destination(desk) == listens_at
    desk.core.hang_up(event.leg_id, desk.now)
    assert destination(desk) == listens_at


def test_phone_that_was_called_by_its_registered_flow_stays_reachable_there() -> None:
    desk = Desk()
    invite = desk.talking()
    data = desk.request("UPDATE", to_tag=invite.from_tag, call_id=invite.call_id)
    desk.core.receive(_no_rport(data.replace(b";tag=peer", b";tag=phone")), UDP, desk.now)
    assert destination(desk) == ("192.0.2.99", 5060)
    desk.core.hang_up("out", desk.now)
    assert destination(desk) == UDP.remote


def _request(method: str, via: str, source: Flow) -> bytes:
    whole = request_bytes(method, via=f"SIP/2.0/{source.transport.upper()} {via}")
    return whole if ";rport" in via else whole.replace(b";rport;branch", b";branch")


def _no_rport(data: bytes) -> bytes:
    return data.replace(b"10.0.0.9:5060;rport", b"192.0.2.99:5060")
