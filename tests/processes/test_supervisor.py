from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tests.processes.household import LIVE, NOTE_PID, REPORT_READY, Household, is_alive, parent_of, until

from huntline.config import Config
from huntline.control.messages import ControlRefused
from huntline.errors import ConfigurationError
from huntline.processes import keeper, supervisor
from huntline.processes.keeper import ChildFailed
from huntline.processes.run_file import RUN_FILE, ChildRecord, Run, is_supervised, read_run, write_run
from huntline.processes.supervisor import data_folder_taken

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
LISTENING = f"""
import os, socket
from huntline.network.listening_sockets import ListeningSockets
from huntline.processes.lifeline import left_sockets, say_ready
sockets = ListeningSockets(left_sockets())
read = sockets.take(socket.SOCK_DGRAM, "127.0.0.1", {{port}}, lambda made: None)
read.setblocking(True)
{NOTE_PID}
say_ready(sockets.settle())
while True:
    heard = read.recv(100).decode()
    open("{{log}}", "a").write("heard " + heard + "\\n")
    if heard == "die": os._exit(1)
"""


def test_children_end_in_their_order(tmp_path: Path) -> None:
    async def story() -> None:
        household = Household(tmp_path, web=LIVE, signalling=LIVE, media=LIVE)
        async with household.alive():
            pids = [household.pids(name)[0] for name in ("web", "signalling", "media")]
        assert household.notes()[-3:] == ["web ended", "signalling ended", "media ended"]
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
    monkeypatch.setattr(keeper, "SHORTEST_PAUSE", 0.01)
    monkeypatch.setattr(keeper, "LONGEST_PAUSE", 0.02)

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
    monkeypatch.setattr(keeper, "TIME_TO_END", 0.1)

    async def story() -> None:
        async with Household(tmp_path, media=STUBBORN).alive():
            pass

    asyncio.run(story())


def test_what_comes_between_two_processes_waits_in_the_socket_for_the_next_one(tmp_path: Path) -> None:
    async def story() -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            address = free.getsockname()
        script = LISTENING.replace("{port}", str(address[1]))
        household = Household(tmp_path, signalling=script)
        with socket.socket(type=socket.SOCK_DGRAM) as peer:
            async with household.alive():
                peer.connect(address)
                for word in ("die", "first", "die", "second"):
                    peer.send(word.encode())
                await until(lambda: "heard second" in household.notes())
                assert len(household.pids("signalling")) == 3
                assert [note for note in household.notes() if note.startswith("heard")] == [
                    *("heard die", "heard first", "heard die", "heard second")
                ]
            peer.send(b"third")
            with pytest.raises(ConnectionRefusedError):  # nobody holds it any more
                peer.recv(100)

    asyncio.run(story())


def test_nothing_is_left_open(tmp_path: Path) -> None:
    async def story() -> None:
        household = Household(tmp_path, media=LISTENING.replace("{port}", "0"))
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


_PARENT = textwrap.dedent("""
    import asyncio, json, sys
    from pathlib import Path
    from huntline.config import Config
    from tests.processes.household import Household
    household = Household(Path(sys.argv[1]), **json.loads(sys.argv[2]))
    async def say_so() -> None:
        await household.is_ready.wait()
        print("ready", flush=True)
    async def live() -> None:
        await asyncio.gather(say_so(), household.run())
    asyncio.run(live())
""")


def _start_and_kill_a_supervisor(folder: Path, **scripts: str) -> None:
    command = (sys.executable, "-c", _PARENT, str(folder), json.dumps(scripts))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.kill()


def test_children_outlive_their_supervisor_and_the_next_one_adopts_them(tmp_path: Path) -> None:
    async def story() -> None:
        household = Household(tmp_path, web=LIVE, media=LIVE)
        before = household.pids("web") + household.pids("media")
        assert not is_supervised(tmp_path)
        async with household.alive():
            assert all(map(is_alive, before))
            assert is_supervised(tmp_path)
            os.kill(before[0], signal.SIGKILL)
            await until(lambda: len(household.pids("web")) == 2)
        assert household.pids("media") == before[1:]
        assert household.notes()[-2:] == ["web ended", "media ended"]
        assert len(household.runs()) == 1
        assert read_run(tmp_path) is None

    _start_and_kill_a_supervisor(tmp_path, web=LIVE, media=LIVE)
    asyncio.run(story())


def test_what_died_without_a_supervisor_is_started_and_belongs_to_the_same_run(tmp_path: Path) -> None:
    async def story() -> None:
        household = Household(tmp_path, web=LIVE, media=LIVE)
        os.kill(household.pids("web")[0], signal.SIGKILL)
        await until(lambda: not is_alive(household.pids("web")[0]))
        async with household.alive():
            assert len(household.pids("web")) == 2
        assert len(household.pids("media")) == 1
        assert len(household.runs()) == 1

    _start_and_kill_a_supervisor(tmp_path, web=LIVE, media=LIVE)
    asyncio.run(story())


def test_a_run_ends_with_its_last_process(tmp_path: Path) -> None:
    async def story() -> None:
        household = Household(tmp_path, media=LIVE)
        os.kill(household.pids("media")[0], signal.SIGKILL)
        await until(lambda: not is_alive(household.pids("media")[0]))
        async with household.alive():
            assert len(household.pids("media")) == 2
        assert len(household.runs()) == 2

    _start_and_kill_a_supervisor(tmp_path, media=LIVE)
    asyncio.run(story())


def test_what_lives_of_an_earlier_run_and_is_not_wanted_any_more_is_ended(tmp_path: Path) -> None:
    async def story() -> None:
        household = Household(tmp_path, web=LIVE, media=LIVE)
        too_many = household.pids("media-2")
        async with household.alive():
            await until(lambda: not is_alive(too_many[0]))
            await until(lambda: (run := read_run(tmp_path)) is not None and "media-2" not in run.children)
        assert [len(household.pids(name)) for name in ("web", "media", "media-2")] == [1, 1, 1]
        assert len(household.runs()) == 1

    _start_and_kill_a_supervisor(tmp_path, **{"web": LIVE, "media": LIVE, "media-2": LIVE})
    asyncio.run(story())


def test_adopted_children_whose_settings_are_others_now_are_replaced_one_by_one(tmp_path: Path) -> None:
    async def story() -> None:
        household = Household(tmp_path, Config(data=tmp_path, log_level="debug"), web=LIVE, media=LIVE)
        async with household.alive():
            assert [len(household.pids(name)) for name in ("web", "media")] == [2, 2]
        assert [note for note in household.notes() if note.endswith("ended")] == ["web ended", "media ended"]
        assert len(household.runs()) == 1

    _start_and_kill_a_supervisor(tmp_path, web=LIVE, media=LIVE)
    asyncio.run(story())


def test_a_number_that_means_another_process_now_is_not_adopted(tmp_path: Path) -> None:
    async def story() -> None:
        household = Household(tmp_path, media=LIVE)
        async with household.alive():
            assert len(household.pids("media")) == 1
            assert "earlier" not in household.runs()

    with subprocess.Popen(("sleep", "60")) as other:
        child = ChildRecord(other.pid, "another boot 123", "", is_ready=True)
        write_run(tmp_path, Run("earlier", other.pid, "another boot 123", {"media": child}))
        asyncio.run(story())
        assert other.poll() is None
        other.terminate()


@pytest.mark.parametrize("text", ["", "[]", '{"children": {"media": 7}}', '{"children": {}, "x": 1}', "\0"])
def test_a_damaged_run_file_adopts_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / RUN_FILE).write_text(text)
    assert read_run(tmp_path) is None


def test_a_killed_nursery_takes_nobody_along_and_is_started_again(tmp_path: Path) -> None:
    async def story() -> None:
        household = Household(tmp_path, media=LIVE)
        async with household.alive():
            (media,) = household.pids("media")
            nursery = parent_of(media)
            os.kill(nursery, signal.SIGKILL)
            await until(lambda: not is_alive(nursery))
            assert is_alive(media)
            os.kill(media, signal.SIGKILL)
            await until(lambda: len(household.pids("media")) == 2)

    asyncio.run(story())


def test_a_role_that_cannot_be_loaded_ends_the_start(tmp_path: Path) -> None:
    async def story() -> None:
        household = Household(tmp_path, media=LIVE, signalling="this is no Python")
        with pytest.raises(ChildFailed, match="could not be started"):
            await household.run()
        assert not any(map(is_alive, household.pids("media")))

    asyncio.run(story())


def test_it_is_said_how_a_child_ended(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        household = Household(tmp_path, media=LIVE)
        async with household.alive():
            os.kill(household.pids("media")[0], signal.SIGKILL)
            await until(lambda: len(household.pids("media")) == 2)

    asyncio.run(story())
    assert [record.__dict__.get("status") for record in caplog.records] == [-signal.SIGKILL]


def test_a_child_that_is_born_while_the_supervisor_ends_is_ended_too(tmp_path: Path) -> None:
    async def story() -> None:
        household = Household(tmp_path, media=LIVE)
        async with household.alive():
            os.kill(household.pids("media")[0], signal.SIGKILL)
            await until(lambda: len(household.pids("media")) == 2)  # maybe before it is known
        assert not is_alive(household.pids("media")[1])

    for _ in range(5):
        asyncio.run(story())
        (tmp_path / "log").unlink()


def test_an_upgrade_leaves_all_to_the_next_supervisor_which_replaces_what_nobody_hears(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        before, after = (Household(tmp_path, web=LIVE, signalling=LIVE, media=LIVE) for _ in range(2))
        running = asyncio.create_task(before.run())
        async with asyncio.timeout(20):
            await before.is_ready.wait()
            assert await before.ask("upgrade", program=sys.executable) == {}
            await running
        assert before.stop.successor == sys.executable
        assert not any(note.endswith("ended") for note in before.notes())
        async with after.alive():
            status = await after.ask("status")
            assert status["is_settled"]
            assert [len(after.pids(name)) for name in ("web", "signalling", "media")] == [2, 2, 1]
            assert status["children"]["web"]["pid"] == after.pids("web")[1]
        assert len(after.runs()) == 1

    asyncio.run(story())


@pytest.mark.parametrize("program", ["/nowhere/python", "/bin/false", "None"])
def test_code_that_cannot_be_loaded_takes_nothing_over(tmp_path: Path, program: str) -> None:
    async def story() -> None:
        household = Household(tmp_path, media=LIVE)
        async with household.alive():
            with pytest.raises(ControlRefused, match="goes on as it was"):
                await household.ask("upgrade", program=program)
            assert (await household.ask("status"))["is_settled"]
            assert len(household.pids("media")) == 1

    asyncio.run(story())


def test_the_server_ends_when_it_is_asked_over_its_socket(tmp_path: Path) -> None:
    async def story() -> None:
        household = Household(tmp_path, media=LIVE)
        async with asyncio.timeout(20):
            running = asyncio.create_task(household.run())
            await household.is_ready.wait()
            await household.ask("stop")
            await running
        assert household.notes()[-1] == "media ended"

    asyncio.run(story())


def test_in_a_cluster_a_server_serves_when_it_is_told_to_and_goes_on_with_the_run_that_is_named(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        household = Household(tmp_path, signalling=LIVE, media=LIVE, cluster=LIVE)
        async with household.alive():
            assert (household.pids("signalling"), len(household.pids("cluster"))) == ([], 1)
            assert (await household.ask("status"))["is_settled"]
            for _ in range(2):  # once more changes nothing
                assert await household.ask("take", run="of another machine") == {"run": "of another machine"}
            await until(lambda: bool(household.pids("signalling") and household.pids("media")))
            assert "signalling run of another machine" in household.notes()
            first = household.pids("signalling")[0]
            os.kill(first, signal.SIGKILL)
            await until(lambda: len(household.pids("signalling")) == 2)
            await household.ask("give-up", is_at_once=True)
            living = [
                pid for name in ("signalling", "media") for pid in household.pids(name) if is_alive(pid)
            ]
            assert not living
            assert is_alive(household.pids("cluster")[0])
            await household.ask("take", run="the next")
            await until(lambda: "signalling run the next" in household.notes())
            await household.ask("give-up")
        assert [note for note in household.notes() if note.endswith("ended")] == ["cluster ended"]

    asyncio.run(story())
