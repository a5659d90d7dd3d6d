"""A server whose settings and history are in PostgreSQL, which goes away in the middle of calls."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from huntline.data_folder import DATABASE, FILE_NAME
from huntline.directory.access import Role
from tests.postgresql import PostgresqlServer, postgresql_server

from .commands import Commands
from .office import Office
from .pages import PASSWORD, account
from .phone import Phone
from .server import Json, Server
from .stories import hear_each_other, talk

pytestmark = pytest.mark.scenario


@pytest.fixture
def its_database() -> Iterator[PostgresqlServer]:
    with postgresql_server() as server:
        yield server


@pytest.fixture
def server(its_database: PostgresqlServer, tmp_path: Path, commands: Commands) -> Iterator[Server]:
    """A server that has its database there; the settings file says so to its processes and commands."""
    server = Server(tmp_path / "data", commands)
    server.data.mkdir()
    url = its_database.new_database()
    (server.data / FILE_NAME).write_text(f'database = "{url.text}"\n')
    server.start()
    yield server
    server.stop()
    assert "a-secret-of-tests" not in server.log_text()
    assert not (server.data / DATABASE).exists()


def test_calls_go_on_while_the_database_is_away_and_are_on_record_once_afterwards(
    server: Server, its_database: PostgresqlServer, office: Office
) -> None:
    number = office.queue("amal", "bao", "chi", distribution="serial", agent_alert_time=60, max_wait=600)
    office.open()
    boss = account(server, office, Role.ADMIN)
    amal, bao = office.agent("amal"), office.agent("bao")
    call(office, 1, number, amal)
    with signed_in(server, boss) as api:
        assert answered(api, office, 1) == 1
    change_something(server, office)
    server.run("agent", "opt-out", office.upn("chi"))

    talking, agent = talk(office.caller("+12065550102"), number, amal)
    its_database.stop()
    hear_each_other(talking, agent)
    # Nobody can change anything, and is told why; calls come, are served and end.
    refused = server.run("agent", "opt-out", office.upn("bao"), expect=1)
    assert "the database cannot be used now" in refused.stderr
    assert office.opted_out("bao") == []
    call(office, 3, number, bao)
    server.wait_status(lambda _: unwell_parts(server) == ["database"], "what is not well is told")
    server.kill_child("signalling")
    hear_each_other(talking, agent)
    # The next signalling process takes up the call, and the record of the one that is over; new calls are
    # served by the last settings, among them what agents have chosen themselves.
    server.wait_log("the last settings are in force")
    wait_served(server)
    assert len(server.status()["calls"]) == 1
    assert office.opted_out("chi") == [office.queue_name()]
    hear_each_other(talking, agent)
    call(office, 4, number, bao)
    its_database.start()
    server.wait_log("what it says is in force")
    talking.hang_up()
    agent.wait_ended()
    with signed_in(server, boss) as api:
        assert answered(api, office, 4) == 4
    server.assert_empty()

    # Also a server that ends in order meanwhile has its records with it when it starts, and starts without.
    its_database.stop()
    call(office, 5, number, amal)
    _, agent = talk(office.caller("+12065550106"), number, amal)
    server.stop()
    server.start()
    assert unwell_parts(server) == ["database"]
    with httpx.Client(base_url=f"http://127.0.0.1:{server.http_port}/api/v1") as api:
        assert api.post("/session", json={"name": boss, "password": PASSWORD}).status_code == 503
    call(office, 7, number, amal)
    its_database.start()
    reasons = {call["caller"]: call["reason"] for call in on_record(office, 7)}
    assert reasons["+12065550106"] == "the server is shutting down"
    server.wait_status(lambda _: not unwell_parts(server), "all is well again")
    server.run("agent", "opt-in", office.upn("chi"))


def call(office: Office, which: int, number: str, agent: Phone) -> None:
    """A whole call that an agent takes."""
    leg, ring = talk(office.caller(f"+1206555010{which}"), number, agent)
    leg.hang_up()
    ring.wait_ended()


def change_something(server: Server, office: Office) -> None:
    """Through another door than the file: it is in the audit."""
    server.run("queue", "set", office.queue_name(), "--agent-alert-time", "45", "--organization", office.name)
    assert "agent_alert_time" in server.run("audit", "--json", "--organization", office.name).stdout


def on_record(office: Office, count: int) -> list[Json]:
    """The calls, each of which was answered, and is there once with its one ring."""
    calls = sorted(office.calls(count), key=lambda call: str(call["caller"]))
    assert [call["caller"] for call in calls] == [f"+1206555010{place}" for place in range(1, count + 1)]
    assert {(call["outcome"], len(call["rings"])) for call in calls} == {("answered", 1)}
    return calls


def wait_served(server: Server, timeout: float = 20.0) -> None:
    """Wait for a signalling process that answers."""
    deadline = time.monotonic() + timeout
    while server.run("status", expect=None).returncode != 0:
        assert time.monotonic() < deadline, "no signalling process within 20 s"
        time.sleep(0.05)


def unwell_parts(server: Server) -> list[str]:
    """What anybody is told who asks; it may be a second old."""
    health = httpx.get(f"http://127.0.0.1:{server.http_port}/healthz").json()
    return [str(each["part"]) for each in health["problems"]]


def answered(api: httpx.Client, office: Office, count: int) -> int:
    """How many calls the reports have answered today, once so many are on record."""
    on_record(office, count)
    (queue,) = api.get("/reports/today").json()["queues"]
    return int(queue["answered"])


@contextlib.contextmanager
def signed_in(server: Server, name: str) -> Iterator[httpx.Client]:
    """The API, as a page of that account has it."""
    with httpx.Client(base_url=f"http://127.0.0.1:{server.http_port}/api/v1") as api:
        assert api.post("/session", json={"name": name, "password": PASSWORD}).status_code == 201
        yield api
