"""How often somebody may try: so that no password can be guessed by trying many."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from huntline.errors import Refused


class TooManyAttempts(Refused):
    """Somebody has tried too often; ``retry_after`` is in whole seconds."""

    error_id = "too-many-attempts"
    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many attempts to sign in; try again in {retry_after} seconds")
        self.retry_after = retry_after


class Attempts:
    """At most ``limit`` attempts under one key in any ``window`` seconds.

    Remembers ``most_keys`` keys, those used last. May be used from several threads at once.
    """

    def __init__(
        self,
        limit: int,
        window: float,
        most_keys: int = 10_000,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = limit
        self._window = window
        self._most_keys = most_keys
        self._now = now
        self._moments: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str) -> None:
        """Count one attempt. Raises TooManyAttempts, which does not count."""
        now = self._now()
        with self._lock:
            moments = self._moments.setdefault(key, deque())
            self._moments.move_to_end(key)
            while moments and moments[0] <= now - self._window:
                moments.popleft()
            if len(moments) >= self._limit:
                raise TooManyAttempts(math.ceil(moments[0] + self._window - now))
            moments.append(now)
            if len(self._moments) > self._most_keys:
                self._moments.popitem(last=False)

    def give_back(self, key: str) -> None:
        """Count the last attempt under a key no longer: it was somebody's own account."""
        with self._lock:
            if moments := self._moments.get(key):
                moments.pop()

    def forget(self, key: str) -> None:
        """Count what was tried under a key no longer: it was its owner."""
        with self._lock:
            self._moments.pop(key, None)
