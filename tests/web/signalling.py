"""A signalling process made by hand: the control socket with what a test wants behind it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from huntline.control.server import ControlServer, Handler
from tests.web.rig import ServerRig

Item = dict[str, Any]
AT = "2026-11-23T12:00:00+00:00"
RESOURCES: Item = dict.fromkeys(
    (
        *("legs", "registrations", "subscriptions", "media_legs", "media_ports"),
        *("turned_away", "datagrams_lost"),
    ),
    0,
)
UNUSED: Item = {
    "calls": 0,
    "registrations": 0,
    "refused": {"max_calls": 0, "max_calls_per_second": 0, "max_registrations": 0},
}


class FakeSignalling:
    """Answers as the signalling process does, from ``snapshot``; ``asked`` has what it was told to do."""

    def __init__(self, rig: ServerRig) -> None:
        self._rig = rig
        parts = ("queues", "agents", "calls", "mailboxes", "trunks")
        self.snapshot: dict[str, Any] = {"at": AT, **{part: [] for part in parts}, "resources": RESOURCES}
        self.trunk_state: Item | None = None
        self.trunk_steps: list[Item] = []
        self.asked: list[Item] = []
        self.alarms: list[Item] = []
        self.usage: dict[str, Item] = {}  # by organization
        self.counts: Item = {"up_to": [5.0], "ended": [], "refused": []}
        self.watches = 0
        self.server = ControlServer(rig.backstage.config.control_socket, self.handlers())

    def handlers(self) -> dict[str, Handler]:
        """What every request does."""
        noted = (
            "settings-changed",
            "opt-out",
            "opt-in",
            "pause",
            "resume",
            "choose-presence",
            "voicemail-changed",
        )
        return {
            **dict.fromkeys(noted, self._note),
            "status": lambda request: self.snapshot,
            "call-counts": lambda request: self.counts,
            "watch": self._watch,
            "agent": self._agent,
            "phone-credential": lambda request: self._credential(request, f"sip:{request['upn']}"),
            "guest-credential": lambda request: self._credential(request, "sip:test-call@contoso.com"),
            "people": self._people,
            "toll-alarms": self._toll_alarms,
            "quota-usage": lambda request: self.usage.get(request["organization_id"], UNUSED),
            "trunk-state": self._trunk,
            "trunk-test": lambda request: {"steps": self.trunk_steps} if self.trunk_steps else {},
        }

    def _toll_alarms(self, request: Item) -> Item:
        wanted = request["organization_id"]
        return {"alarms": [each for each in self.alarms if each["organization_id"] == wanted]}

    def _trunk(self, request: Item) -> Item:
        """What the test has put in, else a trunk of that name of which nothing is known yet."""
        if self.trunk_state is not None:
            return self.trunk_state
        state = {"name": request["name"], "state": "unknown", "registered_until": None, "calls": 0}
        return {**state, "why": None, "hosts": []}

    def queue(self, queue_id: str, name: str, organization_id: str | None = None, **fields: Any) -> Item:
        """A queue as status tells it."""
        return {
            "id": queue_id,
            "name": name,
            "organization_id": organization_id or self._rig.contoso,
            "waiting": 0,
            "longest_waiting_since": None,
            "longest_wait_s": None,
            "talking": 0,
            "agents_ready": 1,
            "takes_turns": True,
            "next_agent_ids": [],
            "next_agents": [],
            **fields,
        }

    def agent(
        self, agent_id: str, upn: str, *queue_ids: str, organization_id: str = "", **fields: Any
    ) -> Item:
        """An agent as status tells it."""
        return {
            "id": agent_id,
            "upn": upn,
            "display_name": upn.partition("@")[0].title(),
            "organization_id": organization_id or self._rig.contoso,
            "state": "ready",
            "why": {"kind": "ready"},
            "presence": "available",
            "since": AT,
            "until": None,
            "queues": [f"queue {queue_id}" for queue_id in queue_ids],
            "queue_ids": list(queue_ids),
            "opted_out": [],
            **fields,
        }

    def call(self, call_id: str, queue_id: str | None, *agent_ids: str, **fields: Any) -> Item:
        """A call as status tells it."""
        return {
            "call_id": call_id,
            "caller": "+14255550123",
            "organization_id": self._rig.contoso,
            "queue": f"queue {queue_id}" if queue_id else None,
            "queue_id": queue_id,
            "state": "waiting",
            "position": 1,
            "arrived_at": AT,
            "waiting_since": AT,
            "waited_s": 1.0,
            "agent": None,
            "agent_ids": list(agent_ids),
            "ringing": [f"{agent_id}@contoso.com" for agent_id in agent_ids],
            "legs": [{"party": "caller", "address": "203.0.113.7:5060", "state": "confirmed"}],
            **fields,
        }

    def news(self, **parts: list[Any]) -> dict[str, Any]:
        """A change as watchers get it."""
        kinds = ("queues", "agents", "calls", "mailboxes")
        nothing: dict[str, list[Any]] = {f"{kind}{end}": [] for kind in kinds for end in ("", "_gone")}
        return {"at": AT, **nothing, **parts}

    def _note(self, request: Item) -> Item:
        self.asked.append({key: value for key, value in request.items() if key != "id"})
        return {}

    def _credential(self, request: Item, uri: str) -> Item:
        self._note(request)
        return {
            "uri": uri,
            "display_name": "Somebody",
            "username": "who.1.1790000600",
            "password": "made up",
            "expires_at": AT,
        }

    def _watch(self, request: Item) -> Item:
        self.watches += 1
        return self.snapshot

    def _agent(self, request: Item) -> Item:
        upn = request["upn"]
        found = next((agent for agent in self.snapshot["agents"] if agent["upn"] == upn), None)
        return {"presence": "available", "is_presence_chosen": False, "agent": found}

    def _people(self, request: Item) -> Item:
        now = {"presence": "available", "state": None, "is_reachable": False}
        states = {agent["id"]: agent["state"] for agent in self.snapshot["agents"]}
        return {
            "people": {
                user_id: now | {"state": states.get(user_id), "is_reachable": user_id in states}
                for user_id in request["user_ids"]
            }
        }


@contextmanager
def signalling(rig: ServerRig) -> Iterator[FakeSignalling]:
    """A fake that answers from a thread of its own."""
    fake = FakeSignalling(rig)
    with asyncio.Runner() as runner:
        runner.run(fake.server.start())
        loop = runner.get_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            yield fake
        finally:
            asyncio.run_coroutine_threadsafe(fake.server.close(), loop).result(5)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(5)
