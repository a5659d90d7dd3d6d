#!/usr/bin/env python3
"""Lose machines, processes and cables of a cluster under calls, and look at each call: ``bench/cluster.py``.

Runs as root: the machines are network namespaces. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from tests.scenarios.cluster import Cluster, Machine, cluster, until  # noqa: E402
from tests.scenarios.cluster_calls import ORGANIZATION, Calls  # noqa: E402
from tests.scenarios.machines import ip, on, processes_on  # noqa: E402
from tests.scenarios.reactor import Reactor  # noqa: E402

_AWAY = 5.0
"""Seconds for which what comes back is away."""
Fault = Callable[[Cluster, Machine], Callable[[], None]]


def lost(machines: Cluster, owner: Machine) -> Callable[[], None]:
    """Its power fails, the store's too; it comes back."""
    owner.lose()
    return owner.come_back


def lost_without_database(machines: Cluster, owner: Machine) -> Callable[[], None]:
    """Its power fails while the database is away."""
    machines.database.stop()
    owner.lose()

    def undo() -> None:
        machines.database.start()
        owner.come_back()

    return undo


def frozen(machines: Cluster, owner: Machine) -> Callable[[], None]:
    """Nothing runs on it for a while."""
    owner.freeze()
    return owner.thaw


def cable_out(machines: Cluster, owner: Machine) -> Callable[[], None]:
    """It reaches nobody."""
    ip("link", "set", owner.cable, "down")
    return lambda: ip("link", "set", owner.cable, "up")


def cut_from_machines(machines: Cluster, owner: Machine) -> Callable[[], None]:
    """It reaches phones, but no other machine."""
    drop(owner, machines, "input", "saddr")
    drop(owner, machines, "output", "daddr")
    return lambda: on(owner.name, "nft delete table inet cut")


def one_way_cut(machines: Cluster, owner: Machine) -> Callable[[], None]:
    """It hears no other machine, but they would hear it."""
    drop(owner, machines, "input", "saddr")
    return lambda: on(owner.name, "nft delete table inet cut")


def killed(name: str, *, everywhere: bool = False) -> Fault:
    """A process dies, where the server is or on all machines."""

    def kill(machines: Cluster, owner: Machine) -> Callable[[], None]:
        for machine in machines.machines if everywhere else [owner]:
            for pid in processes_on(machine.name):
                if Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").find(name.encode()) >= 0:
                    os.kill(pid, signal.SIGKILL)
        return lambda: None

    return kill


def moved(machines: Cluster, owner: Machine) -> Callable[[], None]:
    """On purpose."""
    to = next(machine for machine in machines.machines if machine is not owner)
    owner.run("cluster", "move", to.own)
    return lambda: None


def shut_down(machines: Cluster, owner: Machine) -> Callable[[], None]:
    """As a machine is that is to be repaired."""
    owner.shut_down()
    return owner.serve


FAULTS: dict[str, Fault] = {
    "lost": lost,
    "lost-without-database": lost_without_database,
    "frozen": frozen,
    "cable-out": cable_out,
    "cut-from-machines": cut_from_machines,
    "one-way-cut": one_way_cut,
    "cluster-process": killed("huntline cluster"),
    "store": killed("nats-server"),
    "all-stores": killed("nats-server", everywhere=True),
    "signalling": killed("huntline signalling"),
    "media": killed("huntline media"),
    "moved": moved,
    "shut-down": shut_down,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--talking", type=int, default=5)
    parser.add_argument("--waiting", type=int, default=20)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--faults", default=",".join(FAULTS))
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="huntline-cluster-") as folder,
        cluster(Path(folder), ORGANIZATION) as machines,
    ):
        for name in options.faults.split(","):
            results = [_told(machines, name, options) for _ in range(options.times)]
            gaps = [gap for result in results for gap in result]
            print(json.dumps({"fault": name, "times": options.times, **_summary(gaps)}), flush=True)
    return 0


def _told(machines: Cluster, name: str, options: argparse.Namespace) -> list[float]:
    """The longest gap of each party, with all of them going on, in order, rung for and on record once, and a
    new call answered."""
    machines.wait_whole()
    owner = machines.owner
    with Reactor() as reactor:
        recorded = machines.recorded
        calls = Calls(reactor, options.talking, options.waiting)
        try:
            undo = FAULTS[name](machines, owner)
            time.sleep(_AWAY)
            undo()
            gaps = calls.go_on()
            calls.waiting.append(calls.call(999))
            calls.end_in_order()
        finally:
            calls.close()
    until(lambda: machines.recorded == recorded + calls.made, 10, "each call is on record once")
    worst = {"fault": name, "was_on": owner.own, "is_on": machines.owner.own, **_summary(gaps)}
    print(json.dumps(worst), file=sys.stderr, flush=True)
    return gaps


def _summary(gaps: list[float]) -> dict[str, float]:
    ordered = sorted(gaps)
    return {
        "parties": len(gaps),
        "gap_p50_s": round(statistics.median(gaps), 3),
        "gap_p95_s": round(ordered[int(0.95 * (len(gaps) - 1))], 3),
        "gap_max_s": round(ordered[-1], 3),
    }


def drop(machine: Machine, machines: Cluster, hook: str, side: str, percent: int = 100) -> None:
    """Lose what a machine sends to the others, or is sent by them: all, or a share by chance."""
    share = f"numgen random mod 100 < {percent} " if percent < 100 else ""
    chain = f"add chain inet cut {hook} {{ type filter hook {hook} priority 0; }}"
    rules = [
        f"add rule inet cut {hook} ip {side} {other.own} {share}drop"
        for other in machines.machines
        if other is not machine
    ]
    for line in ("add table inet cut", chain, *rules):
        on(machine.name, f"nft '{line}'")


if __name__ == "__main__":
    raise SystemExit(main())
