"""What the media benchmarks share: a worker process, its CPU time, and phones that only speak RTP."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from huntline.media.client import MediaClient

_WORKER = """
import sys, uvloop
from huntline.media.worker.server import run
from huntline.media.worker.ports import Share
share = Share(int(sys.argv[2]), int(sys.argv[3]))
uvloop.run(run(sys.argv[1], "127.0.0.1", range(20000, 28000), share=share, is_transcoding=True))
"""

_SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP {payload_type} 101\r\na=rtpmap:101 telephone-event/8000\r\n"
    "a=rtpmap:96 opus/48000/2\r\n"
)
_PORT = re.compile(r"^m=audio (\d+)", re.MULTILINE)
_HEADER = struct.Struct("!BBHII")


class Phone:
    """One end of RTP; ``target`` is where the worker listens."""

    def __init__(self, payload_type: int = 0) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(("127.0.0.1", 0))
        self.payload_type = payload_type
        self.target = ("127.0.0.1", 0)
        self.sequence = 0

    async def join(self, client: MediaClient, leg_id: str) -> None:
        """Become a leg of the worker."""
        port = self.socket.getsockname()[1]
        answer = await client.answer(leg_id, _SDP.format(port=port, payload_type=self.payload_type))
        found = _PORT.search(answer)
        assert found is not None
        self.target = ("127.0.0.1", int(found[1]))

    def speak(self, payload: bytes, scale: int = 1) -> None:
        """Send the next packet of 20 ms; ``scale`` is that of the codec's clock, in steps of 8 kHz."""
        self.sequence += 1
        timestamp = self.sequence * 160 * scale
        header = _HEADER.pack(0x80, self.payload_type, self.sequence & 0xFFFF, timestamp, self.target[1])
        try:
            self.socket.sendto(header + payload, self.target)
        except BlockingIOError:
            return


class Worker:
    """The worker process, or several, with a client."""

    def __init__(self, client: MediaClient, pids: list[int], music: Path) -> None:
        self.client, self.pids, self.music = client, pids, music

    def cpu_seconds(self) -> float:
        """User and system time used until now, by children for codecs, too."""
        children = " ".join(Path(f"/proc/{pid}/task/{pid}/children").read_text() for pid in self.pids)
        return sum(map(_cpu_seconds, (*self.pids, *map(int, children.split()))))

    async def share_of_core(self, seconds: float) -> float:
        """The share of one core used during the next seconds, in percent."""
        cpu, start = self.cpu_seconds(), time.monotonic()
        await asyncio.sleep(seconds)
        return 100 * (self.cpu_seconds() - cpu) / (time.monotonic() - start)


def _cpu_seconds(pid: int) -> float:
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def _write_music(folder: Path) -> Path:
    music = folder / "music"
    music.with_suffix(".pcmu").write_bytes(bytes(range(256)) * 400)
    return music


@asynccontextmanager
async def worker(count: int = 1) -> AsyncIterator[Worker]:
    """So many worker processes of our own, ready for verbs."""
    with TemporaryDirectory() as name:
        paths = [Path(name, f"media-{number}.sock") for number in range(count)]
        processes = [
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", _WORKER, str(path), str(number), str(count))
            )
            for number, path in enumerate(paths)
        ]
        client = MediaClient(paths, lambda event: None)
        await client.start()
        await client.wait_ready()
        try:
            yield Worker(client, [process.pid for process in processes], _write_music(Path(name)))
        finally:
            await client.close()
            for process in processes:
                process.terminate()
                await process.wait()
