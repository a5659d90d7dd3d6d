"""RTCP (RFC 3550 section 6): the reports we send; of those that come only the fact matters."""

from __future__ import annotations

import random
import struct

INTERVAL = 5.0
"""Seconds between two reports, on average."""

_NTP_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970."""

_SENDER_REPORT, _RECEIVER_REPORT, _SOURCE_DESCRIPTION = 200, 201, 202
_CNAME = 1


def next_interval() -> float:
    """Seconds to the next report: half to one and a half of the interval (section 6.2)."""
    return INTERVAL * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, guards nothing


def is_plausible(packet: memoryview) -> bool:
    """Whether the bytes begin like RTCP; the rest is never read."""
    return len(packet) >= 8 and packet[0] >> 6 == 2 and 192 <= packet[1] <= 223


def sender_report(
    ssrc: int, unix_time: float, timestamp: int, packets: int, octets: int, cname: bytes
) -> bytes:
    """A sender report with its source description; ``timestamp`` is the RTP clock at ``unix_time``."""
    seconds, fraction = divmod(unix_time, 1)
    report = struct.pack(
        "!BBHIIIIII",
        0x80,
        _SENDER_REPORT,
        6,
        ssrc,
        int(seconds) + _NTP_EPOCH & 0xFFFFFFFF,
        int(fraction * 2**32),
        timestamp,
        packets & 0xFFFFFFFF,
        octets & 0xFFFFFFFF,
    )
    return report + _source_description(ssrc, cname)


def receiver_report(ssrc: int, cname: bytes) -> bytes:
    """An empty receiver report with its source description: we are here, but have not sent of late."""
    return struct.pack("!BBHI", 0x80, _RECEIVER_REPORT, 1, ssrc) + _source_description(ssrc, cname)


def _source_description(ssrc: int, cname: bytes) -> bytes:
    # Section 6.5: the items end with a null byte, padded to 32 bits.
    items = struct.pack("!BB", _CNAME, len(cname)) + cname + b"\0"
    items += b"\0" * (-len(items) % 4)
    return struct.pack("!BBHI", 0x81, _SOURCE_DESCRIPTION, 1 + len(items) // 4, ssrc) + items
