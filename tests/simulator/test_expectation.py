"""How many calls are to be expected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from huntline.simulator.expectation import CallsAhead, Rate, calls_ahead, past_windows

NOW = datetime(2026, 11, 23, 10, 10, tzinfo=UTC)  # a Monday
ZONE = ZoneInfo("Europe/Paris")


def at(hours: int, minutes: int, days_ago: int = 0) -> datetime:
    """A moment of the day by UTC."""
    return NOW.replace(hour=hours, minute=minutes) - timedelta(days=days_ago)


def every(minutes: float, since: datetime, until: datetime) -> list[datetime]:
    """Calls in the middle of steps of so many minutes."""
    step = timedelta(minutes=minutes)
    return [since + (place + 0.5) * step for place in range(int((until - since) / step))]


def an_hour(found: CallsAhead) -> list[float]:
    return [round(rate.a_second * 3600, 1) for rate in found.rates]


def weeks(minutes: Sequence[float], since: datetime, until: datetime) -> list[datetime]:
    """Calls of last weeks, every so many minutes."""
    return [
        call
        for week, step in enumerate(minutes, start=1)
        for call in every(step, since - timedelta(weeks=week), until - timedelta(weeks=week))
    ]


def test_half_hours_of_the_same_weekday_and_the_level_of_today() -> None:
    past = weeks([2, 2, 1, 1], at(9, 30), at(11, 30))
    usual = every(4 / 3, at(9, 40), at(10, 10))  # as many as in the mean of those weeks
    found = calls_ahead(past + usual, NOW, ZONE)
    assert found.known_by == 2 * 60 + 2 * 120
    assert [rate.until for rate in found.rates] == [1200, 3000, 4800]
    assert an_hour(found) == pytest.approx([45, 45, 45], rel=0.05)
    assert found.expected(1800) == pytest.approx(22.5, rel=0.05)


@pytest.mark.parametrize(("today", "level"), [(0, 0.5), (15, 20 / 25), (30, 35 / 25), (200, 2.0)])
def test_the_last_half_hour_corrects_the_level_within_bounds(today: int, level: float) -> None:
    past = weeks([1.5] * 4, at(9, 30), at(11, 30))
    calls = [at(9, 41) + timedelta(seconds=number) for number in range(today)]
    assert an_hour(calls_ahead(past + calls, NOW, ZONE)) == pytest.approx([40 * level] * 3, rel=0.01)


def test_each_half_hour_has_its_own_rate() -> None:
    past = weeks([5] * 4, at(9, 30), at(10, 0)) + weeks([3] * 4, at(10, 0), at(10, 30))
    past += weeks([1] * 4, at(10, 30), at(11, 0))
    usual = every(10 / 3, at(9, 40), at(10, 10))
    assert an_hour(calls_ahead(past + usual, NOW, ZONE)) == pytest.approx([20, 60, 0], rel=0.15)


def test_weeks_without_any_call_are_no_weeks() -> None:
    past = weeks([1, 10_000, 1], at(9, 30), at(11, 30))
    usual = every(1, at(9, 40), at(10, 10))
    assert an_hour(calls_ahead(past + usual, NOW, ZONE)) == pytest.approx([60, 60, 60], rel=0.01)


def test_too_little_history_goes_on_as_the_last_hour() -> None:
    past = weeks([60, 60], at(9, 30), at(11, 30))
    today = every(5, at(9, 10), at(10, 10))
    found = calls_ahead(past + today, NOW, ZONE)
    assert found == CallsAhead(12, (Rate(3600, 12 / 3600),))
    assert calls_ahead([], NOW, ZONE) == CallsAhead(0, (Rate(3600, 0.0),))


def test_nothing_is_expected_beyond_what_is_known() -> None:
    assert CallsAhead(9, (Rate(10, 1.0), Rate(20, 0.5))).expected(100) == 15
    assert CallsAhead(9, (Rate(10, 1.0), Rate(20, 0.5))).expected(5) == 5
    assert CallsAhead(0, ()).expected(5) == 0


def test_windows_go_by_the_clocks_of_the_organization() -> None:
    # Summer time ended on 25 October: half past ten by the clock was half past eight by UTC before.
    now = datetime(2026, 11, 2, 9, 31, tzinfo=UTC)
    today, *before = past_windows(now, ZONE)
    assert today == (now - timedelta(hours=1), now)
    begins = [begin for begin, _ in before]
    assert begins == [
        datetime(2026, 10, 26, 9, 0, tzinfo=UTC),
        datetime(2026, 10, 19, 8, 0, tzinfo=UTC),
        datetime(2026, 10, 12, 8, 0, tzinfo=UTC),
        datetime(2026, 10, 5, 8, 0, tzinfo=UTC),
    ]
    assert all(end - begin == timedelta(hours=2) for begin, end in before)
