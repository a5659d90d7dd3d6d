"""What a machine keeps of the owner: its journal, byte for byte, and its files."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from huntline.cluster.file_copy import FileCopy
from huntline.cluster.journal_copy import JournalCopy
from huntline.cluster.membership import cluster_folder
from huntline.cluster.messages import FileState, JournalPart, decoded
from huntline.cluster.store import Store, StoreAway

log = logging.getLogger(__name__)

_COPY = "journal.copy"
_ASK_AGAIN_AFTER = 0.5  # seconds


class Following:
    """Takes what the owner tells, as long as this machine is not the owner itself."""

    def __init__(self, data: Path, store: Store) -> None:
        self._store = store
        self._journal = JournalCopy(cluster_folder(data) / _COPY)
        self._files = FileCopy(data, lambda wish: store.ask("file-part", wish))
        self._wanted: asyncio.Queue[FileState] = asyncio.Queue()
        self._is_owner: Callable[[], bool] = lambda: False
        self._asked_at = float("-inf")
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def behind(self) -> int | None:
        """How many bytes of the journal are lacking; None while there is no whole copy."""
        return self._journal.behind

    async def hear(self, is_owner: Callable[[], bool]) -> None:
        """Begin, and ask for all that there is."""
        self._is_owner = is_owner
        await self._store.hear("journal", self._take_journal)
        await self._store.hear("file", self._take_file)
        self._spawn(self._fetch_files())
        await self._store.say("all-wanted", b"")

    def put_in_place(self, journal: Path) -> bool:
        """This machine serves now: with the journal of the one before; whether it has a whole copy of it."""
        return self._journal.put_in_place(journal)

    def _take_journal(self, data: bytes) -> None:
        if self._is_owner() or (part := decoded(data, JournalPart)) is None or self._journal.take(part):
            return
        now = asyncio.get_running_loop().time()
        if now - self._asked_at >= _ASK_AGAIN_AFTER:
            self._asked_at = now
            self._spawn(self._store.say("all-wanted", b""))

    def _take_file(self, data: bytes) -> None:
        if not self._is_owner() and (state := decoded(data, FileState)) is not None:
            self._wanted.put_nowait(state)

    async def _fetch_files(self) -> None:
        while True:
            state = await self._wanted.get()
            try:
                await self._files.take(state)
            except (StoreAway, OSError) as error:
                log.warning("a file is not copied", extra={"file": state.path, "reason": str(error)})

    def _spawn(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
