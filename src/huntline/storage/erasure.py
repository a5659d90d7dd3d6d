"""A person's number, taken out of all that is kept about calls and changes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Engine,
    String,
    Table,
    bindparam,
    or_,
    select,
    type_coerce,
    update,
)

from huntline.directory.changes import Change
from huntline.directory.spellings import Spellings
from huntline.logs import mask_number
from huntline.storage import schema
from huntline.storage.audit import Actor, write_audit
from huntline.storage.database import forget_what_was_before, reading, writing
from huntline.storage.shards import of_this_server

ERASED = "anonymous"
"""What stands in the place of a number: what callers are called who withhold theirs."""

_BATCH = 500  # rows at a time: who writes history meanwhile waits for one batch at most

Rewrite = Callable[[Spellings, str], str]


def _whole(spellings: Spellings, text: str) -> str:
    return ERASED if spellings.are(text) else spellings.replaced(text, ERASED)


def _within(spellings: Spellings, text: str) -> str:
    return spellings.replaced(text, ERASED)


def _in_reason(spellings: Spellings, text: str) -> str:
    """A reason, as JSON: a destination of no name is one that is withheld."""
    try:
        return json.dumps(_without(spellings, json.loads(text)), separators=(",", ":"), ensure_ascii=False)
    except ValueError:
        return _within(spellings, text)


def _without(spellings: Spellings, value: Any) -> Any:
    match value:
        case dict():
            return {key: _without(spellings, each) for key, each in value.items()}
        case list():
            return [_without(spellings, each) for each in value]
        case str():
            return "" if spellings.are(value) else _within(spellings, value)
        case _:
            return value


_PLACES: Mapping[Table, Mapping[str, Rewrite]] = {
    schema.calls: {"caller": _whole, "reason": _in_reason},
    schema.rings: {"reason": _in_reason},
    schema.decisions: {"reason": _in_reason},
    schema.voicemail_messages: {"caller": _whole, "caller_name": _within},
    schema.refused_calls: {"caller": _whole, "dialled": _whole},
    schema.audit: dict.fromkeys(("who", "key", "before", "after", "note"), _within),
}
"""Where a number may stand, and how it is taken out there."""


@dataclass(slots=True)
class Erased:
    """How many rows had the number, by the id of the organization and then by the name of the table."""

    rows: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(each.total() for each in self.rows.values())


def erase(
    database: Engine,
    spellings: Spellings,
    now: datetime,
    by: Actor,
    *,
    organization_id: str | None = None,
    dry_run: bool = False,
    pause: Callable[[], None] = lambda: None,
) -> Erased:
    """Take a number out of the history, the refused calls and the audit of an organization, or of all that
    this server has; the calls stay, as those of somebody who withholds their number. The audit tells of it
    without the number.

    On SQLite the database's files have nothing of it any more, unless another program reads all the while.
    """
    erased = Erased()
    for table, columns in _PLACES.items():
        for batch in _batches(_found(database, table, columns, spellings, organization_id)):
            for organization, _ in batch:
                erased.rows.setdefault(organization, Counter())[table.name] += 1
            if not dry_run:
                _rewrite(database, table, [row for _, row in batch])
                pause()
    if not dry_run and erased.rows:
        _tell(database, erased, spellings, by, now)
        forget_what_was_before(database)
    return erased


def _found(
    database: Engine,
    table: Table,
    columns: Mapping[str, Rewrite],
    spellings: Spellings,
    organization_id: str | None,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows that have the number in them, by organization: their key, and their new texts."""
    keys = [_as_text(column) if isinstance(column.type, String) else column for column in table.primary_key]
    texts = [_as_text(table.c[name]) for name in columns]
    query = select(*keys, *texts).where(or_(*(text.like(spellings.like) for text in texts)))
    is_meant = of_this_server(database, table)
    if organization_id is not None:
        is_meant = table.c.organization_id == organization_id
    with reading(database, organization_id) as connection:
        for row in connection.execute(query.where(is_meant)).mappings().all():
            new = {
                name: rewrite(spellings, row[name])
                for name, rewrite in columns.items()
                if row[name] is not None
            }
            if any(new[name] != row[name] for name in new):
                yield (
                    row["organization_id"],
                    {f"new_{name}": new.get(name) for name in columns}
                    | {f"key_{column.name}": row[column.name] for column in table.primary_key},
                )


def _as_text(column: Column[Any]) -> Any:
    """As it is stored, be it a reason or not."""
    return type_coerce(column, String).label(column.name)


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    found = list(rows)
    for start in range(0, len(found), _BATCH):
        yield found[start : start + _BATCH]


def _rewrite(database: Engine, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    columns = {table.c[name]: bindparam(f"new_{name}", type_=String()) for name in _PLACES[table]}
    statement = update(table).values(columns)
    for column in table.primary_key:
        statement = statement.where(column == bindparam(f"key_{column.name}"))
    with writing(database) as connection:
        connection.execute(statement, rows)


def _tell(database: Engine, erased: Erased, spellings: Spellings, by: Actor, now: datetime) -> None:
    key = mask_number(spellings.e164)
    with writing(database) as connection:
        for organization_id, counts in erased.rows.items():
            change = Change("history", key, "number", key, "erased", f"places: {counts.total()}")
            write_audit(connection, organization_id, [change], by, now)
