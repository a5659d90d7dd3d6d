"""The audit: who changed what, when, from what to what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, func, insert, select

from huntline.directory.changes import Change
from huntline.storage import schema
from huntline.storage.database import reading, writing
from huntline.storage.ids import new_id


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever changes something: ``name`` as people know them, ``door`` is the way they came in, such as
    ``api``, ``cmdlet``, ``cli``, ``file``, ``scim``, ``import``, ``setup`` or ``phone``."""

    name: str
    door: str


def write_audit(
    connection: Connection,
    organization_id: str,
    changes: Iterable[Change],
    by: Actor,
    at: datetime,
    revision: int = 0,
) -> None:
    """Add one entry for each change, in the transaction that makes the change."""
    rows = [
        {
            "organization_id": organization_id,
            "audit_id": new_id(),
            "at": at,
            "who": by.name,
            "door": by.door,
            "what": change.what,
            "key": change.key,
            "field": change.field,
            "before": change.before,
            "after": change.after,
            "note": change.note,
            "revision": revision,
        }
        for change in changes
    ]
    if rows:
        connection.execute(insert(schema.audit), rows)


def add_to_audit(
    database: Engine, organization_id: str, changes: Sequence[Change], by: Actor, at: datetime
) -> None:
    """Add entries for what is not stored in the database itself, such as a pause."""
    with writing(database, organization_id) as connection:
        write_audit(connection, organization_id, changes, by, at)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change: ``what`` of which ``key`` (None in ``field``: it came or went), from what to what.

    ``organization_id`` is empty for what is the host's.
    """

    organization_id: str
    audit_id: str
    at: datetime
    who: str
    door: str
    what: str
    key: str
    field: str | None
    before: str | None
    after: str | None
    note: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries are meant; None or empty: no matter, and of whichever organization, the host's as well.

    ``who`` and ``key`` are parts of what is there, in any letter case; ``until`` is not included.
    """

    organization_id: str | None
    since: datetime | None = None
    until: datetime | None = None
    who: str = ""
    key: str = ""
    what: str | None = None
    field: str | None = None
    door: str | None = None


def count_audit(database: Engine, wanted: AuditFilter) -> int:
    """How many entries match."""
    query = select(func.count()).select_from(schema.audit).where(*_conditions(wanted))
    with reading(database, wanted.organization_id) as connection:
        return int(connection.execute(query).scalar_one())


def page_of_audit(database: Engine, wanted: AuditFilter, limit: int, offset: int = 0) -> list[AuditEntry]:
    """A page of the entries that match, the newest first."""
    table = schema.audit
    query = (
        select(*(table.c[field.name] for field in fields(AuditEntry)))
        .where(*_conditions(wanted))
        .order_by(table.c.at.desc(), table.c.audit_id.desc())
    )
    with reading(database, wanted.organization_id) as connection:
        return [AuditEntry(*row) for row in connection.execute(query.limit(limit).offset(offset))]


def _conditions(wanted: AuditFilter) -> Iterator[ColumnElement[bool]]:
    table = schema.audit
    if wanted.organization_id is not None:
        yield table.c.organization_id == wanted.organization_id
    if wanted.since is not None:
        yield table.c.at >= wanted.since
    if wanted.until is not None:
        yield table.c.at < wanted.until
    for column, part in ((table.c.who, wanted.who), (table.c.key, wanted.key)):
        if part:
            yield column.icontains(part, autoescape=True)
    for column, value in (
        (table.c.what, wanted.what),
        (table.c.field, wanted.field),
        (table.c.door, wanted.door),
    ):
        if value is not None:
            yield column == value
