"""Two servers on one PostgreSQL, each with an organization of its own; phones and people at the wrong one."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from huntline.data_folder import FILE_NAME
from huntline.directory.access import Role

from . import ports, sounds, tones
from .baresip import Baresip
from .commands import Commands
from .office import Office
from .pages import PASSWORD, account
from .reactor import Reactor
from .server import HUNTLINE, Server
from .shards import two_servers
from .stories import hear_each_other, taken, talk

pytestmark = pytest.mark.scenario


@dataclass(frozen=True)
class Shards:
    """Both servers, and an organization on each."""

    main: Server
    north: Server
    contoso: Office
    fabrikam: Office


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory, commands: Commands) -> Iterator[tuple[Server, Server]]:
    with two_servers(tmp_path_factory.mktemp("shards"), commands) as both:
        yield both


@pytest.fixture
def shards(servers: tuple[Server, Server], tmp_path: Path, reactor: Reactor) -> Iterator[Shards]:
    with contextlib.ExitStack() as stack:
        offices = []
        for server in servers:
            folder = tmp_path / server.data.name
            folder.mkdir()
            offices.append(stack.enter_context(contextlib.closing(Office(server, reactor, folder))))
        yield Shards(*servers, *offices)
        stack.close()
        for server in servers:
            server.assert_calm()


def test_a_softphone_at_the_wrong_server_is_sent_to_the_right_one(shards: Shards, tmp_path: Path) -> None:
    """baresip follows for calls, unless it is told to send them all by one proxy; not for registrations."""
    number = shards.fabrikam.queue("amal")
    shards.fabrikam.open()
    amal = shards.fabrikam.agent("amal")
    folder, wrong = tmp_path / "caller", shards.main.address
    caller = Baresip(
        *(folder, "+12065550100", "127.0.0.1", wrong), tone=tones.CALLER, registers=False, is_proxied=False
    )
    with contextlib.closing(caller):
        caller.dial(f"sip:{number}@{wrong[0]}:{wrong[1]}")
        ring = taken(amal)
        ring.sound.wait_for(tones.CALLER)
        caller.hang_up()
        ring.wait_ended()
    (call,) = shards.fabrikam.calls()
    assert call["outcome"] == "answered"
    assert [each for each in shards.main.history() if each["caller"] == "+12065550100"] == []


def test_whoever_comes_to_the_wrong_server_learns_where_to_go(shards: Shards) -> None:
    contoso, fabrikam = shards.contoso, shards.fabrikam
    number = fabrikam.queue("amal")
    fabrikam.open()
    contoso_number = contoso.queue("bao")
    contoso.open()
    north = f"{shards.north.host}:{shards.north.sip_port}"
    lost = fabrikam.agent("amal", is_registered=False, server=shards.main.address)
    response = lost.register()
    assert (response.status, response.header("contact")) == (302, f"<sip:{north}>")
    leg = fabrikam.caller(server=shards.main.address).dial(number)
    assert leg.wait_response("INVITE", 302).header("contact") == f"<sip:{number}@{north}>"
    over_tcp = fabrikam.agent("amal", is_registered=False, server=shards.main.address, transport="tcp")
    assert over_tcp.register().header("contact") == f"<sip:{north};transport=tcp>"
    # What nobody has is nobody's at each of them.
    assert fabrikam.caller(server=shards.main.address).dial("+14250000000").wait_refused() == 404
    # A change made there is in force here at once.
    second = fabrikam.queue("amal")
    fabrikam.open()
    wait_status(lambda: contoso.caller().dial(second).wait_refused(), 302)
    listed = json.loads(shards.north.run("organization", "list", "--json").stdout)
    whose = {each["organization"]: each["shard"] for each in listed}
    assert (whose[contoso.name], whose[fabrikam.name]) == ("main", "north")
    # One of them dies, and the other does not notice.
    talking, agent = talk(contoso.caller(), contoso_number, contoso.agent("bao"))
    shards.north.kill_child("signalling")
    hear_each_other(talking, agent)
    talking.hang_up()
    agent.wait_ended()
    there, ring = talk(fabrikam.caller(), number, fabrikam.agent("amal"))
    there.hang_up()
    ring.wait_ended()


def test_a_second_server_of_a_name_does_not_start(shards: Shards, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    sip, http = f"udp:127.0.0.1:{ports.take()}", f"127.0.0.1:{ports.take()}"
    settings = f'sip = ["{sip}"]\nhttp = "{http}"\nmedia_ports = "{ports.take(4)}-{ports.take(4)}"\n'
    (other / FILE_NAME).write_text(settings + (shards.north.data / FILE_NAME).read_text())
    done = subprocess.run(
        [HUNTLINE, "serve", "--data", str(other)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert f"the server at udp:127.0.0.1:{shards.north.sip_port}" in done.stderr
    assert "is 'north' already, and it lives" in done.stderr


def test_people_who_sign_in_at_the_wrong_server_are_shown_the_way(shards: Shards) -> None:
    shards.contoso.queue("bao")
    shards.contoso.open()
    person = {"name": account(shards.main, shards.contoso, Role.ADMIN), "password": PASSWORD}
    answers = [
        httpx.post(f"http://127.0.0.1:{server.http_port}/api/v1/session", json=person)
        for server in (shards.main, shards.north)
    ]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["pages"] == f"http://127.0.0.1:{shards.main.http_port}"
    assert f"{shards.contoso.name} is on another server (main)" in answers[1].json()["detail"]


def test_an_organization_moves_and_its_greeting_is_heard_at_the_other_server(
    shards: Shards, tmp_path: Path
) -> None:
    main, north, fabrikam = shards.main, shards.north, shards.fabrikam
    greeting = sounds.tone_file(tmp_path, tones.GREETING, 3)
    number = fabrikam.queue("amal", greeting={"file": str(greeting)})
    fabrikam.open()
    amal = fabrikam.agent("amal")
    leg = fabrikam.caller().dial(number)
    leg.sound.wait_for(tones.GREETING)
    refused = north.run("organization", "move", fabrikam.name, "main", expect=1)
    assert f"{fabrikam.name} has 1 calls up" in refused.stderr
    leg.hang_up()
    leg.wait_ended()
    north.assert_empty()
    # Nobody is there to be told: who starts looks.
    main.kill_child("signalling")
    moved = north.run("organization", "move", fabrikam.name, "main").stdout
    assert moved.splitlines()[-1] == f"Moved organization {fabrikam.name} to main."
    sent = amal.register()
    assert sent.header("contact") == f"<sip:{main.host}:{main.sip_port}>"
    amal.server = main.address
    assert amal.register().status == 200
    fabrikam.server = main
    leg = fabrikam.caller(server=main.address).dial(number)
    leg.sound.wait_for(tones.GREETING)
    ring = taken(amal)
    hear_each_other(leg, ring)
    leg.hang_up()
    ring.wait_ended()
    assert [call["outcome"] for call in fabrikam.calls(2)] == ["abandoned", "answered"]
    # And back, while the other one is there to be told.
    main.assert_empty()
    main.run("organization", "move", fabrikam.name, "north")
    fabrikam.server = north
    wait_status(lambda: fabrikam.caller(server=main.address).dial(number).wait_refused(), 302)
    north.wait_status(
        lambda status: any(queue["organization"] == fabrikam.name for queue in status["queues"]),
        "it is there again",
    )
    back = fabrikam.caller().dial(number)
    back.sound.wait_for(tones.GREETING)
    back.hang_up()
    back.wait_ended()


def wait_status(ask: Callable[[], int], wanted: int, timeout: float = 5.0) -> None:
    """Ask until the answer is this one."""
    deadline = time.monotonic() + timeout
    while (status := ask()) != wanted:
        assert time.monotonic() < deadline, f"{status}, not {wanted}"
