"""Calls are found, counted and summed up by the database as the rules say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

from sqlalchemy import Engine

from huntline.engine.commands import DecisionKind, RecordCall, RecordDecision, RecordRing
from huntline.engine.model import Outcome
from huntline.engine.reasons import Cause, RingOutcome
from huntline.engine.statistics import summarize
from huntline.storage.calls import (
    CallFilter,
    all_calls,
    count_calls,
    decisions_of,
    find_call,
    page_of_calls,
    rings_of_agent,
)
from huntline.storage.history import HistoryWriter
from huntline.storage.reports import statistics_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONTOSO = CallFilter(organization_id="contoso")
BYE = Cause.CALLER_HUNG_UP
CALL = RecordCall(
    "contoso", "c0", "q1", "q1", "+14255550123", NOON, NOON, None, NOON, None, Outcome.ABANDONED, BYE
)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def write(database: Engine, *records: RecordCall | RecordRing | RecordDecision, of: str = "contoso") -> None:
    writer = HistoryWriter(database)
    for record in records:
        writer.add(replace(record, organization_id=of))
    writer.close()


def ring(call_id: str, agent_id: str, at: datetime = NOON, lasting: float = 9) -> RecordRing:
    ring_id, until = f"{call_id}.{agent_id}", at + seconds(lasting)
    return RecordRing(
        "contoso", ring_id, call_id, "q1", agent_id, at, None, until, RingOutcome.NO_ANSWER, BYE
    )


def found(database: Engine, wanted: CallFilter) -> list[str]:
    calls = [call.call_id for call in page_of_calls(database, wanted, 100)]
    assert count_calls(database, wanted) == len(calls)
    assert [call.call_id for call in all_calls(database, wanted)] == calls
    return calls


def test_each_filter_narrows_down(database: Engine) -> None:
    answered = replace(CALL, answered_at=NOON + seconds(5), agent_id="amal", outcome=Outcome.ANSWERED)
    write(
        database,
        replace(answered, call_id="c1"),
        replace(CALL, call_id="c2", arrived_at=NOON + seconds(60), ended_at=NOON + seconds(90)),
        replace(CALL, call_id="c3", arrived_at=NOON + seconds(120), queue_id="q2", caller="50%_off"),
        ring("c1", "amal"),
        ring("c2", "amal", NOON + seconds(60)),
        ring("c2", "bao", NOON + seconds(61)),
    )
    write(database, replace(CALL, call_id="c4"), ring("c4", "amal"), of="fabrikam")
    assert found(database, CONTOSO) == ["c3", "c2", "c1"]
    for wanted, calls in (
        ({"since": NOON + seconds(60)}, ["c3", "c2"]),
        ({"until": NOON + seconds(60)}, ["c1"]),
        ({"queue_ids": {"q2"}}, ["c3"]),
        ({"queue_ids": {"q1"}}, ["c3", "c2", "c1"]),
        ({"queue_ids": set()}, []),
        ({"agent_id": "amal"}, ["c1"]),
        ({"rung_id": "amal"}, ["c2", "c1"]),
        ({"rung_id": "bao", "since": NOON + seconds(61)}, []),
        ({"outcome": Outcome.ANSWERED}, ["c1"]),
        ({"caller": "0%_"}, ["c3"]),
        ({"caller": "%"}, ["c3"]),
        ({"shortest_wait": seconds(5)}, ["c2", "c1"]),
        ({"shortest_wait": seconds(5.001)}, ["c2"]),
    ):
        assert found(database, replace(CONTOSO, **wanted)) == calls, wanted


def test_many_calls_of_one_moment_come_once_each_whatever_the_page(database: Engine) -> None:
    write(database, *(replace(CALL, call_id=f"c{number:04}") for number in range(2_500)))
    ids = [f"c{number:04}" for number in reversed(range(2_500))]
    assert [call.call_id for call in all_calls(database, CONTOSO)] == ids
    pages = [page_of_calls(database, CONTOSO, 1_000, offset) for offset in (0, 1_000, 2_000)]
    assert [call.call_id for page in pages for call in page] == ids


def test_a_wait_ends_when_the_call_leaves_the_line_not_when_a_forward_is_over(database: Engine) -> None:
    forwarded = replace(
        CALL,
        waiting_since=NOON + seconds(4),
        ended_at=NOON + seconds(600),
        outcome=Outcome.TIMED_OUT,
        reason=Cause.TARGET_HUNG_UP,
    )
    left_at = NOON + seconds(64.5)
    write(
        database,
        forwarded,
        RecordDecision("contoso", "c0", "q1", None, left_at, DecisionKind.TIMEOUT, BYE, 1),
    )
    call = find_call(database, CONTOSO, "c0")
    assert call is not None
    assert (call.waited_s, call.waited_from_arrival_s) == (60.5, 64.5)


def test_a_caller_who_left_during_the_greeting_has_not_waited(database: Engine) -> None:
    write(database, replace(CALL, waiting_since=None, ended_at=NOON + seconds(3)))
    call = find_call(database, CONTOSO, "c0")
    assert call is not None
    assert (call.waited_s, call.waited_from_arrival_s) == (0, 3)


def test_nothing_of_another_organization_is_found_by_its_id(database: Engine) -> None:
    write(
        database,
        CALL,
        ring("c0", "amal"),
        RecordDecision("contoso", "c0", "q1", "amal", NOON, DecisionKind.RUNG, BYE, 1),
    )
    assert find_call(database, CallFilter(organization_id="fabrikam"), "c0") is None
    assert decisions_of(database, "fabrikam", "c0") == []
    assert rings_of_agent(database, "fabrikam", "amal", NOON, NOON + seconds(1)) == []


def test_rings_that_reach_into_a_time_are_found(database: Engine) -> None:
    write(database, ring("c1", "amal", NOON, 10), ring("c2", "bao"))
    for since, until, count in ((5, 6, 1), (10, 20, 0), (-5, 0, 0), (-5, 1, 1), (9, 20, 1)):
        stretch = NOON + seconds(since), NOON + seconds(until)
        assert len(rings_of_agent(database, "contoso", "amal", *stretch)) == count, (since, until)


def test_the_database_sums_up_as_the_engine_does(database: Engine) -> None:
    assert statistics_of(database, CONTOSO, seconds(20)) == summarize([], seconds(20))
    kinds = product(
        (Outcome.ANSWERED, Outcome.ABANDONED, Outcome.OVERFLOWED),
        (0, 3, 19.999, 20, 20.001, 300),
        (True, False),
    )
    records = [
        replace(
            CALL,
            call_id=f"c{number}",
            waiting_since=NOON + seconds(2) if has_waited else None,
            answered_at=NOON + seconds(2 + wait) if outcome is Outcome.ANSWERED else None,
            ended_at=NOON + seconds(2 + wait),
            outcome=outcome,
        )
        for number, (outcome, wait, has_waited) in enumerate(kinds)
    ]
    write(database, *records)
    assert statistics_of(database, CONTOSO, seconds(20)) == summarize(records, seconds(20))
