"""Servers that share one PostgreSQL: each has its own organizations, and hears of the others (edge)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.postgresql import PostgresqlServer, postgresql_server

from huntline.config import Retention
from huntline.data_folder import DatabaseUrl
from huntline.directory.elsewhere import NOTHING_ELSEWHERE, Shard
from huntline.directory.mailboxes import BoxKind, BoxOwner, MailboxSettings
from huntline.directory.organization import (
    Audio,
    Licence,
    NumberKind,
    Organization,
    QueueSettings,
    ServiceNumber,
    User,
)
from huntline.directory.plan import QueueTarget
from huntline.storage.audit import Actor
from huntline.storage.blobs import Blobs
from huntline.storage.database import open_database
from huntline.storage.elsewhere import OrganizationElsewhere
from huntline.storage.retention import let_go
from huntline.storage.settings import Settings, SettingsRefused, UnknownOrganization
from huntline.storage.shard_life import ShardLife
from huntline.storage.shards import ShardTaken, announce
from huntline.voicemail.boxes import Caller, Voicemail

BY = Actor("an administrator", "test")
MAIN = Shard("main", ("udp:192.0.2.1:5060",), "http://192.0.2.1:8080")
NORTH = Shard("north", ("udp:192.0.2.2:5060",), "http://192.0.2.2:8080")


@pytest.fixture
def main(empty: DatabaseUrl, tmp_path: Path) -> Iterator[Engine]:
    with opened(tmp_path / "main", empty, "main") as engine:
        yield engine


@pytest.fixture
def north(empty: DatabaseUrl, tmp_path: Path) -> Iterator[Engine]:
    with opened(tmp_path / "north", empty, "north") as engine:
        announce(engine, NORTH)
        yield engine


@contextmanager
def opened(folder: Path, url: DatabaseUrl, shard: str) -> Iterator[Engine]:
    engine = open_database(folder, url, shard)
    try:
        yield engine
    finally:
        engine.dispose()


def organization(name: str = "Contoso", number: str = "+14255550100") -> Organization:
    domain = f"{name.lower()}.com"
    sound = Audio("ab" * 32, "hello.wav", 1.0)
    return Organization(
        name=name,
        domains=(domain,),
        numbers=(ServiceNumber(number, NumberKind.SERVICE_TOLL),),
        users=(User(upn=f"amal@{domain}", licences=frozenset({Licence.E5}), voice_enabled=True),),
        audio=(sound,),
        queues=(
            QueueSettings(
                name="Help Desk",
                domain=domain,
                line_uri=f"tel:{number}",
                greeting=sound,
                agents=(f"amal@{domain}",),
            ),
        ),
    )


def test_each_server_has_what_was_made_there(main: Engine, north: Engine) -> None:
    here, there = Settings(main), Settings(north)
    contoso = here.add(organization(), BY).organization
    fabrikam = there.add(organization("Fabrikam", "+14255550200"), BY).organization
    assert (contoso.shard, fabrikam.shard) == ("main", "north")
    assert here.organizations() == (contoso,)
    assert there.organizations() == (fabrikam,)
    own, elsewhere = here.here_and_elsewhere()
    assert own == (contoso,)
    (found,) = elsewhere.plan.organizations
    assert (found.name, found.users, found.shard) == ("Fabrikam", (), "north")
    target = elsewhere.plan.target("+14255550200", "", None)
    assert target == QueueTarget(fabrikam.queues[0].queue_id, fabrikam.organization_id)
    assert elsewhere.shard_of(fabrikam.organization_id) == NORTH
    assert here.here_and_elsewhere()[1] is elsewhere


def test_what_is_unique_is_so_among_all_servers(main: Engine, north: Engine) -> None:
    Settings(main).add(organization(), BY)
    with pytest.raises(SettingsRefused) as refused:
        Settings(north).add(organization("Fabrikam"), BY)
    assert [problem.field for problem in refused.value.problems] == ["numbers[0].number"]


def test_what_another_server_has_is_changed_there(main: Engine, north: Engine) -> None:
    settings = Settings(main)
    contoso_id = Settings(north).add(organization(), BY).organization.organization_id
    wanted = r"Contoso is on another server \(north\), whose pages are at http://192.0.2.2:8080"
    for refused in (
        lambda: settings.organization(contoso_id),
        lambda: settings.change(contoso_id, lambda before: replace(before, name="X"), BY),
        lambda: settings.put(organization(), BY),
        lambda: settings.remove(contoso_id, BY),
    ):
        with pytest.raises(OrganizationElsewhere, match=wanted) as refusal:
            refused()
        assert refusal.value.pages == NORTH.pages
    with pytest.raises(UnknownOrganization):
        settings.organization("nobody's")
    assert [each.name for each in Settings(north).organizations()] == ["Contoso"]


def test_a_change_leaves_an_organization_where_it_is(north: Engine) -> None:
    settings = Settings(north)
    contoso_id = settings.add(organization(), BY).organization.organization_id
    settings.change(contoso_id, lambda before: replace(before, name="Northwind", shard="main"), BY)
    settings.put(organization("Northwind", "+14255550101"), BY)
    assert [each.shard for each in Settings(north).organizations()] == ["north"]


def test_a_server_alone_has_nobody_elsewhere(database: Engine) -> None:
    settings = Settings(database)
    settings.add(organization(), BY)
    assert settings.here_and_elsewhere()[1] is NOTHING_ELSEWHERE


def test_what_is_old_goes_where_it_is(main: Engine, north: Engine, tmp_path: Path) -> None:
    """Also mailboxes and their messages, and mail about them."""
    contoso = Settings(north).add(organization(), BY).organization
    user_id = contoso.users[0].user_id
    long_ago = datetime.now(UTC) - timedelta(days=90)
    there = Voicemail(north, tmp_path / "north", lambda: long_ago)
    here = Voicemail(main, tmp_path / "main")
    there.set(contoso.organization_id, user_id, MailboxSettings(mail="amal@contoso.com"))
    owner = BoxOwner(user_id, contoso.organization_id, BoxKind.PERSON, "Amal", (user_id,), "")
    message_id, _ = there.begin(owner, Caller("c1", "+12065550100"))
    assert there.unfinished() == [message_id]
    assert (here.unfinished(), here.all_settings(), here.all_counts()) == ([], {}, {})
    (tmp_path / "main" / "audio").mkdir()
    sound = tmp_path / "main" / "audio" / ("ab" * 32)
    sound.touch()
    now = datetime.now(UTC) + timedelta(days=8)
    gone = let_go(main, Blobs(tmp_path / "main"), Retention(), now, BY)
    assert (gone.files, sound.exists()) == (1, False), "nobody here has this sound"


def test_a_name_is_one_servers_while_that_lives(main: Engine, north: Engine, empty: DatabaseUrl) -> None:
    moved = replace(NORTH, sip=("udp:192.0.2.3:5060",))

    async def story() -> None:
        is_there = asyncio.Event()
        life = asyncio.ensure_future(ShardLife(north, empty, NORTH, is_there.set).run())
        await asyncio.wait_for(is_there.wait(), 5)
        with pytest.raises(ShardTaken, match=r"the server at udp:192.0.2.2:5060 is 'north' already"):
            announce(main, moved)
        announce(main, NORTH)  # the same server, on another machine of its cluster
        life.cancel()
        await asyncio.wait([life])

    asyncio.run(story())
    announce(main, moved)
    assert Settings(main).here_and_elsewhere()[1].shards == {}
    Settings(north).add(organization(), BY)
    assert Settings(main).here_and_elsewhere()[1].shards["north"] == moved


def test_what_others_change_is_heard_also_after_the_database_was_away(tmp_path: Path) -> None:
    with postgresql_server() as server:
        url = server.new_database()
        with (
            opened(tmp_path / "main", url, "main") as main,
            opened(tmp_path / "north", url, "north") as north,
        ):
            asyncio.run(_hear(server, url, main, north))


async def _hear(server: PostgresqlServer, url: DatabaseUrl, main: Engine, north: Engine) -> None:
    news: asyncio.Queue[None] = asyncio.Queue()

    async def heard() -> None:
        await asyncio.wait_for(news.get(), 10)

    life = asyncio.ensure_future(ShardLife(main, url, MAIN, lambda: news.put_nowait(None)).run())
    await heard()  # whatever was told before
    await asyncio.to_thread(Settings(main).add, organization(), BY)
    await asyncio.to_thread(Settings(north).add, organization("Fabrikam", "+14255550200"), BY)
    await heard()
    assert news.empty(), "what it has done itself it knows"
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)
    await heard()
    life.cancel()
    await asyncio.wait([life])
