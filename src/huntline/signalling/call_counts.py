"""What has become of calls since the process began: for whoever watches many servers (``web/metrics.py``)."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from huntline.directory.refused import RefusedCall
from huntline.engine.commands import RecordCall
from huntline.engine.model import Outcome

WAITS = (5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Seconds up to which waits are counted together."""


class _Ended(NamedTuple):
    organization_id: str
    queue_id: str
    outcome: Outcome


class _Waits:
    """How long callers waited: how many in each part of ``WAITS``, and behind it, and all seconds."""

    def __init__(self) -> None:
        self.counts = [0] * (len(WAITS) + 1)
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(WAITS, seconds)] += 1
        self.seconds += seconds


class CallCounts:
    """Only ever grows. A process that is started again begins at nothing, as whoever reads counters knows."""

    def __init__(self) -> None:
        self._waits: dict[_Ended, _Waits] = {}
        self._refused: Counter[tuple[str, str]] = Counter()

    def add(self, record: RecordCall) -> None:
        """A call of a queue is over. Its wait begins after the greeting, and ends with the first answer."""
        ended = _Ended(record.organization_id, record.queue_id, record.outcome)
        waited = 0.0
        if record.waiting_since is not None:
            waited = ((record.answered_at or record.ended_at) - record.waiting_since).total_seconds()
        self._waits.setdefault(ended, _Waits()).add(max(waited, 0.0))

    def add_refused(self, refused: RefusedCall) -> None:
        """Calls were refused before they reached anybody."""
        self._refused[refused.organization_id, refused.reason] += refused.count

    def written(self) -> dict[str, Any]:
        """As plain data: ``ended`` with its ``waits``, how many of them ``up_to`` each number of seconds and
        then how many longer, and ``refused``."""
        return {"up_to": list(WAITS), "ended": list(self._ended()), "refused": list(self._refusals())}

    def _ended(self) -> Iterator[dict[str, Any]]:
        for (organization_id, queue_id, outcome), waits in self._waits.items():
            yield {
                "organization_id": organization_id,
                "queue_id": queue_id,
                "outcome": str(outcome),
                "waits": list(waits.counts),
                "seconds": round(waits.seconds, 3),
            }

    def _refusals(self) -> Iterator[dict[str, Any]]:
        for (organization_id, reason), count in self._refused.items():
            yield {"organization_id": organization_id, "reason": reason, "count": count}
