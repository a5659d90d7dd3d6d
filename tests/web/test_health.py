"""What is wrong with a server is found, said and logged (web)."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from huntline.cluster.membership import cluster_folder, new_membership, write_membership
from huntline.config import Config
from huntline.control.server import ControlServer
from huntline.data_folder import CLUSTER_SOCKET, DATABASE, DatabaseUrl
from huntline.storage.database import open_database
from huntline.storage.postgresql import postgresql_engine
from huntline.web import health
from huntline.web.health import TIME_TO_START, WELL_ALL_THE_SAME, Health
from tests.fakes.media_workers import CountingWorker

LOAD: dict[str, Any] = {}


def pong(request: dict[str, Any]) -> dict[str, Any]:
    return LOAD


@asynccontextmanager
async def others(config: Config) -> AsyncIterator[CountingWorker]:
    """The other processes of the server; what it gives is the last worker of media."""
    signalling = ControlServer(config.control_socket, {"ping": pong})
    workers = [CountingWorker(path) for path in config.media_sockets]
    await signalling.start()
    for each in workers:
        await each.start()
    yield workers[-1]
    await signalling.close()
    for each in workers:
        await each.close()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data=tmp_path, media_workers=2)


class Now:
    """Seconds of a clock that stands until it is turned."""

    seconds = 0.0


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def looked(config: Config, now: Now) -> Iterator[Health]:
    database = open_database(config.data)
    yield Health(config, database, known_for=0, clock=lambda: now.seconds)
    database.dispose()


async def wrong(looked: Health) -> dict[str, str]:
    return {fault.part: fault.detail for fault in await looked.faults()}


def test_a_server_is_well_when_all_its_parts_are(config: Config, looked: Health) -> None:
    async def story() -> None:
        assert list(await wrong(looked)) == ["signalling", "media"]
        async with others(config) as media:
            assert await wrong(looked) == {}
            await media.close()
            told = "worker 2 of 2 does not answer; it is started again"
            assert await wrong(looked) == {"media": told}
            await media.start()
            media.counts = {"ticks": 300, "ticks_skipped": 0}
            assert await wrong(looked) == {}
            media.counts = {"ticks": 450, "ticks_skipped": 50}
            assert list(await wrong(looked)) == ["audio"]

    asyncio.run(story())


def test_what_starts_later_than_the_pages_is_no_news_for_the_log_at_first(
    config: Config, looked: Health, now: Now, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        assert list(await wrong(looked)) == ["signalling", "media"]
        async with others(config):
            assert await wrong(looked) == {}
        now.seconds = TIME_TO_START
        assert list(await wrong(looked)) == ["signalling", "media"]

    with caplog.at_level(logging.WARNING):
        asyncio.run(story())
    told = [(record.levelname, vars(record)["part"]) for record in caplog.records]
    assert told == [("ERROR", "signalling"), ("ERROR", "media")]


def test_a_cluster_of_which_a_machine_may_not_be_lost_is_told_without_its_addresses(
    config: Config, looked: Health
) -> None:
    node = {"address": "10.0.0.1", "is_witness": False, "heard_s_ago": 0.1, "bytes_behind": 0}
    machines = [{**node, "address": f"10.0.0.{number}"} for number in (1, 2, 3)]
    state = {"owner": "10.0.0.1", "nodes": machines, "store_copies": 3, "most_store_copies": 3}

    async def story() -> None:
        async with others(config):
            write_membership(config.data, new_membership("10.0.0.1", "eth0", "10.0.0.10/24"))
            assert await wrong(looked) == {"cluster": "its process does not answer; it is started again"}
            cluster = ControlServer(config.data / CLUSTER_SOCKET, {"status": lambda request: state})
            await cluster.start()
            assert await wrong(looked) == {}
            machines[2]["heard_s_ago"] = 7.0
            told = await wrong(looked)
            await cluster.close()
            assert told == {"cluster": "not every machine may be lost now; huntline cluster says why"}
            assert told.keys() <= WELL_ALL_THE_SAME

    cluster_folder(config.data).mkdir()
    asyncio.run(story())


def test_more_than_can_be_served_is_told(config: Config, looked: Health) -> None:
    async def story() -> None:
        async with others(config):
            assert await wrong(looked) == {}
            LOAD.update(is_overloaded=True, turned_away=17)
            assert list(await wrong(looked)) == ["load"]
            assert "17 requests" in (await wrong(looked))["load"]
            LOAD.clear()
            assert await wrong(looked) == {}

    asyncio.run(story())


def test_a_ceiling_that_is_reached_is_told_without_a_name(config: Config, looked: Health) -> None:
    async def story() -> None:
        async with others(config):
            LOAD.update(toll_alarms=2)
            told = await wrong(looked)
            LOAD.clear()
            assert list(told) == ["tolls"]
            assert told["tolls"].startswith("2 users have come to a ceiling")

    asyncio.run(story())


def test_a_trunk_that_somebody_must_look_at_is_told_by_its_name_where_that_is_nobody_elses(
    config: Config, looked: Health
) -> None:
    async def story() -> None:
        async with others(config):
            LOAD.update(
                trunk_alarms=[
                    {"name": "teams", "why": {"kind": "trunk-refuses-us"}},
                    {"name": None, "why": {"kind": "certificate-expired"}},
                ]
            )
            told = await wrong(looked)
            LOAD.clear()
            assert told == {
                "trunks": "teams: the provider refuses our user name or password; a trunk: its certificate"
                " has expired; huntline trunk test says more"
            }
            assert told.keys() <= WELL_ALL_THE_SAME, "nothing is mended by starting the server again"
            assert await wrong(looked) == {}

    asyncio.run(story())


def test_a_locked_and_a_lost_database_are_told_and_logged(
    config: Config, looked: Health, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        database = config.data / DATABASE
        async with others(config):
            locking = sqlite3.connect(database, isolation_level=None)
            locking.execute("BEGIN IMMEDIATE")
            assert "database" in await wrong(looked)
            locking.execute("ROLLBACK")
            locking.close()
            assert await wrong(looked) == {}
            away = database.rename(config.data / "away")
            assert "is gone" in (await wrong(looked))["database"]
            away.rename(database)
            assert await wrong(looked) == {}

    with caplog.at_level(logging.WARNING):
        asyncio.run(story())
    told = [(record.message, vars(record)["part"]) for record in caplog.records]
    assert told == 2 * [
        ("a part of the server is not well", "database"),
        ("a part of the server is well again", "database"),
    ]


def test_a_database_elsewhere_that_does_not_answer_is_told_without_its_address(
    config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    database = postgresql_engine(DatabaseUrl.parse("postgresql://hunter:s3cret@127.0.0.1:1/calls"))

    async def story() -> None:
        async with others(config):
            told = await wrong(Health(config, database, known_for=0))
            assert told == {"database": "cannot be used; the log of the server says why"}

    asyncio.run(story())
    (reason,) = [vars(record)["reason"] for record in caplog.records if "reason" in vars(record)]
    assert "postgresql://hunter@127.0.0.1:1/calls" in reason
    assert "s3cret" not in reason


def test_a_disk_that_is_nearly_full_is_told(
    config: Config, looked: Health, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with others(config):
            monkeypatch.setattr(health, "_LEAST_FREE", 10**18)
            assert "is nearly full" in (await wrong(looked))["disk"]

    asyncio.run(story())


def test_a_folder_that_is_gone_is_told(config: Config, looked: Health) -> None:
    async def story() -> None:
        config.data.rename(config.data.with_name("away"))
        assert "cannot be written: No such file or directory" in (await wrong(looked))["disk"]

    asyncio.run(story())
