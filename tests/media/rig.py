"""A media worker on 127.0.0.1, and phones that only speak RTP, for the tests of the worker and its client."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvloop

from huntline.media.client import MediaClient
from huntline.media.g711 import ULAW_LEVELS
from huntline.media.interface import MediaEvent
from huntline.media.worker import server, wire
from huntline.media.worker.ports import Share
from huntline.media.worker.wire import MediaLegState
from huntline.records import Codec, kinds_in

# Tests run side by side: each process has ports of its own, below those that the kernel gives to anybody.
PORTS = range(10_000 + os.getpid() % 50 * 200, 10_000 + os.getpid() % 50 * 200 + 200)
RECORDS = Codec(kinds_in(wire))
HEADER = struct.Struct("!BBHII")
ULAW_SPEECH = bytes(range(160))
EVENTS = 101

_MEDIA = re.compile(r"^m=audio (\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Packet:
    """An RTP packet that a phone has got."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def rtp(
    payload: bytes,
    sequence: int,
    *,
    payload_type: int = 0,
    timestamp: int | None = None,
    ssrc: int = 7,
    marker: bool = False,
) -> bytes:
    """An RTP packet as a phone sends it."""
    when = sequence * 160 if timestamp is None else timestamp
    second = payload_type | 0x80 * marker
    return HEADER.pack(0x80, second, sequence & 0xFFFF, when & 0xFFFFFFFF, ssrc) + payload


def key_press(
    event: int, sequence: int, timestamp: int, *, is_end: bool, payload_type: int = EVENTS
) -> bytes:
    """A telephone-event packet."""
    payload = bytes([event, 0x80 * is_end | 10, 0x03, 0x20])
    return rtp(payload, sequence, payload_type=payload_type, timestamp=timestamp)


async def packets_until(hear: Callable[[], Awaitable[Packet]], payload: bytes) -> list[Packet]:
    """All packets that are heard, up to the first one with this payload."""
    packets = [await hear()]
    while packets[-1].payload != payload:
        assert len(packets) < 500
        packets.append(await hear())
    return packets


class Phone:
    """A UDP socket pair that knows where the worker listens for it."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.address = address
        self._family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket, self.rtcp = self._pair()
        self.port: int = self.socket.getsockname()[1]
        self.target: tuple[str, int] = (address, 0)
        self.sequence = 0

    def _pair(self) -> tuple[socket.socket, socket.socket]:
        while True:
            pair = tuple(socket.socket(self._family, socket.SOCK_DGRAM) for _ in range(2))
            try:
                pair[0].bind((self.address, 0))
                pair[1].bind((self.address, pair[0].getsockname()[1] + 1))
            except (OSError, OverflowError):
                for each in pair:
                    each.close()
                continue
            for each in pair:
                each.setblocking(False)
            return pair[0], pair[1]

    def sdp(
        self, *, codec: int = 0, events: int | None = EVENTS, direction: str = "sendrecv", **other: Any
    ) -> str:
        """A description of this phone; ``port`` and ``address`` may be told wrong, as behind a NAT."""
        port, address = other.get("port", self.port), other.get("address", self.address)
        version = 6 if ":" in address else 4
        formats = f"{codec}" if events is None else f"{codec} {events}"
        lines = [
            "v=0",
            f"o=- 1 1 IN IP{version} {address}",
            "s=-",
            f"c=IN IP{version} {address}",
            "t=0 0",
            f"m=audio {port} RTP/AVP {formats}",
            f"a={direction}",
        ]
        if events is not None:
            lines.append(f"a=rtpmap:{events} telephone-event/8000")
        return "".join(f"{line}\r\n" for line in lines)

    def hears_from(self, description: str) -> None:
        """Take the worker's port from its description."""
        found = _MEDIA.search(description)
        assert found is not None
        self.target = (self.address, int(found[1]))

    def send(self, packet: bytes) -> None:
        """Send bytes to the worker's RTP port."""
        self.socket.sendto(packet, self.target)

    def speak(self, payload: bytes = ULAW_SPEECH, **fields: Any) -> None:
        """Send the next packet of audio."""
        self.sequence += 1
        self.send(rtp(payload, self.sequence, **fields))

    async def hear(self) -> Packet:
        """The next packet."""
        async with asyncio.timeout(3):
            data = await asyncio.get_running_loop().sock_recv(self.socket, 2048)
        first, second, sequence, timestamp, ssrc = HEADER.unpack_from(data)
        assert first == 0x80
        return Packet(second & 0x7F, second >= 0x80, sequence, timestamp, ssrc, data[12:])

    async def hear_until(self, payload: bytes) -> list[Packet]:
        """All packets up to the first one with this payload."""
        return await packets_until(self.hear, payload)

    def heard_by_now(self) -> list[bytes]:
        """What waits in the socket, unread until now."""
        heard = []
        try:
            while True:
                heard.append(self.socket.recv(2048))
        except BlockingIOError:
            return heard

    def come_back(self) -> None:
        """Be there again, on the same ports, after ``close``."""
        self.socket, self.rtcp = (socket.socket(self._family, socket.SOCK_DGRAM) for _ in range(2))
        for each, port in ((self.socket, self.port), (self.rtcp, self.port + 1)):
            each.setblocking(False)
            each.bind((self.address, port))

    def close(self) -> None:
        self.socket.close()
        self.rtcp.close()


class Studio:
    """A running worker, its client, and what the client was told."""

    def __init__(self, folder: Path, settings: dict[str, Any], workers: int) -> None:
        self.folder = folder
        self.control_paths = [folder / f"media-{number}.sock" for number in range(workers)]
        self.control_path = self.control_paths[0]
        self.events: asyncio.Queue[MediaEvent] = asyncio.Queue()
        self.hear: Callable[[MediaEvent], None] = self.events.put_nowait
        self.client = self.new_client()
        self._settings = {"media_address": "127.0.0.1", "ports": PORTS, **settings}
        self._workers: dict[int, asyncio.Task[None]] = {}
        self._phones: list[Phone] = []

    def new_client(self) -> MediaClient:
        """A client that tells ``hear`` what happens."""
        return MediaClient(self.control_paths, lambda event: self.hear(event))

    def start_worker(self, number: int = 0) -> None:
        """Run a worker, the first one or the next."""
        share = Share(number, len(self.control_paths))
        running = server.run(self.control_paths[number], share=share, **self._settings)
        self._workers[number] = asyncio.create_task(running)

    async def stop_worker(self, number: int = 0) -> None:
        """End the worker; it forgets all legs."""
        if (worker := self._workers.pop(number, None)) is not None:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    def phone(self, **where: str) -> Phone:
        """A new phone; it is closed with the studio."""
        phone = Phone(**where)
        self._phones.append(phone)
        return phone

    async def join(self, leg_id: str, **description: Any) -> Phone:
        """A new phone that has called: a leg of the worker, already heard by it."""
        phone = self.phone(address=self._settings["media_address"])
        phone.hears_from(await self.client.answer(leg_id, phone.sdp(**description)))
        return phone

    async def heard(self, phone: Phone, packets: int) -> None:
        """Wait until the worker has read so many packets of the legs in all."""
        async with asyncio.timeout(3):
            while (await self.client.stats())["packets_received"] < packets:
                continue

    def sound(self, name: str, ulaw: bytes, alaw: bytes | None = None) -> str:
        """Write a prompt; returns its source."""
        source = self.folder / name
        source.with_suffix(".pcmu").write_bytes(ulaw)
        if alaw is not None:
            source.with_suffix(".pcma").write_bytes(alaw)
        return str(source)

    async def event(self) -> MediaEvent:
        """The next event that signalling was told."""
        async with asyncio.timeout(5):
            return await self.events.get()

    async def succeed(self, **states: MediaLegState | None) -> None:
        """A new client, which knows what is written down of these legs, by default those of the one now."""
        known = {leg_id: self.client.state(leg_id) for leg_id in self.client.leg_ids} | states
        await self.client.close()
        self.client = self.new_client()
        for leg_id, state in known.items():
            assert state is not None
            self.client.adopt(leg_id, RECORDS.decode(RECORDS.encode(state)))
        await self.client.start()
        await self.client.wait_ready()
        await self.client.stats()

    async def end(self) -> None:
        """Delete all legs, and see that nothing is left of them."""
        for leg_id in self.client.leg_ids:
            self.client.delete(leg_id)
        counts = await self.client.stats()
        assert (counts["legs"], counts["ports_in_use"]) == (0, 0)

    async def close(self) -> None:
        """End client, worker and phones, whatever state they are in."""
        await self.client.close()
        for number in list(self._workers):
            await self.stop_worker(number)
        for phone in self._phones:
            phone.close()


@asynccontextmanager
async def studio(workers: int = 1, **settings: Any) -> AsyncIterator[Studio]:
    """Workers and a client; at the end all ports must have been given back."""
    with TemporaryDirectory() as name:
        built = Studio(Path(name), settings, workers)
        for number in range(workers):
            built.start_worker(number)
        await built.client.start()
        try:
            async with asyncio.timeout(10):
                await built.client.wait_ready()
            yield built
            await built.end()
        finally:
            await built.close()


def perform(story: Coroutine[Any, Any, None]) -> None:
    """Run a test's story on the loop that the worker uses in production."""
    uvloop.run(story)


async def talk(one: Phone, two: Phone, voice: int) -> None:
    """Both speak until they hear each other."""
    for speaker, listener in ((one, two), (two, one)):
        for phone in (one, two):
            phone.heard_by_now()
        payload = bytes([voice]) * 160
        async with asyncio.timeout(3):
            heard = asyncio.create_task(listener.hear_until(payload))
            while not heard.done():
                speaker.speak(payload)
                await asyncio.sleep(0.02)
        await heard


def assert_gapless(packets: list[Packet]) -> None:
    """One SSRC, each sequence number one more, each timestamp 20 ms later."""
    for before, after in itertools.pairwise(packets):
        assert after.ssrc == before.ssrc
        assert after.sequence == (before.sequence + 1) & 0xFFFF
        assert (after.timestamp - before.timestamp) & 0xFFFFFFFF >= 160


def ulaw_code(level: int) -> bytes:
    """The code of mu-law whose 16-bit level is nearest."""
    return bytes([min(range(256), key=lambda code: abs(ULAW_LEVELS[code] - level))])
