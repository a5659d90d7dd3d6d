"""SQLite: the database as one file in the data folder, for one machine."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.util import LRUCache

from huntline.data_folder import DATABASE
from huntline.storage.faults import DatabaseBusy, DatabaseUnavailable

BUSY_TIMEOUT = 10.0
"""Seconds that a writer waits for another one."""

_HELD = "another program holds it; end that one, or try again when it has finished"
_NOT_OURS = "let the user who runs Huntline write the file and its folder"
_WHAT_TO_DO = {
    "BUSY": _HELD,
    "LOCKED": _HELD,
    "FULL": "free some space on its disk",
    "READONLY": _NOT_OURS,
    "CANTOPEN": _NOT_OURS,
    "PERM": _NOT_OURS,
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


def sqlite_engine(folder: Path) -> Engine:
    """The file of a data folder, which is made when missing."""
    url = URL.create("sqlite+huntline", database=str(folder / DATABASE))
    # Numbers of people are among what is written; a log that tells of a fault is not to have them.
    engine = create_engine(url, execution_options={"compiled_cache": _COMPILED}, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _say_what_to_do)
    return engine


def _prepare(connection: DBAPIConnection, record: Any) -> None:
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT * 1000:.0f}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # numbers that are erased are not left between the rows


def _begin(connection: Connection) -> None:
    # A reader that turns writer later can meet another writer and must give up, so writers say so at once.
    is_writing = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _say_what_to_do(context: ExceptionContext) -> None:
    fault = context.original_exception
    name = getattr(fault, "sqlite_errorname", "").removeprefix("SQLITE_").partition("_")[0]
    if name in _WHAT_TO_DO and context.engine is not None:
        kind = DatabaseBusy if name in ("BUSY", "LOCKED") else DatabaseUnavailable
        raise kind.saying(context.engine.url.database, fault, _WHAT_TO_DO[name])
