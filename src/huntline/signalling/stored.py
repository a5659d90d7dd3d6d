"""What the database holds for signalling: read at the start, or as soon as it is there, and written."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy import Engine

from huntline.signalling.lamps import Lamps
from huntline.signalling.mailroom import Boxes
from huntline.signalling.own_rules import Edit
from huntline.signalling.settings_copying import SettingsCopying
from huntline.signalling.settings_loading import SettingsLoading
from huntline.storage.audit import Actor
from huntline.storage.blobs import FOLDER_NAME as SOUNDS
from huntline.storage.faults import DatabaseUnavailable
from huntline.storage.moving import MESSAGES, forget_moves, take_files
from huntline.storage.opening import opened, tried
from huntline.storage.settings import Settings, set_opted_out

log = logging.getLogger(__name__)


class Stored:
    """Begins with the last settings that are known where the database is away. ``announce`` tells the
    others on it of this server, and raises ConfigurationError where it is not to be one of them."""

    def __init__(
        self,
        settings: Settings,
        database: Engine,
        copying: SettingsCopying,
        loading: SettingsLoading,
        boxes: Boxes,
        lamps: Lamps,
        announce: Callable[[], None],
    ) -> None:
        self._settings, self._database = settings, database
        self._copying, self._loading = copying, loading
        self._boxes, self._lamps = boxes, lamps
        self._announce = announce
        self._one_at_a_time = asyncio.Lock()
        self._known: frozenset[str] = frozenset()  # organizations of which boxes were read

    async def begin(self) -> bool:
        """Put settings in force; whether all that is stored could be read. Waits for a database of which no
        settings are known. Raises ConfigurationError for one that will never be there, or that has
        another server of this name."""
        if (fault := await tried(self._database)) is not None:
            if (kept := await self._copying.kept()) is not None:
                log.error("the last settings are in force", extra={"reason": str(fault)})
                await self._loading.begin_with(kept)
                return False
            await opened(self._database)
        await asyncio.to_thread(self._announce)
        await self._read()
        return True

    async def catch_up(self, finish: Callable[[], Awaitable[None]]) -> None:
        """Read what is stored once the database is there, then do what waits for that, too."""
        await opened(self._database)
        await self._read()
        self._lamps.tell_all()
        await finish()
        log.warning("the database is there, and what it says is in force")

    async def change(self, organization_id: str, edit: Edit, by: Actor) -> None:
        """Change settings, and put them in force. Raises as ``Settings.change`` does."""
        await asyncio.to_thread(self._settings.change, organization_id, edit, by)
        await self._loading.load()

    async def remember_opt_out(
        self, organization_id: str, user_id: str, queue_id: str, is_opted_out: bool
    ) -> None:
        """Store what an agent has chosen. Raises DatabaseUnavailable."""
        ids = organization_id, user_id, queue_id
        await asyncio.to_thread(set_opted_out, self._database, *ids, is_opted_out)
        self._copying.changed()

    async def look(self) -> None:
        """Put in force what other servers on the database have changed; where that cannot be read now, it is
        told again."""
        async with self._one_at_a_time:
            try:
                await self._look()
            except DatabaseUnavailable as error:
                log.warning("what other servers changed waits", extra={"reason": str(error)})

    async def _look(self) -> None:
        """Of an organization that comes from another one, sounds are here before its calls, and its messages
        soon after."""
        await asyncio.to_thread(take_files, self._database, SOUNDS)
        await self._loading.load()
        taken = await asyncio.to_thread(take_files, self._database, MESSAGES)
        if taken or self._loading.served - self._known:
            await self._read_boxes()
            self._lamps.tell_all()

    async def _read(self) -> None:
        await asyncio.to_thread(self._take_all)
        await self._loading.load()
        await self._read_boxes()

    async def _read_boxes(self) -> None:
        self._known = self._loading.served
        await asyncio.to_thread(self._boxes.load)
        await asyncio.to_thread(self._lamps.load)

    def _take_all(self) -> None:
        """Files that came while nobody was here to be told."""
        forget_moves(self._database)
        for folder in (SOUNDS, MESSAGES):
            take_files(self._database, folder)
