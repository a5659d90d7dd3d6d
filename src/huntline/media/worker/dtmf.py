"""Keys pressed, as telephone-events (RFC 4733): each press is told once, whatever is lost or repeated."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from huntline.media.worker.media_clock import SAMPLES_PER_TICK

_KEYS = "0123456789*#ABCD"
_END = 0x80
_VOLUME = 10  # -10 dBm0, as loud as phones make it
_PRESS_TICKS = 5  # 100 ms
_END_PACKETS = 3  # RFC 4733 section 2.5.1.4
_PAUSE_TICKS = 2  # until the next press, whose beginning must be heard as one
_MOST_WAITING = 32
_SILENCE_ENDS_PRESS = 10
"""Ticks without a packet after which a press is over although its end was lost."""


class EventPacket(NamedTuple):
    """One packet of a press: whether it is the first, and the payload."""

    begins: bool
    payload: bytes


class KeyPresses:
    """Follows the telephone-events of one leg. Ticks are those of the media clock."""

    __slots__ = ("_heard_at", "_press", "_waiting")

    def __init__(self) -> None:
        self._press: tuple[int, int] | None = None
        self._waiting = ""
        self._heard_at = 0

    def heard(self, payload: bytes | bytearray, ssrc: int, timestamp: int, tick: int) -> str:
        """Take the payload of one packet; returns the keys whose press is now known to be over.

        RFC 4733 section 2.5.1: all packets of a press carry the timestamp of its beginning.
        """
        if len(payload) < 4 or payload[0] >= len(_KEYS):
            return ""
        pressed = ""
        if self._press != (ssrc, timestamp):
            if self._is_older(ssrc, timestamp):
                return ""
            pressed = self._take()
            self._press, self._waiting = (ssrc, timestamp), _KEYS[payload[0]]
        self._heard_at = tick
        return pressed + self._take() if payload[1] & _END else pressed

    def expire(self, tick: int) -> str:
        """The key whose end packets were all lost, once it has been quiet for 200 ms."""
        return self._take() if self._waiting and tick - self._heard_at > _SILENCE_ENDS_PRESS else ""

    @property
    def is_down(self) -> bool:
        """Whether a key is pressed at this moment."""
        return bool(self._waiting)

    def _is_older(self, ssrc: int, timestamp: int) -> bool:
        if self._press is None or self._press[0] != ssrc:
            return False
        return (timestamp - self._press[1]) & 0xFFFFFFFF >= 0x80000000

    def _take(self) -> str:
        key, self._waiting = self._waiting, ""
        return key


class OutgoingKeys:
    """Presses on their way to a peer, one after the other."""

    __slots__ = ("_due", "_waiting")

    def __init__(self) -> None:
        self._waiting: deque[str] = deque()
        self._due: deque[EventPacket | None] = deque()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is due any more."""
        return not self._due and not self._waiting

    def add(self, key: str) -> None:
        """Press a key after those that wait; of too many, and of what is none, nothing is heard."""
        if len(key) == 1 and key in _KEYS and len(self._waiting) < _MOST_WAITING:
            self._waiting.append(key)

    def next(self) -> EventPacket | None:
        """What goes out with this tick; None in the pause after a press."""
        if not self._due and self._waiting:
            self._due.extend(_press(_KEYS.index(self._waiting.popleft())))
        return self._due.popleft() if self._due else None

    def clear(self) -> None:
        """Let go of every key."""
        self._waiting.clear()
        self._due.clear()


def _press(event: int) -> Iterator[EventPacket | None]:
    """RFC 4733 section 2.5.1: what has been heard of it so far, again and again, and its end three times."""
    for tick in range(1, _PRESS_TICKS + _END_PACKETS):
        end = _END if tick >= _PRESS_TICKS else 0
        duration = min(tick, _PRESS_TICKS) * SAMPLES_PER_TICK
        yield EventPacket(tick == 1, struct.pack("!BBH", event, end | _VOLUME, duration))
    for _ in range(_PAUSE_TICKS):
        yield None
