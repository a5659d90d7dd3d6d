"""Reasons as data in the place of English sentences, and the time zone of an organization.

The sentences are those that were written up to this revision, and what is made of them is what the program
read at this revision: nothing here changes with either.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Data = dict[str, Any]
Pattern = tuple[str, Callable[[re.Match[str], datetime], Data | None]]

_BATCH = 1_000

_TABLES = (  # table, its key beside the organization and the month, when a reason of it was given
    ("calls", "call_id", "ended_at"),
    ("rings", "ring_id", "ended_at"),
    ("decisions", "decision_id", "at"),
)

_PLAIN = {
    "offline: no phone registered": "no-phone",
    "offline: presence": "presence-offline",
    "opted out": "opted-out",
    "do not disturb": "do-not-disturb",
    "being rung": "being-rung",
    "talking on a queue call": "on-queue-call",
    "on another call": "on-another-call",
    "no longer in this queue": "not-in-queue",
    "all available agents are rung": "all-available",
    "first of the list in this round": "first-of-list",
    "next after the agent rung last": "next-after-last",
    "idle for the longest time": "longest-idle",
    "lost the race for the last call": "lost-the-race",
    "the queue has no agents": "queue-without-agents",
    "nobody serves this queue": "nobody-serves",
    "the queue was removed": "queue-removed",
    "there is no such queue": "queue-unknown",
    "went round in a circle": "went-in-a-circle",
    "forwarded to a queue that is gone": "forwarded-to-nothing",
    "the forward gave no result": "forward-without-result",
    "the transfer gave no result": "transfer-without-result",
    "out of a direct call": "out-of-a-direct-call",
    "from outside": "from-outside",
    "the caller hung up": "caller-hung-up",
    "the agent hung up": "agent-hung-up",
    "the agent hung up before the audio path was made": "agent-hung-up-early",
    "the target hung up": "target-hung-up",
    "the server is shutting down": "shutting-down",
    "no audio path in time": "no-audio-in-time",
    "no audio": "no-more-audio",
    "no ack": "no-ack",
    "session expired": "session-expired",
    "transport failed": "transport-failed",
    "no response": "no-response",
    "no phone registered": "not-registered",
    "unknown user": "unknown-user",
    "the phone is gone": "phone-gone",
    "answered without a session description": "no-session-description",
    "answered elsewhere": "answered-elsewhere",
    "caller gone": "caller-gone",
    "no answer": "no-answer",
    "call moved on": "call-moved",
    "no longer allowed": "no-longer-allowed",
    "settings changed": "settings-changed",
    "an earlier call is back at the head": "earlier-call",
    "no audio path": "no-audio",
}

_OBSTACLES = {
    "offline": "offline",
    "paused": "paused",
    "opted out": "opted-out",
    "do not disturb": "do-not-disturb",
    "being rung": "being-rung",
    "talking on a queue call": "on-queue-call",
    "on another call": "on-another-call",
    "in wrap-up": "wrap-up",
    "left alone": "left-alone",
    "presence busy": "presence",
    "presence away": "presence",
}


def upgrade() -> None:
    """Bring the schema here from the revision before, and the rows with it."""
    op.add_column("organizations", sa.Column("time_zone", sa.String()))
    connection = op.get_bind()
    for name, key, moment in _TABLES:
        columns: list[sa.ColumnClause[Any]] = [
            sa.column("organization_id"),
            sa.column("month"),
            sa.column(key),
        ]
        table = sa.table(name, *columns, sa.column("reason"), sa.column(moment, sa.DateTime(timezone=True)))
        _rewrite(connection, table, columns, table.c[moment])


def _rewrite(
    connection: sa.Connection, table: Any, key: list[sa.ColumnClause[Any]], moment: sa.ColumnElement[Any]
) -> None:
    """Rows in the order of their key, a batch at a time: a year of history need not fit into memory."""
    change = sa.update(table).values(reason=sa.bindparam("new_reason"))
    for column in key:
        change = change.where(table.c[column.name] == sa.bindparam(f"key_{column.name}"))
    for batch in _batches(connection, table, [table.c[column.name] for column in key], moment):
        connection.execute(change, batch)


def _batches(
    connection: sa.Connection, table: Any, key: list[Any], moment: sa.ColumnElement[Any]
) -> Iterator[list[Data]]:
    query = sa.select(*key, table.c.reason, moment).order_by(*key).limit(_BATCH)
    rows = connection.execute(query).all()
    while rows:
        yield [
            {f"key_{column.name}": value for column, value in zip(key, row, strict=False)}
            | {"new_reason": converted(row[-2], row[-1])}
            for row in rows
        ]
        last = sa.tuple_(
            *(sa.literal(value, column.type) for value, column in zip(rows[-1], key, strict=False))
        )
        rows = connection.execute(query.where(sa.tuple_(*key) > last)).all()


def converted(sentence: str, at: datetime) -> str:
    """A stored sentence as the JSON of a reason; ``at`` is about when it was written."""
    aware = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return json.dumps(_reason(sentence, aware), separators=(",", ":"), ensure_ascii=False)


def _reason(sentence: str, at: datetime) -> Data:
    return _known(sentence, at) or {"kind": "text", "text": sentence}


def _known(sentence: str, at: datetime) -> Data | None:
    if sentence in _PLAIN:
        return {"kind": _PLAIN[sentence]}
    for pattern, made in _PATTERNS:
        match = re.fullmatch(pattern, sentence, re.DOTALL)
        if match is not None and (data := made(match, at)) is not None:
            return data
    return None


def _exit_taken(match: re.Match[str], at: datetime) -> Data | None:
    why = _known(match[1], at)
    to = None if match[2] is None else _destination(match[2], "queue")
    return None if why is None else {"kind": "exit-taken", "why": why, "to": to}


def _after_exit(match: re.Match[str], at: datetime) -> Data | None:
    why, then = _known(match[1], at), _known(match[2], at)
    return None if why is None or then is None else {"kind": "after-exit", "why": why, "then": then}


def _nobody_free(match: re.Match[str], at: datetime) -> Data | None:
    counts: dict[str, int] = {}
    for part in match[1].split(", "):
        count, _, words = part.partition(" ")
        if not count.isdecimal() or words not in _OBSTACLES:
            return None
        counts[_OBSTACLES[words]] = counts.get(_OBSTACLES[words], 0) + int(count)
    return {
        "kind": "nobody-free",
        "counts": [{"obstacle": obstacle, "count": count} for obstacle, count in counts.items()],
    }


def _destination(name: str, otherwise: str) -> Data:
    """What a name stood for: numbers and addresses have a form of their own, the rest is as is likely."""
    withheld = {"a queue": "queue", "a number outside": "number"}
    if name in withheld:
        return {"to": withheld[name], "name": ""}
    if re.fullmatch(r"(tel:)?\+?[0-9*#]+", name):
        return {"to": "number", "name": name}
    return {"to": "person" if "@" in name else otherwise, "name": name}


def _next(clock: str, at: datetime) -> str:
    """The next moment at which a clock in UTC shows this; the sentence had no date."""
    moment = datetime.combine(at.date(), time.fromisoformat(clock), UTC)
    return (moment if moment >= at - timedelta(seconds=1) else moment + timedelta(days=1)).isoformat()


_CLOCK = "([0-9]{2}:[0-9]{2}:[0-9]{2})"

_PATTERNS: tuple[Pattern, ...] = (
    ("paused(?:: (.+))?", lambda match, at: {"kind": "paused", "note": match[1] or ""}),
    (f"in wrap-up until {_CLOCK}", lambda match, at: {"kind": "wrap-up", "until": _next(match[1], at)}),
    (
        f"left alone until {_CLOCK}: (.*)",
        lambda match, at: {"kind": "left-alone", "until": _next(match[1], at), "why": _reason(match[2], at)},
    ),
    (
        "presence (available|busy|do-not-disturb|away|offline)",
        lambda match, at: {"kind": "presence", "presence": match[1]},
    ),
    ("([0-9]+) calls wait, the maximum", lambda match, at: {"kind": "queue-full", "waiting": int(match[1])}),
    (
        r"waited ([0-9]+(?:\.[0-9]+)?) s, the maximum",
        lambda match, at: {"kind": "waited-maximum", "seconds": float(match[1])},
    ),
    (
        r"(-?[0-9]+(?:\.[0-9]+)?) s after the call arrived",
        lambda match, at: {"kind": "answered-after", "seconds": float(match[1])},
    ),
    ("nobody can be rung: (.+)", _nobody_free),
    ("(.+?): (?:disconnected|forwarded to (.+))", _exit_taken),
    ("forward failed: (.*)", lambda match, at: {"kind": "failed-forward", "why": _reason(match[1], at)}),
    ("transfer failed: (.*)", lambda match, at: {"kind": "failed-transfer", "why": _reason(match[1], at)}),
    ("back in line: (.+)", lambda match, at: {"kind": "back-in-line", "why": _reason(match[1], at)}),
    (
        "to (.+), who is still rung",
        lambda match, at: {"kind": "handed-to", "to": _destination(match[1], "queue"), "is_rung": True},
    ),
    (
        "to (.+)",
        lambda match, at: {"kind": "handed-to", "to": _destination(match[1], "queue"), "is_rung": False},
    ),
    (
        "transferred to (.+)",
        lambda match, at: {"kind": "transferred-to", "to": _destination(match[1], "queue")},
    ),
    (
        "the agent hung up while (.+) was rung",
        lambda match, at: {"kind": "left-to-transfer", "to": _destination(match[1], "queue")},
    ),
    ("from a queue", lambda match, at: {"kind": "from-queue", "queue": ""}),
    ("from (.+)", lambda match, at: {"kind": "from-queue", "queue": match[1]}),
    (
        "([1-6][0-9]{2})(?: (.*))?",
        lambda match, at: {"kind": "sip-answer", "status": int(match[1]), "phrase": match[2] or ""},
    ),
    ("([^;]+); (.+)", _after_exit),
)
