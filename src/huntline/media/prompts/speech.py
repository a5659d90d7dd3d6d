"""Speech for call control: sentences as prompts, each spoken once and kept by what it says.

Speaking and encoding is done in a child, which loads what that takes: it is
``python -m huntline.media.prompts.speech LANGUAGE`` with texts and their sources, as JSON, on its standard
input.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
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
"""For a text: longer than the voice itself may take."""

_AT_ONCE = 3
"""Texts that are prepared by one child: to load it takes longer than to speak a sentence."""

_MOST_KEPT = 5_000
_KEPT_AFTER_CLEANING = 4_000


class Speech:
    """``source`` may be asked from call control: it never blocks the loop. One child speaks at a time."""

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
        try:
            await asyncio.shield(self._begin((text,), language))
        except SpeechUnavailable:
            if self.known(text, language) is None:  # or it was another one of those spoken with it
                raise
        return str(self._path(text, language))

    def prepare(self, sentences: Iterable[tuple[str, str]]) -> None:
        """Have texts spoken, each in its language, that will be wanted; what hinders it is logged. They come
        a few at a time, so that whoever is waiting for a text waits for no more than those."""
        self._wanted |= dict.fromkeys(each for each in sentences if self.known(*each) is None)
        if self._wanted and (self._preparing is None or self._preparing.done()):
            self._preparing = asyncio.create_task(self._prepare())

    async def _prepare(self) -> None:
        while self._wanted:
            _, language = next(iter(self._wanted))
            texts = [text for text, spoken_in in self._wanted if spoken_in == language][:_AT_ONCE]
            for text in texts:
                del self._wanted[text, language]
            try:
                await self._begin(texts, language)
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

    def _begin(self, texts: Sequence[str], language: str) -> asyncio.Task[None]:
        sources = {self._path(text, language): text for text in texts}
        under_way = next((task for path in sources if (task := self._under_way.get(path.name))), None)
        if under_way is not None and len(sources) == 1:
            return under_way
        if len(self._under_way) >= _MOST_WAITING:
            raise SpeechUnavailable("too many texts wait to be spoken")
        task = asyncio.create_task(self._speak(sources, language))
        names = [path.name for path in sources if path.name not in self._under_way]
        self._under_way |= dict.fromkeys(names, task)
        task.add_done_callback(lambda done: self._done(names, done))
        return task

    def _path(self, text: str, language: str) -> Path:
        name = hashlib.sha256(f"{VOICE_EDITION}\n{language}\n{text}".encode("utf-8", "replace")).hexdigest()
        return self._folder / name

    async def _speak(self, sources: Mapping[Path, str], language: str) -> None:
        async with self._turn:
            await asyncio.to_thread(_make, sources, language)

    def _done(self, names: Iterable[str], task: asyncio.Task[None]) -> None:
        for name in names:
            del self._under_way[name]
        if not task.cancelled():
            task.exception()  # whoever waits has it; nobody may


def _make(sources: Mapping[Path, str], language: str) -> None:
    """Speak texts, so that each is there as a whole or not at all; when one is not: SpeechUnavailable."""
    command = [sys.executable, "-m", __spec__.name, language]
    given = json.dumps([[text, os.fspath(path)] for path, text in sources.items()]).encode()
    most = _MOST_S * len(sources)
    try:
        for folder in {path.parent for path in sources}:
            _forget_some(folder)
        done = subprocess.run(  # noqa: S603 - no shell, and a program of ours
            command, input=given, capture_output=True, check=False, timeout=most
        )
    except subprocess.TimeoutExpired:
        raise SpeechUnavailable(f"the voice did not finish in {most} s") from None
    except OSError as error:
        raise SpeechUnavailable(f"the text could not be spoken: {error}") from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise SpeechUnavailable(f"the text could not be spoken: {said[:300]}")


def main() -> None:
    """The child's part. What cannot be spoken keeps nothing else from being."""
    (language,) = sys.argv[1:]
    failure = None
    for text, source in json.load(sys.stdin):
        try:
            _speak_to(text, language, Path(source))
        except (HuntlineError, OSError) as error:
            failure = str(error)
    if failure is not None:
        sys.exit(failure)


def _speak_to(text: str, language: str, source: Path) -> None:
    from huntline.media.prompts.encode import encode_prompt

    with tempfile.TemporaryDirectory(prefix="huntline-") as folder:
        spoken = Path(folder) / "spoken.wav"
        speak(text, spoken, language)
        move(Path(encode_prompt(spoken, Path(folder)).source), source)


def _forget_some(folder: Path) -> None:
    """Keep no more than so many: those that were used last."""
    kept = sources_in(folder)
    if len(kept) >= _MOST_KEPT:
        for source in kept[: len(kept) - _KEPT_AFTER_CLEANING]:
            remove(source)


if __name__ == "__main__":
    main()
