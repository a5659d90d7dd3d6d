"""Positions and waits as callers are told them: how long it may take, and the bands in which it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

MOST_HANDLED = 20
"""Conversations that an estimate is made of: the last ones of the queue."""

LAST_POSITION = 20
"""The last one that is told: whoever stands further back is told that, and of no step forward."""

_FEWEST_HANDLED = 3
"""One or two may have been anything."""


@dataclass(frozen=True, slots=True)
class WaitBand:
    """From ``least`` minutes to ``most``; None is any time longer."""

    least: int
    most: int | None


BANDS = (
    *(WaitBand(0, 1), WaitBand(1, 2), WaitBand(2, 4), WaitBand(4, 6), WaitBand(6, 10), WaitBand(10, 15)),
    *(WaitBand(15, 20), WaitBand(20, 30), WaitBand(30, None)),
)
"""All that is ever said, so that it can be spoken before it is needed; wider where less is known."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Who serves a queue at one moment.

    ``agents`` counts whoever is on duty, an agent of several queues in which callers wait as a part of one in
    each of them. ``ready`` are those who are free, or whose phones ring for this queue.
    """

    agents: float
    ready: int


def estimated_wait(position: int, staff: Staff, handled: Sequence[timedelta]) -> timedelta | None:
    """How long the caller at a position (from 1) may still wait; None while nobody can know.

    Whoever is ready takes the first callers now. Of all others, one goes each time that an agent is through
    with a conversation: that is the mean of the last ones (wrap-up included), divided by the agents. So it
    neither grows while a caller waits, nor counts down without anything happening.
    """
    if staff.agents <= 0 or len(handled) < _FEWEST_HANDLED:
        return None
    mean = sum(handled, timedelta(0)) / len(handled)
    return max(position - staff.ready, 0) * mean / staff.agents


def band_of(wait: timedelta) -> WaitBand:
    """The band in which an estimate lies."""
    minutes = wait / timedelta(minutes=1)
    return next(band for band in BANDS if band.most is None or minutes < band.most)
