"""That a server lives, for the others on its PostgreSQL, and what they tell: by one connection of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

import psycopg
from sqlalchemy import Engine

from huntline.data_folder import DatabaseUrl
from huntline.directory.elsewhere import Shard
from huntline.errors import HuntlineError
from huntline.storage.opening import TRIED_EVERY
from huntline.storage.postgresql import listening_connection
from huntline.storage.shards import CHANNEL, announce, life_lock

log = logging.getLogger(__name__)

_LOCK_TRIED_EVERY = 5.0  # s: of a cluster the next owner may come before the connection of the last one ends


class ShardLife:
    """``on_news`` is told whenever what other servers have may be something else than before: also after the
    database was away."""

    def __init__(self, database: Engine, where: DatabaseUrl, own: Shard, on_news: Callable[[], None]) -> None:
        self._database, self._where, self._own = database, where, own
        self._on_news = on_news
        self._said = ""

    async def run(self) -> None:
        """Live, and listen, until cancelled; whatever fails is tried again."""
        while True:
            try:
                await self._live()
            except (psycopg.Error, HuntlineError) as error:
                self._say(str(error))
            await asyncio.sleep(TRIED_EVERY)

    async def _live(self) -> None:
        async with await listening_connection(self._where) as connection:
            await asyncio.to_thread(announce, self._database, self._own)
            has_lock = await self._takes_lock(connection)
            await connection.execute(f"LISTEN {CHANNEL}".encode())
            self._said = ""
            self._on_news()  # of what was told while nobody listened
            while True:
                async for notice in connection.notifies(timeout=0):
                    if notice.payload != self._own.name:
                        self._on_news()
                await _something_comes(connection, None if has_lock else _LOCK_TRIED_EVERY)
                has_lock = has_lock or await self._takes_lock(connection)

    async def _takes_lock(self, connection: psycopg.AsyncConnection) -> bool:
        found = await connection.execute("SELECT pg_try_advisory_lock(%s, %s)", life_lock(self._own.name))
        row = await found.fetchone()
        return bool(row and row[0])

    def _say(self, reason: str) -> None:
        """Once for each reason."""
        if reason != self._said:
            self._said = reason
            log.warning("what other servers on the database change is not heard", extra={"reason": reason})


async def _something_comes(connection: psycopg.AsyncConnection, within: float | None) -> None:
    """Wait until there is something to be read, or for so long: psycopg would look ten times a second."""
    loop, is_there = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(connection.fileno(), is_there.set)
    try:
        with suppress(TimeoutError):
            await asyncio.wait_for(is_there.wait(), within)
    finally:
        loop.remove_reader(connection.fileno())
