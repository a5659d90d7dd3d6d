"""Codecs are changed into each other in a process of its own: this is its end in the worker."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import sys
from collections.abc import Callable

from huntline.media.worker.codec_wire import CLOSE, DATA, FAILED, FRAME, OPEN, SOUND, unpacked

logger = logging.getLogger(__name__)

_CHILD = "huntline.media.worker.codec_child"
_MOST_WAITING = 2**20
"""Bytes that may wait for the process; what comes then is lost, as on any network that is too slow."""

_PAUSE = 0.2
"""Seconds before it is begun again."""


class CodecFailed(Exception):
    """A sound cannot be had in another codec; the text says why."""


class CodecStream:
    """One party's audio on its way into another codec; ``on_packets`` is told once of each packet that was
    fed, with those of 20 ms that came of it."""

    def __init__(
        self, process: CodecProcess, source: str, target: str, on_packets: Callable[[list[bytes]], None]
    ) -> None:
        self.source, self.target, self.on_packets = source, target, on_packets
        self._process, self._number = process, process.open(self)

    def feed(self, payload: bytes) -> bool:
        """Change a packet; False when it is lost."""
        return self._process.send(DATA, self._number, payload)

    def close(self) -> None:
        """Nothing more is fed, or told."""
        self._process.close_stream(self._number)


class CodecProcess:
    """Begins when it is needed first, and again after it has died: streams go on then."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._streams: dict[int, CodecStream] = {}
        self._sounds: dict[int, asyncio.Future[list[bytes]]] = {}
        self._waiting = bytearray()
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def streams(self) -> int:
        """How many streams are being changed."""
        return len(self._streams)

    def get_ready(self) -> None:
        """Begin, so that nothing is lost of what is to be changed soon."""
        self._begin()

    def open(self, stream: CodecStream) -> int:
        """The number of a new stream."""
        number = next(self._numbers)
        self._streams[number] = stream
        if self._process is not None:
            self._open(number, stream)
        self._begin()
        return number

    def close_stream(self, number: int) -> None:
        """Forget a stream."""
        if self._streams.pop(number, None) is not None and self._process is not None:
            self.send(CLOSE, number, b"")

    async def sound(self, path: str, codec: str) -> list[bytes]:
        """A sound, as ``codec_child.sound`` makes it. Raises CodecFailed."""
        number = next(self._numbers)
        future: asyncio.Future[list[bytes]] = asyncio.get_running_loop().create_future()
        self._sounds[number] = future
        self._begin()
        self.send(SOUND, number, json.dumps([path, codec]).encode())
        try:
            return await future
        finally:
            self._sounds.pop(number, None)

    def send(self, kind: int, number: int, body: bytes) -> bool:
        """Send a frame, or keep it until the process is there; False when there is no more room for it."""
        frame = FRAME.pack(kind, number, len(body)) + body
        writer = self._process.stdin if self._process is not None else None
        if writer is None:
            if kind == DATA or len(self._waiting) > _MOST_WAITING:
                return False
            self._waiting += frame
        elif kind == DATA and writer.transport.get_write_buffer_size() > _MOST_WAITING:
            return False
        else:
            writer.write(frame)
        return True

    async def close(self) -> None:
        """End the process."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._task = None

    def _begin(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._live())

    def _open(self, number: int, stream: CodecStream) -> None:
        self.send(OPEN, number, json.dumps([stream.source, stream.target]).encode())

    async def _live(self) -> None:
        while True:
            try:
                await self._live_once()
            except OSError as error:
                logger.error("codecs cannot be changed: %s", error)
            else:
                logger.warning("the process that changes codecs has died")
            self._lose_sounds()
            if not self._streams and not self._sounds:
                return
            await asyncio.sleep(_PAUSE)

    async def _live_once(self) -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", _CHILD),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._process = process
        try:
            for number, stream in self._streams.items():
                self._open(number, stream)
            if process.stdin is not None:
                process.stdin.write(bytes(self._waiting))
            self._waiting.clear()
            await self._hear(process)
        finally:
            self._process = None
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _hear(self, process: asyncio.subprocess.Process) -> None:
        reader = process.stdout
        if reader is None:
            return
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while True:
                kind, number, length = FRAME.unpack(await reader.readexactly(FRAME.size))
                self._take(kind, number, await reader.readexactly(length))

    def _take(self, kind: int, number: int, body: bytes) -> None:
        if kind == DATA:
            if (stream := self._streams.get(number)) is not None:
                stream.on_packets(unpacked(body))
        elif (future := self._sounds.get(number)) is not None and not future.done():
            if kind == FAILED:
                future.set_exception(CodecFailed(body.decode("utf-8", "replace")))
            else:
                future.set_result(unpacked(body))

    def _lose_sounds(self) -> None:
        for future in self._sounds.values():
            if not future.done():
                future.set_exception(CodecFailed("the process that changes codecs has died"))
