"""What ``huntline simulate`` is told, read: times, shares, and arrivals from a table."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from pathlib import Path

from huntline.errors import ConfigurationError
from huntline.simulator.callers import GivenCall
from huntline.simulator.durations import NEVER, Constant, DrawnTime, Exponential, LogNormal, seen

MOST_CALLS_A_DAY = 20_000
_LONGEST_TIME = 86_400.0
TIME_METAVAR = "SECONDS|exponential:MEAN|lognormal:MEAN:DEVIATION|measured:FILE"
_WANTED_TIME = (
    "must be seconds such as 180, exponential:MEAN, lognormal:MEAN:DEVIATION, or measured:FILE with a number"
    " of seconds on each line"
)


class WrongOption(ConfigurationError):
    """What an option says cannot be: names it, the value, and what would be right."""

    def __init__(self, option: str, value: object, wanted: str) -> None:
        super().__init__(f"{option}: value {value!r}: {wanted}")


def time_of(option: str, text: str, *, may_never: bool = False) -> DrawnTime:
    """A time as options say it; ``never`` where somebody may not do a thing at all."""
    wanted = f"{_WANTED_TIME}{', or never' if may_never else ''}"
    kind, _, rest = text.strip().partition(":")
    if may_never and text.strip() == "never":
        return NEVER
    if kind == "measured" and rest:
        return seen(_measured(option, rest))
    numbers = [_seconds(part) for part in (rest if rest else kind).split(":")]
    match kind, numbers:
        case "exponential", [float(mean)] if mean > 0:
            return Exponential(mean)
        case "lognormal", [float(mean), float(deviation)] if mean > 0 and deviation > 0:
            return LogNormal(mean, deviation)
        case _, [float(seconds)] if not rest:
            return Constant(seconds)
    raise WrongOption(option, text, wanted)


def _seconds(text: str) -> float | None:
    """From nothing to a day; None for anything else."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if 0 <= seconds <= _LONGEST_TIME else None


def _measured(option: str, name: str) -> Iterator[float]:
    lines = _lines(option, Path(name))
    if not lines:
        raise WrongOption(option, name, "must have a number of seconds on each line, it is empty")
    for number, line in enumerate(lines, start=1):
        seconds = _seconds(line)
        if seconds is None:
            raise WrongOption(option, name, f"line {number}: {line!r} must be seconds from 0 to 86400")
        yield seconds


def _lines(option: str, path: Path) -> list[str]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, ValueError) as error:
        raise WrongOption(option, str(path), f"cannot be read: {error}") from None
    return [line for line in text.splitlines() if line.strip()]


def day_of(text: str) -> date:
    """The day that ``--day`` names."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongOption("--day", text, "must be a date such as 2026-11-29") from None


def arrivals_of(path: Path, day: date | None) -> tuple[GivenCall, ...]:
    """The calls of a table: a moment on each line (a time of day, or with a date), and if it is known how
    many seconds the caller talked. A first line of words is a heading. With dates, ``day`` chooses."""
    rows = list(csv.reader(_lines("--csv", path)))
    if rows and _moment(rows[0][0]) is None:
        rows.pop(0)
    found = sorted(_of_the_day(path, rows, day), key=lambda call: call.at)
    if not found:
        chosen = f" on {day}" if day else ""
        raise WrongOption("--csv", str(path), f"must have a call on each line, it has none{chosen}")
    if len(found) > MOST_CALLS_A_DAY:
        raise WrongOption("--csv", str(path), f"must have at most {MOST_CALLS_A_DAY} calls of a day")
    return tuple(found)


def _of_the_day(path: Path, rows: Iterable[list[str]], day: date | None) -> Iterator[GivenCall]:
    for number, row in enumerate(rows, start=1):
        moment, talk = _moment(row[0]), _seconds(row[1]) if len(row) > 1 and row[1].strip() else math.nan
        if moment is None or talk is None:
            raise WrongOption(
                "--csv",
                str(path),
                f"call {number}: {','.join(row)!r} must be a moment such as 09:15:30 or 2026-11-29T09:15:30,"
                " and if it is known how many seconds the caller talked",
            )
        its_day, at = moment
        if its_day is not None and day is None:
            raise WrongOption("--csv", str(path), f"has dates: choose one by --day, such as --day {its_day}")
        if its_day in (None, day):
            seconds = at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1e6
            yield GivenCall(seconds, None if math.isnan(talk) else talk)


def _moment(text: str) -> tuple[date | None, time] | None:
    """A day, if there is one, and a time; by whatever clocks the table has."""
    text = text.strip()
    try:
        return None, time.fromisoformat(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.date(), moment.time()
