"""TCP connections whose other end thinks that they stand: they were with another machine at our address.

That end learns of it only when it sends something, which a phone may not do for minutes. So it is sent an
acknowledgement that fits nothing: its system answers with what would fit (RFC 9293 section 3.10.7.4), and
ours, which knows of no such connection, resets it.
"""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Iterable

Ends = tuple[tuple[str, int], tuple[str, int]]
"""Our address and port, and theirs. IPv4."""

_HEADER = struct.Struct("!HHIIBBHHH")  # RFC 9293 section 3.1
_PSEUDO = struct.Struct("!4s4sBBH")
_WORDS, _ACK = _HEADER.size // 4, 0x10

log = logging.getLogger(__name__)


def end_stale(connections: Iterable[Ends]) -> None:
    """Let the other ends learn that these connections are no more. Where the system does not allow it they
    learn of it when they send something next."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP) as raw:
            for ours, theirs in connections:
                raw.bind((ours[0], 0))
                raw.sendto(unfitting(ours, theirs), (theirs[0], 0))
    except OSError as error:
        log.info("phones are not told that their connections are no more", extra={"reason": str(error)})


def unfitting(ours: tuple[str, int], theirs: tuple[str, int]) -> bytes:
    """A TCP segment with an acknowledgement of nothing, and no data."""
    blank = _HEADER.pack(ours[1], theirs[1], 0, 0, _WORDS << 4, _ACK, 0, 0, 0)
    pseudo = _PSEUDO.pack(
        *(socket.inet_aton(ours[0]), socket.inet_aton(theirs[0])), 0, socket.IPPROTO_TCP, len(blank)
    )
    return _HEADER.pack(ours[1], theirs[1], 0, 0, _WORDS << 4, _ACK, 0, _checksum(pseudo + blank), 0)


def _checksum(data: bytes) -> int:
    """RFC 1071."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF
