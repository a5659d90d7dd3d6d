"""Hours against a plain table of minutes, over both changes of the clocks, midnights and holidays (O1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huntline.attendant.hours import DateRange, Opening, OpeningKind, Span, Timetable, Week

PARIS, NEW_YORK = ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

CHANGES = [
    (PARIS, date(2027, 3, 28)),
    (PARIS, date(2027, 10, 31)),
    (NEW_YORK, date(2027, 3, 14)),
    (NEW_YORK, date(2027, 11, 7)),
]
"""Sundays on which clocks are set."""


def minutes(text: str) -> int:
    hours, _, rest = text.partition(":")
    return int(hours) * 60 + int(rest)


def span(text: str) -> Span:
    start, _, end = text.partition("-")
    return Span(minutes(start), minutes(end))


def week(**days: str) -> Week:
    """Spans by short names of days: ``mon="09:00-12:00 14:00-18:00"``."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return tuple(tuple(map(span, days.get(name, "").split())) for name in names)


def table_of(timetable: Timetable, first: date, days: int) -> dict[tuple[date, int], Opening]:
    """What a clerk would write down: for each minute on the wall of some days, which flow counts."""

    def holiday_on(day: date) -> int | None:
        return next(
            (place for place, each in enumerate(timetable.holidays) if each.first <= day <= each.last), None
        )

    table: dict[tuple[date, int], Opening] = {}
    for day in (first + DAY * number for number in range(days)):
        holiday = holiday_on(day)
        usual = Opening(OpeningKind.AFTER_HOURS if timetable.week is not None else OpeningKind.OPEN)
        for minute in range(24 * 60):
            table[day, minute] = usual if holiday is None else Opening(OpeningKind.HOLIDAY, holiday)
    for day in (first + DAY * number for number in range(-1, days)):
        if timetable.week is None or holiday_on(day) is not None:
            continue
        for each in timetable.week[day.weekday()]:
            length = (each.end - each.start) % (24 * 60) or 24 * 60
            for passed in range(length):
                where = (day + DAY * ((each.start + passed) // (24 * 60)), (each.start + passed) % (24 * 60))
                if where in table:
                    table[where] = Opening(OpeningKind.OPEN)
    return table


quarters = st.integers(0, 95).map(lambda quarter: quarter * 15)
spans = st.builds(Span, quarters, st.integers(1, 96).map(lambda quarter: quarter * 15)).filter(
    lambda each: each.start != each.end
)
weeks = st.one_of(
    st.none(), st.lists(st.lists(spans, max_size=3).map(tuple), min_size=7, max_size=7).map(tuple)
)


@st.composite
def holidays_near(draw: st.DrawFn, day: date) -> tuple[DateRange, ...]:
    """Some holidays that may overlap, around a day."""
    starts = draw(st.lists(st.integers(-4, 4), max_size=3))
    lengths = [draw(st.integers(0, 3)) for _ in starts]
    return tuple(
        DateRange(day + DAY * start, day + DAY * (start + length))
        for start, length in zip(starts, lengths, strict=True)
    )


@pytest.mark.parametrize(("zone", "change"), CHANGES, ids=lambda each: str(each))
@settings(max_examples=30)  # each of them looks at a thousand moments
@given(data=st.data())
def test_hours_are_as_in_a_table_of_minutes(zone: ZoneInfo, change: date, data: st.DataObject) -> None:
    timetable = Timetable(data.draw(weeks), data.draw(holidays_near(change)))
    first = change - 2 * DAY
    table = table_of(timetable, first, 5)
    start = datetime.combine(first, datetime.min.time(), zone).astimezone(UTC)
    # Every seventh minute of five days, and each one around the change: 96 hours are not 5,760 minutes here.
    moments = [start + 7 * MINUTE * number for number in range(5 * 24 * 60 // 7)]
    changed_at = datetime.combine(change, datetime.min.time(), zone).astimezone(UTC)
    moments += [changed_at + MINUTE * number for number in range(0, 5 * 60, 3)]
    for moment in moments:
        local = moment.astimezone(zone)
        expected = table.get((local.date(), local.hour * 60 + local.minute))
        if expected is not None:
            assert timetable.opening_at(moment, zone) == expected, local


@pytest.mark.parametrize(("zone", "change"), CHANGES, ids=lambda each: str(each))
@settings(max_examples=40)
@given(data=st.data())
def test_the_next_change_is_the_first_minute_that_differs(
    zone: ZoneInfo, change: date, data: st.DataObject
) -> None:
    timetable = Timetable(data.draw(weeks), data.draw(holidays_near(change)))
    start = datetime.combine(change - DAY, datetime.min.time(), zone).astimezone(UTC)
    moment = start + MINUTE * data.draw(st.integers(0, 2 * 24 * 60))
    now, until = timetable.opening_at(moment, zone), timetable.next_change(moment, zone)
    if until is None:
        assert all(
            timetable.opening_at(moment + 3 * timedelta(hours=each), zone) == now for each in range(200)
        )
        return
    assert timetable.opening_at(until, zone) != now
    between = moment + (until - moment) * data.draw(st.floats(0, 0.999))
    assert timetable.opening_at(between, zone) == now
    assert timetable.opening_at(until - timedelta(seconds=1), zone) == now


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2027-01-08T15:59:59", False),  # Friday
        ("2027-01-08T16:00:00", True),
        ("2027-01-09T00:59:59", True),  # on into Saturday, which has no hours
        ("2027-01-09T01:00:00", False),
        ("2027-01-10T22:00:00", True),
        ("2027-01-11T05:59:59", True),
        ("2027-01-11T06:00:00", False),
    ],
)
def test_a_span_belongs_to_the_day_on_which_it_starts(at: str, is_open: bool) -> None:
    timetable = Timetable(week(fri="16:00-01:00", sun="22:00-06:00"))
    moment = datetime.fromisoformat(at).replace(tzinfo=NEW_YORK)
    kind = OpeningKind.OPEN if is_open else OpeningKind.AFTER_HOURS
    assert timetable.opening_at(moment.astimezone(UTC), NEW_YORK).kind is kind
    assert timetable.opening_at(moment.astimezone(PARIS), NEW_YORK).kind is kind


def test_a_holiday_replaces_its_own_spans_and_not_the_rest_of_the_evening_before() -> None:
    eve, day = date(2027, 7, 13), date(2027, 7, 14)
    timetable = Timetable(week(tue="20:00-02:00", wed="20:00-02:00"), (DateRange(day, day),))

    def kind(day: date, at: str) -> OpeningKind:
        moment = datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=PARIS)
        return timetable.opening_at(moment, PARIS).kind

    assert kind(eve, "23:00") is OpeningKind.OPEN
    assert kind(day, "01:59") is OpeningKind.OPEN
    assert kind(day, "02:00") is OpeningKind.HOLIDAY
    assert kind(day, "21:00") is OpeningKind.HOLIDAY
    assert kind(day + DAY, "01:00") is OpeningKind.AFTER_HOURS


def test_a_time_that_is_left_out_is_the_next_one_and_one_that_comes_twice_counts_twice() -> None:
    timetable = Timetable(week(sun="02:15-02:45"))
    spring = datetime(2027, 3, 28, 0, 59, tzinfo=UTC)  # 01:59 in Paris; a minute later it is 03:00
    assert not any(
        timetable.opening_at(spring + MINUTE * each, PARIS).kind is OpeningKind.OPEN for each in range(120)
    )
    early = Timetable(week(sun="02:15-05:00"))
    assert early.opening_at(datetime(2027, 3, 28, 1, 0, tzinfo=UTC), PARIS).kind is OpeningKind.OPEN
    autumn = datetime(2027, 10, 31, 0, 0, tzinfo=UTC)  # 02:00 in Paris, an hour before it is that again
    states = [timetable.opening_at(autumn + MINUTE * each, PARIS).kind for each in range(120)]
    assert sum(state is OpeningKind.OPEN for state in states) == 60
    assert sum(before is not after for before, after in pairwise(states)) == 4


def test_of_two_holidays_on_one_day_the_one_listed_first_counts() -> None:
    day = date(2027, 5, 6)
    timetable = Timetable(None, (DateRange(day, day), DateRange(day - DAY, day + DAY)))
    noon = datetime(2027, 5, 6, 12, tzinfo=PARIS)
    assert timetable.opening_at(noon, PARIS) == Opening(OpeningKind.HOLIDAY, 0)
    assert timetable.opening_at(noon - DAY, PARIS) == Opening(OpeningKind.HOLIDAY, 1)
    assert timetable.next_change(noon, PARIS) == datetime(2027, 5, 7, tzinfo=PARIS)
    assert timetable.opening_at(noon + 2 * DAY, PARIS).kind is OpeningKind.OPEN
    assert timetable.next_change(noon + 2 * DAY, PARIS) is None


def test_a_year_of_holidays_is_as_in_the_table() -> None:
    every_tenth = tuple(
        DateRange(date(2027, 1, 1) + DAY * number, date(2027, 1, 1) + DAY * (number + number % 3))
        for number in range(0, 365, 10)
    )
    timetable = Timetable(week(mon="09:00-17:00", fri="22:00-04:00", sat="00:00-24:00"), every_tenth)
    table = table_of(timetable, date(2027, 1, 1), 365)
    moment = datetime(2027, 1, 1, tzinfo=PARIS).astimezone(UTC)
    while (local := moment.astimezone(PARIS)).year == 2027:
        assert timetable.opening_at(moment, PARIS) == table[local.date(), local.hour * 60 + local.minute]
        moment += 30 * MINUTE
