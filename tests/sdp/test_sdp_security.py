"""Offers and answers of browsers: ICE, DTLS and bundling beside the audio."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sdp.browser_descriptions import CHROME_FINGERPRINT, FIREFOX_FINGERPRINT, chrome, firefox, text

from huntline.sdp import (
    Agreed,
    AgreedSecurity,
    Direction,
    DtlsRole,
    LocalAudio,
    LocalSecurity,
    SdpError,
    accept,
    answer,
    direction_of,
    is_hold,
    offer,
    wants_dtls,
)

OUR_FINGERPRINT = ":".join(["A0"] * 32)
SECURITY = LocalSecurity("ourufrag", "ourpasswordourpasswordou", OUR_FINGERPRINT)
US = LocalAudio(address="192.0.2.1", port=20_000, session_id=7, version=1, security=SECURITY)
PLAIN = replace(US, security=None)
CHROME = AgreedSecurity(
    "EsAw", "P2uYro0UCOQ4zxjKXaWCBui1", (f"sha-256 {CHROME_FINGERPRINT}",), "passive", "0", is_bundled=True
)


def refusal_of(sdp: str) -> SdpError:
    with pytest.raises(SdpError) as refused:
        answer(sdp, US)
    return refused.value


def test_our_offer_has_all_that_a_browser_needs() -> None:
    session, _, media = offer(PLAIN).replace("RTP/AVP", "UDP/TLS/RTP/SAVPF").partition("m=")
    assert offer(US) == session + text("a=group:BUNDLE 0", "a=ice-lite") + "m=" + media + text(
        "a=mid:0",
        "a=msid:huntline huntline-audio",
        "a=rtcp-mux",
        "a=ice-ufrag:ourufrag",
        "a=ice-pwd:ourpasswordourpasswordou",
        f"a=fingerprint:sha-256 {OUR_FINGERPRINT}",
        "a=setup:actpass",
        "a=candidate:1 1 udp 2130706431 192.0.2.1 20000 typ host",
        "a=end-of-candidates",
    )


def test_chromes_offer_is_answered_with_our_end_and_its_numbers() -> None:
    reply, agreed = answer(chrome(), US)
    lines = reply.split("\r\n")
    assert lines[5:7] == ["a=group:BUNDLE 0", "a=ice-lite"]
    assert "m=audio 20000 UDP/TLS/RTP/SAVPF 0 126" in lines
    for wanted in ("a=mid:0", "a=setup:passive", "a=rtcp-mux", "a=ice-ufrag:ourufrag", "a=sendrecv"):
        assert wanted in lines
    assert (agreed.codec, agreed.payload_type, agreed.event_payload_type) == ("PCMU", 0, 126)
    assert (agreed.direction, agreed.rtcp_mux, agreed.security) == ("sendrecv", True, CHROME)


def test_firefoxs_other_lines_are_refused_and_leave_the_group() -> None:
    reply, agreed = answer(firefox(), US)
    lines = reply.split("\r\n")
    assert "a=group:BUNDLE 0" in lines
    assert [line for line in lines if line.startswith(("m=", "a=mid"))] == [
        "m=audio 20000 UDP/TLS/RTP/SAVPF 0 101",
        "a=mid:0",
        "m=video 0 UDP/TLS/RTP/SAVPF 120",
        "a=mid:1",
        "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
        "a=mid:2",
    ]
    assert agreed.security is not None
    assert agreed.security.fingerprints == (f"sha-256 {FIREFOX_FINGERPRINT}",)
    assert agreed.event_payload_type == 101


@pytest.mark.parametrize(
    ("setup", "ours"), [("actpass", "passive"), ("active", "passive"), ("passive", "active")]
)
def test_roles_follow_the_offer(setup: str, ours: DtlsRole) -> None:
    reply, agreed = answer(chrome(setup=setup), US)
    assert f"a=setup:{ours}\r\n" in reply
    assert agreed.security is not None
    assert agreed.security.role == ours


def test_a_role_once_agreed_stays() -> None:
    active = replace(US, security=replace(SECURITY, role="active"))
    assert "a=setup:active\r\n" in answer(chrome(), active)[0]
    assert "a=setup:actpass\r\n" in offer(active)


def test_an_answer_decides_the_roles_and_may_not_leave_them_open() -> None:
    for setup, ours in (("active", "passive"), ("passive", "active")):
        agreed = accept(chrome(setup=setup), US)
        assert agreed.security is not None
        assert agreed.security.role == ours
    for setup in ("actpass", "holdconn", "x" * 400):
        with pytest.raises(SdpError, match="nobody to begin"):
            accept(chrome(setup=setup), US)


def test_our_offer_within_a_session_keeps_the_name_of_the_line() -> None:
    lines = offer(replace(US, security=replace(SECURITY, mid="audio"))).split("\r\n")
    assert "a=group:BUNDLE audio" in lines
    assert "a=mid:audio" in lines


def test_an_offer_without_names_and_groups_gets_none() -> None:
    sdp = "".join(
        line for line in chrome().splitlines(keepends=True) if "mid" not in line and "BUND" not in line
    )
    reply, agreed = answer(sdp, US)
    assert "a=mid" not in reply
    assert "BUNDLE" not in reply
    assert agreed.security is not None
    assert (agreed.security.mid, agreed.security.is_bundled) == (None, False)


def test_null_addresses_are_not_hold_with_ice_but_directions_are() -> None:
    assert direction_of(chrome()) == "sendrecv"
    for direction, is_held in (
        ("sendrecv", False),
        ("recvonly", False),
        ("sendonly", True),
        ("inactive", True),
    ):
        assert is_hold(chrome(direction=direction)) is is_held
    assert answer(chrome(direction="sendonly"), US)[1].direction == "recvonly"


def test_names_of_hosts_are_never_looked_at() -> None:
    sdp = chrome().replace("c=IN IP4 0.0.0.0", "c=IN IP4 5f3a8e0c.local")
    assert answer(sdp, US)[1].direction == "sendrecv"
    assert not is_hold(sdp)


def test_a_bundled_line_may_have_port_0() -> None:
    bundled = chrome(port=0).replace("a=rtcp-mux\r\n", "a=rtcp-mux\r\na=bundle-only\r\n")
    assert answer(bundled, US)[1].security == CHROME
    assert not is_hold(bundled)
    assert "disabled" in str(refusal_of(chrome(port=0)))
    assert "disabled" in str(refusal_of(bundled.replace("a=group:BUNDLE 0", "a=group:BUNDLE 1")))


@pytest.mark.parametrize(
    ("old", "new", "words", "status"),
    [
        ("a=rtcp-mux\r\n", "", "rtcp-mux", 488),
        ("a=ice-ufrag:EsAw\r\n", "", "ice-ufrag", 488),
        ("a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n", "", "ice-pwd", 488),
        ("ufrag:EsAw", "ufrag:Es", "8839", 400),
        ("ufrag:EsAw", "ufrag:Es:w", "8839", 400),
        ("pwd:P2uYro0UCOQ4zxjKXaWCBui1", "pwd:short", "8839", 400),
        (f"a=fingerprint:sha-256 {CHROME_FINGERPRINT}\r\n", "", "a=fingerprint", 488),
        # U+017F is an "s" to whoever compares without regard to case, and to no hash.
        ("a=fingerprint:sha-256", "a=fingerprint:\u017fha-256", "a=fingerprint", 488),
        (f"sha-256 {CHROME_FINGERPRINT}", "sha-1 00:01:02:03", "sha-256", 488),
        (f"sha-256 {CHROME_FINGERPRINT}", "sha-256 00:01:02:03", "sha-256", 488),
        ("a=extmap-allow-mixed", "a=ice-lite", "ICE-lite", 488),
        ("UDP/TLS/RTP/SAVPF", "RTP/SAVP", "RTP/SAVP", 488),
        ("111 63 9 0 8 13 110 126", "111", "neither PCMU nor PCMA", 488),
    ],
)
def test_what_is_missing_or_wrong_is_named(old: str, new: str, words: str, status: int) -> None:
    assert old in chrome()
    refused = refusal_of(chrome().replace(old, new))
    assert words in str(refused)
    assert refused.sip_status == status


def test_secrets_are_not_shown() -> None:
    _, agreed = answer(chrome(), US)
    assert "P2uYro0UCOQ4zxjKXaWCBui1" not in repr(agreed)
    assert "ourpassword" not in repr(US)


def test_the_first_line_in_use_decides_whether_a_leg_is_a_browsers() -> None:
    plain = ("v=0", "o=a 1 1 IN IP4 192.0.2.2", "s=-", "c=IN IP4 192.0.2.2", "t=0 0")
    assert wants_dtls(chrome())
    assert wants_dtls(chrome().replace("UDP/TLS/RTP/SAVPF", "RTP/SAVPF"))
    assert not wants_dtls(text(*plain, "m=audio 30000 RTP/AVP 0"))
    assert not wants_dtls(text(*plain, "m=audio 30000 RTP/AVP 0", "m=audio 9 UDP/TLS/RTP/SAVPF 0"))
    assert wants_dtls(text(*plain, "m=audio 0 RTP/AVP 0", "m=audio 9 UDP/TLS/RTP/SAVPF 0"))
    assert not wants_dtls(text(*plain, "m=video 30000 RTP/AVP 31"))
    # A browser's line without a codec of ours is not the one that can be taken.
    only_opus = ("m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=rtpmap:111 opus/48000/2")
    assert not wants_dtls(text(*plain, *only_opus, "m=audio 30000 RTP/AVP 0"))
    assert wants_dtls(text(*plain, *only_opus))
    with pytest.raises(SdpError):
        wants_dtls("nonsense with SAVPF")
    assert not wants_dtls("nonsense")


def test_a_leg_keeps_its_kind() -> None:
    plain = text(
        "v=0", "o=a 1 1 IN IP4 192.0.2.2", "s=-", "c=IN IP4 192.0.2.2", "t=0 0", "m=audio 5000 RTP/AVP 0"
    )
    assert "RTP/AVP" in str(refusal_of(plain))
    with pytest.raises(SdpError, match="only RTP/AVP"):
        answer(chrome(), PLAIN)


def test_what_is_agreed_survives_as_plain_data() -> None:
    for sdp in (chrome(), firefox()):
        _, agreed = answer(sdp, US)
        assert Agreed.from_dict(json.loads(json.dumps(agreed.to_dict()))) == agreed


def test_both_sides_understand_each_other() -> None:
    _, agreed = answer(chrome(), US)
    directions: list[Direction] = ["sendrecv", "sendonly"]
    for direction in directions:
        full = offer(replace(US, port=20_002), agreed, direction).replace("a=ice-lite\r\n", "")
        reply, theirs = answer(full, US)
        ours = accept(reply.replace("a=ice-lite\r\n", ""), US)
        assert theirs.security is not None
        assert ours.security is not None
        assert {theirs.security.role, ours.security.role} == {"active", "passive"}


@settings(max_examples=300)
@given(st.data())
def test_damaged_descriptions_of_browsers_are_refused_or_understood(data: st.DataObject) -> None:
    sdp = data.draw(st.sampled_from([chrome(), firefox()]))
    lines = sdp.split("\r\n")
    for _ in range(data.draw(st.integers(1, 4))):
        index = data.draw(st.integers(0, len(lines) - 1))
        lines[index] = data.draw(
            st.one_of(st.just(""), st.text(max_size=20), st.sampled_from(lines), st.just(lines[index][:8]))
        )
    for question in (answer, accept):
        with contextlib.suppress(SdpError):
            question("\r\n".join(lines), US)
