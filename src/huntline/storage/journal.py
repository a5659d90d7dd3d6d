"""The journal of live calls: the newest state of each key, written at once and never waited for.

It outlives the process, not the machine: nothing is synced to disk, so that a transition costs microseconds.
"""

from __future__ import annotations

import itertools
import json
import logging
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from huntline.plain import fields_of

log = logging.getLogger(__name__)

State = Mapping[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS live (key TEXT PRIMARY KEY, cursor INTEGER NOT NULL, state TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS live_by_cursor ON live (cursor);
"""
_PUT = "INSERT OR REPLACE INTO live (key, cursor, state) VALUES (?, ?, ?)"
_PRUNE = "DELETE FROM live WHERE state IS NULL AND cursor <= ?"
_KEPT_FOR_FOLLOWERS = 50_000
"""Changes for which a forgotten key stays visible; a follower further behind reads all anew."""


class LiveJournal(Protocol):
    """Where live state is written down: one file on one machine, a stream where there are several."""

    def append(self, key: str, state: State | None) -> None:
        """Keep the newest state of a key; None forgets it. Written out by ``flush``."""
        ...

    def flush(self) -> None:
        """Write out what was appended."""
        ...

    def read_all(self) -> dict[str, Any]:
        """The newest state of every key that has one."""
        ...

    def follow(self, cursor: int) -> list[tuple[int, str, Any]]:
        """What changed after a cursor (0: from the beginning), in order: cursor, key, state or None."""
        ...


class Journal:
    """A journal in a SQLite file of its own.

    A file that cannot be read is moved aside: ``moved_aside`` says where to, and so does the log.
    """

    def __init__(self, path: Path) -> None:
        self._pending: dict[str, str | None] = {}
        self.moved_aside: Path | None = None
        try:
            self._connection = _opened(path)
        except sqlite3.DatabaseError as error:
            self.moved_aside = _move_aside(path)
            log.warning(
                "journal damaged, moved aside", extra={"to": str(self.moved_aside), "reason": str(error)}
            )
            self._connection = _opened(path)
        self._cursor: int = self._connection.execute("SELECT coalesce(max(cursor), 0) FROM live").fetchone()[
            0
        ]
        self._prune_at = self._cursor + _KEPT_FOR_FOLLOWERS

    def append(self, key: str, state: State | None) -> None:
        """Keep the newest state of a key; None forgets it. Written out by ``flush``."""
        self._pending[key] = None if state is None else _as_json(state)

    def flush(self) -> None:
        """Write out what was appended, in one transaction; what the disk refuses waits for the next."""
        if not self._pending:
            return
        cursor = self._cursor
        try:
            with self._connection:
                self._connection.executemany(_PUT, self._numbered())
                if self._cursor >= self._prune_at:
                    self._connection.execute(_PRUNE, (self._cursor - _KEPT_FOR_FOLLOWERS,))
                    self._prune_at = self._cursor + _KEPT_FOR_FOLLOWERS
        except sqlite3.DatabaseError as error:
            # A full disk costs the next restart its calls, not this moment its own.
            self._cursor = cursor
            log.error("journal not written", extra={"keys": len(self._pending), "reason": str(error)})
            return
        self._pending.clear()

    def read_all(self) -> dict[str, Any]:
        """The newest state of every key that has one, the oldest change first."""
        rows = self._connection.execute("SELECT key, state FROM live WHERE state IS NOT NULL ORDER BY cursor")
        found: dict[str, Any] = {}
        for key, state in rows:
            try:
                found[key] = json.loads(state)
            except ValueError:
                log.warning("journal entry damaged, passed over", extra={"key": key})
        return found

    def follow(self, cursor: int) -> list[tuple[int, str, Any]]:
        """What changed after a cursor (0: from the beginning), in order: cursor, key, state or None."""
        rows = self._connection.execute(
            "SELECT cursor, key, state FROM live WHERE cursor > ? ORDER BY cursor", (cursor,)
        )
        return [(at, key, None if state is None else json.loads(state)) for at, key, state in rows]

    def close(self) -> None:
        """Write out the rest and close the file."""
        self.flush()
        self._connection.close()

    def _numbered(self) -> Iterable[tuple[str, int, str | None]]:
        for key, state in self._pending.items():
            self._cursor += 1
            yield key, self._cursor, state


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(_SCHEMA)
        connection.execute("SELECT count(*) FROM live").fetchone()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    path.chmod(0o600)
    return connection


def _move_aside(path: Path) -> Path:
    """Keep a damaged file for whoever wants to look, beside those from before."""
    for number in itertools.count(1):
        aside = path.with_name(f"{path.name}.damaged-{number}")
        if not aside.exists():
            break
    path.replace(aside)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return aside


def _as_json(state: State) -> str:
    return json.dumps(state, separators=(",", ":"), default=fields_of)
