"""The ends of what was played by several workers, in the order in which it was begun."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from huntline.media.interface import PlayFinished

_PATIENCE = 0.1
"""Seconds for which an end waits for one that should have come before it: a few ticks of a worker."""


class EndsInOrder:
    """Who began to hear a greeting first is at its end first, and so the first in line; but each worker has a
    clock of its own, and tells of it up to a tick later than another. ``deliver`` takes each end once."""

    def __init__(self, deliver: Callable[[PlayFinished], None]) -> None:
        self._deliver = deliver
        self._lines: dict[tuple[str, ...], dict[str, None]] = {}
        """By what is heard: the legs that hear it, in the order in which they began to."""
        self._sources: dict[str, tuple[str, ...]] = {}
        self._waiting: dict[str, tuple[PlayFinished, asyncio.TimerHandle]] = {}

    def begin(self, leg_id: str, sources: tuple[str, ...]) -> None:
        """A leg begins to hear something, once, in place of what it heard."""
        self.forget(leg_id)
        self._sources[leg_id] = sources
        self._lines.setdefault(sources, {})[leg_id] = None

    def forget(self, leg_id: str) -> None:
        """A leg does not hear it to its end; an end that waits is not told any more."""
        if (sources := self._leave(leg_id)) is not None:
            self._tell_next(sources)

    def end(self, event: PlayFinished) -> None:
        """A worker tells an end."""
        leg_id, sources = event.leg_id, event.sources
        if self._sources.get(leg_id) != sources or next(iter(self._lines[sources])) == leg_id:
            self._tell(event)
        elif leg_id not in self._waiting:
            timer = asyncio.get_running_loop().call_later(_PATIENCE, self._tell, event)
            self._waiting[leg_id] = event, timer

    def close(self) -> None:
        """Tell nothing any more."""
        for _, timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()

    def _tell(self, event: PlayFinished) -> None:
        is_in_line = self._sources.get(event.leg_id) == event.sources
        if is_in_line:
            self._leave(event.leg_id)
        self._deliver(event)
        if is_in_line:
            self._tell_next(event.sources)

    def _leave(self, leg_id: str) -> tuple[str, ...] | None:
        """Take a leg out of its line; what it heard."""
        if (waiting := self._waiting.pop(leg_id, None)) is not None:
            waiting[1].cancel()
        if (sources := self._sources.pop(leg_id, None)) is not None:
            del self._lines[sources][leg_id]
            if not self._lines[sources]:
                del self._lines[sources]
        return sources

    def _tell_next(self, sources: tuple[str, ...]) -> None:
        waiting = self._waiting.get(next(iter(self._lines.get(sources, ())), ""))
        if waiting is not None:
            self._tell(waiting[0])
