"""Why calls are refused, said once for each: a line in the log and a record, of a flood a bounded number."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from ipaddress import ip_network

from huntline.calls.failures import TOO_MANY_HOPS, Header, RingFailure
from huntline.directory.refused import REFUSAL_WORDS, RefusalReason, RefusedCall
from huntline.engine.model import Outcome
from huntline.errors import PeerError
from huntline.media.interface import NotAcceptable

log = logging.getLogger(__name__)

TOLD_PER_MINUTE = 10
"""For each source; the rest of its minute is told in one sum."""

MINUTE = 60.0  # s
MOST_SOURCES = 1_000
"""Sources counted apart at a time; those past that count as one, so that no crowd fills memory or disk."""

EXIT_WORDS = {
    Outcome.OVERFLOWED: "as many calls wait as the queue takes",
    Outcome.REFUSED: "the queue is gone",
    Outcome.NO_AGENTS: "nobody serves the queue",
}
"""What a caller's phone is told whom a queue turned away, who has a call record that says more."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """How a caller is refused. ``reason`` is what is told of it, None where a call record says why."""

    status: int
    reason: RefusalReason | None = None
    words: str = ""
    headers: tuple[Header, ...] = ()


def refusal_of(failure: RingFailure, *, is_outside: bool, reason: RefusalReason | None = None) -> Refusal:
    """How a caller is refused for whom nobody was reached: told as much of it as concerns them."""
    status = failure.status_for_caller(is_outside=is_outside)
    told = RefusalReason.TOO_MANY_HOPS if failure is TOO_MANY_HOPS else reason
    words = REFUSAL_WORDS[told] if told is not None else ""
    return Refusal(status, reason, words, failure.headers_for_caller(status))


def reason_without_audio(error: PeerError) -> RefusalReason:
    """Why there is no audio with a caller."""
    if error.sip_status >= 500:
        return RefusalReason.NO_AUDIO
    is_by_keys = isinstance(error, NotAcceptable) and error.is_by_encryption
    return RefusalReason.NO_COMMON_ENCRYPTION if is_by_keys else RefusalReason.NO_COMMON_AUDIO


CROWD = "many"
_LONGEST = 100  # characters of what strangers say


@dataclass(slots=True)
class _Minute:
    """What a source has had refused in its minute; ``untold`` by all that a sum can say."""

    count: int = 0
    untold: Counter[RefusedCall] = field(default_factory=Counter)


class Refusals:
    """``record`` takes each call that is told, ``later(seconds, call)`` has something done in time.

    What belongs to no organization is told in the log alone.
    """

    def __init__(
        self, record: Callable[[RefusedCall], None], later: Callable[[float, Callable[[], None]], object]
    ) -> None:
        self._record = record
        self._later = later
        self._minutes: dict[str, _Minute] = {}

    def add(self, refused: RefusedCall) -> None:
        """A call was refused."""
        key = _source_key(refused.source)
        if key not in self._minutes:
            if len(self._minutes) >= MOST_SOURCES:
                key = CROWD
            if key not in self._minutes:
                self._minutes[key] = _Minute()
                self._later(MINUTE, lambda: self._minute_over(key))
        minute = self._minutes[key]
        minute.count += 1
        if minute.count <= TOLD_PER_MINUTE:
            self._tell(refused)
        else:
            minute.untold[replace(refused, source=key, caller="", dialled="")] += 1

    def close(self) -> None:
        """Tell what has not been told yet."""
        for key in list(self._minutes):
            self._minute_over(key)

    def _minute_over(self, key: str) -> None:
        minute = self._minutes.pop(key, None)
        for refused, count in minute.untold.items() if minute else ():
            self._tell(replace(refused, count=count))

    def _tell(self, refused: RefusedCall) -> None:
        dialled = _plain(refused.dialled)
        # Whom somebody called is told in the log, and not who they are: a caller's number is a person's.
        details = {"status": refused.status, "reason": str(refused.reason), "source": refused.source}
        whose = {"organization_id": refused.organization_id} if refused.organization_id else {}
        log.info("call refused", extra=details | {"dialled": dialled, "count": refused.count} | whose)
        if refused.organization_id:
            self._record(replace(refused, caller=_plain(refused.caller), dialled=dialled))


def _plain(text: str) -> str:
    """What a stranger wrote, without what a terminal or a page would obey."""
    return "".join(each if each.isprintable() else "?" for each in text[:_LONGEST])


def _source_key(source: str) -> str:
    """Of IPv6 the network, since one host has a whole /64 to itself."""
    if ":" not in source:
        return source
    try:
        return str(ip_network((source.partition("%")[0], 64), strict=False))
    except ValueError:
        return source
