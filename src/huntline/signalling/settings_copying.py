"""Keeping the copy of the settings (``storage.settings_copy``) as the database has them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from huntline.calls.tasks import Tasks
from huntline.directory.organization import Organization
from huntline.storage.faults import DatabaseUnavailable
from huntline.storage.settings_copy import SettingsCopy

log = logging.getLogger(__name__)


class SettingsCopying:
    """Writes the copy whenever settings are others, one time for all that change meanwhile.

    ``read`` returns what is stored; it is called in a thread. Without a ``copy`` there is none to keep: the
    database is in the data folder itself.
    """

    def __init__(self, copy: SettingsCopy | None, read: Callable[[], tuple[Organization, ...]]) -> None:
        self._copy, self._read = copy, read
        self._tasks = Tasks()
        self._is_due = self._is_under_way = False

    async def kept(self) -> tuple[Organization, ...] | None:
        """What the database has said last, if that is known."""
        return await asyncio.to_thread(self._copy.kept) if self._copy is not None else None

    def changed(self) -> None:
        """Settings are others than before; returns at once."""
        self._is_due = True
        if self._copy is not None and not self._is_under_way:
            self._is_under_way = True
            self._tasks.spawn(self._keep(self._copy))

    async def close(self) -> None:
        """Write what is under way, and nothing more."""
        await self._tasks.done()

    async def _keep(self, copy: SettingsCopy) -> None:
        try:
            while self._is_due:
                self._is_due = False
                await asyncio.to_thread(lambda: copy.keep(self._read()))
        except (DatabaseUnavailable, OSError) as error:
            log.warning("the copy of the settings is not written", extra={"reason": str(error)})
        finally:
            self._is_under_way = False
