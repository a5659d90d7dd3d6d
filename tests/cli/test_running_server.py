"""The verbs that talk to a running server, against a hand-made one."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.cli.huntline import huntline
from tests.cli.test_settings_verbs import stored

from huntline.control.server import ControlServer
from huntline.directory.organization import Organization

NOW = {
    "at": "2026-01-31T09:00:00+00:00",
    "mailboxes": [],
    "queues": [
        {
            "name": "Help Desk",
            "organization": "Contoso",
            "waiting": 2,
            "longest_wait_s": 83.4,
            "talking": 1,
            "agents_ready": 0,
        }
    ],
    "agents": [
        {
            "upn": "amal@contoso.com",
            "organization": "Contoso",
            "state": "paused",
            "why": {"kind": "paused", "note": "lunch [at the beach]"},
            "presence": "available",
            "since": "2026-01-31T08:59:00+00:00",
            "until": None,
            "opted_out": ["Help Desk"],
        }
    ],
    "calls": [
        {
            "call_id": "c1",
            "caller": "+14255550123",
            "queue": None,
            "organization": "Contoso",
            "state": "talking",
            "position": None,
            "waited_s": None,
            "agent": None,
            "legs": [{"party": "caller", "address": "127.0.0.1:6000", "state": "confirmed"}],
        }
    ],
    "resources": {"legs": 1},
}


class FakeServer:
    """Answers on the control socket and remembers what it was asked."""

    def __init__(self, now: dict[str, Any] = NOW) -> None:
        self.now = now
        self.asked: list[dict[str, Any]] = []

    def note(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append({key: value for key, value in request.items() if key != "id"})
        return {}

    @contextmanager
    def running(self, data: Path) -> Iterator[None]:
        loop = asyncio.new_event_loop()
        handlers = dict.fromkeys(("opt-out", "opt-in", "pause", "resume", "settings-changed"), self.note)
        present = {"presence": "available", "is_presence_chosen": False, "agent": None}
        snapshots = {"status": lambda request: self.now, "agent": lambda request: present}
        server = ControlServer(data / "control.sock", {**handlers, **snapshots})
        loop.run_until_complete(server.start())
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            yield
        finally:
            asyncio.run_coroutine_threadsafe(server.close(), loop).result(5)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(5)
            loop.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeServer]:
    fake = FakeServer()
    with fake.running(tmp_path):
        yield fake


@pytest.mark.usefixtures("server")
def test_status_for_programs_is_what_the_server_says(tmp_path: Path) -> None:
    done = huntline("status", "--data", tmp_path, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert [agent.pop("reason") for agent in told["agents"]] == ["paused: lunch [at the beach]"]
    assert told == NOW


@pytest.mark.usefixtures("server")
def test_status_for_people_shows_queues_agents_and_calls(tmp_path: Path) -> None:
    done = huntline("status", "--data", tmp_path)
    assert done.returncode == 0
    for word in ("Help Desk", "1:23", "amal@contoso.com", "paused", "[at the", "+1 425-555-0123", "talking"):
        assert word in done.stdout


def test_status_for_people_begins_with_an_overload(tmp_path: Path) -> None:
    with FakeServer(NOW | {"resources": {"is_overloaded": True, "turned_away": 1234}}).running(tmp_path):
        done = huntline("status", "--data", tmp_path)
    assert done.stdout.startswith("More comes than can be served: 1234 new requests were turned away")


CONTOSO = """\
organization: Contoso
domains: [contoso.com]
users:
  - {upn: amal@contoso.com, display_name: Amal Haddad, licences: [E5], voice_enabled: true}
queues: [{name: Help Desk, agents: [amal@contoso.com]}, {name: Sales, agents: [amal@contoso.com]}]
"""


def agents_of(organization: Organization) -> list[dict[str, Any]]:
    """The agents that a server with this organization sees, all ready."""
    return [
        {
            "id": user.user_id,
            "upn": user.upn,
            "display_name": user.shown_name,
            "name": user.shown_name,
            "organization": organization.name,
            "organization_id": organization.organization_id,
            "state": "ready",
            "why": {"kind": "ready"},
            "presence": "available",
            "since": "2026-01-31T08:59:00+00:00",
            "until": None,
            "queues": ["Help Desk", "Sales"],
            "queue_ids": [queue.queue_id for queue in organization.queues],
            "opted_out": [],
        }
        for user in organization.users
    ]


def test_an_agent_is_acted_for(tmp_path: Path) -> None:
    (tmp_path / "contoso.yaml").write_text(CONTOSO)
    huntline("apply", tmp_path / "contoso.yaml", "--data", tmp_path)
    organization = stored(tmp_path)
    help_desk, sales = (queue.queue_id for queue in organization.queues)
    server = FakeServer({**NOW, "queues": [], "calls": [], "agents": agents_of(organization)})
    amal = ("amal@contoso.com", "--data", tmp_path)
    with server.running(tmp_path):
        done = huntline("agent", "opt-out", *amal, "help desk")
        assert done.stdout == "amal@contoso.com is opted out of Help Desk.\n"
        assert huntline("agent", "opt-in", *amal).returncode == 0
        done = huntline("agent", "pause", *amal, "--reason", "lunch")
        assert done.stdout == "amal@contoso.com is paused: lunch.\n"
        assert huntline("agent", "resume", *amal).returncode == 0
    assert server.asked == [
        {"do": "opt-out", "upn": "amal@contoso.com", "queue_id": help_desk},
        {"do": "opt-in", "upn": "amal@contoso.com", "queue_id": help_desk},
        {"do": "opt-in", "upn": "amal@contoso.com", "queue_id": sales},
        {"do": "pause", "upn": "amal@contoso.com", "reason": "lunch"},
        {"do": "resume", "upn": "amal@contoso.com"},
    ]
    audited = json.loads(huntline("audit", "--what", "user", "--json", "--data", tmp_path).stdout)
    assert {entry["field"] for entry in audited if entry["door"] == "cli"} == {"opted_out", "pause"}


def test_a_refusal_is_one_line_and_status_1(tmp_path: Path) -> None:
    (tmp_path / "contoso.yaml").write_text(CONTOSO.replace("Sales, agents: [amal@contoso.com]", "Sales"))
    huntline("apply", tmp_path / "contoso.yaml", "--data", tmp_path)
    done = huntline("agent", "opt-out", "amal@contoso.com", "Sales", "--data", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "huntline: amal@contoso.com is not an agent of Sales\n"


def test_agents_are_shown_as_they_are_now(tmp_path: Path) -> None:
    (tmp_path / "contoso.yaml").write_text(CONTOSO)
    huntline("apply", tmp_path / "contoso.yaml", "--data", tmp_path)
    now = {**NOW, "queues": [], "calls": [], "agents": agents_of(stored(tmp_path))}
    with FakeServer(now).running(tmp_path):
        table = huntline("agent", "list", "--data", tmp_path).stdout
        listed = json.loads(huntline("agent", "list", "--json", "--data", tmp_path).stdout)
        shown = json.loads(huntline("agent", "show", "AMAL@contoso.com", "--json", "--data", tmp_path).stdout)
        people = huntline("agent", "show", "amal@contoso.com", "--data", tmp_path).stdout
        nobody = huntline("agent", "show", "amel@contoso.com", "--data", tmp_path).stderr
    assert table.count("ready") == 2, "the state, and why"
    assert [agent["upn"] for agent in listed] == ["amal@contoso.com"]
    assert (shown["state"], [queue["name"] for queue in shown["queues"]]) == ("ready", ["Help Desk", "Sales"])
    assert "Amal Haddad" in people
    assert "there is no user 'amel@contoso.com'; did you mean amal@contoso.com?" in nobody


def test_without_a_server_people_are_told_how_to_start_one(tmp_path: Path) -> None:
    done = huntline("status", "--data", tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        f"huntline: no server is running on {tmp_path}; start it with: huntline serve --data {tmp_path}\n"
    )


def test_a_wrong_word_is_status_2(tmp_path: Path) -> None:
    assert huntline("dance").returncode == 2
    assert huntline("status", "--jsno", "--data", tmp_path).returncode == 2


def test_a_wrong_setting_is_one_line_and_status_1(tmp_path: Path) -> None:
    done = huntline("serve", "--data", tmp_path, "--sip", "udp:here")
    assert done.returncode == 1
    assert done.stderr.startswith("huntline: --sip: ")
    assert done.stderr.count("\n") == 1
