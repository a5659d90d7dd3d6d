"""A first look shows what an answer copies, and never fails (unit)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.messages import request_bytes
from tests.sip.core.desk import Desk
from tests.sip.core.test_torture_messages import EXPECTED, read

from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.glance import glance, may_be_new_work, seems_in_dialog
from huntline.sip.core.message import MalformedMessage, Request, build_response, parse_message

FLOW = Flow(Transport.UDP, ("192.0.2.1", 5060), ("198.51.100.7", 40123))
COPIED = ("via", "from", "to", "call-id", "cseq")
DESK = Desk()


def whole(data: bytes) -> Request | None:
    try:
        message = parse_message(data)
    except MalformedMessage:
        return None
    return message if isinstance(message, Request) else None


@pytest.mark.parametrize("name", EXPECTED)
def test_what_can_be_read_is_answered_as_if_all_of_it_had_been(name: str) -> None:
    request, seen = whole(read(name)), glance(read(name))
    if request is None:
        return
    assert seen is not None
    assert (seen.method, seen.uri) == (request.method, request.uri)
    answers = [build_response(each, 503, to_tag="t", source=FLOW.remote) for each in (request, seen)]
    assert answers[0] == answers[1]


def test_compact_folded_and_oddly_written_headers_are_seen() -> None:
    data = (
        b"INVITE sip:800@contoso.com SIP/2.0\r\nv:SIP/2.0/UDP a;branch=z9hG4bK1\r\nFROM : <sip:a@b>\r\n"
        b" ;tag=1\r\n"
        b"t: sip:800@contoso.com\r\nI: c17\r\ncseq: 1 INVITE\r\n\r\n"
    )
    seen = glance(data)
    assert seen is not None
    assert [seen.header(name) for name in COPIED[1:]] == [
        "<sip:a@b> ;tag=1",
        "sip:800@contoso.com",
        "c17",
        "1 INVITE",
    ]


def test_what_cannot_be_answered_is_not_seen() -> None:
    good = request_bytes("INVITE")
    assert glance(good) is not None
    for header in (b"Via:", b"From:", b"To:", b"Call-ID:", b"CSeq:"):
        assert glance(good.replace(header, b"X-Other:")) is None
    assert glance(good.replace(b"Max-Forwards:", b"X-Long: " + 20_000 * b"x" + b"\r\nMax-Forwards:")) is None
    assert glance(b"SIP/2.0 200 OK" + good[good.index(b"\r\n") :]) is None
    # Letters that are an "s" and an "i" to whoever compares without regard to case, and to no header.
    assert glance(good.replace(b"CSeq:", "C\u017feq:".encode())) is None
    assert glance(good.replace(b"Via:", "V\u0131a:".encode())) is None


@given(st.binary(max_size=300), st.integers(0, 400))
def test_nothing_makes_it_fail(noise: bytes, at: int) -> None:
    good = request_bytes("INVITE")
    for data in (noise, good[:at] + noise + good[at:], good[:at]):
        seen = glance(data)
        if seen is not None:
            DESK.core.is_under_way(seen)
            DESK.core.turned_away(seen, FLOW)


@pytest.mark.parametrize(("method", "is_new"), [("INVITE", True), ("REGISTER", True), ("OPTIONS", True)])
def test_new_work_is_known_by_its_method(method: str, is_new: bool) -> None:
    assert may_be_new_work(request_bytes(method)) is is_new


def test_what_is_sent_within_a_dialog_seems_so_however_it_is_written() -> None:
    new = request_bytes("INVITE")
    assert not seems_in_dialog(new)
    for to in (b"To: <sip:a@b>;tag=1", b"To:<sip:a@b>; Tag = 1", b"to: <sip:a@b>;tag=1", b"t:a;tag=1"):
        assert seems_in_dialog(new.replace(b"To: <sip:amal@contoso.com>", to))


@pytest.mark.parametrize("method", ["ACK", "BYE", "CANCEL", "INFO", "PRACK", "UPDATE"])
def test_what_ends_or_belongs_to_something_is_no_new_work(method: str) -> None:
    assert not may_be_new_work(request_bytes(method))
    assert not may_be_new_work(b"SIP/2.0 200 OK\r\n")
