"""What is due when: deadlines as data, so that the shell keeps one timer and never cancels any."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum


class Due(StrEnum):
    """What a deadline is about."""

    WAIT = "wait"  # a call has waited its maximum
    RING = "ring"  # a ring has reached the alert time
    BRIDGE = "bridge"  # a bridge was neither made nor refused
    PROMPT = "prompt"  # the end of an exit's prompt was not told
    FORWARD = "forward"  # a forward was neither answered nor refused
    RETRY = "retry"  # an agent who declined may be rung again for the same call
    WRAP_UP = "wrap-up"  # an agent's wrap-up ends
    SAY = "say"  # a waiting caller is to be told something, or the end of it was not told
    REST = "rest"  # an agent whose phone failed may be tried again


Key = tuple[Due, str]


class Deadlines:
    """At most one deadline for each key. Equal moments fall due in the order in which they were set.

    ``in_order`` are those of others, as these give them.
    """

    def __init__(self, in_order: Iterable[tuple[datetime, Key]] = ()) -> None:
        self._entries: dict[
            Key, tuple[datetime, int, Key]
        ] = {}  # the heap has cleared and moved ones as well
        self._heap: list[tuple[datetime, int, Key]] = []
        self._count = 0
        for at, key in in_order:
            self.set(key, at)

    def set(self, key: Key, at: datetime) -> None:
        """Set or move a deadline."""
        self._count += 1
        self._entries[key] = entry = (at, self._count, key)
        heapq.heappush(self._heap, entry)
        if len(self._heap) > 2 * len(self._entries) + 1000:
            self._sweep()

    def clear(self, key: Key) -> None:
        """Forget a deadline, if there is one."""
        self._entries.pop(key, None)

    def next(self) -> datetime | None:
        """The earliest deadline."""
        heap = self._heap
        while heap and self._entries.get(heap[0][2]) is not heap[0]:
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def pop_due(self, now: datetime) -> Key | None:
        """Take out the earliest deadline that has come."""
        at = self.next()
        if at is None or at > now:
            return None
        _, _, key = heapq.heappop(self._heap)
        del self._entries[key]
        return key

    def pending(self) -> list[Key]:
        """Everything for which a deadline is set."""
        return list(self._entries)

    def in_order(self) -> tuple[tuple[datetime, Key], ...]:
        """All deadlines, as they will fall due."""
        return tuple((at, key) for at, _, key in sorted(self._entries.values()))

    def _sweep(self) -> None:
        # Cleared entries stay in the heap until they come up; a long maximum wait would let them pile up.
        self._heap = list(self._entries.values())
        heapq.heapify(self._heap)
