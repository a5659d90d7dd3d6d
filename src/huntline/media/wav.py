"""G.711 in WAV: the head of a recording, and what such a file holds, however its writer ended."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path

from huntline.media import g711

_HEAD = struct.Struct("<4sI4s4sIHHIIHHH4sII4sI")
HEAD_SIZE = _HEAD.size
SUFFIX = ".wav"

_FORMATS = {"PCMA": 6, "PCMU": 7}  # RFC 2361, appendix A
_LAWS = {number: law for law, number in _FORMATS.items()}

_FRAME = 160
"""Samples that are judged together: 20 ms."""

_LOUD_SHARE = 8
"""A frame is sound when one sample of so many is loud: a voice from afar is, the noise of a line is not."""

_LOUDNESS = 256
"""A sample is loud from 42 dB below full scale on."""

_SHORT_PAUSE = 25
"""Frames (0.5 s): so long a pause is still part of what is said."""

_IS_LOUD = {
    "PCMU": bytes(abs(level) >= _LOUDNESS for level in g711.ULAW_LEVELS),
    "PCMA": bytes(abs(level) >= _LOUDNESS for level in g711.ALAW_LEVELS),
}


class NoRecording(ValueError):
    """The file has no recording of ours in it, or one that cannot be read."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a file holds: G.711 of one law, a byte a sample."""

    law: str
    audio: bytes

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.audio) / g711.SAMPLE_RATE

    @property
    def seconds_of_sound(self) -> float:
        """How much of it is more than silence; a short pause between two sounds counts with them."""
        frames, last = 0, None
        for number in range(len(self.audio) // _FRAME):
            if is_sound(self.audio[number * _FRAME : (number + 1) * _FRAME], self.law):
                gap = number - last if last is not None else 1
                frames += gap if gap <= _SHORT_PAUSE else 1
                last = number
        return frames * _FRAME / g711.SAMPLE_RATE


def is_sound(payload: bytes | bytearray, law: str) -> bool:
    """Whether a piece of G.711 is more than silence and the noise of a line."""
    return payload.translate(_IS_LOUD[law]).count(1) * _LOUD_SHARE > len(payload)


def head(law: str, samples: int) -> bytes:
    """What stands before so many samples; they are an even number, so that no padding follows."""
    size = samples & ~1
    return _HEAD.pack(
        *(b"RIFF", HEAD_SIZE - 8 + size, b"WAVE"),
        *(b"fmt ", 18, _FORMATS[law], 1, g711.SAMPLE_RATE, g711.SAMPLE_RATE, 1, 8, 0),
        *(b"fact", 4, size),
        *(b"data", size),
    )


def law_in(beginning: bytes) -> str:
    """The law of a recording whose file begins so. Raises NoRecording."""
    if len(beginning) < HEAD_SIZE:
        raise NoRecording("the file is too short to be a recording")
    riff, _, wave, _, _, number, *_ = _HEAD.unpack_from(beginning)
    if (riff, wave) != (b"RIFF", b"WAVE") or number not in _LAWS:
        raise NoRecording("the file is no recording in G.711")
    return _LAWS[number]


def read(path: Path) -> Recording:
    """The whole of a recording, be its head up to date or not: all that follows it is audio.

    Raises NoRecording, and OSError when there is no such file.
    """
    data = path.read_bytes()
    law = law_in(data)
    return Recording(law, data[HEAD_SIZE : len(data) - len(data) % 2])


def settle(path: Path) -> Recording:
    """Let the head of a file that is written no more tell its true length. Raises NoRecording, OSError."""
    recording = read(path)
    true_head = head(recording.law, len(recording.audio))
    with path.open("r+b") as file:
        if file.read(HEAD_SIZE) != true_head:
            os.pwrite(file.fileno(), true_head, 0)
            file.truncate(HEAD_SIZE + len(recording.audio))
    return recording
