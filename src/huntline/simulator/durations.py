"""How long things take, by chance: talking, patience, wrap-up, and until a phone is answered. In seconds."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

FOREVER = math.inf
"""Longer than anything: the patience of whoever never hangs up, a phone that is never answered."""


@dataclass(frozen=True, slots=True)
class Constant:
    """The same each time."""

    seconds: float

    def draw(self, random: Random) -> float:
        """One of them."""
        return self.seconds


@dataclass(frozen=True, slots=True)
class Exponential:
    """Without memory: how much longer it takes does not depend on how long it has taken. ``mean`` is more
    than nothing."""

    mean: float

    def draw(self, random: Random) -> float:
        """One of them."""
        return random.expovariate(1 / self.mean)

    def draw_longer_than(self, seconds: float, random: Random) -> float:
        """One of those that take longer."""
        return seconds + self.draw(random)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Most are short and a few are long, as conversations are (Brown et al., 2005). Mean and standard
    deviation are those of the seconds, not of their logarithms, and more than nothing."""

    mean: float
    deviation: float

    def draw(self, random: Random) -> float:
        """One of them."""
        variance = math.log1p((self.deviation / self.mean) ** 2)
        return random.lognormvariate(math.log(self.mean) - variance / 2, math.sqrt(variance))


@dataclass(frozen=True, slots=True)
class Observed:
    """As often as it was seen: ``times`` in order, each with the share of all that take at most so long.

    Where not all of them came to their end while somebody looked, the last share is below one: the rest take
    forever.
    """

    times: tuple[float, ...]
    shares: tuple[float, ...]

    def draw(self, random: Random) -> float:
        """One of them."""
        return self._at(random.random())

    def draw_longer_than(self, seconds: float, random: Random) -> float:
        """One of those that take longer."""
        passed = bisect_right(self.times, seconds)
        least = self.shares[passed - 1] if passed else 0.0
        return self._at(least + (1 - least) * random.random())

    def _at(self, share: float) -> float:
        place = bisect_right(self.shares, share)
        return self.times[place] if place < len(self.times) else FOREVER


AT_ONCE = Constant(0.0)
NEVER = Constant(FOREVER)

DrawnTime = Constant | Exponential | LogNormal | Observed
GoingOn = Exponential | Observed
"""Of these is known how much longer something takes that has taken a while."""


def chance(seed: int) -> Random:
    """What is drawn from: the same for the same seed, so that a run can be told again."""
    return Random(seed)  # noqa: S311


def seen(times: Iterable[float]) -> Observed:
    """Each of some times, all seen to their end, as often as it occurs."""
    return estimated((seconds, True) for seconds in times)


def estimated(seen_so_far: Iterable[tuple[float, bool]]) -> Observed:
    """What is known where not all was seen to its end (Kaplan and Meier, 1958): each time with whether it
    came to its end then, or only nobody looked any longer. A caller who was answered would have waited on:
    so long at least was their patience."""
    in_order = sorted(seen_so_far, key=lambda each: (each[0], not each[1]))
    times: list[float] = []
    shares: list[float] = []
    going_on = 1.0
    for left, (seconds, is_end) in zip(range(len(in_order), 0, -1), in_order, strict=True):
        if not is_end:
            continue
        going_on *= 1 - 1 / left
        if times and times[-1] == seconds:
            shares[-1] = 1 - going_on
        else:
            times.append(seconds)
            shares.append(1 - going_on)
    return Observed(tuple(times), tuple(shares))


def draw_end(time: GoingOn, passed: float, random: Random) -> float:
    """How long something takes in all that ends and has taken ``passed`` already. What has taken longer than
    all that was seen goes on for a mean."""
    drawn = time.draw_longer_than(passed, random)
    if drawn < FOREVER:
        return drawn
    mean = mean_of(time)
    return passed + (mean if mean < FOREVER else 0.0)


def mean_of(time: DrawnTime) -> float:
    """The mean; forever where some never end."""
    match time:
        case Constant(seconds):
            return seconds
        case Exponential(mean) | LogNormal(mean):
            return mean
        case Observed(times, shares):
            return _mean_seen(times, shares)


def _mean_seen(times: Sequence[float], shares: Sequence[float]) -> float:
    if not shares or not math.isclose(shares[-1], 1):
        return FOREVER
    steps = (share - before for before, share in zip((0.0, *shares), shares, strict=False))
    return math.fsum(seconds * step for seconds, step in zip(times, steps, strict=True))
