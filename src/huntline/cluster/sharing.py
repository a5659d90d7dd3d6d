"""What the owner tells those who follow: its journal as it grows, and its files as they change."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from inotify_simple import INotify, flags

from huntline.cluster.file_copy import FILES, FOLDERS, files_in, part_of
from huntline.cluster.journal_copy import JournalTail
from huntline.cluster.messages import FileState, FileWish, decoded, encoded
from huntline.cluster.store import Store
from huntline.data_folder import JOURNAL

log = logging.getLogger(__name__)

_CHANGES = flags.MODIFY | flags.MOVED_TO | flags.DELETE | flags.CLOSE_WRITE
_GATHERED = 0.005
"""Seconds for which what is written is gathered before it is told."""
_PLACE_TOLD_EVERY = 1.0
"""Seconds between two words on where the journal is: whoever missed a part learns of it by that."""


class Sharing:
    """Tells nothing before ``begin`` and after ``end``. Its turns are the file system's, not a clock's."""

    def __init__(self, data: Path, store: Store) -> None:
        self._data, self._store = data, store
        self._tail: JournalTail | None = None
        self._watch: INotify | None = None
        self._folders: set[int] = set()
        self._files_changed = True
        self._known: dict[str, FileState] = {}
        self._is_owner: Callable[[], bool] = lambda: False
        self._gathering: asyncio.TimerHandle | None = None
        self._telling = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def hear(self, is_owner: Callable[[], bool]) -> None:
        """Begin to answer what followers ask."""
        self._is_owner = is_owner
        await self._store.hear("all-wanted", lambda _: self._tell_all())
        await self._store.answer("file-part", self._part)
        self._spawn(self._tell_place())

    def begin(self, epoch: int) -> None:
        """This machine owns the server now."""
        self.end()
        self._tail = JournalTail(self._data / JOURNAL, epoch)
        self._watch = INotify()
        for folder in ("", *FOLDERS):
            path = self._data / folder
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            watched = self._watch.add_watch(path, _CHANGES)
            if folder:
                self._folders.add(watched)
        asyncio.get_running_loop().add_reader(self._watch.fd, self._changed)
        self._tell_all()

    def end(self) -> None:
        """It does no more."""
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        if self._watch is not None:
            asyncio.get_running_loop().remove_reader(self._watch.fd)
            self._watch.close()
            self._watch = None
        if self._tail is not None:
            self._tail.close()
            self._tail = None

    def close(self) -> None:
        """End, and answer no more."""
        self.end()
        for task in self._tasks:
            task.cancel()

    async def finish(self) -> None:
        """Tell what was written last."""
        await self._tell()

    def _changed(self) -> None:
        assert self._watch is not None
        is_news = False
        for event in self._watch.read(timeout=0):
            is_file = event.wd in self._folders or event.name in FILES
            self._files_changed |= is_file
            is_news |= is_file or event.name == JOURNAL
        if is_news and self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(_GATHERED, self._tell_soon)

    def _tell_soon(self) -> None:
        self._gathering = None
        self._spawn(self._tell())

    def _tell_all(self) -> None:
        if self._tail is not None:
            self._tail.begin_again()
            self._known, self._files_changed = {}, True
            self._spawn(self._tell())

    async def _tell(self) -> None:
        async with self._telling:
            if self._tail is None:
                return
            for part in list(self._tail.news()):
                await self._store.say("journal", encoded(part))
            if self._files_changed:
                self._files_changed = False
                await self._tell_files()

    async def _tell_files(self) -> None:
        found = files_in(self._data)
        gone = [FileState(path, 0, None) for path in self._known.keys() - found.keys()]
        news = [state for path, state in found.items() if self._known.get(path) != state]
        self._known = found
        for state in (*news, *gone):
            await self._store.say("file", encoded(state))

    async def _tell_place(self) -> None:
        while True:
            await asyncio.sleep(_PLACE_TOLD_EVERY)
            if self._tail is not None and (place := self._tail.place()) is not None:
                await self._store.say("journal", encoded(place))

    def _part(self, wish: bytes) -> bytes | None:
        asked = decoded(wish, FileWish)
        return part_of(self._data, asked) if asked is not None and self._is_owner() else None

    def _spawn(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
