"""A database is copied into one of another kind, row by row, or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text
from tests.cli.huntline import Done, huntline
from tests.storage.test_history_once import records_of
from tests.storage.test_settings_kept import CONTOSO

from huntline.data_folder import DATABASE, FILE_NAME, DatabaseUrl
from huntline.directory.access import Role
from huntline.directory.attendants import Attendant
from huntline.directory.changes import Change
from huntline.directory.elsewhere import Shard
from huntline.directory.mailboxes import BoxKind, BoxOwner, MailboxSettings
from huntline.directory.organization import NumberKind, ServiceNumber
from huntline.directory.refused import RefusalReason, RefusedCall
from huntline.processes.supervisor import data_folder_taken
from huntline.storage import schema
from huntline.storage.accounts import Accounts, SignInAccount
from huntline.storage.audit import Actor, add_to_audit
from huntline.storage.copying import copy_database
from huntline.storage.database import opened_database, writing
from huntline.storage.forecasts import ForecastKey, keep_forecast
from huntline.storage.history import HistoryWriter
from huntline.storage.sessions import Sessions
from huntline.storage.settings import Settings, set_opted_out
from huntline.storage.shards import announce
from huntline.voicemail.boxes import Caller, Voicemail

BY = Actor("an administrator", "test")
NOW = datetime(2026, 11, 30, 12, 30, 0, 123456, tzinfo=UTC)


def fill(database: Engine, folder: Path) -> None:
    """Put at least one row into each table."""
    number = ServiceNumber("+14255550109", NumberKind.SERVICE_TOLL)
    reception = Attendant(name="Reception", domain="contoso.com", line_uris=("tel:+14255550109",))
    wanted = replace(CONTOSO, numbers=(*CONTOSO.numbers, number), attendants=(reception,))
    contoso = Settings(database).add(wanted, BY).organization
    owner = (contoso.organization_id, contoso.users[0].user_id)
    set_opted_out(database, *owner, contoso.queues[0].queue_id, True)
    voicemail = Voicemail(database, folder)
    voicemail.set(*owner, MailboxSettings(language="fr", mail="amal@contoso.com"))
    box = BoxOwner(owner[1], owner[0], BoxKind.PERSON, "Amal", (), "sip:amal@contoso.com")
    voicemail.begin(box, Caller("c0", "+14255550123", "Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}"))
    accounts = Accounts(database, lambda: NOW)
    account = SignInAccount(organization_id=owner[0], name="admin", role=Role.ADMIN, queue_ids=("a", "b"))
    account = accounts.add(account, BY)
    accounts.add_key(account, "for a test", BY)
    Sessions(database, lambda: NOW).start(account)
    writer = HistoryWriter(database)
    for record in (*records_of(0), *records_of(1)):
        writer.add(record)
    writer.add_refused(RefusedCall("", "192.0.2.1", "x", "y", 404, RefusalReason.UNKNOWN_NUMBER), NOW)
    writer.close()
    keep_forecast(database, ForecastKey(owner[0], contoso.queues[0].queue_id, NOW), NOW)
    announce(database, Shard("main", ("udp:192.0.2.10:5060",), "http://192.0.2.10:8080"))
    piece = {"folder": "audio", "name": "ab" * 32, "position": 0, "content": b"\0\xff"}
    with writing(database) as connection:
        row = {"organization_id": contoso.organization_id, "to_shard": "north", **piece}
        connection.execute(insert(schema.moving_files), row)
    with writing(database) as connection:  # as releases before migration 0004 wrote reasons
        connection.execute(text("UPDATE calls SET reason = 'not \U0001f600 JSON' WHERE call_id = 'c1'"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of a server with everything in it."""
    folder = tmp_path / "data"
    with opened_database(folder) as database:
        fill(database, folder)
    return folder


def rows_in(folder: Path) -> dict[str, list[Any]]:
    """All that a file holds, as SQLite itself says it."""
    with closing(sqlite3.connect(folder / DATABASE)) as file:
        return {
            name: sorted(file.execute(f"SELECT * FROM {name}").fetchall(), key=repr)  # noqa: S608 - our tables
            for name in schema.metadata.tables
        }


def rows_at(elsewhere: DatabaseUrl, scratch: Path) -> dict[str, list[Any]]:
    """The same of a database elsewhere."""
    with opened_database(scratch, elsewhere) as source, opened_database(scratch) as target:
        copy_database(source, target)
    return rows_in(scratch)


def migrate(data: Path, *words: str) -> Done:
    return huntline("migrate-storage", *words, "--data", data)


def test_every_row_of_every_table_comes_back_as_it_was(
    data: Path, empty: DatabaseUrl, tmp_path: Path
) -> None:
    before = rows_in(data)
    assert [name for name, rows in before.items() if not rows] == []
    told: list[tuple[int, int]] = []
    with opened_database(data) as source, opened_database(data, empty) as target:
        counts = copy_database(source, target, lambda done, of: told.append((done, of)))
    assert counts == {name: len(rows) for name, rows in before.items()}
    assert told[-1] == (sum(counts.values()), sum(counts.values()))
    assert rows_in(data) == rows_at(empty, tmp_path / "scratch") == before


def test_nothing_is_kept_of_a_copy_that_fails(data: Path, empty: DatabaseUrl) -> None:
    with opened_database(data) as source:
        add_to_audit(source, "x" * 37, [Change("queue", "Sales")], BY, NOW)  # which no file minds
    done = migrate(data, "--to", empty.text)
    assert done.returncode == 1
    assert "a row of the table audit cannot be kept there: value too long" in done.stderr
    assert "a-secret-of-tests" not in done.stderr
    with opened_database(data, empty) as database:
        assert Settings(database).organizations() == ()


def test_a_server_moves_to_postgresql_with_one_command(
    data: Path, empty: DatabaseUrl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows_in(data)
    done = migrate(data, "--to", empty.text)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"rows into {empty}: 1 organizations, 4 users, 2 calls" in done.stdout
    assert (
        f'Put this into {data / FILE_NAME}, with the password if one is needed: database = "{empty}"'
        in done.stdout
    )
    assert "a-secret-of-tests" not in done.stdout
    assert rows_in(data) == rows_at(empty, tmp_path / "scratch") == before

    (data / FILE_NAME).write_text(f'database = "{empty.text}"\n')
    (data / DATABASE).unlink()
    assert "c0" in huntline("history", "--json", "--data", data).stdout
    assert huntline("queue", "list", "--data", data).stdout.count("Help Desk") == 1
    assert not (data / DATABASE).exists()


def test_the_database_of_the_settings_is_the_usual_one(data: Path, empty: DatabaseUrl) -> None:
    (data / FILE_NAME).write_text(f'database = "{empty.text}"\n')
    done = migrate(data)
    assert "The settings of the server name that database: start it." in done.stdout
    again = migrate(data)
    assert (again.returncode, again.stdout) == (1, "")
    assert f"the database {empty.name} is not empty: there are rows in its table" in again.stderr


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("s3cret", "--to: the value (not shown) is wrong; it must be: postgresql://USER"),
        ("postgresql://u:s3cret@127.0.0.1:1/d", "the database postgresql://u@127.0.0.1:1/d cannot be used"),
        (None, "--to: say where to"),
    ],
)
def test_a_wrong_target_is_named_without_its_password(data: Path, url: str | None, why: str) -> None:
    done = migrate(data, *(["--to", url] if url else []))
    assert (done.returncode, done.stdout) == (1, "")
    assert why in done.stderr
    assert "s3cret" not in done.stderr


def test_what_cannot_be_copied_is_refused(data: Path, empty: DatabaseUrl, tmp_path: Path) -> None:
    with data_folder_taken(data):
        assert "is already served by process" in migrate(data, "--to", empty.text).stderr
    assert "there is nothing to copy" in migrate(tmp_path, "--to", empty.text).stderr
    with opened_database(data) as database, writing(database) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "by a newer Huntline" in migrate(data, "--to", empty.text).stderr
    with opened_database(tmp_path / "scratch", empty) as database:
        assert Settings(database).organizations() == ()


# Backups


def test_a_backup_of_postgresql_is_restored_into_a_file_where_the_settings_name_none(
    data: Path, empty: DatabaseUrl, tmp_path: Path
) -> None:
    before, fresh = rows_in(data), tmp_path / "fresh"
    (data / FILE_NAME).write_text(f'database = "{empty.text}"\n')
    migrate(data)
    (data / DATABASE).unlink()
    huntline("backup", tmp_path / "b", "--data", data)
    fresh.mkdir()
    (fresh / FILE_NAME).write_text("mask_numbers = true\n")
    done = huntline("restore", tmp_path / "b", "--data", fresh)
    assert "The folder's own huntline.toml stays" in done.stdout
    assert rows_in(fresh) == before


def test_a_backup_is_restored_into_postgresql_where_the_settings_say_so(
    data: Path, empty: DatabaseUrl, tmp_path: Path
) -> None:
    before, fresh = rows_in(data), tmp_path / "fresh"
    (data / FILE_NAME).write_text("mask_numbers = true\n")
    huntline("backup", tmp_path / "b", "--data", data)
    fresh.mkdir()
    (fresh / FILE_NAME).write_text(f'database = "{empty.text}"\n')
    done = huntline("restore", tmp_path / "b", "--data", fresh)
    assert f"Settings and history are in {empty}." in done.stdout
    assert not (fresh / DATABASE).exists()
    assert rows_at(empty, tmp_path / "scratch") == before
    assert f'database = "{empty.text}"' in (fresh / FILE_NAME).read_text()


def test_a_backup_is_not_restored_into_a_database_with_rows(
    data: Path, empty: DatabaseUrl, tmp_path: Path
) -> None:
    (data / FILE_NAME).write_text(f'database = "{empty.text}"\n')
    migrate(data)
    huntline("backup", tmp_path / "b", "--data", data)
    done = huntline("restore", tmp_path / "b", "--data", tmp_path / "fresh")
    assert "is not empty" in done.stderr
    assert [path.name for path in (tmp_path / "fresh").iterdir()] == ["huntline.lock"]
