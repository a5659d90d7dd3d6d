"""Sentences that are spoken while calls go on: each is made once, and kept by its text."""

from __future__ import annotations

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory

from huntline.media.g711 import SUFFIX
from huntline.media.prompts.encode import encode_prompt
from huntline.media.prompts.speak import speak
from huntline.media.prompts.store import is_stored, store


class Speaking:
    """May be used from several threads at once. Waits for the voice: not for the event loop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def source(self, text: str, language: str) -> str:
        """A sentence as ``Media.play`` takes it. Raises ConfigurationError where nothing can be spoken."""
        name = hashlib.sha256(f"{language}\n{text}".encode()).hexdigest()
        source = self._folder / name
        if not is_stored(source):
            self._make(text, language, source)
        return str(source)

    def _make(self, text: str, language: str, source: Path) -> None:
        with TemporaryDirectory(prefix="huntline-speech-") as folder:
            spoken = Path(folder, "spoken.wav")
            speak(text, spoken, language)
            encoded = Path(encode_prompt(spoken, Path(folder)).source)
            forms = {law: encoded.with_name(encoded.name + suffix) for law, suffix in SUFFIX.items()}
            store({law: path.read_bytes() for law, path in forms.items()}, source)
