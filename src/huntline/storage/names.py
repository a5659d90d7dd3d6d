"""Names of things in a server's database, for the shell's completion and the like: read without the library
that is used elsewhere, whose import alone would take longer than a person waits for a key."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Literal

from huntline.data_folder import DATABASE, DatabaseUrl, said_database
from huntline.errors import ConfigurationError

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
_CONNECT_LIMIT = 2  # seconds: the least that libpq keeps to
_MOST = 1_000


def names_in(folder: Path, kind: Kind, beginning: str, organization: str | None = None) -> list[str]:
    """Names with this beginning, in order, of one organization (by name) or of all; none where they cannot
    be read now."""
    table, column = _COLUMNS[kind]
    query = f"SELECT {column} FROM {table} WHERE substr({column}, 1, ?) = ?"  # noqa: S608 - our own words
    parameters: list[object] = [len(beginning), beginning]
    if organization is not None:
        query += " AND organization_id IN (SELECT organization_id FROM organizations WHERE name_key = ?)"
        parameters.append(organization.casefold())
    found = _rows(folder, f"{query} ORDER BY {column} LIMIT {_MOST}", parameters)
    return [name for (name,) in found]


def organization_of_domain(folder: Path, domain: str) -> str | None:
    """The id of the organization that owns a domain; None also where that cannot be read now."""
    query = "SELECT organization_id FROM domains WHERE domain = ?"
    return next((name for (name,) in _rows(folder, query, [domain.lower()])), None)


def _rows(folder: Path, query: str, parameters: list[object]) -> list[tuple[str]]:
    try:
        elsewhere = said_database(folder)
    except ConfigurationError:  # a command that needs more of the settings tells
        return []
    if elsewhere is not None:
        return _rows_elsewhere(elsewhere, query, parameters)
    import sqlite3  # not with every command: most ask a running server

    path = (folder / DATABASE).absolute()
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", timeout=_TIME_LIMIT, uri=True)) as database:
            return list(database.execute(query, parameters))
    except sqlite3.Error:
        return []


def _rows_elsewhere(database: DatabaseUrl, query: str, parameters: list[object]) -> list[tuple[str]]:
    try:
        import psycopg
    except ImportError:
        return []
    try:
        with psycopg.connect(database.text, connect_timeout=_CONNECT_LIMIT) as connection:
            connection.execute("SET huntline.organization TO '*'")  # see schema.py
            return connection.execute(query.replace("?", "%s").encode(), parameters).fetchall()
    except psycopg.Error:
        return []
