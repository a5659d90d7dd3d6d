"""What rounds come to: medians, ratios to another server of the same round, and what has become worse.

Two runs of one machine may differ by half as much again, by what else it does; two servers of one round less.
So nothing is compared but ratios.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

OURS, PEER, BASE = "huntline", "peer", "base"
WORSE = 1.15
_TWO_STEPS = 1.45
"""What is sustained is found by steps of a fifth: one step more or less is no news."""

Results = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """Something measured. ``limit``: a ratio that has grown past this is worse; None is told and not judged,
    because it differs by more than that from one run to the next."""

    key: str
    title: str
    unit: str
    digits: int
    limit: float | None = WORSE
    is_more_better: bool = False

    def text(self, value: float) -> str:
        return f"{value:,.{self.digits}f}"


FIGURES = (
    Figure("call_ms_60", "CPU of a queued call, 60 a second", "ms", 1),
    Figure("call_ms_100", "CPU of a queued call, 100 a second", "ms", 1),
    Figure("sustained", "calls a second that are all served", "", 0, _TWO_STEPS, is_more_better=True),
    Figure("memory_idle_mb", "memory, nobody on the line", "MB", 0),
    Figure("memory_mb", "memory after 60 calls a second", "MB", 0),
    Figure("waiting_pct", "CPU of a caller who hears music", "% of a core", 3),
    Figure("waiting_kib", "memory of a caller who hears music", "KiB", 0, None),
    Figure("waiting_gap_p99_ms", "time between packets of music, p99", "ms", 1, None),
    Figure("relayed_pct", "CPU of a call that is relayed", "% of a core", 3),
    Figure("relay_p50_ms", "a packet's way through, p50", "ms", 2, None),
    Figure("relay_p99_ms", "a packet's way through, p99", "ms", 1, None),
    Figure("ring_p50_ms", "caller's INVITE to agent's, p50", "ms", 1, None),
    Figure("ring_p99_ms", "caller's INVITE to agent's, p99", "ms", 1, None),
    Figure("voice_p50_ms", "agent's answer to first word heard, p50", "ms", 1, None),
    Figure("freed_p50_ms", "agent free to next INVITE, p50", "ms", 1, None),
    Figure("freed_p99_ms", "agent free to next INVITE, p99", "ms", 1, None),
    Figure("overtaken", "pairs of callers served in the wrong order", "", 0),
)


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over all rounds in which it could be had."""

    low: float
    median: float
    high: float
    rounds: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that did not do what it should have done."""

    round: int
    server: str
    run: str
    text: str

    def __str__(self) -> str:
        return f"round {self.round}, {self.server}, {self.run}: {self.text}"


@dataclass(frozen=True, slots=True)
class Worse:
    """A figure whose ratio has grown past what may be."""

    figure: Figure
    other: str
    before: float
    now: float

    def __str__(self) -> str:
        return f"{self.figure.title}: {self.now:.2f} of {self.other}, {self.before:.2f} before"


def rounds(results: Results, server: str, key: str) -> dict[int, float]:
    """A figure of a server by round; not those that failed."""
    found = {}
    for row in results["rounds"]:
        value = row["figures"].get(key)
        if row["server"] == server and not row["failed"] and value is not None and math.isfinite(value):
            found[row["round"]] = float(value)
    return found


def spread(results: Results, server: str, key: str) -> Spread | None:
    """What its rounds come to, or None if there are none."""
    values = rounds(results, server, key).values()
    if not values:
        return None
    return Spread(min(values), statistics.median(values), max(values), len(values))


def ratio(results: Results, figure: Figure, other: str) -> float | None:
    """How much Huntline takes of what another server takes, the median of the rounds that both have; below 1
    is better, whatever the figure. None if there is no such round."""
    ours, theirs = (rounds(results, server, figure.key) for server in (OURS, other))
    pairs = [(ours[each], theirs[each]) for each in ours if each in theirs]
    if figure.is_more_better:
        pairs = [(theirs, ours) for ours, theirs in pairs]
    found = [above / below for above, below in pairs if below]
    return statistics.median(found) if found else None


def failures(results: Results) -> list[Failure]:
    """The runs that failed, of all rounds."""
    return [
        Failure(row["round"], row["server"], row["run"], row["failed"])
        for row in results["rounds"]
        if row["failed"]
    ]


def servers(results: Results) -> list[str]:
    """Who was measured, Huntline first."""
    return list(results["versions"])


def is_comparable(now: Results, kept: Results) -> bool:
    """Whether both have the peer, and the same was measured."""
    sizes = [json.dumps(each["size"]) for each in (now, kept)]  # what was read has lists for tuples
    return PEER in now["versions"] and PEER in kept["versions"] and sizes[0] == sizes[1]


def worse_than_kept(now: Results, kept: Results) -> list[Worse]:
    """What takes more of what the peer takes than it did when the figures were kept; nothing if they cannot
    be compared."""
    if not is_comparable(now, kept):
        return []
    return list(_grown((figure, ratio(kept, figure, PEER), ratio(now, figure, PEER)) for figure in FIGURES))


def worse_than_base(now: Results) -> list[Worse]:
    """What takes more than it does in the other checkout of ours that was measured beside it."""
    return list(_grown(((figure, 1.0, ratio(now, figure, BASE)) for figure in FIGURES), BASE))


def _grown(ratios: Iterable[tuple[Figure, float | None, float | None]], other: str = PEER) -> Iterable[Worse]:
    for figure, before, now in ratios:
        if figure.limit is None or before is None or now is None:
            continue
        if now > before * figure.limit:
            yield Worse(figure, other, before, now)
