"""Prompts in memory: read once from their files, as often as these change."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from huntline.media import g711, wav

_LIBRARY_BYTES = 256 * 2**20


class SoundMissing(Exception):
    """A prompt's file cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class EncodedSound:
    """A prompt in one law, as it was in its file at that time."""

    audio: bytes = field(repr=False)
    modified_at: int


class SoundLibrary:
    """Prompts that were read, as long as their files do not change and the memory suffices."""

    def __init__(self) -> None:
        self._sounds: OrderedDict[tuple[str, str], EncodedSound] = OrderedDict()
        self._size = 0

    def load(self, source: str, law: str) -> EncodedSound:
        """The prompt, or the recording whose file it is, in that law. Raises SoundMissing."""
        path = source if source.endswith(wav.SUFFIX) else source + g711.SUFFIX[law]
        try:
            modified_at = Path(path).stat().st_mtime_ns
            sound = self._sounds.get((path, law))
            if sound is None or sound.modified_at != modified_at:
                sound = EncodedSound(_read(path, law), modified_at)
                self._keep((path, law), sound)
        except (OSError, ValueError) as error:
            raise SoundMissing(f"{path}: {error}") from error
        if not sound.audio:
            raise SoundMissing(f"{path}: the file is empty")
        self._sounds.move_to_end((path, law))
        return sound

    def _keep(self, key: tuple[str, str], sound: EncodedSound) -> None:
        self._forget(key)
        self._sounds[key] = sound
        self._size += len(sound.audio)
        while self._size > _LIBRARY_BYTES and len(self._sounds) > 1:
            self._forget(next(iter(self._sounds)))

    def _forget(self, key: tuple[str, str]) -> None:
        known = self._sounds.pop(key, None)
        if known is not None:
            self._size -= len(known.audio)


def _read(path: str, law: str) -> bytes:
    """Raises OSError, and ValueError for a recording that is none."""
    if not path.endswith(wav.SUFFIX):
        return Path(path).read_bytes()
    recording = wav.read(Path(path))
    return recording.audio.translate(g711.TRANSLATIONS.get((recording.law, law)))
