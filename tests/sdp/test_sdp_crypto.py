"""Keys in descriptions: SRTP by SDES, as phones and trunks offer and answer it."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sdp.test_sdp_negotiation import description, media_lines

from huntline.sdp import (
    SUITES,
    Agreed,
    AgreedCrypto,
    LocalAudio,
    LocalCrypto,
    SdpError,
    accept,
    answer,
    is_hold,
    keys_in,
    new_key,
    offer,
    wants_dtls,
)

CM_80, CM_32, GCM_128, GCM_256 = (
    "AES_CM_128_HMAC_SHA1_80",
    "AES_CM_128_HMAC_SHA1_32",
    "AEAD_AES_128_GCM",
    "AEAD_AES_256_GCM",
)
OURS = LocalCrypto(tuple(new_key(suite, bytes([65]) * length) for suite, length in SUITES.items()))
PLAIN = LocalAudio(address="192.0.2.1", port=20_000, session_id=7, version=1)
US = replace(PLAIN, crypto=OURS)
STRICT = replace(PLAIN, crypto=replace(OURS, is_required=True))
PHONE_KEYS = LocalCrypto(tuple(new_key(suite, bytes([66]) * length) for suite, length in SUITES.items()))
PHONE = LocalAudio("192.0.2.2", 30_000, 9, 4, crypto=PHONE_KEYS)


def key(letter: str, suite: str = CM_80) -> str:
    """A key as it stands in a line."""
    return b64encode(letter.encode() * SUITES[suite]).decode()


def audio(*crypto: str, profile: str = "RTP/SAVP", port: int = 30_000) -> tuple[str, ...]:
    """One audio line with these lines of keys."""
    return (f"m=audio {port} {profile} 0", *(f"a=crypto:{each}" for each in crypto))


def crypto_lines(sdp: str) -> list[str]:
    return [line for line in sdp.split("\r\n") if line.startswith("a=crypto:")]


def crypto_of(sdp: str, local: LocalAudio = US) -> AgreedCrypto | None:
    return answer(sdp, local)[1].crypto


O10 = (
    f"4 {CM_80} inline:{key('a')}|2^20|1:4",
    f"5 AEAD_X inline:{key('b')}",
    f"6 {CM_80} inline:{key('c')} UNENCRYPTED_SRTCP",
    f"7 {CM_80} inline:{key('d')}|2^31",
)


@pytest.mark.parametrize("profile", ["RTP/SAVP", "RTP/AVP", "RTP/SAVPF", "RTP/AVPF"])
def test_lines_that_we_cannot_do_are_passed_over_and_tag_and_profile_are_echoed(profile: str) -> None:
    text, agreed = answer(description(*audio(*O10, profile=profile)), US)
    assert media_lines(text) == [f"m=audio 20000 {profile} 0"]
    assert crypto_lines(text) == [f"a=crypto:7 {CM_80} inline:{key('A')}"]
    assert agreed.crypto == AgreedCrypto(7, CM_80, key("A"), key("d"), profile)


@pytest.mark.parametrize("suite", SUITES)
def test_every_suite_is_taken_with_padding_lifetime_and_parameters_that_may_be_ignored(suite: str) -> None:
    theirs = key("k", suite)
    for text in (theirs, theirs.rstrip("="), f"{theirs}|2^31", f"{theirs}|1048576", f"{theirs} -VENDOR=1"):
        agreed = crypto_of(description(*audio(f"1 {suite} inline:{text}")))
        assert agreed == AgreedCrypto(1, suite, key("A", suite), theirs, "RTP/SAVP")
    assert len(key("k", GCM_256)) == 60
    assert key("k", GCM_128).endswith("==")


@pytest.mark.parametrize(
    "line",
    [
        f"1 {CM_80} inline:{key('a')}|1:4",
        f"1 {CM_80} inline:{key('a')}|2^20|1:4;inline:{key('b')}|2^20|2:4",
        f"1 {CM_80} inline:{key('a')} KDR=1",
        f"1 {CM_80} inline:{key('a')} WSH=64",
        f"1 {CM_80} inline:{key('a')} FEC_ORDER=FEC_SRTP",
        f"1 {CM_80} inline:{key('a', GCM_256)}",
        f"1 {CM_80} inline:short",
        f"1 {CM_80} inline:",
        f"1 {CM_80} keys:{key('a')}",
        f"1 F8_128_HMAC_SHA1_80 inline:{key('a')}",
        f"x {CM_80} inline:{key('a')}",
        f"1 {CM_80}",
        "",
    ],
)
def test_without_a_usable_line_savp_is_refused_and_avp_is_plain(line: str) -> None:
    for lines in ((line,), ()):
        with pytest.raises(SdpError, match="no a=crypto") as refused:
            answer(description(*audio(*lines)), US)
        assert refused.value.sip_status == 488
        text, agreed = answer(description(*audio(*lines, profile="RTP/AVP")), US)
        assert agreed.crypto is None
        assert not crypto_lines(text)
        with pytest.raises(SdpError, match="not encrypted"):
            answer(description(*audio(*lines, profile="RTP/AVP")), STRICT)


def test_where_it_is_switched_off_keys_are_ignored_and_savp_is_refused() -> None:
    text, agreed = answer(description(*audio(*O10, profile="RTP/AVP")), PLAIN)
    assert (agreed.crypto, crypto_lines(text)) == (None, [])
    with pytest.raises(SdpError, match="switched off") as refused:
        answer(description(*audio(*O10)), PLAIN)
    assert refused.value.sip_status == 488


def test_of_two_lines_exactly_one_is_taken_the_encrypted_one_where_that_may_be() -> None:
    secure, plain = audio(*O10), audio(profile="RTP/AVP", port=30_002)
    for lines, taken in ((secure + plain, 0), (plain + secure, 1)):
        offered = description(*lines)
        for local in (US, STRICT):
            text, agreed = answer(offered, local)
            ports = [line.split()[1] for line in media_lines(text)]
            assert ports == (["20000", "0"] if taken == 0 else ["0", "20000"])
            assert len(crypto_lines(text)) == 1
            assert (agreed.port, agreed.crypto is not None) == (30_000, True)
        text, agreed = answer(offered, PLAIN)
        assert (agreed.port, agreed.crypto) == (30_002, None)
        assert sum(line.split()[1] == "20000" for line in media_lines(text)) == 1
    unusable = description(*audio(O10[1]), *plain)
    assert answer(unusable, US)[1].port == 30_002


def test_our_offer_has_a_key_for_each_suite_beside_a_plain_profile_unless_it_must_be_encrypted() -> None:
    for local, profile in ((US, "RTP/AVP"), (STRICT, "RTP/SAVP")):
        text = offer(local)
        assert media_lines(text) == [f"m=audio 20000 {profile} 0 8 101"]
        assert crypto_lines(text) == [
            f"a=crypto:{tag} {suite} inline:{key('A', suite)}" for tag, suite in enumerate(SUITES, 1)
        ]
        assert keys_in(text) == OURS.keys
    assert not crypto_lines(offer(PLAIN))
    lasting = replace(US, crypto=replace(OURS, agreed_profile="RTP/SAVPF"))
    assert media_lines(offer(lasting)) == ["m=audio 20000 RTP/SAVPF 0 8 101"]


def test_an_answer_is_held_to_the_tags_of_our_offer() -> None:
    good = description(*audio(f"3 {CM_80} inline:{key('p')}", profile="RTP/AVP"))
    assert accept(good, US).crypto == AgreedCrypto(3, CM_80, key("A"), key("p"), "RTP/AVP")
    for wrong in (f"1 {CM_80} inline:{key('p')}", f"3 {CM_32} inline:{key('p')}", f"3 {CM_80} inline:x"):
        for profile in ("RTP/AVP", "RTP/SAVP"):
            with pytest.raises(SdpError, match="no a=crypto"):
                accept(description(*audio(wrong, profile=profile)), US)
    plain = description(*audio(profile="RTP/AVP"))
    assert accept(plain, US).crypto is None
    with pytest.raises(SdpError, match="required"):
        accept(plain, STRICT)


def test_a_line_with_keys_is_no_browsers_whatever_its_profile() -> None:
    offered = description(*audio(*O10, profile="RTP/SAVPF"))
    assert not wants_dtls(offered)
    assert wants_dtls(description(*audio(profile="RTP/SAVPF")))


def test_hold_is_seen_on_an_encrypted_line() -> None:
    held = description(*audio(*O10), "a=sendonly")
    text, agreed = answer(held, US)
    assert (is_hold(held, text), agreed.direction) == (True, "recvonly")


@given(
    st.sampled_from([US, STRICT]),
    st.sampled_from([PHONE, replace(PHONE, crypto=replace(PHONE_KEYS, is_required=True))]),
    st.permutations(PHONE_KEYS.keys),
    st.integers(0, 4),
)
def test_both_sides_come_to_the_same_keys(
    us: LocalAudio, phone: LocalAudio, keys: list[object], known: int
) -> None:
    """A peer knows some of the suites, in an order of its own."""
    assert phone.crypto is not None
    theirs = replace(phone.crypto, keys=tuple(keys[:known]))  # type: ignore[arg-type]
    phone = replace(phone, crypto=theirs)
    try:
        text, at_phone = answer(offer(us), phone)
    except SdpError:
        assert known == 0
        return
    at_us = accept(text, us)
    if at_phone.crypto is None or at_us.crypto is None:
        assert at_us.crypto is at_phone.crypto is None
        assert known == 0
    else:
        assert (at_us.crypto.ours, at_us.crypto.theirs) == (at_phone.crypto.theirs, at_phone.crypto.ours)
        assert (at_us.crypto.suite, at_us.crypto.tag) == (at_phone.crypto.suite, at_phone.crypto.tag)


@given(st.text(alphabet="0123456789 AES_CM_128HMAC_SHA1_80inline:|^+/=;-ab\x7f\u00e9", max_size=90))
def test_whatever_stands_in_a_line_is_taken_or_passed_over(line: str) -> None:
    found = crypto_of(description(*audio(line, profile="RTP/AVP")))
    assert found is None or found.suite in SUITES


def test_keys_are_carried_and_never_shown() -> None:
    _, agreed = answer(description(*audio(*O10)), US)
    assert Agreed.from_dict(json.loads(json.dumps(agreed.to_dict()))) == agreed
    assert key("A") not in repr((agreed, US))
    assert key("d") not in repr(agreed)
