"""What an attendant does at a moment, why, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from huntline.attendant.hours import OpeningKind, Span
from huntline.directory.attendants import Attendant, AttendantFlow, Holiday


class OpeningReason(StrEnum):
    """Why a flow counts, in words."""

    ALWAYS_OPEN = "no hours are set: it is always open"
    IN_HOURS = "it is within the hours of that day"
    SINCE_YESTERDAY = "hours of the day before go on past midnight"
    OUTSIDE_HOURS = "it is outside the hours of that day"
    NO_HOURS = "that day has no hours"
    HOLIDAY = "it is a holiday"


@dataclass(frozen=True, slots=True)
class WhatHappens:
    """``hours`` are those of the local day; ``flow`` is what a caller gets, ``until`` in UTC is when another
    one counts (None: never)."""

    kind: OpeningKind
    holiday: Holiday | None
    flow: AttendantFlow
    reason: OpeningReason
    hours: tuple[Span, ...]
    until: datetime | None


def flow_at(attendant: Attendant, moment: datetime, zone: tzinfo) -> AttendantFlow:
    """What a caller gets who calls at a moment (aware), by the clocks of a zone."""
    opening = attendant.timetable.opening_at(moment, zone)
    if opening.kind is OpeningKind.OPEN:
        return attendant.open
    if opening.holiday is not None and (flow := attendant.holidays[opening.holiday].flow):
        return flow
    return attendant.after_hours


def what_happens(attendant: Attendant, moment: datetime, zone: tzinfo) -> WhatHappens:
    """What a caller gets who calls at a moment (aware), by the clocks of a zone."""
    timetable = attendant.timetable
    opening = timetable.opening_at(moment, zone)
    local = moment.astimezone(zone)
    hours = attendant.hours[local.weekday()] if attendant.hours is not None else ()
    return WhatHappens(
        kind=opening.kind,
        holiday=attendant.holidays[opening.holiday] if opening.holiday is not None else None,
        flow=flow_at(attendant, moment, zone),
        reason=_reason(attendant, opening.kind, hours, local),
        hours=hours,
        until=timetable.next_change(moment, zone),
    )


def _reason(
    attendant: Attendant, kind: OpeningKind, hours: tuple[Span, ...], local: datetime
) -> OpeningReason:
    match kind:
        case OpeningKind.HOLIDAY:
            return OpeningReason.HOLIDAY
        case OpeningKind.AFTER_HOURS:
            return OpeningReason.OUTSIDE_HOURS if hours else OpeningReason.NO_HOURS
        case OpeningKind.OPEN if attendant.hours is None:
            return OpeningReason.ALWAYS_OPEN
        case OpeningKind.OPEN:
            minute = local.hour * 60 + local.minute
            is_of_today = any(
                span.start <= minute and (span.crosses_midnight or minute < span.end) for span in hours
            )
            is_holiday = any(holiday.days.has(local.date()) for holiday in attendant.holidays)
            own = is_of_today and not is_holiday
            return OpeningReason.IN_HOURS if own else OpeningReason.SINCE_YESTERDAY
