"""The audio side of many phones: each packet says who sent it and when, and costs little on both sides."""

from __future__ import annotations

import itertools
import struct
import time
from array import array

from tests.scenarios.audio import Audio
from tests.scenarios.reactor import Reactor

_MARK = b"Huntline"
_HEADER = struct.Struct("!BBHII8sIQ")
"""That of RTP (RFC 3550 section 5.1), then the mark, the sender, and the nanosecond at which it was sent."""
_SILENCE = b"\xff" * (172 - _HEADER.size)
_PERIOD, _SLOTS = 0.02, 10
_LOST = 0.5
_NANOSECONDS = struct.Struct("qq")
_numbers = itertools.count(1)


class Pacer:
    """Sends for all streams, 50 packets a second each; in turn, so that no two hundred go out at once."""

    def __init__(self, reactor: Reactor) -> None:
        self._reactor = reactor
        self._slots: list[list[Stream]] = [[] for _ in range(_SLOTS)]
        self._step, self._began_at = 0, 0.0
        self._is_running = False
        self.late = 0.0
        """How late the latest packet was sent: what the generator itself adds."""

    def add(self, stream: Stream) -> None:
        min(self._slots, key=len).append(stream)
        if not self._is_running:
            self._is_running, self._step, self._began_at = True, 0, time.monotonic()
            self._tick()

    def remove(self, stream: Stream) -> None:
        for slot in self._slots:
            if stream in slot:
                slot.remove(stream)

    def _tick(self) -> None:
        if not any(self._slots):
            self._is_running = False
            return
        now = time.monotonic()
        self.late = max(self.late, now - self._due)
        if now - self._due > _LOST:  # to catch up would keep it from reading, and so from ever catching up
            self._began_at, self._step = now, 0
        while self._due <= now:
            for stream in self._slots[self._step % _SLOTS]:
                stream.send_next()
            self._step += 1
        self._reactor.after(self._due - time.monotonic(), self._tick)

    @property
    def _due(self) -> float:
        return self._began_at + self._step * _PERIOD / _SLOTS


class Stream(Audio):
    """One leg's audio. It knows whom it hears and since when, and the time that each packet took to come.

    ``speaks``: whether it sends anything. While ``is_kept`` is set, it counts what it sends, and keeps when
    each packet arrived, its number, and, from another stream, how long it took.
    """

    def __init__(self, reactor: Reactor, host: str, pacer: Pacer, *, speaks: bool) -> None:
        super().__init__(reactor, host, tone=None)
        self._pacer, self._speaks, self._is_sending = pacer, speaks, False
        self.number = next(_numbers)
        self.peer = 0
        """The number of the stream that it hears; 0 while it hears none, but perhaps music."""
        self.peer_heard_at = 0.0
        self.heard_at = 0.0
        self.is_kept = False
        self.sent = 0
        self.arrivals, self.sequences, self.delays = array("q"), array("H"), array("q")
        self._buffer = bytearray(2048)

    def start(self, remote: tuple[str, int]) -> None:
        self.remote = remote
        if self._speaks and not self._is_sending:
            self._is_sending = True
            self._pacer.add(self)

    def pause(self) -> None:
        if self._is_sending:
            self._is_sending = False
            self._pacer.remove(self)

    def send_next(self) -> None:
        """Send the next packet; called 50 times a second."""
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._timestamp = (self._timestamp + 160) & 0xFFFFFFFF
        now = time.time_ns()
        header = (0x80, 0, self._sequence, self._timestamp, self._ssrc, _MARK, self.number, now)
        self.send_raw(_HEADER.pack(*header) + _SILENCE)
        self.sent += self.is_kept

    def keep(self) -> None:
        """Forget what came and keep what comes."""
        self.arrivals, self.sequences, self.delays = array("q"), array("H"), array("q")
        self.sent, self.is_kept = 0, True

    def _receive(self) -> None:
        try:
            size, ancillary, _, _ = self._rtp.recvmsg_into([self._buffer], 64)
        except (BlockingIOError, ConnectionError):
            return
        if size < 12 or self._buffer[0] >> 6 != 2:  # no RTP
            return
        seconds, nanoseconds = _NANOSECONDS.unpack_from(ancillary[0][2])
        at = seconds * 1_000_000_000 + nanoseconds
        self.heard_at = at / 1e9
        if self.is_kept:
            self.arrivals.append(at)
            self.sequences.append(self._buffer[2] << 8 | self._buffer[3])
        if size >= _HEADER.size and self._buffer[12:20] == _MARK:
            self._hear(at)

    def _hear(self, at: int) -> None:
        *_, number, sent_at = _HEADER.unpack_from(self._buffer)
        if number != self.peer:
            self.peer, self.peer_heard_at = number, at / 1e9
        if self.is_kept:
            self.delays.append(at - sent_at)
