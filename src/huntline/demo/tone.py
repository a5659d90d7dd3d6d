"""The audio of a played phone: one tone sent, and whatever comes heard only as a count."""

from __future__ import annotations

import asyncio
import contextlib
import math
import secrets
import socket
import struct
from array import array
from functools import cache

from huntline.media.g711 import SAMPLE_RATE, encode_alaw, encode_ulaw
from huntline.network.readiness import Readiness
from huntline.sdp import Agreed, LocalAudio

PACKET_SECONDS = 0.02
SAMPLES_PER_PACKET = 160
PEAK = 4_000  # soft, of 32,767


class Tone:
    """One RTP stream on a port that the system chooses: open from the start, until ``close``."""

    def __init__(self, host: str, hertz: int) -> None:
        self.packets_heard = 0
        self._hertz = hertz
        self._socket = socket.socket(
            socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK
        )
        self._socket.bind((host, 0))
        self._loop = asyncio.get_running_loop()
        self._readiness = Readiness(self._socket, self._hear)
        self._timer: asyncio.TimerHandle | None = None
        self._ssrc = secrets.randbits(32)
        self._sent = 0

    def local(self) -> LocalAudio:
        """Our end, for a session description."""
        host, port = self._socket.getsockname()[:2]
        return LocalAudio(host, port, session_id=self._ssrc, version=1)

    def talk(self, session: Agreed) -> None:
        """Send by what was agreed, now or from now on differently."""
        if self._timer is not None:
            self._timer.cancel()
        self._send(session, self._loop.time())

    def close(self) -> None:
        """Fall silent and give the port back; closing again does nothing."""
        if self._timer is not None:
            self._timer.cancel()
        if self._socket.fileno() >= 0:
            self._readiness.close()
            self._socket.close()

    def _hear(self) -> None:
        with contextlib.suppress(OSError):  # also what ICMP says about a peer that is gone
            self._socket.recv(2048)
            self.packets_heard += 1

    def _send(self, session: Agreed, due: float) -> None:
        if session.direction in ("sendrecv", "sendonly"):
            with contextlib.suppress(OSError):
                self._socket.sendto(self._packet(session), (session.address, session.port))
        self._sent += 1
        due += PACKET_SECONDS
        self._timer = self._loop.call_at(due, self._send, session, due)

    def _packet(self, session: Agreed) -> bytes:
        """RFC 3550 section 5.1."""
        samples = self._sent * SAMPLES_PER_PACKET
        head = struct.pack(
            ">BBHII", 0x80, session.payload_type, self._sent & 0xFFFF, samples & 0xFFFFFFFF, self._ssrc
        )
        second = tone_second(self._hertz, session.codec)
        start = samples % SAMPLE_RATE
        return head + second[start : start + SAMPLES_PER_PACKET]


@cache
def tone_second(hertz: int, codec: str) -> bytes:
    """One second of a tone: whole periods, so that it can be repeated without a seam."""
    wave = array(
        "h",
        (round(PEAK * math.sin(2 * math.pi * hertz * index / SAMPLE_RATE)) for index in range(SAMPLE_RATE)),
    )
    return encode_ulaw(wave) if codec == "PCMU" else encode_alaw(wave)
