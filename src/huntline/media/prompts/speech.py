"""Speech for call control: sentences as prompts, each spoken once and kept by what it says."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import tempfile
from pathlib import Path

from huntline.media.prompts.apart import encode_apart
from huntline.media.prompts.decode import PromptRefused
from huntline.media.prompts.speak import VOICE_EDITION, SpeechUnavailable, speak
from huntline.media.prompts.store import is_stored, move, remove, sources_in

log = logging.getLogger(__name__)

FOLDER_NAME = "speech"
"""In the data folder; whatever is in it can be spoken again."""

_MOST_WAITING = 100
"""Texts that wait to be spoken, one after the other: callers do not wait for more."""

_MOST_KEPT = 5_000
_KEPT_AFTER_CLEANING = 4_000


class Speech:
    """``source`` may be asked from call control: it never blocks the loop. One text is spoken at a time."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is where spoken texts are kept; it is made when the first one is."""
        self._folder = folder
        self._turn = asyncio.Semaphore(1)
        self._under_way: dict[str, asyncio.Task[None]] = {}

    def known(self, text: str, language: str) -> str | None:
        """The prompt that says the text, if it was spoken before: at once, without a thread or a wait."""
        path = self._path(text, language)
        if not is_stored(path):
            return None
        with contextlib.suppress(OSError):
            os.utime(path.with_name(path.name + ".pcmu"))  # what is used is not what is forgotten
        return str(path)

    async def source(self, text: str, language: str) -> str:
        """The prompt that says the text, as ``Media.play`` takes it. Raises SpeechUnavailable.

        Who asks for the same text at the same time gets the same one; who stops waiting stops nobody else.
        """
        if (known := self.known(text, language)) is not None:
            return known
        path = self._path(text, language)
        task = self._under_way.get(path.name)
        if task is None:
            if len(self._under_way) >= _MOST_WAITING:
                raise SpeechUnavailable("too many texts wait to be spoken")
            task = asyncio.create_task(self._speak(text, language, path))
            self._under_way[path.name] = task
            task.add_done_callback(lambda done: self._done(path.name, done))
        await asyncio.shield(task)
        return str(path)

    async def prepare(self, text: str, language: str) -> None:
        """Have a text spoken that will be wanted; what hinders it is logged."""
        try:
            await self.source(text, language)
        except SpeechUnavailable as error:
            log.warning("a sentence cannot be spoken", extra={"text": text, "reason": str(error)})

    async def close(self) -> None:
        """Wait for what is being spoken; nothing else is begun."""
        for task in self._under_way.values():
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    def _path(self, text: str, language: str) -> Path:
        name = hashlib.sha256(f"{VOICE_EDITION}\n{language}\n{text}".encode("utf-8", "replace")).hexdigest()
        return self._folder / name

    async def _speak(self, text: str, language: str, path: Path) -> None:
        async with self._turn:
            await asyncio.to_thread(_make, text, language, path)

    def _done(self, name: str, task: asyncio.Task[None]) -> None:
        del self._under_way[name]
        if not task.cancelled():
            task.exception()  # whoever waits has it; nobody may


def _make(text: str, language: str, path: Path) -> None:
    """Speak a text, so that it is there as a whole or not at all. Raises SpeechUnavailable."""
    try:
        with tempfile.TemporaryDirectory(prefix="huntline-") as folder:
            spoken = Path(folder) / "spoken.wav"
            speak(text, spoken, language)
            prompt = encode_apart(spoken, spoken.read_bytes(), Path(folder))
            _forget_some(path.parent)
            move(Path(prompt.source), path)
    except (OSError, PromptRefused) as error:
        raise SpeechUnavailable(f"the text could not be spoken: {error}") from error


def _forget_some(folder: Path) -> None:
    """Keep no more than so many: those that were used last."""
    kept = sources_in(folder)
    if len(kept) >= _MOST_KEPT:
        for source in kept[: len(kept) - _KEPT_AFTER_CLEANING]:
            remove(source)
