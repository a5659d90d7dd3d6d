"""What bridged calls cost the media worker, and how long a packet takes through it.

python bench/media_relay.py [--calls 50] [--workers 1] [--seconds 4] [--laws]
"""

from __future__ import annotations

import argparse
import asyncio
import time

import uvloop
from media_rig import Phone, Worker, worker


class Ears:
    """Reads a phone's packets and notes how long they were on their way."""

    def __init__(self, phone: Phone, delays: list[float], is_timed: bool) -> None:
        self._socket, self._delays, self._is_timed = phone.socket, delays, is_timed
        asyncio.get_running_loop().add_reader(phone.socket.fileno(), self._read)

    def _read(self) -> None:
        packet, now = self._socket.recv(2048), time.monotonic_ns()
        sent_at = int.from_bytes(packet[12:20], "big")
        if self._is_timed and 0 < now - sent_at < 10**9:
            self._delays.append((now - sent_at) / 1e6)


async def _speak(phones: list[Phone]) -> None:
    """Let every phone send its packets evenly, each in its own moment of the 20 ms."""
    loop = asyncio.get_running_loop()
    start, tick = loop.time(), 0
    slots = [phones[slot::10] for slot in range(10)]
    while True:
        tick += 1
        await asyncio.sleep(max(0.0, start + tick * 0.002 - loop.time()))
        for phone in slots[tick % 10]:
            phone.speak(time.monotonic_ns().to_bytes(8, "big") + b"\xff" * 152)


async def _measure(rig: Worker, calls: int, seconds: float, laws: bool) -> None:
    phones: list[Phone] = []
    delays: list[float] = []
    for number in range(calls):
        pair = Phone(0), Phone(8 if laws else 0)
        for side, phone in enumerate(pair):
            await phone.join(rig.client, f"{number}.{side}")
            Ears(phone, delays, is_timed=not laws)
        rig.client.bridge(f"{number}.0", f"{number}.1")
        phones += pair
    speaking = asyncio.create_task(_speak(phones))
    await asyncio.sleep(0.5)
    before = await rig.client.stats()
    delays.clear()
    share = await rig.share_of_core(seconds)
    after = await rig.client.stats()
    speaking.cancel()
    relayed = (after["packets_received"] - before["packets_received"]) / seconds
    print(f"{calls} calls: {share:.1f} % of a core, {share / calls:.3f} % each, {relayed:.0f} packets/s")
    if delays:
        delays.sort()
        print(f"delay p50 {delays[len(delays) // 2]:.2f} ms, p99 {delays[len(delays) * 99 // 100]:.2f} ms")
    for phone in phones:
        asyncio.get_running_loop().remove_reader(phone.socket.fileno())
        phone.socket.close()


async def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--laws", action="store_true", help="one side speaks A-law")
    arguments = parser.parse_args()
    async with worker(arguments.workers) as rig:
        await _measure(rig, arguments.calls, arguments.seconds, arguments.laws)


if __name__ == "__main__":
    uvloop.run(_main())
