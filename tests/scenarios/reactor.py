"""One thread reads the sockets of a story's phones and fires their timers; the story waits on it."""

from __future__ import annotations

import heapq
import itertools
import selectors
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType

Handler = Callable[[], None]


class Timer:
    __slots__ = ("action",)

    def __init__(self, action: Handler) -> None:
        self.action: Handler | None = action

    def cancel(self) -> None:
        self.action = None


class Reactor:
    """All phone code runs with the reactor's lock held, be it called by a socket, a timer or the story."""

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._wake_receiver, self._wake_sender = socket.socketpair()
        self._wake_receiver.setblocking(False)
        self._selector.register(self._wake_receiver, selectors.EVENT_READ, self._woken)
        self._failure: BaseException | None = None
        self._is_running = True
        self._thread = threading.Thread(target=self._run, name="phones", daemon=True)
        self._thread.start()

    def __enter__(self) -> Reactor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_running = False
        self._wake_sender.send(b"x")
        self._thread.join(5)
        self._selector.close()
        self._wake_receiver.close()
        self._wake_sender.close()
        if self._failure is not None and error is None:
            raise self._failure

    def add(self, sock: socket.socket, handler: Handler) -> None:
        with self.changed:
            self._selector.register(sock, selectors.EVENT_READ, handler)

    def remove(self, sock: socket.socket) -> None:
        """Close a socket and listen to it no more; one that is closed already is left alone."""
        with self.changed:
            if sock.fileno() >= 0:
                self._selector.unregister(sock)
                sock.close()

    def after(self, delay: float, action: Handler) -> Timer:
        """Run ``action`` once, ``delay`` seconds from now."""
        timer = Timer(action)
        with self.changed:
            heapq.heappush(self._timers, (time.monotonic() + delay, next(self._order), timer))
        if threading.current_thread() is not self._thread:
            self._wake_sender.send(b"x")
        return timer

    def wait(self, ready: Callable[[], bool], timeout: float, what: str | Callable[[], str]) -> None:
        """Block the story until ``ready()``; raise AssertionError naming ``what`` did not happen."""
        deadline = time.monotonic() + timeout
        with self.changed:
            while not ready():
                if self._failure is not None:
                    raise self._failure
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    text = what if isinstance(what, str) else what()
                    raise AssertionError(f"not within {timeout:g} s: {text}")
                self.changed.wait(remaining)

    def _woken(self) -> None:
        self._wake_receiver.recv(4096)

    def _run(self) -> None:
        try:
            while self._is_running:
                self._step()
        except BaseException as error:
            with self.changed:
                self._failure = error
                self.changed.notify_all()

    def _step(self) -> None:
        timeout = 1.0 if not self._timers else max(0.0, self._timers[0][0] - time.monotonic())
        ready = self._selector.select(min(timeout, 1.0))
        with self.changed:
            for key, _ in ready:
                if key.fileobj.fileno() >= 0:  # type: ignore[union-attr]  # may be closed by an earlier handler
                    key.data()
            while self._timers and self._timers[0][0] <= time.monotonic():
                action = heapq.heappop(self._timers)[2].action
                if action is not None:
                    action()
            self.changed.notify_all()
