"""One direction of a bridge: the speaker's packets become part of the stream that the listener hears."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from huntline.media import g711
from huntline.media.worker.media_clock import MediaClock
from huntline.media.worker.rtp import HEADER, VERSION_2, OutgoingStream
from huntline.sdp import Agreed

# RFC 3550 appendix A.1: what lies outside is a new start, not loss or disorder.
_MAX_DROPOUT = 3000
_MAX_MISORDER = 100
_MAX_LEAP = 8000
"""Samples a timestamp may move from one packet to the next; after a longer pause our own clock is asked."""

_PAYLOAD = HEADER.size
_pack_header = HEADER.pack_into

Send = Callable[[bytearray | memoryview], object]
"""Sends one packet; may raise OSError."""

EVENTS = "telephone-event"


class Relay:
    """Rewrites packets in place and sends them: numbers, payload type, and the law where the sides differ."""

    __slots__ = (
        "_clock",
        "_last_sequence",
        "_last_timestamp",
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
        """``spoken`` are the speaker's payload types, ``to`` is what is agreed with the listener."""
        self._routes = {number: _route(encoding, to) for number, encoding in spoken.items()}
        self._stream, self._send, self._clock = stream, send, clock
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
            or _MAX_LEAP < (timestamp - self._last_timestamp) & 0xFFFFFFFF < 0x100000000 - _MAX_LEAP
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
        stream.sent(sequence, timestamp, size - _PAYLOAD)
        _pack_header(packet, 0, VERSION_2, second & 0x80 | payload_type, sequence, timestamp, stream.ssrc)
        try:
            self._send(packet[:size])
        except OSError:  # The listener is gone or a buffer is full: audio waits for nobody.
            return

    def _anchor(self, sequence: int, timestamp: int, ssrc: int) -> None:
        """The speaker's numbers start anew: let them continue the stream."""
        self._ssrc = ssrc
        self._sequence_shift = self._stream.sequence + 1 - sequence
        self._timestamp_shift = self._stream.next_timestamp(self._clock.samples) - timestamp


def _route(encoding: str, listener: Agreed) -> tuple[int | None, bytes | None]:
    """The listener's payload type for what the speaker sends, and the table for its bytes."""
    if encoding == EVENTS:
        return listener.event_payload_type, None
    return listener.payload_type, g711.TRANSLATIONS.get((encoding, listener.codec))
