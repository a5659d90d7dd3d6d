"""Keys pressed, from telephone-events (RFC 4733): each press is told once, whatever is lost or repeated."""

from __future__ import annotations

_KEYS = "0123456789*#ABCD"
_END = 0x80
_SILENCE_ENDS_PRESS = 10
"""Ticks without a packet after which a press is over although its end was lost."""


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

    def _is_older(self, ssrc: int, timestamp: int) -> bool:
        if self._press is None or self._press[0] != ssrc:
            return False
        return (timestamp - self._press[1]) & 0xFFFFFFFF >= 0x80000000

    def _take(self) -> str:
        key, self._waiting = self._waiting, ""
        return key
