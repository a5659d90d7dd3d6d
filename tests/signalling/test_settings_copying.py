"""The copy of the settings follows the database, and costs nobody a call (edge)."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from tests.fakes.plans import CONTOSO

from huntline.data_folder import DatabaseUrl
from huntline.directory.organization import Organization
from huntline.signalling.settings_copying import SettingsCopying
from huntline.storage.faults import DatabaseUnavailable
from huntline.storage.settings_copy import SettingsCopy

HERE = DatabaseUrl.parse("postgresql://db.example/huntline")


def test_changes_that_come_together_are_written_together_and_the_last_one_counts(tmp_path: Path) -> None:
    may_read = threading.Event()
    revisions: list[int] = []

    def read() -> tuple[Organization, ...]:
        assert may_read.wait(5)
        revisions.append(len(revisions))
        return (replace(CONTOSO, revision=revisions[-1]),)

    async def story() -> None:
        copying = SettingsCopying(SettingsCopy(tmp_path, HERE), read)
        for _ in range(100):
            copying.changed()
            await asyncio.sleep(0)
        may_read.set()
        await copying.close()
        assert await copying.kept() == (replace(CONTOSO, revision=revisions[-1]),)

    asyncio.run(story())
    assert len(revisions) == 2


def test_what_cannot_be_read_leaves_the_copy_and_the_next_change_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    faults = [DatabaseUnavailable("away")]

    def read() -> tuple[Organization, ...]:
        if faults:
            raise faults.pop()
        return (CONTOSO,)

    async def story() -> None:
        copying = SettingsCopying(SettingsCopy(tmp_path, HERE), read)
        copying.changed()
        await copying.close()
        assert await copying.kept() is None
        copying.changed()
        await copying.close()
        assert await copying.kept() == (CONTOSO,)

    asyncio.run(story())
    assert caplog.text.count("is not written") == 1


def test_a_database_in_the_data_folder_needs_no_copy() -> None:
    async def story() -> None:
        copying = SettingsCopying(None, lambda: pytest.fail("nothing is to be read"))
        copying.changed()
        await copying.close()
        assert await copying.kept() is None

    asyncio.run(story())
