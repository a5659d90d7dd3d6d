"""Chromium itself on the media worker: tones both ways, a restarted worker, ICE anew, a page that closes."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, async_playwright

from huntline.media.interface import MediaDied
from huntline.media.worker import secure_path
from tests.media.rig import Phone, Studio, perform, studio
from tests.scenarios.tones import AGENT, CALLER, MUSIC, payload, tone_in

pytestmark = [pytest.mark.scenario, pytest.mark.xdist_group("chromium")]

# Only a page that may use a microphone is told of all interfaces, the loopback one among them.
_SWITCHES = [
    "--no-sandbox",
    "--allow-loopback-in-peer-connection",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]

_PAGE = """
async (hertz) => {
  await navigator.mediaDevices.getUserMedia({ audio: true });
  const context = new AudioContext();
  const oscillator = context.createOscillator();
  const microphone = context.createMediaStreamDestination();
  oscillator.frequency.value = hertz;
  oscillator.connect(microphone);
  oscillator.start();
  const ear = context.createAnalyser();
  ear.fftSize = 8192;
  ear.smoothingTimeConstant = 0;
  const call = new RTCPeerConnection();
  call.addTrack(microphone.stream.getTracks()[0], microphone.stream);
  call.ontrack = ({ streams: [stream] }) => {
    const player = new Audio();
    player.srcObject = stream;  // Chromium decodes only what something plays
    player.muted = true;
    player.play();
    context.createMediaStreamSource(stream).connect(ear);
  };
  const gathered = () => new Promise((done) => {
    const look = () => call.iceGatheringState === 'complete' && done(call.localDescription.sdp);
    call.addEventListener('icegatheringstatechange', look);
    look();
  });
  window.page = {
    call,
    offer: async (restart) => {
      await call.setLocalDescription(await call.createOffer({ iceRestart: restart }));
      return gathered();
    },
    take: (sdp) => call.setRemoteDescription({ type: 'answer', sdp }),
    answer: async (sdp) => {
      await call.setRemoteDescription({ type: 'offer', sdp });
      await call.setLocalDescription(await call.createAnswer());
      return gathered();
    },
    hears: () => {
      const spectrum = new Float32Array(ear.frequencyBinCount);
      ear.getFloatFrequencyData(spectrum);
      const loudest = spectrum.indexOf(Math.max(...spectrum));
      return spectrum[loudest] < -60 ? 0 : loudest * context.sampleRate / ear.fftSize;
    },
  };
}
"""


class Caller:
    """A page with a microphone that hears one tone."""

    def __init__(self, page: Page, media: Studio, leg_id: str) -> None:
        self.page, self.media, self.leg_id = page, media, leg_id

    async def _do(self, what: str, value: Any = None) -> Any:
        return await self.page.evaluate(f"(value) => page.{what}(value)", value)

    async def call(self, *, restart: bool = False) -> None:
        """Offer, anew if there is a call."""
        offer = await self._do("offer", restart)
        await self._do("take", await self.media.client.answer(self.leg_id, offer))

    async def take_call(self) -> None:
        """Be rung, and answer."""
        offer = await self.media.client.offer(self.leg_id, is_secure=True)
        await self.media.client.accept(self.leg_id, await self._do("answer", offer))

    async def hears(self, hertz: int) -> None:
        """Wait until a tone is the loudest thing."""
        await self.page.wait_for_function(
            "(hertz) => Math.abs(page.hears() - hertz) < 15", arg=hertz, polling=50, timeout=15_000
        )


@asynccontextmanager
async def chromium() -> AsyncIterator[tuple[Studio, Browser]]:
    """A worker, and Chromium."""
    async with studio() as media, async_playwright() as player:
        program = shutil.which("chromium-headless-shell")
        browser = await player.chromium.launch(executable_path=program, args=_SWITCHES)
        try:
            yield media, browser
        finally:
            await browser.close()


async def _page(media: Studio, browser: Browser, leg_id: str, hertz: int) -> Caller:
    page = await browser.new_page()

    async def serve(route: Route) -> None:
        await route.fulfill(body="<title>page</title>", content_type="text/html")

    await page.route("**/*", serve)
    await page.goto("http://localhost/")  # an origin that may use a microphone
    await page.evaluate(_PAGE, hertz)
    return Caller(page, media, leg_id)


async def _speak(phone: Phone, tone: int) -> None:
    while True:
        phone.speak(payload(tone, 0))
        await asyncio.sleep(0.02)


def test_chromium_and_a_plain_phone_hear_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secure_path, "RETURN_SECONDS", 1.0)

    async def story() -> None:
        async with chromium() as (media, browser):
            page = await _page(media, browser, "a", CALLER)
            await page.call()
            phone = await media.join("b")
            media.client.bridge("a", "b")
            speaking = asyncio.create_task(_speak(phone, AGENT))
            await page.hears(AGENT)
            async with asyncio.timeout(5):
                while tone_in((await phone.hear()).payload, 0) != CALLER:
                    continue
            speaking.cancel()
            media.client.unbridge("a")
            media.client.play("a", [media.sound("music", payload(MUSIC, 0) * 50)], loop=True)
            await page.hears(MUSIC)
            await page.page.evaluate("() => page.call.close()")
            assert await media.event() == MediaDied("a")

    perform(story())


def test_two_pages_hear_each_other_over_a_restart_of_the_worker_and_of_ice() -> None:
    async def story() -> None:
        async with chromium() as (media, browser):
            caller = await _page(media, browser, "a", CALLER)
            agent = await _page(media, browser, "b", AGENT)
            await caller.call()
            await agent.take_call()
            media.client.bridge("a", "b")
            await asyncio.gather(caller.hears(AGENT), agent.hears(CALLER))
            await media.stop_worker()
            # Silence between, so that what is heard afterwards is not what was heard before.
            await asyncio.gather(caller.hears(0), agent.hears(0))
            media.start_worker()
            await asyncio.gather(caller.hears(AGENT), agent.hears(CALLER))
            await caller.call(restart=True)
            await agent.take_call()  # a re-offer, as the leg exists
            await asyncio.gather(caller.hears(AGENT), agent.hears(CALLER))
            assert media.events.empty()

    perform(story())
