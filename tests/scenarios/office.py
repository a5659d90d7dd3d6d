"""One story's own organisation, with its phones and callers, on a server that other stories use too."""

from __future__ import annotations

import itertools
import json
import os
import time
from pathlib import Path
from typing import Any

import yaml

from . import tones
from .phone import Phone
from .reactor import Reactor
from .server import Json, Server

_numbers = itertools.count(1)
Settings = dict[str, Any]


class Office:
    """An organisation that no other story sees: its own domain and numbers, the server's address as trunk."""

    def __init__(self, server: Server, reactor: Reactor, folder: Path) -> None:
        self.server, self.reactor, self.folder = server, reactor, folder
        serial = next(_numbers)
        worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        self.name, self.domain = f"Story {serial}", f"story{serial}.test"
        self._prefix = f"+1425{worker}{serial:03d}"
        self.phones: list[Phone] = []
        self._tones = itertools.cycle((tones.AGENT, tones.SECOND_AGENT, tones.THIRD_AGENT))
        self.settings: Settings = {
            "organization": self.name,
            "domains": [self.domain],
            "dialling": {"country": "US", "may_dial": "international"},
            "trunks": [{"name": "provider", "addresses": [server.host]}],
            "numbers": [],
            "users": [],
            "groups": [],
            "queues": [],
        }

    # The organisation file

    def user(self, name: str, **settings: Any) -> str:
        """Add a user with the password ``secret``; the UPN."""
        upn = self.upn(name)
        entry = {"upn": upn, "display_name": name.title(), "licences": ["E5"], "voice_enabled": True}
        self.settings["users"].append(entry | {"sip_password": "secret"} | settings)
        return upn

    def queue(self, *agents: str, name: str = "", **settings: Any) -> str:
        """Add a queue, its number and those of its agents that are no users yet; the number."""
        position = len(self.settings["queues"])
        number = f"{self._prefix}{position:03d}"
        known = {user["upn"] for user in self.settings["users"]}
        for agent in agents:
            if self.upn(agent) not in known:
                self.user(agent)
        self.settings["numbers"].append({"number": number, "kind": "service-toll"})
        entry = {"name": name or self.queue_name(position), "line_uri": f"tel:{number}"}
        self.settings["queues"].append(entry | {"agents": [self.upn(agent) for agent in agents]} | settings)
        return number

    @property
    def personal_number(self) -> str:
        """A number of the organisation's range that no queue has."""
        return f"{self._prefix}900"

    def queue_name(self, position: int = 0) -> str:
        """The name of the first, second ... queue, unless another was given: no other story has it."""
        return f"{self.name} desk {position}"

    def upn(self, name: str) -> str:
        return f"{name}@{self.domain}"

    def write(self) -> Path:
        file = self.folder / "organisation.yaml"
        file.write_text(yaml.safe_dump(self.settings, sort_keys=False))
        return file

    def open(self) -> str:
        """Apply the organisation; what the command printed."""
        return self.server.apply(self.write())

    # Its people

    def agent(self, name: str, *, is_registered: bool = True, **options: Any) -> Phone:
        """A user's phone, registered."""
        options = {"tone": next(self._tones)} | options
        phone = self._phone(name, domain=self.domain, password="secret", **options)
        if is_registered:
            response = phone.register()
            assert response.status == 200, f"REGISTER of {name}: {response.start}"
        return phone

    def caller(self, number: str = "+12065550100", **options: Any) -> Phone:
        """Somebody outside, whose calls come through the trunk."""
        return self._phone(number, **options)

    def _phone(self, user: str, **options: Any) -> Phone:
        options = {"host": self.server.host, "server": self.server.address} | options
        phone = Phone(self.reactor, user=user, **options)
        self.phones.append(phone)
        return phone

    def close(self) -> None:
        """Hang up, sign out and give the sockets back.

        Callers first: an agent who hung up before them would be rung for who waits, and be gone when that
        ring is taken back, which the server would go on trying for 32 seconds (RFC 3261 section 9.1).
        """
        try:
            for phone in sorted(self.phones, key=lambda phone: phone.is_registered):
                phone.leave()
        finally:
            for phone in self.phones:
                phone.close()

    # What the server says about it

    def calls(self, count: int = 1, timeout: float = 6.0) -> list[Json]:
        """The history of this organisation's queues, oldest first, once it has so many calls."""
        names = {queue["name"] for queue in self.settings["queues"]}
        deadline = time.monotonic() + timeout
        while True:
            found = [call for call in self.server.history() if call["queue"] in names]
            if len(found) >= count:
                return sorted(found, key=lambda call: str(call["arrived_at"]))
            assert time.monotonic() < deadline, f"{len(found)} of {count} calls in the history of {names}"

    def refused(self, count: int = 1, timeout: float = 6.0) -> list[Json]:
        """The refused calls of this organisation, the newest first, once there are so many."""
        deadline = time.monotonic() + timeout
        while True:
            answer = json.loads(self.server.run("history", "--refused", "--json").stdout)
            found = [call for call in answer["refused_calls"] if call["organization"] == self.name]
            if len(found) >= count:
                return found
            assert time.monotonic() < deadline, f"{len(found)} of {count} refused calls"

    def wait_reason(self, name: str, reason: str) -> None:
        """Wait until the status says why somebody is not rung."""
        upn = self.upn(name)
        self.server.wait_status(
            lambda status: any(each["upn"] == upn and reason in each["reason"] for each in status["agents"]),
            f"{name}: {reason}",
        )

    def agent_state(self, name: str) -> str:
        return str(self._agent(name)["state"])

    def opted_out(self, name: str) -> list[str]:
        """The queues that an agent takes no calls of."""
        return list(self._agent(name)["opted_out"])

    def wait_talking(self, count: int) -> None:
        """Wait until so many callers of its queues talk, and signalling knows: media connects two parties a
        moment before, so they may hear each other already."""

        def talk(status: Json) -> bool:
            ours = (queue["talking"] for queue in status["queues"] if queue["organization"] == self.name)
            return bool(sum(ours) == count)

        self.server.wait_status(talk, f"{count} callers of {self.name} talk")

    def _agent(self, name: str) -> Json:
        agents: list[Json] = self.server.status()["agents"]
        return next(agent for agent in agents if agent["upn"] == self.upn(name))
