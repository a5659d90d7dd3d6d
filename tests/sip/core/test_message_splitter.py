"""Reading and writing messages: tolerant where phones differ, and never anything but MalformedMessage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.sip.core.message import (
    CSeq,
    MalformedMessage,
    Request,
    Response,
    build_request,
    build_response,
    parse_message,
)

REQUEST = (
    b"OPTIONS sip:a@example.com SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bKa;rport\r\n"
    b"From: <sip:b@example.com>;tag=1\r\n"
    b"To: <sip:a@example.com>\r\n"
    b"Call-ID: x\r\n"
    b"CSeq: 7 OPTIONS\r\n"
)
SOURCE = ("192.0.2.7", 40000)


def request(extra: bytes = b"", body: bytes = b"") -> Request:
    message = parse_message(REQUEST + extra + b"\r\n" + body)
    assert isinstance(message, Request)
    return message


def test_typed_access_to_what_every_message_has() -> None:
    message = request()
    assert (message.method, message.uri) == ("OPTIONS", "sip:a@example.com")
    assert message.cseq == CSeq(7, "OPTIONS")
    assert message.top_via.branch == "z9hG4bKa"
    assert (message.from_tag, message.to_tag, message.call_id) == ("1", None, "x")


def test_compact_forms_folding_and_bare_line_feeds() -> None:
    message = parse_message(
        b"OPTIONS sip:a@example.com SIP/2.0\n"
        b"v: SIP / 2.0 / UDP\n  10.0.0.1 ; branch = z9hG4bKa\n"
        b"f: <sip:b@example.com>\n ;tag=1\n"
        b"t: <sip:a@example.com>\n"
        b"i: x\nCSEQ: 0007\n OPTIONS\nl: 2\n\nhi"
    )
    assert message.top_via.branch == "z9hG4bKa"
    assert message.from_tag == "1"
    assert message.cseq == CSeq(7, "OPTIONS")
    assert message.body == b"hi"


def test_comma_lists_are_split_only_where_the_header_allows_lists() -> None:
    message = request(
        b'Contact: "a, b" <sip:a@h;x=1,2>, <sip:c@h>\r\n'
        b"Route: <sip:p1;lr>\r\nRoute: <sip:p2;lr>,<sip:p3;lr>\r\n"
        b'Authorization: Digest username="a", realm="b"\r\n'
    )
    assert message.all("contact") == ['"a, b" <sip:a@h;x=1,2>', "<sip:c@h>"]
    assert message.all("route") == ["<sip:p1;lr>", "<sip:p2;lr>", "<sip:p3;lr>"]
    assert message.all("authorization") == ['Digest username="a", realm="b"']


@pytest.mark.parametrize(
    "name",
    [
        "P-Asserted-Identity",
        "P-Preferred-Identity",
        "P-Associated-URI",
        "Remote-Party-ID",
        "Diversion",
        "History-Info",
        "Reason",
        "Warning",
        "Path",
        "Record-Route",
        "Supported",
        "Require",
        "Proxy-Require",
        "Allow",
        "Content-Encoding",
    ],
)
def test_a_list_may_stand_in_one_line_or_in_several(name: str) -> None:
    values = ['"a, \\"b" <sip:a,1@h;x=1,2>;q="1,2"', "<tel:+1>", "c"]
    line = f"{name}: {values[0]} ,{values[1]}, {values[2]},\r\n"
    lines = "".join(f"{name}: {value}\r\n" for value in values)
    assert request(line.encode()).all(name.lower()) == values
    assert request(lines.encode()).all(name.lower()) == values


@pytest.mark.parametrize(
    "line",
    [
        b"Content-Length: -1\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Length: 0\r\nContent-Length: 0\r\n",
        b"Content-Length: " + b"9" * 5000 + b"\r\n",
        b"Max-Forwards: 256\r\n",
        b"Call-ID: y\r\n",
        b"no colon here\r\n",
        b"Content-Length: \xc2\xb2\r\n",
        b"X: 1\r\n" * 300,
    ],
)
def test_broken_requests_are_refused_and_can_be_answered(line: bytes) -> None:
    with pytest.raises(MalformedMessage) as caught:
        request(line)
    assert caught.value.sip_status == 400
    assert caught.value.request is not None


@pytest.mark.parametrize(
    "data",
    [b"", b"\r\n\r\n", b"\0", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"SIP/2.0 99 x\r\n\r\n", b"\xff" * 99],
)
def test_what_is_no_request_cannot_be_answered(data: bytes) -> None:
    with pytest.raises(MalformedMessage) as caught:
        parse_message(data)
    assert caught.value.request is None


def test_response_copies_the_request_and_records_the_source() -> None:
    """RFC 3581 section 4: received and rport are set from the packet."""
    response = parse_message(build_response(request(), 200, to_tag="t", source=SOURCE))
    assert isinstance(response, Response)
    assert response.header("via") == (
        "SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bKa;received=192.0.2.7;rport=40000"
    )
    assert (response.to_tag, response.from_tag, response.cseq.sequence) == ("t", "1", 7)


def test_received_is_left_out_when_the_sender_names_its_address_and_asks_for_no_port() -> None:
    data = REQUEST.replace(b";rport", b"").replace(b"10.0.0.1", b"192.0.2.7") + b"\r\n"
    asked = parse_message(data)
    assert isinstance(asked, Request)
    response = parse_message(build_response(asked, 200, source=SOURCE))
    assert response.header("via") == "SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bKa"


def test_further_vias_on_the_same_line_are_kept() -> None:
    data = REQUEST.replace(b";rport", b";rport, SIP/2.0/TCP p.example.com;branch=z9hG4bKb") + b"\r\n"
    asked = parse_message(data)
    assert isinstance(asked, Request)
    response = parse_message(build_response(asked, 200, source=SOURCE))
    assert response.all("via")[1] == "SIP/2.0/TCP p.example.com;branch=z9hG4bKb"


def test_no_value_brings_headers_of_its_own() -> None:
    data = build_request("OPTIONS", "sip:a@b", [("Subject", "x\r\nEvil: 1\r\n\r\nbody")])
    assert b"\r\nEvil" not in data
    assert data.count(b"\r\n\r\n") == 1


def test_strange_bytes_are_echoed_as_they_came() -> None:
    raw = b'"\xff\xfe\xc3\xa4" <sip:b@example.com>;tag=1'
    asked = parse_message(REQUEST.replace(b"<sip:b@example.com>;tag=1", raw) + b"\r\n")
    assert isinstance(asked, Request)
    assert raw in build_response(asked, 200)


@given(st.binary(max_size=600))
def test_any_bytes_give_a_message_or_malformed_message(data: bytes) -> None:
    try:
        parse_message(data)
    except MalformedMessage as error:
        assert error.sip_status in (400, 505)  # noqa: PT017


@given(st.integers(0, len(REQUEST)), st.binary(max_size=40), st.integers(0, 40))
def test_damaged_requests_never_raise_anything_else(at: int, junk: bytes, cut: int) -> None:
    data = REQUEST + b"Content-Length: 0\r\n\r\n"
    try:
        message = parse_message(data[:at] + junk + data[at + cut :])
    except MalformedMessage as error:
        asked = error.request
        if asked is not None:
            build_response(asked, 400, source=SOURCE, to_tag="t")
        return
    if isinstance(message, Request):
        assert parse_message(build_response(message, 200, source=SOURCE, to_tag="t")).cseq == message.cseq


@given(st.text(max_size=60), st.text(max_size=60), st.binary(max_size=200))
def test_what_is_written_can_be_read(name: str, value: str, body: bytes) -> None:
    data = build_request(
        "OPTIONS",
        "sip:a@b",
        [
            ("Via", "SIP/2.0/UDP h;branch=z9hG4bK1"),
            ("From", f'"{"".join(filter(str.isalnum, name))}" <sip:a@b>;tag=1'),
            ("To", "<sip:a@b>"),
            ("Call-ID", "1"),
            ("CSeq", "1 OPTIONS"),
            ("Subject", value),
        ],
        body,
        "text/plain",
    )
    message = parse_message(data)
    assert message.body == body
    assert message.count("subject") == 1
