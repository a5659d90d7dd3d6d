"""When a datagram socket has something to read."""

from __future__ import annotations

import asyncio
import select
import socket
from collections.abc import Callable

_SOCKETS_IN_A_TURN = 64
"""So many are read, then whatever else is due has its turn; the kernel begins with the others then."""


class Readiness:
    """Calls ``read`` whenever something waits in a socket: a datagram, or an error that reading takes out.

    For datagram sockets of the loop only this is to be used. uvloop stops to look at a socket, for ever and
    without a word, when it finds an error there (``uv__poll_io`` of libuv); one ICMP message that nobody is
    at the other end is one. So it looks at an epoll that looks at the sockets: one for all of a loop, which
    also makes a socket cheap to begin with, and several that are ready at once cheap to read.
    """

    def __init__(self, udp: socket.socket, read: Callable[[], None]) -> None:
        self._number = udp.fileno()
        self._watch = _Watch.of(asyncio.get_running_loop())
        self._watch.add(self._number, read)
        self._is_closed = False

    def call(self, read: Callable[[], None]) -> None:
        """Call this function from now on. Nothing happens once it was closed."""
        if not self._is_closed:
            self._watch.reads[self._number] = read

    def close(self) -> None:
        """Look no more, to be called before the socket is closed; may be called twice."""
        if not self._is_closed:
            self._is_closed = True
            self._watch.remove(self._number)


class _Watch:
    """The epoll of a loop; it is there as long as there is a socket in it."""

    _of_loops: dict[asyncio.AbstractEventLoop, _Watch] = {}  # noqa: RUF012 - one for the process

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.reads: dict[int, Callable[[], None]] = {}
        self._loop = loop
        self._epoll = select.epoll()
        loop.add_reader(self._epoll.fileno(), self._look)

    @classmethod
    def of(cls, loop: asyncio.AbstractEventLoop) -> _Watch:
        """The one of this loop."""
        watch = cls._of_loops.get(loop)
        if watch is None:
            watch = cls._of_loops[loop] = cls(loop)
        return watch

    def add(self, number: int, read: Callable[[], None]) -> None:
        """Look at a socket, too."""
        self._epoll.register(number, select.EPOLLIN)
        self.reads[number] = read

    def remove(self, number: int) -> None:
        """Look at it no more; after the last one at nothing."""
        self._epoll.unregister(number)
        del self.reads[number]
        if not self.reads:
            del self._of_loops[self._loop]
            self._loop.remove_reader(self._epoll.fileno())
            self._epoll.close()

    def _look(self) -> None:
        reads = self.reads
        if len(reads) == 1:  # as in signalling: there is nothing to choose, and a system call less
            self._read(*reads)
            return
        for number, _ in self._epoll.poll(0, _SOCKETS_IN_A_TURN):
            # One that was read before it may have closed it.
            if number in reads:
                self._read(number)

    def _read(self, number: int) -> None:
        try:
            self.reads[number]()
        except Exception as error:  # each is a call-back of its own: it must not cost the others
            told = {"message": f"reading socket {number} failed", "exception": error}
            self._loop.call_exception_handler(told)
