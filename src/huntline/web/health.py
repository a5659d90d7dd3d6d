"""Whether the server is well, and if not, what is wrong: for whoever watches it, its log and its pages."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from huntline.cluster.outlook import lacking
from huntline.config import Config
from huntline.control.async_client import AsyncControlClient
from huntline.data_folder import CLUSTER_SOCKET, DATABASE, is_in_cluster
from huntline.engine.reason_data import from_data
from huntline.errors import HuntlineError
from huntline.languages.reasons import Reader, in_words
from huntline.processes.run_file import SUPERVISOR_GONE, is_supervised
from huntline.storage.faults import DatabaseUnavailable
from huntline.web.media_health import MediaHealth

TIME_LIMIT = 2.0  # seconds for each part to answer
WATCHED_EVERY = 10.0  # seconds
TIME_TO_START = 5.0
"""Seconds from the start of this process in which others that do not answer yet are no news for the log."""

_LEAST_FREE = 16_000_000  # bytes: below that the disk is as good as full
_TRIED = bytes(65_536)

_log = logging.getLogger(__name__)


class HealthPart(StrEnum):
    """What a server is made of."""

    SUPERVISOR = "supervisor"
    SIGNALLING = "signalling"
    NEW_CALLS = "new_calls"
    MEDIA = "media"
    DATABASE = "database"
    DISK = "disk"
    LOAD = "load"
    """More comes than can be served: what is served is well, and new calls are told to come back."""
    AUDIO = "audio"
    """A media worker does not keep up with what it plays."""
    TOLLS = "tolls"
    """Users have come to a ceiling of international calls: perhaps somebody else calls by their accounts."""
    TRUNKS = "trunks"
    """A provider and this server do not take each other's password or certificate: that stays so until
    somebody does something about it."""
    CLUSTER = "cluster"
    """One of the machines may not be lost: another one is lost already, or has no whole copy of what lives.
    Always well where there is one machine alone."""


WELL_ALL_THE_SAME = frozenset(
    {HealthPart.LOAD, HealthPart.AUDIO, HealthPart.TOLLS, HealthPart.TRUNKS, HealthPart.CLUSTER}
)
"""What people are to look at, while the server does all that it can."""

_STARTS_LATER = frozenset({HealthPart.SIGNALLING, HealthPart.MEDIA})


class Fault(BaseModel):
    """What is wrong with a part, for those who run the server."""

    part: HealthPart
    detail: str


class Health:
    """Looks at all parts of a server. ``database`` is that of its settings; what is found is good for
    ``known_for`` seconds, since anybody may ask, and asking costs a write."""

    def __init__(
        self,
        config: Config,
        database: Engine,
        known_for: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._known_for, self._clock = known_for, clock
        self._started_at = clock()
        self._config = config
        self._database = database
        self._media_health = MediaHealth(config.media_sockets)
        self._checks: dict[HealthPart, asyncio.Future[str | None]] = {}
        self._looking: asyncio.Task[list[Fault]] | None = None
        self._told_by_signalling: dict[str, Any] = {}
        self._known: list[Fault] = []
        self._in_log: set[HealthPart] = set()
        self._known_until = 0.0

    async def faults(self) -> list[Fault]:
        """What is wrong now, or was a moment ago; nothing when all is well. Never raises."""
        loop = asyncio.get_running_loop()
        if self._looking is None and loop.time() >= self._known_until:
            self._looking = loop.create_task(self._look())
        if self._looking is None:
            return self._known
        return await asyncio.shield(self._looking)

    async def watch(self) -> None:
        """Look again and again, so that the log tells what nobody asks for. Ends when cancelled."""
        while True:
            await self.faults()
            await asyncio.sleep(WATCHED_EVERY)

    async def _look(self) -> list[Fault]:
        self._told_by_signalling = {}
        found = await asyncio.gather(
            self._checked(HealthPart.SUPERVISOR, lambda: asyncio.to_thread(self._supervisor_fault)),
            self._checked(HealthPart.SIGNALLING, self._signalling),
            self._checked(HealthPart.MEDIA, self._media),
            self._checked(HealthPart.DATABASE, lambda: asyncio.to_thread(self._database_fault)),
            self._checked(HealthPart.DISK, lambda: asyncio.to_thread(self._disk_fault)),
            self._checked(HealthPart.CLUSTER, self._cluster),
        )
        told = (self._new_calls(), self._overload(), self._audio(), self._tolls(), self._trunks())
        faults = [each for each in (*found, *told) if each is not None]
        self._tell_changes(faults)
        self._known, self._looking = faults, None
        self._known_until = asyncio.get_running_loop().time() + self._known_for
        return faults

    async def _checked(self, part: HealthPart, check: Callable[[], Awaitable[str | None]]) -> Fault | None:
        """What is wrong with a part. One that hangs, as on a dead disk, is not begun twice."""
        running = self._checks.get(part)
        if running is None:
            running = self._checks[part] = asyncio.ensure_future(check())
        done, _ = await asyncio.wait([running], timeout=TIME_LIMIT)
        if not done:
            return Fault(part=part, detail=f"does not answer within {TIME_LIMIT:.0f} s")
        del self._checks[part]
        detail = running.result()
        return Fault(part=part, detail=detail) if detail else None

    async def _signalling(self) -> str | None:
        try:
            async with await AsyncControlClient.connect(self._config.control_socket) as client:
                self._told_by_signalling = await client.request("ping")
        except HuntlineError:
            return "does not answer; it is started again"
        return None

    def _new_calls(self) -> Fault | None:
        """Who has several servers sends calls elsewhere."""
        if not self._told_by_signalling.get("is_draining"):
            return None
        detail = "are refused: the server is being drained; huntline drain --undo takes them again"
        return Fault(part=HealthPart.NEW_CALLS, detail=detail)

    def _overload(self) -> Fault | None:
        if not self._told_by_signalling.get("is_overloaded"):
            return None
        count = self._told_by_signalling.get("turned_away")
        detail = f"more comes than can be served: {count} requests since the start were told to come back"
        return Fault(part=HealthPart.LOAD, detail=detail)

    def _tolls(self) -> Fault | None:
        count = self._told_by_signalling.get("toll_alarms")
        if not count:
            return None
        # Anybody may ask, and so is not told who it is.
        detail = f"{count} users have come to a ceiling of international calls; GET /api/v1/toll-alarms"
        return Fault(part=HealthPart.TOLLS, detail=f"{detail} says who")

    def _trunks(self) -> Fault | None:
        alarms = self._told_by_signalling.get("trunk_alarms")
        if not alarms:
            return None
        # Without a name where it may be another organization's.
        found = [
            f"{each['name'] or 'a trunk'}: {in_words(from_data(each['why']), Reader())}" for each in alarms
        ]
        return Fault(part=HealthPart.TRUNKS, detail=f"{'; '.join(found)}; huntline trunk test says more")

    async def _media(self) -> str | None:
        await self._media_health.look()
        return self._media_health.fault

    def _audio(self) -> Fault | None:
        late = self._media_health.lateness
        return Fault(part=HealthPart.AUDIO, detail=late) if late else None

    async def _cluster(self) -> str | None:
        """Which machines they are is not for everybody."""
        if not is_in_cluster(self._config.data):
            return None
        try:
            async with await AsyncControlClient.connect(self._config.data / CLUSTER_SOCKET) as client:
                lacks = lacking(await client.request("status"))
        except HuntlineError:
            return "its process does not answer; it is started again"
        return "not every machine may be lost now; huntline cluster says why" if lacks else None

    def _supervisor_fault(self) -> str | None:
        return None if is_supervised(self._config.data) else SUPERVISOR_GONE

    def _database_fault(self) -> str | None:
        is_file = self._database.dialect.name == "sqlite"
        if is_file and not (self._config.data / DATABASE).exists():
            return f"{self._config.data / DATABASE} is gone; stop the server and put it back"
        try:
            with (
                self._database.connect().execution_options(is_writing=True) as connection,
                connection.begin() as transaction,
            ):
                connection.execute(text("SELECT 1"))
                transaction.rollback()
        except DatabaseUnavailable as error:
            _log.error("the database cannot be used", extra={"reason": str(error)})
            return "cannot be used; the log of the server says why"  # where it is, is not for everybody
        except SQLAlchemyError as error:
            return f"cannot be used: {getattr(error, 'orig', None) or type(error).__name__}"
        return None

    def _disk_fault(self) -> str | None:
        folder = self._config.data
        try:
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(_TRIED)
            free = shutil.disk_usage(folder).free
        except OSError as error:
            return f"{folder} cannot be written: {error.strerror}"
        if free < _LEAST_FREE:
            return f"{folder} is nearly full: {free // 1_000_000} MB are left"
        return None

    def _tell_changes(self, faults: list[Fault]) -> None:
        """Put into the log what is otherwise than it says. This process starts quicker than those it asks."""
        is_starting = self._clock() - self._started_at < TIME_TO_START
        told = [fault for fault in faults if not (is_starting and fault.part in _STARTS_LATER)]
        for fault in told:
            if fault.part not in self._in_log:
                _log.error("a part of the server is not well", extra=fault.model_dump())
        now = {fault.part for fault in told}
        for part in self._in_log - now:
            _log.warning("a part of the server is well again", extra={"part": part})
        self._in_log = now
