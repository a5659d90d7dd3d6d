"""Telling protocols apart by their first bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.network.protocols import Protocol, protocol_of
from tests.sip.core.test_torture_messages import EXPECTED, read


@pytest.mark.parametrize(
    ("start", "protocol"),
    [
        (b"", None),
        (b"INVITE", None),
        (b"INVITE ", None),
        (b"INVITE s", Protocol.SIP),
        (b"INVITE  sip:a", Protocol.SIP),
        (b"INVITE <sip:a>", Protocol.SIP),
        (b"OPTIONS tel:1", Protocol.SIP),
        (b"SIP/2.0 200 OK", Protocol.SIP),
        (b"sip/", Protocol.SIP),
        (b"OPTIONS *", Protocol.HTTP),
        (b"M-SEARCH * HTTP/1.1", Protocol.HTTP),
        (b"GET ", Protocol.HTTP),
        (b"CONNECT a:443 HTTP/1.1", Protocol.HTTP),
        (b"RTSP/1.0 200 OK", Protocol.UNKNOWN),
        (b"x" * 100, Protocol.UNKNOWN),
        (b"EHLO\r\n", Protocol.UNKNOWN),
        (b" INVITE", Protocol.UNKNOWN),
        (b"\xc3\xa9", Protocol.UNKNOWN),
        (b"\x16\x03\x01", Protocol.TLS),
        (b"\x00\x01", Protocol.STUN),
        (b"\x80\x00", Protocol.RTP),
    ],
)
def test_first_bytes(start: bytes, protocol: Protocol | None) -> None:
    assert protocol_of(start) is protocol


@pytest.mark.parametrize("name", EXPECTED)
def test_torture_messages_are_sip(name: str) -> None:
    assert protocol_of(read(name)) is Protocol.SIP


@given(st.binary(max_size=200), st.integers(0, 200))
def test_what_is_told_does_not_change_with_more_bytes(data: bytes, length: int) -> None:
    early = protocol_of(data[:length])
    assert early is None or protocol_of(data) is early
