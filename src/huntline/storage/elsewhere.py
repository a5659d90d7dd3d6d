"""What other servers on the database have, as far as calls are to find it: read anew where it has changed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, select

from huntline.directory.elsewhere import NOTHING_ELSEWHERE, Elsewhere, Shard
from huntline.directory.organization import Organization
from huntline.errors import Refused
from huntline.storage import schema
from huntline.storage.database import shard_of
from huntline.storage.rows import SETTINGS_TABLES, organization_of
from huntline.storage.setting_rows import read_rows
from huntline.storage.shards import known_shards

_READ = (
    schema.organizations,
    schema.domains,
    schema.trunks,
    schema.numbers,
    schema.audio,
    schema.queues,
    schema.attendants,
    schema.attendant_numbers,
)
"""Neither people nor what is made of them, of which there is most."""


class OrganizationElsewhere(Refused):
    """The organization is on another server, which has pages of its own."""

    error_id = "organization-elsewhere"

    def __init__(self, name: str, shard: Shard) -> None:
        where = f"whose pages are at {shard.pages}" if shard.pages else "which was never started"
        super().__init__(f"{name} is on another server ({shard.name}), {where}")
        self.pages = shard.pages


class ReadElsewhere:
    """Of one database. May be used from several threads at once."""

    def __init__(self, database: Engine) -> None:
        self._shard = shard_of(database)
        self._known = NOTHING_ELSEWHERE

    def read(self, connection: Connection) -> Elsewhere:
        """What is stored now; the very same as before while nothing has changed."""
        if connection.dialect.name == "sqlite":
            return NOTHING_ELSEWHERE  # nobody can share a file in a data folder
        table = schema.organizations
        query = select(table.c.organization_id, table.c.revision).where(table.c.shard != self._shard)
        revisions = {row.organization_id: row.revision for row in connection.execute(query)}
        if not revisions:
            return NOTHING_ELSEWHERE
        shards, known = known_shards(connection), self._known
        before = {each.organization_id: each for each in known.plan.organizations}
        stale = [each for each in revisions if each not in before or before[each].revision != revisions[each]]
        if stale or len(before) != len(revisions) or known.shards != {each.name: each for each in shards}:
            now = before | {each.organization_id: each for each in _organizations(connection, stale)}
            known = self._known = Elsewhere(tuple(now[each] for each in revisions), shards, known)
        return known


def _organizations(connection: Connection, organization_ids: Sequence[str]) -> tuple[Organization, ...]:
    rows = {table: read_rows(connection, organization_ids, table) for table in _READ}
    return tuple(
        organization_of({table: rows[table][each] if table in rows else [] for table in SETTINGS_TABLES})
        for each in organization_ids
    )
