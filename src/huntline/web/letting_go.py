"""Once a day the web process lets go of what is old: it is the one that no call waits for."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime

from huntline.storage.audit import Actor
from huntline.storage.faults import DatabaseUnavailable
from huntline.storage.retention import LetGo, let_go
from huntline.web.backstage import Backstage

log = logging.getLogger(__name__)

AFTER_START = 600.0  # seconds: whoever starts a server has other worries first
EVERY = 86_400.0  # seconds
_PAUSE = 0.1  # s between two batches
_SERVER = Actor("huntline", "retention")


async def let_go_daily(backstage: Backstage, after: float = AFTER_START, every: float = EVERY) -> None:
    """Let go of what is old, again and again until cancelled. What fails is tried again the next day."""
    await asyncio.sleep(after)
    while True:
        try:
            gone = await asyncio.to_thread(_once, backstage)
        except DatabaseUnavailable as error:
            log.warning("what is old could not be let go", extra={"reason": str(error)})
        except Exception:
            log.exception("what is old could not be let go")
        else:
            if not gone.is_nothing:
                calls, refused = gone.calls.total(), gone.refused.total()
                fields = {"calls": calls, "refused": refused, "files": gone.files, "bytes": gone.size}
                log.info("what is old was let go", extra=fields)
        await asyncio.sleep(every)


def _once(backstage: Backstage) -> LetGo:
    for box_id in {message.box_id for message in backstage.voicemail.let_go()}:
        backstage.voicemail_changed(box_id)
    return let_go(
        backstage.database,
        backstage.blobs,
        backstage.config.retention,
        datetime.now(UTC),
        _SERVER,
        pause=lambda: time.sleep(_PAUSE),
    )
