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
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TextIO

from huntline.config import Config
from huntline.control.async_client import AsyncControlClient
from huntline.control.server import ControlServer, Handler
from huntline.data_folder import CLUSTER_SOCKET, SUPERVISOR_SOCKET, is_in_cluster, media_name
from huntline.errors import ConfigurationError, HuntlineError, Refused
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
from huntline.processes.words import CONFIG, ENDS_WITH_PARENT, HAND_OVER, RUN_ID

TIME_TO_PASS_ON = 5.0
"""Seconds for another machine to be given the calls, before they are ended here."""

_log = logging.getLogger(__name__)


def server_children(config: Config) -> tuple[Child, ...]:
    """The processes of a server, in the order in which they end."""
    media = {"media_address", "media_ports", "network", "transcoding"}
    heard = frozenset({"data", *media, "log_level", "mask_numbers"})
    return (
        Child("web"),
        Child("signalling"),
        # Another process of media is heard for a moment: it is replaced only when it must be.
        *(
            Child(name, heard, ("media", "sdp", "network", "clock.py", "plain.py"), is_heard=True)
            for name in map(media_name, range(config.media_workers))
        ),
        *((Child("cluster", serves=False),) if is_in_cluster(config.data) else ()),
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

    In a cluster those that serve are started when ``take`` is asked for, and ended by ``give-up``.
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
        self._unwanted: list[Keeper] = []
        """Those of an earlier run's processes that there is no child for, such as a media worker too many."""
        self._follows = any(not child.serves for child in children)
        self._keeping: dict[Keeper, asyncio.Task[None]] = {}
        self._failed: asyncio.Future[None] | None = None
        verbs: dict[str, Handler] = {
            "status": self._status,
            "upgrade": self._upgrade,
            "stop": self._stop,
            "take": self._take,
            "give-up": self._give_up,
        }
        self._control = ControlServer(config.data / SUPERVISOR_SOCKET, verbs)

    async def run(self, ending: Ending, when_ready: Callable[[], Awaitable[None]]) -> None:
        """Run until ``ending`` is set. Raises ChildFailed when a child cannot start; all are ended then."""
        self._ending = ending
        self._failed = failed = asyncio.get_running_loop().create_future()
        self._nursery.start()
        self._adopt()
        self._keep(keeper for keeper in self._keepers if self._is_wanted(keeper))
        stopping = asyncio.create_task(ending.wait())
        tending = (self._nursery.keep(), self._announce(when_ready), stay_alive())
        tasks: list[asyncio.Task[Any]] = [stopping, *(asyncio.create_task(each) for each in tending)]
        for task in tasks[1:]:
            task.add_done_callback(self._note_failure)
        try:
            await self._control.start()
            waited_for: set[asyncio.Future[Any]] = {stopping, failed}
            await asyncio.wait(waited_for, return_when=asyncio.FIRST_COMPLETED)
            if not stopping.done():
                await failed  # raises what one of them raised
            if ending.successor is None:
                await self._pass_on()
        finally:
            await self._control.close()
            tasks += self._keeping.values()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await (self._end() if ending.successor is None else self._leave())

    def _is_wanted(self, keeper: Keeper) -> bool:
        """Whether it runs from the start on; in a cluster that is decided by who owns the server."""
        is_serving = any(each.is_alive for each in self._keepers if each.child.serves)
        may_run = not (self._follows and keeper.child.serves) or is_serving
        return may_run and keeper not in self._unwanted

    def _keep(self, keepers: Iterable[Keeper]) -> None:
        for keeper in reversed(list(keepers)):
            task = self._keeping[keeper] = asyncio.create_task(keeper.keep())
            task.add_done_callback(self._note_failure)

    def _note_failure(self, task: asyncio.Task[Any]) -> None:
        assert self._failed is not None
        if not task.cancelled() and (failure := task.exception()) is not None and not self._failed.done():
            self._failed.set_exception(failure)

    async def _pass_on(self) -> None:
        """In a cluster another machine goes on with the calls, if there is one that can."""
        if not any(keeper.child.serves for keeper in self._keeping) or not self._follows:
            return
        notify(STOPPING)
        try:
            async with (
                asyncio.timeout(TIME_TO_PASS_ON),
                await AsyncControlClient.connect(self._config.data / CLUSTER_SOCKET) as cluster,
            ):
                await cluster.request("move")
        except (HuntlineError, TimeoutError) as error:
            _log.warning("no other machine goes on with the calls", extra={"reason": str(error)})

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
        living = dict(earlier.children) if earlier is not None else {}
        for keeper in self._keepers:
            if (record := living.pop(keeper.child.name, None)) is not None:
                keeper.adopt(record)
        for name, record in living.items():
            keeper = Keeper(Child(name), self._nursery, self._write_run)
            keeper.adopt(record)
            if keeper.is_alive:
                self._unwanted.append(keeper)
        self._keepers += self._unwanted
        is_going_on = earlier is not None and any(keeper.is_alive for keeper in self._keepers)
        self._run_id = earlier.run_id if earlier is not None and is_going_on else secrets.token_hex(8)
        self._tell_run()

    def _tell_run(self) -> None:
        for keeper in self._keepers:
            keeper.know(_environment(self._config, keeper.child, self._run_id), self._made_of(keeper.child))
        self._write_run()

    def _made_of(self, child: Child) -> str:
        settings = self._config.model_dump(mode="json")
        read = {key: value for key, value in settings.items() if not child.settings or key in child.settings}
        return made_of(read, digest_of_code(child.code))

    async def _renew(self) -> None:
        """End what was adopted and is not wanted; replace, one after the other, what has other code or
        settings than it should.

        One at a time, since what one holds may be known to another only: a browser's keys are with signalling
        while media is away, and the other way round.
        """
        outdated = [each for each in self._keepers if each.is_outdated and each not in self._unwanted]
        if outdated or self._unwanted:
            await self._nursery.load()  # so that nobody is gone for longer than it takes to fork
        while self._unwanted:
            keeper = self._unwanted.pop()
            await keeper.end()
            self._keepers.remove(keeper)
            self._write_run()
        for keeper in outdated:
            await keeper.renew()

    async def _announce(self, when_ready: Callable[[], Awaitable[None]]) -> None:
        await self._renew()
        if self._follows:
            await self._nursery.load()  # so that this machine serves within a moment of when it is to
        for keeper in list(self._keeping):
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
        is_whole = len(records) == len(self._keeping) and all(each.is_ready for each in records.values())
        return {
            "life": self._life_id,
            "run": self._run_id,
            "version": version("huntline"),
            "is_settled": self._is_settled and is_whole,
            "children": children,
        }

    def _take(self, request: dict[str, Any]) -> dict[str, Any]:
        """This machine owns the server now: serve, and go on with the calls of the run that is named."""
        serving = [keeper for keeper in self._keepers if keeper.child.serves and keeper not in self._keeping]
        if serving:
            self._run_id = str(request["run"])
            self._tell_run()
            self._keep(serving)
        return {"run": self._run_id}

    async def _give_up(self, request: dict[str, Any]) -> dict[str, Any]:
        """Another machine owns the server: end what serves here, telling nobody.

        ``is_at_once`` for one that is refused already; else what is under way is written down first.
        """
        serving = [keeper for keeper in self._keepers if keeper.child.serves and keeper in self._keeping]
        tasks = [self._keeping.pop(keeper) for keeper in serving]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        by = signal.SIGKILL if request.get("is_at_once") else HAND_OVER
        await asyncio.gather(*(keeper.give_up(by) for keeper in serving))
        return {}

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
