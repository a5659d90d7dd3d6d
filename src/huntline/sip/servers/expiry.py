"""When to look for what has expired."""

from __future__ import annotations

from collections.abc import Iterable

_SCAN_INTERVAL = 1.0  # seconds: going through everything is for once a second at most


class Expiry:
    """Knows the earliest moment at which something in a collection may expire.

    Refreshed things leave their old moment behind, so a look may find nothing; in exchange a refresh costs
    nothing and no memory. Expiry is seen at most a second late.
    """

    def __init__(self) -> None:
        self._earliest: float | None = None
        self._looked_at = float("-inf")

    def add(self, expires_at: float) -> None:
        """Something was added that expires then."""
        if self._earliest is None or expires_at < self._earliest:
            self._earliest = expires_at

    def next_look(self) -> float | None:
        """When to look next; None when nothing is there."""
        return None if self._earliest is None else max(self._earliest, self._looked_at + _SCAN_INTERVAL)

    def is_due(self, now: float) -> bool:
        """Whether it is time to look."""
        at = self.next_look()
        return at is not None and at <= now

    def looked(self, now: float, left: Iterable[float]) -> None:
        """Everything expired is gone; these moments are left."""
        self._earliest = min(left, default=None)
        self._looked_at = now
