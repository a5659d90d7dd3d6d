"""When a datagram socket has something to read."""

from __future__ import annotations

import asyncio
import select
import socket
from collections.abc import Callable


class Readiness:
    """Calls ``read`` whenever something waits in a socket: a datagram, or an error that reading takes out.

    For datagram sockets of the loop only this is to be used. uvloop stops to look at a socket, for ever and
    without a word, when it finds an error there (``uv__poll_io`` of libuv); one ICMP message that nobody is
    at the other end is one. So it looks at an epoll that looks at the socket.
    """

    def __init__(self, udp: socket.socket, read: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._epoll = select.epoll()
        self._epoll.register(udp, select.EPOLLIN)
        self.call(read)

    def call(self, read: Callable[[], None]) -> None:
        """Call this function from now on."""
        self._loop.add_reader(self._epoll.fileno(), read)

    def close(self) -> None:
        """Look no more, to be called before the socket is closed; may be called twice."""
        if not self._epoll.closed:
            self._loop.remove_reader(self._epoll.fileno())
            self._epoll.close()
