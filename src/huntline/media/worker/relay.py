"""One direction of a bridge: the speaker's packets become part of the stream that the listener hears.

As they are where both speak the same codec, or G.711 of either law; else by the process that changes codecs.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Mapping

from huntline.media import g711
from huntline.media.worker.codec_process import CodecProcess, CodecStream
from huntline.media.worker.dtmf import rescaled
from huntline.media.worker.media_clock import SAMPLES_PER_TICK, SCALES, MediaClock
from huntline.media.worker.rtp import EVENTS, HEADER, VERSION_2, OutgoingStream
from huntline.sdp import Agreed, Codec

# RFC 3550 appendix A.1: what lies outside is a new start, not loss or disorder.
_MAX_DROPOUT = 3000
_MAX_MISORDER = 100
_MAX_LEAP = 8000
"""Samples a timestamp may move from one packet to the next; after a longer pause our own clock is asked."""

_TIMESTAMP = 0xFFFFFFFF
_PAYLOAD = HEADER.size
_pack_header = HEADER.pack_into

Send = Callable[[bytearray | memoryview], object]
"""Sends one packet; may raise OSError."""


class Relay:
    """Rewrites packets in place and sends them: numbers, payload type, and the law where the sides differ."""

    __slots__ = (
        "_clock",
        "_last_sequence",
        "_last_timestamp",
        "_leap",
        "_routes",
        "_send",
        "_sequence_shift",
        "_ssrc",
        "_stream",
        "_timestamp_shift",
    )

    def __init__(
        self, spoken: Mapping[int, str], to: Agreed, stream: OutgoingStream, send: Send, clock: MediaClock
    ) -> None:
        """``spoken`` are the speaker's payload types, ``to`` is what is agreed with the listener: one of the
        codecs, or one that is as good."""
        self._routes = {number: _route(encoding, to) for number, encoding in spoken.items()}
        self._stream, self._send, self._clock = stream, send, clock
        self._leap = _MAX_LEAP * stream.scale
        self._ssrc: int | None = None
        self._last_sequence = self._last_timestamp = 0
        self._sequence_shift = self._timestamp_shift = 0

    def pass_on(
        self, packet: memoryview, size: int, second: int, sequence: int, timestamp: int, ssrc: int
    ) -> None:
        """Send a packet, whose header was read, as one of the listener's stream.

        It must have no extras, and a payload type that is spoken. Only what the listener can take is sent.
        """
        if (
            ssrc != self._ssrc
            or _MAX_DROPOUT < (sequence - self._last_sequence) & 0xFFFF < 0x10000 - _MAX_MISORDER
            or self._leap < (timestamp - self._last_timestamp) & 0xFFFFFFFF < 0x100000000 - self._leap
        ):
            self._anchor(sequence, timestamp, ssrc)
        self._last_sequence, self._last_timestamp = sequence, timestamp
        payload_type, law = self._routes[second & 0x7F]
        if payload_type is None:
            # What is left out must not look like loss.
            self._sequence_shift -= 1
            return
        if law is not None:
            packet[_PAYLOAD:size] = packet[_PAYLOAD:size].tobytes().translate(law)
        sequence = (sequence + self._sequence_shift) & 0xFFFF
        timestamp = (timestamp + self._timestamp_shift) & 0xFFFFFFFF
        stream = self._stream
        # What ``stream.sent`` does: its call would be a tenth of what a packet costs here.
        stream.packets += 1
        stream.octets += size - _PAYLOAD
        if (sequence - stream.sequence) & 0xFFFF < 0x8000:
            stream.sequence, stream.timestamp = sequence, timestamp
        _pack_header(packet, 0, VERSION_2, second & 0x80 | payload_type, sequence, timestamp, stream.ssrc)
        try:
            self._send(packet[:size])
        except OSError:  # The listener is gone or a buffer is full: audio waits for nobody.
            return

    def close(self) -> None:
        """Nothing is held."""

    def _anchor(self, sequence: int, timestamp: int, ssrc: int) -> None:
        """The speaker's numbers start anew: let them continue the stream."""
        self._ssrc = ssrc
        self._sequence_shift = self._stream.sequence + 1 - sequence
        self._timestamp_shift = self._stream.next_timestamp(self._clock.samples) - timestamp


def _route(encoding: str, listener: Agreed) -> tuple[int | None, bytes | None]:
    """The listener's payload type for what the speaker sends, and the table for its bytes."""
    if encoding == EVENTS:
        return listener.event_payload_type, None
    if g711.needs_change(encoding, listener.codec):
        return None, None
    return listener.payload_type, g711.TRANSLATIONS.get((encoding, listener.codec))


class ChangingRelay:
    """The same where the codecs are not the same: the stream's numbers are all new. Who speaks another codec
    than ``source`` is not heard."""

    def __init__(
        self,
        spoken: Mapping[int, str],
        source: Codec,
        to: Agreed,
        stream: OutgoingStream,
        send: Send,
        clock: MediaClock,
        codecs: CodecProcess,
    ) -> None:
        self._spoken, self._source, self._to = spoken, source, to
        self._stream, self._send, self._clock = stream, send, clock
        self._from_scale = SCALES[source]
        self._changed = CodecStream(codecs, source, to.codec, self._pass_on_changed)
        self._fed: deque[int] = deque()
        self._ssrc: int | None = None
        self._base = self._last = (0, 0)  # timestamps that belong together: told, and ours

    def close(self) -> None:
        """Let go of the codecs."""
        self._changed.close()

    def pass_on(
        self, packet: memoryview, size: int, second: int, sequence: int, timestamp: int, ssrc: int
    ) -> None:
        """As that of ``Relay``; audio is sent when it has been changed."""
        encoding = self._spoken[second & 0x7F]
        ours = self._timestamp(timestamp, ssrc)
        payload = packet[_PAYLOAD:size].tobytes()
        if encoding == self._source:
            if self._changed.feed(payload):
                self._fed.append(ours)
        elif encoding == EVENTS and (number := self._to.event_payload_type) is not None:
            self._send_packet(
                second & 0x80 | number, ours, rescaled(payload, self._from_scale, self._stream.scale)
            )

    def _pass_on_changed(self, packets: list[bytes]) -> None:
        if not self._fed:
            return
        timestamp = self._fed.popleft()
        for payload in packets:
            self._send_packet(self._to.payload_type, timestamp, payload)
            timestamp = (timestamp + SAMPLES_PER_TICK * self._stream.scale) & _TIMESTAMP

    def _send_packet(self, second: int, timestamp: int, payload: bytes) -> None:
        stream = self._stream
        sequence = (stream.sequence + 1) & 0xFFFF
        stream.sent(sequence, timestamp, len(payload))
        header = HEADER.pack(VERSION_2, second, sequence, timestamp, stream.ssrc)
        with contextlib.suppress(OSError):
            self._send(bytearray(header + payload))

    def _timestamp(self, timestamp: int, ssrc: int) -> int:
        """The same moment by the listener's clock."""
        leap = (timestamp - self._last[0]) & _TIMESTAMP
        most = _MAX_LEAP * self._from_scale
        if ssrc != self._ssrc or most < leap < _TIMESTAMP + 1 - most:
            self._ssrc = ssrc
            self._base = timestamp, self._stream.next_timestamp(self._clock.samples)
        passed = (timestamp - self._base[0]) & _TIMESTAMP
        if passed > _TIMESTAMP // 2:
            passed -= _TIMESTAMP + 1
        ours = (self._base[1] + passed * self._stream.scale // self._from_scale) & _TIMESTAMP
        self._base = self._last = timestamp, ours
        return ours
