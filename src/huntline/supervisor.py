"""The supervisor: starts the server's processes, starts again what dies, and ends them in order.

A child inherits one end of a pipe, its number in the environment, and writes one byte when it is ready.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from huntline.config import Config
from huntline.errors import ConfigurationError, HuntlineError

READY_FD = "HUNTLINE_PROCESS_READY_FD"
SUPERVISOR_PID = "HUNTLINE_PROCESS_SUPERVISOR"
CONFIG = "HUNTLINE_PROCESS_CONFIG"
EXIT_CONFIGURATION = 78  # EX_CONFIG of sysexits(3): starting again would not help

SHORTEST_PAUSE = 0.25  # seconds before the second restart in a row; the first one is immediate
LONGEST_PAUSE = 8.0
LIVED_WELL = 30.0  # seconds of life after which a death counts as the first again
TIME_TO_GET_READY = 60.0
TIME_TO_END = 3.0  # per child, from SIGTERM to SIGKILL

_log = logging.getLogger(__name__)


class ChildFailed(HuntlineError):
    """A process could not start at all; what it printed says why."""


@dataclass(frozen=True, slots=True)
class Child:
    """One process to keep alive: its name for people, and its command."""

    name: str
    command: tuple[str, ...]


def server_children() -> tuple[Child, ...]:
    """The processes of a server, in the order in which they end."""
    return tuple(child_of_this_program(name) for name in ("web", "signalling", "media"))


def child_of_this_program(name: str) -> Child:
    """A process whose role ``process.py`` knows."""
    return Child(name, (sys.executable, "-m", "huntline.process", name))


def serve(
    config: Config,
    children: Sequence[Child],
    *,
    when_ready: Callable[[], Awaitable[None]],
    log_file: TextIO | None = None,
) -> None:
    """Run a server until SIGTERM or SIGINT. ``when_ready`` is run once, when all children are ready, and
    cancelled at the end.

    Raises ConfigurationError when the data folder is in use, ChildFailed when a child refuses to start.
    """
    asyncio.run(_serve(config, children, when_ready, log_file))


async def _serve(
    config: Config,
    children: Sequence[Child],
    when_ready: Callable[[], Awaitable[None]],
    log_file: TextIO | None,
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with data_folder_taken(config.data):
        await Supervisor(config, children, log_file).run(stop, when_ready)


@contextlib.contextmanager
def data_folder_taken(data: Path) -> Iterator[None]:
    """Hold the data folder for one server, making it if needed. Raises ConfigurationError when taken."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (data / "huntline.lock").open("a+")
    except OSError as error:
        raise ConfigurationError(f"data: {data} cannot be used as data folder: {error}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip()
            raise ConfigurationError(
                f"data: {data} is already served by process {holder}; stop it, or use another --data"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


class Supervisor:
    """Keeps children alive; ``children`` come in the order in which they are ended."""

    def __init__(self, config: Config, children: Sequence[Child], log_file: TextIO | None = None) -> None:
        self._keepers = [_Keeper(child, config, log_file) for child in children]

    async def run(self, stop: asyncio.Event, when_ready: Callable[[], Awaitable[None]]) -> None:
        """Run until ``stop`` is set. Raises ChildFailed when a child cannot start; all are ended then too."""
        keeping = [asyncio.create_task(keeper.keep()) for keeper in self._keepers]
        stopping = asyncio.create_task(stop.wait())
        announcing = asyncio.create_task(self._announce(when_ready))
        try:
            waited_for = {*keeping, stopping, announcing}
            while not stopping.done():
                done, waited_for = await asyncio.wait(waited_for, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    await task  # raises what it raised
        finally:
            tasks = [*keeping, stopping, announcing]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for keeper in self._keepers:
                await keeper.end()

    async def _announce(self, when_ready: Callable[[], Awaitable[None]]) -> None:
        for keeper in self._keepers:
            try:
                await asyncio.wait_for(keeper.was_ready.wait(), TIME_TO_GET_READY)
            except TimeoutError:
                raise ChildFailed(
                    f"{keeper.child.name} is not ready after {TIME_TO_GET_READY:.0f} s; its log may say why"
                ) from None
        await when_ready()


class _Keeper:
    """Keeps one child alive."""

    def __init__(self, child: Child, config: Config, log_file: TextIO | None) -> None:
        self.child = child
        self.was_ready = asyncio.Event()  # once, ever: a child that has been ready is always started again
        self._config = config
        self._log_file = log_file
        self._process: Process | None = None

    async def keep(self) -> None:
        """Start the child again and again. Raises ChildFailed when it refuses its configuration."""
        pause = 0.0
        while True:
            started_at = time.monotonic()
            self._process = await self._start()
            status = await self._process.wait()
            if status == EXIT_CONFIGURATION and not self.was_ready.is_set():
                raise ChildFailed(f"{self.child.name} could not start; the line above says why")
            if time.monotonic() - started_at > LIVED_WELL:
                pause = 0.0
            _log.error(
                "a process ended and is started again",
                extra={"child": self.child.name, "status": status, "pause_s": pause},
            )
            await asyncio.sleep(pause)
            pause = min(max(2 * pause, SHORTEST_PAUSE), LONGEST_PAUSE)

    async def _start(self) -> Process:
        reading, writing = os.pipe()
        asyncio.get_running_loop().add_reader(reading, self._read_readiness, reading)
        try:
            # A process group of its own: Ctrl-C in a terminal reaches the supervisor only, which ends
            # the children in order.
            return await asyncio.create_subprocess_exec(
                *self.child.command,
                env=self._environment(writing),
                pass_fds=(writing,),
                stdin=asyncio.subprocess.DEVNULL,
                stderr=self._log_file,
                process_group=0,
            )
        finally:
            os.close(writing)

    def _environment(self, ready_fd: int) -> dict[str, str]:
        return {
            **os.environ,
            READY_FD: str(ready_fd),
            SUPERVISOR_PID: str(os.getpid()),
            CONFIG: self._config.model_dump_json(),
        }

    def _read_readiness(self, reading: int) -> None:
        if os.read(reading, 1):
            self.was_ready.set()
        asyncio.get_running_loop().remove_reader(reading)
        os.close(reading)

    async def end(self) -> None:
        """Ask the child to end, and make it end."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), TIME_TO_END)
        except TimeoutError:
            _log.warning("a process does not end and is killed", extra={"child": self.child.name})
            process.kill()
            await process.wait()
