"""Overload control: which new requests are taken when there are more than can be served.

What calls need that are up or under way is always done first, so that new requests wait for what is left of
the time; how long they wait tells whether there is too much of them. A burst may wait: only a queue that does
not come down in ``patience`` is one that never will. From then on whoever has waited for more than ``target``
is turned away, so that those who are taken are served soon, until nobody has had to wait for ``calm``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OverloadLimits:
    """Seconds; see above. ``patience`` stays under half a second, after which an INVITE is sent again."""

    target: float = 0.1
    patience: float = 0.4
    calm: float = 0.5


class OverloadControl:
    """Decides for one request after the other, in the order in which they came; all moments are on one
    clock."""

    def __init__(self, limits: OverloadLimits | None = None) -> None:
        self._limits = limits or OverloadLimits()
        self._late_since: float | None = None
        self._overloaded_until: float | None = None
        self.waited = 0.0
        """How long the request before the last decision had waited."""

    def is_overloaded(self, now: float) -> bool:
        """Whether requests that had to wait are turned away at that moment."""
        return self._overloaded_until is not None and now < self._overloaded_until

    def takes(self, waited: float, now: float) -> bool:
        """Whether the next request is served, having waited for so long."""
        self.waited = waited
        if waited < self._limits.target:
            self._late_since = None
            return True
        if self._late_since is None:
            self._late_since = now
        if not self.is_overloaded(now) and now - self._late_since < self._limits.patience:
            return True
        self._overloaded_until = now + self._limits.calm
        return False
