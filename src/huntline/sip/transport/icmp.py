"""ICMP errors that Linux keeps for a UDP socket (ip(7), IP_RECVERR): which datagrams did not arrive."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

# Of <linux/in.h>, <linux/in6.h> and <linux/errqueue.h>; the socket module does not name them.
_IP_RECVERR, _IPV6_RECVERR = 11, 25
_ORIGIN_ICMP, _ORIGIN_ICMP6 = 2, 3
_EXTENDED_ERROR = struct.Struct("=IBBB")  # errno, origin, type, code; what follows does not matter here

# RFC 3261 section 18.4: unreachable and parameter problem are failures; what only asks for smaller packets,
# and a TTL that ran out, are none.
_UNREACHABLE, _TOO_BIG, _PARAMETER_PROBLEM = 3, 4, 12
_UNREACHABLE6, _PARAMETER_PROBLEM6 = 1, 4

_QUOTED = 2048
_ANCILLARY = 512
_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A datagram did not reach ``remote``; ``data`` is as much of it as the error quotes, often nothing."""

    data: bytes
    remote: tuple[str, int]


def keep_errors(udp: socket.socket) -> None:
    """Let the system keep errors for ``take_errors``.

    From then on any call on the socket may raise one that belongs to an earlier datagram.
    """
    if udp.family == socket.AF_INET6:
        udp.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
    else:
        udp.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)


def take_errors(udp: socket.socket) -> list[Undelivered]:
    """The errors that came since the last look, as far as they mean that nobody is there."""
    return list(_errors(udp))


def _errors(udp: socket.socket) -> Iterator[Undelivered]:
    for _ in range(_AT_ONCE):
        try:
            data, ancillary, _, address = udp.recvmsg(_QUOTED, _ANCILLARY, socket.MSG_ERRQUEUE)
        except OSError:
            return  # no more of them
        if any(_is_failure(level, kind, value) for level, kind, value in ancillary):
            yield Undelivered(data, (address[0], address[1]))


def _is_failure(level: int, kind: int, value: bytes) -> bool:
    if (level, kind) not in ((socket.IPPROTO_IP, _IP_RECVERR), (socket.IPPROTO_IPV6, _IPV6_RECVERR)):
        return False
    _, origin, icmp_type, code = _EXTENDED_ERROR.unpack_from(value)
    if origin == _ORIGIN_ICMP:
        return bool(icmp_type == _PARAMETER_PROBLEM or (icmp_type == _UNREACHABLE and code != _TOO_BIG))
    return origin == _ORIGIN_ICMP6 and icmp_type in (_UNREACHABLE6, _PARAMETER_PROBLEM6)
