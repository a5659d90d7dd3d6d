"""The intake: what comes in, in the order of its importance.

Responses, what belongs to calls and transactions that are there, and whatever ends something are handed on
at once. What would begin something new waits in line until all of that is done, and is turned away where too
much waits (``core/overload.py``): by one small answer, before it is read in depth.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from huntline.logs import RationedWarning
from huntline.sip.core.core import SipCore
from huntline.sip.core.flow import Flow
from huntline.sip.core.glance import glance, may_be_new_work, seems_in_dialog
from huntline.sip.core.message import Request
from huntline.sip.core.overload import OverloadControl

log = logging.getLogger(__name__)

_SLICE = 0.005  # seconds for new requests before all else has its turn again
_SHOWN_FOR = 10.0  # seconds
_MOST_WAITING = 16 * 1024 * 1024  # bytes


class _Waiting(NamedTuple):
    data: bytes
    flow: Flow
    since: float


class Intake:
    """``receive`` takes a message that is to be handled now, ``turn_away`` answers a request that is not."""

    def __init__(
        self,
        core: SipCore,
        receive: Callable[[bytes, Flow], None],
        turn_away: Callable[[Request, Flow], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._core = core
        self._receive = receive
        self._turn_away = turn_away
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._control = OverloadControl()
        self._line: deque[_Waiting] = deque()
        self._line_bytes = 0
        self._next_slice: asyncio.Handle | None = None
        self._warning = RationedWarning(log, "new SIP requests are turned away: there is too much to do", 1.0)
        self._turned_away_at: float | None = None
        self.turned_away = 0

    @property
    def is_overloaded(self) -> bool:
        """Whether requests are turned away, or were a moment ago: long enough for people to see it."""
        return self._turned_away_at is not None and self._clock() - self._turned_away_at < _SHOWN_FOR

    def take(self, data: bytes, flow: Flow) -> None:
        """A whole message has come."""
        if self._must_wait(data):
            self._stand_in_line(_Waiting(data, flow, self._clock()))
        elif not self._core.is_ack_of_turned_away(data):
            self._receive(data, flow)

    def close(self) -> None:
        """Forget those who wait."""
        self._line.clear()
        if self._next_slice is not None:
            self._next_slice.cancel()

    def _must_wait(self, data: bytes) -> bool:
        """Requests of one dialog never wait: others of it would overtake them (RFC 3261 section 12.2.2)."""
        if may_be_new_work(data):
            return not (seems_in_dialog(data) and self._is_under_way(data))
        # The INVITE that a CANCEL means may be in line.
        return bool(self._line) and data.startswith(b"CANCEL ") and not self._is_under_way(data)

    def _is_under_way(self, data: bytes) -> bool:
        request = glance(data)
        return request is not None and self._core.is_under_way(request)

    def _stand_in_line(self, new: _Waiting) -> None:
        if self._line_bytes + len(new.data) > _MOST_WAITING:
            self._refuse(new, new.since - self._line[0].since)
            return
        self._line.append(new)
        self._line_bytes += len(new.data)
        if self._next_slice is None:
            self._next_slice = self._loop.call_soon(self._serve)

    def _serve(self) -> None:
        """Serve new requests for a moment, then let everything else have its turn."""
        self._next_slice = None
        end = self._clock() + _SLICE
        while self._line:
            first = self._line.popleft()
            self._line_bytes -= len(first.data)
            now = self._clock()
            if self._control.takes(now - first.since, now) or first.data.startswith(b"CANCEL "):
                self._receive(first.data, first.flow)
            else:
                self._refuse(first, now - first.since)
            if self._line and self._clock() >= end:
                self._next_slice = self._loop.call_soon(self._serve)
                return

    def _refuse(self, refused: _Waiting, waited: float) -> None:
        request = glance(refused.data)
        if request is None:
            return  # no answer would find its way
        if self._core.is_under_way(request):  # sent again, or within a dialog
            self._receive(refused.data, refused.flow)
            return
        self.turned_away += 1
        self._turned_away_at = self._clock()
        self._warning.tell(waited_ms=round(1000 * waited), waiting=len(self._line))
        self._turn_away(request, refused.flow)
