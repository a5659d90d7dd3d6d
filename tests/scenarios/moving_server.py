"""The server of a cluster as stories know servers, wherever it is."""

from __future__ import annotations

import subprocess

from .cluster import CLUSTER_HOST, OFFICE, SERVER, TLS_PORT, Cluster
from .commands import Commands
from .server import Server


class _OwnersCommands(Commands):
    """Commands on whichever machine serves."""

    def __init__(self, machines: Cluster) -> None:
        self._machines = machines

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        *words, _, _ = arguments  # the data folder is where it is on all machines
        return self._machines.owner.tried(*words)


class MovingServer(Server):
    """The server of a cluster that runs; its phones are in the office."""

    def __init__(self, machines: Cluster) -> None:
        super().__init__(machines.machines[0].folder, _OwnersCommands(machines), host=OFFICE)
        self._machines = machines
        self.tls_port = TLS_PORT

    @property
    def address(self) -> tuple[str, int]:
        return SERVER, 5060

    @property
    def pages(self) -> str:
        return f"http://{CLUSTER_HOST}:8080"

    @property
    def pid(self) -> int:
        return self._machines.owner.supervisor()

    def children(self) -> dict[int, str]:
        return self._machines.owner.children()

    def log_text(self) -> str:
        return "".join(machine.log.read_text(errors="replace") for machine in self._machines.machines)
