"""The supervisor: starts the server's processes, starts again what dies, and ends them in order.

They do not need it: when it dies they go on, and the next one on their data folder adopts them. A child
writes one byte into its pipe when it is ready.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import secrets
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO, TypeVar

from huntline.config import Config
from huntline.errors import ConfigurationError, HuntlineError
from huntline.processes.code import digest_of_code
from huntline.processes.living import LivingProcess, beginning_of
from huntline.processes.nursery import LONGEST_PAUSE, SHORTEST_PAUSE, Nursery, NurseryGone
from huntline.processes.run_file import ChildRecord, Run, forget_run, made_of, read_run, write_run
from huntline.processes.words import CONFIG, ENDS_WITH_PARENT, EXIT_CONFIGURATION, HAND_OVER, RUN_ID

LIVED_WELL = 5.0  # seconds of life after which a death counts as the first again
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
    supervisor.
    """

    name: str
    settings: frozenset[str] | None = None
    code: tuple[str, ...] = ("",)
    is_lasting: bool = True


def server_children() -> tuple[Child, ...]:
    """The processes of a server, in the order in which they end."""
    heard = frozenset({"data", "media_address", "media_ports", "log_level", "mask_numbers"})
    return (
        Child("web"),
        Child("signalling"),
        # Another process of media is heard for a moment: it is replaced only when it must be.
        Child("media", heard, ("media", "sdp", "network", "clock.py", "plain.py")),
    )


def demo_actors() -> Child:
    """The callers and agents of a demo, who end with it."""
    return Child("demo", is_lasting=False)


def serve(
    config: Config,
    children: Sequence[Child],
    *,
    when_ready: Callable[[], Awaitable[None]],
    log_file: TextIO | None = None,
) -> None:
    """Run a server until SIGTERM or SIGINT. ``when_ready`` is run once, when all children are ready, and
    cancelled at the end. Processes that live there already are adopted.

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
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup(1) wants it
            loop.add_signal_handler(number, stop.set)
    with data_folder_taken(config.data):
        await Supervisor(config, children, log_file=log_file).run(stop, when_ready)


@contextlib.contextmanager
def data_folder_taken(data: Path) -> Iterator[None]:
    """Hold the data folder for one server, making it if needed. Raises ConfigurationError when taken."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (data / "huntline.lock").open("a+")  # not inherited: free when this process is gone
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
    """Keeps children alive; ``children`` come in the order in which they are ended.

    ``nursery`` is the command of the process that has their code (see ``nursery.py``).
    """

    def __init__(
        self,
        config: Config,
        children: Sequence[Child],
        nursery: Sequence[str] = (sys.executable, "-m", "huntline.process"),
        log_file: TextIO | None = None,
    ) -> None:
        self._config = config
        self._nursery = Nursery(nursery, [child.name for child in children], log_file)
        self._run_id = ""
        self._keepers = [_Keeper(child, self._nursery, self._write_run) for child in children]

    async def run(self, stop: asyncio.Event, when_ready: Callable[[], Awaitable[None]]) -> None:
        """Run until ``stop`` is set. Raises ChildFailed when a child cannot start; all are ended then too."""
        self._nursery.start()
        self._adopt()
        # The last to end are the first to be started: others ask them.
        keeping = [asyncio.create_task(keeper.keep()) for keeper in reversed(self._keepers)]
        keeping.append(asyncio.create_task(self._nursery.keep()))
        stopping = asyncio.create_task(stop.wait())
        announcing = asyncio.create_task(self._announce(when_ready))
        tasks = [*keeping, stopping, announcing]
        try:
            waited_for = {*tasks}
            while not stopping.done():
                done, waited_for = await asyncio.wait(waited_for, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    await task  # raises what it raised
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for keeper in self._keepers:
                await keeper.end()
            self._nursery.close()
            forget_run(self._config.data)

    def _adopt(self) -> None:
        """Take over what lives of the run before, which then goes on."""
        earlier = read_run(self._config.data)
        for keeper in self._keepers:
            if earlier is not None and (record := earlier.children.get(keeper.child.name)) is not None:
                keeper.adopt(record)
        is_going_on = earlier is not None and any(keeper.is_alive for keeper in self._keepers)
        self._run_id = earlier.run_id if earlier is not None and is_going_on else secrets.token_hex(8)
        for keeper in self._keepers:
            keeper.know(_environment(self._config, keeper.child, self._run_id), self._made_of(keeper.child))
        self._write_run()

    def _made_of(self, child: Child) -> str:
        settings = self._config.model_dump(mode="json")
        read = {key: value for key, value in settings.items() if not child.settings or key in child.settings}
        return made_of(read, digest_of_code(child.code))

    async def _renew(self) -> None:
        """Replace, one after the other, what was adopted and has other code or settings than it should.

        One at a time, since what one holds may be known to another only: a browser's keys are with signalling
        while media is away, and the other way round.
        """
        outdated = [keeper for keeper in self._keepers if keeper.is_outdated]
        if outdated:
            await self._nursery.load()  # so that nobody is gone for longer than it takes to fork
        for keeper in outdated:
            await keeper.renew()

    async def _announce(self, when_ready: Callable[[], Awaitable[None]]) -> None:
        await self._renew()
        for keeper in self._keepers:
            try:
                await asyncio.wait_for(keeper.was_ready.wait(), TIME_TO_GET_READY)
            except TimeoutError:
                raise ChildFailed(
                    f"{keeper.child.name} is not ready after {TIME_TO_GET_READY:.0f} s; its log may say why"
                ) from None
        await when_ready()

    def _write_run(self) -> None:
        records = {keeper.child.name: keeper.record for keeper in self._keepers}
        own = os.getpid()
        run = Run(
            self._run_id,
            own,
            beginning_of(own) or "",
            {name: record for name, record in records.items() if record is not None},
        )
        try:
            write_run(self._config.data, run)
        except OSError as error:  # a full disk must not end a server
            _log.error("the file of the processes cannot be written", extra={"reason": error.strerror})


def _environment(config: Config, child: Child, run_id: str) -> dict[str, str]:
    return {
        CONFIG: config.model_dump_json(),
        RUN_ID: run_id,
        **({} if child.is_lasting else {ENDS_WITH_PARENT: "1"}),
    }


class _Keeper:
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
        self._is_renewing = False
        self._pipe: int | None = None

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
                return process

    async def _fork(self) -> LivingProcess:
        reading, writing = os.pipe()
        self._pipe = reading
        asyncio.get_running_loop().add_reader(reading, self._read_readiness)
        try:
            self._process = await self._nursery.fork(self.child.name, self._environment, writing)
        except NurseryGone:
            self._close_pipe()
            raise
        finally:
            os.close(writing)
        return self._process

    def _read_readiness(self) -> None:
        assert self._pipe is not None
        is_ready = bool(os.read(self._pipe, 1))
        self._close_pipe()
        if is_ready:
            self._note_readiness()
            self._on_change()

    def _note_readiness(self) -> None:
        self.was_ready.set()
        self._is_ready.set()

    def _close_pipe(self) -> None:
        if self._pipe is not None:
            asyncio.get_running_loop().remove_reader(self._pipe)
            os.close(self._pipe)
            self._pipe = None

    def _forget(self) -> None:
        if self._process is not None:
            self._process.close()
        self._process = self._born_as = None
        self._is_ready.clear()
        self._close_pipe()
        self._on_change()

    # The end

    async def end(self) -> None:
        """Ask the child to end, and make it end."""
        await self._end(signal.SIGTERM)
        self._close_pipe()
        if self._process is not None:
            self._process.close()

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
