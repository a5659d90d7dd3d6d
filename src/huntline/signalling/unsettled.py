"""Records on their way into the history, which a death in the middle must not lose."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from huntline.engine.commands import RecordCall, RecordDecision, RecordRing

Recorded = RecordCall | RecordRing | RecordDecision


class History(Protocol):
    """Where records go (``storage/history.py``)."""

    @property
    def settled(self) -> int:
        """How many records, in the order in which they were added, are stored for good or never will be."""
        ...

    @property
    def added(self) -> int:
        """How many records were added."""
        ...

    def add(self, record: Recorded, *, again: bool = False) -> None:
        """Take a record; one that is there already changes nothing. ``again``: an earlier process had it."""
        ...


class Unsettled:
    """Adds records to the history and remembers those of which it is not known yet whether they are stored.

    ``told`` puts people's time into a record's moments, at the last moment.
    """

    def __init__(self, history: History, told: Callable[[Recorded], Recorded]) -> None:
        self._history = history
        self._told = told
        self._waiting: deque[tuple[int, Recorded]] = deque()

    def add(self, record: Recorded, *, again: bool = False) -> None:
        """Have a record stored; ``again`` where an earlier process may have had it stored."""
        self._history.add(self._told(record), again=again)
        self._waiting.append((self._history.added, record))
        self._forget_settled()

    def records(self) -> list[Recorded]:
        """Those that may not be stored yet, in order."""
        self._forget_settled()
        return [record for _, record in self._waiting]

    def _forget_settled(self) -> None:
        settled = self._history.settled
        while self._waiting and self._waiting[0][0] <= settled:
            self._waiting.popleft()
