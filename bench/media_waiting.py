"""What callers who wait on music cost, and how even their packets come.

python bench/media_waiting.py [--callers 200] [--seconds 4] [--send]
"""

from __future__ import annotations

import argparse
import asyncio
import time

import uvloop
from media_rig import Phone, Worker, worker

_LISTENING = 20
"""Callers whose packets are read; the others' stay in their sockets, which costs nobody anything."""

_SPEECH = b"\xff" * 160


class Listener:
    """Notes the gaps between a caller's packets."""

    def __init__(self, phone: Phone) -> None:
        self.gaps: list[float] = []
        self.lost = 0
        self._socket = phone.socket
        self._last_at = 0.0
        self._sequence: int | None = None
        asyncio.get_running_loop().add_reader(phone.socket.fileno(), self._read)

    def _read(self) -> None:
        packet, now = self._socket.recv(2048), time.monotonic()
        sequence = int.from_bytes(packet[2:4], "big")
        if self._sequence is not None:
            self.gaps.append(now - self._last_at)
            self.lost += (sequence - self._sequence - 1) & 0xFFFF
        self._last_at, self._sequence = now, sequence


async def _speak(phones: list[Phone]) -> None:
    loop = asyncio.get_running_loop()
    start, tick = loop.time(), 0
    while True:
        tick += 1
        await asyncio.sleep(max(0.0, start + tick * 0.02 - loop.time()))
        for phone in phones:
            phone.speak(_SPEECH)


async def _measure(rig: Worker, callers: int, seconds: float, send: bool) -> None:
    phones = [Phone() for _ in range(callers)]
    for number, phone in enumerate(phones):
        await phone.join(rig.client, f"c{number}")
        rig.client.play(f"c{number}", [str(rig.music)], loop=True)
        phone.speak(_SPEECH)
    speaking = asyncio.create_task(_speak(phones)) if send else None
    await asyncio.sleep(0.5)
    listeners = [Listener(phone) for phone in phones[:_LISTENING]]
    share = await rig.share_of_core(seconds)
    if speaking is not None:
        speaking.cancel()
    gaps = sorted(1000 * gap for listener in listeners for gap in listener.gaps)
    print(f"{callers} callers: {share:.1f} % of a core, {share / callers:.3f} % each")
    print(
        f"gaps p50 {gaps[len(gaps) // 2]:.1f} ms, p99 {gaps[len(gaps) * 99 // 100]:.1f} ms,"
        f" largest {gaps[-1]:.1f} ms, {sum(listener.lost for listener in listeners)} lost"
    )
    for phone in phones:
        phone.socket.close()


async def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--send", action="store_true", help="the callers send audio, too")
    arguments = parser.parse_args()
    async with worker() as rig:
        await _measure(rig, arguments.callers, arguments.seconds, arguments.send)


if __name__ == "__main__":
    uvloop.run(_main())
