"""What is followed live, and decided live, through the API of a running server."""

from __future__ import annotations

import json
import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from huntline.cli.api_client import path_of, remote_api
from huntline.web.paths import API_PATH

from .office import Office
from .reactor import Reactor
from .server import Server
from .stories import a_moment, desk, talk

pytestmark = pytest.mark.scenario

PATIENCE = 10.0  # seconds
SILENCE = 30.0  # seconds: two heartbeats
Event = tuple[str, dict[str, Any]]


class Follower:
    """Reads a stream of server-sent events in a thread; ``end`` comes out when the server has ended it."""

    def __init__(self, office: Office, key: str, path: str = "/live/events") -> None:
        self._events: queue.Queue[Event] = queue.Queue()
        self._client = httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=SILENCE)
        url = f"http://127.0.0.1:{office.server.http_port}{API_PATH}{path}"
        self._response = self._client.send(self._client.build_request("GET", url), stream=True)
        assert self._response.status_code == 200
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def next(self) -> Event:
        """The next event."""
        return self._events.get(timeout=PATIENCE)

    def until(self, wanted: Callable[[dict[str, Any]], object]) -> list[dict[str, Any]]:
        """All changes up to the first that fits."""
        seen: list[dict[str, Any]] = []
        while not seen or not wanted(seen[-1]):
            kind, news = self.next()
            assert kind == "change"
            seen.append(news)
        return seen

    def close(self) -> None:
        """Look on no longer."""
        self._response.close()
        self._client.close()
        self._thread.join(PATIENCE)

    def _read(self) -> None:
        kind = ""
        try:
            for line in self._response.iter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    kind = value
                elif name == "data" and kind != "alive":
                    self._events.put((kind, json.loads(value)))
        except (httpx.HTTPError, httpx.StreamError):
            kind = ""  # cut off; what has come is there
        self._events.put(("end", {}))


def key_of(office: Office, name: str, *arguments: str) -> str:
    """The API key of a new account of the office."""
    words = ("account", "create", name, *arguments, "--organization", office.name, "--json")
    key: str = json.loads(office.server.run(*words).stdout)["key"]
    return key


@contextmanager
def following(office: Office, key: str, path: str = "/live/events") -> Iterator[Follower]:
    with closing(Follower(office, key, path)) as follower:
        yield follower


def states(changes: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    """The states of the calls in some changes, as they followed each other."""
    told = [(call["state"], call["agent"]) for change in changes for call in change["calls"]]
    return [state for number, state in enumerate(told) if number == 0 or told[number - 1] != state]


def test_a_call_is_followed_from_its_ring_to_its_end_and_only_at_home(
    office: Office, second_office: Office
) -> None:
    number, [amal] = desk(office, "amal")
    desk(second_office, "bao")
    agent_key = key_of(office, "amal", "--role", "agent", "--user", office.upn("amal"))
    with (
        following(office, key_of(office, "boss", "--role", "admin")) as boss,
        following(second_office, key_of(second_office, "boss", "--role", "admin")) as stranger,
        following(office, agent_key, "/me/live/events") as mine,
    ):
        kind, snapshot = boss.next()
        assert (kind, [each["name"] for each in snapshot["queues"]]) == ("snapshot", [office.queue_name()])
        assert [agent["state"] for agent in snapshot["agents"]] == ["ready"]
        assert stranger.next()[0] == "snapshot"
        assert mine.next()[0] == "snapshot"

        caller = office.caller().dial(number)
        ring = amal.wait_call()
        boss.until(lambda change: any(call["ringing"] == [office.upn("amal")] for call in change["calls"]))
        ring.answer()
        ring.wait_up()
        talking = ("talking", office.upn("amal"))
        changes = boss.until(lambda change: talking in states([change]))
        assert changes[-1]["calls"][0]["caller"] == "+12065550100"
        mine.until(lambda change: talking in states([change]))
        caller.hang_up()
        ring.wait_ended()
        assert boss.until(lambda change: change["calls_gone"])[-1]["calls"] == []
        mine.until(lambda change: change["calls_gone"])

        # Whatever the stranger hears next is what happens in the stranger's own office.
        second_office.server.agent("pause", second_office.upn("bao"), "--reason", "their own")
        kind, change = stranger.next()
        assert (kind, change["calls"], change["calls_gone"]) == ("change", [], [])
        assert [agent["upn"] for agent in change["agents"]] == [second_office.upn("bao")]


def test_each_agent_is_told_their_own_turn_and_it_moves_on_with_the_calls(office: Office) -> None:
    number = office.queue("amal", "bao", distribution="round-robin", alerting="one")
    office.open()
    amal, _ = office.agent("amal"), office.agent("bao")
    key = key_of(office, "bao", "--role", "agent", "--user", office.upn("bao"))
    with following(office, key, "/me/live/events") as mine:
        _, news = mine.next()
        while not news["queues"]:  # others still follow the server, and it was last told of a moment ago
            _, news = mine.next()
        assert [queue["turn"] for queue in news["queues"]] == [2]
        caller = office.caller().dial(number)
        ring = amal.wait_call()
        changes = mine.until(lambda change: any(queue["turn"] == 1 for queue in change["queues"]))
        assert not any(queue["next_agents"] for change in changes for queue in change["queues"])
        caller.hang_up()
        ring.wait_cancelled()


def test_colleagues_are_shown_with_what_they_do_now(office: Office) -> None:
    number = office.queue("amal")
    office.user("cara")
    office.user("dana")
    office.open()
    amal, _ = office.agent("amal"), office.agent("cara")
    key = key_of(office, "dana", "--role", "agent", "--user", office.upn("dana"))
    caller = office.caller().dial(number)
    ring = amal.wait_call()
    with remote_api(f"http://127.0.0.1:{office.server.http_port}", key, "api") as api:
        people = {each["upn"]: each for each in api.get("/me/colleagues")["people"]}
    caller.hang_up()
    ring.wait_cancelled()
    now = [(each["state"], each["is_reachable"]) for each in people.values()]
    assert list(people) == [office.upn("amal"), office.upn("cara")]
    assert now == [("ringing", True), (None, True)]


def test_presence_chosen_by_hand_goes_before_what_the_phone_publishes(office: Office) -> None:
    number, [amal, bao] = desk(office, "amal", "bao")
    assert bao.publish("dnd").status == 200
    server = f"http://127.0.0.1:{office.server.http_port}"
    key = key_of(office, "boss", "--role", "admin")
    with remote_api(server, key, "api") as api:
        api.put(path_of("users", office.upn("amal"), "presence"), {"presence": "do-not-disturb"})
        caller = office.caller().dial(number)
        caller.wait_answered()
        a_moment(caller)
        assert not amal.incoming
        assert not bao.incoming
        now = api.put(path_of("users", office.upn("bao"), "presence"), {"presence": "available"})
        assert (now["presence"], now["is_presence_chosen"]) == ("available", True)
        ring = bao.wait_call()
        now = api.put(path_of("users", office.upn("bao"), "presence"), {"presence": None})
        assert (now["presence"], now["is_presence_chosen"]) == ("do-not-disturb", False)
        ring.wait_cancelled()
        caller.hang_up()


@pytest.fixture
def own_office(hurt_server: Server, reactor: Reactor, tmp_path: Path) -> Iterator[Office]:
    """An office on a server that a story may hurt, and stops."""
    with closing(Office(hurt_server, reactor, tmp_path)) as office:
        desk(office, "amal")
        yield office


def test_streams_outlive_a_crash_of_signalling_and_end_when_the_server_stops(own_office: Office) -> None:
    server = own_office.server
    follower = Follower(own_office, key_of(own_office, "boss", "--role", "admin"))
    assert follower.next()[0] == "snapshot"
    (pid,) = [pid for pid, role in server.children().items() if role == "signalling"]
    os.kill(pid, signal.SIGKILL)
    assert follower.next()[0] == "gone"
    kind, snapshot = follower.next()
    assert (kind, [queue["name"] for queue in snapshot["queues"]]) == ("snapshot", [own_office.queue_name()])
    server.stop()
    while follower.next()[0] != "end":
        pass
    follower.close()
    server.start()  # the fixture stops it once more


def test_whoever_collects_metrics_is_told_of_each_call_once(office: Office) -> None:
    number = office.queue("amal")
    office.open()
    amal = office.agent("amal")
    key = key_of(office, "metrics", "--role", "auditor")
    url = f"http://127.0.0.1:{office.server.http_port}{API_PATH}/metrics"

    def told() -> dict[str, float]:
        text = httpx.get(url, headers={"Authorization": f"Bearer {key}"}).text
        samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        ours = [each for each in samples if each.labels.get("queue") == office.queue_name()]
        return {" ".join(filter(None, (each.name, each.labels.get("outcome")))): each.value for each in ours}

    caller, ring = talk(office.caller(), number, amal)
    assert told()["huntline_queue_talking_calls"] == 1
    caller.hang_up()
    ring.wait_ended()
    office.calls()
    now = told()
    assert now["huntline_queue_talking_calls"] == 0
    assert now["huntline_queue_calls_total answered"] == 1
    assert now["huntline_queue_wait_seconds_count answered"] == 1
