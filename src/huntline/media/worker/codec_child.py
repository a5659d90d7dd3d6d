"""The process that changes codecs into each other, apart from the worker, whose loop must never wait for it.

It reads requests on its standard input and answers on its standard output (``codec_wire``), and ends with its
input.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.fifo import AudioFifo

from huntline.media import g711, wav
from huntline.media.worker.codec_wire import CLOSE, DATA, FAILED, FRAME, OPEN, SOUND, packed

_TICKS_PER_SECOND = 50
_FORMATS = {
    "PCMU": ("pcm_mulaw", 8_000, {}),
    "PCMA": ("pcm_alaw", 8_000, {}),
    "G722": ("g722", 16_000, {}),
    "opus": ("libopus", 48_000, {"application": "voip", "frame_duration": "20", "compression_level": "3"}),
}
"""By codec: what the library calls it, its samples a second, and options of its encoder."""

_OPUS_BITS_A_SECOND = 32_000


class CodecChange:
    """One stream on its way from a codec into another one."""

    def __init__(self, source: str, target: str) -> None:
        name, rate, _ = _FORMATS[source]
        self._decoder = _context(name, "r", rate)
        self._decoder.open()
        name, self._rate, options = _FORMATS[target]
        self._encoder = _context(name, "w", self._rate)
        self._encoder.format = "s16"
        self._encoder.options = options
        if target == "opus":
            self._encoder.bit_rate = _OPUS_BITS_A_SECOND
        self._encoder.open()
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=self._rate)
        self._waiting = AudioFifo()

    def change(self, payload: bytes) -> list[bytes]:
        """The packets of 20 ms that are whole by this one; what cannot be decoded gives none."""
        try:
            for decoded in self._decoder.decode(av.Packet(payload)):
                for frame in self._resampler.resample(decoded):
                    frame.pts = None
                    self._waiting.write(frame)
        except av.FFmpegError:
            return []
        return list(self._encoded())

    def _encoded(self) -> Iterator[bytes]:
        while (frame := self._waiting.read(self._rate // _TICKS_PER_SECOND)) is not None:
            frame.pts = None
            for packet in self._encoder.encode(frame):
                yield bytes(packet)


def _context(name: str, mode: str, rate: int) -> AudioCodecContext:
    context = av.CodecContext.create(name, mode)  # type: ignore[call-overload]
    assert isinstance(context, AudioCodecContext)
    context.sample_rate, context.layout = rate, "mono"
    return context


def sound(path: str, codec: str) -> list[bytes]:
    """A prompt, by the path of its mu-law file, or a recording, in packets of 20 ms; the last one is filled
    up. Raises OSError and ValueError."""
    law, audio = "PCMU", b""
    if path.endswith(wav.SUFFIX):
        recording = wav.read(Path(path))
        law, audio = recording.law, recording.audio
    else:
        audio = Path(path).read_bytes()
    tick = g711.SAMPLE_RATE // _TICKS_PER_SECOND
    change, packets = CodecChange(law, codec), list[bytes]()
    for start in range(0, len(audio) + tick, tick):
        part = audio[start : start + tick].ljust(tick, g711.SILENCE[law])
        packets += change.change(part)
    return packets[: max(1, -(-len(audio) // tick))] if audio else []


class CodecChild:
    """Answers requests in their order."""

    def __init__(self, requests: BinaryIO, answers: BinaryIO) -> None:
        self._requests, self._answers = requests, answers
        self._changes: dict[int, CodecChange] = {}

    def run(self) -> None:
        """Until there are no more."""
        while len(head := self._requests.read(FRAME.size)) == FRAME.size:
            kind, number, length = FRAME.unpack(head)
            body = self._requests.read(length)
            if len(body) < length:
                return
            self._do(kind, number, body)

    def _do(self, kind: int, number: int, body: bytes) -> None:
        if kind == DATA and number in self._changes:
            self._answer(DATA, number, packed(self._changes[number].change(body)))
        elif kind == OPEN:
            self._changes[number] = CodecChange(*json.loads(body))
        elif kind == CLOSE:
            self._changes.pop(number, None)
        elif kind == SOUND:
            try:
                self._answer(SOUND, number, packed(sound(*json.loads(body))))
            except (OSError, ValueError) as error:
                self._answer(FAILED, number, str(error).encode("utf-8", "replace"))

    def _answer(self, kind: int, number: int, body: bytes) -> None:
        self._answers.write(FRAME.pack(kind, number, len(body)) + body)
        self._answers.flush()


def main() -> None:
    """The process."""

    CodecChild(sys.stdin.buffer, sys.stdout.buffer).run()


if __name__ == "__main__":
    main()
