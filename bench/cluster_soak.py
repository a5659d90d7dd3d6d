#!/usr/bin/env python3
"""Random faults, strain or an upgrade of a cluster under mixed calls: ``bench/cluster_soak.py random``.

Prints a balance as one JSON object; its exit code is 0 when nothing is missing and nothing left.

Runs as root: the machines are network namespaces. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from bench.cluster import FAULTS, drop, moved  # noqa: E402
from tests.scenarios.cluster import SERVER, Cluster, Machine, cluster  # noqa: E402
from tests.scenarios.machines import has_address, on  # noqa: E402
from tests.scenarios.moving_server import MovingServer  # noqa: E402
from tests.scenarios.reactor import Reactor  # noqa: E402
from tests.scenarios.server import Json  # noqa: E402
from tests.scenarios.soak import Plan, Soak  # noqa: E402

_SHORTEST, _LONGEST = 0.5, 5.0
"""Seconds for which what comes back is away."""
_SPACE = 6.0
"""Seconds between two steps, on average."""
_ON_ITS_WAY = 0.05
"""Seconds before a fault in which the last that was written may not have arrived elsewhere."""
_UNHEARD = {
    "cut-from-machines": 3.0,
    "one-way-cut": 3.0,
    "lost": 0.5,
    "lost-without-database": 0.5,
    "frozen": 0.1,
}
"""Seconds from the beginning of a fault in which a machine may still answer calls that no other hears of."""
_STRAINED, _MOVES = 60.0, 3
"""Seconds for which machines are strained and left alone, and how often the server is moved after that."""


class Story:
    """What is done to the cluster, a step at a time; what each was, and when, for a report."""

    def __init__(self, machines: Cluster, options: argparse.Namespace) -> None:
        self.machines, self.options = machines, options
        self.told: list[Json] = []

    @property
    def steps(self) -> int:
        """How many there are."""
        raise NotImplementedError

    def do(self, chance: random.Random) -> str:
        """The next step; what it was."""
        raise NotImplementedError

    def tell(self, what: str, at: float, was_on: Machine, **more: object) -> None:
        told = {"what": what, "at": round(at, 3), "was_on": was_on.own, "is_on": self.machines.owner.own}
        self.told.append(told | more)
        print(json.dumps(self.told[-1]), file=sys.stderr, flush=True)


class RandomFaults(Story):
    """One fault after the other, each at a whole cluster."""

    @property
    def steps(self) -> int:
        return int(self.options.times)

    def do(self, chance: random.Random) -> str:
        name, away = chance.choice(self.options.faults.split(",")), chance.uniform(_SHORTEST, _LONGEST)
        self.machines.wait_whole()
        owner = self.machines.owner
        at = time.time()
        undo = FAULTS[name](self.machines, owner)
        time.sleep(away)
        undo()
        self.machines.wait_whole()
        self.tell(name, at, owner, away_s=round(away, 2))
        return name


class Strain(Story):
    """Packets between machines are lost, and a program beside each takes all CPU; at first nobody does
    anything, and then the server is moved."""

    steps = 1 + _MOVES

    def do(self, chance: random.Random) -> str:
        owner, at = self.machines.owner, time.time()
        if not self.told:
            self._begin()
            before = self._take_overs()
            time.sleep(_STRAINED)
            self.tell("strained", at, owner, take_overs=self._take_overs() - before)
            return "strained"
        moved(self.machines, owner)
        self.tell("moved", at, owner)
        if len(self.told) == self.steps:
            self._end()
        return "moved"

    def _take_overs(self) -> int:
        logs = [machine.log.read_text() for machine in self.machines.machines]
        return sum(log.count("this machine takes the server") for log in logs)

    def _begin(self) -> None:
        busy = [sys.executable, "-c", "while True: pass"]
        self._hogs = [subprocess.Popen(busy) for _ in self.machines.machines]
        for machine in self.machines.machines:
            drop(machine, self.machines, "input", "saddr", self.options.loss)

    def _end(self) -> None:
        for hog in self._hogs:
            hog.kill()
            hog.wait()
        for machine in self.machines.machines:
            on(machine.name, "nft delete table inet cut")


class Upgrade(Story):
    """Each machine in turn gets other code, as docs/cluster.md says it, the one that serves as the last."""

    steps = 3

    def do(self, chance: random.Random) -> str:
        machines, owner, at = self.machines, self.machines.owner, time.time()
        old = [machine for machine in machines.machines if machine.release is None]
        machine = next((each for each in old if each is not owner), owner)
        machine.release = machine.folder.with_name(f"release-{machine.own}")
        shutil.copytree(ROOT / "src", machine.release)
        machine.shut_down()
        machine.serve()
        said = machine.run("cluster", "wait")
        self.tell("upgraded", at, owner, machine=machine.own, took_s=round(time.time() - at, 1), said=said)
        return "upgraded"


STORIES: dict[str, type[Story]] = {"random": RandomFaults, "strain": Strain, "upgrade": Upgrade}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("story", choices=STORIES)
    parser.add_argument("--times", type=int, default=20, help="how many random faults")
    parser.add_argument("--faults", default=",".join(FAULTS), help="those of bench/cluster.py")
    parser.add_argument(
        "--loss", type=int, default=5, help="percent of the packets between strained machines"
    )
    parser.add_argument("--rate", type=float, default=10.0, help="new calls a second")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", type=Path, help="a folder for what the machines leave, which stays")
    options = parser.parse_args()
    print(json.dumps({"seed": options.seed}), file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="huntline-cluster-") as folder:
        balance = _balance(options.keep or Path(folder), options)
    print(json.dumps(balance, indent=1))
    return 1 if balance["wrong"] else 0


def _balance(folder: Path, options: argparse.Namespace) -> Json:
    with cluster(folder, _NOBODY, has_witness=False) as machines, Reactor() as reactor:
        machines.wait_whole()
        story = STORIES[options.story](machines, options)
        plan = Plan(
            seconds=math.inf,
            rate=options.rate,
            kill_every=_SPACE,
            most_kills=story.steps,
            loss=0.0,
            seed=options.seed,
        )
        with closing(Soak(MovingServer(machines), reactor, folder, plan, story.do)) as calls:
            balance = calls.run()
        balance["story"] = story.told
        _tell_unknown_calls(balance, story.told, calls)
        holders = [machine.own for machine in machines.machines if has_address(machine.name, SERVER)]
        if holders != [machines.owner.own]:
            balance["wrong"]["address"] = holders
        return balance


def _tell_unknown_calls(balance: Json, told: list[Json], calls: Soak) -> None:
    """Set apart who was answered when no other machine could hear of it any more (docs/cluster.md)."""
    lost = balance["wrong"].pop("records lost", [])
    unknown = {
        number: each["what"]
        for number in lost
        for each in told
        if -_ON_ITS_WAY <= calls.answered_at(number) - each["at"] <= _UNHEARD.get(each["what"], 0.0)
    }
    balance["answered unheard by other machines"] = unknown
    if found := [number for number in lost if number not in unknown]:
        balance["wrong"]["records lost"] = found


_NOBODY = """\
organization: Contoso
domains: [contoso.com]
"""

if __name__ == "__main__":
    raise SystemExit(main())
