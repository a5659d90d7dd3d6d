"""Cutting a byte stream into SIP messages by Content-Length (RFC 3261 section 18.3)."""

from __future__ import annotations

from dataclasses import dataclass

from huntline.errors import PeerError
from huntline.network.protocols import Protocol, protocol_of
from huntline.sip.core.message import end_of_head, unfolded

MAX_HEAD = 65_536
MAX_BODY = 65_536
_LENGTH_NAMES = ("content-length", "l")


class FramingError(PeerError):
    """The stream cannot be cut into messages any more: close the connection."""


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """A double CRLF, to be answered with a single one (RFC 5626 section 3.5.1)."""


class StreamFramer:
    """Feed it what a connection brings; it gives back whole messages. Memory is bounded by the limits."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self._is_sip = False

    def feed(self, data: bytes) -> list[bytes | KeepAlive]:
        """Take bytes and return what is complete; FramingError when the stream is beyond repair."""
        self._buffer += data
        frames: list[bytes | KeepAlive] = []
        while (frame := self._next()) is not None:
            frames.append(frame)
        return frames

    def _next(self) -> bytes | KeepAlive | None:
        buffer = self._buffer
        while buffer.startswith((b"\r\n", b"\n")):
            if buffer.startswith(b"\r\n\r\n"):
                del buffer[:4]
                return KeepAlive()
            if buffer == b"\r\n" or buffer == b"\r\n\r":
                return None  # half of a keep-alive, or one CRLF in front of a message
            del buffer[: 2 if buffer.startswith(b"\r\n") else 1]
        self._check_protocol()
        head = self._head_length()
        if head is None:
            return None
        total = head + _content_length(bytes(buffer[:head]))
        if len(buffer) < total:
            return None
        message = bytes(buffer[:total])
        del buffer[:total]
        self._searched = 0
        return message

    def _check_protocol(self) -> None:
        """Whoever speaks something else is not waited for until it looks like a message."""
        if not self._is_sip:
            protocol = protocol_of(self._buffer)
            self._is_sip = protocol is Protocol.SIP
            if protocol not in (None, Protocol.SIP):
                raise FramingError(f"the first bytes are {protocol}")

    def _head_length(self) -> int | None:
        # Looking again only at what is new keeps a slowly dripping head from costing quadratic time.
        start = max(self._searched - 3, 0)
        end = end_of_head(self._buffer[start:])
        if end >= 0 and start + end <= MAX_HEAD:
            return start + end
        if len(self._buffer) > MAX_HEAD:
            raise FramingError("the head of a message is too long")
        self._searched = len(self._buffer)
        return None


def _content_length(head: bytes) -> int:
    values = {
        value.strip()
        for name, _, value in (line.partition(":") for line in unfolded(head).split("\n")[1:])
        if name.strip().lower() in _LENGTH_NAMES
    }
    if not values:
        return 0
    value = values.pop()
    # Two lengths, or one that is no number, leave no way to know where the next message begins.
    if values or len(value) > 10 or not (value.isascii() and value.isdigit()):
        raise FramingError("no usable Content-Length")
    if int(value) > MAX_BODY:
        raise FramingError("the body of a message is too long")
    return int(value)
