"""The web process lets go of what is old by itself."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from huntline.config import Retention
from huntline.storage.database import writing
from huntline.storage.history import read_calls
from huntline.web.backstage import Backstage
from huntline.web.letting_go import let_go_daily
from tests.web.past import Past
from tests.web.rig import ServerRig, server_rig


def fill(rig: ServerRig) -> None:
    now = datetime.now(UTC)
    for call_id, age in (("old", timedelta(days=11)), ("new", timedelta(days=9))):
        with Past(rig, began_at=now - age) as past:
            past.call(call_id, "q1")


async def run_until_told(backstage: Backstage) -> None:
    task = asyncio.ensure_future(let_go_daily(backstage, after=0, every=3600))
    await logged("what is old was let go")
    task.cancel()


async def logged(message: str) -> None:
    """Until something is in the log."""
    heard = asyncio.Event()

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage() == message:
                heard.set()

    handler, logger = Listening(), logging.getLogger("huntline.web.letting_go")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    async with asyncio.timeout(10):
        await heard.wait()
    logger.removeHandler(handler)


def call_ids(database: Engine) -> set[str]:
    return {each.call_id for each in read_calls(database)}


def test_what_is_old_goes_every_day_and_what_is_not_stays(tmp_path: Path) -> None:
    with server_rig(tmp_path / "data", retention=Retention(history_days=10)) as rig:
        fill(rig)
        asyncio.run(run_until_told(rig.backstage))
        assert call_ids(rig.backstage.database) == {"new"}


def test_a_day_on_which_it_fails_is_not_the_last(tmp_path: Path) -> None:
    with server_rig(tmp_path / "data", retention=Retention(history_days=10)) as rig:
        fill(rig)
        with writing(rig.backstage.database) as connection:
            connection.exec_driver_sql("ALTER TABLE decisions RENAME TO elsewhere")

        async def fail_and_be_mended() -> None:
            task = asyncio.ensure_future(let_go_daily(rig.backstage, after=0, every=0.01))
            await logged("what is old could not be let go")
            with writing(rig.backstage.database) as connection:
                connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO decisions")
            await logged("what is old was let go")
            task.cancel()

        asyncio.run(fail_and_be_mended())
        assert call_ids(rig.backstage.database) == {"new"}
