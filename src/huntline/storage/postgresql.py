"""PostgreSQL: the database on a server of its own.

One transaction writes at a time, as on SQLite: it takes a lock of the database before all else, and sees what
the one before it has committed. All others read only, and see the database as it is at one moment.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import IsolationLevel
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import URL, Column, Connection, Engine, ExceptionContext, String, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import PGDDLCompiler
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.interfaces import DBAPIConnection

from huntline.clean_text import SIGN
from huntline.data_folder import DATABASE_VARIABLE, FILE_NAME, DatabaseUrl
from huntline.errors import ConfigurationError
from huntline.storage.faults import DatabaseBusy, DatabaseUnavailable

_WRITERS_LOCK = 0x4855_4E54  # of our own choice; locks of that kind belong to one database
_OPTIONS = {
    "TimeZone": "UTC",
    "jit": "off",  # to compile the query of a report takes 0.4 s, to run it 0.03 s
    "huntline.organization": "*",  # all, but where a transaction acts for one (schema.py)
    "lock_timeout": "10s",  # as long as a writer waits on SQLite
    "idle_in_transaction_session_timeout": "30s",  # a program that was stopped in the middle holds nobody up
}
_CONNECTING: dict[str, Any] = {
    "application_name": "huntline",
    "connect_timeout": 3,  # seconds
    # A server whose machine is gone says nothing, and threads that wait for it are few: given up after 10 s.
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # ms
}
_UNREACHED = (
    f"see that PostgreSQL runs there and lets this user in; {DATABASE_VARIABLE}, or database in {FILE_NAME},"
    " says where and who"
)
_WHAT_TO_DO = {
    "08": _UNREACHED,
    "25006": "it is a standby, or set to be read only: name the server that may be written",
    "25P03": "the program was stopped in the middle of its work; try again",
    "28": _UNREACHED,
    "3D000": _UNREACHED,
    "40": "others changed the same at the same time; try again",
    "42501": "let the user who is named in its URL own its tables and the schema",
    "42P01": "its tables are not those of this release: put a copy from before in its place",
    "42703": "its tables are not those of this release: put a copy from before in its place",
    "53100": "free some space on its disk",
    "53200": "it has no memory left; its log may say more",
    "53300": "end other programs that use it, or raise its max_connections",
    "55P03": "another program holds it; end that one, or try again when it has finished",
    "57": "start PostgreSQL again; Huntline goes on by itself then",
    "58": "look after its disk; its log may say more",
    "XX": "it may be damaged; its log says more",
}
"""Faults of the server and not of what was asked of it, by how their SQLSTATE begins."""


class _SortsAsSqlite(PGDDLCompiler):
    """Texts are compared by their bytes, as SQLite does: things come in one order whatever the database was
    made for, and another release of the system's library makes no index wrong."""

    def get_column_specification(self, column: Column[Any], **options: Any) -> str:
        specification: str = super().get_column_specification(column, **options)  # type: ignore[no-untyped-call]
        kind = getattr(column.type, "impl_instance", column.type)
        return f'{specification} COLLATE "C"' if isinstance(kind, String) else specification


class HuntlinePostgresql(PGDialect_psycopg):
    """PostgreSQL by psycopg, with our tables."""

    supports_statement_cache = True
    ddl_compiler = _SortsAsSqlite


registry.register("postgresql.huntline", __name__, HuntlinePostgresql.__name__)


def postgresql_engine(where: DatabaseUrl) -> Engine:
    """A database of a PostgreSQL server. Raises ConfigurationError for a URL that libpq cannot read."""
    try:
        said = conninfo_to_dict(where.text)
    except psycopg.Error as error:
        why = "libpq cannot read its URL" if where.is_betrayed_by(str(error)) else str(error).strip()
        raise ConfigurationError(f"the database {where} cannot be used: {why}") from None
    options = " ".join(f"-c {name}={value}" for name, value in _OPTIONS.items())
    arguments = _CONNECTING | said | {"options": f"{options} {said.get('options', '')}".strip()}
    # The URL of the engine is what others may see, so that it has no password.
    engine = create_engine(
        URL.create("postgresql+huntline", database=where.name),
        connect_args=arguments,
        pool_pre_ping=True,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)

    @event.listens_for(engine, "handle_error")
    def say_what_to_do(context: ExceptionContext) -> None:
        if not context.is_pre_ping:  # a connection that is gone is replaced by itself
            _say_what_to_do(where, context.original_exception)

    return engine


async def listening_connection(where: DatabaseUrl) -> psycopg.AsyncConnection:
    """A connection that hears what others tell; PostgreSQL, too, notices within half a minute that this
    machine is gone, so that locks do not outlive it. Raises psycopg.Error."""
    keepalives = {"tcp_keepalives_idle": 10, "tcp_keepalives_interval": 5, "tcp_keepalives_count": 3}
    said = conninfo_to_dict(where.text)
    options = " ".join(f"-c {name}={value}" for name, value in keepalives.items())
    arguments: dict[str, Any] = _CONNECTING | said | {"options": f"{options} {said.get('options', '')}"}
    return await psycopg.AsyncConnection.connect(**arguments, autocommit=True)


class _Text(StrDumperUnknown):
    """PostgreSQL keeps every character but one, for which a record must not be lost."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", SIGN))


def _prepare(connection: DBAPIConnection, record: Any) -> None:
    assert isinstance(connection, psycopg.Connection)
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise ConfigurationError(
            f"the database {connection.info.dbname} keeps texts in {encoding}, which has not every letter;"
            " make one by createdb --encoding=UTF8 --template=template0"
        )
    connection.adapters.register_dumper(str, _Text)


def _begin(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    is_writing = connection.get_execution_options().get("is_writing", False)
    # Each statement of a writer sees what was there when it got the lock; a reader has one moment for all.
    driver.isolation_level = IsolationLevel.READ_COMMITTED if is_writing else IsolationLevel.REPEATABLE_READ
    driver.read_only = not is_writing
    if is_writing:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")


def _say_what_to_do(where: DatabaseUrl, fault: BaseException) -> None:
    """Raises DatabaseUnavailable where the fault is the server's."""
    if not isinstance(fault, psycopg.Error):
        return
    state = fault.sqlstate
    if state is None:
        # Nobody answered who could have said one.
        advice = _UNREACHED if isinstance(fault, psycopg.OperationalError) else None
    else:
        advice = next((each for begins, each in _WHAT_TO_DO.items() if state.startswith(begins)), None)
    if advice is not None:
        kind = DatabaseBusy if state == "55P03" else DatabaseUnavailable
        raise kind.saying(where, fault, advice)
