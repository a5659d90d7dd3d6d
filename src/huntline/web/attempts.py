"""How often somebody may try: so that no password can be guessed by trying many."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

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

    Remembers ``most_keys`` keys, those used last, each as a digest: a name may be as long as somebody likes.
    May be used from several threads at once.
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
        self._attempts: OrderedDict[bytes, deque[_Attempt]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str, on: str = "") -> None:
        """Count one attempt, made ``on`` something. Raises TooManyAttempts, which does not count."""
        with self._lock:
            digest, now = _digest(key), self._now()
            attempts = self._attempts.setdefault(digest, deque())
            self._attempts.move_to_end(digest)
            if seconds := self._locked_for(attempts):
                raise TooManyAttempts(seconds)
            attempts.append(_Attempt(now, _digest(on)))
            if len(self._attempts) > self._most_keys:
                self._attempts.popitem(last=False)

    def locked_for(self, key: str) -> int:
        """In how many seconds there is an attempt again; 0 when there is one."""
        with self._lock:
            return self._locked_for(self._attempts.get(_digest(key), deque()))

    def give_back(self, key: str) -> None:
        """Count the last attempt under a key no longer: it was no failure."""
        with self._lock:
            if attempts := self._attempts.get(_digest(key)):
                attempts.pop()

    def forget(self, key: str, age: float = 0.0) -> None:
        """Count no longer what was tried under a key at least ``age`` seconds ago."""
        with self._lock:
            before = self._now() - age
            attempts = self._attempts.get(_digest(key))
            while attempts and attempts[0].at <= before:
                attempts.popleft()

    def forget_on(self, on: str) -> None:
        """Count no longer, under any key, what was tried on something."""
        with self._lock:
            digest = _digest(on)
            for key, attempts in self._attempts.items():
                self._attempts[key] = deque(each for each in attempts if each.on != digest)

    def _locked_for(self, attempts: deque[_Attempt]) -> int:
        now = self._now()
        while attempts and attempts[0].at <= now - self._window:
            attempts.popleft()
        return math.ceil(attempts[0].at + self._window - now) if len(attempts) >= self._limit else 0


@dataclass(frozen=True, slots=True)
class _Attempt:
    at: float
    on: bytes


def _digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()
