"""Audio that is recognized when it comes back."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket

from huntline.media.worker.rtp import HEADER, VERSION_2
from huntline.network.readiness import Readiness
from huntline.sdp import Agreed, LocalAudio

_PACKET_SECONDS, _SAMPLES = 0.02, 160


class Echo:
    """Sends packets of the same noise from a port of its own, and hears whether they come back."""

    def __init__(self, host: str) -> None:
        """Raises OSError when the address is none of this machine's."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind((host, 0))
        self._noise = secrets.token_bytes(_SAMPLES)
        self._ssrc = secrets.randbits(32)
        self.came_back = asyncio.Event()
        self._readiness = Readiness(self._socket, self._hear)

    def local(self) -> LocalAudio:
        """This end, for a description."""
        host, port = self._socket.getsockname()[:2]
        return LocalAudio(host, port, session_id=self._ssrc, version=1)

    async def comes_back(self, session: Agreed, seconds: float) -> bool:
        """Send by what was agreed, until it is heard or the time is over."""
        sending = asyncio.ensure_future(self._send(session))
        try:
            async with asyncio.timeout(seconds):
                await self.came_back.wait()
        except TimeoutError:
            return False
        finally:
            sending.cancel()
        return True

    def close(self) -> None:
        """Give the port back."""
        self._readiness.close()
        self._socket.close()

    async def _send(self, session: Agreed) -> None:
        for number in range(0xFFFF):
            head = HEADER.pack(VERSION_2, session.payload_type, number, number * _SAMPLES, self._ssrc)
            with contextlib.suppress(OSError):  # ICMP: nobody is there, or not yet
                self._socket.sendto(head + self._noise, (session.address, session.port))
            await asyncio.sleep(_PACKET_SECONDS)

    def _hear(self) -> None:
        with contextlib.suppress(OSError):
            if self._socket.recv(2048).endswith(self._noise):
                self.came_back.set()
