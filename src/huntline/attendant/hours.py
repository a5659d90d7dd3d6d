"""When an attendant is open: weekly hours and holidays by the clocks of its own zone (rules section 6).

A span is time as clocks on the wall show it. So a time that daylight saving leaves out is the next one that
there is, and a time that comes twice counts both times.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

_DAY = timedelta(days=1)
_MINUTES_OF_DAY = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Open from ``start`` on, closed again in the minute ``end``; both are minutes since midnight.

    An end before the start is one of the next day. A start is before 24:00, an end may be it.
    """

    start: int
    end: int

    @property
    def crosses_midnight(self) -> bool:
        """Whether it goes on into the next day."""
        return self.end < self.start


Week = tuple[tuple[Span, ...], ...]
"""The spans that begin on each day, from Monday on."""


@dataclass(frozen=True, slots=True)
class DateRange:
    """Whole days, both ends included."""

    first: date
    last: date

    def has(self, day: date) -> bool:
        """Whether a day is one of them."""
        return self.first <= day <= self.last


class OpeningKind(StrEnum):
    """Which flow counts."""

    OPEN = "open"
    AFTER_HOURS = "after-hours"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Opening:
    """Which flow counts; ``holiday`` is the place of the holiday in the list."""

    kind: OpeningKind
    holiday: int | None = None


_OPEN = Opening(OpeningKind.OPEN)
_AFTER_HOURS = Opening(OpeningKind.AFTER_HOURS)


@dataclass(frozen=True, slots=True)
class Timetable:
    """``week`` None is always open, holidays aside; of two holidays on one day the first in the list
    counts."""

    week: Week | None = None
    holidays: tuple[DateRange, ...] = ()

    def opening_at(self, moment: datetime, zone: tzinfo) -> Opening:
        """Which flow counts at a moment (aware), by the clocks of a zone."""
        local = moment.astimezone(zone)
        today = local.date()
        if self._goes_on_from(today - _DAY, local.time()):
            return _OPEN
        if (holiday := self._holiday_on(today)) is not None:
            return Opening(OpeningKind.HOLIDAY, holiday)
        if self.week is None:
            return _OPEN
        minute = _minute_of(local.time())
        begun = (span for span in self.week[today.weekday()] if span.start <= minute)
        return _OPEN if any(span.crosses_midnight or minute < span.end for span in begun) else _AFTER_HOURS

    def next_change(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """When another flow begins to count, in UTC; None when that never happens."""
        now = self.opening_at(moment, zone)
        boundaries = {each for day in self._days_to_look_at(moment, zone) for each in self._edges(day, zone)}
        later = sorted(each for each in boundaries if each > moment)
        return next((each for each in later if self.opening_at(each, zone) != now), None)

    def _goes_on_from(self, yesterday: date, now: time) -> bool:
        """Whether a span that began the day before is still open, whatever the new day is."""
        if self.week is None or self._holiday_on(yesterday) is not None:
            return False
        minute = _minute_of(now)
        return any(span.crosses_midnight and minute < span.end for span in self.week[yesterday.weekday()])

    def _holiday_on(self, day: date) -> int | None:
        return next((place for place, days in enumerate(self.holidays) if days.has(day)), None)

    def _days_to_look_at(self, moment: datetime, zone: tzinfo) -> Iterator[date]:
        """A week shows whatever comes again each week; else there are the edges of holidays."""
        today = moment.astimezone(zone).date()
        yield from (today + days * _DAY for days in range(9))
        for days in self.holidays:
            for edge in (days.first, days.last + _DAY):
                if edge >= today:
                    yield from (edge, edge + _DAY)

    def _edges(self, day: date, zone: tzinfo) -> Iterator[datetime]:
        """Moments of a day at which something may change."""
        minutes = {0, _MINUTES_OF_DAY}
        if self.week is not None:
            for spans in (self.week[day.weekday()], self.week[(day - _DAY).weekday()]):
                minutes |= {minute for span in spans for minute in (span.start, span.end)}
        for minute in minutes:
            on_the_wall = datetime.combine(day, time()) + timedelta(minutes=minute)
            yield from _moments_of(on_the_wall, zone)
        yield from _clock_change(day, zone)


def _minute_of(now: time) -> int:
    return now.hour * 60 + now.minute


def _moments_of(on_the_wall: datetime, zone: tzinfo) -> Iterator[datetime]:
    """The moment or the two moments at which clocks show this time."""
    for fold in (0, 1):
        yield on_the_wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _clock_change(day: date, zone: tzinfo) -> Iterator[datetime]:
    """The moment on a day at which clocks are set, to the second."""
    low = datetime.combine(day, time(), zone).astimezone(UTC)
    high = datetime.combine(day + _DAY, time(), zone).astimezone(UTC)
    if low.astimezone(zone).utcoffset() == high.astimezone(zone).utcoffset():
        return
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    yield high
