"""A tape: one party's packets, put in the order and at the times at which they were spoken."""

from __future__ import annotations

from huntline.media import g711
from huntline.media.wav import is_sound

_LEAP = g711.SAMPLE_RATE
"""Samples by which a packet's time may differ from our clock's; beyond it the sender has begun anew."""

_AFTER_SOUND = g711.SAMPLE_RATE // 4
"""Samples that are kept after the last sound where silence has ended a recording."""

_TIMESTAMP = 0xFFFFFFFF


class Tape:
    """What was said, without a gap: what is lost is silence of its length. Times are samples since the
    recording began.

    Packets may come in any order until they are handed over by ``take``; a later one that belongs before
    that is lost.
    """

    def __init__(self, law: str, most: int, begins_at: int = 0) -> None:
        """No more than ``most`` samples are kept; the first ``begins_at`` are on file already."""
        self.law = law
        self._most = most
        self._taken = begins_at
        self._kept = bytearray()
        self._stream: tuple[int, int] | None = None  # SSRC, and the timestamp of the beginning
        self._sound_ended_at = begins_at

    @property
    def length(self) -> int:
        """Samples until now."""
        return self._taken + len(self._kept)

    @property
    def is_full(self) -> bool:
        """Whether no more is kept."""
        return self.length >= self._most

    @property
    def length_of_sound(self) -> int:
        """Samples until silence has begun, and a little more."""
        return min(self.length, self._sound_ended_at + _AFTER_SOUND) if self._sound_ended_at else 0

    def silent_for(self, now: int) -> int:
        """Samples since something was heard that is no silence."""
        return now - self._sound_ended_at

    def hear(self, payload: bytes, encoding: str, ssrc: int, timestamp: int, now: int) -> None:
        """Take a packet that has come now."""
        audio = payload.translate(g711.TRANSLATIONS.get((encoding, self.law)))
        at = self._place(len(audio), ssrc, timestamp, now)
        if at < self._taken:
            audio = audio[self._taken - at :]
            at = self._taken
        audio = audio[: max(0, self._most - at)]
        if not audio:
            return
        if is_sound(audio, self.law):
            self._sound_ended_at = max(self._sound_ended_at, at + len(audio))
        if (gap := at - self.length) > 0:
            self._kept += g711.SILENCE[self.law] * gap
        start = at - self._taken
        self._kept[start : start + len(audio)] = audio

    def take(self) -> bytes:
        """What has come since the last time, to be written."""
        taken = bytes(self._kept)
        self._taken += len(taken)
        self._kept.clear()
        return taken

    def _place(self, size: int, ssrc: int, timestamp: int, now: int) -> int:
        """The time at which a packet was spoken: by its timestamp, or by our clock when the two contradict
        each other or the stream is a new one."""
        if self._stream is not None and self._stream[0] == ssrc:
            expected = (self._stream[1] + now - size) & _TIMESTAMP
            late = (expected - timestamp) & _TIMESTAMP
            early = (timestamp - expected) & _TIMESTAMP
            if min(late, early) <= _LEAP:
                return now - size - late if late <= early else now - size + early
        at = max(self.length, now - size)
        self._stream = (ssrc, (timestamp - at) & _TIMESTAMP)
        return at
