"""Several processes carry audio: one dies, or there is another number of them, and calls go on."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from pathlib import Path

import pytest

from . import tones
from .leg import Leg
from .office import Office
from .reactor import Reactor
from .server import Server
from .stories import assert_heard_each_other, talk

pytestmark = pytest.mark.scenario


def _legs_of(server: Server, name: str) -> int:
    """How many legs a worker has, as it says itself."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(server.data / f"{name}.sock"))
        connection.sendall(b'{"id":1,"verb":"stats"}\n')
        legs: int = json.loads(connection.makefile().readline())["result"]["legs"]
    return legs


def _two_calls(office: Office) -> list[tuple[Leg, Leg]]:
    """Two callers who talk to an agent each, and are with a worker each."""
    numbers = office.queue("amal"), office.queue("bao")
    office.open()
    agents = office.agent("amal", tone=tones.AGENT), office.agent("bao", tone=tones.SECOND_AGENT)
    calls = [talk(office.caller(), number, agent) for number, agent in zip(numbers, agents, strict=True)]
    office.wait_talking(2)
    assert [_legs_of(office.server, name) for name in ("media", "media-2")] == [2, 2]
    return calls


def _end(office: Office, calls: list[tuple[Leg, Leg]]) -> None:
    for caller, agent in calls:
        caller.hang_up()
        agent.wait_ended()
    assert [call["outcome"] for call in office.calls(2)] == ["answered", "answered"]
    office.server.assert_empty()
    office.server.assert_calm()


def test_the_calls_of_one_worker_do_not_hear_that_another_dies(
    hurt_server: Server, reactor: Reactor, tmp_path: Path
) -> None:
    with contextlib.closing(Office(hurt_server, reactor, tmp_path)) as office:
        calls = _two_calls(office)
        killed_at = time.time()
        hurt_server.kill_child("media-2")
        for caller, agent in calls:
            assert_heard_each_other(caller, agent)
        back_at = time.time()
        gaps = sorted(
            max(leg.sound.longest_gap(since=killed_at, until=back_at) for leg in call) for call in calls
        )
        assert gaps[0] < 0.1
        assert gaps[1] < 1
        _end(office, calls)


@pytest.mark.parametrize("workers", [1, 3])
def test_calls_go_on_where_the_server_is_started_anew_with_another_number_of_workers(
    workers: int, own_server: Server, reactor: Reactor, tmp_path: Path
) -> None:
    with contextlib.closing(Office(own_server, reactor, tmp_path)) as office:
        calls = _two_calls(office)
        before = own_server.children()
        own_server.kill_supervisor()
        own_server.media_workers = workers
        own_server.start()
        after = own_server.children()
        assert sum(role.startswith("media") for role in after.values()) == workers
        media = {pid: role for pid, role in before.items() if role.startswith("media")}
        kept = {role for pid, role in media.items() if pid in after}
        assert kept == {"media"} if workers == 1 else {"media", "media-2"}
        for caller, agent in calls:
            assert_heard_each_other(caller, agent)
        _end(office, calls)
