"""Organizations in the database: whole or not at all, and within their keys (database)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, UniqueConstraint, create_engine, inspect, text
from tests.databases import Place

from huntline.directory.organization import (
    Group,
    GroupKind,
    Licence,
    NumberKind,
    Organization,
    QueueExit,
    QueueExitAction,
    QueueSettings,
    ServiceNumber,
    User,
)
from huntline.directory.plan import ServerPlan
from huntline.directory.rules import settled
from huntline.errors import ConfigurationError
from huntline.storage.audit import Actor
from huntline.storage.database import migrate, open_database
from huntline.storage.schema import metadata
from huntline.storage.settings import (
    Settings,
    SettingsRefused,
    set_opted_out,
)

BY = Actor("an administrator", "test")


def person(name: str) -> User:
    return User(upn=f"{name}@contoso.com", licences=frozenset({Licence.E5}), voice_enabled=True)


CONTOSO = Organization(
    name="Contoso",
    domains=("contoso.com",),
    numbers=(
        ServiceNumber("+14255550100", NumberKind.SERVICE_TOLL),
        ServiceNumber("+14255550101", NumberKind.SERVICE_TOLL),
    ),
    users=(person("amal"), person("bao")),
    groups=(
        Group("first", GroupKind.SECURITY_GROUP, ("second", "amal@contoso.com")),
        Group("second", GroupKind.OFFICE365_GROUP, ("first",)),
    ),
    queues=(
        QueueSettings(
            name="Help Desk",
            domain="contoso.com",
            line_uri="tel:+14255550100",
            agents=("bao@contoso.com",),
            groups=("second", "first"),
            overflow=QueueExit(QueueExitAction.FORWARD, "Sales"),
        ),
        QueueSettings(name="Sales", domain="contoso.com", line_uri="tel:+14255550101", wrap_up=5),
    ),
)


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[Engine]:
    """A database on which all migrations were run, one after the other."""
    engine = create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")
    with engine.begin() as connection:
        migrate(connection)
    yield engine
    engine.dispose()


def schema_of(database: Engine) -> dict[str, Any]:
    """What a database says of its tables; a default that only rows of old had need of is no part of it."""
    inspector = inspect(database)
    return {
        table: (
            sorted(
                (column["name"], str(column["type"]), column["nullable"])
                for column in inspector.get_columns(table)
            ),
            inspector.get_pk_constraint(table)["constrained_columns"],
            sorted(inspector.get_foreign_keys(table), key=itemgetter("constrained_columns")),
            sorted(inspector.get_unique_constraints(table), key=itemgetter("column_names")),
            inspector.get_indexes(table),
        )
        for table in inspector.get_table_names()
    }


def test_the_migrated_schema_is_the_described_one(migrated: Engine) -> None:
    with migrated.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_new_database_is_like_one_that_was_migrated(sqlite: Engine, migrated: Engine) -> None:
    assert schema_of(sqlite) == schema_of(migrated)
    version = text("SELECT version_num FROM alembic_version")
    with sqlite.connect() as new, migrated.connect() as old:
        assert new.execute(version).scalar_one() == old.execute(version).scalar_one()


def test_the_organization_comes_first_in_every_key_and_the_month_second_in_history() -> None:
    for table in metadata.tables.values():
        keys = [
            table.primary_key,
            *(each for each in table.constraints if isinstance(each, UniqueConstraint)),
        ]
        for key in keys:
            assert next(column.name for column in key.columns) == "organization_id"
        if "month" in table.columns:
            assert [column.name for column in table.primary_key.columns][1] == "month"


def test_what_is_read_is_what_was_applied(database: Engine) -> None:
    Settings(database).put(CONTOSO, BY)
    (stored,) = Settings(database).organizations()
    nameless = replace(
        stored,
        organization_id="",
        revision=0,
        users=tuple(replace(user, user_id="") for user in stored.users),
        groups=tuple(replace(group, group_id="") for group in stored.groups),
        queues=tuple(replace(queue, queue_id="", primary_uri="") for queue in stored.queues),
    )
    assert nameless == settled(CONTOSO)


def test_unique_values_may_be_exchanged_in_one_go(database: Engine) -> None:
    Settings(database).put(CONTOSO, BY)
    help_desk, sales = Settings(database).organizations()[0].queues
    swapped = (
        replace(
            help_desk, name="Sales", line_uri=sales.line_uri, overflow=QueueExit(QueueExitAction.DISCONNECT)
        ),
        replace(sales, name="Help Desk", line_uri=help_desk.line_uri),
    )
    Settings(database).put(replace(CONTOSO, queues=swapped), BY)
    after = Settings(database).organizations()[0].queues
    assert [(queue.queue_id, queue.name) for queue in after] == [
        (help_desk.queue_id, "Sales"),
        (sales.queue_id, "Help Desk"),
    ]


def test_a_refusal_changes_nothing(database: Engine) -> None:
    Settings(database).put(CONTOSO, BY)
    before = Settings(database).organizations()
    wrong = replace(CONTOSO, users=(), queues=(replace(CONTOSO.queues[0], agent_alert_time=5),))
    with pytest.raises(SettingsRefused) as refusal:
        Settings(database).put(wrong, BY)
    assert {problem.field for problem in refusal.value.problems} >= {
        "queues[0].agent_alert_time",
        "queues[0].agents[0]",
    }
    assert Settings(database).organizations() == before


def test_a_failure_in_the_middle_of_writing_changes_nothing(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    Settings(database).put(CONTOSO, BY)
    before = Settings(database).organizations()

    def insert_nothing(_table: object) -> object:
        raise OSError("the disk is gone")

    monkeypatch.setattr("huntline.storage.settings.insert", insert_nothing)
    with pytest.raises(OSError, match="the disk is gone"):
        Settings(database).put(replace(CONTOSO, users=(*CONTOSO.users, person("chi"))), BY)
    assert Settings(database).organizations() == before


def test_opting_out_and_in_is_remembered_and_no_change_of_settings(database: Engine) -> None:
    Settings(database).put(CONTOSO, BY)
    (stored,) = Settings(database).organizations()
    ids = (stored.organization_id, stored.users[0].user_id, stored.queues[0].queue_id)
    set_opted_out(database, *ids, True)
    set_opted_out(database, *ids, True)
    assert Settings(database).organizations()[0].opt_outs == {ids[1:]}
    set_opted_out(database, ids[0], "gone", ids[2], True)
    set_opted_out(database, *ids, False)
    assert Settings(database).organizations()[0].opt_outs == frozenset()
    assert Settings(database).organizations()[0].revision == 1


def test_several_processes_may_open_and_apply_at_once(new_place: Place) -> None:
    failures: list[BaseException] = []

    def open_and_apply(number: int) -> None:
        try:
            engine = new_place.open()
            Settings(engine).put(Organization(name=f"Org {number}", domains=(f"org{number}.com",)), BY)
            engine.dispose()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=open_and_apply, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    engine = new_place.open()
    assert len(Settings(engine).organizations()) == 6
    assert "alembic_version" in inspect(engine).get_table_names()
    engine.dispose()


def test_the_database_is_for_its_owner_and_a_broken_one_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    open_database(folder).dispose()
    assert folder.stat().st_mode & 0o077 == 0
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "huntline.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(ConfigurationError, match="file is not a database; this file is none"):
        open_database(tmp_path / "broken")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match="cannot be made"):
        open_database(tmp_path / "file")


def test_one_change_among_ten_thousand_users_is_the_only_one(database: Engine) -> None:
    users = tuple(person(f"user{number}") for number in range(10_000))
    groups = tuple(
        Group(f"g{number}", GroupKind.SECURITY_GROUP, tuple(user.upn for user in users[number::500]))
        for number in range(500)
    )
    large = replace(CONTOSO, users=(*CONTOSO.users, *users), groups=(*CONTOSO.groups, *groups))
    Settings(database).put(large, BY)
    renamed = replace(large.users[0], display_name="Amal Haddad")
    (change,) = Settings(database).put(replace(large, users=(renamed, *large.users[1:])), BY).changes
    ServerPlan(Settings(database).organizations())
    assert str(change) == "user amal@contoso.com: display_name none -> Amal Haddad"
