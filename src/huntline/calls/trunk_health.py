"""Which ways to a provider may be taken now: what is decided of hosts, limits and refusals, without I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from huntline.calls.failures import RingFailure
from huntline.sip.core.flow import Flow

REFUSED_PAUSE = 60.0
"""Seconds for which nobody is proven to who has refused our user name and password."""
LONGEST_KEPT_AWAY = 3600
"""Seconds, at most, for which a host keeps calls away by Retry-After."""
_WRONG_PASSWORD = (401, 407)
_MAY_ASK_TO_WAIT = (500, 503)
"""Where Retry-After is about the host; elsewhere it is about whom was called (RFC 3261 section 20.33)."""


@dataclass(slots=True)
class HostHealth:
    """What is known of one way. ``is_up`` is None as long as nobody has been heard."""

    is_up: bool | None = None
    since: float = 0.0
    away_until: float = 0.0
    failure: RingFailure | None = None


class TrunkHealth:
    """The hosts of one provider. Moments are on one monotonic clock.

    Without ``is_asked``, OPTIONS at intervals, a host that was not heard is tried again with the next call:
    nothing else would find that it is there.
    """

    def __init__(self, *, is_asked: bool, has_password: bool = True) -> None:
        self.is_asked, self._has_password = is_asked, has_password
        self.refused_until = 0.0
        """Until when nobody is proven to the provider, who does not know us."""
        self.is_refused = False
        """Whether our user name and password were refused the last time: so until a call is let in."""
        self._hosts: dict[Flow, HostHealth] = {}

    def of(self, flow: Flow) -> HostHealth:
        """What is known of a way."""
        return self._hosts.setdefault(flow, HostHealth())

    def keep(self, flows: Iterable[Flow]) -> None:
        """These are the ways that there are; the others are forgotten."""
        wanted = set(flows)
        self._hosts = {flow: health for flow, health in self._hosts.items() if flow in wanted}

    def is_open(self, flow: Flow, now: float) -> bool:
        """Whether a call may take this way."""
        health = self._hosts.get(flow)
        return health is None or (health.is_up is not False and health.away_until <= now)

    def refuses_us(self, now: float) -> bool:
        """Whether the provider has refused our user name and password a short while ago."""
        return self.refused_until > now

    def heard(self, flow: Flow, now: float) -> bool:
        """Somebody has answered there; whether that is news. What was asked for by Retry-After stays so."""
        return self._turn(flow, True, now, None)

    def silent(self, flow: Flow, now: float, failure: RingFailure) -> bool:
        """Nobody has answered there, though they were asked whether they are there; whether that is news."""
        return self._turn(flow, False, now, failure)

    def failed(self, flow: Flow, now: float, failure: RingFailure) -> bool:
        """A call by this way came to nothing; whether the state of the trunk is another one by that."""
        if failure.is_local and failure.leads_to_next_way:
            return self._turn(flow, False, now, failure) if self.is_asked else False
        if failure.status in _WRONG_PASSWORD and self._has_password:
            self.refused_until, self.is_refused = now + REFUSED_PAUSE, True
            self.of(flow).failure = failure
            return True
        if failure.status in _MAY_ASK_TO_WAIT and failure.retry_after:
            health = self.of(flow)
            health.away_until = now + min(failure.retry_after, LONGEST_KEPT_AWAY)
            health.failure = failure
            return True
        self.let_in()
        return self.heard(flow, now)

    def let_in(self) -> None:
        """A call has come past the question who we are."""
        self.is_refused = False

    def _turn(self, flow: Flow, is_up: bool, now: float, failure: RingFailure | None) -> bool:
        health = self.of(flow)
        health.failure = failure if health.away_until <= now or failure else health.failure
        if health.is_up is is_up:
            return False
        health.is_up, health.since = is_up, now
        return True


class CallRate:
    """New calls within the last second."""

    def __init__(self) -> None:
        self._at: deque[float] = deque()

    def takes(self, most: int, now: float) -> bool:
        """Whether one more may begin, which counts then; 0 is no limit."""
        if most == 0:
            return True
        while self._at and self._at[0] <= now - 1:
            self._at.popleft()
        if len(self._at) >= most:
            return False
        self._at.append(now)
        return True
