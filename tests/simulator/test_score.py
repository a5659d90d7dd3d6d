"""How often the look-ahead was right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from huntline.engine.statistics import ServiceLevel
from huntline.simulator.score import ForecastHalfHour, LookAheadScore, score_of
from huntline.simulator.staffing import Target

TEN = datetime(2026, 11, 23, 10, tzinfo=UTC)
TARGET = Target(0.8, 20)


def level(offered: int, in_time: int) -> ServiceLevel:
    return ServiceLevel(offered, in_time, 0, offered, 0)


BELOW, ABOVE, FEW = level(10, 7), level(10, 8), level(4, 0)


@pytest.mark.parametrize(
    ("in_advance", "warned", "more_came", "came_of_it", "expected"),
    [
        (True, True, False, BELOW, LookAheadScore(1, 1, 0, 0)),
        (False, True, False, BELOW, LookAheadScore(1, 1, 0, 0)),
        (True, True, True, BELOW, LookAheadScore(1, 1, 0, 0)),
        (True, True, False, FEW, LookAheadScore(1, 1, 0, 0)),
        (True, True, False, ABOVE, LookAheadScore(1, 0, 0, 0)),
        (True, True, False, None, LookAheadScore(1, 0, 0, 0)),
        (True, True, True, ABOVE, LookAheadScore(0, 0, 1, 0)),
        (True, True, True, None, LookAheadScore(0, 0, 1, 0)),
        (True, False, False, BELOW, LookAheadScore(0, 0, 0, 1)),
        (True, False, False, FEW, LookAheadScore(0, 0, 0, 0)),
        (False, False, False, BELOW, LookAheadScore(0, 0, 0, 0)),
        (True, False, False, ABOVE, LookAheadScore(0, 0, 0, 0)),
        (True, False, False, None, LookAheadScore(0, 0, 0, 0)),
    ],
)
def test_each_half_hour_is_one_thing(
    in_advance: bool,
    warned: bool,
    more_came: bool,
    came_of_it: ServiceLevel | None,
    expected: LookAheadScore,
) -> None:
    levels = {} if came_of_it is None else {TEN: came_of_it}
    assert score_of([ForecastHalfHour(TEN, in_advance, warned, more_came)], levels, TARGET) == expected


def test_half_hours_add_up() -> None:
    moments = [TEN + number * timedelta(minutes=30) for number in range(6)]
    levels = dict(zip(moments, (BELOW, BELOW, ABOVE, ABOVE, BELOW, BELOW), strict=True))
    warned = (True, True, True, True, False, False)
    more_came = (False, False, False, True, False, False)
    halves = [
        ForecastHalfHour(at, True, is_warned, came)
        for at, is_warned, came in zip(moments, warned, more_came, strict=True)
    ]
    assert score_of(halves, levels, TARGET) == LookAheadScore(warned=3, right=2, averted=1, missed=2)
