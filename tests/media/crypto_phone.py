"""A phone that encrypts with keys of its description, on libsrtp as such."""

from __future__ import annotations

import asyncio
import os
import re
from base64 import b64decode, b64encode
from typing import Any

from pylibsrtp import Error, Policy, Session
from tests.media.rig import HEADER, ULAW_SPEECH, Packet, Phone, rtp

PROFILES = {
    "AES_CM_128_HMAC_SHA1_80": (Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 30),
    "AES_CM_128_HMAC_SHA1_32": (Policy.SRTP_PROFILE_AES128_CM_SHA1_32, 30),
    "AEAD_AES_128_GCM": (Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 28),
    "AEAD_AES_256_GCM": (Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 44),
}
CM_80 = "AES_CM_128_HMAC_SHA1_80"
_LINE = re.compile(r"a=crypto:(\d+) (\w+) inline:(\S+)")


class CryptoPhone:
    """One of the rig's phones, with keys."""

    def __init__(self, phone: Phone, suite: str = CM_80) -> None:
        self.phone, self.suite = phone, suite
        self.sequence = 0
        self.refused = 0
        self.new_key()

    def new_key(self) -> None:
        """Another key of our own, to be told by the next description."""
        profile, length = PROFILES[self.suite]
        self.key = os.urandom(length)
        self._sending = Session(
            Policy(key=self.key, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile)
        )

    def sdp(self, *, tag: int = 1, profile: str = "RTP/SAVP", **description: Any) -> str:
        """A description with our key, or with none that is of use without a ``tag``."""
        text = self.phone.sdp(**description).replace("RTP/AVP", profile)
        return text + (
            f"a=crypto:{tag} {self.suite} inline:{b64encode(self.key).decode()}\r\n" if tag else ""
        )

    def hears_from(self, description: str) -> None:
        """Take the worker's port and key from its description: of our suite."""
        self.phone.hears_from(description)
        found = next(match for match in _LINE.finditer(description) if match[2] == self.suite)
        self.tag = int(found[1])
        profile, length = PROFILES[self.suite]
        theirs = b64decode(found[3])
        assert len(theirs) == length
        self._hearing = Session(Policy(key=theirs, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=profile))

    def speak(self, payload: bytes = ULAW_SPEECH, *, steps: int = 1, ssrc: int = 7) -> None:
        """Send the next packet of audio, or one that is further on."""
        self.sequence += steps
        packet = rtp(payload, self.sequence, ssrc=ssrc, timestamp=self.sequence * 160)
        self.phone.send(self._sending.protect(packet))

    def report(self) -> None:
        """Send RTCP."""
        report = b"\x80\xc9\x00\x01" + (7).to_bytes(4, "big")
        host, port = self.phone.target
        self.phone.rtcp.sendto(self._sending.protect_rtcp(report), (host, port + 1))

    async def hear(self) -> Packet:
        """The next packet that is meant for us."""
        async with asyncio.timeout(3):
            while True:
                data = await asyncio.get_running_loop().sock_recv(self.phone.socket, 2048)
                try:
                    plain = self._hearing.unprotect(data)
                except Error:
                    self.refused += 1
                    continue
                first, second, sequence, timestamp, ssrc = HEADER.unpack_from(plain)
                assert first == 0x80
                return Packet(second & 0x7F, second >= 0x80, sequence, timestamp, ssrc, plain[12:])

    async def hear_until(self, payload: bytes) -> list[Packet]:
        """All packets up to the first one with this payload."""
        packets = [await self.hear()]
        while packets[-1].payload != payload:
            assert len(packets) < 500
            packets.append(await self.hear())
        return packets

    async def hear_report(self) -> bytes:
        """The next RTCP."""
        async with asyncio.timeout(10):
            data = await asyncio.get_running_loop().sock_recv(self.phone.rtcp, 2048)
        return self._hearing.unprotect_rtcp(data)
