"""Opening a database as soon as it is there: who starts while it is away has calls to go on with."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy import Engine

from huntline.storage.database import bring_up_to_date
from huntline.storage.faults import DatabaseUnavailable

log = logging.getLogger(__name__)

TRIED_EVERY = 0.5
"""Seconds."""


async def tried(database: Engine) -> DatabaseUnavailable | None:
    """Bring a database up to date, or return why that cannot be done now. Raises ConfigurationError for one
    with which it can never be done."""
    try:
        await asyncio.to_thread(bring_up_to_date, database)
    except DatabaseUnavailable as error:
        return error
    return None


async def opened(database: Engine) -> None:
    """Wait until a database is there and up to date, and say once why. Raises ConfigurationError."""
    said = ""
    while (fault := await tried(database)) is not None:
        if str(fault) != said:
            said = str(fault)
            log.error("the database is waited for", extra={"reason": said})
        await asyncio.sleep(TRIED_EVERY)
