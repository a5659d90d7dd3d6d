"""Servers that share one PostgreSQL: each has its own organizations, and hears of the others (edge)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select
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
from huntline.storage import moving, schema
from huntline.storage.audit import Actor, AuditFilter, page_of_audit
from huntline.storage.blobs import Blobs
from huntline.storage.database import open_database, reading
from huntline.storage.elsewhere import OrganizationElsewhere
from huntline.storage.moving import forget_moves, put_last_files, put_some_files, take_files
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


# An organization moves


SOUND = "ab" * 32


def furnished(main: Engine, folder: Path) -> Organization:
    """An organization with a sound in two forms, a voice message, one that is recorded, and a greeting;
    beside things of others."""
    contoso = Settings(main).add(organization(), BY).organization
    user_id, organization_id = contoso.users[0].user_id, contoso.organization_id
    voicemail = Voicemail(main, folder)
    owner = BoxOwner(user_id, organization_id, BoxKind.PERSON, "Amal", (user_id,), "")
    voicemail.set(organization_id, user_id, MailboxSettings(greeting_file="greeting-1.wav"))
    message_id, being_recorded = voicemail.begin(owner, Caller("c1", "+12065550100"))
    being_recorded.write_bytes(b"spoken")
    voicemail.sound(message_id).write_bytes(b"a message " * 200_000)
    voicemail.greeting("greeting-1.wav").write_bytes(b"")
    voicemail.greeting("greeting-2.wav").write_bytes(b"another box's")
    (folder / "audio").mkdir()
    for name in (SOUND, f"{SOUND}.pcmu", "cd" * 32):
        (folder / "audio" / name).write_bytes(name.encode())
    return contoso


def contents(folder: Path) -> dict[str, bytes]:
    """What lies in the folders of sounds and messages."""
    files = [path for name in ("audio", "voicemail") for path in (folder / name).glob("*")]
    return {path.name: path.read_bytes() for path in files}


def its_files(folder: Path) -> dict[str, bytes]:
    others = ("greeting-2.wav", "cd" * 32)
    return {name: content for name, content in contents(folder).items() if name not in others}


def move(database: Engine, contoso: Organization) -> Organization:
    with_files = partial(put_last_files, organization_id=contoso.organization_id, to="north")
    return Settings(database).move(contoso.organization_id, "north", BY, with_files)


def take_all(database: Engine) -> int:
    return take_files(database, "audio") + take_files(database, "voicemail")


def rows_left(database: Engine) -> int:
    with reading(database) as connection:
        return connection.execute(select(func.count()).select_from(schema.moving_files)).scalar_one()


def test_an_organization_moves_with_its_files(main: Engine, north: Engine, tmp_path: Path) -> None:
    contoso = furnished(main, tmp_path / "main")
    wanted = its_files(tmp_path / "main")
    assert len(wanted) == 5
    left = put_some_files(main, contoso.organization_id, "north", 0.0)
    assert (left.files, left.size) == (5, sum(map(len, wanted.values())))
    assert put_some_files(main, contoso.organization_id, "north", 60.0).files == 0
    assert take_all(north) == 0, "it is not here yet"
    moved = move(main, contoso)
    assert (moved.shard, moved.revision) == ("north", contoso.revision + 1)
    assert Settings(main).organizations() == ()
    (there,) = Settings(north).organizations()
    assert there == moved
    assert take_all(main) == 0, "they are not for this server"
    assert take_all(north) == 5
    assert contents(tmp_path / "north") == wanted
    assert rows_left(main) == 0
    newest = page_of_audit(main, AuditFilter(organization_id=contoso.organization_id), 1)[0]
    assert (newest.field, newest.before, newest.after) == ("server", "main", "north")


def test_files_that_come_while_it_is_prepared_go_along(main: Engine, north: Engine, tmp_path: Path) -> None:
    contoso = furnished(main, tmp_path / "main")
    put_some_files(main, contoso.organization_id, "north", 60.0)
    (tmp_path / "main" / "audio" / f"{SOUND}.g722").write_bytes(b"late")
    move(main, contoso)
    assert take_all(north) == 6
    assert contents(tmp_path / "north") == its_files(tmp_path / "main")


def test_a_message_that_is_deleted_meanwhile_stays_behind(
    main: Engine, north: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contoso = furnished(main, tmp_path / "main")
    gone = tmp_path / "main" / "voicemail" / "greeting-1.wav"
    found = moving._files_of

    def then_delete(*asked: Any) -> list[Any]:
        files = list(found(*asked))
        gone.unlink(missing_ok=True)
        return files

    monkeypatch.setattr(moving, "_files_of", then_delete)
    assert put_some_files(main, contoso.organization_id, "north", 0.0).files == 5
    move(main, contoso)
    assert take_all(north) == 4


def test_nothing_has_changed_when_files_cannot_be_put(main: Engine, north: Engine, tmp_path: Path) -> None:
    contoso = furnished(main, tmp_path / "main")

    def fail(connection: Connection) -> None:
        put_last_files(connection, contoso.organization_id, "north")
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        Settings(main).move(contoso.organization_id, "north", BY, fail)
    assert Settings(main).organizations() == (contoso,)
    assert (rows_left(main), take_all(north)) == (0, 0)


def test_a_move_that_was_given_up_leaves_nothing(main: Engine, north: Engine, tmp_path: Path) -> None:
    contoso = furnished(main, tmp_path / "main")
    put_some_files(main, contoso.organization_id, "north", 60.0)
    forget_moves(north)
    assert rows_left(main) > 0, "that is for the server that began it"
    forget_moves(main)
    assert rows_left(main) == 0
    move(main, contoso)
    forget_moves(main)
    assert take_all(north) == 5


@pytest.mark.parametrize("moment", ["before it is whole", "before it is known to be there"])
def test_whoever_dies_while_taking_loses_nothing(
    main: Engine, north: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    move(main, furnished(main, tmp_path / "main"))

    class Died(Exception):
        pass

    def die(*_: object) -> None:
        raise Died

    with monkeypatch.context() as context:
        if moment == "before it is whole":
            context.setattr(os, "replace", die)
        else:
            context.setattr(moving, "writing", die)
        with pytest.raises(Died):
            take_files(north, "voicemail")
    assert take_all(north) == 5
    assert contents(tmp_path / "north") == its_files(tmp_path / "main")


def test_what_moved_is_let_go_where_it_was(main: Engine, north: Engine, tmp_path: Path) -> None:
    move(main, furnished(main, tmp_path / "main"))
    later = datetime.now(UTC) + timedelta(days=8)
    Voicemail(main, tmp_path / "main", lambda: later).let_go()
    let_go(main, Blobs(tmp_path / "main"), Retention(), later, BY)
    assert contents(tmp_path / "main") == {}
