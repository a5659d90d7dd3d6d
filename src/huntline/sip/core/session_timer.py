"""Session timers (RFC 4028): whoever is the refresher shows signs of life, the other ends a silent call."""

from __future__ import annotations

from collections.abc import Callable

from huntline.sip.core.context import Context
from huntline.sip.core.leg_record import SessionTimerRecord
from huntline.sip.core.message import Message, Request, Response, parse_number
from huntline.sip.core.timers import Timer, deadline_of


class SessionTimer:
    """The timer of one leg. ``refresh`` is called when it is our turn, ``expire`` when the peer is silent."""

    __slots__ = (
        "_context",
        "_expire",
        "_is_asking",
        "_refresh",
        "_timer",
        "interval",
        "min_se",
        "we_refresh",
    )

    def __init__(
        self, context: Context, refresh: Callable[[float], None], expire: Callable[[float], None]
    ) -> None:
        self._context = context
        self._refresh = refresh
        self._expire = expire
        self._timer: Timer | None = None
        self._is_asking = False
        self.interval = 0
        self.we_refresh = False
        self.min_se = context.settings.min_se

    def request_headers(self) -> tuple[tuple[str, str], ...]:
        """What a request of ours asks for: what is agreed, or at first what the owner has set."""
        wished = self.interval or self._context.settings.session_expires
        if not wished:
            return ()
        refresher = f";refresher={'uac' if self.we_refresh else 'uas'}" if self.interval else ""
        return (
            ("Session-Expires", f"{max(wished, self.min_se)}{refresher}"),
            ("Min-SE", str(self.min_se)),
        )

    def raise_minimum(self, response: Response) -> bool:
        """Take the Min-SE of a 422 (section 7.4); whether asking again makes sense."""
        minimum = parse_number(response.header("min-se"))
        if minimum is None or minimum <= self.min_se:
            return False
        self.min_se = minimum
        return True

    def agree_as_uas(self, request: Request, now: float) -> tuple[tuple[str, str], ...]:
        """Honour what a request wishes and return the headers for our 2xx (section 9)."""
        wished = parse_number(request.header("session-expires"))
        if not wished:
            if self.interval:
                self._start(now)
            return ()
        peer_can_refresh = "timer" in request.tokens("supported")
        self.interval = max(wished, self._context.settings.min_se)
        self.we_refresh = not peer_can_refresh or _refresher(request) == "uas"
        self._start(now)
        expires = ("Session-Expires", f"{self.interval};refresher={'uas' if self.we_refresh else 'uac'}")
        return (expires,) if self.we_refresh else (("Require", "timer"), expires)

    def agree_as_uac(self, response: Response, now: float) -> None:
        """Take what a 2xx to our request says; without Session-Expires the session does not expire."""
        agreed = parse_number(response.header("session-expires"))
        if not agreed:
            self.stop()
            self.interval = 0
            return
        self.interval = max(agreed, self.min_se)
        self.we_refresh = _refresher(response) != "uas"
        self._start(now)

    def stop(self) -> None:
        """The leg is over."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def record(self) -> SessionTimerRecord | None:
        """What is agreed; None where nothing is."""
        if not self.interval and self.min_se == self._context.settings.min_se:
            return None
        return SessionTimerRecord(
            self.interval, self.we_refresh, self.min_se, deadline_of(self._timer), self._is_asking
        )

    def restore(self, record: SessionTimerRecord) -> None:
        """Go on with what was agreed."""
        self.interval, self.we_refresh, self.min_se = record.interval, record.we_refresh, record.min_se
        self._is_asking = record.is_asking
        if record.due_at is not None:
            is_refresh = self.we_refresh and not self._is_asking
            callback = self._refresh_due if is_refresh else self._expire
            self._timer = self._context.timers.set(record.due_at, callback)

    def _start(self, now: float) -> None:
        self.stop()
        self._is_asking = False
        # Section 10: refresh at half time; end the call min(32 s, a third) before the interval is over.
        if self.we_refresh:
            self._timer = self._context.timers.set(now + self.interval / 2, self._refresh_due)
        else:
            silence = self.interval - min(32, self.interval / 3)
            self._timer = self._context.timers.set(now + silence, self._expire)

    def _refresh_due(self, now: float) -> None:
        # A refresh that gets no answer fails as a request does; this guards the one that is never sent.
        self._timer = self._context.timers.set(now + self.interval / 2, self._expire)
        self._is_asking = True
        self._refresh(now)


def asks_too_small_interval(request: Request, min_se: int) -> bool:
    """Whether a request asks for less than our Min-SE and understands the 422 it must get (section 9)."""
    wished = parse_number(request.header("session-expires"))
    return wished is not None and wished < min_se and "timer" in request.tokens("supported")


def _refresher(message: Message) -> str | None:
    value = message.header("session-expires") or ""
    for parameter in value.lower().split(";")[1:]:
        name, _, who = parameter.partition("=")
        if name.strip() == "refresher":
            return who.strip()
    return None
