"""Which codec is spoken between a caller and an agent, and what it costs: caller x agent.

.venv/bin/python bench/codecs.py [--calls 4] [--seconds 4]

Calls of real softphones (baresip) through a queue of a server that is started for it tell what is spoken on
either leg, and whether both hear each other; the CPU of the media worker and its child is measured with so
many calls at once of phones that only speak RTP, in shares of a core a call, both ways. First with G.711 in
every phone, as servers are by default, then with nothing but the one codec in each, and ``transcoding`` on.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import math
import sys
import tempfile
from array import array
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import uvloop
from media_rig import Phone, Worker, worker
from tests.scenarios import tones
from tests.scenarios.baresip import Baresip
from tests.scenarios.commands import Commands
from tests.scenarios.office import Office
from tests.scenarios.reactor import Reactor
from tests.scenarios.server import Server

from huntline.media import g711
from huntline.media.worker.codec_child import Change

NUMBERS = {"PCMU": 0, "PCMA": 8, "G722": 9, "opus": 96}
_OF_BARESIP = {"PCMU": "pcmu", "PCMA": "pcma", "G722": "G722/16000/1", "opus": "opus/48000/2"}
_RATES = {"PCMU": 8_000, "PCMA": 8_000, "G722": 16_000, "opus": 48_000}
_SCALES = {"opus": 6}
_G711 = {"PCMU", "PCMA"}
_SETTLED = 2.0  # seconds until a re-INVITE is over
_LAST = 30  # frames of 20 ms at the end of a call
Legs = tuple[str, str]


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


async def _cost(rig: Worker, legs: Legs, calls: int, seconds: float) -> float:
    phones = []
    for number in range(calls):
        for side, codec in enumerate(legs):
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


async def _costs(legs: set[Legs], calls: int, seconds: float) -> dict[Legs, float]:
    async with worker() as rig:
        return {each: await _cost(rig, each, calls, seconds) for each in sorted(legs)}


class House:
    """A server, and a caller and an agent with each codec."""

    def __init__(self, stack: contextlib.ExitStack, *, is_transcoding: bool) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        reactor = stack.enter_context(Reactor())
        options = ("--transcoding",) if is_transcoding else ()
        server = Server(folder / "data", stack.enter_context(Commands()), options=options)
        stack.callback(server.stop)
        server.start()
        office = Office(server, reactor, folder)
        self._domain = office.domain
        self._numbers = {}
        for codec in NUMBERS:
            office.user(f"{codec}-calls")
            self._numbers[codec] = office.queue(f"{codec}-answers")
        office.open()

        def phone(codec: str, does: str, tone: int) -> Baresip:
            codecs = _OF_BARESIP[codec] + ("" if is_transcoding or codec in _G711 else ",pcmu")
            user = f"{codec}-{does}"
            where = folder / user, user, office.domain, server.address
            made = Baresip(*where, tone=tone, codec=codecs, rate=_RATES[codec])
            stack.callback(made.close)
            return made

        self._callers = {codec: phone(codec, "calls", tones.CALLER) for codec in NUMBERS}
        self._agents = {codec: phone(codec, "answers", tones.AGENT) for codec in NUMBERS}

    def spoken(self, caller: str, agent: str) -> tuple[Legs, str]:
        """What the two legs of a call are spoken in, once that is settled, and who is not heard by then."""
        one, other = self._callers[caller], self._agents[agent]
        one.dial(f"sip:{self._numbers[agent]}@{self._domain}")
        other.wait("CALL_INCOMING", 10)
        other.answer()
        other.wait("CALL_ESTABLISHED", 10)
        other.listen(_SETTLED)
        legs = one.codecs()[-1], other.codecs()[-1]
        one.hang_up()
        for phone in (one, other):
            phone.wait("CALL_CLOSED", 10)
        deaf = (
            who
            for who, by, tone in (("caller", other, tones.CALLER), ("agent", one, tones.AGENT))
            if [heard for _, heard in by.heard()][-_LAST:].count(tone) < _LAST / 2
        )
        return legs, ", ".join(f"{who} not heard" for who in deaf)


def _observed(*, is_transcoding: bool) -> dict[Legs, tuple[Legs, str]]:
    with contextlib.ExitStack() as stack:
        house = House(stack, is_transcoding=is_transcoding)
        return {(caller, agent): house.spoken(caller, agent) for caller in NUMBERS for agent in NUMBERS}


def _in_words(legs: Legs) -> str:
    one, other = legs
    if one == other:
        return one
    how = "by a table" if {one, other} <= _G711 else "transcoded"
    return f"{one} and {other}, {how}"


def main(calls: int, seconds: float) -> None:
    """Print both tables."""
    tables = {
        "with G.711 in every phone": _observed(is_transcoding=False),
        "with nothing but the one codec, transcoding on": _observed(is_transcoding=True),
    }
    pairs = {legs for table in tables.values() for legs, _ in table.values()}
    costs = uvloop.run(_costs(pairs, calls, seconds))
    for title, table in tables.items():
        print(f"\n| caller, agent {title} | {' | '.join(NUMBERS)} |\n|---|{'---|' * len(NUMBERS)}")
        for caller in NUMBERS:
            row = (table[caller, agent] for agent in NUMBERS)
            cells = (
                f"{_in_words(legs)}; {costs[legs]:.2f} %{silent and '; ' + silent}" for legs, silent in row
            )
            print(f"| {caller} | {' | '.join(cells)} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=4)
    arguments = parser.parse_args()
    main(arguments.calls, arguments.seconds)
