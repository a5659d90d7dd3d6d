"""Which protocol somebody speaks to us, told by the first bytes."""

from __future__ import annotations

import re
from enum import StrEnum

_TOKEN = re.compile(rb"[A-Za-z0-9.!%*_+`'~-]*")
_LONGEST_METHOD = 64
_TELLING = 128  # bytes that are looked at
_CLEARLY_SIP = re.compile(
    rb"SIP/2\.0 |(?:ACK|BYE|CANCEL|INFO|INVITE|MESSAGE|NOTIFY|OPTIONS|PRACK|PUBLISH|REFER|REGISTER|SUBSCRIBE"
    rb"|UPDATE) (?:sips?|tel):"
)
_HTTP_METHODS = frozenset(b"GET HEAD POST PUT DELETE CONNECT TRACE PATCH PRI".split())


class Protocol(StrEnum):
    """What is met on a SIP port; the value is for the log."""

    SIP = "SIP"
    HTTP = "HTTP"
    TLS = "TLS"
    STUN = "STUN"
    RTP = "RTP"
    UNKNOWN = "unknown"


def protocol_of(data: bytes | bytearray) -> Protocol | None:
    """What begins like this; None as long as it cannot be told. Line ends in front are not looked over."""
    if _CLEARLY_SIP.match(data):  # as nearly all of it is
        return Protocol.SIP
    start = bytes(data[:_TELLING])
    if not start:
        return None
    return _binary_protocol(start[0]) or _text_protocol(start)


def _binary_protocol(first: int) -> Protocol | None:
    # The ranges of RFC 7983, as far as they are not letters; a TLS record begins with 20 to 24 (RFC 8446).
    if first <= 3:
        return Protocol.STUN
    if 20 <= first <= 25:
        return Protocol.TLS
    return Protocol.RTP if 128 <= first <= 191 else None


def _text_protocol(start: bytes) -> Protocol | None:
    match = _TOKEN.match(start)
    word = match[0] if match else b""
    rest = start[len(word) :]
    if not rest:
        return None if len(word) <= _LONGEST_METHOD else Protocol.UNKNOWN
    if rest.startswith(b"/"):
        return {b"SIP": Protocol.SIP, b"HTTP": Protocol.HTTP}.get(word.upper(), Protocol.UNKNOWN)
    if not word or not rest.startswith(b" "):
        return Protocol.UNKNOWN
    if word in _HTTP_METHODS:
        return Protocol.HTTP
    target = rest.lstrip(b" ")
    if not target:
        return None if len(start) < _TELLING else Protocol.UNKNOWN
    return Protocol.HTTP if target[:1] in (b"/", b"*") else Protocol.SIP
