"""Opening the database of settings and history, brought up to the current schema."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    ExceptionContext,
    create_engine,
    create_mock_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.util import LRUCache

from huntline.data_folder import DATABASE
from huntline.errors import ConfigurationError, HuntlineError, Refused
from huntline.storage.schema import metadata

HEAD = "0017"
"""The newest migration (``migrations/versions``)."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_TIMEOUT = 10_000  # ms
_NEXT_TRY = 0.02  # seconds
_WHAT_TO_DO = {
    "BUSY": "another program holds it; end that one, or try again when it has finished",
    "LOCKED": "another program holds it; end that one, or try again when it has finished",
    "FULL": "free some space on its disk",
    "READONLY": "let the user who runs Huntline write the file and its folder",
    "CANTOPEN": "let the user who runs Huntline write the file and its folder",
    "PERM": "let the user who runs Huntline write the file and its folder",
    "IOERR": "look after its disk; the system's log may say more",
    "NOTADB": "this file is none, or is damaged; put a copy from before in its place",
    "CORRUPT": "it is damaged; put a copy from before in its place",
}
"""Faults of the file and not of what was asked of it, by the names that SQLite gives them."""


class SharedSqlite(SQLiteDialect_pysqlite):
    """All SQLite databases of a process are spoken to alike: what is compiled for one is good for all. To
    compile takes longer than most statements take to run."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SharedSqlite)

    def __hash__(self) -> int:
        return hash(SharedSqlite)


registry.register("sqlite.huntline", __name__, SharedSqlite.__name__)
_COMPILED: LRUCache[Any, Any] = LRUCache(1000)


class DatabaseUnavailable(Refused):
    """The database can do nothing now, whatever it is asked; the message says why, and what to do."""

    error_id = "database-unavailable"
    status = 503


class _DatabaseBusy(DatabaseUnavailable):
    """Another program holds it just now."""


def open_database(where: Path | str) -> Engine:
    """The database of a data folder (made when missing, SQLite) or of a URL, in the current schema.

    Safe to call from several processes at once. Raises ConfigurationError when it cannot be opened; whoever
    uses it then may meet DatabaseUnavailable.
    """
    url = _sqlite_url(where) if isinstance(where, Path) or "://" not in where else make_url(where)
    engine = create_engine(url, execution_options={"compiled_cache": _COMPILED})
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "handle_error", _say_what_to_do)
    try:
        _wait_for_others(lambda: _bring_up_to_date(engine))
    except HuntlineError as error:
        engine.dispose()
        raise ConfigurationError(str(error)) from None
    except Exception as error:
        engine.dispose()
        shown = url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)
        why = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise ConfigurationError(f"the database {shown} cannot be opened: {why}") from error
    return engine


def _wait_for_others(opening: Callable[[], None]) -> None:
    """Open a file that others may open for the first time, or close for the last time, at this moment: SQLite
    does not always wait for those (its "Write-Ahead Logging", section 8)."""
    end = time.monotonic() + _BUSY_TIMEOUT / 1000
    while True:
        try:
            return opening()
        except _DatabaseBusy:
            if time.monotonic() > end:
                raise
        time.sleep(_NEXT_TRY)


def _bring_up_to_date(engine: Engine) -> None:
    with engine.begin() as connection:
        revision = _known_revision(connection)
    if revision != HEAD:
        with writing(engine) as connection:
            # Another process may have been quicker.
            (_make if _known_revision(connection) is None else migrate)(connection)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: the only one of its kind at a time on SQLite; all or nothing."""
    with engine.connect().execution_options(is_writing=True) as connection, connection.begin():
        yield connection


def forget_what_was_before(engine: Engine) -> None:
    """Leave nothing of what has been replaced in the files of SQLite: not in the log of changes either, as
    far as nobody is reading there."""
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _make(connection: Connection) -> None:
    """Give an empty database the current schema at once: all migrations take ten times as long."""
    for statement in _statements(connection.dialect):
        connection.exec_driver_sql(statement)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


@cache
def _statements(dialect: Dialect) -> tuple[str, ...]:
    """All that makes the current schema."""
    made: list[str] = []

    def note(statement: ExecutableDDLElement, *_: object, **__: object) -> None:
        made.append(str(statement.compile(dialect=dialect)))

    metadata.create_all(create_mock_engine(f"{dialect.name}://", note), checkfirst=False)
    return tuple(made)


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the schema to a revision, within the connection's transaction."""
    from alembic import command
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def refuse_newer(folder: Path) -> None:
    """Raises ConfigurationError where a data folder's database is of a newer release; changes nothing."""
    engine = create_engine(_sqlite_url(folder))
    try:
        with engine.connect() as connection:
            _known_revision(connection)
    finally:
        engine.dispose()


def _known_revision(connection: Connection) -> str | None:
    """The revision of the database, None for an empty one. Raises ConfigurationError for a newer one."""
    revision = _revision(connection)
    if revision is not None and revision > HEAD:
        raise ConfigurationError(
            f"the database {connection.engine.url.database} was written by a newer Huntline (revision"
            f" {revision}, this one knows {HEAD}); run that version, or put a copy from before in its place"
        )
    return revision


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
    return URL.create("sqlite+huntline", database=str(folder / DATABASE))


def _prepare_sqlite(connection: DBAPIConnection, record: Any) -> None:
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # numbers that are erased are not left between the rows


def _say_what_to_do(context: ExceptionContext) -> None:
    fault = context.original_exception
    name = getattr(fault, "sqlite_errorname", "").removeprefix("SQLITE_").partition("_")[0]
    if name in _WHAT_TO_DO and context.engine is not None:
        kind = _DatabaseBusy if name in ("BUSY", "LOCKED") else DatabaseUnavailable
        raise kind(f"the database {context.engine.url.database} cannot be used: {fault}; {_WHAT_TO_DO[name]}")


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer later can meet another writer and must give up, so writers say so at once.
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
