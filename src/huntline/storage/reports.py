"""The numbers of reports: the database counts and averages, however many calls there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Engine,
    FromClause,
    Row,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from huntline.engine.model import Outcome
from huntline.engine.statistics import TURNED_AWAY, QueueStatistics, ServiceLevel, Waits
from huntline.storage import schema
from huntline.storage.calls import CallFilter, conditions_of, waited, waited_from_arrival
from huntline.storage.database import reading

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_ANY_TIME = timedelta(0)  # where nobody asks for a service level


@dataclass(frozen=True, slots=True)
class Arrived:
    """How many calls arrived, and how many of these were answered and how many abandoned."""

    arrived: int = 0
    answered: int = 0
    abandoned: int = 0


class Buckets:
    """A stretch of time in equal parts of whole seconds; the first begins with the second of ``since``.

    Parts of whole days are days by the clocks of ``zone``, of which some have 23 hours and some 25.
    """

    def __init__(self, since: datetime, until: datetime, step: timedelta, zone: tzinfo = UTC) -> None:
        self._step = step
        self._zone = UTC if step % _DAY else zone
        self._begins_at = since.replace(microsecond=0)
        self._offsets = list(_offsets(self._begins_at, until, self._zone))
        self.count = -((self._wall(self._begins_at) - self._wall(until)) // step)

    def __iter__(self) -> Iterator[datetime]:
        """When each part begins."""
        begin = self._wall(self._begins_at)
        for place in range(self.count):
            wall = begin + place * self._step
            yield wall.replace(tzinfo=self._zone).astimezone(UTC)

    def place_of(self, moment: ColumnElement[datetime]) -> ColumnElement[int]:
        """In which part a moment of the stretch is, counted from 0."""
        begin = int(self._wall(self._begins_at).replace(tzinfo=UTC).timestamp())
        since_begin = _Second(moment) + self._offset_at(moment) - begin
        place = since_begin // int(self._step.total_seconds())
        last = self.count - 1
        return case((place > last, last), else_=place)  # a database may round up to the second

    def _wall(self, moment: datetime) -> datetime:
        return moment.astimezone(self._zone).replace(tzinfo=None)

    def _offset_at(self, moment: ColumnElement[datetime]) -> ColumnElement[int]:
        """How many seconds the clocks were ahead of UTC: what holds from each change on, the last first."""
        (_, first), *changes = self._offsets
        whens = [(moment >= changed_at, literal(seconds)) for changed_at, seconds in reversed(changes)]
        return case(*whens, else_=first) if whens else literal(first)


def _offsets(since: datetime, until: datetime, zone: tzinfo) -> Iterator[tuple[datetime, int]]:
    """How many seconds the clocks of a zone are ahead of UTC in a stretch of time, and from when on."""
    at, offset = since, _offset(since, zone)
    yield since, offset
    while at < until:
        following = min(at + _DAY, until)
        if (changed := _offset(following, zone)) != offset:
            offset = changed
            yield _change_between(at, following, zone), offset
        at = following


def _change_between(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The second at which the clocks of a zone are changed, once, between two moments."""
    old = _offset(before, zone)
    while (length := (after - before) // _SECOND) > 1:
        middle = before + length // 2 * _SECOND
        if _offset(middle, zone) == old:
            before = middle
        else:
            after = middle
    return after


def _offset(moment: datetime, zone: tzinfo) -> int:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def statistics_of(database: Engine, wanted: CallFilter, in_time: timedelta) -> QueueStatistics:
    """The numbers of the calls that match, with ``in_time`` as the service level's limit (see
    ``engine.statistics.summarize``, which says the same about records)."""
    calls = _calls(wanted)
    with reading(database, wanted.organization_id) as connection:
        return _statistics(connection.execute(select(*_numbers(calls, in_time))).one())


def statistics_by_queue(
    database: Engine, wanted: CallFilter, in_time: timedelta
) -> dict[str, QueueStatistics]:
    """The same for each queue that has any; a call counts in the queue where it came in and in that where
    it ended."""
    calls = _calls_in_queues(wanted)
    query = select(calls.c.queue, *_numbers(calls, in_time)).group_by(calls.c.queue)
    with reading(database, wanted.organization_id) as connection:
        return {queue_id: _statistics(numbers) for queue_id, *numbers in connection.execute(query)}


def statistics_by_time(
    database: Engine, wanted: CallFilter, buckets: Buckets, in_time: timedelta = _ANY_TIME
) -> dict[int, QueueStatistics]:
    """The same for each part of the time in which any arrived, by its place; all within ``wanted``."""
    calls = _calls(wanted)
    place = buckets.place_of(calls.c.arrived_at).label("place")
    query = select(place, *_numbers(calls, in_time)).group_by(place)
    with reading(database, wanted.organization_id) as connection:
        return {found: _statistics(numbers) for found, *numbers in connection.execute(query)}


def arrivals_by_queue(
    database: Engine, wanted: CallFilter, buckets: Buckets
) -> dict[tuple[str, int], Arrived]:
    """What arrived in each queue and part of the time, by both; nothing where nobody did."""
    calls = _calls_in_queues(wanted)
    place = buckets.place_of(calls.c.arrived_at).label("place")
    outcomes = (_count(calls.c.outcome == each) for each in (Outcome.ANSWERED, Outcome.ABANDONED))
    query = select(calls.c.queue, place, func.count(), *outcomes).group_by(calls.c.queue, place)
    with reading(database, wanted.organization_id) as connection:
        return {(queue_id, found): Arrived(*counts) for queue_id, found, *counts in connection.execute(query)}


def waits_of(database: Engine, wanted: CallFilter, bounds: Sequence[float]) -> list[tuple[int, int]]:
    """How many callers were answered and how many gave up after a wait of at least each bound and less than
    the next one; the last has no end."""
    calls = _calls(wanted)
    ranges = [
        *(and_(calls.c.waited >= low, calls.c.waited < high) for low, high in pairwise(bounds)),
        calls.c.waited >= bounds[-1],
    ]
    outcomes = (Outcome.ANSWERED, Outcome.ABANDONED)
    query = select(*(_count(and_(calls.c.outcome == each, within)) for within in ranges for each in outcomes))
    with reading(database, wanted.organization_id) as connection:
        counts = iter(connection.execute(query).one())
    return list(zip(counts, counts, strict=True))


# An offset, be it none at all, keeps both databases from working out a wait anew wherever it is named.


def _calls(wanted: CallFilter) -> FromClause:
    return select(*_columns()).where(*conditions_of(wanted)).offset(0).subquery()


def _calls_in_queues(wanted: CallFilter) -> FromClause:
    calls, is_wanted = schema.calls, list(conditions_of(wanted))
    ended = select(calls.c.queue_id.label("queue"), *_columns()).where(*is_wanted)
    came_in = select(calls.c.first_queue_id.label("queue"), *_columns()).where(
        *is_wanted, calls.c.first_queue_id != calls.c.queue_id
    )
    return union_all(ended, came_in).offset(0).subquery()


def _columns() -> tuple[ColumnElement[Any], ...]:
    calls = schema.calls
    waits = waited().label("waited"), waited_from_arrival().label("from_arrival")
    return calls.c.outcome, calls.c.arrived_at, calls.c.waiting_since, *waits


def _numbers(calls: FromClause, in_time: timedelta) -> list[ColumnElement[Any]]:
    """What ``_statistics`` is made of."""
    is_in_time = calls.c.waited <= in_time.total_seconds()
    has_waited = calls.c.waiting_since.is_not(None)
    is_answered = calls.c.outcome == Outcome.ANSWERED
    is_abandoned = and_(calls.c.outcome == Outcome.ABANDONED, has_waited)
    is_served = or_(is_answered, is_abandoned)
    return [
        *(_count(calls.c.outcome == each) for each in Outcome),
        _count(or_(has_waited, calls.c.outcome.in_(TURNED_AWAY))),
        _count(is_abandoned),
        _count(and_(is_answered, is_in_time)),
        _count(and_(is_abandoned, is_in_time)),
        *(
            summary(case((is_served, wait)))
            for wait in (calls.c.waited, calls.c.from_arrival)
            for summary in (func.avg, func.max)
        ),
    ]


def _statistics(numbers: Row[Any] | Sequence[Any]) -> QueueStatistics:
    *of_outcomes, offered, abandoned, answered_in_time, abandoned_in_time = numbers[:-4]
    outcomes = dict(zip(Outcome, of_outcomes, strict=True))
    mean, longest, mean_from_arrival, longest_from_arrival = map(_duration, numbers[-4:])
    return QueueStatistics(
        calls=sum(of_outcomes),
        outcomes=outcomes,
        service_level=ServiceLevel(
            offered=offered,
            answered_in_time=answered_in_time,
            abandoned_in_time=abandoned_in_time,
            answered=outcomes[Outcome.ANSWERED],
            abandoned=abandoned,
        ),
        waits=Waits(mean, longest),
        waits_from_arrival=Waits(mean_from_arrival, longest_from_arrival),
    )


def _duration(seconds: float | None) -> timedelta:
    return timedelta(seconds=float(seconds or 0))


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


class _Second(FunctionElement[int]):
    """The second of a moment, counted from 1970: neither database says it in the other's words."""

    type = BigInteger()
    inherit_cache = True


@compiles(_Second)
def _in_sql(element: _Second, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **options)})) AS bigint)"


@compiles(_Second, "sqlite")
def _in_sqlite(element: _Second, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **options)}) AS INTEGER)"
