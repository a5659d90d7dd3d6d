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
_LOST_PACKETS = 3
"""So many packets that do not come end a press whose end was lost."""

_PACKET_SAMPLES = range(160, 401)
"""How much longer each packet says that a press is: RFC 4733 section 2.5.1.2 has 50 ms for whoever sends them
more rarely than audio."""


class EventPacket(NamedTuple):
    """One packet of a press: whether it is the first, and the payload."""

    begins: bool
    payload: bytes


class KeyPresses:
    """Follows the telephone-events of one leg. Ticks are those of the media clock."""

    __slots__ = ("_duration", "_heard_at", "_press", "_step", "_waiting")

    def __init__(self) -> None:
        self._press: tuple[int, int] | None = None
        self._waiting = ""
        self._heard_at = self._duration = 0
        self._step = _PACKET_SAMPLES[-1]

    @property
    def is_pressed(self) -> bool:
        """Whether the end of a press is still to come."""
        return bool(self._waiting)

    def heard(self, payload: bytes | bytearray, ssrc: int, timestamp: int, tick: int, scale: int = 1) -> str:
        """Take the payload of one packet; returns the keys whose press is now known to be over. ``scale`` is
        that of the clock which durations are told by.

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
            self._duration, self._step = 0, _PACKET_SAMPLES[-1]
        self._heard_at = tick
        self._note_step(int.from_bytes(payload[2:4], "big") // scale)
        return pressed + self._take() if payload[1] & _END else pressed

    def expire(self, tick: int) -> str:
        """The key whose end packets were all lost, once three packets have not come that were due."""
        quiet = (tick - self._heard_at) * SAMPLES_PER_TICK
        return self._take() if self._waiting and quiet > _LOST_PACKETS * self._step else ""

    def _note_step(self, duration: int) -> None:
        """How often packets come follows from two of them."""
        step = duration - self._duration
        if self._duration and step in _PACKET_SAMPLES:
            self._step = step
        self._duration = duration

    def _is_older(self, ssrc: int, timestamp: int) -> bool:
        if self._press is None or self._press[0] != ssrc:
            return False
        return (timestamp - self._press[1]) & 0xFFFFFFFF >= 0x80000000

    def _take(self) -> str:
        key, self._waiting = self._waiting, ""
        return key


def rescaled(payload: bytes, told: int, wanted: int) -> bytes:
    """A packet's payload with its duration by another clock, as far as 16 bits hold it."""
    if told == wanted or len(payload) < 4:
        return payload
    duration = min(int.from_bytes(payload[2:4], "big") // told * wanted, 0xFFFF)
    return payload[:2] + duration.to_bytes(2, "big") + payload[4:]


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
