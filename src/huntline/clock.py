"""The one clock: aware UTC that never runs backwards."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Start time plus monotonic time, so that a corrected system clock never moves a deadline."""

    def __init__(self) -> None:
        self._started_at = datetime.now(UTC)
        self._monotonic_at_start = time.monotonic()

    def now(self) -> datetime:
        """The moment, aware and in UTC."""
        return self.at(time.monotonic())

    def at(self, monotonic: float) -> datetime:
        """The moment of a reading of ``time.monotonic()``, in seconds."""
        return self._started_at + timedelta(seconds=monotonic - self._monotonic_at_start)

    def monotonic_at(self, moment: datetime) -> float:
        """The reading of ``time.monotonic()`` at a moment, in seconds."""
        return self._monotonic_at_start + (moment - self._started_at).total_seconds()
