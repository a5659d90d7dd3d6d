from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from huntline import supervisor
from huntline.config import Config
from huntline.errors import ConfigurationError
from huntline.supervisor import Child, ChildFailed, Supervisor, data_folder_taken

REPORT_READY = 'os.write(int(os.environ["HUNTLINE_PROCESS_READY_FD"]), b".")'
NOTE_PID = 'open("{log}", "a").write("{name} " + str(os.getpid()) + "\\n")'
NOTE_END = 'open("{log}", "a").write("{name} ended\\n")'
LIVE = f"""
import os, signal, sys
def end(*_):
    {NOTE_END}
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
{NOTE_PID}
{REPORT_READY}
while True:
    signal.pause()
"""
REFUSE = "import sys; sys.exit(78)"
NEVER_READY = "import signal; signal.pause()"
STUBBORN = f"import os, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {REPORT_READY}; signal.pause()"
REFUSE_THE_SECOND_TIME = f"""
import os, sys
again = os.path.exists("{{log}}")
{NOTE_PID}
if again: sys.exit(78)
{REPORT_READY}
"""


class Household:
    """A supervisor with made-up children that note what becomes of them."""

    def __init__(self, folder: Path, **children: str) -> None:
        self.log = folder / "log"
        self.stop = asyncio.Event()
        self.is_ready = asyncio.Event()
        self._supervisor = Supervisor(
            Config(data=folder),
            [
                Child(name, (sys.executable, "-c", script.format(log=self.log, name=name)))
                for name, script in children.items()
            ],
        )

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

    async def _note_readiness(self) -> None:
        self.is_ready.set()

    def notes(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def pids(self, name: str) -> list[int]:
        words = [note.split() for note in self.notes()]
        return [int(word) for who, word in words if who == name and word != "ended"]


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - what another process does sets no event here
        await asyncio.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()


def test_children_end_in_their_order(tmp_path: Path) -> None:
    async def story() -> None:
        household = Household(tmp_path, web=LIVE, signalling=LIVE, media=LIVE)
        async with household.alive():
            pids = [household.pids(name)[0] for name in ("web", "signalling", "media")]
        assert household.notes()[3:] == ["web ended", "signalling ended", "media ended"]
        assert not any(is_alive(pid) for pid in pids)

    asyncio.run(story())


def test_a_killed_child_is_started_again_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        household = Household(tmp_path, media=LIVE)
        async with household.alive():
            os.kill(household.pids("media")[0], signal.SIGKILL)
            await until(lambda: len(household.pids("media")) == 2)

    asyncio.run(story())


def test_a_child_that_keeps_dying_is_given_longer_and_longer_pauses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervisor, "SHORTEST_PAUSE", 0.01)
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE", 0.02)

    async def story() -> None:
        household = Household(tmp_path, media=f"import os; {NOTE_PID}; {REPORT_READY}")
        async with household.alive():
            await until(lambda: len(household.pids("media")) == 5)

    asyncio.run(story())
    pauses = [record.__dict__["pause_s"] for record in caplog.records]
    assert pauses[:4] == [0.0, 0.01, 0.02, 0.02]


def test_a_child_that_refuses_its_configuration_ends_the_start(tmp_path: Path) -> None:
    async def story() -> None:
        household = Household(tmp_path, signalling=REFUSE, media=LIVE)
        with pytest.raises(ChildFailed, match="signalling could not start"):
            await household.run()
        assert not any(is_alive(pid) for pid in household.pids("media"))

    asyncio.run(story())


def test_a_child_that_was_ready_once_is_started_again_whatever_it_says(tmp_path: Path) -> None:
    async def story() -> None:
        household = Household(tmp_path, media=REFUSE_THE_SECOND_TIME)
        async with household.alive():
            await until(lambda: len(household.pids("media")) >= 3)

    asyncio.run(story())


def test_a_child_that_never_gets_ready_ends_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "TIME_TO_GET_READY", 0.1)
    with pytest.raises(ChildFailed, match="media is not ready"):
        asyncio.run(Household(tmp_path, media=NEVER_READY).run())


def test_a_child_that_does_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "TIME_TO_END", 0.1)

    async def story() -> None:
        async with Household(tmp_path, media=STUBBORN).alive():
            pass

    asyncio.run(story())


def test_no_pipe_is_left_open(tmp_path: Path) -> None:
    async def story() -> None:
        household = Household(tmp_path, media=LIVE)
        async with household.alive():
            before = len(os.listdir("/proc/self/fd"))
            for restarts in range(2, 4):
                os.kill(household.pids("media")[-1], signal.SIGKILL)
                await until(lambda: len(household.pids("media")) == restarts)  # noqa: B023
            await until(lambda: len(os.listdir("/proc/self/fd")) <= before)

    asyncio.run(story())


def test_one_data_folder_has_one_server(tmp_path: Path) -> None:
    data = tmp_path / "site"
    with (
        data_folder_taken(data),
        pytest.raises(ConfigurationError, match=rf"already served by process {os.getpid()}"),
        data_folder_taken(data),
    ):
        pass
    with data_folder_taken(data):
        assert (data.stat().st_mode & 0o777) == 0o700


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(ConfigurationError, match="cannot be used as data folder"),
        data_folder_taken(tmp_path / "file" / "site"),
    ):
        pass


def test_a_server_process_ends_with_its_supervisor(tmp_path: Path) -> None:
    """The web process of a supervisor that is killed the hard way."""
    parent = textwrap.dedent("""
        import sys
        from pathlib import Path
        from huntline import supervisor
        from huntline.config import load_config
        config = load_config({"data": sys.argv[1], "http": sys.argv[2]})
        async def say_so() -> None:
            print("ready", flush=True)
        supervisor.serve(config, [supervisor.child_of_this_program("web")], when_ready=say_so)
    """)
    command = (sys.executable, "-c", parent, str(tmp_path), "127.0.0.1:18094")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        (child,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.kill()
    asyncio.run(asyncio.wait_for(until(lambda: not is_alive(int(child))), 10))
