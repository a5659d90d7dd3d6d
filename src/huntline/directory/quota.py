"""What an organization may use of the server: for the host to set, so that its neighbours do not feel it."""

from __future__ import annotations

from dataclasses import dataclass

from huntline.directory.numbers import Range, numbers_of, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Calls at once, whichever way they go, new calls within a second, and registered phones, each page with
    a phone in it among them. 0 is no limit."""

    max_calls: int = whole(0, Range(0, 100_000, "calls"))
    max_calls_per_second: int = whole(0, Range(0, 1000, "calls"))
    max_registrations: int = whole(0, Range(0, 100_000, "phones"))


NO_QUOTA = Quota()
QUOTA_NUMBERS = numbers_of(Quota)
