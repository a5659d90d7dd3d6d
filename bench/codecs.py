"""Which codec is spoken between a caller and an agent, and what it costs: caller x agent.

python bench/codecs.py [--calls 4] [--seconds 4]

The first of each cell is what a call is agreed on where both have G.711, too; the last what it costs where a
phone has nothing but its codec (``--transcoding``), in shares of a core a call, both ways.
"""

from __future__ import annotations

import argparse
import asyncio
import math
from array import array

import uvloop
from media_rig import Phone, Worker, worker

from huntline.media import g711
from huntline.media.worker.codec_child import Change

NUMBERS = {"PCMU": 0, "PCMA": 8, "G722": 9, "opus": 96}
_SCALES = {"opus": 6}


def frames(codec: str) -> list[bytes]:
    """A second of a tone."""
    samples = array("h", (round(8000 * math.sin(2 * math.pi * 500 * n / 8000)) for n in range(160)))
    narrow = g711.encode_ulaw(samples)
    change = Change("PCMU", codec)
    return [packet for _ in range(51) for packet in change.change(narrow)]


async def _speak(phones: list[tuple[Phone, str]]) -> None:
    spoken = {codec: frames(codec) for codec in NUMBERS}
    loop = asyncio.get_running_loop()
    start, tick = loop.time(), 0
    while True:
        tick += 1
        await asyncio.sleep(max(0.0, start + tick * 0.02 - loop.time()))
        for phone, codec in phones:
            phone.speak(spoken[codec][tick % len(spoken[codec])], scale=_SCALES.get(codec, 1))


async def _cost(rig: Worker, caller: str, agent: str, calls: int, seconds: float) -> float:
    phones = []
    for number in range(calls):
        for side, codec in enumerate((caller, agent)):
            phone = Phone(NUMBERS[codec])
            await phone.join(rig.client, f"{number}.{side}")
            asyncio.get_running_loop().add_reader(phone.socket.fileno(), phone.socket.recv, 2048)
            phones.append((phone, codec))
        rig.client.bridge(f"{number}.0", f"{number}.1")
    speaking = asyncio.create_task(_speak(phones))
    await asyncio.sleep(1.5)
    share = await rig.share_of_core(seconds) / calls
    speaking.cancel()
    for leg_id in rig.client.leg_ids:
        rig.client.delete(leg_id)
    for phone, _ in phones:
        asyncio.get_running_loop().remove_reader(phone.socket.fileno())
        phone.socket.close()
    return share


def spoken_by(caller: str, agent: str) -> str:
    """What a call is agreed on: the caller's codec, where the agent has it, else G.711 for both."""
    if caller == agent or {caller, agent} <= {"PCMU", "PCMA"}:
        return caller if caller == agent else f"{caller} and {agent}"
    return agent if agent in ("PCMU", "PCMA") else f"{caller if caller in ('PCMU', 'PCMA') else 'PCMU'}"


async def main(calls: int, seconds: float) -> None:
    """Print the table."""
    print(f"| caller | {' | '.join(NUMBERS)} |\n|---|{'---|' * len(NUMBERS)}")
    async with worker() as rig:
        for caller in NUMBERS:
            cells = [
                f"{spoken_by(caller, agent)}; {await _cost(rig, caller, agent, calls, seconds):.2f} %"
                for agent in NUMBERS
            ]
            print(f"| {caller} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=4)
    arguments = parser.parse_args()
    uvloop.run(main(arguments.calls, arguments.seconds))
