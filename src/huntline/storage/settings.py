"""Reading and changing organizations, whole and all or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, Select, Table, and_, bindparam, delete, insert, select

from huntline.directory.changes import Change, changes_between, with_rounding
from huntline.directory.identity import check_identity, identify
from huntline.directory.organization import Organization
from huntline.directory.problems import Problem
from huntline.directory.rules import check, settled
from huntline.errors import Refused
from huntline.storage import schema
from huntline.storage.database import writing
from huntline.storage.ids import new_id, new_primary_user
from huntline.storage.rows import SETTINGS_TABLES, Row, organization_of, rows_of

Key = tuple[Any, ...]


class SettingsRefused(Refused):
    """Settings that the rules do not allow; ``problems`` holds all of them."""

    error_id = "settings-refused"
    status = 422

    def __init__(self, problems: Sequence[Problem]) -> None:
        lines = (f"{problem.field}: value {problem.value!r}: {problem.message}" for problem in problems)
        super().__init__("\n".join(lines))
        self.problems = tuple(problems)


def load_organizations(engine: Engine) -> tuple[Organization, ...]:
    """All organizations of the server as they are at one moment, in the order in which they came."""
    with engine.begin() as connection:
        return _load(connection)


def _load(connection: Connection) -> tuple[Organization, ...]:
    by_organization: dict[str, dict[Table, list[Row]]] = defaultdict(
        lambda: {table: [] for table in SETTINGS_TABLES}
    )
    for table in SETTINGS_TABLES:
        for row in connection.execute(_in_order(table)).mappings():
            by_organization[row["organization_id"]][table].append(dict(row))
    return tuple(organization_of(rows) for rows in by_organization.values())


def revisions(engine: Engine) -> dict[str, int]:
    """The revision of each organization by id: cheap to ask, to see whether anything changed."""
    table = schema.organizations
    with engine.begin() as connection:
        rows = connection.execute(select(table.c.organization_id, table.c.revision))
        return {row.organization_id: row.revision for row in rows}


def apply_organization(engine: Engine, wanted: Organization) -> list[Change]:
    """Put ``wanted`` in the place of the organization of the same name, or beside the others.

    Ids are kept where things go on existing (see ``directory.identity.identify``), ids in ``wanted`` do
    not count. Returns what changed as it is stored; nothing is written when that is nothing. Raises
    SettingsRefused, with nothing changed.
    """
    with writing(engine) as connection:
        stored = _load(connection)
        existing = next((each for each in stored if each.name.casefold() == wanted.name.casefold()), None)
        others = [each for each in stored if each is not existing]
        if problems := [*check(wanted, others), *check_identity(wanted, existing)]:
            raise SettingsRefused(problems)
        after = identify(settled(wanted), existing, new_id, new_primary_user)
        changes = list(with_rounding(changes_between(existing, after), wanted, after))
        if changes:
            after = replace(after, revision=after.revision + 1)
            _write(connection, after)
        return changes


def _write(connection: Connection, organization: Organization) -> None:
    """Make the stored rows of one organization those of ``organization``, touching only what differs."""
    stored = {
        table: _stored_rows(connection, table, organization.organization_id) for table in SETTINGS_TABLES
    }
    wanted = {table: {_key(table, row): row for row in rows} for table, rows in rows_of(organization).items()}
    # Changed rows go and come anew rather than being updated: two that swap a unique value never collide.
    for table in SETTINGS_TABLES:
        stale = [row for key, row in stored[table].items() if wanted[table].get(key) != row]
        _delete(connection, table, stale)
    for table in SETTINGS_TABLES:
        fresh = [row for key, row in wanted[table].items() if stored[table].get(key) != row]
        if fresh:
            connection.execute(insert(table), fresh)


def _stored_rows(connection: Connection, table: Table, organization_id: str) -> dict[Key, Row]:
    query = _in_order(table).where(table.c.organization_id == organization_id)
    return {_key(table, row): row for row in map(dict, connection.execute(query).mappings())}


def _in_order(table: Table) -> Select[Any]:
    # A row that belongs to another row has its place among that one's; what has no place, keys order.
    keys = [column for column in table.primary_key if column.name != "position"]
    places = [table.c.position] if "position" in table.c else []
    is_part = "position" in table.primary_key.columns
    return select(table).order_by(*(keys + places if is_part else places + keys))


def _key(table: Table, row: Row) -> Key:
    return tuple(row[column.name] for column in table.primary_key)


def _delete(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    if rows:
        is_row = and_(*(column == bindparam(f"key_{column.name}") for column in table.primary_key))
        keys = [{f"key_{column.name}": row[column.name] for column in table.primary_key} for row in rows]
        connection.execute(delete(table).where(is_row), keys)


def _exists(connection: Connection, table: Table, row: Row) -> bool:
    is_row = and_(*(column == row[column.name] for column in table.primary_key))
    return connection.execute(select(table.c.organization_id).where(is_row)).first() is not None


def set_opted_out(
    engine: Engine, organization_id: str, user_id: str, queue_id: str, is_opted_out: bool
) -> None:
    """Remember an agent's own choice. Said twice is fine; a user or queue that is gone is passed over."""
    row = {"organization_id": organization_id, "user_id": user_id, "queue_id": queue_id}
    with writing(engine) as connection:
        _delete(connection, schema.opt_outs, [row])
        if (
            is_opted_out
            and _exists(connection, schema.users, row)
            and _exists(connection, schema.queues, row)
        ):
            connection.execute(insert(schema.opt_outs), row)
