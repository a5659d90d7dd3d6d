"""Which codec a session has: G.711 for everybody, G.722 and Opus where both sides speak them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sdp.test_sdp_negotiation import US, description, media_lines

from huntline.sdp import Agreed, Codec, LocalAudio, SdpError, accept, answer, offer

WIDE = replace(US, codecs=("PCMU", "PCMA", "G722", "opus"))
ALONE = replace(WIDE, needs_g711=False)
LINPHONE = (
    "m=audio 30000 RTP/AVP 96 9 0 8 101 97",
    "a=rtpmap:96 opus/48000/2",
    "a=fmtp:96 useinbandfec=1",
    "a=rtpmap:101 telephone-event/48000",
    "a=rtpmap:97 telephone-event/8000",
)


def line(formats: str, *maps: str) -> str:
    return description(f"m=audio 30000 RTP/AVP {formats}", *(f"a=rtpmap:{each}" for each in maps))


def test_the_peers_first_codec_is_taken_with_the_keys_of_its_clock() -> None:
    text, agreed = answer(description(*LINPHONE), WIDE)
    assert media_lines(text) == ["m=audio 20000 RTP/AVP 96 101"]
    assert "a=rtpmap:96 opus/48000/2\r\na=rtpmap:101 telephone-event/48000\r\n" in text
    assert (agreed.codec, agreed.payload_type, agreed.event_payload_type) == ("opus", 96, 101)
    assert agreed.others == ("G722", "PCMU", "PCMA")
    text, agreed = answer(description(*LINPHONE), US)
    assert media_lines(text) == ["m=audio 20000 RTP/AVP 0 97"]
    assert agreed.others == ("PCMA",)


def test_g722_needs_no_rtpmap_and_has_the_keys_of_8_khz() -> None:
    text, agreed = answer(line("9 0 101", "101 telephone-event/8000"), WIDE)
    assert media_lines(text) == ["m=audio 20000 RTP/AVP 9 101"]
    assert "a=rtpmap:9 G722/8000\r\n" in text
    assert (agreed.codec, agreed.event_payload_type) == ("G722", 101)
    assert answer(line("9 0", "9 G722/16000"), WIDE)[1].codec == "PCMU"


@pytest.mark.parametrize(
    ("formats", "maps", "said"),
    [
        ("18 101", ("101 telephone-event/8000",), "only G729"),
        ("9 13", (), "only G722"),
        ("96", ("96 opus/48000/2",), "only OPUS"),
        ("18 3 97", ("97 iLBC/8000",), "only G729, GSM, ILBC"),
        ("98", (), "neither PCMU nor PCMA$"),
    ],
)
def test_without_g711_the_refusal_names_what_was_offered(
    formats: str, maps: tuple[str, ...], said: str
) -> None:
    with pytest.raises(SdpError, match=said) as refused:
        answer(line(formats, *maps), WIDE)
    assert refused.value.sip_status == 488


def test_where_codecs_are_changed_into_each_other_a_peer_needs_no_g711() -> None:
    assert answer(line("96", "96 opus/48000/2"), ALONE)[1].codec == "opus"
    assert answer(line("18 9"), ALONE)[1].codec == "G722"
    with pytest.raises(SdpError, match="only G729"):
        answer(line("18"), ALONE)


@pytest.mark.parametrize(
    ("codec", "formats"),
    [
        ("PCMU", "0 8 101"),
        ("PCMA", "8 0 101"),
        ("G722", "9 0 8 101"),
        ("opus", "111 0 8 110 101"),
    ],
)
def test_our_offer_begins_with_what_the_other_side_speaks_and_always_has_g711(
    codec: Codec, formats: str
) -> None:
    like = Agreed("192.0.2.2", 30_000, "192.0.2.2", 30_001, codec, 96, None, "sendrecv")
    text = offer(WIDE, prefer=like)
    assert media_lines(text) == [f"m=audio 20000 RTP/AVP {formats}"]
    assert media_lines(offer(US, prefer=like))[0].split()[3:5] == (
        ["8", "0"] if codec == "PCMA" else ["0", "8"]
    )
    assert accept(answer(text, WIDE)[0], WIDE).codec == codec


def test_the_number_of_keys_stays_that_of_the_other_side_for_its_clock_alone() -> None:
    like = Agreed("192.0.2.2", 30_000, "192.0.2.2", 30_001, "opus", 96, 120, "sendrecv")
    assert media_lines(offer(WIDE, prefer=like)) == ["m=audio 20000 RTP/AVP 111 0 8 120 101"]
    for taken in (111, 101):
        clash = replace(like, event_payload_type=taken)
        assert media_lines(offer(WIDE, prefer=clash)) == ["m=audio 20000 RTP/AVP 111 0 8 110 101"]


_CODECS = st.lists(st.sampled_from(["0", "8", "9", "96", "18", "13"]), min_size=1, unique=True)


@given(_CODECS, st.sampled_from([US, WIDE, ALONE]))
def test_what_is_agreed_is_the_first_that_we_speak_and_survives_a_record(
    formats: list[str], local: LocalAudio
) -> None:
    sdp = line(" ".join(formats), "96 opus/48000/2")
    names: dict[str, Codec] = {"0": "PCMU", "8": "PCMA", "9": "G722", "96": "opus"}
    spoken = [names[each] for each in formats if each in names and names[each] in local.codecs]
    try:
        text, agreed = answer(sdp, local)
    except SdpError:
        assert not spoken or (local is not ALONE and not {"PCMU", "PCMA"} & set(spoken))
        return
    assert (agreed.codec, agreed.others) == (spoken[0], tuple(spoken[1:]))
    assert len(media_lines(text)) == 1
    assert Agreed.from_dict(json.loads(json.dumps(agreed.to_dict()))) == agreed


def test_comfort_noise_and_multiplexed_reports_are_not_agreed_to() -> None:
    offered = description("m=audio 30000 RTP/AVP 0 13", "a=rtpmap:13 CN/8000", "a=rtcp-mux", "a=rtcp:30000")
    text, agreed = answer(offered, WIDE)
    assert media_lines(text) == ["m=audio 20000 RTP/AVP 0"]
    assert "rtcp-mux" not in text
    assert (agreed.rtcp_mux, agreed.codec, agreed.others) == (False, "PCMU", ())


@pytest.mark.parametrize("ptime", [10, 20, 30, 40, 60])
def test_every_usual_length_of_packets_is_known_and_ours_is_told(ptime: int) -> None:
    text, agreed = answer(description("m=audio 30000 RTP/AVP 9 0", f"a=ptime:{ptime}"), WIDE)
    assert (agreed.ptime, "a=ptime:20\r\n" in text) == (ptime, True)


def test_a_phone_without_g711_can_be_rung_where_audio_is_changed_for_it() -> None:
    assert media_lines(offer(ALONE)) == ["m=audio 20000 RTP/AVP 0 8 9 111 101 110"]
    assert media_lines(offer(WIDE)) == ["m=audio 20000 RTP/AVP 0 8 101"]
    opus = accept(line("111 110", "111 opus/48000/2", "110 telephone-event/48000"), ALONE)
    assert (opus.codec, opus.payload_type) == ("opus", 111)
    assert media_lines(offer(ALONE, prefer=opus)) == ["m=audio 20000 RTP/AVP 111 0 8 9 110 101"]
    narrow = replace(ALONE, codecs=("PCMU", "PCMA"))
    assert media_lines(offer(narrow, prefer=opus)) == ["m=audio 20000 RTP/AVP 0 8 101"], "to leave it again"
