"""The supervisor: starts the server's processes, starts again what dies, and ends them in order.

They do not need it: when it dies they go on, and the next one on their data folder adopts them. A child
says when it is ready, and gives the sockets that it listens on to be kept for the one after it.
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
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TextIO

from huntline.config import Config
from huntline.control.server import ControlServer, Handler
from huntline.data_folder import SUPERVISOR_SOCKET
from huntline.errors import ConfigurationError, Refused
from huntline.processes.code import digest_of_code
from huntline.processes.keeper import TIME_TO_GET_READY, Child, ChildFailed, Keeper
from huntline.processes.notify import READY, STOPPING, notify, stay_alive
from huntline.processes.nursery import Nursery, NurseryGone
from huntline.processes.run_file import (
    ChildRecord,
    Run,
    beginning_of,
    forget_run,
    made_of,
    read_run,
    write_run,
)
from huntline.processes.words import CONFIG, ENDS_WITH_PARENT, RUN_ID

_log = logging.getLogger(__name__)


def server_children() -> tuple[Child, ...]:
    """The processes of a server, in the order in which they end."""
    media = {"media_address", "media_ports", "network", "transcoding"}
    heard = frozenset({"data", *media, "log_level", "mask_numbers"})
    return (
        Child("web"),
        Child("signalling"),
        # Another process of media is heard for a moment: it is replaced only when it must be.
        Child("media", heard, ("media", "sdp", "network", "clock.py", "plain.py"), is_heard=True),
    )


def demo_actors() -> Child:
    """The callers and agents of a demo, who end with it."""
    return Child("demo", is_lasting=False)


class UpgradeRefused(Refused):
    """The new code cannot take over; everything goes on as it was."""

    error_id = "upgrade-refused"
    status = 409


class Ending(asyncio.Event):
    """Set when a supervisor is to end: with all its processes, or leaving them to the next program."""

    successor: str | None = None
    """The Python that has the code of the next supervisor."""


def serve(
    config: Config,
    children: Sequence[Child],
    *,
    when_ready: Callable[[], Awaitable[None]],
    log_file: TextIO | None = None,
) -> None:
    """Run a server until SIGTERM or SIGINT. ``when_ready`` is run once, when all children are ready, and
    cancelled at the end. Processes that live there already are adopted.

    Where an upgrade is asked for, this process becomes the new program, with the same words on its command
    line. Raises ConfigurationError when the data folder is in use, ChildFailed when a child refuses to start.
    """
    successor = asyncio.run(_serve(config, children, when_ready, log_file))
    if successor is not None:
        os.execv(successor, (successor, "-m", "huntline", *sys.argv[1:]))  # noqa: S606 - it was tried before


async def _serve(
    config: Config,
    children: Sequence[Child],
    when_ready: Callable[[], Awaitable[None]],
    log_file: TextIO | None,
) -> str | None:
    ending = Ending()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup(1) wants it
            loop.add_signal_handler(number, ending.set)
    with data_folder_taken(config.data):
        await Supervisor(config, children, log_file=log_file).run(ending, when_ready)
    return ending.successor


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
        # What others ask is loaded and started first, and ended last.
        self._names = [child.name for child in reversed(children)]
        self._nursery_command, self._log_file = nursery, log_file
        self._nursery = Nursery(nursery, self._names, log_file)
        self._run_id = ""
        self._life_id = secrets.token_hex(8)
        self._is_settled = False
        self._ending = Ending()
        self._keepers = [Keeper(child, self._nursery, self._write_run) for child in children]
        verbs: dict[str, Handler] = {"status": self._status, "upgrade": self._upgrade, "stop": self._stop}
        self._control = ControlServer(config.data / SUPERVISOR_SOCKET, verbs)

    async def run(self, ending: Ending, when_ready: Callable[[], Awaitable[None]]) -> None:
        """Run until ``ending`` is set. Raises ChildFailed when a child cannot start; all are ended then."""
        self._ending = ending
        self._nursery.start()
        self._adopt()
        keeping = [asyncio.create_task(keeper.keep()) for keeper in reversed(self._keepers)]
        keeping.append(asyncio.create_task(self._nursery.keep()))
        stopping = asyncio.create_task(ending.wait())
        announcing = asyncio.create_task(self._announce(when_ready))
        tasks = [*keeping, stopping, announcing, asyncio.create_task(stay_alive())]
        try:
            await self._control.start()
            waited_for = {*tasks}
            while not stopping.done():
                done, waited_for = await asyncio.wait(waited_for, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    await task  # raises what it raised
        finally:
            await self._control.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await (self._end() if ending.successor is None else self._leave())

    async def _end(self) -> None:
        notify(STOPPING)
        for keeper in self._keepers:
            await keeper.end()
        self._nursery.close()
        forget_run(self._config.data)

    async def _leave(self) -> None:
        """Leave all processes to the next supervisor, which is to replace them where nobody hears it."""
        records = self._records()
        for keeper in self._keepers:
            if keeper.child.name in records and not keeper.child.is_heard:
                records[keeper.child.name] = replace(records[keeper.child.name], made_of="older code")
            keeper.release()
        self._nursery.close()
        write_run(self._config.data, self._as_run(records))

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
        self._is_settled = True
        notify(READY)
        await when_ready()

    def _records(self) -> dict[str, ChildRecord]:
        records = {keeper.child.name: keeper.record for keeper in self._keepers}
        return {name: record for name, record in records.items() if record is not None}

    def _as_run(self, records: Mapping[str, ChildRecord]) -> Run:
        own = os.getpid()
        return Run(self._run_id, own, beginning_of(own) or "", records)

    def _write_run(self) -> None:
        try:
            write_run(self._config.data, self._as_run(self._records()))
        except OSError as error:  # a full disk must not end a server
            _log.error("the file of the processes cannot be written", extra={"reason": error.strerror})

    # What is asked over the socket

    def _status(self, request: dict[str, Any]) -> dict[str, Any]:
        """``life`` is another one after an upgrade; ``is_settled``: all processes are as they should be."""
        records = self._records()
        children = {name: {"pid": each.pid, "is_ready": each.is_ready} for name, each in records.items()}
        is_whole = len(records) == len(self._keepers) and all(each.is_ready for each in records.values())
        return {
            "life": self._life_id,
            "run": self._run_id,
            "version": version("huntline"),
            "is_settled": self._is_settled and is_whole,
            "children": children,
        }

    def _stop(self, request: dict[str, Any]) -> dict[str, Any]:
        asyncio.get_running_loop().call_soon(self._ending.set)  # after the answer
        return {}

    async def _upgrade(self, request: dict[str, Any]) -> dict[str, Any]:
        """Leave everything to the program that the request names, once its code has been loaded for a try."""
        program = str(request.get("program"))
        if not self._is_settled:
            raise UpgradeRefused("the server is being started or upgraded just now; try again in a moment")
        trial = Nursery((program, *self._nursery_command[1:]), self._names, self._log_file)
        try:
            trial.start()
            await trial.load()
        except (OSError, NurseryGone) as error:
            raise UpgradeRefused(
                f"the code of {program} cannot be used ({error}); the server's log may say more,"
                " and the server goes on as it was"
            ) from None
        finally:
            trial.close()
        self._ending.successor = program
        return self._stop(request)


def _environment(config: Config, child: Child, run_id: str) -> dict[str, str]:
    return {
        CONFIG: config.model_dump_json(),
        RUN_ID: run_id,
        **({} if child.is_lasting else {ENDS_WITH_PARENT: "1"}),
    }
