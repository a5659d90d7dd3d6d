"""What is let go when it is old: history, and sounds that nothing uses any more."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Engine, Table, and_, delete, func, select

from huntline.config import Retention
from huntline.directory.changes import Change
from huntline.storage import schema
from huntline.storage.accounts import HOST
from huntline.storage.audit import Actor, add_to_audit
from huntline.storage.blobs import Blobs
from huntline.storage.database import writing
from huntline.storage.shards import of_this_server

_BATCH = 500  # calls or refusals at a time: who writes history meanwhile waits for one batch at most
_SOUND = re.compile(r"([0-9a-f]{64})(\.[a-z]+)?", re.ASCII)

Pause = Callable[[], None]


@dataclass(slots=True)
class LetGo:
    """What was removed, or would be: calls (with their rings and decisions) and rows of refused calls by the
    id of the organization; sound files in all their forms, and their bytes."""

    calls: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    files: int = 0
    size: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether there was nothing to let go."""
        return not (self.calls or self.refused or self.files)


def let_go(
    database: Engine,
    blobs: Blobs,
    retention: Retention,
    now: datetime,
    by: Actor,
    *,
    dry_run: bool = False,
    pause: Pause = lambda: None,
) -> LetGo:
    """Remove what is too old, a little at a time with a ``pause`` between, and say so in the audit.

    Sounds stay for another time while a backup is made or a sound is put in.
    """
    gone, kept = LetGo(), _days_kept(database, retention)
    _let_history_go(database, kept, now, gone, dry_run, pause)
    if retention.unused_sounds_days:
        _let_sounds_go(database, blobs, now - timedelta(days=retention.unused_sounds_days), gone, dry_run)
    if not dry_run:
        for organization_id, change in _changes(gone, retention, kept, now):
            add_to_audit(database, organization_id, [change], by, now)
    return gone


def _changes(
    gone: LetGo, retention: Retention, kept: _DaysKept, now: datetime
) -> Iterator[tuple[str, Change]]:
    for organization_id in sorted(gone.calls.keys() | gone.refused.keys()):
        day = (now - timedelta(days=kept.of(organization_id))).date().isoformat()
        calls, refused = gone.calls[organization_id], gone.refused[organization_id]
        note = f"all before that day: {calls} calls, {refused} refused calls"
        yield organization_id, Change("history", day, before="removed", note=note)
    if gone.files:
        day = (now - timedelta(days=retention.unused_sounds_days)).date().isoformat()
        note = f"nothing has used them since that day: {gone.files} files"
        yield HOST, Change("sounds", day, before="removed", note=note)


# -- history


@dataclass(frozen=True, slots=True)
class _DaysKept:
    """How many days of history the server keeps, 0 for ever, and ``own``: organizations that keep less."""

    server: int
    own: Mapping[str, int]
    database: Engine

    def of(self, organization_id: str) -> int:
        return self.own.get(organization_id, self.server)

    def too_old(self, table: Table, at: ColumnElement[datetime], now: datetime) -> list[ColumnElement[bool]]:
        """What may go, part by part; what is in several parts may go by each of them."""
        parts = [(table.c.organization_id == each, days) for each, days in self.own.items()]
        if self.server:
            parts.append((of_this_server(self.database, table), self.server))
        return [and_(whose, at < now - timedelta(days=days)) for whose, days in parts]


def _days_kept(database: Engine, retention: Retention) -> _DaysKept:
    table, server = schema.organizations, retention.history_days
    days = table.c.history_days
    keep_less = and_(days > 0, days < server) if server else days > 0
    with database.begin() as connection:
        is_own = of_this_server(database, table)
        rows = connection.execute(select(table.c.organization_id, days).where(keep_less, is_own))
        return _DaysKept(server, {row[0]: row[1] for row in rows}, database)


def _let_history_go(
    database: Engine, kept: _DaysKept, now: datetime, gone: LetGo, dry_run: bool, pause: Pause
) -> None:
    for is_old in kept.too_old(schema.calls, schema.calls.c.arrived_at, now):
        if dry_run:
            gone.calls |= _counts(database, schema.calls, is_old)
            continue
        while removed := _remove_calls(database, is_old):
            gone.calls += removed
            pause()
    for is_old in kept.too_old(schema.refused_calls, schema.refused_calls.c.at, now):
        if dry_run:
            gone.refused |= _counts(database, schema.refused_calls, is_old)
            continue
        while removed := _remove_refused(database, is_old):
            gone.refused += removed
            pause()
    for is_old in () if dry_run else kept.too_old(schema.forecasts, schema.forecasts.c.begins_at, now):
        with writing(database) as connection:
            connection.execute(delete(schema.forecasts).where(is_old))


def _counts(database: Engine, table: Table, condition: ColumnElement[bool]) -> Counter[str]:
    of = table.c.organization_id
    with database.begin() as connection:
        rows = connection.execute(select(of, func.count()).where(condition).group_by(of))
        return Counter({row[0]: row[1] for row in rows})


def _remove_calls(database: Engine, is_old: ColumnElement[bool]) -> Counter[str]:
    """A batch of them with all that is theirs; how many of which organization."""
    calls = schema.calls
    with writing(database) as connection:
        batch = select(calls.c.organization_id, calls.c.call_id).where(is_old).limit(_BATCH)
        by_organization: dict[str, list[str]] = defaultdict(list)
        for organization_id, call_id in connection.execute(batch):
            by_organization[organization_id].append(call_id)
        for organization_id, call_ids in by_organization.items():
            for table in (schema.decisions, schema.rings, calls):
                of_one = table.c.organization_id == organization_id
                connection.execute(delete(table).where(of_one, table.c.call_id.in_(call_ids)))
    return Counter({each: len(call_ids) for each, call_ids in by_organization.items()})


def _remove_refused(database: Engine, is_old: ColumnElement[bool]) -> Counter[str]:
    table = schema.refused_calls
    with writing(database) as connection:
        batch = select(table.c.organization_id, table.c.refusal_id).where(is_old).limit(_BATCH)
        found = [tuple(row) for row in connection.execute(batch)]
        refusal_ids = [refusal_id for _, refusal_id in found]
        connection.execute(delete(table).where(is_old, table.c.refusal_id.in_(refusal_ids)))
    return Counter(organization_id for organization_id, _ in found)


# -- sounds


def _let_sounds_go(database: Engine, blobs: Blobs, before: datetime, gone: LetGo, dry_run: bool) -> None:
    try:
        with blobs.held(alone=True):
            for path in _unused_files(database, blobs, before):
                gone.files += 1
                gone.size += path.stat().st_size
                if not dry_run:
                    path.unlink()
    except BlockingIOError:
        return  # somebody makes a backup, or puts a sound in


def _unused_files(database: Engine, blobs: Blobs, before: datetime) -> list[Path]:
    """The files of each sound that no organization here has in its settings and that nobody put in since."""
    is_own = of_this_server(database, schema.audio)
    with database.begin() as connection:
        used = set(connection.execute(select(schema.audio.c.sha256).where(is_own)).scalars())
    forms: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(blobs.folder.iterdir()):
        if (sound := _SOUND.fullmatch(path.name)) is not None and sound[1] not in used:
            forms[sound[1]].append(path)
    oldest = before.timestamp()
    return [path for paths in forms.values() if max(map(_put_in_at, paths)) < oldest for path in paths]


def _put_in_at(path: Path) -> float:
    return path.stat().st_mtime
