"""Files of the owner's data folder on other machines: sounds, voice messages, and the last settings.

The owner says what there is; a follower asks for what it lacks, a part at a time.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from huntline.cluster.messages import LONGEST_PART, FileState, FileWish, encoded

log = logging.getLogger(__name__)

FOLDERS = ("audio", "voicemail")
FILES = ("last-settings", "secret", "password.key")
"""Of a data folder: what is copied as it is. Sentences that were spoken are spoken again where they lack."""

_UNFINISHED = (".", "_")

Ask = Callable[[bytes], Awaitable[bytes]]


def files_in(data: Path) -> dict[str, FileState]:
    """What there is to copy, by its path in the data folder."""
    found = (_state(data, path) for path in _paths(data))
    return {state.path: state for state in found if state is not None}


def part_of(data: Path, wish: FileWish) -> bytes:
    """The part of a file that is wished for; nothing where there is no such file, or none that is copied."""
    path = (data / wish.path).resolve()
    if not _is_copied(wish.path) or not path.is_relative_to(data.resolve()):
        return b""
    try:
        with path.open("rb") as file:
            file.seek(wish.offset)
            return file.read(LONGEST_PART)
    except OSError:
        return b""


class FileCopy:
    """The files of the owner, kept in the data folder of a follower. ``ask`` gives the part that a wish is
    for, and raises where nobody answers."""

    def __init__(self, data: Path, ask: Ask) -> None:
        self._data, self._ask = data, ask

    async def take(self, state: FileState) -> None:
        """Make a file what it is at the owner's."""
        if not _is_copied(state.path):
            return
        path = self._data / state.path
        if state.changed_ns is None:
            path.unlink(missing_ok=True)
            return
        if _state(self._data, path) == state:
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = path.with_name(f".copied-{path.name}")
        try:
            if await self._fetch(state, beside):
                os.utime(beside, ns=(state.changed_ns, state.changed_ns))
                os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)

    async def _fetch(self, state: FileState, beside: Path) -> bool:
        """Whether it is whole; one that has changed meanwhile is told of again."""
        size = 0
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            while size < state.size and (part := await self._ask(encoded(FileWish(state.path, size)))):
                size += os.write(descriptor, part)
        finally:
            os.close(descriptor)
        return size == state.size


def _paths(data: Path) -> Iterator[Path]:
    for name in FILES:
        yield data / name
    for folder in FOLDERS:
        with contextlib.suppress(FileNotFoundError):
            yield from (data / folder).iterdir()


def _state(data: Path, path: Path) -> FileState | None:
    name = str(path.relative_to(data))
    if not _is_copied(name):
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return FileState(name, found.st_size, found.st_mtime_ns) if path.is_file() else None


def _is_copied(name: str) -> bool:
    folder, _, rest = name.partition("/")
    if not rest:
        return name in FILES
    return folder in FOLDERS and "/" not in rest and not rest.startswith(_UNFINISHED)
