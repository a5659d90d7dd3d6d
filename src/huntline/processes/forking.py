"""The nursery's own side: all roles are loaded once, and each process is a fork that goes on from there.

What is loaded once is there at once when a process is started again, and is in memory once. The nursery has
no threads and opens nothing, so a fork has nothing of it but code.

Over a socket that keeps messages apart, the supervisor sends ``{"fork": name, "environment": {...}}``, with
the socket by which the process says that it is ready and those that the one before has left, or
``{"load": true}``; it gets ``{"born": pid}`` with a descriptor of the process, or
``{"loaded": true}``, and by and by ``{"ended": pid, "status": ...}``.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
from collections.abc import Callable, Iterable
from typing import Any

from setproctitle import setproctitle

from huntline.processes.lifeline import MOST_SOCKETS
from huntline.processes.words import LEFT_SOCKETS, READY_FD

LONGEST_MESSAGE = 256 * 1024  # bytes

Role = Callable[[], int]
"""What a process does; returns its exit status."""


def tend(connection: socket.socket, names: Iterable[str], load: Callable[[str], Role]) -> Role | None:
    """Fork a process whenever the supervisor asks for one, and return None when that is gone.

    Returns in each process that was forked, too: its role. ``load`` imports what a role needs; those of
    ``names`` are loaded while nothing else is to be done.
    """
    nursery = _Nursery(connection, names, load)
    setproctitle("huntline nursery")
    signal.signal(signal.SIGCHLD, lambda *_: nursery.tell_ends())
    with contextlib.suppress(ConnectionError):
        return nursery.run()
    return None


class _Nursery:
    def __init__(self, connection: socket.socket, names: Iterable[str], load: Callable[[str], Role]) -> None:
        self._connection = connection
        self._load = load
        self._roles: dict[str, Role] = {}
        self._unloaded = [*names]

    def run(self) -> Role | None:
        while True:
            while self._unloaded and not self._is_asked():
                self._role(self._unloaded[0])
            data, descriptors, _, _ = socket.recv_fds(
                self._connection, LONGEST_MESSAGE, 1 + MOST_SOCKETS, socket.MSG_CMSG_CLOEXEC
            )
            if not data:
                return None
            request = json.loads(data)
            if "load" in request:
                self._load_all()
            elif (role := self._fork(request, descriptors)) is not None:
                return role

    def tell_ends(self) -> None:
        """Say of each process that has ended how it did."""
        with contextlib.suppress(ChildProcessError, BrokenPipeError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = found
                self._say({"ended": pid, "status": os.waitstatus_to_exitcode(status)})

    def _is_asked(self) -> bool:
        readable, _, _ = select.select([self._connection], [], [], 0)
        return bool(readable)

    def _load_all(self) -> None:
        for name in [*self._unloaded]:
            self._role(name)
        self._say({"loaded": True})

    def _role(self, name: str) -> Role:
        if name in self._unloaded:
            self._unloaded.remove(name)
        if name not in self._roles:
            self._roles[name] = self._loaded(name)
        return self._roles[name]

    def _loaded(self, name: str) -> Role:
        # What is loaded stays: to look for what could be thrown away would take a tenth of the time.
        gc.disable()
        try:
            return self._load(name)
        finally:
            # The collector would write to every object, whereupon no page could be shared any more.
            gc.collect()
            gc.freeze()
            gc.enable()

    def _fork(self, request: dict[str, Any], descriptors: list[int]) -> Role | None:
        """In the nursery None, in the new process its role."""
        role = self._role(request["fork"])
        # Its end must not be told before its birth.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if pid:
            self._tell_birth(pid)
            for each in descriptors:
                os.close(each)
        else:
            self._begin(request, *descriptors)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        return None if pid else role

    def _begin(self, request: dict[str, Any], ready: int, *left: int) -> None:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._connection.close()
        # A process group of its own: Ctrl-C in a terminal reaches the supervisor only.
        os.setpgid(0, 0)
        os.environ.update(request["environment"])
        os.environ[READY_FD], os.environ[LEFT_SOCKETS] = str(ready), " ".join(map(str, left))
        setproctitle(f"huntline {request['fork']}")

    def _tell_birth(self, pid: int) -> None:
        pidfd = os.pidfd_open(pid)
        try:
            self._say({"born": pid}, pidfd)
        finally:
            os.close(pidfd)

    def _say(self, message: dict[str, Any], *descriptors: int) -> None:
        socket.send_fds(self._connection, [json.dumps(message).encode()], descriptors)
