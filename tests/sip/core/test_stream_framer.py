"""Cutting a stream into messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.sip.core.framing import MAX_HEAD, FramingError, KeepAlive, StreamFramer

PLAIN = b"OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\n"
WITH_BODY = b"INVITE sip:a SIP/2.0\r\nContent-Length: 4\r\n\r\nbody"


def test_several_messages_and_a_keep_alive_in_one_read() -> None:
    assert StreamFramer().feed(PLAIN + b"\r\n\r\n" + WITH_BODY) == [PLAIN, KeepAlive(), WITH_BODY]


@given(st.lists(st.integers(1, 60), max_size=12))
def test_messages_arrive_whole_however_the_bytes_are_dealt(sizes: list[int]) -> None:
    framer, data = StreamFramer(), PLAIN + WITH_BODY + b"\r\n\r\n" + WITH_BODY
    frames: list[bytes | KeepAlive] = []
    for size in sizes:
        frames += framer.feed(data[:size])
        data = data[size:]
    frames += framer.feed(data)
    assert frames == [PLAIN, WITH_BODY, KeepAlive(), WITH_BODY]


def test_compact_and_folded_length() -> None:
    message = b"INVITE sip:a SIP/2.0\r\nl :\r\n 4\r\n\r\nbody"
    assert StreamFramer().feed(message + PLAIN) == [message, PLAIN]


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: -4",
        b"Content-Length: 4\r\nl: 5",
        b"Content-Length: 99999999",
        b"Content-Length: 4, 4",
        b"Content-Length: " + b"1" * 5000,
        b"Content-Length:",
        "Content-Length: ²".encode(),
    ],
)
def test_lengths_that_cannot_be_trusted_end_the_stream(head: bytes) -> None:
    with pytest.raises(FramingError):
        StreamFramer().feed(b"INVITE sip:a SIP/2.0\r\n" + head + b"\r\n\r\nbody")


def test_endless_head_ends_the_stream() -> None:
    framer = StreamFramer()
    assert framer.feed(b"OPTIONS sip:a@b SIP/2.0\r\n") == []
    for _ in range(MAX_HEAD // 100):
        assert framer.feed(b"X: " + b"y" * 97) == []
    with pytest.raises(FramingError):
        framer.feed(b"X: " + b"y" * 97)


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_any_bytes_give_frames_or_a_framing_error(pieces: list[bytes]) -> None:
    framer = StreamFramer()
    try:
        for piece in pieces:
            framer.feed(piece)
    except FramingError:
        return
