"""The one clock, aware UTC that never runs backwards; and the time zones by which its moments are told."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from tzlocal import get_localzone


class Clock:
    """Start time plus monotonic time, so that a corrected system clock never moves a deadline."""

    def __init__(self) -> None:
        self._started_at = datetime.now(UTC)
        self._monotonic_at_start = time.monotonic()

    def now(self) -> datetime:
        """The moment, aware and in UTC."""
        return self.at(time.monotonic())

    def at(self, monotonic: float) -> datetime:
        """The moment of a reading of ``time.monotonic()``, in seconds."""
        return self._started_at + timedelta(seconds=monotonic - self._monotonic_at_start)

    def monotonic_at(self, moment: datetime) -> float:
        """The reading of ``time.monotonic()`` at a moment, in seconds."""
        return self._monotonic_at_start + (moment - self._started_at).total_seconds()


def is_time_zone(name: str) -> bool:
    """Whether there is a time zone of this name (IANA)."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError; a folder's name an OSError
        return False
    return bool(name)


def zone_of(name: str | None) -> ZoneInfo:
    """The time zone of this name; without one, or where this machine does not know it, the server's."""
    return ZoneInfo(name) if name is not None and is_time_zone(name) else server_zone()


@cache
def server_zone() -> ZoneInfo:
    """The time zone of this machine; UTC where it says none."""
    zone = get_localzone()
    return zone if is_time_zone(zone.key) else ZoneInfo("UTC")


def midnight_of(moment: datetime, zone: tzinfo) -> datetime:
    """When the day of a moment began by the clocks of a zone, be it a day of 23 hours or of 25."""
    return moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
