"""What was found of the next half-hour of queues, and who wants to know."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from huntline.simulator.look_ahead import Outlook
from huntline.simulator.staffing import Target

TARGET = Target(share=0.8, in_time=20.0)
"""What is looked ahead for."""

WATCHED_FOR = 30.0
"""So many seconds after somebody asked they count as watching."""

STALE_AFTER = timedelta(minutes=3)
"""What is older is shown to nobody."""


@dataclass(frozen=True, slots=True)
class QueueOutlook:
    """An outlook, of which queue and moment."""

    organization_id: str
    queue_id: str
    made_at: datetime
    outlook: Outlook


class Outlooks:
    """The last outlook of each queue; in the event loop only. ``clock`` has seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._by_queue: dict[str, QueueOutlook] = {}
        self._asked_at: dict[str, float] = {}
        self._somebody_came = asyncio.Event()

    def watch(self, organization_id: str) -> None:
        """Somebody of an organization looks on."""
        if organization_id not in self._asked_at:
            self._somebody_came.set()
        self._asked_at[organization_id] = self._clock()

    def watched(self) -> tuple[str, ...]:
        """The organizations of which somebody does."""
        since = self._clock() - WATCHED_FOR
        self._asked_at = {each: at for each, at in self._asked_at.items() if at >= since}
        return tuple(self._asked_at)

    async def wait_for_more(self, seconds: float | None = None) -> None:
        """Return when somebody of another organization looks on, too, or after so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._somebody_came.wait()
        self._somebody_came.clear()

    @property
    def count(self) -> int:
        """How many queues have one."""
        return len(self._by_queue)

    def put(self, found: QueueOutlook) -> None:
        """In the place of the one before; what is old is forgotten, for its queue may be gone."""
        since = found.made_at - STALE_AFTER
        self._by_queue = {name: each for name, each in self._by_queue.items() if each.made_at >= since}
        self._by_queue[found.queue_id] = found

    def drop(self, queue_id: str) -> None:
        """Nothing is to be said of a queue any more."""
        self._by_queue.pop(queue_id, None)

    def of(self, organization_id: str, now: datetime) -> Iterator[QueueOutlook]:
        """Those of an organization that still say something."""
        for found in self._by_queue.values():
            if found.organization_id == organization_id and now - found.made_at <= STALE_AFTER:
                yield found
