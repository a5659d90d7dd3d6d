"""The socket filter: while a caller only waits, the kernel drops the audio that nobody would hear.

A classic BPF program; attaching one needs no privilege. What reaches Python still: telephone-events, RTCP on
the same port, and every 64th packet, which shows that the peer lives and keeps the latch true. SRTP leaves
the header readable, so the same holds for a browser; what is no RTP at all comes through, too.
"""

from __future__ import annotations

import contextlib
import ctypes
import socket
import struct
from functools import cache

_SO_ATTACH_FILTER = 26
_SO_DETACH_FILTER = 27
_NO_EVENTS = 0xFF
"""A payload type that no packet has."""

# linux/filter.h: class | size | mode, and class | operation | source.
_LOAD_BYTE = 0x30
_LOAD_HALF = 0x28
_AND = 0x54
_JUMP_IF_EQUAL = 0x15
_JUMP_IF_SET = 0x45
_JUMP_IF_AT_LEAST = 0x35
_RETURN = 0x06

# For a UDP socket the program sees the UDP header first.
_FIRST_BYTE = 8
_SECOND_RTP_BYTE = 8 + 1
_RTP_SEQUENCE = 8 + 2

_WHOLE_PACKET = 0xFFFF


@cache
def program(event_payload_type: int | None, *, is_shared: bool = False) -> bytes:
    """The program that drops what nobody would hear, but not the telephone-events of that number.

    ``is_shared``: STUN and DTLS come to the same port.
    """
    event = _NO_EVENTS if event_payload_type is None else event_payload_type
    instructions = [
        (_LOAD_BYTE, 0, 0, _SECOND_RTP_BYTE),
        (_JUMP_IF_AT_LEAST, 0, 1, 192),  # RFC 5761 section 4: 192 to 223 is RTCP ...
        (_JUMP_IF_AT_LEAST, 0, 4, 224),  # ... and accepted, unless it is 224 or more
        (_AND, 0, 0, 0x7F),
        (_JUMP_IF_EQUAL, 2, 0, event),
        (_LOAD_HALF, 0, 0, _RTP_SEQUENCE),
        (_JUMP_IF_SET, 1, 0, 0x3F),
        (_RETURN, 0, 0, _WHOLE_PACKET),
        (_RETURN, 0, 0, 0),
    ]
    if is_shared:
        # RFC 7983 section 7: RTP begins with 128 or more.
        to_acceptance = len(instructions) - 2
        instructions[:0] = [(_LOAD_BYTE, 0, 0, _FIRST_BYTE), (_JUMP_IF_SET, 0, to_acceptance, 0x80)]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)


class SocketFilter:
    """The program that runs on one socket, if any."""

    def __init__(self, rtp: socket.socket) -> None:
        self._rtp = rtp
        self._program: bytes | None = None

    def run(self, instructions: bytes | None) -> None:
        """Run this program, or none; nothing happens when that is so already, or the kernel refuses."""
        if instructions == self._program:
            return
        with contextlib.suppress(OSError):
            _attach(self._rtp, instructions) if instructions else _detach(self._rtp)
            self._program = instructions


def _attach(rtp: socket.socket, instructions: bytes) -> None:
    """Let the kernel run the program on each packet. Replaces one that is attached."""
    memory = ctypes.create_string_buffer(instructions, len(instructions))
    # struct sock_fprog: the kernel copies the program before setsockopt returns.
    filter_program = struct.pack("HP", len(instructions) // 8, ctypes.addressof(memory))
    rtp.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, filter_program)


def _detach(rtp: socket.socket) -> None:
    """Let everything through again; a filter must be attached."""
    rtp.setsockopt(socket.SOL_SOCKET, _SO_DETACH_FILTER, 0)
