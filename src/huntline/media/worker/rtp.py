"""RTP (RFC 3550 section 5): the header, and the one stream that a leg's peer hears."""

from __future__ import annotations

import re
import secrets
import struct
from dataclasses import fields

from huntline.media.worker.media_clock import SAMPLES_PER_TICK, MediaClock
from huntline.media.worker.wire import StreamPosition

HEADER = struct.Struct("!BBHII")
"""Flags, marker and payload type, sequence number, timestamp, SSRC."""

_BEGINNING = struct.Struct("!IIH")
"""What of a stream is random."""

VERSION_2 = 0x80
LARGEST_PACKET = 2000
"""Room for 200 ms of G.711, the longest packet that a peer may ask for, with extras."""

_FAR_FROM_THE_END = 0xE000
"""A sequence number that takes minutes to go around."""

_SEQUENCE = 0xFFFF
_TIMESTAMP = 0xFFFFFFFF
_RTPMAP = re.compile(r"^a=rtpmap:(\d+) ([\w-]+)/(\d+)(?:/\d)?\r?$", re.MULTILINE)
EVENTS = "telephone-event"


def receivable(sdp: str, clock_rate: int) -> dict[int, str]:
    """The payload types that we have promised to take, with their encodings, by our own description; of those
    for keys the one with this clock."""
    return {
        int(number): encoding
        for number, encoding, rate in _RTPMAP.findall(sdp)
        if encoding != EVENTS or int(rate) == clock_rate
    }


def is_rtcp(second_byte: int) -> bool:
    """Whether a packet on the RTP port is RTCP (RFC 5761 section 4)."""
    return 192 <= second_byte <= 223


def without_extras(packet: bytearray, size: int) -> int:
    """Take contributing sources, header extension and padding out of a packet, in place.

    Returns the new size; 0 when the packet's lengths contradict each other.
    """
    first = packet[0]
    start = HEADER.size + 4 * (first & 0x0F)
    if first & 0x10:
        if start + 4 > size:
            return 0
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    end = size - packet[size - 1] if first & 0x20 else size
    if start >= end:
        return 0
    new_size = HEADER.size + end - start
    packet[HEADER.size : new_size] = packet[start:end]
    packet[0] = VERSION_2
    return new_size


class OutgoingStream:
    """What a leg has been sent: one SSRC whose numbers go on without a seam, whatever the source is.

    ``sequence`` and ``timestamp`` are those of the last packet. ``scale`` is that of its codec's clock.
    """

    __slots__ = ("octets", "packets", "scale", "sequence", "ssrc", "timestamp", "timestamp_shift")

    def __init__(self, scale: int = 1, after: OutgoingStream | None = None) -> None:
        """``after`` is an earlier one to the same peer: some phones drop what is numbered lower than that,
        whatever its SSRC."""
        self.scale = scale
        # RFC 3550 section 5.1: the initial values are random. RFC 3711 section 3.3.1: the sequence starts
        # low, so that who misses the first packets does not miss that the numbers went around.
        random: tuple[int, int, int] = _BEGINNING.unpack(secrets.token_bytes(_BEGINNING.size))
        self.ssrc, self.timestamp_shift, sequence = random
        is_early = after is not None and after.sequence < _FAR_FROM_THE_END
        self.sequence: int = after.sequence if after is not None and is_early else sequence & 0x7FFF
        self.timestamp = (self.timestamp_shift - SAMPLES_PER_TICK * scale) & _TIMESTAMP
        self.packets = 0
        self.octets = 0

    @property
    def position(self) -> StreamPosition:
        """Where it stands, for ``resumed``."""
        return StreamPosition(**{field.name: getattr(self, field.name) for field in fields(StreamPosition)})

    @classmethod
    def resumed(cls, position: StreamPosition, samples: int) -> OutgoingStream:
        """A stream that goes on there, by the clock of another process, which is at so many samples."""
        stream = cls(position.scale)
        for field in fields(StreamPosition):
            setattr(stream, field.name, getattr(position, field.name))
        since = (SAMPLES_PER_TICK - samples) * position.scale
        stream.timestamp_shift = (position.timestamp + since) & _TIMESTAMP
        return stream

    def next_timestamp(self, samples: int) -> int:
        """The timestamp for a packet sent at that time; never before the end of the last packet.

        A relayed peer whose clock runs fast may be ahead of ours: then the stream stays ahead.
        """
        now = samples * self.scale
        ahead = (self.timestamp + SAMPLES_PER_TICK * self.scale - now - self.timestamp_shift) & _TIMESTAMP
        if ahead < 0x80000000:
            self.timestamp_shift += ahead
        return (now + self.timestamp_shift) & _TIMESTAMP

    def sent(self, sequence: int, timestamp: int, octets: int) -> None:
        """Note a packet that was sent; one that was overtaken by another does not turn the numbers back."""
        self.packets += 1
        self.octets += octets
        if (sequence - self.sequence) & _SEQUENCE < 0x8000:
            self.sequence, self.timestamp = sequence, timestamp


class StationListener:
    """A leg's place among the listeners of a station: its numbers follow from the clock's while it lasts."""

    __slots__ = ("_clock", "_joined_at", "_sequence_shift", "_stream", "_timestamp_shift", "entry")

    def __init__(self, stream: OutgoingStream, payload_type: int, clock: MediaClock) -> None:
        self._stream, self._clock, self._joined_at = stream, clock, clock.count
        stream.next_timestamp(clock.samples + SAMPLES_PER_TICK)
        self._sequence_shift = stream.sequence - clock.count
        self._timestamp_shift = stream.timestamp_shift
        self.entry = (payload_type, self._sequence_shift, self._timestamp_shift, stream.ssrc)
        """What the sending loop needs: payload type, the shifts of sequence and timestamp, SSRC."""

    def settle(self) -> None:
        """Bring the stream up to what was sent until now."""
        rounds = self._clock.count - self._joined_at
        if rounds:
            stream = self._stream
            self._joined_at = self._clock.count
            stream.packets += rounds
            stream.octets += rounds * SAMPLES_PER_TICK
            stream.sequence = (self._clock.count + self._sequence_shift) & _SEQUENCE
            stream.timestamp = (self._clock.samples * stream.scale + self._timestamp_shift) & _TIMESTAMP
