"""How many calls are to be expected, from those of the same weekday in the last weeks and of this day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from huntline.simulator.day import HALF_HOUR

WEEKS = 4
FEWEST_PAST = 20
"""Calls of those weeks, below which they say too little and the last hour is taken."""

MOST_CORRECTION = 2.0
"""A last half-hour that was busier than others at most doubles what is expected, or halves it."""

_HOUR = 2 * HALF_HOUR
_STEADY = 5
"""So many calls are added to both sides of the comparison: one caller more is no trend."""

_HALF_HOUR = timedelta(seconds=HALF_HOUR)
_SLOTS = range(-1, 3)
"""The half-hours that matter, from the one before the present one to the second after it."""


class Rate(NamedTuple):
    """So many calls a second, until so many seconds from now."""

    until: float
    a_second: float


@dataclass(frozen=True, slots=True)
class CallsAhead:
    """Rates in their order, and how many calls they are ``known_by``."""

    known_by: int
    rates: tuple[Rate, ...]

    def expected(self, seconds: float) -> float:
        """How many come in that time."""
        since, calls = 0.0, 0.0
        for until, a_second in self.rates:
            calls += max(min(until, seconds) - since, 0.0) * a_second
            since = until
        return calls


def past_windows(now: datetime, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
    """From when to when calls have to be known: an hour and two hours of four weeks, and the last hour."""
    yield now - timedelta(seconds=_HOUR), now
    for week in range(1, WEEKS + 1):
        begin = _slot_begin(now, zone, week)
        yield begin + _SLOTS.start * _HALF_HOUR, begin + _SLOTS.stop * _HALF_HOUR


def calls_ahead(arrived: Sequence[datetime], now: datetime, zone: tzinfo) -> CallsAhead:
    """What is to be expected, from when calls ``arrived`` within the windows.

    Each half-hour has as many as its mean over those of the last four weeks that had any calls about then;
    the last half-hour corrects the level. Where these are too few calls, it goes on as in the last hour.
    """
    passed = [(now - at).total_seconds() for at in arrived]
    weeks = [_by_slot(arrived, _slot_begin(now, zone, week)) for week in range(1, WEEKS + 1)]
    known = [counts for counts in weeks if counts]
    known_by = sum(counts.total() for counts in known)
    if known_by < FEWEST_PAST:
        last_hour = sum(0 <= each < _HOUR for each in passed)
        return CallsAhead(last_hour, (Rate(_HOUR, last_hour / _HOUR),))
    means = {slot: sum(counts[slot] for counts in known) / len(known) / HALF_HOUR for slot in _SLOTS}
    gone = (now - _slot_begin(now, zone, 0)).total_seconds()
    usual = means[0] * gone + means[-1] * (HALF_HOUR - gone)
    level = (sum(0 <= each < HALF_HOUR for each in passed) + _STEADY) / (usual + _STEADY)
    level = min(max(level, 1 / MOST_CORRECTION), MOST_CORRECTION)
    rates = (Rate((slot + 1) * HALF_HOUR - gone, means[slot] * level) for slot in _SLOTS if slot >= 0)
    return CallsAhead(known_by, tuple(rates))


def _by_slot(arrived: Sequence[datetime], begin: datetime) -> Counter[int]:
    places = ((at - begin) // _HALF_HOUR for at in arrived)
    return Counter(place for place in places if place in _SLOTS)


def _slot_begin(now: datetime, zone: tzinfo, weeks_ago: int) -> datetime:
    """When this half-hour of the clock began, so many weeks ago by the clocks of the zone."""
    wall = now.astimezone(zone).replace(tzinfo=None) - timedelta(weeks=weeks_ago)
    begin = wall.replace(minute=wall.minute - wall.minute % 30, second=0, microsecond=0)
    return begin.replace(tzinfo=zone).astimezone(UTC)
