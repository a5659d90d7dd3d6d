"""aiortc, a WebRTC stack that is not ours, as a browser: both tones are heard at the other end."""

from __future__ import annotations

import asyncio
import math
import time
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction

import aioice.ice
import pytest
from aiortc import AudioStreamTrack, MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame
from tests.media.rig import Phone, Studio, perform, studio
from tests.scenarios.tones import AGENT, CALLER, FRAME, MUSIC, RATE, dominant, payload, tone_in


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """aioice leaves the loopback interface out; here there need not be another one."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])


class Tone(AudioStreamTrack):
    """A microphone that hears one tone."""

    def __init__(self, hertz: int) -> None:
        super().__init__()
        self._wave = array("h", (int(8000 * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(FRAME)))
        self._sent, self._started_at = 0, time.monotonic()

    async def recv(self) -> AudioFrame:
        await asyncio.sleep(self._started_at + self._sent / RATE - time.monotonic())
        frame = AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), self._sent
        frame.planes[0].update(self._wave.tobytes())
        self._sent += FRAME
        return frame


class Peer:
    """A page with a call in it."""

    def __init__(self, hertz: int) -> None:
        self.connection = RTCPeerConnection()
        self.connection.addTrack(Tone(hertz))
        self.tones: asyncio.Queue[int | None] = asyncio.Queue()
        self._listening: asyncio.Task[None] | None = None
        self.connection.on("track", self._listen)

    def _listen(self, track: MediaStreamTrack) -> None:
        self._listening = asyncio.create_task(self._hear(track))

    async def _hear(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            assert isinstance(frame, AudioFrame)
            samples = array("h", bytes(frame.planes[0]))
            self.tones.put_nowait(dominant(list(samples)[:FRAME]))

    async def call(self, media: Studio, leg_id: str) -> None:
        """Offer, and take the answer."""
        await self.connection.setLocalDescription(await self.connection.createOffer())
        answer = await media.client.answer(leg_id, self.connection.localDescription.sdp)
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def take_call(self, media: Studio, leg_id: str) -> None:
        """Take our offer, and answer it."""
        offer = await media.client.offer(leg_id, is_secure=True)
        await self.connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await self.connection.setLocalDescription(await self.connection.createAnswer())
        await media.client.accept(leg_id, self.connection.localDescription.sdp)

    async def hears(self, hertz: int) -> None:
        """Wait for a tone."""
        async with asyncio.timeout(10):
            while await self.tones.get() != hertz:
                continue

    async def close(self) -> None:
        await self.connection.close()
        if self._listening is not None:
            await self._listening


@asynccontextmanager
async def peers(*tones: int) -> AsyncIterator[tuple[Studio, list[Peer]]]:
    """A studio, and pages whose microphones hear these tones."""
    async with studio() as media:
        pages = [Peer(hertz) for hertz in tones]
        try:
            yield media, pages
        finally:
            for page in pages:
                await page.close()


async def _speak(phone: Phone) -> None:
    while True:
        phone.speak(payload(AGENT, 0))
        await asyncio.sleep(0.02)


def test_a_page_and_a_plain_phone_hear_each_other() -> None:
    async def story() -> None:
        async with peers(CALLER) as (media, [page]):
            await page.call(media, "a")
            phone = await media.join("b")
            media.client.bridge("a", "b")
            await media.client.stats()
            speaking = asyncio.create_task(_speak(phone))
            await page.hears(AGENT)
            while tone_in((await phone.hear()).payload, 0) != CALLER:
                continue
            speaking.cancel()

    perform(story())


def test_two_pages_hear_each_other() -> None:
    async def story() -> None:
        async with peers(CALLER, AGENT) as (media, [caller, agent]):
            await caller.call(media, "a")
            await agent.take_call(media, "b")
            media.client.bridge("a", "b")
            await asyncio.gather(caller.hears(AGENT), agent.hears(CALLER))

    perform(story())


def test_a_page_hears_music() -> None:
    async def story() -> None:
        async with peers(CALLER) as (media, [page]):
            await page.call(media, "a")
            media.client.play("a", [media.sound("music", payload(MUSIC, 0) * 50)], loop=True)
            await page.hears(MUSIC)

    perform(story())
