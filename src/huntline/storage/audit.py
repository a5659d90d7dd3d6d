"""The audit: who changed what, when, from what to what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert

from huntline.directory.changes import Change
from huntline.storage import schema
from huntline.storage.ids import new_id


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever changes something: ``name`` as people know them, ``door`` is the way they came in, such as
    ``api``, ``cmdlet``, ``cli``, ``file``, ``scim``, ``import`` or ``phone``."""

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
