"""Reading the calls that were refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, func, select

from huntline.directory.refused import RefusalReason, RefusedCall
from huntline.storage import schema
from huntline.storage.database import reading
from huntline.storage.shards import of_this_server


@dataclass(frozen=True, slots=True)
class StoredRefusal:
    """A refused call, or a sum of them, and when that was."""

    at: datetime
    call: RefusedCall


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalFilter:
    """Which refusals are meant; None: no matter, but of organizations those that this server has. ``until``
    is not included."""

    organization_id: str | None
    since: datetime | None = None
    until: datetime | None = None
    reason: RefusalReason | None = None


def count_refused(database: Engine, wanted: RefusalFilter) -> int:
    """How many rows match, of which one may stand for many calls."""
    query = select(func.count()).select_from(schema.refused_calls).where(*_conditions(database, wanted))
    with reading(database, wanted.organization_id) as connection:
        return int(connection.execute(query).scalar_one())


def page_of_refused(
    database: Engine, wanted: RefusalFilter, limit: int, offset: int = 0
) -> list[StoredRefusal]:
    """A page of the rows that match, the newest first."""
    table = schema.refused_calls
    query = (
        select(table)
        .where(*_conditions(database, wanted))
        .order_by(table.c.at.desc(), table.c.refusal_id.desc())
    )
    with reading(database, wanted.organization_id) as connection:
        return [_refusal(row) for row in connection.execute(query.limit(limit).offset(offset))]


def _conditions(database: Engine, wanted: RefusalFilter) -> Iterator[ColumnElement[bool]]:
    table = schema.refused_calls
    if wanted.organization_id is not None:
        yield table.c.organization_id == wanted.organization_id
    else:
        yield of_this_server(database, table)
    if wanted.since is not None:
        yield table.c.at >= wanted.since
    if wanted.until is not None:
        yield table.c.at < wanted.until
    if wanted.reason is not None:
        yield table.c.reason == wanted.reason


def _refusal(row: Row[Any]) -> StoredRefusal:
    reason = RefusalReason(row.reason)
    call = RefusedCall(
        row.organization_id, row.source, row.caller, row.dialled, row.status, reason, row._mapping["count"]
    )
    return StoredRefusal(row.at, call)
