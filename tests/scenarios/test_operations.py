"""What whoever runs a server does with it while it serves: back it up, move it, let go of what is old."""

from __future__ import annotations

import contextlib
from pathlib import Path

import httpx
import pytest

from huntline.directory.access import Role

from .commands import Commands
from .office import Office
from .pages import PASSWORD, account
from .reactor import Reactor
from .server import Server
from .stories import desk, hear_each_other, talk

pytestmark = pytest.mark.scenario


def test_a_backup_under_calls_is_the_server_on_another_machine(
    own_server: Server, commands: Commands, reactor: Reactor, tmp_path: Path
) -> None:
    """Backed up five times in the middle of calls, put into an empty folder, served: the phone signs in, the
    person signs in, a call is taken, and the history goes on from where it was."""
    backup, moved = tmp_path / "huntline.tar.gz", Server(tmp_path / "moved", commands)
    with contextlib.closing(Office(own_server, reactor, tmp_path)) as office:
        number = office.queue("amal", max_wait=600)
        office.open()
        amal = office.agent("amal")
        boss = account(own_server, office, Role.ADMIN)
        before, taken = talk(office.caller("+12065550101"), number, amal)
        before.hang_up()
        taken.wait_ended()

        talking, agent = talk(office.caller("+12065550102"), number, amal)
        waiting = office.caller("+12065550103").dial(number)
        waiting.wait_answered()
        own_server.wait_status(lambda _: bool(own_server.history()), "the first call is on record")
        for _ in range(5):
            own_server.run("backup", str(backup), "--replace")
        hear_each_other(talking, agent)
        talking.hang_up()
        agent.wait_ended()
        refused = own_server.run("restore", str(backup), "--force", expect=1)
        assert "already served by process" in refused.stderr
        waiting.hang_up()

    assert moved.run("restore", str(backup)).stdout.startswith(f"Restored {moved.data}")
    moved.start()
    try:
        with contextlib.closing(Office(moved, reactor, tmp_path / "moved")) as office_again:
            office_again.domain = office.domain
            amal = office_again.agent("amal")
            address = f"http://127.0.0.1:{moved.http_port}/api/v1/session"
            assert httpx.post(address, json={"name": boss, "password": PASSWORD}).status_code == 201
            assert [call["caller"] for call in moved.history()] == ["+12065550101"]
            caller, ring = talk(office_again.caller("+12065550104"), number, amal)
            caller.hang_up()
            ring.wait_ended()
            moved.wait_status(lambda _: len(moved.history()) == 2, "the next call is on record, too")
        moved.assert_empty()
        moved.assert_calm()
    finally:
        moved.stop()


def test_a_number_is_erased_while_its_owner_calls_again(office: Office) -> None:
    """What is on record loses the number; the call that is up goes on, and loses it when it is done again."""
    own = "127.0.0.66"  # of one address only so many refusals are told in a minute
    office.settings["trunks"][0]["addresses"].append(own)
    number, [amal] = desk(office, "amal")
    caller = office.caller("+12065550177", host=own)
    refused = caller.dial(office.personal_number)
    assert refused.wait_refused() == 404
    first, taken = talk(caller, number, amal)
    first.hang_up()
    taken.wait_ended()
    second, taken = talk(caller, number, amal)
    office.server.wait_status(lambda _: _callers(office) == ["+12065550177"], "the first call is on record")
    office.refused()

    erase = ("erase", "+1 206 555 0177", "--organization", office.name, "--yes")
    shown = office.server.run(*erase).stdout
    assert shown.startswith(f"{office.name}: 1 calls, 1 refused calls\nErased +12065550177 in 2 places.\n")
    assert _callers(office) == ["anonymous"]
    hear_each_other(second, taken)
    second.hang_up()
    taken.wait_ended()
    office.server.wait_status(lambda _: len(_callers(office)) == 2, "the second call is on record")
    assert office.server.run(*erase).stdout.startswith(f"{office.name}: 1 calls\n")
    assert _callers(office) == ["anonymous", "anonymous"]
    told = office.server.run("audit", "--json", "--what", "history", "--organization", office.name).stdout
    assert b"2065550177" not in (office.server.data / "live.journal").read_bytes()
    assert '"+*********77"' in told
    assert "2065550177" not in told


def _callers(office: Office) -> list[str]:
    """Who is on record as the callers of the office, the last one first."""
    return [call["caller"] for call in office.server.history() if call["organization"] == office.name]
