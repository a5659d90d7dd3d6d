"""What recordings cost: callers who speak while music plays to them, recorded and not.

python bench/media_recording.py [--callers 20] [--seconds 8]
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop
from media_rig import Phone, Worker, worker

from huntline.media import wav

_VOICE = bytes(range(160))


async def _speak(phones: list[Phone]) -> None:
    loop = asyncio.get_running_loop()
    start, tick = loop.time(), 0
    while True:
        tick += 1
        await asyncio.sleep(max(0.0, start + tick * 0.02 - loop.time()))
        for phone in phones:
            phone.speak(_VOICE)


async def _measure(rig: Worker, folder: Path, callers: int, seconds: float) -> None:
    phones = [Phone() for _ in range(callers)]
    for number, phone in enumerate(phones):
        await phone.join(rig.client, f"c{number}")
        phone.speak(_VOICE)
    speaking = asyncio.create_task(_speak(phones))
    await asyncio.sleep(0.5)
    without = await rig.share_of_core(seconds)
    for number in range(callers):
        rig.client.record(f"c{number}", str(folder / f"{number}.wav"), most_s=300, silence_s=5)
    await asyncio.sleep(0.5)
    share = await rig.share_of_core(seconds)
    speaking.cancel()
    lengths = [wav.read(path).seconds for path in [folder / f"{number}.wav" for number in range(callers)]]
    print(
        f"{callers} recordings: {share - without:.2f} % of a core more, {(share - without) / callers:.3f} %"
        f" each; shortest file {min(lengths):.2f} s of {seconds + 0.5:.2f} s"
    )


async def _main(callers: int, seconds: float) -> None:
    with TemporaryDirectory() as folder:
        async with worker() as rig:
            await _measure(rig, Path(folder), callers, seconds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=8)
    arguments = parser.parse_args()
    uvloop.run(_main(arguments.callers, arguments.seconds))
