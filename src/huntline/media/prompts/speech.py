"""Speech for call control: sentences as prompts, each spoken once and kept by what it says.

Speaking one, and encoding it, is done in a child, which loads what that takes: it is
``python -m huntline.media.prompts.speech LANGUAGE SOURCE`` with the text on its standard input.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from huntline.errors import HuntlineError
from huntline.media.g711 import SUFFIX
from huntline.media.interface import SpeechUnavailable
from huntline.media.prompts.speak import VOICE_EDITION, speak
from huntline.media.prompts.store import is_stored, move, remove, sources_in

log = logging.getLogger(__name__)

_MOST_WAITING = 100
"""Texts that wait to be spoken, one after the other: callers do not wait for more."""

_MOST_S = 90
"""Longer than the voice itself may take."""

_MOST_KEPT = 5_000
_KEPT_AFTER_CLEANING = 4_000


class Speech:
    """``source`` may be asked from call control: it never blocks the loop. One text is spoken at a time."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is where spoken texts are kept; it is made when the first one is."""
        self._folder = folder
        self._turn = asyncio.Semaphore(1)
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._wanted: dict[tuple[str, str], None] = {}
        self._preparing: asyncio.Task[None] | None = None

    def known(self, text: str, language: str) -> str | None:
        """The prompt that says the text, if it was spoken before: at once, without a thread or a wait."""
        path = self._path(text, language)
        if not is_stored(path):
            return None
        with contextlib.suppress(OSError):
            os.utime(path.with_name(path.name + SUFFIX["PCMU"]))  # what is used is not what is forgotten
        return str(path)

    async def source(self, text: str, language: str) -> str:
        """The prompt that says the text, as ``Media.play`` takes it. Raises SpeechUnavailable.

        Who asks for the same text at the same time gets the same one; who stops waiting stops nobody else.
        """
        if (known := self.known(text, language)) is not None:
            return known
        await asyncio.shield(self._begin(text, language))
        return str(self._path(text, language))

    def prepare(self, sentences: Iterable[tuple[str, str]]) -> None:
        """Have texts spoken, each in its language, that will be wanted; what hinders it is logged. They come
        one after the other, so that whoever is waiting for a text waits for no more than one of them."""
        self._wanted |= dict.fromkeys(each for each in sentences if self.known(*each) is None)
        if self._wanted and (self._preparing is None or self._preparing.done()):
            self._preparing = asyncio.create_task(self._prepare())

    async def _prepare(self) -> None:
        while self._wanted:
            text, language = next(iter(self._wanted))
            del self._wanted[text, language]
            try:
                await self.source(text, language)
            except SpeechUnavailable as error:
                log.warning("a sentence cannot be spoken", extra={"reason": str(error)})

    async def close(self) -> None:
        """Wait for what is being spoken; nothing else is begun."""
        self._wanted.clear()
        if self._preparing is not None:
            self._preparing.cancel()
            await asyncio.gather(self._preparing, return_exceptions=True)
        for task in self._under_way.values():
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    def _begin(self, text: str, language: str) -> asyncio.Task[None]:
        path = self._path(text, language)
        task = self._under_way.get(path.name)
        if task is None:
            if len(self._under_way) >= _MOST_WAITING:
                raise SpeechUnavailable("too many texts wait to be spoken")
            task = asyncio.create_task(self._speak(text, language, path))
            self._under_way[path.name] = task
            task.add_done_callback(lambda done: self._done(path.name, done))
        return task

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
    command = [sys.executable, "-m", __spec__.name, language, os.fspath(path)]
    try:
        _forget_some(path.parent)
        done = subprocess.run(  # noqa: S603 - no shell, and a program of ours
            command, input=text.encode("utf-8", "replace"), capture_output=True, check=False, timeout=_MOST_S
        )
    except subprocess.TimeoutExpired:
        raise SpeechUnavailable(f"the voice did not finish in {_MOST_S} s") from None
    except OSError as error:
        raise SpeechUnavailable(f"the text could not be spoken: {error}") from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise SpeechUnavailable(f"the text could not be spoken: {said[:300]}")


def main() -> None:
    """The child's part."""
    from huntline.media.prompts.encode import encode_prompt

    language, source = sys.argv[1:]
    try:
        with tempfile.TemporaryDirectory(prefix="huntline-") as folder:
            spoken = Path(folder) / "spoken.wav"
            speak(sys.stdin.buffer.read().decode(), spoken, language)
            move(Path(encode_prompt(spoken, Path(folder)).source), Path(source))
    except (HuntlineError, OSError) as error:
        sys.exit(str(error))


def _forget_some(folder: Path) -> None:
    """Keep no more than so many: those that were used last."""
    kept = sources_in(folder)
    if len(kept) >= _MOST_KEPT:
        for source in kept[: len(kept) - _KEPT_AFTER_CLEANING]:
            remove(source)


if __name__ == "__main__":
    main()
