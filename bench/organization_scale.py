#!/usr/bin/env python
"""How a large organization is changed and read: `.venv/bin/python bench/organization_scale.py [--users N]`.

Starts `huntline serve` on a new data folder and free ports of 127.0.0.1, applies an organization file with
users, nested groups and queues, changes one thing at a time through the API, and meanwhile sends a SIP
OPTIONS every 10 ms: its longest answer is how long calls were kept waiting.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from huntline.cli.api_client import Api, path_of, remote_api
from huntline.config import Config
from huntline.control.client import ControlClient
from huntline.processes.run_file import read_run

HUNTLINE = [sys.executable, "-m", "huntline"]
DEPTH = 5
REPEATS = 5
START_TIME_LIMIT = 120.0  # seconds
OPTIONS_GAP = 0.01  # seconds
Settings = dict[str, Any]


def organization(users: int, groups: int, queues: int) -> Settings:
    """Everybody may be an agent; groups stand in chains of five, a queue rings five users and one chain.

    The first few users are in nothing, so that they can be removed.
    """
    upns = [f"user{number:05d}@contoso.com" for number in range(users)]
    agents = upns[REPEATS:]
    per_group = max(users // groups, 1)
    return {
        "organization": "Contoso",
        "domains": ["contoso.com"],
        "numbers": [{"number": f"+1425{n:07d}", "kind": "service-toll"} for n in range(queues)],
        "users": [
            {
                "upn": upn,
                "display_name": f"Person {number}",
                "licences": ["E5"],
                "voice_enabled": True,
                "sip_password": f"secret {number}",
            }
            for number, upn in enumerate(upns)
        ],
        "groups": [_group(number, groups, agents, per_group) for number in range(groups)],
        "queues": [
            {
                "name": f"Queue {number}",
                "line_uri": f"tel:+1425{number:07d}",
                "agents": [agents[(number * 7 + place) % len(agents)] for place in range(5)],
                "groups": [f"Group {number * DEPTH % groups}"],
                "agent_limit": 200,
            }
            for number in range(queues)
        ],
    }


def _group(number: int, groups: int, upns: list[str], size: int) -> Settings:
    members = upns[number * size : (number + 1) * size]
    if (number + 1) % DEPTH and number + 1 < groups:
        members = [*members, f"Group {number + 1}"]
    return {"name": f"Group {number}", "kind": "security-group", "members": members}


class Server:
    """One running server on a data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.sip, self.http = _free_port(socket.SOCK_DGRAM), _free_port(socket.SOCK_STREAM)
        command = [*HUNTLINE, "serve", "--data", str(data), "--sip", f"udp:127.0.0.1:{self.sip}"]
        command += ["--http", f"127.0.0.1:{self.http}", "--log-level", "warning"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("Huntline is ready"):
                return
        raise SystemExit("huntline serve did not start")

    def run(self, *arguments: str) -> str:
        """What a command says."""
        command = [*HUNTLINE, *arguments, "--data", str(self.data)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def parts(self) -> dict[str, int]:
        """The process ids of signalling, media and web."""
        run = read_run(self.data)
        return {name: child.pid for name, child in run.children.items()} if run else {}

    def cpu(self) -> dict[str, float]:
        """Processor time that each part has used, in ms."""
        tick = 1000 / os.sysconf("SC_CLK_TCK")
        stats = {name: Path(f"/proc/{pid}/stat").read_text() for name, pid in self.parts().items()}
        times = {name: stat.rpartition(") ")[2].split()[11:13] for name, stat in stats.items()}
        return {name: sum(map(int, each)) * tick for name, each in times.items()}

    def stop(self) -> None:
        """End it."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Pulse:
    """Sends OPTIONS all the time; ``longest`` is the longest round trip since ``start``, in seconds."""

    def __init__(self, port: int) -> None:
        self._server = ("127.0.0.1", port)
        self._is_running = True
        self.longest = 0.0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def start(self) -> None:
        """Forget what was."""
        self.longest = 0.0

    def stop(self) -> None:
        """End."""
        self._is_running = False
        self._thread.join()

    def _run(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.bind(("127.0.0.1", 0))
            link.settimeout(10)
            port = link.getsockname()[1]
            number = 0
            while self._is_running:
                number += 1
                began = time.perf_counter()
                link.sendto(_options(port, number, self._server[1]), self._server)
                answer = link.recv(65535)
                while f"CSeq: {number} ".encode() not in answer:
                    answer = link.recv(65535)
                self.longest = max(self.longest, time.perf_counter() - began)
                time.sleep(OPTIONS_GAP)


def _options(port: int, number: int, server: int) -> bytes:
    lines = [
        f"OPTIONS sip:127.0.0.1:{server} SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKpulse{number};rport",
        "Max-Forwards: 70",
        "From: <sip:pulse@127.0.0.1>;tag=pulse",
        f"To: <sip:127.0.0.1:{server}>",
        f"Call-ID: pulse-{port}",
        f"CSeq: {number} OPTIONS",
        "Content-Length: 0",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


class Table:
    """Figures as they come: times, processor time of signalling and web for one turn (which does not depend
    on what else the machine does), and the longest stall of signalling meanwhile."""

    def __init__(self, server: Server, pulse: Pulse) -> None:
        self._server = server
        self._pulse = pulse
        columns = f"{'median ms':>10} {'worst ms':>9} {'signalling':>11} {'web CPU ms':>11} {'stall ms':>9}"
        print(f"{'what':42} {columns}")

    def time(self, what: str, do: Callable[[int], object], repeats: int = REPEATS) -> None:
        """Do something so many times, told which time it is."""
        took = []
        cpu = self._server.cpu()
        self._pulse.start()
        for turn in range(repeats):
            began = time.perf_counter()
            do(turn)
            took.append((time.perf_counter() - began) * 1000)
        stall = self._pulse.longest * 1000
        used = {name: (after - cpu[name]) / repeats for name, after in self._server.cpu().items()}
        times = f"{statistics.median(took):10.0f} {max(took):9.0f}"
        print(f"{what:42} {times} {used['signalling']:11.0f} {used['web']:11.0f} {stall:9.0f}", flush=True)


def measure(server: Server, file: Path, settings: Settings, table: Table) -> None:
    """All figures but memory."""
    table.time("huntline apply, the first time", lambda turn: server.run("apply", str(file)), 1)
    table.time("huntline apply, nothing changed", lambda turn: server.run("apply", str(file)), 1)
    settings["queues"][0]["wrap_up"] = 5
    _write(file, settings)
    table.time("huntline apply, one queue changed", lambda turn: server.run("apply", str(file)), 1)
    arguments = ("--role", "admin", "--json")
    key = json.loads(server.run("account", "create", "bench", *arguments))["key"]
    with ControlClient(Config(data=server.data).control_socket) as control:
        table.time("control socket: status", lambda turn: control.request("status"))
    with remote_api(f"http://127.0.0.1:{server.http}", key, "api") as api:
        changes(api, settings, table)
        reads(api, table)


def changes(api: Api, settings: Settings, table: Table) -> None:
    """Each is in force when it is answered."""
    queue, user = path_of("queues", "Queue 7"), path_of("users", settings["users"][77]["upn"])
    members = settings["groups"][4]["members"]
    group = path_of("groups", "Group 4")
    table.time("PATCH a queue: wrap_up", lambda turn: api.patch(queue, {"wrap_up": turn + 10}))
    agents = [user["upn"] for user in settings["users"][50:100]]
    table.time("PATCH a queue: 50 agents", lambda turn: api.patch(queue, {"agents": agents[turn:]}))
    table.time("PATCH a user: display_name", lambda turn: api.patch(user, {"display_name": f"Person {turn}"}))
    table.time(
        "PATCH a group: one member less", lambda turn: api.patch(group, {"members": members[turn + 1 :]})
    )
    upns = [f"new{turn}@contoso.com" for turn in range(REPEATS)]
    newcomer = {"licences": ["E5"], "voice_enabled": True, "sip_password": "secret"}
    table.time("POST a user", lambda turn: api.post("/users", {"upn": upns[turn]} | newcomer))
    table.time("DELETE the last user", lambda turn: api.delete(path_of("users", upns[-turn - 1])))
    table.time(
        "DELETE the first user", lambda turn: api.delete(path_of("users", settings["users"][turn]["upn"]))
    )
    table.time("POST a queue", lambda turn: api.post("/queues", {"name": f"New {turn}", "agents": agents}))
    table.time("DELETE a queue", lambda turn: api.delete(path_of("queues", f"New {turn}")))


def reads(api: Api, table: Table) -> None:
    """Lists, searches, and who serves a queue."""
    table.time("GET /users, the first 100", lambda turn: api.get("/users"))
    table.time("GET /users, 1,000 from 5,000 on", lambda turn: api.get("/users", limit=1000, offset=5000))
    table.time("GET /users?search=", lambda turn: api.get("/users", search="person 777"))
    table.time("GET /groups, all", lambda turn: api.get("/groups", limit=1000))
    table.time("GET /queues, all", lambda turn: api.get("/queues", limit=1000))
    agents = path_of("queues", "Queue 9", "agents")
    print(f"  agents of Queue 9: {len(api.get(agents)['agents'])}")
    table.time("GET /queues/X/agents", lambda turn: api.get(agents))


def memory(server: Server, when: str) -> None:
    """Resident and proportional memory of each process."""
    for name, pid in server.parts().items():
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        sizes = {field: int(kilobytes) / 1024 for field, kilobytes in re.findall(r"(\w+): +(\d+) kB", rollup)}
        print(f"memory {when}: {name:12} RSS {sizes['Rss']:6.0f} MB  PSS {sizes['Pss']:6.0f} MB")


def _write(file: Path, settings: Settings) -> None:
    file.write_text(yaml.dump(settings, Dumper=yaml.CSafeDumper, sort_keys=False))


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    server = Server(folder)
    try:
        yield server
    finally:
        server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("users", 10_000), ("groups", 500), ("queues", 200)):
        parser.add_argument(f"--{name}", type=int, default=default)
    wanted = parser.parse_args()
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, load {load}")
    settings = organization(wanted.users, wanted.groups, wanted.queues)
    with tempfile.TemporaryDirectory(prefix="huntline-bench-") as folder:
        file = Path(folder) / "organization.yaml"
        _write(file, settings)
        with running(Path(folder) / "data") as server:
            memory(server, "empty")
            pulse = Pulse(server.sip)
            try:
                measure(server, file, settings, Table(server, pulse))
            finally:
                pulse.stop()
            memory(server, "full")
        began = time.perf_counter()
        with running(Path(folder) / "data") as server:
            print(f"start with all of it: {(time.perf_counter() - began) * 1000:.0f} ms")
            memory(server, "after start")


if __name__ == "__main__":
    main()
