"""The nursery as the supervisor sees it: processes are born there, and it is started again when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import subprocess
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from huntline.errors import HuntlineError
from huntline.processes.forking import LONGEST_MESSAGE
from huntline.processes.living import LivingProcess

SHORTEST_PAUSE, LONGEST_PAUSE = 0.25, 8.0
"""Seconds before what died for the second time in a row, and then again and again, is started again."""

_log = logging.getLogger(__name__)


class NurseryGone(HuntlineError):
    """The nursery died before it did what it was asked for; what it printed says why."""


class Nursery:
    """``command`` starts one; the number of its socket and the ``names`` of all roles are added to it."""

    def __init__(self, command: Sequence[str], names: Iterable[str], log_file: TextIO | None = None) -> None:
        self._command = tuple(command)
        self._names = tuple(names)
        self._log_file = log_file
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None
        self._asked: deque[asyncio.Future[LivingProcess | None]] = deque()
        self._children: dict[int, LivingProcess] = {}
        self._gone = asyncio.Event()

    def start(self) -> None:
        """Start one; it takes requests at once. Raises OSError when there is no such program."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                self._process = self._started(theirs.fileno())
            except OSError:
                ours.close()
                raise
        self._connection = ours
        self._gone.clear()
        asyncio.get_running_loop().add_reader(ours, self._read)

    def _started(self, descriptor: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own program
            (*self._command, str(descriptor), *self._names),
            pass_fds=(descriptor,),
            stdin=subprocess.DEVNULL,
            stderr=self._log_file,
            process_group=0,  # its own: Ctrl-C in a terminal reaches the supervisor only
        )

    async def keep(self) -> None:
        """Start one again whenever it dies, which takes nobody along; until cancelled."""
        pause = 0.0
        while True:
            await self._gone.wait()
            _log.error("the nursery ended and is started again", extra={"pause_s": pause})
            await asyncio.sleep(pause)
            self.start()
            pause = min(max(2 * pause, SHORTEST_PAUSE), LONGEST_PAUSE)

    async def fork(
        self, name: str, environment: Mapping[str, str], lifeline: int, left: Iterable[int] = ()
    ) -> LivingProcess:
        """Start a process. ``lifeline`` is its end of the socket by which it says that it is ready, ``left``
        are the sockets of the process before it. Raises NurseryGone."""
        process = await self._ask({"fork": name, "environment": dict(environment)}, lifeline, *left)
        assert process is not None
        return process

    async def load(self) -> None:
        """Wait until the code of all roles is loaded. Raises NurseryGone, also when it cannot be."""
        await self._ask({"load": True})

    def close(self) -> None:
        """End the nursery; its children live on."""
        self._lose()
        if self._process is not None:
            self._process.kill()  # it has nothing to bring to an end
            self._process.wait()
            self._process = None

    async def _ask(self, request: dict[str, Any], *descriptors: int) -> LivingProcess | None:
        if self._connection is None:
            raise NurseryGone("the process that starts all others is gone")
        answer: asyncio.Future[LivingProcess | None] = asyncio.get_running_loop().create_future()
        with contextlib.suppress(BrokenPipeError):  # its end is about to be read
            socket.send_fds(self._connection, [json.dumps(request).encode()], descriptors)
        self._asked.append(answer)
        return await answer

    def _read(self) -> None:
        assert self._connection is not None
        try:
            data, descriptors, _, _ = socket.recv_fds(self._connection, LONGEST_MESSAGE, 1)
        except ConnectionError:
            data = b""
        if not data:
            self.close()
            return
        message = json.loads(data)
        if "ended" in message:
            if (process := self._children.pop(message["ended"], None)) is not None:
                process.hear_status(message["status"])
        elif "born" in message:
            process = LivingProcess(message["born"], descriptors[0])
            self._children[process.pid] = process
            self._answer(process)
        else:
            self._answer(None)

    def _answer(self, process: LivingProcess | None) -> None:
        answer = self._asked.popleft()
        if not answer.done():
            answer.set_result(process)

    def _lose(self) -> None:
        if self._connection is None:
            return
        asyncio.get_running_loop().remove_reader(self._connection)
        self._connection.close()
        self._connection = None
        for process in self._children.values():
            process.hear_status(None)
        self._children.clear()
        while self._asked:
            if not (answer := self._asked.popleft()).done():
                answer.set_exception(NurseryGone("the process that starts all others ended"))
        self._gone.set()
