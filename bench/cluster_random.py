#!/usr/bin/env python3
"""Random faults of a cluster under mixed calls, and a balance at the end: ``bench/cluster_random.py``.

Runs as root: the machines are network namespaces. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from bench.cluster import FAULTS  # noqa: E402
from tests.scenarios.cluster import OFFICE, SERVER, Cluster, cluster  # noqa: E402
from tests.scenarios.commands import Commands  # noqa: E402
from tests.scenarios.machines import has_address  # noqa: E402
from tests.scenarios.reactor import Reactor  # noqa: E402
from tests.scenarios.server import Json, Server  # noqa: E402
from tests.scenarios.soak import Plan, Soak  # noqa: E402

_SHORTEST, _LONGEST = 0.5, 5.0
"""Seconds for which what comes back is away."""
_SPACE = 6.0
"""Seconds between two faults, on average, with a whole cluster before each."""


class OwnersCommands(Commands):
    """Commands on whichever machine serves."""

    def __init__(self, machines: Cluster) -> None:
        self._machines = machines

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        *words, _, _ = arguments  # the data folder is where it is on all machines
        return self._machines.owner.tried(*words)


class MovingServer(Server):
    """The server of a cluster, wherever it is; its phones are in the office."""

    def __init__(self, machines: Cluster, folder: Path) -> None:
        super().__init__(folder / "data", OwnersCommands(machines), host=OFFICE)
        self._machines = machines

    @property
    def address(self) -> tuple[str, int]:
        return SERVER, 5060

    @property
    def pid(self) -> int:
        return self._machines.owner.supervisor()

    def children(self) -> dict[int, str]:
        return self._machines.owner.children()

    def log_text(self) -> str:
        return "".join(machine.log.read_text(errors="replace") for machine in self._machines.machines)


class Faults:
    """One fault after the other, each at a whole cluster; what each was, and when, for a report."""

    def __init__(self, machines: Cluster, names: list[str]) -> None:
        self._machines, self._names = machines, names
        self.told: list[Json] = []

    def strike(self, chance: random.Random) -> str:
        name, away = chance.choice(self._names), chance.uniform(_SHORTEST, _LONGEST)
        self._machines.wait_whole()
        owner = self._machines.owner
        at = time.time()
        undo = FAULTS[name](self._machines, owner)
        time.sleep(away)
        undo()
        self._machines.wait_whole()
        told = {"fault": name, "at": round(at, 3), "away_s": round(away, 2), "was_on": owner.own}
        self.told.append(told | {"is_on": self._machines.owner.own})
        print(json.dumps(self.told[-1]), file=sys.stderr, flush=True)
        return name


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="how many faults")
    parser.add_argument("--rate", type=float, default=10.0, help="new calls a second")
    parser.add_argument("--faults", default=",".join(FAULTS))
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", type=Path, help="a folder for what the machines leave, which stays")
    options = parser.parse_args()
    print(json.dumps({"seed": options.seed}), file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="huntline-cluster-") as folder:
        balance = _balance(options.keep or Path(folder), options)
    print(json.dumps(balance, indent=1))
    return 1 if balance["wrong"] else 0


def _balance(folder: Path, options: argparse.Namespace) -> Json:
    plan = Plan(
        seconds=math.inf,
        rate=options.rate,
        kill_every=_SPACE,
        most_kills=options.times,
        loss=0.0,
        seed=options.seed,
    )
    with cluster(folder, _NOBODY, has_witness=False) as machines, Reactor() as reactor:
        machines.wait_whole()
        faults = Faults(machines, options.faults.split(","))
        server = MovingServer(machines, folder)
        with closing(Soak(server, reactor, folder, plan, faults.strike)) as story:
            balance = story.run()
        balance["faults"] = faults.told
        holders = [machine.own for machine in machines.machines if has_address(machine.name, SERVER)]
        if holders != [machines.owner.own]:
            balance["wrong"]["address"] = holders
        return balance


_NOBODY = """\
organization: Contoso
domains: [contoso.com]
"""

if __name__ == "__main__":
    raise SystemExit(main())
