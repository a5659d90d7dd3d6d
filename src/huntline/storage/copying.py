"""Everything of one database put into another one: each row as it is stored, whatever kind the two are of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    String,
    Table,
    bindparam,
    func,
    insert,
    select,
    type_coerce,
)
from sqlalchemy.exc import DataError
from sqlalchemy.types import TypeDecorator, TypeEngine

from huntline.errors import Refused
from huntline.storage.database import writing
from huntline.storage.schema import metadata

_BATCH = 1_000  # rows

Progress = Callable[[int, int], None]
"""Told how many rows are done, of how many."""


class CopyRefused(Refused):
    """A database cannot be copied into another one; the message says why."""

    error_id = "copy-refused"


def copy_database(
    source: Engine, target: Engine, progress: Progress = lambda done, of: None
) -> dict[str, int]:
    """Put all rows, as they are at one moment, into a database that has none: all or nothing.

    Both have the current schema. Returns how many rows each table has. Raises CopyRefused.
    """
    with source.begin() as reading, writing(target) as connection:
        refuse_rows(connection)
        counts = _counts(reading)
        total, done = sum(counts.values()), 0
        for table in metadata.sorted_tables:
            for copied in _copy(reading, connection, table):
                done += copied
                progress(done, total)
        if (arrived := _counts(connection)) != counts:
            name = next(each for each in counts if arrived[each] != counts[each])
            raise CopyRefused(
                f"of {counts[name]} rows of the table {name} {arrived[name]} arrived; nothing is kept"
            )
    return counts


def refuse_rows(connection: Connection) -> None:
    """Raises CopyRefused for a database in which there is anything."""
    for table in metadata.sorted_tables:
        if connection.execute(select(table.c.organization_id).limit(1)).first() is not None:
            raise CopyRefused(
                f"the database {connection.engine.url.database} is not empty: there are rows in its table"
                f" {table.name}; name an empty one"
            )


def _counts(connection: Connection) -> dict[str, int]:
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in metadata.sorted_tables
    }


def _copy(source: Connection, target: Connection, table: Table) -> Iterator[int]:
    """Copy a table, and say after each batch how many rows it had."""
    kinds = {column.name: _as_stored(column) for column in table.columns}
    query = select(*(type_coerce(table.c[name], kind).label(name) for name, kind in kinds.items()))
    statement = insert(table).values({name: bindparam(name, type_=kind) for name, kind in kinds.items()})
    with source.execution_options(yield_per=_BATCH).execute(query) as found:
        for rows in found.mappings().partitions():
            try:
                target.execute(statement, [dict(row) for row in rows])
            except DataError as error:
                why = str(error.orig).strip().partition("\n")[0]
                raise CopyRefused(f"a row of the table {table.name} cannot be kept there: {why}") from None
            yield len(rows)


def _as_stored(column: Column[Any]) -> TypeEngine[Any]:
    """The type of what is stored, where ours makes something else of it."""
    kind = column.type
    is_text = isinstance(kind, TypeDecorator) and isinstance(kind.impl_instance, String)
    return String() if is_text else kind
