"""Numbers in reports, with both formulas (rules section 5)."""

from __future__ import annotations

import pytest

from huntline.engine.commands import RecordCall
from huntline.engine.model import Outcome
from huntline.engine.reasons import Cause
from huntline.engine.statistics import summarize

from .desk import NOON, seconds


def ended(outcome: Outcome, wait: float, greeting: float = 10, talk: float = 60) -> RecordCall:
    """A call after a greeting, a wait and, if answered, a talk."""
    since = NOON + seconds(greeting)
    answered_at = since + seconds(wait) if outcome is Outcome.ANSWERED else None
    return RecordCall(
        organization_id="contoso",
        call_id="c",
        queue_id="desk",
        first_queue_id="desk",
        caller="+1",
        arrived_at=NOON,
        waiting_since=since,
        answered_at=answered_at,
        ended_at=since + seconds(wait + (talk if answered_at else 0)),
        agent_id=None,
        outcome=outcome,
        reason=Cause.CALLER_HUNG_UP,
    )


CALLS = [
    ended(Outcome.ANSWERED, 5),
    ended(Outcome.ANSWERED, 20),
    ended(Outcome.ANSWERED, 21),
    ended(Outcome.ANSWERED, 90),
    ended(Outcome.ABANDONED, 3),
    ended(Outcome.ABANDONED, 300),
    ended(Outcome.TIMED_OUT, 1200),
    ended(Outcome.OVERFLOWED, 0),
]


def test_the_service_level_is_told_by_both_formulas() -> None:
    level = summarize(CALLS, seconds(20)).service_level
    assert level.of_answered == pytest.approx(2 / 4)
    assert level.of_answered_and_abandoned == pytest.approx((2 + 1) / (4 + 2))


def test_waits_are_told_from_the_start_of_waiting_and_from_arrival() -> None:
    numbers = summarize(CALLS, seconds(20))
    assert (numbers.waits.longest, numbers.waits_from_arrival.longest) == (seconds(300), seconds(310))
    assert numbers.waits_from_arrival.mean - numbers.waits.mean == seconds(10)


def test_calls_are_counted_by_outcome() -> None:
    numbers = summarize(CALLS, seconds(20))
    assert numbers.calls == 8
    assert numbers.outcomes[Outcome.ANSWERED] == 4
    assert numbers.outcomes[Outcome.NO_AGENTS] == 0


def test_no_calls_have_no_service_level() -> None:
    numbers = summarize([], seconds(20))
    assert numbers.service_level.of_answered is None
    assert numbers.service_level.of_answered_and_abandoned is None
    assert numbers.waits.longest == seconds(0)
