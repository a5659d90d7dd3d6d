"""Three machines with one server, at a switch, and phones beside them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huntline.control.client import ControlClient
from huntline.data_folder import CLUSTER_SOCKET, FILE_NAME
from huntline.errors import HuntlineError
from tests.fakes.certificates import Authority
from tests.postgresql import PostgresqlServer, postgresql_server

from .machines import ip, machines, processes_on

_NETWORK = f"10.97.{os.getpid() % 250}"
SERVER = f"{_NETWORK}.10"
"""The moving address."""
OFFICE = f"{_NETWORK}.100"
"""That of the phones."""

CLUSTER_HOST = "cluster.localhost"
"""Its name, for browsers."""
TLS_PORT = 5061

_SETTINGS = f"""\
database = "{{database}}"
sip = ["udp:{SERVER}:5060", "tcp:{SERVER}:5060", "tls:{SERVER}:{TLS_PORT}", "ws:{SERVER}:5062"]
certificate = "{{certificate}}"
http = "{SERVER}:8080"
page_origins = "http://{CLUSTER_HOST}:8080"
media_address = "{SERVER}"
media_ports = "20000-20800"
"""


def until(ready: Callable[[], bool], within: float, what: str) -> None:
    """Wait for something that only asking can tell."""
    deadline = time.monotonic() + within
    while not ready():
        assert time.monotonic() < deadline, f"not within {within:g} s: {what}"
        time.sleep(0.05)


@dataclass
class Machine:
    """One machine. Its data folder has the same path on all, as far as its own processes see."""

    name: str
    own: str
    cable: str
    folder: Path
    log: Path
    booted_before: int
    """Seconds: its monotonic clock is another one than that of other machines."""
    release: Path | None = None
    """Where the code of another release is, if that is to run there."""
    _serving: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def _data(self) -> Path:
        return self.folder.parent / "data"

    def _command(self, *words: str) -> list[str]:
        inside = f'mount --bind "{self.folder}" "{self._data}" && exec "$@"'
        clock = ["unshare", "--time", "--fork", "--kill-child", "--monotonic", str(self.booted_before)]
        own = [*clock, sys.executable, "-m", "huntline", *words, "--data", str(self._data)]
        return ["ip", "netns", "exec", self.name, "sh", "-ec", inside, "sh", *own]

    def run(self, *words: str) -> str:
        """What a command of Huntline prints on this machine."""
        done = self.tried(*words)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def refused(self, *words: str) -> str:
        """What a command says that is refused."""
        done = self.tried(*words)
        assert done.returncode == 1, done.stdout
        return done.stderr

    def tried(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What becomes of a command of Huntline on this machine."""
        return subprocess.run(self._command(*words), capture_output=True, text=True, timeout=60, check=False)

    def serve(self) -> None:
        """Start ``huntline serve``."""
        environment = os.environ | ({"PYTHONPATH": str(self.release)} if self.release else {})
        with self.log.open("ab") as log:
            self._serving.append(
                subprocess.Popen(self._command("serve"), stdout=log, stderr=log, env=environment)
            )

    def state(self) -> dict[str, Any]:
        """What ``huntline cluster --json`` says here; empty while nobody answers."""
        with contextlib.suppress(HuntlineError), ControlClient(self.folder / CLUSTER_SOCKET, 2.0) as client:
            return client.request("status")
        return {}

    def supervisor(self) -> int:
        """The process id of its supervisor. Raises StopIteration where none lives."""
        return next(pid for pid in processes_on(self.name) if _is_supervisor(pid))

    def children(self) -> dict[int, str]:
        """Its processes that the supervisor starts: process id and role."""
        found = json.loads((self.folder / "processes.json").read_text())["children"]
        return {child["pid"]: name for name, child in found.items()}

    def shut_down(self) -> None:
        """End ``huntline serve`` as systemd does."""
        os.kill(self.supervisor(), signal.SIGTERM)
        self._wait()

    def lose(self) -> None:
        """Its power fails."""
        ip("link", "set", self.cable, "down")
        self._signal(signal.SIGKILL)
        self._wait()
        with contextlib.suppress(subprocess.CalledProcessError):
            ip("-n", self.name, "addr", "del", f"{SERVER}/24", "dev", "eth0")

    def come_back(self) -> None:
        """It is started anew."""
        ip("link", "set", self.cable, "up")
        self.serve()

    def freeze(self) -> None:
        """Nothing runs on it."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """All runs again."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """End all that runs on it."""
        self._signal(signal.SIGKILL)
        self._wait()

    def _signal(self, number: signal.Signals) -> None:
        for pid in processes_on(self.name):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _wait(self) -> None:
        while self._serving:
            self._serving.pop().wait()


def _is_supervisor(pid: int) -> bool:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return b"serve" in words and b"unshare" not in words


class Cluster:
    """The machines, in the order in which they join; and their database."""

    def __init__(
        self, machines: list[Machine], database: PostgresqlServer, name: str, authority: Authority
    ) -> None:
        """``authority`` has issued the certificate of the server."""
        self.machines, self.database, self._name = machines, database, name
        self.authority = authority

    @property
    def recorded(self) -> int:
        """How many calls are in the history."""
        return int(self.database.tell("SELECT count(*) FROM calls", self._name)[0][0])

    @property
    def owner(self) -> Machine:
        """Who serves, as the machines that answer say."""
        said = [owner for machine in self.machines if (owner := machine.state().get("owner"))]
        assert said
        return next(machine for machine in self.machines if machine.own == said[0])

    def wait_whole(self) -> None:
        """Wait until somebody serves, and all others have what lives."""

        def is_whole() -> bool:
            states = [machine.state() for machine in self.machines]
            serving = sum(state.get("is_owner", False) for state in states)
            return serving == 1 and all(states) and all(_is_well(state) for state in states)

        until(is_whole, 30, "a whole cluster with one machine that serves")


def _is_well(state: dict[str, Any]) -> bool:
    nodes = state["nodes"]
    return state["owner"] is not None and all(
        node["heard_s_ago"] is not None
        and node["heard_s_ago"] < 1
        and (node["is_witness"] or node["bytes_behind"] == 0)
        for node in nodes
    )


@contextlib.contextmanager
def cluster(folder: Path, organization: str, *, has_witness: bool = True) -> Iterator[Cluster]:
    """A cluster of three machines, the last one a witness or not, set up by the commands that a person would
    use."""
    (folder / "data").mkdir()
    with postgresql_server() as database, machines("c1", "c2", "c3") as names, _switch(names) as cables:
        made = [
            Machine(
                name,
                f"{_NETWORK}.{number}",
                cable,
                folder / f"m{number}",
                folder / f"log{number}",
                number * 100_000,
            )
            for number, (name, cable) in enumerate(zip(names, cables, strict=True), 1)
        ]
        for machine in made:
            machine.folder.mkdir(mode=0o700)
        try:
            url, authority = database.new_database(), Authority(folder)
            issued = authority.issue(SERVER)
            chain, key = issued.chain.rename(folder / "server.crt"), issued.key.rename(folder / "server.key")
            settings = _SETTINGS.format(database=url.text, certificate=f"{chain}:{key}")
            (made[0].folder / FILE_NAME).write_text(settings)
            _set_up(made, folder, organization, has_witness=has_witness)
            yield Cluster(made, database, url.name, authority)
        finally:
            for machine in made:
                machine.close()


def _set_up(made: list[Machine], folder: Path, organization: str, *, has_witness: bool) -> None:
    first, *others = made
    words = ("--own", first.own, "--address", f"{SERVER}/24", "--interface", "eth0")
    token = first.run("cluster", "init", *words).split(" join ")[1].split()[1]
    first.serve()
    until(lambda: first.state().get("owner") == first.own, 30, "the first machine serves")
    for machine in others:
        how = ["--witness"] if has_witness and machine is others[-1] else ["--interface", "eth0"]
        machine.run("cluster", "join", first.own, token, "--own", machine.own, *how)
        machine.serve()
        until(lambda machine=machine: bool(machine.state().get("owner")), 30, "a machine has joined")  # type: ignore[misc]
    (folder / "organization.yaml").write_text(organization)
    first.run("apply", str(folder / "organization.yaml"))


@contextlib.contextmanager
def _switch(names: list[str]) -> Iterator[list[str]]:
    """A switch that all machines and this one are connected to."""
    switch = f"hls{os.getpid()}"
    cables = [f"hlc{os.getpid()}{number}" for number in range(len(names))]
    try:
        ip("link", "add", switch, "type", "bridge")
        ip("addr", "add", f"{OFFICE}/24", "dev", switch)
        ip("link", "set", switch, "up")
        for number, (name, cable) in enumerate(zip(names, cables, strict=True), 1):
            ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
            ip("link", "set", cable, "master", switch, "up")
            ip("-n", name, "addr", "add", f"{_NETWORK}.{number}/24", "dev", "eth0")
            ip("-n", name, "link", "set", "eth0", "up")
        yield cables
    finally:
        for each in (*cables, switch):
            with contextlib.suppress(subprocess.CalledProcessError):
                ip("link", "del", each)
