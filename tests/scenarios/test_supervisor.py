"""A child that dies is started again, and the next call works."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from . import tones
from .office import Office
from .phone import Phone
from .reactor import Reactor
from .server import HUNTLINE, Server
from .stories import assert_heard_each_other, talk

pytestmark = pytest.mark.scenario

RESTART_TIMEOUT = 15.0


@pytest.fixture
def hurt_office(hurt_server: Server, reactor: Reactor, tmp_path: Path) -> contextlib.closing[Office]:
    return contextlib.closing(Office(hurt_server, reactor, tmp_path))


def _child(server: Server, name: str) -> int:
    (pid,) = (pid for pid, role in server.children().items() if role == name)
    return pid


def _serves_again(office: Office, number: str, amal: Phone) -> None:
    """The first call that is answered within the time a restart may take is a whole one."""
    host, port = office.server.address
    deadline = time.monotonic() + RESTART_TIMEOUT
    for attempt in itertools.count(100):
        caller = office.caller(f"+12065550{attempt}").dial(number)
        try:
            caller.wait_answered(2)
            caller.sound.wait_loud(2)
            break
        except AssertionError:
            assert time.monotonic() < deadline, f"no call is answered at {host}:{port}"
            caller.hang_up()  # or this one would be rung for, being first in line
    ring = amal.wait_call(RESTART_TIMEOUT)
    while caller.phone.user not in ring.remote:  # rung for an attempt that was given up
        ring = amal.wait_call(RESTART_TIMEOUT)
    ring.answer()
    ring.wait_up()
    assert_heard_each_other(caller, ring, RESTART_TIMEOUT)
    ring.hang_up()
    caller.wait_ended()


def test_a_killed_child_comes_back_and_the_next_call_works(
    hurt_server: Server, hurt_office: contextlib.closing[Office]
) -> None:
    with hurt_office as office:
        number = office.queue("amal")
        office.open()
        amal = office.agent("amal", tone=tones.AGENT)
        for child in ("signalling", "media", "web"):
            caller, agent = talk(office.caller(), number, amal)
            caller.hang_up()
            agent.wait_ended()
            hurt_server.kill_child(child)
            amal.register(timeout=RESTART_TIMEOUT)
            amal.incoming.clear()
            _serves_again(office, number, amal)
        _wait_for_page(hurt_server.http_port)


def _wait_for_page(port: int) -> None:
    deadline = time.monotonic() + RESTART_TIMEOUT
    while True:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            try:
                connection.request("GET", "/")
                assert connection.getresponse().status == 200
                return
            except ConnectionError:
                assert time.monotonic() < deadline, f"nothing is served at port {port}"
                time.sleep(0.1)  # it listens when it has started, and says so to the supervisor alone


def test_calls_go_on_when_the_media_process_is_killed(
    hurt_server: Server, hurt_office: contextlib.closing[Office]
) -> None:
    with hurt_office as office:
        number = office.queue("amal")
        office.open()
        amal = office.agent("amal")
        caller, agent = talk(office.caller(), number, amal)
        waiting = office.caller().dial(number)
        waiting.sound.wait_loud()
        killed_at = time.time()
        hurt_server.kill_child("media")
        caller.sound.wait_for(agent.sound.tone or 0, 5, since=killed_at + 0.1)
        agent.sound.wait_for(tones.CALLER, 5, since=killed_at + 0.1)
        waiting.sound.wait_loud(5, since=killed_at + 0.1)
        back_at = time.time()
        assert all(leg.sound.longest_gap(since=killed_at, until=back_at) < 1 for leg in (caller, waiting))
        for leg in (caller, waiting):
            leg.hang_up()
        agent.wait_ended()
        hurt_server.assert_empty()


def test_calls_that_are_up_when_the_server_ends_are_told_and_recorded(
    hurt_server: Server, hurt_office: contextlib.closing[Office]
) -> None:
    with hurt_office as office:
        number = office.queue("amal")
        office.open()
        talking, agent = talk(office.caller(), number, office.agent("amal"))
        waiting = office.caller().dial(number)
        waiting.wait_answered()
        hurt_server.stop()
        for leg in (talking, agent, waiting):
            leg.wait_ended()
        first, second = office.calls(2)
        assert (first["outcome"], second["outcome"]) == ("answered", "failed")
        assert first["reason"] == second["reason"] == "the server is shutting down"
        hurt_server.assert_calm()
        hurt_server.start()  # the phones will sign out


def test_calls_are_recorded_when_signals_come_together_and_the_supervisor_dies(
    hurt_server: Server, hurt_office: contextlib.closing[Office]
) -> None:
    with hurt_office as office:
        number = office.queue("amal")
        office.open()
        talking, agent = talk(office.caller(), number, office.agent("amal"))
        waiting = office.caller().dial(number)
        waiting.wait_answered()
        signalling = _child(hurt_server, "signalling")
        for receiver, number_of_signal in (
            (signalling, signal.SIGTERM),
            (signalling, signal.SIGINT),
            (hurt_server.pid, signal.SIGTERM),
            (hurt_server.pid, signal.SIGKILL),
            (signalling, signal.SIGTERM),
        ):
            os.kill(receiver, number_of_signal)
        for leg in (talking, agent, waiting):
            leg.wait_ended()
        first, second = office.calls(2)
        assert (first["outcome"], second["outcome"]) == ("answered", "failed")
        assert first["reason"] == second["reason"] == "the server is shutting down"
        hurt_server.wait_gone(signalling)
        media = _child(hurt_server, "media")
        hurt_server.start()  # what lives is adopted, and the phones will sign out
        assert _child(hurt_server, "media") == media
        assert office.calls(2)[0]["call_id"] == first["call_id"]


def test_a_killed_supervisor_hurts_no_call_and_the_next_one_adopts_what_lives(
    hurt_server: Server, hurt_office: contextlib.closing[Office]
) -> None:
    with hurt_office as office:
        number = office.queue("amal")
        office.open()
        talking, agent = talk(office.caller(), number, office.agent("amal"))
        children = hurt_server.children()
        hurt_server.kill_supervisor()
        waiting = office.caller().dial(number)
        waiting.sound.wait_loud()
        assert "the supervisor is gone" in hurt_server.run("status", "--json").stderr
        assert _health(hurt_server.http_port) == (503, ["supervisor"])
        hurt_server.start()
        assert hurt_server.children() == children
        assert _health(hurt_server.http_port) == (200, [])
        killed_at = time.time()
        hurt_server.kill_child("media")  # which is cared for again
        talking.sound.wait_for(agent.sound.tone or 0, 5, since=killed_at + 0.1)
        waiting.hang_up()
        talking.hang_up()
        agent.wait_ended()
        assert [call["outcome"] for call in office.calls(2)] == ["answered", "abandoned"]
        hurt_server.assert_empty()


def _health(port: int) -> tuple[int, list[str]]:
    """The status of the health check, and the parts that are not well; waits while what is known is old."""
    time.sleep(1.1)  # what was found is good for a second, and nothing tells that it is over
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        return answer.status, [each["part"] for each in json.loads(answer.read())["problems"]]


def test_the_server_ends_in_peace_and_starts_again_with_its_settings(
    hurt_server: Server, hurt_office: contextlib.closing[Office]
) -> None:
    with hurt_office as office:
        number = office.queue("amal")
        office.open()
        hurt_server.stop()
        hurt_server.start()
        amal = office.agent("amal")
        caller, agent = talk(office.caller(), number, amal)
        caller.hang_up()
        agent.wait_ended()
        assert office.calls()[0]["outcome"] == "answered"


def test_a_server_is_drained_while_a_call_goes_on(
    hurt_server: Server, hurt_office: contextlib.closing[Office]
) -> None:
    with hurt_office as office:
        number = office.queue("amal")
        office.open()
        caller, agent = talk(office.caller(), number, office.agent("amal"))
        with _command(hurt_server, "drain") as drain:
            assert drain.stdout is not None
            assert drain.stdout.readline() == "New calls are refused; 1 call is left.\n"
            assert office.caller().dial(number).wait_refused() == 503
            assert _health(hurt_server.http_port) == (503, ["new_calls"])
            hurt_server.kill_child("signalling")
            assert office.caller().dial(number).wait_refused(10) == 503, "the next process knows of it"
            assert agent.reinvite(direction="sendonly").status == 200
            hurt_server.run("drain", "--undo")
            assert drain.wait(10) == 1
            assert drain.stdout.read() == "", "it must not end the server"
        office.caller().dial(number).wait_answered()
        with _command(hurt_server, "drain", "--limit", "0") as drain:
            assert drain.wait(20) == 0
            assert drain.stdout is not None
            said = drain.stdout.read().splitlines()
        assert said[-2:] == ["The time is over: 2 calls are ended by the server.", "The server has ended."]
        for leg in (caller, agent):
            leg.wait_ended()
        assert [call["outcome"] for call in office.calls(2)] == ["answered", "failed"]
        hurt_server.wait_gone()
        hurt_server.start()  # the phones will sign out


def test_the_next_call_after_an_upgrade_is_a_whole_one(
    hurt_server: Server, hurt_office: contextlib.closing[Office]
) -> None:
    with hurt_office as office:
        number = office.queue("amal")
        office.open()
        before, pid = hurt_server.children(), hurt_server.pid
        hurt_server.run("upgrade")
        after = hurt_server.children()
        assert {role for pid, role in after.items() if pid in before} == {"media", "media-2"}
        assert (hurt_server.pid, hurt_server.is_running) == (pid, True)
        caller, agent = talk(office.caller(), number, office.agent("amal"))
        caller.hang_up()
        agent.wait_ended()
        hurt_server.assert_calm()


def _command(server: Server, *words: str) -> subprocess.Popen[str]:
    """A command that runs beside the story."""
    command = [str(HUNTLINE), *words, "--data", str(server.data)]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
