"""Numbers in reports, with their formulas (rules section 12)."""

from __future__ import annotations

import pytest

from huntline.engine.commands import RecordCall
from huntline.engine.model import Outcome
from huntline.engine.reasons import Cause
from huntline.engine.statistics import summarize

from .desk import NOON, seconds


def ended(outcome: Outcome, wait: float | None, greeting: float = 10, talk: float = 60) -> RecordCall:
    """A call after a greeting, a wait and, if answered, a talk; one without a wait never began to."""
    since = NOON + seconds(greeting)
    has_waited, wait = wait is not None, wait or 0
    answered_at = since + seconds(wait) if outcome is Outcome.ANSWERED else None
    return RecordCall(
        organization_id="contoso",
        call_id="c",
        queue_id="desk",
        first_queue_id="desk",
        caller="+1",
        arrived_at=NOON,
        waiting_since=since if has_waited else None,
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
    ended(Outcome.OVERFLOWED, None),
    ended(Outcome.ABANDONED, None),  # in the greeting
    ended(Outcome.REFUSED, None),
    ended(Outcome.FAILED, 40),
]


def test_the_headline_counts_all_that_was_offered_to_the_queue() -> None:
    level = summarize(CALLS, seconds(20)).service_level
    assert level.offered == 9
    assert level.of_offered == pytest.approx(2 / 9)
    assert level.abandon_rate == pytest.approx(2 / 9)


def test_one_answered_and_five_who_gave_up_are_no_full_service() -> None:
    calls = [ended(Outcome.ANSWERED, 5), *(ended(Outcome.ABANDONED, 60) for _ in range(5))]
    level = summarize(calls, seconds(20)).service_level
    assert level.of_offered == pytest.approx(1 / 6)
    assert level.abandon_rate == pytest.approx(5 / 6)


def test_the_two_other_formulas_are_there_too() -> None:
    level = summarize(CALLS, seconds(20)).service_level
    assert level.of_answered == pytest.approx(2 / 4)
    assert level.of_answered_and_abandoned == pytest.approx((2 + 1) / (4 + 2))


def test_waits_are_told_from_the_start_of_waiting_and_from_arrival() -> None:
    numbers = summarize(CALLS, seconds(20))
    assert (numbers.waits.longest, numbers.waits_from_arrival.longest) == (seconds(300), seconds(310))
    assert numbers.waits_from_arrival.mean - numbers.waits.mean == seconds(10)


def test_calls_are_counted_by_outcome() -> None:
    numbers = summarize(CALLS, seconds(20))
    assert numbers.calls == 11
    assert numbers.outcomes[Outcome.ANSWERED] == 4
    assert numbers.outcomes[Outcome.NO_AGENTS] == 0


def test_no_calls_have_no_service_level() -> None:
    numbers = summarize([], seconds(20))
    assert numbers.service_level.of_offered is None
    assert numbers.service_level.abandon_rate is None
    assert numbers.service_level.of_answered is None
    assert numbers.service_level.of_answered_and_abandoned is None
    assert numbers.waits.longest == seconds(0)
