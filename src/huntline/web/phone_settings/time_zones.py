"""Time zones as phones want them: how far from UTC, and when the clocks change (POSIX.1 section 8.3, TZ)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files

_OFFSET = r"[+-]?\d{1,3}(?::\d{2}){0,2}"
_NAME = r"(?:[A-Za-z]+|<[A-Za-z0-9+-]+>)"
_RULE = r"M(\d{1,2})\.([1-5])\.([0-6])(?:/(" + _OFFSET + r"))?"
_POSIX = re.compile(rf"{_NAME}({_OFFSET})(?:{_NAME}({_OFFSET})?,{_RULE},{_RULE})?", re.ASCII)
_TWO_O_CLOCK = "2"  # when clocks change, where a rule does not say
_HOUR = 3600
_DAY = 24 * _HOUR


@dataclass(frozen=True, slots=True)
class ClockChange:
    """A moment of each year: ``weekday`` 0 is Sunday, ``week`` 5 the last one, ``seconds`` after midnight."""

    month: int
    week: int
    weekday: int
    seconds: int

    @property
    def hour(self) -> int:
        """The hour of that day."""
        return self.seconds // _HOUR


@dataclass(frozen=True, slots=True)
class Summer:
    """From when to when clocks are how many seconds ahead."""

    ahead: int
    start: ClockChange
    end: ClockChange


@dataclass(frozen=True, slots=True)
class ZoneRule:
    """``offset`` is in seconds east of UTC, in winter; ``posix`` is the same rule as POSIX writes it."""

    offset: int
    summer: Summer | None
    posix: str


UTC_RULE = ZoneRule(0, None, "UTC0")


def zone_rule(name: str) -> ZoneRule:
    """The rule that holds from now on in a time zone by its IANA name; UTC where none can be found."""
    try:
        data = (files("tzdata") / "zoneinfo").joinpath(*name.split("/")).read_bytes()
    except OSError:
        return UTC_RULE
    # RFC 8536 section 3.3: the file ends with the rule, in a line of its own.
    return parse_posix(data.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "replace")) or UTC_RULE


def parse_posix(text: str) -> ZoneRule | None:
    """A rule as POSIX writes it, where it is of the form that all zones with a summer time have."""
    match = _POSIX.fullmatch(text)
    if match is None:
        return None
    west, summer_west, *changes = match.groups()
    offset = -_seconds(west)
    if changes[0] is None:
        return ZoneRule(offset, None, text)
    ahead = -_seconds(summer_west) - offset if summer_west else _HOUR
    summer = Summer(ahead, _change(changes[:4]), _change(changes[4:]))
    return ZoneRule(offset, summer, text)


def _change(parts: list[str]) -> ClockChange:
    month, week, weekday, time = parts
    # Before or after that very day (RFC 8536 section 3.3.1) is more than phones know.
    seconds = min(max(_seconds(time or _TWO_O_CLOCK), 0), _DAY - _HOUR)
    return ClockChange(int(month), int(week), int(weekday), seconds)


def _seconds(text: str) -> int:
    parts = [*map(int, text.lstrip("+-").split(":")), 0, 0]
    seconds = parts[0] * _HOUR + parts[1] * 60 + parts[2]
    return -seconds if text.startswith("-") else seconds
