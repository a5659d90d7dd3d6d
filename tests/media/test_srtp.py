"""SRTP on libsrtp: what is refused, and how an heir goes on with a stream."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.media.rig import ULAW_SPEECH, rtp

from huntline.media.worker import rtcp
from huntline.media.worker.srtp import PROFILES, Heard, Srtp, SrtpKeys, Unprotected


def pair(name: str = "SRTP_AEAD_AES_128_GCM") -> tuple[SrtpKeys, SrtpKeys]:
    """The keys of both sides."""
    length = PROFILES[name].key_bytes + PROFILES[name].salt_bytes
    one, two = os.urandom(length), os.urandom(length)
    return SrtpKeys(name, one, two), SrtpKeys(name, two, one)


@pytest.mark.parametrize("name", PROFILES)
def test_all_profiles_protect_audio_and_reports(name: str) -> None:
    ours, theirs = pair(name)
    us, them = Srtp(ours), Srtp(theirs)
    packet, report = rtp(ULAW_SPEECH, 1), rtcp.receiver_report(7, b"us")
    protected, protected_report = us.protect(packet), us.protect_report(report)
    assert ULAW_SPEECH not in protected
    assert them.unprotect(protected) == packet
    assert them.unprotect_report(protected_report) == report


def test_replays_changes_and_other_keys_are_refused() -> None:
    ours, theirs = pair()
    us, them, stranger = Srtp(ours), Srtp(theirs), Srtp(pair()[0])
    protected = us.protect(rtp(ULAW_SPEECH, 1))
    assert them.unprotect(protected[:-1] + bytes([protected[-1] ^ 1])) is None
    assert them.unprotect(stranger.protect(rtp(ULAW_SPEECH, 1))) is None
    assert them.unprotect(protected)
    assert them.unprotect(protected) is None
    report = us.protect_report(rtcp.receiver_report(7, b"us"))
    assert them.unprotect_report(report)
    assert them.unprotect_report(report) is None


def test_what_cannot_be_protected_is_refused_as_unsendable() -> None:
    us = Srtp(pair()[0])
    us.protect(rtp(ULAW_SPEECH, 1))
    for packet in (rtp(ULAW_SPEECH, 1), rtp(bytes(1600), 2), b"x"):
        with pytest.raises(Unprotected):
            us.protect(packet)
    with pytest.raises(Unprotected):
        us.protect_report(b"x")


def test_a_peer_may_have_few_streams() -> None:
    ours, theirs = pair()
    us, them = Srtp(ours), Srtp(theirs)
    heard = [them.unprotect(us.protect(rtp(ULAW_SPEECH, 1, ssrc=ssrc))) for ssrc in range(1, 30)]
    assert sum(packet is not None for packet in heard) == 16


@pytest.mark.parametrize("last", [5, 20_000, 65_535, 65_536, 100_000, 400_000])
def test_an_heir_hears_the_stream_go_on_however_often_its_numbers_went_around(last: int) -> None:
    ours, theirs = pair()
    us, them = Srtp(ours), Srtp(theirs)
    for index in [*range(3, last, 10_000), last]:
        assert them.unprotect(us.protect(rtp(ULAW_SPEECH, index)))
    assert them.heard == Heard(7, last // 16_384 * 16_384)
    heir = Srtp(theirs, them.heard)
    assert heir.heard == them.heard
    for index in (last + 1, last + 60, last + 5_000):  # what came while nobody was there is lost
        protected = us.protect(rtp(ULAW_SPEECH, index))
        assert heir.unprotect(protected) == rtp(ULAW_SPEECH, index)
        assert heir.unprotect(protected) is None


def test_without_what_was_heard_a_long_stream_could_not_be_joined() -> None:
    ours, theirs = pair()
    us = Srtp(ours)
    for index in range(0, 70_001, 10_000):
        protected = us.protect(rtp(ULAW_SPEECH, index))
    assert Srtp(theirs).unprotect(protected) is None


def test_disorder_and_another_stream_are_followed() -> None:
    ours, theirs = pair()
    us, them = Srtp(ours), Srtp(theirs)
    for index in (16_380, 16_390, 16_381):
        assert them.unprotect(us.protect(rtp(ULAW_SPEECH, index)))
    assert them.heard == Heard(7, 16_384)
    assert them.unprotect(us.protect(rtp(ULAW_SPEECH, 2, ssrc=8)))
    assert them.heard == Heard(8, 0)


def test_keys_that_are_none_are_refused_without_being_told() -> None:
    for keys in (SrtpKeys("SRTP_NULL", b"", b""), SrtpKeys("SRTP_AEAD_AES_128_GCM", b"secret", b"secret")):
        with pytest.raises(ValueError, match="SRTP") as refused:
            Srtp(keys)
        assert "secret" not in str(refused.value)
        assert "secret" not in repr(keys)


_NOISE_KEYS = pair()[0]


@given(st.binary(max_size=1600))
def test_noise_is_refused(noise: bytes) -> None:
    us = Srtp(_NOISE_KEYS)
    assert us.unprotect(noise) is None
    assert us.unprotect_report(noise) is None
