"""Ceilings of what each user may call abroad and to premium numbers on a day, and what is left of them.

From a ceiling on, new calls are refused. Whoever talks may go on until twice the minutes are spoken: so no
honest call is cut off at the stroke, and yet it is known what a stolen account can cost at most.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from huntline.directory.may_dial import DiallingSettings

TALKING_ON = 2
"""How many times the minutes of a day calls under way may come to."""


class TollCeiling(StrEnum):
    """Which of the two is reached."""

    CALLS = "calls"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True, kw_only=True)
class TollDay:
    """What a user has called on the day that ``began``: how many calls were placed, and how long those
    talked that are over. ``alarm`` is why somebody was told, ``alarm_at`` when; ``is_mailed``: by mail,
    too."""

    began: datetime
    calls: int = 0
    seconds: float = 0.0
    alarm: TollCeiling | None = None
    alarm_at: datetime | None = None
    is_mailed: bool = False

    def placed(self) -> TollDay:
        """With one call more."""
        return replace(self, calls=self.calls + 1)

    def talked(self, since: datetime, until: datetime) -> TollDay:
        """With a call that was answered, and is over."""
        return replace(self, seconds=self.seconds + self.within(since, until))

    def within(self, since: datetime, until: datetime) -> float:
        """How many seconds of a time are of this day: what was before it is another day's."""
        return max((until - max(since, self.began)).total_seconds(), 0.0)

    def seconds_with(self, under_way: Iterable[datetime], now: datetime) -> float:
        """How long was talked, with the calls that are under way since these moments."""
        return self.seconds + sum(self.within(since, now) for since in under_way)

    def alarmed(self, ceiling: TollCeiling, now: datetime) -> TollDay:
        """With the alarm raised; the first one of a day stays."""
        return self if self.alarm is not None else replace(self, alarm=ceiling, alarm_at=now)


def reached(settings: DiallingSettings, calls: int, seconds: float) -> TollCeiling | None:
    """The ceiling that so much has come to: another call is one too many."""
    if 0 < settings.international_calls_a_day <= calls:
        return TollCeiling.CALLS
    if 0 < settings.international_minutes_a_day * 60 <= seconds:
        return TollCeiling.MINUTES
    return None


def must_end(settings: DiallingSettings, seconds: float) -> bool:
    """Whether calls under way have come to an end, too."""
    return 0 < settings.international_minutes_a_day * 60 * TALKING_ON <= seconds
