"""The DTLS handshake without sockets: certificates, lost datagrams, and what does not belong there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huntline.media.worker.dtls import Dtls, DtlsCertificate

US, THEM, STRANGER = DtlsCertificate.make(), DtlsCertificate.make(), DtlsCertificate.make()


def fingerprints(identity: DtlsCertificate) -> tuple[str, ...]:
    return (f"sha-256 {identity.fingerprint}",)


def ends(expected: DtlsCertificate = THEM) -> tuple[Dtls, Dtls]:
    """Us, passive, and the peer; ``expected`` is whose certificate we want to see."""
    return Dtls(US, "passive", fingerprints(expected)), Dtls(THEM, "active", fingerprints(US))


def shake_hands(us: Dtls, them: Dtls) -> None:
    """Carry all datagrams both ways until nothing is said any more."""
    to_us, to_them = them.begin(), us.begin()
    while to_us or to_them:
        said = [us.receive(datagram) for datagram in to_us], [them.receive(datagram) for datagram in to_them]
        to_them, to_us = ([datagram for each in side for datagram in each] for side in said)


def test_both_sides_have_the_same_keys_crosswise() -> None:
    us, them = ends()
    shake_hands(us, them)
    assert us.keys
    assert them.keys
    assert us.keys.profile == them.keys.profile == "SRTP_AEAD_AES_128_GCM"
    assert (us.keys.ours, us.keys.theirs) == (them.keys.theirs, them.keys.ours)
    assert us.keys.ours != us.keys.theirs
    assert (us.failure, them.failure, us.timeout) == (None, None, None)
    assert us.keys.ours.hex() not in repr(us.keys)


def test_we_can_begin_too() -> None:
    us, them = Dtls(US, "active", fingerprints(THEM)), Dtls(THEM, "passive", fingerprints(US))
    shake_hands(us, them)
    assert us.keys
    assert us.begin() == []


def test_one_of_many_fingerprints_is_enough() -> None:
    us = Dtls(US, "passive", (*fingerprints(STRANGER), "sha-512 00", *fingerprints(THEM)))
    shake_hands(us, Dtls(THEM, "active", fingerprints(US)))
    assert us.keys


def test_another_certificate_gets_no_keys_and_is_told_so() -> None:
    us, them = ends(expected=STRANGER)
    shake_hands(us, them)
    assert us.keys is None
    assert us.failure == "the peer's certificate does not match the fingerprint in its description"
    assert them.failure == "the peer has closed the DTLS association"


def test_what_was_lost_is_sent_again() -> None:
    us, them = ends()
    lost = them.begin()
    assert lost
    assert 0 < (them.timeout or 0) <= 1.0
    again: list[bytes] = []
    while not again:  # OpenSSL's timer runs by the real clock
        again = them.expire()
    assert again
    replies = us.receive(again[0])
    assert replies


def test_datagrams_hold_whole_records_and_fit_everywhere() -> None:
    us, them = ends()
    flights = [them.begin()]
    for side in (us, them, us):
        flights.append([reply for datagram in flights[-1] for reply in side.receive(datagram)])
    assert us.keys
    for datagram in (datagram for flight in flights for datagram in flight):
        assert len(datagram) <= 1200
        end = 0
        while end < len(datagram):
            end += 13 + int.from_bytes(datagram[end + 11 : end + 13], "big")
        assert end == len(datagram)


def test_a_peer_that_closes_is_noticed() -> None:
    us, them = ends()
    shake_hands(us, them)
    them._connection.shutdown()
    for datagram in them._output():
        us.receive(datagram)
    assert us.failure == "the peer has closed the DTLS association"
    assert us.receive(b"\x16" * 50) == []
    assert us.expire() == []


def test_an_identity_survives_as_text() -> None:
    assert DtlsCertificate(US.pem).fingerprint == US.fingerprint
    assert US.fingerprint != THEM.fingerprint
    for nonsense in ("", "x", US.pem[: len(US.pem) // 2]):
        with pytest.raises(ValueError, match=r"(?i)pem|key|certificate|parse|section"):
            DtlsCertificate(nonsense)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=5), st.booleans())
def test_noise_neither_raises_nor_makes_keys(noise: list[bytes], is_late: bool) -> None:
    us, them = ends()
    if is_late:
        shake_hands(us, them)
    for datagram in noise:
        us.receive(b"\x16\xfe\xfd" + datagram)
        us.receive(datagram)
    assert (us.keys is not None) is is_late
    assert us.failure is None or not is_late


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=4, max_size=4))
def test_a_damaged_handshake_never_raises(damages: list[tuple[int, int]]) -> None:
    us, them = ends()
    to_us = them.begin()
    for place, change in damages:
        if to_us:
            damaged = bytearray(to_us[0])
            damaged[place % len(damaged)] ^= change
            to_us[0] = bytes(damaged)
        to_them = [reply for datagram in to_us for reply in us.receive(datagram)]
        to_us = [reply for datagram in to_them for reply in them.receive(datagram)]
