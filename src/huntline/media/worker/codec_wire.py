"""What travels between the worker and the process that changes codecs: frames of a kind, the number of the
stream or the sound, a length, and so many bytes."""

from __future__ import annotations

import struct

FRAME = struct.Struct(">BII")
OPEN, DATA, CLOSE, SOUND, FAILED = range(5)

_LENGTH = struct.Struct(">H")


def packed(packets: list[bytes]) -> bytes:
    """Packets, each with its length before it."""
    return b"".join(_LENGTH.pack(len(packet)) + packet for packet in packets)


def unpacked(data: bytes) -> list[bytes]:
    """The inverse of ``packed``."""
    packets, at = [], 0
    while at < len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        packets.append(data[at : at + length])
        at += length
    return packets
