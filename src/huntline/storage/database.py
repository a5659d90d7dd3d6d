"""Opening the database of settings and history, brought up to the current schema."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection

from huntline.errors import ConfigurationError
from huntline.storage.names import FILE_NAME

HEAD = "0005"
"""The newest migration (``migrations/versions``)."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_TIMEOUT = 10_000  # ms


def open_database(where: Path | str) -> Engine:
    """The database of a data folder (made when missing, SQLite) or of a URL, with all migrations run.

    Safe to call from several processes at once. Raises ConfigurationError when it cannot be opened.
    """
    url = _sqlite_url(where) if isinstance(where, Path) or "://" not in where else make_url(where)
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    try:
        with engine.begin() as connection:
            is_current = _revision(connection) == HEAD
        if not is_current:
            with writing(engine) as connection:
                migrate(connection)
    except Exception as error:
        engine.dispose()
        shown = url.render_as_string(hide_password=True)
        raise ConfigurationError(f"the database {shown} cannot be opened: {error}") from error
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: the only one of its kind at a time on SQLite; all or nothing."""
    with engine.connect().execution_options(is_writing=True) as connection, connection.begin():
        yield connection


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the schema to a revision, within the connection's transaction."""
    from alembic import command
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _revision(connection: Connection) -> str | None:
    """The revision that the database has: asked without Alembic, whose import would slow every start."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def _sqlite_url(folder: Path | str) -> URL:
    folder = Path(folder)
    try:
        # What is in there could be used to sign in as a phone: for the owner's eyes.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"the data folder {folder} cannot be made: {error.strerror}") from error
    return URL.create("sqlite", database=str(folder / FILE_NAME))


def _prepare_sqlite(connection: DBAPIConnection, record: Any) -> None:
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer later can meet another writer and must give up, so writers say so at once.
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
