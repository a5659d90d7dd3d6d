"""The audio side of a test phone: sends one tone, remembers every packet it hears."""

from __future__ import annotations

import itertools
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from secrets import randbits

from . import ports, tones
from .reactor import Reactor, Timer

_PERIOD = 0.02
_SO_TIMESTAMPNS = 35


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet heard; ``at`` is the kernel's receive time in seconds since the epoch."""

    at: float
    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes

    @property
    def tone(self) -> int | None:
        return tones.tone_in(self.payload, self.payload_type) if self.payload_type in (0, 8) else None

    @property
    def is_loud(self) -> bool:
        return self.payload_type in (0, 8) and tones.is_loud(self.payload, self.payload_type)


def received_at(ancillary: list[tuple[int, int, bytes]]) -> float:
    """The kernel's time stamp of a datagram: how late this process reads it does not count."""
    for _, kind, data in ancillary:
        if kind == _SO_TIMESTAMPNS and len(data) >= 16:
            seconds, nanoseconds = struct.unpack_from("qq", data)
            return float(seconds + nanoseconds / 1e9)
    return time.time()


def timestamped_udp(host: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    sock.bind((host, port))
    sock.setblocking(False)
    return sock


class Audio:
    """One leg's RTP and RTCP sockets."""

    def __init__(
        self, reactor: Reactor, host: str, *, tone: int | None, payload_type: int = 0, port: int | None = None
    ) -> None:
        self.host, self.port = host, port or ports.take(2)
        self.tone, self.payload_type = tone, payload_type
        self.heard: list[Packet] = []
        self.remote: tuple[str, int] | None = None
        self.sent_count = 0
        self._reactor = reactor
        self._rtp = timestamped_udp(host, self.port)
        self._rtcp = timestamped_udp(host, self.port + 1)
        self.rtcp_count = 0
        self._timer: Timer | None = None
        self._next_at = 0.0
        self._sequence, self._timestamp, self._ssrc = randbits(15), randbits(31), randbits(32)
        reactor.add(self._rtp, self._receive)
        reactor.add(self._rtcp, self._receive_rtcp)

    def start(self, remote: tuple[str, int]) -> None:
        """Send to ``remote`` from now on, 50 packets a second."""
        self.remote = remote
        if self._timer is None:
            self._next_at = time.monotonic()
            self._tick()

    def pause(self) -> None:
        """Stop sending."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def send(self, payload: bytes, *, payload_type: int | None = None, marker: bool = False) -> None:
        """Send one packet now."""
        if self.remote is None:
            return
        kind = self.payload_type if payload_type is None else payload_type
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._timestamp = (self._timestamp + tones.FRAME) & 0xFFFFFFFF
        header = struct.pack(
            "!BBHII", 0x80, kind | (0x80 if marker else 0), self._sequence, self._timestamp, self._ssrc
        )
        self.send_raw(header + payload)

    def send_raw(self, data: bytes) -> None:
        """Send any bytes to where the audio goes."""
        assert self.remote is not None
        try:
            self._rtp.sendto(data, self.remote)
            self.sent_count += 1
        except OSError:
            pass  # the far side is gone; its SIP message says so

    def close(self) -> None:
        self.pause()
        self._reactor.remove(self._rtp)
        self._reactor.remove(self._rtcp)

    # What was heard

    def wait_for(self, tone: int, timeout: float = 8.0, *, since: float = 0.0) -> float:
        """Wait until the tone arrives in a packet received after ``since``; the time of that packet."""
        self._wait(lambda p: p.tone == tone and p.at > since, timeout, f"{tone} Hz heard", since)
        return next(p.at for p in self.heard if p.tone == tone and p.at > since)

    def wait_loud(self, timeout: float = 8.0, *, since: float = 0.0) -> float:
        """Wait until anything audible arrives; the time of its first packet."""
        self._wait(lambda p: p.is_loud and p.at > since, timeout, "anything audible heard", since)
        return next(p.at for p in self.heard if p.is_loud and p.at > since)

    def wait_packets(self, count: int, timeout: float = 8.0) -> None:
        """Wait for so many more packets, whatever they hold."""
        target = len(self.heard) + count
        self._reactor.wait(lambda: len(self.heard) >= target, timeout, f"{count} more packets")

    def count(self, tone: int | None, *, since: float, until: float = float("inf")) -> int:
        """How many packets of a tone arrived between two moments."""
        return sum(since < p.at <= until and p.tone == tone for p in self.heard)

    def longest_gap(self, *, since: float, until: float, audible: bool = True) -> float:
        """The longest time (seconds) without a packet, or without an audible one, between two moments."""
        times = [p.at for p in self.heard if since < p.at < until and (p.is_loud or not audible)]
        edges = [since, *times, until]
        return max(later - earlier for earlier, later in itertools.pairwise(edges))

    def _wait(self, wanted: Callable[[Packet], bool], timeout: float, what: str, since: float) -> None:
        seen = 0

        def arrived() -> bool:
            nonlocal seen
            new = self.heard[seen:]
            seen = len(self.heard)
            return any(map(wanted, new))

        def failure() -> str:
            recent = [p for p in self.heard if p.at > since]
            return f"{what} ({len(recent)} packets came, with tones {sorted({str(p.tone) for p in recent})})"

        self._reactor.wait(arrived, timeout, failure)

    def _tick(self) -> None:
        self.send(tones.payload(self.tone, self.payload_type))
        self._next_at += _PERIOD
        self._timer = self._reactor.after(self._next_at - time.monotonic(), self._tick)

    def _receive(self) -> None:
        while (received := _read(self._rtp)) is not None:
            data, at = received
            if len(data) < 12:
                continue
            _, kind, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", data)
            self.heard.append(Packet(at, kind & 0x7F, sequence, timestamp, ssrc, data[12:]))

    def _receive_rtcp(self) -> None:
        while _read(self._rtcp) is not None:
            self.rtcp_count += 1


def _read(sock: socket.socket) -> tuple[bytes, float] | None:
    try:
        data, ancillary, _, _ = sock.recvmsg(2048, 64)
    except BlockingIOError:
        return None
    except ConnectionError:
        return None
    return data, received_at(ancillary)
