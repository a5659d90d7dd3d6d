"""What came of simulated calls: waits and shares, each with an interval that holds the truth 95 times of 100.

The calls of a run depend on each other: who waits long has others behind who do. So they are put together in
batches, which hardly do, and the batches say how sure the figures are (the method of batch means).
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

from huntline.engine.model import Outcome
from huntline.engine.statistics import TURNED_AWAY, waited
from huntline.simulator.simulation import SimulatedCall

SURE = 0.95
"""How often the interval holds the truth."""

_FEW = 10
_STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
"""Student's t for an interval of 95 %, by degrees of freedom from 1 on; beyond them there is a formula."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, and how far the truth may be away from it to either side; None where there is nothing that
    would say so."""

    value: float
    margin: float | None

    def agrees_with(self, truth: float) -> bool:
        """Whether a value lies within the interval."""
        return self.margin is not None and abs(truth - self.value) <= self.margin


@dataclass(slots=True)
class Batch:
    """The sums of some calls. ``waits`` are of those who were answered or gave up, ``began`` all who began to
    wait. ``busy`` and ``staffed`` are seconds of agents: with callers, wrap-up included, and on duty."""

    in_time: float
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    turned_away: int = 0
    answered_in_time: int = 0
    began: int = 0
    not_at_once: int = 0
    busy: float = 0.0
    staffed: float = 0.0
    waits: array[float] = field(default_factory=lambda: array("d"))

    def add(self, call: SimulatedCall) -> None:
        """Count a simulated call."""
        record = call.record
        self.busy += call.busy
        began = record.waiting_since is not None
        self.not_at_once += began and not call.found_free
        self.count(record.outcome, waited(record).total_seconds(), began=began)

    def count(self, outcome: Outcome, wait: float, *, began: bool) -> None:
        """Count a call as reports do (rules section 12): one that began to wait, or was turned away."""
        self.began += began
        self.offered += began or outcome in TURNED_AWAY
        if outcome is Outcome.ANSWERED:
            self.answered += 1
            self.answered_in_time += wait <= self.in_time
            self.waits.append(wait)
        elif outcome is Outcome.ABANDONED:
            self.abandoned += 1
            self.waits.append(wait)
        else:
            self.turned_away += outcome in TURNED_AWAY

    def include(self, other: Batch) -> None:
        """Add the calls of another batch."""
        self.offered += other.offered
        self.answered += other.answered
        self.abandoned += other.abandoned
        self.turned_away += other.turned_away
        self.answered_in_time += other.answered_in_time
        self.began += other.began
        self.not_at_once += other.not_at_once
        self.busy += other.busy
        self.staffed += other.staffed
        self.waits.extend(other.waits)


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of all calls. ``service_level`` is answered in time of all offered, ``abandon_rate`` and
    ``turned_away_rate`` are of them too; ``waits_at_all`` is the share that found no agent free, of those who
    began to wait. A wait is from then until an agent answered or the caller gave up. ``percentiles`` are of
    it, by how many of a hundred wait no longer."""

    offered: int
    answered: int
    abandoned: int
    turned_away: int
    service_level: Estimate
    abandon_rate: Estimate
    turned_away_rate: Estimate
    waits_at_all: Estimate
    mean_wait: Estimate
    percentiles: dict[int, Estimate]
    occupancy: Estimate


PERCENTILES = (50, 80, 90, 95, 99)


def figures_of(batches: Sequence[Batch]) -> Figures:
    """All batches together; they count alike in what they say about how sure that is."""
    waits = sorted(wait for batch in batches for wait in batch.waits)
    by_batch = [sorted(batch.waits) for batch in batches if batch.waits]
    return Figures(
        offered=sum(batch.offered for batch in batches),
        answered=sum(batch.answered for batch in batches),
        abandoned=sum(batch.abandoned for batch in batches),
        turned_away=sum(batch.turned_away for batch in batches),
        service_level=_ratio(batches, lambda each: (each.answered_in_time, each.offered)),
        abandon_rate=_ratio(batches, lambda each: (each.abandoned, each.offered)),
        turned_away_rate=_ratio(batches, lambda each: (each.turned_away, each.offered)),
        waits_at_all=_ratio(batches, lambda each: (each.not_at_once, each.began)),
        mean_wait=_ratio(batches, lambda each: (math.fsum(each.waits), len(each.waits))),
        percentiles={
            percent: Estimate(
                percentile(waits, percent), _margin([percentile(each, percent) for each in by_batch])
            )
            for percent in PERCENTILES
        },
        occupancy=_ratio(batches, lambda each: (each.busy, each.staffed)),
    )


def percentile(in_order: Sequence[float], percent: int) -> float:
    """The least of some values that so many of a hundred do not exceed; nothing of nothing."""
    if not in_order:
        return 0.0
    return in_order[max(math.ceil(len(in_order) * percent / 100), 1) - 1]


def _ratio(batches: Iterable[Batch], parts: Callable[[Batch], tuple[float, float]]) -> Estimate:
    """A sum by a sum. A batch with more in it counts for more (the ratio estimator of survey sampling)."""
    pairs = [parts(batch) for batch in batches]
    above, below = math.fsum(pair[0] for pair in pairs), math.fsum(pair[1] for pair in pairs)
    if not below:
        return Estimate(0.0, None)
    ratio = above / below
    margin = _margin([upper - ratio * lower for upper, lower in pairs])
    return Estimate(ratio, None if margin is None else margin * len(pairs) / below)


def _margin(values: Sequence[float]) -> float | None:
    """Half of the interval around the mean of values that do not depend on each other."""
    count = len(values)
    if count < 2:
        return None
    mean = math.fsum(values) / count
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    return students_t(count - 1) * math.sqrt(variance / count)


def students_t(freedom: int) -> float:
    """Student's t for an interval of 95 % (Abramowitz and Stegun 26.7.5 where there are many degrees)."""
    if freedom <= _FEW:
        return _STUDENT[freedom - 1]
    normal = NormalDist().inv_cdf((1 + SURE) / 2)
    first = (normal**3 + normal) / 4
    second = (5 * normal**5 + 16 * normal**3 + 3 * normal) / 96
    return normal + first / freedom + second / freedom**2
