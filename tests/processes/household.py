"""A supervisor with made-up children that note what becomes of them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from huntline.config import Config
from huntline.control.async_client import AsyncControlClient
from huntline.data_folder import SUPERVISOR_SOCKET
from huntline.processes.keeper import Child
from huntline.processes.supervisor import Ending, Supervisor

REPORT_READY = 'os.write(int(os.environ["HUNTLINE_PROCESS_READY_FD"]), b".")'
NOTE_PID = 'open("{log}", "a").write("{name} " + str(os.getpid()) + "\\n")'
NOTE_RUN = 'open("{log}", "a").write("{name} run " + os.environ["HUNTLINE_PROCESS_RUN"] + "\\n")'
NOTE_END = 'open("{log}", "a").write("{name} ended\\n")'
LIVE = f"""
import os, signal, sys
def end(*_):
    {NOTE_END}
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
signal.signal(signal.SIGUSR1, lambda *_: sys.exit(0))
{NOTE_PID}
{NOTE_RUN}
{REPORT_READY}
while True:
    signal.pause()
"""

_NURSERY = """
import json, os, socket, sys
from huntline.processes.forking import tend
scripts = json.loads(sys.argv[1])
def load(name):
    code = compile(scripts[name], name, "exec")
    def run():
        exec(code, {})
        return 0
    return run
role = tend(socket.socket(fileno=int(sys.argv[2])), sys.argv[3:], load)
sys.exit(role() if role else 0)
"""


class Household:
    """Its children are scripts, which run in forks of a real nursery; ``{log}`` and ``{name}`` in them are
    filled in. With one called cluster the others serve only when they are told to."""

    def __init__(self, folder: Path, config: Config | None = None, **scripts: str) -> None:
        self.log = folder / "log"
        self.stop = Ending()
        self.is_ready = asyncio.Event()
        written = {name: script.format(log=self.log, name=name) for name, script in scripts.items()}
        settings = frozenset({"data", "log_level"})
        children = [
            Child(name, settings, code=(), is_heard=name == "media", serves=name != "cluster")
            for name in scripts
        ]
        nursery = (sys.executable, "-c", _NURSERY, json.dumps(written))
        self._supervisor = Supervisor(config or Config(data=folder), children, nursery)
        self._socket = folder / SUPERVISOR_SOCKET

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        running = asyncio.create_task(self.run())
        async with asyncio.timeout(20):
            await self.is_ready.wait()
            yield
            self.stop.set()
            await running

    async def run(self) -> None:
        await self._supervisor.run(self.stop, self._note_readiness)

    async def ask(self, verb: str, **fields: Any) -> dict[str, Any]:
        """What the supervisor answers."""
        async with await AsyncControlClient.connect(self._socket) as client:
            return await client.request(verb, **fields)

    async def _note_readiness(self) -> None:
        self.is_ready.set()

    def notes(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def pids(self, name: str) -> list[int]:
        words = [note.split() for note in self.notes()]
        return [int(rest[0]) for who, *rest in words if who == name and rest[0].isdigit()]

    def runs(self) -> set[str]:
        return {note.split()[2] for note in self.notes() if note.split()[1] == "run"}


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - what another process does sets no event here
        await asyncio.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
