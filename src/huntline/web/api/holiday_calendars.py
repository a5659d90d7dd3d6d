"""``/holiday-calendars``: public holidays of countries, to begin the holidays of an attendant with."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel

from huntline.clock import zone_of
from huntline.directory.problems import did_you_mean
from huntline.web.access import ReadSettings
from huntline.web.api.collection import NotThere
from huntline.web.language import spoken
from huntline.web.listing import Listing, Page
from huntline.web.routing import api_router

router = api_router("/holiday-calendars", tag="attendants")

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_LONGEST_NAME = 64


Year = Annotated[
    int | None, Query(ge=_FIRST_YEAR, le=_LAST_YEAR, description="Which year; this one unless said.")
]
Subdivision = Annotated[
    str | None, Query(max_length=20, description="A part of the country, such as `BY` of `DE`.")
]


class CalendarView(BaseModel):
    """A calendar: ``country`` as in ISO 3166-1, ``subdivisions`` are parts with holidays of their own."""

    country: str
    subdivisions: list[str]


class CalendarDay(BaseModel):
    """A holiday of a year, in the form that an attendant has it in."""

    name: str
    first: date
    last: date


class CalendarYear(BaseModel):
    """The holidays of one year, in order."""

    country: str
    subdivision: str | None
    year: int
    holidays: list[CalendarDay]


@router.get("", response_model=Listing[CalendarView], operation_id="list_holiday_calendars")
def list_all(access: ReadSettings, page: Page) -> Any:
    """All countries whose public holidays are known."""
    found = sorted(_countries().items())
    return page.of(found, lambda each: {"country": each[0], "subdivisions": each[1]})


@router.get("/{country}", response_model=CalendarYear, operation_id="read_holiday_calendar")
def read(
    access: ReadSettings,
    country: Annotated[str, Path(description="A country, such as `FR`.")],
    year: Year = None,
    subdivision: Subdivision = None,
) -> Any:
    """The public holidays of a year, named in the language of the answer where the calendar has it, else in
    one of the country's own."""
    countries = _countries()
    code = country.upper()
    if code not in countries:
        raise NotThere(f"there is no holiday calendar {country!r}{did_you_mean(code, countries)}")
    known = countries[code]
    if subdivision is not None and subdivision not in known:
        raise NotThere(
            f"the holiday calendar {code} has no part {subdivision!r}{did_you_mean(subdivision, known)}"
        )
    year = year or datetime.now(zone_of(access.organization.time_zone)).year
    days = _days_of(code, subdivision, year)
    return {"country": code, "subdivision": subdivision, "year": year, "holidays": _together(days)}


def _countries() -> dict[str, list[str]]:
    import holidays  # half a second, which few ever need

    return {
        country: sorted(parts)
        for country, parts in holidays.list_supported_countries(include_aliases=False).items()
    }


def _days_of(country: str, subdivision: str | None, year: int) -> list[tuple[date, str]]:
    import holidays

    known = holidays.country_holidays(country)
    own = known.default_language
    language = next((each for each in known.supported_languages if each[:2] == spoken()), own)
    return sorted(holidays.country_holidays(country, subdivision, years=year, language=language).items())


def _together(days: list[tuple[date, str]]) -> list[dict[str, Any]]:
    """Days of one name that follow each other are one holiday."""
    found: list[dict[str, Any]] = []
    for day, name in days:
        name = name[:_LONGEST_NAME].strip()
        if found and found[-1]["name"] == name and found[-1]["last"] == day - timedelta(days=1):
            found[-1]["last"] = day
        else:
            found.append({"name": name, "first": day, "last": day})
    return found
