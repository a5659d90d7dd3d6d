"""What is PostgreSQL's own: one writer at a time, faults of its server, and what it is like underneath."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, insert, select, text
from tests.databases import Place
from tests.postgresql import PostgresqlServer, postgresql_server
from tests.storage.test_history_once import assert_each_is_there_once, records_of

from huntline.data_folder import DatabaseUrl
from huntline.directory.changes import Change
from huntline.directory.organization import ORGANIZATION_NUMBERS, NumberKind, Organization, ServiceNumber
from huntline.directory.quota import QUOTA_NUMBERS
from huntline.directory.refused import RefusalReason, RefusedCall
from huntline.errors import ConfigurationError
from huntline.storage import postgresql as postgresql_storage
from huntline.storage import schema
from huntline.storage.audit import Actor, add_to_audit
from huntline.storage.database import HEAD, migrate, open_database, writing
from huntline.storage.faults import DatabaseUnavailable
from huntline.storage.history import HistoryWriter
from huntline.storage.refused import RefusalFilter, page_of_refused
from huntline.storage.settings import Settings, SettingsRefused

BY = Actor("an administrator", "test")
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def there(empty: DatabaseUrl, tmp_path: Path) -> Place:
    return Place(tmp_path, empty)


@pytest.fixture
def database(there: Place) -> Iterator[Engine]:
    engine = there.open()
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresqlServer]:
    """A server that tests may stop and start."""
    with postgresql_server() as server:
        yield server


def organization(name: str) -> Organization:
    return Organization(name=name, domains=(f"{name.lower()}.com",))


# The schema


def test_a_new_database_is_the_described_one(database: Engine) -> None:
    with database.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
        assert_every_table_has_its_wall(connection)


def assert_every_table_has_its_wall(connection: Connection) -> None:
    """Its rows are looked at one by one, for the owner of the tables as for everybody."""
    found = connection.exec_driver_sql(
        "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid"
        " WHERE relrowsecurity AND relforcerowsecurity AND polname = 'of_organization' AND polcmd = '*'"
    )
    assert set(found.scalars()) == set(schema.metadata.tables)


def test_migrations_are_run_and_make_the_same(postgresql: PostgresqlServer, tmp_path: Path) -> None:
    """From the schema before the first one that there is on PostgreSQL."""
    database = open_database(tmp_path, postgresql.new_database())
    walls = "SELECT tablename, policyname, qual FROM pg_policies ORDER BY tablename"
    with writing(database) as connection:
        described = connection.exec_driver_sql(walls).all()
        for name in schema.metadata.tables:
            connection.exec_driver_sql(f"DROP POLICY of_organization ON {name}")
            connection.exec_driver_sql(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
            connection.exec_driver_sql(f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY")
        connection.exec_driver_sql("DROP TABLE forecasts")
        connection.exec_driver_sql("DROP TABLE shards")
        connection.exec_driver_sql("DROP TABLE moving_files")
        connection.exec_driver_sql("ALTER TABLE organizations DROP COLUMN shard")
        for column in ("messages", "message_interval", "announce_interval", "announce_position"):
            connection.exec_driver_sql(f"ALTER TABLE queues DROP COLUMN {column}")
        for column in ("announce_wait", "announce_to_agent"):
            connection.exec_driver_sql(f"ALTER TABLE queues DROP COLUMN {column}")
        for column in (*QUOTA_NUMBERS, *ORGANIZATION_NUMBERS):
            connection.exec_driver_sql(f"ALTER TABLE organizations DROP COLUMN {column}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0016'")
        migrate(connection)
    with database.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD
        assert connection.exec_driver_sql(walls).all() == described
        assert_every_table_has_its_wall(connection)
    database.dispose()


@pytest.mark.parametrize(("revision", "why"), [("9999", "by a newer Huntline"), ("0016", "none before 0017")])
def test_a_schema_that_is_not_ours_is_refused(
    postgresql: PostgresqlServer, tmp_path: Path, revision: str, why: str
) -> None:
    url = postgresql.new_database()
    database = open_database(tmp_path, url)
    with writing(database) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
    database.dispose()
    with pytest.raises(ConfigurationError, match=why):
        open_database(tmp_path, url)


def test_a_database_without_all_letters_is_refused(postgresql: PostgresqlServer, tmp_path: Path) -> None:
    postgresql.tell(
        "CREATE DATABASE old TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc"
    )
    with pytest.raises(ConfigurationError, match="keeps texts in LATIN1"):
        open_database(tmp_path, postgresql.url("old"))


def test_tables_of_another_program_are_left_alone(postgresql: PostgresqlServer, tmp_path: Path) -> None:
    url = postgresql.new_database()
    postgresql.tell("CREATE TABLE users (name text)", url.name)
    with pytest.raises(ConfigurationError, match='relation "users" already exists'):
        open_database(tmp_path, url)
    assert postgresql.tell("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", url.name) == [
        ("users",)
    ]


def test_texts_are_sorted_by_their_bytes_whatever_the_database_was_made_for(
    postgresql: PostgresqlServer, database: Engine
) -> None:
    (people_sort_so,) = postgresql.tell("SELECT 'b' > 'A' AND 'a' < 'B'")
    assert people_sort_so == (True,)
    names = ["B", "a", "\N{LATIN SMALL LETTER E WITH ACUTE}", "\U0001f600", "-b", "b"]
    add_to_audit(database, "contoso", [Change("queue", name) for name in names], BY, NOON)
    with database.begin() as connection:
        query = select(schema.audit.c.key).order_by(schema.audit.c.key)
        assert list(connection.execute(query).scalars()) == sorted(names)


def test_a_report_is_not_compiled_which_takes_longer_than_to_run_it(database: Engine) -> None:
    with database.connect() as connection:
        assert connection.exec_driver_sql("SHOW jit").scalar() == "off"


def test_a_character_that_postgresql_does_not_keep_loses_no_record(database: Engine) -> None:
    writer = HistoryWriter(database)
    call = RefusedCall("contoso", "192.0.2.1", "a\0b", "x", 404, RefusalReason.UNKNOWN_NUMBER)
    writer.add_refused(call, NOON)
    writer.close()
    (stored,) = page_of_refused(database, RefusalFilter(organization_id=None), 10)
    assert stored.call == replace(call, caller="a\N{REPLACEMENT CHARACTER}b")


def test_the_data_folder_is_made_for_its_owner_also_where_the_database_is_elsewhere(there: Place) -> None:
    folder = there.folder / "new" / "data"
    open_database(folder, there.elsewhere).dispose()
    assert folder.stat().st_mode & 0o077 == 0
    assert list(folder.iterdir()) == []


# Writers and readers


def test_a_writer_sees_what_the_one_before_it_has_written(database: Engine) -> None:
    """Both look whether the number is free, and one is refused: as on SQLite."""
    number = ServiceNumber("+14255550100", NumberKind.SERVICE_TOLL)
    begin, refusals = threading.Barrier(2), []

    def add(name: str) -> None:
        begin.wait()
        try:
            Settings(database).add(replace(organization(name), numbers=(number,)), BY)
        except SettingsRefused as refusal:
            refusals.append([problem.field for problem in refusal.problems])

    threads = [threading.Thread(target=add, args=(name,)) for name in ("Contoso", "Fabrikam")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refusals == [["numbers[0].number"]]
    assert len(Settings(database).organizations()) == 1


def test_a_reader_sees_one_moment_and_waits_for_no_writer(database: Engine) -> None:
    settings = Settings(database)
    settings.add(organization("Contoso"), BY)
    query = select(schema.organizations.c.name)
    with database.begin() as reading, writing(database) as connection:
        assert list(reading.execute(query).scalars()) == ["Contoso"]
        connection.execute(schema.organizations.update().values(name="Fabrikam"))
        connection.commit()
        assert list(reading.execute(query).scalars()) == ["Contoso"]


def test_a_reader_cannot_write(database: Engine) -> None:
    row = {"organization_id": "o", "domain": "contoso.com", "position": 0}
    with pytest.raises(DatabaseUnavailable, match="read-only"), database.begin() as connection:
        connection.execute(insert(schema.domains), row)


def test_a_program_that_was_stopped_in_the_middle_holds_nobody_up(
    there: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgresql_storage._OPTIONS, "idle_in_transaction_session_timeout", "50ms")
    database = there.open()
    settings = Settings(database)
    organization_id = settings.add(organization("Contoso"), BY).organization.organization_id

    def stop(before: Organization) -> Organization:
        time.sleep(0.3)
        return replace(before, name="Fabrikam")

    with pytest.raises(DatabaseUnavailable, match="try again"):
        settings.change(organization_id, stop, BY)
    assert settings.change(organization_id, lambda before: replace(before, name="Fabrikam"), BY).changes
    database.dispose()


# Faults


FAULTS = {
    "25006": "name the server that may be written",
    "40001": "others changed the same",
    "40P01": "others changed the same",
    "42501": "own its tables",
    "53100": "free some space on its disk",
    "53300": "raise its max_connections",
    "57P01": "start PostgreSQL again",
    "58030": "look after its disk",
    "XX001": "may be damaged",
}


@pytest.mark.parametrize(("state", "advice"), FAULTS.items(), ids=FAULTS)
def test_what_a_server_cannot_store_now_is_kept_until_it_can(
    database: Engine,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    advice: str,
) -> None:
    monkeypatch.setattr("huntline.storage.history._RETRY_AFTER", 0.05)
    with writing(database) as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION 'so it is' USING ERRCODE = '{state}'; END $$"
        )
        connection.exec_driver_sql("CREATE TRIGGER failing BEFORE INSERT ON calls EXECUTE FUNCTION fail()")
    try:
        writer = HistoryWriter(database)
        for record in records_of(0):
            writer.add(record)
        while "history not written" not in caplog.text:
            assert writer.settled == 0
    finally:
        with writing(database) as connection:
            connection.exec_driver_sql("DROP FUNCTION fail CASCADE")
    writer.close()
    assert "so it is" in caplog.text
    assert advice in caplog.text
    assert_each_is_there_once(database, 1)


def test_a_server_that_was_away_is_used_again_and_nothing_is_lost(
    own_server: PostgresqlServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("huntline.storage.history._RETRY_AFTER", 0.05)
    url = own_server.new_database()
    database = open_database(tmp_path, url)
    writer, settings = HistoryWriter(database), Settings(database)
    for record in records_of(0):
        writer.add(record)
    settings.add(organization("Contoso"), BY)
    while writer.settled < writer.added:
        time.sleep(0.01)
    own_server.stop()
    for record in records_of(1):
        writer.add(record)
    for use in (
        settings.organizations,
        lambda: settings.add(organization("Fabrikam"), BY),
        lambda: open_database(tmp_path, url).dispose(),
    ):
        with pytest.raises(
            DatabaseUnavailable, match=r"cannot be used: .*; see that PostgreSQL runs"
        ) as refused:
            use()
        assert "a-secret-of-tests" not in str(refused.value)
    while "history not written" not in caplog.text:
        assert writer.settled < writer.added
    own_server.start()
    assert [each.name for each in settings.organizations()] == ["Contoso"]
    writer.close()
    assert_each_is_there_once(database, 2)
    database.dispose()


def test_a_change_that_the_end_of_the_server_cut_off_has_changed_nothing(
    own_server: PostgresqlServer, tmp_path: Path
) -> None:
    database = open_database(tmp_path, own_server.new_database())
    settings = Settings(database)
    organization_id = settings.add(organization("Contoso"), BY).organization.organization_id

    def rename(before: Organization) -> Organization:
        own_server.stop()
        own_server.start()
        return replace(before, name="Fabrikam")

    with pytest.raises(DatabaseUnavailable, match="cannot be used"):
        settings.change(organization_id, rename, BY)
    assert settings.organization(organization_id).name == "Contoso"
    database.dispose()


@pytest.mark.parametrize(
    ("user", "name", "why"),
    [
        ("nobody", "postgres", "nobody"),
        ("huntline", "nowhere", 'database "nowhere" does not exist'),
        ("amal", "postgres", "password authentication failed"),
    ],
)
def test_a_wrong_url_says_why_without_the_password(
    postgresql: PostgresqlServer, tmp_path: Path, user: str, name: str, why: str
) -> None:
    postgresql.tell("DROP ROLE IF EXISTS amal")
    postgresql.tell("CREATE ROLE amal LOGIN PASSWORD 'another one'")
    with pytest.raises(DatabaseUnavailable, match=why) as refused:
        open_database(tmp_path, postgresql.url(name, user=user))
    assert "a-secret-of-tests" not in str(refused.value)


def test_a_port_where_nobody_listens_says_so(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="Connection refused"):
        open_database(tmp_path, DatabaseUrl.parse("postgresql://u:a-secret@127.0.0.1:1/d"))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql://u:a-secret@127.0.0.1:1/d?sslmood=none", "sslmood"),
        ("postgresql://u:a-secret%zz@127.0.0.1:1/d", "libpq cannot read its URL"),
        ("postgresql://u:a-secret@[::1]x/d", "libpq cannot read its URL"),
    ],
)
def test_a_url_that_libpq_cannot_read_is_refused_without_its_password(
    tmp_path: Path, url: str, why: str
) -> None:
    with pytest.raises(ConfigurationError, match=why) as refused:
        open_database(tmp_path, DatabaseUrl.parse(url))
    assert "a-secret" not in str(refused.value)
