"""SRTP and SRTCP (RFC 3711, RFC 7714) of one leg, on libsrtp."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pylibsrtp
from pylibsrtp import Policy, Session

from huntline.media.worker.rtp import HEADER, VERSION_2

_SHORTEST = HEADER.size
_SHORTEST_REPORT = 8
_MOST_STREAMS = 16
"""SSRCs of one peer; libsrtp keeps a state for each."""

_QUARTER = 1 << 14
_Refusal = (pylibsrtp.Error, ValueError)


class Unprotected(OSError):
    """A packet that cannot be sent: too long, or its number was used before."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A protection profile (RFC 5764 section 4.1.2), named as OpenSSL names it, and as a crypto-suite of
    RFC 4568."""

    name: str
    suite: str
    number: int
    key_bytes: int
    salt_bytes: int


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """What both sides protect their packets with: master key and master salt, one after the other."""

    profile: str
    ours: bytes = field(repr=False)
    theirs: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Heard:
    """How far the peer's stream has come.

    ``index`` is the packet index (RFC 3711 section 3.3.1), rounded down to a quarter of the sequence numbers.
    """

    ssrc: int
    index: int


def _is_available(profile: Profile) -> bool:
    try:
        Policy(srtp_profile=profile.number)
    except pylibsrtp.Error:  # libsrtp can be built without GCM
        return False
    return True


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("SRTP_AEAD_AES_128_GCM", "AEAD_AES_128_GCM", Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
        Profile(
            "SRTP_AES128_CM_SHA1_80", "AES_CM_128_HMAC_SHA1_80", Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14
        ),
        Profile("SRTP_AEAD_AES_256_GCM", "AEAD_AES_256_GCM", Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 32, 12),
        Profile(
            "SRTP_AES128_CM_SHA1_32", "AES_CM_128_HMAC_SHA1_32", Policy.SRTP_PROFILE_AES128_CM_SHA1_32, 16, 14
        ),
    )
    if _is_available(profile)
}
"""Those we can speak, the most wanted first."""

BY_SUITE = {profile.suite: profile for profile in PROFILES.values()}
"""The same, as a=crypto names them."""


class Srtp:
    """Protects what goes and unprotects what comes; a packet that comes again is refused."""

    def __init__(self, keys: SrtpKeys, heard: Heard | None = None) -> None:
        """With ``heard`` the peer's stream goes on where it was. Raises ValueError for keys that are none."""
        profile = PROFILES.get(keys.profile)
        if profile is None:
            raise ValueError("the SRTP profile is not known")
        self._sending = _session(profile, keys.ours, Policy.SSRC_ANY_OUTBOUND)
        self._receiving = _session(profile, keys.theirs, Policy.SSRC_ANY_INBOUND)
        self._streams: set[bytes] = set()
        self._ssrc, self._quarter, self._index = b"", -1, 0
        if heard is not None:
            self._catch_up(profile, keys.theirs, heard)

    @property
    def heard(self) -> Heard | None:
        """How far the peer's stream has come, for an heir of this."""
        if not self._ssrc:
            return None
        return Heard(int.from_bytes(self._ssrc, "big"), self._index)

    def protect(self, packet: bytes) -> bytes:
        """An RTP packet, ready to be sent. Raises Unprotected."""
        return _sendable(self._sending.protect, packet)

    def protect_report(self, report: bytes) -> bytes:
        """RTCP, ready to be sent. Raises Unprotected."""
        return _sendable(self._sending.protect_rtcp, report)

    def unprotect(self, packet: bytes) -> bytes | None:
        """The RTP packet that the peer has meant; None when it is not the peer's, or came before."""
        ssrc = packet[8:12]
        if len(packet) <= _SHORTEST or not self._has_room_for(ssrc):
            return None
        try:
            plain = self._receiving.unprotect(packet)
        except _Refusal:
            return None
        if packet[2] >> 6 != self._quarter or ssrc != self._ssrc:
            self._follow(ssrc, packet[2] >> 6)
        return plain

    def unprotect_report(self, report: bytes) -> bytes | None:
        """The RTCP that the peer has meant; None when it is not the peer's, or came before."""
        ssrc = report[4:8]
        if len(report) <= _SHORTEST_REPORT or not self._has_room_for(ssrc):
            return None
        try:
            plain = self._receiving.unprotect_rtcp(report)
        except _Refusal:
            return None
        self._streams.add(ssrc)
        return plain

    def _has_room_for(self, ssrc: bytes) -> bool:
        return ssrc in self._streams or len(self._streams) < _MOST_STREAMS

    def _follow(self, ssrc: bytes, quarter: int) -> None:
        """Note how far the stream has come; one that is out of order does not turn it back."""
        self._streams.add(ssrc)
        if ssrc != self._ssrc:
            self._ssrc, self._index = ssrc, quarter * _QUARTER
        elif (steps := quarter - self._quarter & 3) != 3:
            self._index += steps * _QUARTER
        else:
            return
        self._quarter = quarter

    def _catch_up(self, profile: Profile, key: bytes, heard: Heard) -> None:
        """Bring a new session to where the peer's stream was.

        A packet carries only the low 16 bits of its index; the rest, the rollover counter, is counted by both
        sides (RFC 3711 section 3.3.1), and libsrtp's binding cannot set it. So the session is shown packets
        as the peer would have sent them, four for each time around. They never leave this function.
        """
        ours = _session(profile, key, Policy.SSRC_ANY_OUTBOUND)
        for index in range(0, heard.index + 1, _QUARTER):
            packet = HEADER.pack(VERSION_2, 0, index & 0xFFFF, 0, heard.ssrc) + b"\0"
            self.unprotect(ours.protect(packet))


def _sendable(protect: Callable[[bytes], bytes], packet: bytes) -> bytes:
    try:
        return protect(packet)
    except _Refusal as error:
        raise Unprotected(str(error)) from None


def _session(profile: Profile, key: bytes, ssrc_type: int) -> Session:
    if len(key) != profile.key_bytes + profile.salt_bytes:
        raise ValueError("the SRTP key has not the length of its profile")
    return Session(Policy(key=key, ssrc_type=ssrc_type, srtp_profile=profile.number))
