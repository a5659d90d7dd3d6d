"""The database counts by queue and by time as the engine does by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, event

from huntline.engine.commands import RecordCall
from huntline.engine.model import Outcome
from huntline.engine.reasons import Cause
from huntline.engine.statistics import summarize
from huntline.storage.calls import CallFilter
from huntline.storage.history import HistoryWriter
from huntline.storage.reports import (
    Arrived,
    Buckets,
    arrivals_by_queue,
    statistics_by_queue,
    statistics_by_time,
    waits_of,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONTOSO = CallFilter(organization_id="contoso")
IN_TIME = timedelta(seconds=20)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def record(
    call_id: str,
    arrived: float = 0,
    wait: float = 10,
    outcome: Outcome = Outcome.ABANDONED,
    came_in: str = "q1",
) -> RecordCall:
    is_answered = outcome is Outcome.ANSWERED
    left_at = at(arrived + wait)
    return RecordCall(
        "contoso",
        call_id,
        "q1",
        came_in,
        "+14255550123",
        at(arrived),
        at(arrived),
        left_at if is_answered else None,
        left_at,
        "amal" if is_answered else None,
        outcome,
        Cause.CALLER_HUNG_UP,
    )


def write(database: Engine, *records: RecordCall, of: str = "contoso") -> None:
    writer = HistoryWriter(database)
    for each in records:
        writer.add(replace(each, organization_id=of))
    writer.close()


def test_a_call_counts_where_it_came_in_and_where_it_ended_and_once_where_that_is_one(
    database: Engine,
) -> None:
    stays = [record(f"c{number}", wait=5 * number, outcome=Outcome.ANSWERED) for number in range(8)]
    moves = [record("m1", wait=44, came_in="q2"), record("m2", outcome=Outcome.OVERFLOWED, came_in="q2")]
    write(database, *stays, *moves)
    write(database, record("elsewhere"), of="fabrikam")
    assert statistics_by_queue(database, CONTOSO, IN_TIME) == {
        "q1": summarize([*stays, *moves], IN_TIME),
        "q2": summarize(moves, IN_TIME),
    }


def test_calls_are_counted_by_the_part_of_time_in_which_they_arrived(database: Engine) -> None:
    arrived = [-0.001, 0, 899.9, 900, 1_799, 3_599.9997, 3_600]
    records = [record(f"c{number}", moment, wait=number) for number, moment in enumerate(arrived)]
    write(database, *records)
    buckets = Buckets(NOON, at(3_600), timedelta(seconds=900))
    assert list(buckets) == [at(0), at(900), at(1_800), at(2_700)]
    wanted = replace(CONTOSO, since=NOON, until=at(3_600))
    nothing = timedelta(0)
    assert statistics_by_time(database, wanted, buckets) == {
        0: summarize(records[1:3], nothing),
        1: summarize(records[3:5], nothing),
        3: summarize(records[5:6], nothing),
    }


def test_the_last_part_may_be_a_shorter_one_and_the_first_begins_with_a_whole_second() -> None:
    buckets = Buckets(at(0.25), at(901), timedelta(seconds=300))
    assert list(buckets) == [at(0), at(300), at(600), at(900)]
    assert list(Buckets(at(0), at(900), timedelta(seconds=300))) == [at(0), at(300), at(600)]
    assert Buckets(NOON, NOON, timedelta(seconds=60)).count == 0


def test_what_arrived_is_counted_by_queue_and_time(database: Engine) -> None:
    write(
        database,
        record("c1", 10, outcome=Outcome.ANSWERED),
        record("c2", 20),
        record("c3", 310, outcome=Outcome.TIMED_OUT, came_in="q2"),
    )
    buckets = Buckets(NOON, at(600), timedelta(seconds=300))
    assert arrivals_by_queue(database, CONTOSO, buckets) == {
        ("q1", 0): Arrived(2, 1, 1),
        ("q1", 1): Arrived(1, 0, 0),
        ("q2", 1): Arrived(1, 0, 0),
    }


def test_waits_are_sorted_into_ranges_that_begin_with_their_bound(database: Engine) -> None:
    answered, abandoned = Outcome.ANSWERED, Outcome.ABANDONED
    waits = [(0, answered), (4.999, answered), (5, abandoned), (900, answered)]
    write(
        database,
        *(record(f"c{number}", wait=wait, outcome=outcome) for number, (wait, outcome) in enumerate(waits)),
        record("sent away", wait=3, outcome=Outcome.OVERFLOWED),
    )
    assert waits_of(database, CONTOSO, (0, 5, 300)) == [(2, 0), (0, 1), (1, 0)]


def test_the_time_is_looked_up_in_an_index(sqlite: Engine) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []

    @event.listens_for(sqlite, "before_cursor_execute")
    def note(connection: object, cursor: object, sql: str, values: tuple[object, ...], *rest: object) -> None:
        asked.append((sql, values))

    wanted = replace(CONTOSO, since=NOON, until=at(3_600))
    buckets = Buckets(NOON, at(3_600), timedelta(seconds=900))
    statistics_by_queue(sqlite, wanted, IN_TIME)
    statistics_by_time(sqlite, wanted, buckets)
    arrivals_by_queue(sqlite, wanted, buckets)
    waits_of(sqlite, wanted, (0, 5))
    queries = [each for each in asked if each[0].startswith("SELECT")]
    assert len(queries) == 4
    with sqlite.begin() as connection:
        for sql, values in queries:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()
            steps = [step[3] for step in plan if " calls " in f"{step[3]} "]
            assert steps
            assert all("ix_calls_organization_id_arrived_at" in step for step in steps), steps
