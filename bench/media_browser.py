"""What browsers' legs cost the media worker, and how long their paths take to make.

python bench/media_browser.py [--calls 20] [--seconds 4] [--music]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

import uvloop
from media_rig import Worker, worker

# The browser of the tests is the browser here, too.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.media.browser import Browser

_SPEECH = b"\xff" * 160


async def _join(rig: Worker, leg_id: str, set_up: list[float]) -> Browser:
    """A browser that is rung and answers; the time runs from its answer until the worker has accepted it."""
    browser = await Browser().open()
    browser.hears_from(await rig.client.offer(leg_id, is_secure=True))
    started = time.monotonic()
    accepting = asyncio.create_task(rig.client.accept(leg_id, browser.sdp(setup="active")))
    await browser.connect()
    await accepting
    set_up.append(1000 * (time.monotonic() - started))
    return browser


async def speak_evenly(browsers: list[Browser]) -> None:
    """Let every browser send its packets evenly, each in its own moment of the 20 ms."""
    loop = asyncio.get_running_loop()
    start, tick = loop.time(), 0
    slots = [browsers[slot::10] for slot in range(10)]
    while True:
        tick += 1
        await asyncio.sleep(max(0.0, start + tick * 0.002 - loop.time()))
        for browser in slots[tick % 10]:
            browser.speak(_SPEECH)
            browser.heard_by_now()


async def _measure(rig: Worker, calls: int, seconds: float, music: bool) -> None:
    set_up: list[float] = []
    browsers = [await _join(rig, f"{number}.{side}", set_up) for number in range(calls) for side in "ab"]
    for number in range(calls):
        if music:
            for side in "ab":
                rig.client.play(f"{number}.{side}", [str(rig.music)], loop=True)
        else:
            rig.client.bridge(f"{number}.a", f"{number}.b")
    speaking = asyncio.create_task(speak_evenly(browsers))
    await asyncio.sleep(0.5)
    before = await rig.client.stats()
    share = await rig.share_of_core(seconds)
    after = await rig.client.stats()
    speaking.cancel()
    sent, received, refused = (
        (after[f"packets_{what}"] - before[f"packets_{what}"]) / seconds
        for what in ("sent", "received", "refused")
    )
    print(f"{len(browsers)} browsers: {share:.1f} % of a core, {share / len(browsers):.3f} % each")
    print(f"packets/s: {sent:.0f} sent, {received:.0f} decrypted, {refused:.0f} refused")
    set_up.sort()
    print(
        f"path made after p50 {set_up[len(set_up) // 2]:.1f} ms,"
        f" p95 {set_up[len(set_up) * 95 // 100]:.1f} ms, longest {set_up[-1]:.1f} ms"
    )
    for browser in browsers:
        browser.close()


async def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20, help="of two browsers each")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--music", action="store_true", help="all wait to music instead of talking")
    arguments = parser.parse_args()
    async with worker() as rig:
        await _measure(rig, arguments.calls, arguments.seconds, arguments.music)


if __name__ == "__main__":
    uvloop.run(_main())
