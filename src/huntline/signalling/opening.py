"""Opening the database as soon as it is there: who starts while it is away has calls to go on with."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy import Engine

from huntline.config import Config
from huntline.storage.database import open_database
from huntline.storage.faults import DatabaseUnavailable

log = logging.getLogger(__name__)

TRIED_EVERY = 0.5
"""Seconds."""


async def opened(config: Config) -> Engine:
    """The database of a server; waits for one that may be there later, and says once why. Raises
    ConfigurationError for one that will not."""
    said = ""
    while True:
        try:
            return await asyncio.to_thread(open_database, config.data, config.database)
        except DatabaseUnavailable as error:
            if str(error) != said:
                said = str(error)
                log.error("the database is waited for", extra={"reason": said})
        await asyncio.sleep(TRIED_EVERY)
