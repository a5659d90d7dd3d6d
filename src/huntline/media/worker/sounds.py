"""Prompts in memory: read once from their files, as often as these change, and once for each codec."""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from huntline.media import g711, wav
from huntline.media.worker.codec_process import CodecFailed, CodecProcess
from huntline.media.worker.media_clock import SAMPLES_PER_TICK

_LIBRARY_BYTES = 256 * 2**20

SILENT_PACKETS = {
    **{law: sample * SAMPLES_PER_TICK for law, sample in g711.SILENCE.items()},
    "G722": b"\xfa" * SAMPLES_PER_TICK,
    "opus": b"\xf8\xff\xfe",
}
"""20 ms of silence by codec."""


class SoundMissing(Exception):
    """A prompt's file cannot be read; the text says why."""


class SoundPending(Exception):
    """The prompt is being made in this codec; whoever wants it is told when it is there."""


@dataclass(frozen=True, slots=True)
class EncodedSound:
    """A prompt in one codec, as it was in its file at that time: samples of G.711, else packets of 20 ms."""

    audio: bytes | tuple[bytes, ...] = field(repr=False)
    modified_at: int

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return len(self.audio) if isinstance(self.audio, bytes) else sum(map(len, self.audio))


class Samples:
    """A sound of G.711, which can be heard from any sample on: again and again, or once and silence after."""

    def __init__(self, audio: bytes, law: str, *, loop: bool) -> None:
        self.length = len(audio)
        self._audio, self._loop = audio, loop
        again = audio[:SAMPLES_PER_TICK] * (SAMPLES_PER_TICK // len(audio) + 1)
        self._after = again if loop else SILENT_PACKETS[law]

    def at(self, position: int) -> bytes:
        """20 ms from this sample on."""
        start = position % self.length if self._loop else position
        cut = self._audio[start : start + SAMPLES_PER_TICK]
        # A longer copy of the audio, to cut the last packet from, would cost each listener of a prompt.
        return cut if len(cut) == SAMPLES_PER_TICK else (cut + self._after)[:SAMPLES_PER_TICK]


class Packets:
    """A sound in whole packets; its positions are counted in samples of 8 kHz as those of all others."""

    def __init__(self, packets: Sequence[bytes], codec: str, *, loop: bool) -> None:
        self.length = len(packets) * SAMPLES_PER_TICK
        self._packets, self._loop, self._silence = packets, loop, SILENT_PACKETS[codec]

    def at(self, position: int) -> bytes:
        """The packet in which this sample is."""
        number = position // SAMPLES_PER_TICK
        if self._loop:
            number %= len(self._packets)
        return self._packets[number] if number < len(self._packets) else self._silence


SoundTape = Samples | Packets


def tape_of(sounds: Sequence[EncodedSound], codec: str, *, loop: bool) -> SoundTape:
    """Sounds of a codec, one after the other."""
    if codec in g711.SUFFIX:
        audio = b"".join(sound.audio for sound in sounds if isinstance(sound.audio, bytes))
        return Samples(audio, codec, loop=loop)
    packets = [packet for sound in sounds if isinstance(sound.audio, tuple) for packet in sound.audio]
    return Packets(packets, codec, loop=loop)


class SoundLibrary:
    """Prompts that were read, as long as their files do not change and the memory suffices."""

    def __init__(self, codecs: CodecProcess, on_made: Callable[[], None]) -> None:
        """``on_made`` is called when a sound that was pending is there, or missing."""
        self._codecs, self._on_made = codecs, on_made
        self._sounds: OrderedDict[tuple[str, str], EncodedSound] = OrderedDict()
        self._failures: dict[tuple[str, str], tuple[int, str]] = {}  # when its file was modified, and why
        self._under_way: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._size = 0

    def load(self, source: str, codec: str) -> EncodedSound:
        """The prompt, or the recording whose file it is, in that codec. Raises SoundMissing, SoundPending."""
        is_made = codec not in g711.SUFFIX
        suffix = g711.SUFFIX["PCMU" if is_made else codec]
        path = source if source.endswith(wav.SUFFIX) else source + suffix
        try:
            modified_at = os.stat(path).st_mtime_ns
            sound = self._sounds.get((path, codec))
            if sound is None or sound.modified_at != modified_at:
                if is_made:
                    self._make(path, codec, modified_at)
                sound = EncodedSound(_read(path, codec), modified_at)
                self._keep((path, codec), sound)
        except (OSError, ValueError) as error:
            raise SoundMissing(f"{path}: {error}") from error
        if not sound.audio:
            raise SoundMissing(f"{path}: the file is empty")
        self._sounds.move_to_end((path, codec))
        return sound

    def _make(self, path: str, codec: str, modified_at: int) -> None:
        key = path, codec
        if (failure := self._failures.pop(key, None)) is not None and failure[0] == modified_at:
            raise SoundMissing(f"{path}: {failure[1]}")
        if key not in self._under_way:
            self._under_way[key] = asyncio.create_task(self._have_made(key, modified_at))
        raise SoundPending

    async def _have_made(self, key: tuple[str, str], modified_at: int) -> None:
        try:
            packets = await self._codecs.sound(*key)
        except CodecFailed as error:
            self._failures[key] = modified_at, str(error)
        else:
            self._keep(key, EncodedSound(tuple(packets), modified_at))
        del self._under_way[key]
        self._on_made()

    def _keep(self, key: tuple[str, str], sound: EncodedSound) -> None:
        self._forget(key)
        self._sounds[key] = sound
        self._size += sound.size
        while self._size > _LIBRARY_BYTES and len(self._sounds) > 1:
            self._forget(next(iter(self._sounds)))

    def _forget(self, key: tuple[str, str]) -> None:
        known = self._sounds.pop(key, None)
        if known is not None:
            self._size -= known.size


def _read(path: str, law: str) -> bytes:
    """Raises OSError, and ValueError for a recording that is none."""
    if not path.endswith(wav.SUFFIX):
        return Path(path).read_bytes()
    recording = wav.read(Path(path))
    return recording.audio.translate(g711.TRANSLATIONS.get((recording.law, law)))
