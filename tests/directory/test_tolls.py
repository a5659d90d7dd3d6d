"""Ceilings of what a user may call abroad on a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.directory.may_dial import DiallingSettings
from huntline.directory.tolls import TollCeiling, TollDay, must_end, reached

MORNING = datetime(2026, 11, 30, tzinfo=UTC)
NOON = MORNING + timedelta(hours=12)
DAY = TollDay(began=MORNING)
seconds = st.integers(0, 20_000)


def settings(calls: int = 20, minutes: int = 60) -> DiallingSettings:
    return DiallingSettings(international_calls_a_day=calls, international_minutes_a_day=minutes)


@pytest.mark.parametrize(
    ("calls", "talked", "ceiling", "is_end"),
    [
        (0, 0, None, False),
        (19, 3599, None, False),
        (20, 0, TollCeiling.CALLS, False),
        (3, 3600, TollCeiling.MINUTES, False),
        (3, 7199, TollCeiling.MINUTES, False),
        (3, 7200, TollCeiling.MINUTES, True),
        (21, 7200, TollCeiling.CALLS, True),
    ],
)
def test_when_a_ceiling_is_reached(
    calls: int, talked: float, ceiling: TollCeiling | None, is_end: bool
) -> None:
    assert reached(settings(), calls, talked) is ceiling
    assert must_end(settings(), talked) is is_end
    assert reached(settings(0, 0), calls, talked) is None
    assert not must_end(settings(0, 0), talked)


@given(st.integers(1, 50), st.integers(1, 50), st.lists(st.integers(0, 600), max_size=80))
def test_nobody_places_more_calls_than_the_ceiling_and_the_last_minutes_are_those_of_one_call(
    calls: int, minutes: int, lengths: list[int]
) -> None:
    day, now, placed = DAY, NOON, 0
    for length in lengths:
        if reached(settings(calls, minutes), day.calls, day.seconds) is not None:
            continue
        placed += 1
        day = day.placed().talked(now, now + timedelta(seconds=length))
    assert placed == day.calls <= calls
    assert day.seconds < minutes * 60 + 600


@given(st.lists(seconds, max_size=9), st.lists(seconds, max_size=9))
def test_calls_under_way_count_as_they_will_when_they_are_over(over: list[int], under_way: list[int]) -> None:
    day, now = DAY, NOON + timedelta(hours=9)
    for length in over:
        day = day.placed().talked(NOON, NOON + timedelta(seconds=length))
    starts = [now - timedelta(seconds=length) for length in under_way]
    counted = day.seconds_with(starts, now)
    for start in starts:
        day = day.talked(start, now)
    assert counted == pytest.approx(day.seconds)
    assert day.seconds == pytest.approx(sum(over) + sum(under_way))


def test_what_was_talked_before_midnight_is_another_days() -> None:
    late = MORNING - timedelta(minutes=50)
    assert DAY.talked(late, MORNING + timedelta(minutes=10)).seconds == 600
    assert DAY.talked(late, late + timedelta(minutes=5)).seconds == 0
    assert DAY.talked(NOON, MORNING).seconds == 0, "the clock was set back"


def test_the_first_alarm_of_a_day_stays() -> None:
    alarmed = DAY.alarmed(TollCeiling.MINUTES, NOON)
    assert (alarmed.alarm, alarmed.alarm_at) == (TollCeiling.MINUTES, NOON)
    assert alarmed.alarmed(TollCeiling.CALLS, NOON + timedelta(hours=1)) == alarmed
