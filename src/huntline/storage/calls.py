"""Reading history: pages of calls, and one call whole; the database does the work."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    Float,
    Row,
    Select,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from huntline.engine.commands import DecisionKind
from huntline.engine.model import Outcome
from huntline.engine.reasons import Reason
from huntline.storage import schema
from huntline.storage.database import reading
from huntline.storage.history import Decision, RingRecord

_BATCH = 1_000
_EXITS = (
    DecisionKind.OVERFLOW,
    DecisionKind.TIMEOUT,
    DecisionKind.NO_AGENTS,
)  # they take a call out of the line


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls of an organization are meant; None: no matter.

    ``since`` (included) and ``until`` (not included) are about the arrival; ``queue_ids`` are queues in
    which a call came in or ended; ``agent_id`` is who answered, ``rung_id`` who answered or was rung,
    ``unrung_id`` who did not and was not; ``caller`` is a part of the number.
    """

    organization_id: str
    since: datetime | None = None
    until: datetime | None = None
    queue_ids: Collection[str] | None = None
    agent_id: str | None = None
    rung_id: str | None = None
    unrung_id: str | None = None
    outcome: Outcome | None = None
    caller: str = ""
    shortest_wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class CallSummary:
    """One call that is over. Both waits end when an agent answers, the caller gives up or an exit is taken:
    ``waited_s`` begins with the waiting, after the greeting, and ``waited_from_arrival_s`` with the call."""

    call_id: str
    queue_id: str
    first_queue_id: str
    caller: str
    arrived_at: datetime
    waiting_since: datetime | None
    answered_at: datetime | None
    ended_at: datetime
    agent_id: str | None
    outcome: Outcome
    reason: Reason
    transferred_from: str | None
    waited_s: float
    waited_from_arrival_s: float


def count_calls(database: Engine, wanted: CallFilter) -> int:
    """How many calls match."""
    query = select(func.count()).select_from(schema.calls).where(*conditions_of(wanted))
    with reading(database, wanted.organization_id) as connection:
        return int(connection.execute(query).scalar_one())


def page_of_calls(database: Engine, wanted: CallFilter, limit: int, offset: int = 0) -> list[CallSummary]:
    """A page of the calls that match, the newest first."""
    with reading(database, wanted.organization_id) as connection:
        found = connection.execute(_summaries(wanted).limit(limit).offset(offset))
        return [_summary(row) for row in found]


def all_calls(database: Engine, wanted: CallFilter) -> Iterator[CallSummary]:
    """All calls that match, the newest first, read in batches; nothing is held between them."""
    calls = schema.calls
    query = _summaries(wanted).limit(_BATCH)
    batch = query
    while True:
        with reading(database, wanted.organization_id) as connection:
            found = [_summary(row) for row in connection.execute(batch)]
        yield from found
        if len(found) < _BATCH:
            return
        last = found[-1]
        key = tuple_(calls.c.arrived_at, calls.c.call_id)
        batch = query.where(key < tuple_(literal(last.arrived_at, calls.c.arrived_at.type), last.call_id))


def find_call(database: Engine, wanted: CallFilter, call_id: str) -> CallSummary | None:
    """One call, if it matches."""
    # Without an order, which would have SQLite go through all calls by their arrival to find the one.
    query = _summaries(wanted).where(schema.calls.c.call_id == call_id).order_by(None)
    with reading(database, wanted.organization_id) as connection:
        row = connection.execute(query).first()
    return _summary(row) if row is not None else None


def rings_of(database: Engine, organization_id: str, call_id: str) -> list[RingRecord]:
    """The rings of one call, in the order in which they began."""
    return _rings(database, organization_id, schema.rings.c.call_id == call_id)


def rings_of_agent(
    database: Engine, organization_id: str, agent_id: str, since: datetime, until: datetime
) -> list[RingRecord]:
    """The rings of one agent that reach into a stretch of time, conversations included."""
    table = schema.rings
    return _rings(
        database,
        organization_id,
        table.c.agent_id == agent_id,
        table.c.started_at < until,
        table.c.ended_at > since,
    )


def rings_of_agents(
    database: Engine,
    organization_id: str,
    agent_ids: Collection[str],
    since: datetime,
    until: datetime,
    limit: int,
) -> list[RingRecord]:
    """The rings of some agents that began in a stretch of time, the first ones of them."""
    table = schema.rings
    return _rings(
        database,
        organization_id,
        table.c.agent_id.in_(agent_ids),
        table.c.started_at >= since,
        table.c.started_at < until,
        limit=limit,
    )


def decisions_of(
    database: Engine, organization_id: str, call_id: str, agent_id: str | None = None
) -> list[Decision]:
    """What was decided about one call, or about one agent for it, in that order."""
    table = schema.decisions
    query = (
        select(table.c.at, table.c.queue_id, table.c.agent_id, table.c.decision, table.c.reason)
        .where(table.c.organization_id == organization_id, table.c.call_id == call_id)
        .order_by(table.c.decision_id)
    )
    if agent_id is not None:
        query = query.where(table.c.agent_id == agent_id)
    with reading(database, organization_id) as connection:
        return [Decision(*row) for row in connection.execute(query)]


class _SecondsBetween(FunctionElement[float]):
    """From one moment to another, to the millisecond: neither database says it in the other's words."""

    type = Float()
    inherit_cache = True


@compiles(_SecondsBetween)
def _in_sql(element: _SecondsBetween, compiler: SQLCompiler, **options: Any) -> str:
    begin, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(round(CAST(extract(epoch FROM ({end} - {begin})) AS numeric), 3) AS double precision)"


@compiles(_SecondsBetween, "sqlite")
def _in_sqlite(element: _SecondsBetween, compiler: SQLCompiler, **options: Any) -> str:
    begin, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"round((julianday({end}) - julianday({begin})) * 86400.0, 3)"


def _left_at() -> ColumnElement[Any]:
    """When a call left the line: a forward may go on for long after that."""
    calls, decisions = schema.calls, schema.decisions
    exit_at = (
        select(func.max(decisions.c.at))
        .where(
            decisions.c.organization_id == calls.c.organization_id,
            decisions.c.call_id == calls.c.call_id,
            decisions.c.decision.in_(_EXITS),
        )
        .correlate(calls)
        .scalar_subquery()
    )
    return case(
        (calls.c.answered_at.is_not(None), calls.c.answered_at),
        (calls.c.outcome == Outcome.ABANDONED, calls.c.ended_at),
        else_=func.coalesce(exit_at, calls.c.ended_at),
    )


def waited() -> ColumnElement[float]:
    """How long a call waited, see ``CallSummary``."""
    calls = schema.calls
    since_waiting = _SecondsBetween(calls.c.waiting_since, _left_at())
    return case((calls.c.waiting_since.is_(None), 0.0), else_=since_waiting)


def waited_from_arrival() -> ColumnElement[float]:
    """How long its caller did, with the greeting."""
    return _SecondsBetween(schema.calls.c.arrived_at, _left_at())


def conditions_of(wanted: CallFilter) -> Iterator[ColumnElement[bool]]:
    """What is true of the calls that match."""
    calls = schema.calls
    yield calls.c.organization_id == wanted.organization_id
    if wanted.since is not None:
        yield calls.c.arrived_at >= wanted.since
    if wanted.until is not None:
        yield calls.c.arrived_at < wanted.until
    if wanted.queue_ids is not None:
        ids = sorted(wanted.queue_ids)
        yield or_(calls.c.queue_id.in_(ids), calls.c.first_queue_id.in_(ids))
    if wanted.agent_id is not None:
        yield calls.c.agent_id == wanted.agent_id
    if wanted.rung_id is not None:
        yield _rang(wanted.organization_id, wanted.rung_id, wanted.since)
    if wanted.unrung_id is not None:
        yield not_(_rang(wanted.organization_id, wanted.unrung_id, wanted.since))
    if wanted.outcome is not None:
        yield calls.c.outcome == wanted.outcome
    if wanted.caller:
        yield calls.c.caller.icontains(wanted.caller, autoescape=True)
    if wanted.shortest_wait is not None:
        yield waited() >= wanted.shortest_wait.total_seconds()


def _rang(organization_id: str, agent_id: str, since: datetime | None) -> ColumnElement[bool]:
    table = schema.rings
    rung = select(table.c.call_id).where(
        table.c.organization_id == organization_id, table.c.agent_id == agent_id
    )
    if since is not None:
        rung = rung.where(table.c.started_at >= since)  # no ring begins before its call
    return schema.calls.c.call_id.in_(rung)


def _summaries(wanted: CallFilter) -> Select[Any]:
    calls = schema.calls
    return (
        select(
            calls.c.call_id,
            calls.c.queue_id,
            calls.c.first_queue_id,
            calls.c.caller,
            calls.c.arrived_at,
            calls.c.waiting_since,
            calls.c.answered_at,
            calls.c.ended_at,
            calls.c.agent_id,
            calls.c.outcome,
            calls.c.reason,
            calls.c.transferred_from,
            waited().label("waited_s"),
            waited_from_arrival().label("waited_from_arrival_s"),
        )
        .where(*conditions_of(wanted))
        .order_by(calls.c.arrived_at.desc(), calls.c.call_id.desc())
    )


def _summary(row: Row[Any]) -> CallSummary:
    return CallSummary(**row._mapping)


def _rings(
    database: Engine, organization_id: str, *conditions: ColumnElement[bool], limit: int | None = None
) -> list[RingRecord]:
    table = schema.rings
    columns = (table.c[field.name] for field in fields(RingRecord))
    query = select(*columns).where(table.c.organization_id == organization_id, *conditions)
    query = query.order_by(table.c.started_at, table.c.ring_id).limit(limit)
    with reading(database, organization_id) as connection:
        return [RingRecord(*row) for row in connection.execute(query)]
