"""What is a session description, and what is not."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from huntline.sdp import LocalAudio, SdpError, accept, answer, description, direction_of
from huntline.sdp.description import parse

US = LocalAudio(address="192.0.2.1", port=20_000, session_id=7, version=1)
SMALL = "v=0\no=- 1 1 IN IP4 192.0.2.2\nc=IN IP4 192.0.2.2\nm=audio 30000 RTP/AVP 0\n"


def refusal_of(text: str) -> SdpError:
    with pytest.raises(SdpError) as refused:
        answer(text, US)
    return refused.value


def test_bare_line_feeds_blank_lines_and_missing_lines_are_tolerated() -> None:
    assert answer(SMALL, US)[1].port == 30_000
    assert answer(SMALL.replace("\n", "\r\n"), US)[1].port == 30_000
    assert answer(SMALL.replace("\n", "\n\n").rstrip(), US)[1].port == 30_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\r\n",
        "hello",
        SMALL.replace("v=0", "v=1"),
        SMALL.replace("v=0\n", ""),
        SMALL.replace("o=-", "j=-"),
        "v=0\n" + SMALL.partition("c=")[1] + SMALL.partition("c=")[2],
        SMALL + "y=unknown letter\n",
        SMALL + "A=capital\n",
        SMALL + "a =blank\n",
        SMALL + "a=nul\0byte\n",
        SMALL + "a=lone\rreturn\n",
        SMALL + "m=audio\n",
        SMALL + "m=audio -1 RTP/AVP 0\n",
        SMALL + "m=audio 70000 RTP/AVP 0\n",
        SMALL + "m=audio 3\u0660 RTP/AVP 0\n",
        SMALL + "m=audio 30000 RTP/AVP\n",
        SMALL + "m=audio 30000 RTP/AVP 0\u00a01\n",
        SMALL + "a=x\n" * 1_000,
        SMALL + "a=" + "x" * 65_536 + "\n",
    ],
)
def test_what_cannot_be_read_is_a_bad_request(text: str) -> None:
    refused = refusal_of(text)
    assert refused.sip_status == 400
    assert len(str(refused)) < 500


def test_enormous_numbers_are_only_wrong() -> None:
    assert refusal_of(SMALL.replace("30000", "9" * 5_000)).sip_status == 400
    assert refusal_of(SMALL.replace("AVP 0", "AVP " + "9" * 5_000)).sip_status == 488
    answer(SMALL + "a=rtpmap:" + "9" * 5_000 + " PCMU/8000\na=rtcp:" + "9" * 5_000 + "\n", US)


lines = st.sampled_from(
    [*SMALL.split("\n"), "a=rtpmap:0 PCMA/8000", "a=rtcp:9 IN IP4 x", "m=audio 1/2 RTP/AVPF 8 *"]
)
mangled = st.lists(lines | st.text(max_size=30) | st.text("vocma=: 0123456789/-", max_size=30), max_size=12)


@settings(max_examples=120, deadline=None)
@given(st.text() | mangled.map("\n".join) | mangled.map(lambda some: SMALL + "\r\n".join(some)))
@example(SMALL + "c=IN IP6 ::%\n")
def test_any_text_is_answered_or_refused(text: str) -> None:
    for read in (lambda: answer(text, US), lambda: accept(text, US), lambda: direction_of(text)):
        with contextlib.suppress(SdpError):
            read()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_answered_or_refused(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    for sdp in (text, SMALL + text):
        with contextlib.suppress(SdpError):
            answered, agreed = answer(sdp, US)
            assert accept(answered, US).payload_type == agreed.payload_type


_BODIES = (
    "a=rtpmap:0 PCMU/8000\na=sendrecv\n",
    "c=IN IP4 192.0.2.9\na=rtpmap:8 PCMA/8000\na=RTCP: 5005\n",
    "t=1 2\no=- 1 1 IN IP4 192.0.2.1\n\na=inactive\n",
)


@given(st.lists(st.tuples(st.integers(0, 65_535), st.sampled_from(_BODIES)), max_size=4))
def test_descriptions_with_lines_in_common_are_read_like_the_first_of_its_kind(
    media: list[tuple[int, str]],
) -> None:
    text = "v=0\no=- 1 1 IN IP4 192.0.2.1\na=group:x\n"
    text += "".join(f"m=audio {port} RTP/AVP 0 8\n{body}" for port, body in media)
    again = parse(text)
    description._known_level_of.cache_clear()
    assert again == parse(text)
    assert [each.port for each in again.media] == [port for port, _ in media]
    assert again.attributes == (("group", "x"),)


@pytest.mark.parametrize(
    "line", ["a=crypto:1 X inline:secret", "a=ice-pwd:secret", "A=KEY-MGMT:x", "k=clear:x"]
)
def test_lines_with_keys_are_not_remembered(line: str) -> None:
    description._known_level_of.cache_clear()
    with contextlib.suppress(SdpError):
        parse(f"v=0\no=- 1 1 IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 0\n{line}\na=sendrecv\n")
    assert description._known_level_of.cache_info().currsize == 0


def test_long_descriptions_are_not_remembered() -> None:
    description._known_level_of.cache_clear()
    assert parse("v=0\no=- 1 1 IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 0\n" + "a=x:1\n" * 300).media
    assert description._known_level_of.cache_info().currsize == 0
