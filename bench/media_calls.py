"""What the verbs of a queued call cost the media worker: its CPU, wake-ups and functions for a call.

python bench/media_calls.py [--rate 60] [--seconds 10]
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import uvloop
from media_rig import Phone, Worker, worker

_ANSWER = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)
_STEP = 0.03
"""Seconds between two messages of a call: each is a wake-up of its own."""


async def _call(rig: Worker, number: int, phones: tuple[Phone, Phone]) -> None:
    """A caller is answered, hears music while an agent is rung, talks, and hangs up; nobody sends audio."""
    caller, agent = f"{number}.0", f"{number}.1"
    await phones[0].join(rig.client, caller)
    rig.client.play(caller, [str(rig.music)], loop=True)
    await rig.client.offer(agent, like=caller)
    await asyncio.sleep(_STEP)
    await rig.client.accept(agent, _ANSWER.format(port=phones[1].socket.getsockname()[1]))
    rig.client.bridge(caller, agent)
    await asyncio.sleep(_STEP)
    rig.client.delete(caller)
    await asyncio.sleep(_STEP)
    rig.client.delete(agent)


async def _measure(rig: Worker, rate: int, seconds: float) -> None:
    loop, number = asyncio.get_running_loop(), 0
    phones = Phone(), Phone()
    start, cpu, switches = loop.time(), rig.cpu_seconds(), _switches(rig.pid)
    calls = set[asyncio.Task[None]]()
    while loop.time() < start + seconds:
        calls.add(asyncio.create_task(_call(rig, number, phones)))
        number += 1
        await asyncio.sleep(max(0.0, start + number / rate - loop.time()))
    await asyncio.gather(*calls)
    cpu, switches = rig.cpu_seconds() - cpu, _switches(rig.pid) - switches
    print(
        f"{number} calls at {rate}/s: {1000 * cpu / number:.2f} ms and {switches / number:.1f} wake-ups each"
    )


def _switches(pid: int) -> int:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(status["voluntary_ctxt_switches"])


async def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=10)
    arguments = parser.parse_args()
    async with worker() as rig:
        await _measure(rig, arguments.rate, arguments.seconds)


if __name__ == "__main__":
    uvloop.run(_main())
