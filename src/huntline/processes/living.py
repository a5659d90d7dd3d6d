"""A process of ours that lives, whoever its parent is."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import Self

from huntline.processes.run_file import beginning_of

_TIME_TO_HEAR = 0.5  # seconds: the kernel tells an end to us and to the parent, which tells us more


class LivingProcess:
    """Known by a file descriptor, so that its number can never mean another process.

    To be made inside the event loop, and closed in the end.
    """

    def __init__(self, pid: int, pidfd: int) -> None:
        self.pid = pid
        self._pidfd = pidfd
        self._loop = asyncio.get_running_loop()
        self._end: asyncio.Future[None] = self._loop.create_future()
        self._status: asyncio.Future[int | None] = self._loop.create_future()
        self._loop.add_reader(pidfd, self._note_end)

    @classmethod
    def found(cls, pid: int, started: str) -> Self | None:
        """The process that began at that moment (see ``beginning_of``), if it still lives."""
        try:
            pidfd = os.pidfd_open(pid)
        except (OSError, OverflowError):
            return None
        if beginning_of(pid) != started:
            os.close(pidfd)
            return None
        process = cls(pid, pidfd)
        process.hear_status(None)
        return process

    async def wait(self) -> None:
        """Wait until it has ended."""
        await asyncio.shield(self._end)

    async def status(self) -> int | None:
        """How one that has ended did (negative: by that signal), as its parent tells; None when that is
        nobody who would tell us."""
        done, _ = await asyncio.wait([self._status], timeout=_TIME_TO_HEAR)
        return self._status.result() if done else None

    def hear_status(self, status: int | None) -> None:
        """Its parent tells how it ended, or is gone itself."""
        if not self._status.done():
            self._status.set_result(status)

    @property
    def has_ended(self) -> bool:
        """Whether it is known to have ended."""
        return self._end.done()

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal; one that has ended hears nothing."""
        try:
            signal.pidfd_send_signal(self._pidfd, number)
        except ProcessLookupError:
            return

    def close(self) -> None:
        """Know it no more; it lives on."""
        if self._pidfd >= 0:
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = -1

    def _note_end(self) -> None:
        self._loop.remove_reader(self._pidfd)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)  # where we are process 1, adopted ones are ours to bury
        if not self._end.done():
            self._end.set_result(None)
