"""Opening the database of settings and history, brought up to the current schema."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, create_mock_engine, func, inspect, select, text
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.schema import ExecutableDDLElement

from huntline.data_folder import MAIN_SHARD, DatabaseUrl
from huntline.errors import ConfigurationError, HuntlineError
from huntline.storage.faults import DatabaseBusy
from huntline.storage.schema import metadata
from huntline.storage.sqlite import BUSY_TIMEOUT, sqlite_engine

HEAD = "0021"
"""The newest migration (``migrations/versions``)."""

_FIRST_ON_POSTGRESQL = "0017"
"""The oldest schema that there is on PostgreSQL, on which no migration before it was ever run."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_DATA_FOLDER = "huntline_data_folder"
_SHARD = "huntline_shard"
_NEXT_TRY = 0.02  # seconds


def open_database(folder: Path, elsewhere: DatabaseUrl | None = None, shard: str = MAIN_SHARD) -> Engine:
    """The database of a data folder in the current schema: the file in it (SQLite), or one of PostgreSQL
    ``elsewhere``, on which this server is called ``shard``. Folder and file are made when missing.

    Safe to call from several processes at once. Raises ConfigurationError when it cannot be opened, and
    DatabaseUnavailable when it may be later; whoever uses it then may meet DatabaseUnavailable.
    """
    engine = database_of(folder, elsewhere, shard)
    try:
        bring_up_to_date(engine)
    except HuntlineError:
        engine.dispose()
        raise
    return engine


def bring_up_to_date(engine: Engine) -> None:
    """Give a database the current schema: before anything else is done with it, by each process.

    Raises as ``open_database`` does; what was raised for DatabaseUnavailable may pass.
    """
    try:
        _wait_for_others(lambda: _bring_up_to_date(engine))
    except HuntlineError as error:
        if engine.dialect.name != "sqlite":
            raise
        raise ConfigurationError(str(error)) from None
    except Exception as error:
        why = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise ConfigurationError(f"the database {engine.url.database} cannot be opened: {why}") from error


@contextmanager
def opened_database(folder: Path, elsewhere: DatabaseUrl | None = None) -> Iterator[Engine]:
    """``open_database`` for a while."""
    engine = open_database(folder, elsewhere)
    try:
        yield engine
    finally:
        engine.dispose()


def database_of(folder: Path, elsewhere: DatabaseUrl | None = None, shard: str = MAIN_SHARD) -> Engine:
    """The database of a data folder, as it is: nobody has asked yet whether it is there, nor
    ``bring_up_to_date``. The folder is made when missing. Raises ConfigurationError."""
    try:
        # What is in there could be used to sign in as a phone: for the owner's eyes.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"the data folder {folder} cannot be made: {error.strerror}") from error
    if elsewhere is None:
        engine = sqlite_engine(folder)
    else:
        try:
            from huntline.storage.postgresql import postgresql_engine
        except ImportError as error:
            wanted = "install its driver beside Huntline: pip install 'huntline[postgresql]'"
            raise ConfigurationError(f"the database {elsewhere} cannot be used: {error}; {wanted}") from None
        engine = postgresql_engine(elsewhere)
    engine.update_execution_options(**{_DATA_FOLDER: folder, _SHARD: shard})
    return engine


def folder_of(engine: Engine) -> Path:
    """The data folder that a database belongs to, wherever it is."""
    folder: Path = engine.get_execution_options()[_DATA_FOLDER]
    return folder


def shard_of(engine: Engine) -> str:
    """What the server of a data folder is called among those on its database."""
    shard: str = engine.get_execution_options()[_SHARD]
    return shard


def _wait_for_others(opening: Callable[[], None]) -> None:
    """Open a file that others may open for the first time, or close for the last time, at this moment: SQLite
    does not always wait for those (its "Write-Ahead Logging", section 8)."""
    end = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            return opening()
        except DatabaseBusy:
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
def reading(engine: Engine, organization_id: str | None = None) -> Iterator[Connection]:
    """The database as it is at one moment, of one organization or (None) of all: see ``act_for``."""
    with engine.begin() as connection:
        act_for(connection, organization_id)
        yield connection


@contextmanager
def writing(engine: Engine, organization_id: str | None = None) -> Iterator[Connection]:
    """One transaction that writes, for one organization or (None) for all, see ``act_for``: the only one of
    its kind at a time; all or nothing."""
    with engine.connect().execution_options(is_writing=True) as connection, connection.begin():
        act_for(connection, organization_id)
        yield connection


def act_for(connection: Connection, organization_id: str | None) -> None:
    """Until the end of its transaction a connection meets rows of this organization alone, whatever it is
    asked: a second wall, for statements that forget their organization. SQLite has none."""
    if organization_id is not None and connection.dialect.name == "postgresql":
        connection.execute(select(func.set_config("huntline.organization", organization_id, True)))


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

    metadata.create_all(create_mock_engine(f"{dialect.name}+huntline://", note), checkfirst=False)
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


def refuse_newer(folder: Path, elsewhere: DatabaseUrl | None = None) -> None:
    """Raises ConfigurationError where a data folder's database is of a newer release; changes nothing."""
    engine = database_of(folder, elsewhere)
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
    if revision is not None and connection.dialect.name != "sqlite" and revision < _FIRST_ON_POSTGRESQL:
        raise ConfigurationError(
            f"the database {connection.engine.url.database} has the revision {revision}, and on PostgreSQL"
            f" there is none before {_FIRST_ON_POSTGRESQL}; name an empty one"
        )
    return revision


def _revision(connection: Connection) -> str | None:
    """The revision that the database has: asked without Alembic, whose import would slow every start."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision
