"""Names of things in a data folder, for the shell's completion and the like: read without the database's
library, whose import alone would take longer than a person waits for a key."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Literal

from huntline.data_folder import DATABASE

Kind = Literal[
    "organizations", "queues", "users", "groups", "numbers", "trunks", "policies", "audio", "attendants"
]

_COLUMNS: dict[Kind, tuple[str, str]] = {  # table, column
    "organizations": ("organizations", "name"),
    "queues": ("queues", "name"),
    "attendants": ("attendants", "name"),
    "users": ("users", "upn"),
    "groups": ("groups", "name"),
    "numbers": ("numbers", "number"),
    "trunks": ("trunks", "name"),
    "policies": ("caller_id_policies", "name"),
    "audio": ("sound_files", "name"),
}
_TIME_LIMIT = 0.2  # seconds that a writer may keep us waiting
_MOST = 1_000


def names_in(data_folder: Path, kind: Kind, beginning: str, organization: str | None = None) -> list[str]:
    """Names with this beginning, in order, of one organization (by name) or of all; none where they cannot
    be read now."""
    table, column = _COLUMNS[kind]
    query = f"SELECT {column} FROM {table} WHERE substr({column}, 1, ?) = ?"  # noqa: S608 - our own words
    parameters: list[object] = [len(beginning), beginning]
    if organization is not None:
        query += " AND organization_id IN (SELECT organization_id FROM organizations WHERE name_key = ?)"
        parameters.append(organization.casefold())
    found = _rows(data_folder, f"{query} ORDER BY {column} LIMIT {_MOST}", parameters)
    return [name for (name,) in found]


def organization_of_domain(data_folder: Path, domain: str) -> str | None:
    """The id of the organization that owns a domain; None also where that cannot be read now."""
    query = "SELECT organization_id FROM domains WHERE domain = ?"
    return next((name for (name,) in _rows(data_folder, query, [domain.lower()])), None)


def _rows(data_folder: Path, query: str, parameters: list[object]) -> list[tuple[str]]:
    import sqlite3  # not with every command: most ask a running server

    path = (data_folder / DATABASE).absolute()
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", timeout=_TIME_LIMIT, uri=True)) as database:
            return list(database.execute(query, parameters))
    except sqlite3.Error:
        return []
