"""The rows of settings of some organizations, as they are read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from huntline.storage.rows import Row


def read_rows(connection: Connection, organization_ids: Iterable[str], table: Table) -> dict[str, list[Row]]:
    """The rows of each organization."""
    rows: dict[str, list[Row]] = {organization_id: [] for organization_id in organization_ids}
    names = table.c.keys()
    for values in connection.execute(_in_order(table).where(table.c.organization_id.in_(rows))).all():
        row = dict(zip(names, values, strict=True))
        rows[row["organization_id"]].append(row)
    return rows


def _in_order(table: Table) -> Select[Any]:
    # A row that belongs to another row has its place among that one's; what has no place, keys order.
    keys = [column for column in table.primary_key if column.name != "position"]
    places = [table.c.position] if "position" in table.c else []
    is_part = "position" in table.primary_key.columns
    return select(table).order_by(*(keys + places if is_part else places + keys))
