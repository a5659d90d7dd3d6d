"""The one clock: aware UTC that never runs backwards, what a wall clock says beside it, and time zones."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from tzlocal import get_localzone

_STEP = timedelta(seconds=1)
"""Less is a clock that is steered, not one that is set: the moments of one call stay in step."""

RecordT = TypeVar("RecordT")


def _wall() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ClockStart:
    """A moment and the reading of ``time.monotonic()`` at it: a clock that starts with them is the same one,
    in any process of the machine until that starts again."""

    moment: datetime
    monotonic: float


class Clock:
    """Deadlines and waits go by ``now``: the start plus monotonic time, which nobody can set. What people
    read goes by the wall clock: ``told`` puts its time into what was measured by ``now``.
    """

    def __init__(
        self,
        wall: Callable[[], datetime] = _wall,
        monotonic: Callable[[], float] = time.monotonic,
        start: ClockStart | None = None,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self.start = start or ClockStart(wall(), monotonic())
        self._started_at, self._monotonic_at_start = self.start.moment, self.start.monotonic
        self._ahead = timedelta()  # how far the wall clock was set forward since the start

    def now(self) -> datetime:
        """The moment by which things are measured: it only ever goes on, as fast as time does."""
        return self._started_at + timedelta(seconds=self._monotonic() - self._monotonic_at_start)

    def wall(self) -> datetime:
        """The moment as people and stored settings have it."""
        return self._wall()

    def monotonic_at(self, moment: datetime) -> float:
        """The reading of ``time.monotonic()`` at a moment by which things are measured, in seconds."""
        return self._monotonic_at_start + (moment - self._started_at).total_seconds()

    def told(self, record: RecordT) -> RecordT:
        """A record with all its moments as the wall clock, as it is set now, would have had them.

        They are moved together, so that what lies between them stays as long as it was.
        """
        ahead = self._wall() - self.now()
        if abs(ahead - self._ahead) > _STEP:
            self._ahead = ahead
        return cast(RecordT, _moved(record, self._ahead)) if self._ahead else record


def _moved(value: Any, by: timedelta) -> Any:
    if isinstance(value, datetime):
        return value + by
    if isinstance(value, tuple):
        return tuple(_moved(each, by) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _moved(getattr(value, each.name), by) for each in fields(value)})
    return value


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
