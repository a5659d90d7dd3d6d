"""A day of history says who called when, and what callers are like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from huntline.engine.model import Outcome
from huntline.simulator.callers import GivenCall
from huntline.simulator.durations import Constant, Observed, mean_of
from huntline.simulator.recorded import RecordedCall, recorded_day

MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


def call(
    at: float, outcome: Outcome, waited: float, talked: float = 0, began_to_wait: bool = True
) -> RecordedCall:
    return RecordedCall(MIDNIGHT + timedelta(seconds=at), outcome, waited, talked, began_to_wait)


def test_calls_bring_along_what_is_known_of_them() -> None:
    day = recorded_day(
        [
            call(40, Outcome.OVERFLOWED, 0, began_to_wait=False),
            call(30, Outcome.TIMED_OUT, 20),
            call(20, Outcome.ABANDONED, 10),
            call(10, Outcome.ANSWERED, 5, talked=60),
            call(50, Outcome.ANSWERED, 15, talked=100),
            call(60, Outcome.ABANDONED, 0, began_to_wait=False),  # in the greeting
            call(70, Outcome.FAILED, 3),
        ],
        MIDNIGHT,
        Constant(1),
    )
    assert day.calls == (
        GivenCall(10, talk=60, waited=5),
        GivenCall(20, waited=10, gave_up=True),
        GivenCall(30, waited=20),
        GivenCall(40),
        GivenCall(50, talk=100, waited=15),
    )
    assert mean_of(day.habits.talk) == 80
    # Of four who waited, three still did at 10 s, when one of them gave up; the others may never do so.
    assert isinstance(day.habits.patience, Observed)
    assert day.habits.patience.shares == pytest.approx((1 / 3,))


def test_where_nobody_was_answered_callers_talk_as_it_is_said() -> None:
    day = recorded_day([call(0, Outcome.ABANDONED, 5)], MIDNIGHT, Constant(90))
    assert day.habits.talk == Constant(90)
