"""How often the look-ahead was right, by what came of the half-hours that it spoke of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from huntline.engine.statistics import ServiceLevel
from huntline.simulator.staffing import Target

FEWEST_OFFERED = 5
"""A half-hour with fewer calls is not held against the look-ahead: one caller would decide."""


class ForecastHalfHour(NamedTuple):
    """A half-hour that was looked ahead at: ``in_advance`` before it began; ``warned`` of; and whether
    ``more_came`` after that: agents."""

    begins_at: datetime
    in_advance: bool
    warned: bool
    more_came: bool


@dataclass(frozen=True, slots=True)
class LookAheadScore:
    """Half-hours: ``warned`` of, of which as many as ``right`` fell below the target; ``averted`` are further
    ones with a warning, which did not and had more agents after it; ``missed`` fell below without."""

    warned: int
    right: int
    averted: int
    missed: int


def score_of(
    forecasts: Iterable[ForecastHalfHour], levels: Mapping[datetime, ServiceLevel], target: Target
) -> LookAheadScore:
    """By the service levels of half-hours in which anybody called, as reports have them."""
    right = wrong = averted = missed = 0
    for forecast in forecasts:
        level = levels.get(forecast.begins_at)
        share = level.of_offered if level is not None else None
        fell = share is not None and share < target.share
        if forecast.warned:
            right += fell
            averted += not fell and forecast.more_came
            wrong += not fell and not forecast.more_came
        elif forecast.in_advance and level is not None and level.offered >= FEWEST_OFFERED:
            missed += fell
    return LookAheadScore(right + wrong, right, averted, missed)
