"""Sockets that are listened on: those that the process before this one has left, and new ones."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address

_Place = tuple[int, IPv4Address | IPv6Address, int]


class ListeningSockets:
    """What comes while nobody reads waits in a socket, as long as somebody holds it: so a new process goes on
    with the sockets of the one before, where it listens at the same addresses."""

    def __init__(self, left: Iterable[socket.socket] = ()) -> None:
        self._left = {_place(each.type, *each.getsockname()[:2]): each for each in left}
        self._taken: list[socket.socket] = []

    def take(
        self, kind: socket.SocketKind, host: str, port: int, prepare: Callable[[socket.socket], None]
    ) -> socket.socket:
        """The socket that was left for an IP address and port, else a new one, bound there once ``prepare``
        has set its options. It does not block. Raises OSError when the address cannot be had."""
        found = self._left.pop(_place(kind, host, port), None) or _bound(kind, host, port, prepare)
        self._taken.append(found)
        return found

    def settle(self) -> list[socket.socket]:
        """All that were taken; what else was left is closed, for nobody listens there any more."""
        for each in self._left.values():
            each.close()
        self._left.clear()
        return self._taken


def _place(kind: int, host: str, port: int) -> _Place:
    return kind, ip_address(host), port


def _bound(
    kind: socket.SocketKind, host: str, port: int, prepare: Callable[[socket.socket], None]
) -> socket.socket:
    is_ipv6 = ip_address(host).version == 6
    made = socket.socket(socket.AF_INET6 if is_ipv6 else socket.AF_INET, kind)
    try:
        made.setblocking(False)
        if is_ipv6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        prepare(made)
        made.bind((host, port))
    except OSError:
        made.close()
        raise
    return made
