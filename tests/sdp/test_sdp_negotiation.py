"""Offer and answer as real phones send them, and as nobody should."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huntline.sdp import (
    Agreed,
    Direction,
    LocalAudio,
    SdpError,
    accept,
    answer,
    direction_of,
    is_hold,
    offer,
)

US = LocalAudio(address="192.0.2.1", port=20_000, session_id=7, version=1)
PHONE = LocalAudio(address="192.0.2.2", port=30_000, session_id=9, version=4)


def description(
    *media: str, connection: str | None = "IN IP4 192.0.2.2", session: tuple[str, ...] = ()
) -> str:
    """An offer of a phone: the usual first lines, then ``media``."""
    first = ["v=0", "o=alice 1 1 IN IP4 192.0.2.2", "s=-"]
    middle = [f"c={connection}"] if connection else []
    return "\r\n".join([*first, *middle, "t=0 0", *session, *media, ""])


def audio(*attributes: str, formats: str = "0 8 101", port: int = 30_000) -> str:
    """An offer with one audio line."""
    lines = [f"m=audio {port} RTP/AVP {formats}", "a=rtpmap:101 telephone-event/8000"]
    return description(*lines, *(f"a={attribute}" for attribute in attributes))


def media_lines(sdp: str) -> list[str]:
    return [line for line in sdp.split("\r\n") if line.startswith("m=")]


def refusal_of(sdp: str) -> SdpError:
    with pytest.raises(SdpError) as refused:
        answer(sdp, US)
    return refused.value


def test_our_offer_names_both_codecs_and_events() -> None:
    assert offer(US).split("\r\n") == [
        "v=0",
        "o=- 7 1 IN IP4 192.0.2.1",
        "s=-",
        "c=IN IP4 192.0.2.1",
        "t=0 0",
        "m=audio 20000 RTP/AVP 0 8 101",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-16",
        "a=ptime:20",
        "a=sendrecv",
        "",
    ]


def test_answer_takes_the_first_codec_of_ours_with_the_offers_numbers() -> None:
    sdp = description(
        "m=audio 30000 RTP/AVP 9 97 0 96",
        "a=rtpmap:9 G722/8000",
        "a=rtpmap:97 pcma/8000/1",
        "a=rtpmap:96 Telephone-Event/8000",
    )
    text, agreed = answer(sdp, US)
    assert media_lines(text) == ["m=audio 20000 RTP/AVP 97 96"]
    assert "a=rtpmap:97 PCMA/8000\r\n" in text
    assert agreed == Agreed(
        "192.0.2.2", 30_000, "192.0.2.2", 30_001, "PCMA", 97, 96, "sendrecv", others=("PCMU",)
    )


def test_static_payload_types_need_no_rtpmap() -> None:
    _, agreed = answer(description("m=audio 30000 RTP/AVP 8 0"), US)
    assert (agreed.codec, agreed.payload_type, agreed.event_payload_type) == ("PCMA", 8, None)


def test_a_number_mapped_to_another_encoding_is_not_ours() -> None:
    sdp = description("m=audio 30000 RTP/AVP 0 96 8", "a=rtpmap:0 PCMU/16000", "a=rtpmap:96 PCMA/8000/2")
    assert answer(sdp, US)[1].payload_type == 8


def test_events_at_another_clock_rate_are_not_taken() -> None:
    sdp = description("m=audio 30000 RTP/AVP 0 101", "a=rtpmap:101 telephone-event/48000")
    assert answer(sdp, US)[1].event_payload_type is None


def test_a_reoffer_prefers_what_the_other_leg_agreed() -> None:
    _, agreed = answer(audio(formats="8 101"), US)
    like = replace(agreed, event_payload_type=96)
    assert media_lines(offer(US, prefer=like)) == ["m=audio 20000 RTP/AVP 8 0 96"]
    assert media_lines(offer(US, prefer=replace(like, event_payload_type=8)))[0].endswith("8 0 101")
    assert media_lines(offer(US, prefer=replace(like, event_payload_type=None)))[0].endswith("8 0 101")


def test_other_lines_are_refused_in_their_places() -> None:
    sdp = description(
        "m=video 40000 RTP/AVP 31 34",
        "m=audio 30000 RTP/AVP 0",
        "m=audio 30002 RTP/AVP 0",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "m=image 5000 udptl t38",
        session=("a=group:BUNDLE 0 1",),
    )
    text, agreed = answer(sdp, US)
    assert media_lines(text) == [
        "m=video 0 RTP/AVP 31",
        "m=audio 20000 RTP/AVP 0",
        "m=audio 0 RTP/AVP 0",
        "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
        "m=image 0 udptl t38",
    ]
    assert "group" not in text
    assert agreed.port == 30_000


def test_plain_audio_is_found_behind_encrypted_and_disabled_lines() -> None:
    sdp = description(
        "m=audio 30000 RTP/SAVP 0",
        "m=audio 0 RTP/AVP 0",
        "m=audio 30004/2 RTP/AVPF 0",
    )
    text, agreed = answer(sdp, US)
    assert media_lines(text)[2] == "m=audio 20000 RTP/AVPF 0"
    assert agreed.port == 30_004


@pytest.mark.parametrize(
    ("media", "words"),
    [
        ("m=audio 0 RTP/AVP 0", "disabled"),
        ("m=audio 30000 RTP/SAVP 0", "RTP/SAVP"),
        ("m=audio 30000 UDP/TLS/RTP/SAVPF 0", "UDP/TLS/RTP/SAVPF"),
        ("m=audio 30000 RTP/AVP 9 18", "neither PCMU nor PCMA"),
        ("m=audio 30000 RTP/AVP 128", "neither PCMU nor PCMA"),
        ("m=audio 65535 RTP/AVP 0", "65535"),
        ("m=video 30000 RTP/AVP 31", "no audio"),
    ],
)
def test_without_audio_of_ours_the_call_is_not_acceptable(media: str, words: str) -> None:
    refused = refusal_of(description(media))
    assert refused.sip_status == 488
    assert words in str(refused)


@pytest.mark.parametrize(
    ("connection", "status"),
    [
        ("IN IP4 media.example.com", 488),
        ("IN IP4 224.2.1.1/127/3", 488),
        ("IN IP4 255.255.255.255", 488),
        ("IN IP6 2001:db8::1", 488),
        ("IN IP6 ff15::101/3", 488),
        ("IN IP6 fe80::1%eth0", 488),
        ("IN IP4 2001:db8::1", 400),
        ("IN IPX 192.0.2.1", 400),
        ("192.0.2.1", 400),
        (None, 400),
    ],
)
def test_addresses_that_we_cannot_send_to_are_refused(connection: str | None, status: int) -> None:
    assert refusal_of(description("m=audio 30000 RTP/AVP 0", connection=connection)).sip_status == status


def test_addresses_of_the_media_level_win() -> None:
    sdp = description("m=audio 30000 RTP/AVP 0", "c=IN IP4 192.0.2.77", connection="IN IP4 host.invalid")
    assert answer(sdp, US)[1].address == "192.0.2.77"


def test_ipv6_on_both_sides() -> None:
    ours = replace(US, address="2001:db8::1")
    sdp = description("m=audio 30000 RTP/AVP 0", connection="IN IP6 2001:DB8::2")
    text, agreed = answer(sdp, ours)
    assert "c=IN IP6 2001:db8::1\r\n" in text
    assert agreed.address == "2001:db8::2"


@pytest.mark.parametrize(
    ("theirs", "ours", "ours_on_hold"),
    [
        ("sendrecv", "sendrecv", "sendonly"),
        ("sendonly", "recvonly", "inactive"),
        ("recvonly", "sendonly", "sendonly"),
        ("inactive", "inactive", "inactive"),
    ],
)
def test_directions_are_mirrored(theirs: Direction, ours: Direction, ours_on_hold: Direction) -> None:
    text, agreed = answer(audio(theirs), US)
    assert agreed.direction == ours
    assert f"a={ours}\r\n" in text
    held, agreed_on_hold = answer(audio(theirs), US, hold=True)
    assert agreed_on_hold.direction == ours_on_hold
    assert f"a={ours_on_hold}\r\n" in held
    assert direction_of(audio(theirs)) == theirs


def test_the_media_levels_direction_wins_over_the_sessions() -> None:
    on_session = description("m=audio 30000 RTP/AVP 0", session=("a=inactive",))
    overruled = description("m=audio 30000 RTP/AVP 0", "a=sendonly", session=("a=inactive",))
    assert direction_of(on_session) == "inactive"
    assert direction_of(overruled) == "sendonly"
    assert direction_of(description("m=audio 30000 RTP/AVP 0")) == "sendrecv"


@pytest.mark.parametrize("null", ["IN IP4 0.0.0.0", "IN IP6 ::"])
def test_a_null_address_is_hold_of_the_old_kind(null: str) -> None:
    sdp = description("m=audio 30000 RTP/AVP 0", connection=null)
    assert is_hold(sdp)
    text, agreed = answer(sdp, US)
    assert agreed.direction == "recvonly"
    assert "a=recvonly" in text


def test_hold_is_seen_in_directions_and_missing_audio() -> None:
    assert is_hold(audio("sendonly"))
    assert is_hold(audio("inactive"))
    assert not is_hold(audio("sendrecv"))
    assert not is_hold(audio("recvonly"))
    assert is_hold(description("m=audio 0 RTP/AVP 0"))


@pytest.mark.parametrize("direction", ["", "a=sendrecv", "a=recvonly", "a=SendOnly", "a=inactive"])
@pytest.mark.parametrize("connection", ["IN IP4 192.0.2.1", "IN IP4 0.0.0.0", "IN IP6 2001:db8:0:1:2:3:4:5"])
@pytest.mark.parametrize("port", [0, 30000])
def test_hold_is_seen_alike_whether_or_not_all_is_read(direction: str, connection: str, port: int) -> None:
    sdp = description(f"m=audio {port} RTP/AVP 0", *([direction] if direction else []), connection=connection)
    assert is_hold(sdp) is (direction_of(sdp) in ("sendonly", "inactive"))


@pytest.mark.parametrize("null", ["::", "0::0", "0:0:0:0:0:0:0:0"])
def test_a_null_address_is_one_however_it_is_written(null: str) -> None:
    assert is_hold(description("m=audio 30000 RTP/AVP 0", connection=f"IN IP6 {null}"))


_FIRST_REFUSED = ("m=audio 30000 RTP/SAVP 0", "a=sendrecv", "a=ptime:60", "a=rtcp:1111")


@pytest.mark.parametrize(
    ("direction", "is_held"),
    [("sendonly", True), ("inactive", True), ("recvonly", False), ("sendrecv", False)],
)
def test_the_line_that_was_taken_says_whether_the_peer_holds(direction: str, is_held: bool) -> None:
    sdp = description(*_FIRST_REFUSED, "m=audio 30002 RTP/AVP 0", f"a={direction}")
    ours, _ = answer(sdp, US)
    assert is_hold(sdp, ours) is is_held
    assert is_hold(sdp) is is_held


def test_of_two_lines_of_one_kind_the_one_that_was_taken_counts() -> None:
    """The first has no codec of ours, and the phone goes on sending by it for others."""
    sdp = description(
        "m=audio 30000 RTP/AVP 18", "a=sendrecv", "m=audio 30002 RTP/AVP 8", "c=IN IP4 0.0.0.0", "a=sendrecv"
    )
    ours, agreed = answer(sdp, US)
    assert agreed.direction == "recvonly"
    assert is_hold(sdp, ours)
    assert is_hold(sdp)
    # Our answer is what counts: it has taken the first one, whatever we would take now.
    both = description("m=audio 30000 RTP/AVP 0", "a=inactive", "m=audio 30002 RTP/AVP 8")
    assert is_hold(both, answer(both, US)[0])


def test_address_packet_length_and_rtcp_are_those_of_the_line_that_was_taken() -> None:
    sdp = description(
        *_FIRST_REFUSED,
        "m=audio 30002 RTP/AVP 0",
        "c=IN IP4 192.0.2.7",
        "a=ptime:30",
        "a=rtcp:53020",
    )
    agreed = answer(sdp, US)[1]
    assert (agreed.address, agreed.port, agreed.ptime) == ("192.0.2.7", 30_002, 30)
    assert (agreed.rtcp_address, agreed.rtcp_port) == ("192.0.2.7", 53_020)


def test_what_the_line_does_not_say_the_session_does() -> None:
    session = ("a=ptime:40", "a=maxptime:60", "a=rtcp:53020", "a=sendonly")
    agreed = answer(description("m=audio 30000 RTP/AVP 0", session=session), US)[1]
    assert (agreed.ptime, agreed.rtcp_port, agreed.direction) == (40, 53_020, "recvonly")
    overruled = description("m=audio 30000 RTP/AVP 0", "a=ptime:10", "a=rtcp:53021", session=session)
    agreed = answer(overruled, US)[1]
    assert (agreed.ptime, agreed.rtcp_port) == (10, 53_021)
    # With two lines nobody knows whose port a session's a=rtcp is.
    two = description("m=audio 30000 RTP/AVP 0", "m=audio 30004 RTP/AVP 0", session=session)
    assert answer(two, US)[1].rtcp_port == 30_001


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("rtcp:53020", ("192.0.2.2", 53_020)),
        ("rtcp:53020 IN IP4 192.0.2.9", ("192.0.2.9", 53_020)),
        ("rtcp:53020 IN IP6 2001:db8::2", ("192.0.2.2", 53_020)),
        ("rtcp:53020 IN IP4 host.example.com", ("192.0.2.2", 53_020)),
        ("rtcp:0", ("192.0.2.2", 30_001)),
        ("rtcp:99999", ("192.0.2.2", 30_001)),
        ("rtcp:nonsense", ("192.0.2.2", 30_001)),
    ],
)
def test_rtcp_goes_where_the_peer_says(attribute: str, expected: tuple[str, int]) -> None:
    _, agreed = answer(audio(attribute), US)
    assert (agreed.rtcp_address, agreed.rtcp_port) == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ((), 20),
        (("ptime:30",), 30),
        (("ptime:30", "maxptime:20"), 20),
        (("maxptime:10",), 10),
        (("ptime:0",), 20),
        (("ptime:9999999999",), 20),
    ],
)
def test_the_peers_packet_length(attributes: tuple[str, ...], expected: int) -> None:
    assert answer(audio(*attributes), US)[1].ptime == expected


def test_the_answer_repeats_the_offers_timing_and_counts_versions() -> None:
    sdp = audio().replace("t=0 0", "t=2873397496 2873404696")
    text, _ = answer(sdp, US)
    assert "t=2873397496 2873404696\r\n" in text
    later, _ = answer(sdp, US.revised())
    assert "o=- 7 2 IN IP4 192.0.2.1\r\n" in later


def test_an_answer_that_refuses_our_audio_is_not_acceptable() -> None:
    with pytest.raises(SdpError, match="disabled"):
        accept(audio(port=0), US)


def test_what_is_agreed_survives_json() -> None:
    _, agreed = answer(audio(), US)
    assert Agreed.from_dict(json.loads(json.dumps(agreed.to_dict()))) == agreed


directions: st.SearchStrategy[Direction] = st.sampled_from(["sendrecv", "sendonly", "recvonly", "inactive"])
addresses = st.ip_addresses(v=4).filter(lambda address: not address.is_multicast and int(address) < 2**32 - 1)
ends = st.builds(
    LocalAudio,
    address=addresses.map(str),
    port=st.integers(1, 65_534),
    session_id=st.integers(0, 2**62),
    version=st.integers(0, 2**62),
)


@settings(max_examples=200, deadline=None)
@given(ends, ends, directions, st.booleans(), st.none() | st.sampled_from(["PCMU", "PCMA"]))
def test_two_of_us_always_agree(
    ours: LocalAudio, theirs: LocalAudio, direction: Direction, hold: bool, codec: str | None
) -> None:
    preferred = None
    if codec is not None:
        number = {"PCMU": "0", "PCMA": "8"}[codec]
        _, preferred = answer(audio(formats=f"{number} 101"), US)
    answer_text, of_theirs = answer(offer(ours, preferred, direction), theirs, hold)
    of_ours = accept(answer_text, ours)
    assert (of_theirs.port, of_theirs.rtcp_port) == (ours.port, ours.port + 1)
    assert (of_ours.address, of_ours.port) == (theirs.address, theirs.port)
    assert of_ours.codec == of_theirs.codec == (codec or "PCMU")
    assert of_ours.payload_type == of_theirs.payload_type
    assert of_ours.event_payload_type == of_theirs.event_payload_type == 101
    if "0.0.0.0" not in (ours.address, theirs.address):  # noqa: S104
        may_send, may_listen = ("sendrecv", "sendonly"), ("sendrecv", "recvonly")
        assert (of_ours.direction in may_send) == (of_theirs.direction in may_listen)
        assert (of_ours.direction in may_listen) == (of_theirs.direction in may_send)
