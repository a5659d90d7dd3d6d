"""Deadlines in one heap, and the values of the timers (RFC 3261 table 4), in seconds."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from math import ceil

T1 = 0.5
T2 = 4.0
T4 = 5.0
GIVE_UP = 64 * T1
TRYING = 0.1
"""How long a 100 waits for a response that says more: RFC 3261 section 17.2.1 wants one after 200 ms."""

_SWEEP_ABOVE = 256
_GRAIN = 0.5


class Timer:
    """One deadline; a cancelled timer stays in the heap as an empty entry until its time or a sweep."""

    __slots__ = ("_timers", "callback", "deadline")

    def __init__(self, timers: Timers, deadline: float, callback: Callable[[float], None]) -> None:
        self._timers = timers
        self.deadline = deadline
        self.callback: Callable[[float], None] | None = callback

    def cancel(self) -> None:
        """Forget the callback; harmless when the timer has fired or was cancelled."""
        if self.callback is not None:
            self.callback = None
            self._timers.count_cancelled()


def deadline_of(timer: Timer | None) -> float | None:
    """When a timer is due; None without one."""
    return None if timer is None else timer.deadline


class Timers:
    """All deadlines of a core: O(log n) to set, O(1) to cancel."""

    def __init__(self) -> None:
        # The running number keeps equal deadlines in order, and the comparison away from the timers.
        self._heap: list[tuple[float, int, Timer]] = []
        self._number = 0
        self._cancelled = 0

    def __len__(self) -> int:
        """How many entries the heap holds, cancelled ones included."""
        return len(self._heap)

    def set(self, deadline: float, callback: Callable[[float], None]) -> Timer:
        """Call ``callback(now)`` at the first tick at or after the deadline."""
        timer = Timer(self, deadline, callback)
        self._number += 1
        heappush(self._heap, (deadline, self._number, timer))
        return timer

    def set_about(self, deadline: float, callback: Callable[[float], None]) -> Timer:
        """The same, up to half a second later, together with others: for what merely ends."""
        return self.set(ceil(deadline / _GRAIN) * _GRAIN, callback)

    def next_deadline(self) -> float | None:
        """The earliest deadline, or None."""
        heap = self._heap
        while heap and heap[0][2].callback is None:
            heappop(heap)
            self._cancelled -= 1
        return heap[0][0] if heap else None

    def fire(self, now: float) -> None:
        """Call what is due, in order."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            timer = heappop(heap)[2]
            callback, timer.callback = timer.callback, None
            if callback is None:
                self._cancelled -= 1
            else:
                callback(now)

    def count_cancelled(self) -> None:
        """A timer was cancelled: sweep when most of the heap is empty entries."""
        self._cancelled += 1
        if self._cancelled > _SWEEP_ABOVE and self._cancelled * 2 > len(self._heap):
            self._heap[:] = [entry for entry in self._heap if entry[2].callback is not None]
            heapify(self._heap)
            self._cancelled = 0
