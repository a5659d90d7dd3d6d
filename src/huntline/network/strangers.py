"""Who speaks another protocol to a port of ours than it is there for: told once, however often they come."""

from __future__ import annotations

import logging

from huntline.network.protocols import Protocol

log = logging.getLogger(__name__)

_TOLD_AGAIN_AFTER = 60.0  # seconds
_LINES_AT_MOST = 20  # in that time, of all strangers together


class Strangers:
    """Logs a line for each address and reason in a minute, of a flood of addresses the first ones and their
    number. ``wanted`` is what the port is there for."""

    def __init__(self, wanted: Protocol) -> None:
        self._wanted = wanted
        self._told: set[tuple[str, str]] = set()
        self._since = float("-inf")
        self._untold = 0

    def tell(self, remote: tuple[str, int], local: object, reason: str, now: float) -> None:
        """Somebody at that address was turned away from this address of ours."""
        if now - self._since >= _TOLD_AGAIN_AFTER:
            self._begin_anew(now)
        known = (remote[0], reason)
        if known in self._told:
            return
        if len(self._told) >= _LINES_AT_MOST:
            self._untold += 1
            return
        self._told.add(known)
        log.info(f"no {self._wanted}", extra={"remote": remote, "local": str(local), "reason": reason})

    def _begin_anew(self, now: float) -> None:
        if self._untold:
            log.info(f"no {self._wanted}: more of that kind", extra={"count": self._untold})
        self._told.clear()
        self._since, self._untold = now, 0
