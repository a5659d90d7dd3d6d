"""Quotas: whether an organization may have one more call, or phone (``directory.quota``), without I/O.

What is there is counted by who has it: nothing is taken here that somebody would have to give back.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Mapping

from huntline.calls.trunk_health import CallRate
from huntline.directory.in_force import SettingsInForce
from huntline.directory.plan import OutsideNumber, Target
from huntline.directory.quota import NO_QUOTA, QUOTA_NUMBERS, Quota
from huntline.directory.refused import RefusalReason

log = logging.getLogger(__name__)

MINUTE = 60  # s

LIMIT_REACHED = {
    RefusalReason.QUOTA_CALLS: "max_calls",
    RefusalReason.QUOTA_CALLS_PER_SECOND: "max_calls_per_second",
}
"""Which part of a quota a call is refused by."""


class Quotas:
    """``calls_in`` counts the calls that an organization has; moments are on one monotonic clock.

    Of calls it is asked once each, before anything is made for one: those that are there are never refused,
    whatever becomes of them.
    """

    def __init__(self, settings: SettingsInForce, calls_in: Callable[[str], int]) -> None:
        self._settings = settings
        self._calls_in = calls_in
        self._rates: dict[str, CallRate] = {}
        self._refused: dict[tuple[str, str], LastMinute] = {}

    def why_not(self, target: Target, now: float) -> RefusalReason | None:
        """Why a new call is refused that goes there; None lets it in, as one of its second."""
        organization_id = target.organization_id
        quota = self._quota_of(organization_id)
        if quota == NO_QUOTA or self._is_emergency(target):
            return None
        reason = None
        if quota.max_calls and self._calls_in(organization_id) >= quota.max_calls:
            reason = RefusalReason.QUOTA_CALLS
        elif not self._rates.setdefault(organization_id, CallRate()).takes(quota.max_calls_per_second, now):
            reason = RefusalReason.QUOTA_CALLS_PER_SECOND
        if reason is not None:
            self._note(organization_id, LIMIT_REACHED[reason], now)
        return reason

    def takes_phones(self, organization_id: str, registered: int, more: int, now: float) -> bool:
        """Whether so many phones may register beside those that are there."""
        most = self._quota_of(organization_id).max_registrations
        if not most or registered + more <= most:
            return True
        self._note(organization_id, "max_registrations", now)
        return False

    def refused_lately(self, organization_id: str, now: float) -> Mapping[str, int]:
        """How many were refused within the last minute, by the part of the quota."""
        found = {name: self._refused.get((organization_id, name)) for name in QUOTA_NUMBERS}
        return {name: minute.count(now) if minute else 0 for name, minute in found.items()}

    def _quota_of(self, organization_id: str) -> Quota:
        organization = self._settings.plan.organization(organization_id)
        return organization.quota if organization else NO_QUOTA

    def _is_emergency(self, target: Target) -> bool:
        if not isinstance(target, OutsideNumber):
            return False
        return self._settings.plan.is_emergency(target.organization_id, target.number)

    def _note(self, organization_id: str, limit: str, now: float) -> None:
        """Of a flood the log has its beginning: the rest is among the refused calls."""
        minute = self._refused.setdefault((organization_id, limit), LastMinute())
        if minute.count(now) == 0:
            most = getattr(self._quota_of(organization_id), limit)
            told = {"organization_id": organization_id, "limit": limit, "most": most}
            log.warning("an organization has come to its quota", extra=told)
        minute.add(now)


class LastMinute:
    """How often something was so within the last minute, to the second: of a flood no more is kept."""

    def __init__(self) -> None:
        self._seconds: Counter[int] = Counter()
        self._order: deque[int] = deque()

    def add(self, now: float) -> None:
        """It is so now."""
        second = int(now)
        if second not in self._seconds:
            self._order.append(second)
        self._seconds[second] += 1

    def count(self, now: float) -> int:
        """How often it was."""
        while self._order and self._order[0] <= now - MINUTE:
            del self._seconds[self._order.popleft()]
        return self._seconds.total()
