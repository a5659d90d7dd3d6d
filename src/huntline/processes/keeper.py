"""Keepers: each keeps one child alive, starts it again when it dies, and replaces or ends it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from huntline.errors import HuntlineError
from huntline.processes.lifeline import MOST_SOCKETS
from huntline.processes.living import LivingProcess
from huntline.processes.nursery import LONGEST_PAUSE, SHORTEST_PAUSE, Nursery, NurseryGone
from huntline.processes.run_file import ChildRecord, beginning_of
from huntline.processes.words import EXIT_CONFIGURATION, HAND_OVER

LIVED_WELL = 2.0  # seconds of life after which a death counts as the first again
TIME_TO_GET_READY = 60.0
TIME_TO_END = 3.0  # per child, from SIGTERM to SIGKILL

Result = TypeVar("Result")

_log = logging.getLogger(__name__)


class ChildFailed(HuntlineError):
    """A process could not start at all; what it printed says why."""


@dataclass(frozen=True, slots=True)
class Child:
    """One process to keep alive, by the name of its role.

    ``settings`` are those that it reads (None: any), ``code`` the parts of the package that it runs: where
    both are as they were, one that lives need not be started anew. ``is_lasting``: it outlives the
    supervisor. ``is_heard``: people hear it when it is replaced, which is done only when it must be.
    ``serves``: in a cluster it runs on the machine that owns the server, and on no other.
    """

    name: str
    settings: frozenset[str] | None = None
    code: tuple[str, ...] = ("",)
    is_lasting: bool = True
    is_heard: bool = False
    serves: bool = True


class Keeper:
    """Keeps one child alive; ``on_change`` is called when ``record`` is another one."""

    def __init__(self, child: Child, nursery: Nursery, on_change: Callable[[], None]) -> None:
        self.child = child
        self.was_ready = asyncio.Event()  # once, ever: a child that has been ready is always started again
        self._nursery = nursery
        self._on_change = on_change
        self._process: LivingProcess | None = None
        self._born_as: ChildRecord | None = None
        """The process as it was when it was born or adopted."""
        self._environment: dict[str, str] = {}
        self._made_of = ""
        self._is_ready = asyncio.Event()
        self._has_said_so = False
        """That it is ready: which may come before it is known that it was born."""
        self._is_renewing = False
        self._lifeline: socket.socket | None = None
        self._left: list[int] = []
        """The sockets that the process listens on, kept for the next one: what comes waits there."""

    # What lived before

    def adopt(self, record: ChildRecord) -> None:
        """Keep the process that an earlier supervisor has started, if it lives."""
        self._process = LivingProcess.found(record.pid, record.started)
        if self._process is not None:
            self._born_as = record
            _log.warning("a process is adopted", extra={"child": self.child.name, "pid": record.pid})

    def know(self, environment: dict[str, str], made_of: str) -> None:
        """What the child is to be started with from now on."""
        self._environment, self._made_of = environment, made_of
        if self._born_as is not None and self._born_as.is_ready:
            self._note_readiness()

    @property
    def record(self) -> ChildRecord | None:
        """The process as it is now, if there is one."""
        return self._born_as and replace(self._born_as, is_ready=self._is_ready.is_set())

    @property
    def is_alive(self) -> bool:
        """Whether there is a process, as far as is known."""
        return self._process is not None

    @property
    def is_outdated(self) -> bool:
        """Whether it was adopted and is not what would be started now, or may never get ready."""
        record = self.record
        return record is not None and not (record.is_ready and record.made_of == self._made_of)

    async def renew(self) -> None:
        """Replace the process by a new one, and wait until that is ready."""
        _log.warning("a process is replaced", extra={"child": self.child.name})
        self._is_renewing = True
        self._is_ready.clear()
        await self._end(HAND_OVER)
        try:
            await asyncio.wait_for(self._is_ready.wait(), TIME_TO_GET_READY)
        except TimeoutError:
            _log.error("a new process does not get ready", extra={"child": self.child.name})

    # Life

    async def keep(self) -> None:
        """Start the child again and again. Raises ChildFailed when it refuses its configuration."""
        pause = 0.0
        while True:
            started_at = time.monotonic()
            process = self._process or await self._born()
            await process.wait()
            status = await process.status()
            if status == EXIT_CONFIGURATION and not self.was_ready.is_set():
                raise ChildFailed(f"{self.child.name} could not start; the line above says why")
            self._forget()
            if self._is_renewing:
                self._is_renewing = False
                continue
            if time.monotonic() - started_at > LIVED_WELL:
                pause = 0.0
            _log.error(
                "a process ended and is started again",
                extra={"child": self.child.name, "status": status, "pause_s": pause},
            )
            await asyncio.sleep(pause)
            pause = min(max(2 * pause, SHORTEST_PAUSE), LONGEST_PAUSE)

    async def _born(self) -> LivingProcess:
        """A new process. Raises ChildFailed when there is no nursery for the first one."""
        while True:
            try:
                # Whoever cancels this ends all processes afterwards, and must know of this one.
                process = await _to_its_end(self._fork())
            except NurseryGone as error:
                if not self.was_ready.is_set():
                    raise ChildFailed(f"{self.child.name} could not be started: {error}") from None
                await asyncio.sleep(SHORTEST_PAUSE)
            else:
                started = beginning_of(process.pid) or ""
                self._born_as = ChildRecord(process.pid, started, self._made_of, is_ready=False)
                self._on_change()
                self._believe()
                return process

    async def _fork(self) -> LivingProcess:
        self._lifeline, theirs = socket.socketpair()
        asyncio.get_running_loop().add_reader(self._lifeline, self._read_readiness)
        with theirs:
            try:
                self._process = await self._nursery.fork(
                    self.child.name, self._environment, theirs.fileno(), self._left
                )
            except NurseryGone:
                self._close_lifeline()
                raise
        return self._process

    def _read_readiness(self) -> None:
        assert self._lifeline is not None
        said, listening, _, _ = socket.recv_fds(self._lifeline, 1, MOST_SOCKETS, socket.MSG_CMSG_CLOEXEC)
        self._close_lifeline()
        if said:
            self._close_left()
            self._left = listening
            self._has_said_so = True
            self._believe()

    def _believe(self) -> None:
        """Take note that the process is ready, if it has said so and is known."""
        if self._has_said_so and self._born_as is not None:
            self._note_readiness()
            self._on_change()

    def _note_readiness(self) -> None:
        self.was_ready.set()
        self._is_ready.set()

    def _close_lifeline(self) -> None:
        if self._lifeline is not None:
            asyncio.get_running_loop().remove_reader(self._lifeline)
            self._lifeline.close()
            self._lifeline = None

    def _close_left(self) -> None:
        while self._left:
            os.close(self._left.pop())

    def _forget(self) -> None:
        if self._process is not None:
            self._process.close()
        self._process = self._born_as = None
        self._has_said_so = False
        self._is_ready.clear()
        self._close_lifeline()
        self._on_change()

    # The end

    async def end(self) -> None:
        """Ask the child to end, and make it end."""
        await self._end(signal.SIGTERM)
        self.release()

    def release(self) -> None:
        """Know the child no more; it lives on."""
        self._close_lifeline()
        self._close_left()
        if self._process is not None:
            self._process.close()

    async def give_up(self, by: signal.Signals) -> None:
        """End the child, whom ``keep`` keeps no more, with all that was kept for the next one."""
        await self._end(by)
        self._close_left()
        self._forget()

    async def _end(self, by: signal.Signals) -> None:
        process = self._process
        if process is None:
            return
        process.tell(by)
        try:
            await asyncio.wait_for(process.wait(), TIME_TO_END)
        except TimeoutError:
            _log.warning("a process does not end and is killed", extra={"child": self.child.name})
            process.tell(signal.SIGKILL)
            await process.wait()


async def _to_its_end(doing: Coroutine[Any, Any, Result]) -> Result:
    """What it returns; who is cancelled meanwhile is so when it is done."""
    task = asyncio.ensure_future(doing)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
