"""Whether the media workers answer, and whether they keep up with what they have to send."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from huntline.media.worker import wire

_ASKS = wire.line({"id": 1, "verb": "stats"})
_LEAST_TICKS = 100
"""Of 20 ms each: what is told of fewer is chance."""
_LATE_SHARE = 0.05
"""Of the ticks of a worker: everybody whom it plays music to hears gaps."""


class MediaHealth:
    """Looks at the workers behind these sockets; what it tells is of the time since it looked before."""

    def __init__(self, sockets: Sequence[Path]) -> None:
        self._sockets = sockets
        self._before: dict[int, tuple[int, int]] = {}
        self._late: dict[int, float] = {}
        self._lost: list[int] = []

    async def look(self) -> None:
        """Ask all of them."""
        found = await asyncio.gather(*map(_counts, self._sockets))
        self._lost = [number for number, counts in enumerate(found, 1) if counts is None]
        for number, counts in enumerate(found, 1):
            self._note(number, counts)

    @property
    def fault(self) -> str | None:
        """Which of them do not answer, in words."""
        return f"{self._called(self._lost)}does not answer; it is started again" if self._lost else None

    @property
    def lateness(self) -> str | None:
        """Which of them are too slow, in words."""
        if not self._late:
            return None
        which, share = self._called([*self._late]), max(self._late.values())
        return (
            f"{which}is late for {share:.0%} of what it plays, and people hear gaps: its core has too much to"
            " do; more media_workers would share it"
        )

    def _called(self, numbers: list[int]) -> str:
        if len(self._sockets) == 1:
            return ""
        return f"worker {', '.join(map(str, numbers))} of {len(self._sockets)} "

    def _note(self, number: int, counts: Mapping[str, int] | None) -> None:
        if counts is None:
            self._before.pop(number, None)
            self._late.pop(number, None)
            return
        run, skipped = counts["ticks"], counts["ticks_skipped"]
        run_before, skipped_before = self._before.setdefault(number, (run, skipped))
        late, ticks = skipped - skipped_before, run + skipped - run_before - skipped_before
        if ticks < 0:
            self._before[number] = run, skipped  # another process than before
        elif ticks >= _LEAST_TICKS:
            self._before[number] = run, skipped
            self._late.pop(number, None)
            if late >= _LATE_SHARE * ticks:
                self._late[number] = late / ticks


async def _counts(path: Path) -> Mapping[str, int] | None:
    """What a worker counts; None for one that does not answer."""
    try:
        reader, writer = await asyncio.open_unix_connection(str(path))
    except OSError:
        return None
    try:
        writer.write(_ASKS)
        counts: Mapping[str, int] = wire.message_in(await reader.readline())["result"]
        return counts
    except (OSError, ValueError):
        return None
    finally:
        writer.close()
