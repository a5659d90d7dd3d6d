#!/usr/bin/env python3
"""Kill a process of a server under calls and look at each of them: ``bench/survival.py``.

``--all`` kills all processes at once and starts the server again; ``--random 50`` kills one after the other,
any of them, under mixed calls. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from bench.load.ours import organization  # noqa: E402
from bench.load.parties import HOST, Call, Load, load  # noqa: E402
from bench.load.streams import Stream  # noqa: E402
from tests.scenarios import ports  # noqa: E402
from tests.scenarios.commands import Commands  # noqa: E402
from tests.scenarios.server import Server  # noqa: E402
from tests.scenarios.soak import Plan, soak  # noqa: E402

PROCESSES = ("signalling", "media", "web", "supervisor")
NUMBER = "820"
_WINDOW = 5.0
"""Seconds in which packets are looked at, after the kill and before it (what the machine itself does)."""
_BETWEEN_KILLS = 3.0
_MOMENTS = ("arrived_at", "answered_at")
_RING, _TALK = 0.05, 1.0


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bridged", type=int, default=20)
    parser.add_argument("--waiting", type=int, default=50)
    parser.add_argument("--times", type=int, default=5, help="kills of each process")
    parser.add_argument("--processes", default=",".join(PROCESSES))
    parser.add_argument("--all", action="store_true", help="all processes at once, then start the server")
    parser.add_argument("--random", type=int, metavar="KILLS", help="random kills under mixed calls")
    parser.add_argument("--rate", type=float, default=5.0, help="of the mixed calls, in a second")
    parser.add_argument("--keep", type=Path, help="a folder for the server's data, which stays")
    options = parser.parse_args()
    if options.random:
        return _random_kills(options)
    gc.disable()
    kills = ["all"] if options.all else options.processes.split(",")
    rows = []
    with _rig(options) as rig:
        for process in kills:
            for _ in range(options.times):
                row = rig.after_power_loss() if process == "all" else rig.after_kill_of(process)
                rows.append(row)
                print(json.dumps(row), flush=True)
    by_process = {process: [row for row in rows if row["killed"] == process] for process in kills}
    print(json.dumps({process: _summary(found) for process, found in by_process.items()}, indent=1))
    return 0


def _random_kills(options: argparse.Namespace) -> int:
    plan = Plan(
        seconds=options.random * _BETWEEN_KILLS,
        rate=options.rate,
        kill_every=_BETWEEN_KILLS,
        loss=0.0,
        seed=int(time.time()),
    )
    with tempfile.TemporaryDirectory(prefix="huntline-survival-") as folder:
        balance = soak(options.keep or Path(folder), plan)
    print(json.dumps(balance, indent=1))
    return 1 if balance["wrong"] else 0


@contextmanager
def _rig(options: argparse.Namespace) -> Iterator[Rig]:
    with tempfile.TemporaryDirectory(prefix="huntline-survival-") as folder, Commands() as commands:
        server = Server((options.keep or Path(folder)) / "data", commands, media_ports=800)
        server.start()
        try:
            agents = ports.take(2)
            file = server.data / "bench.yaml"
            wanted = organization(f"{HOST}:{agents}", {NUMBER: options.bridged})
            file.write_text(json.dumps(wanted))  # JSON is YAML
            server.apply(file)
            speaking = {"callers_speak": True, "agents_speak": True}
            with load(server.address, callers_port=ports.take(2), agents_port=agents, **speaking) as calls:
                yield Rig(server, calls, options)
        finally:
            server.stop()


class Rig:
    """Callers and agents on a server of our own."""

    def __init__(self, server: Server, calls: Load, options: argparse.Namespace) -> None:
        self.server, self.load, self.options = server, calls, options
        self.load.agents.on_ring = self._rung
        self.agents: list[Call] = []
        self.is_serving = False

    # A kill

    def after_kill_of(self, process: str) -> dict[str, Any]:
        """Calls up, a process killed, everything looked at, all served, everything looked at again."""
        bridged, waiting = self._calls_up()
        legs = self._legs(bridged, waiting)
        before = self._packets(legs, lambda: None)
        order = self._line()
        new: list[Call] = []
        killed = time.time()

        def strike() -> None:
            nonlocal killed
            killed = time.time()
            self._kill(process)
            new.append(self._dial())

        after = self._packets(legs, strike)
        result = {
            "killed": process,
            "go_on": self._going_on(bridged, waiting, killed),
            "of": len(bridged) + len(waiting),
            "order_kept": self._line()[: len(order)] == order,
            "gap_before_ms": before,
            "gap_ms": after,
            "new_call_answered_ms": _since(killed, new[0].answered_at),
        }
        return result | self._served(bridged, waiting, new)

    def after_power_loss(self) -> dict[str, Any]:
        """All processes killed at once; the server is started again; what do phones and records say?"""
        bridged, waiting = self._calls_up()
        everybody = [*bridged, *waiting, *self._talking_agents()]
        known = self._history_ids()
        killed = time.time()
        self.server.kill()
        started = time.monotonic()
        self.server.start()
        took = time.monotonic() - started
        self.load.wait(lambda: all(call.leg.is_ended for call in everybody), 8)
        told = [_since(killed, call.told_at) for call in everybody]
        self.agents.clear()
        self.is_serving = True
        new = self._dial()
        self.load.wait(lambda: new.is_up, 3)
        records = self._new_records(known)
        result = {
            "killed": "all",
            "start_s": round(took, 2),
            "told_by_bye": sum(each is not None for each in told),
            "of": len(everybody),
            "told_last_ms": max((each for each in told if each is not None), default=None),
            "byes_seen_again": self.load.notes()["messages_seen_again"],
            "records": Counter(record["outcome"] + ": " + str(record["reason"]) for record in records),
            "records_twice": _twice(records),
        }
        for call in everybody:
            call.forget()
        return result | self._served([], [], [new])

    # What is asked of the calls

    def _calls_up(self) -> tuple[list[Call], list[Call]]:
        """So many talk, and so many wait in a row."""
        self.is_serving = False
        self.agents.clear()
        bridged = self._ramp(self.options.bridged)
        self.load.wait(lambda: len(self._talking_agents()) == len(bridged), 10)
        waiting = self._ramp(self.options.waiting)
        time.sleep(2)
        up = [*bridged, *waiting]
        lost = [call for call in up if not call.is_up or not call.stream.heard_at]
        assert not lost, f"{len(lost)} of {len(up)} calls did not come up: {[c.failure for c in lost]}"
        self.load.pacer.late = 0.0
        return bridged, waiting

    def _ramp(self, count: int) -> list[Call]:
        calls = []
        for _ in range(count):
            calls.append(self._dial())
            time.sleep(0.05)
        self.load.wait(lambda: all(call.is_up for call in calls), 3)
        return calls

    def _dial(self) -> Call:
        return self.load.callers.call(NUMBER)

    def _rung(self, call: Call) -> None:
        self.agents.append(call)
        self.load.agents.answer(call, _RING)
        if self.is_serving:
            self.load.reactor.after(_RING + _TALK, call.hang_up)

    def _talking_agents(self) -> list[Call]:
        return [call for call in self.agents if call.is_up]

    def _legs(self, bridged: list[Call], waiting: list[Call]) -> dict[str, list[Stream]]:
        return {
            "callers": [call.stream for call in bridged],
            "agents": [call.stream for call in self._talking_agents()],
            "waiting": [call.stream for call in waiting],
        }

    def _packets(self, legs: dict[str, list[Stream]], do: Callable[[], None]) -> dict[str, Any]:
        """The longest time without a packet at each leg, around something that is done."""
        streams = [stream for each in legs.values() for stream in each]
        with self.load.reactor.changed:
            for stream in streams:
                stream.keep()
        self.load.pacer.late = 0.0
        time.sleep(0.5)
        do()
        time.sleep(_WINDOW)
        with self.load.reactor.changed:
            for stream in streams:
                stream.is_kept = False
        end = time.time_ns()
        found: dict[str, Any] = {kind: _gaps(each, end) for kind, each in legs.items()}
        return found | {"generator_late": round(self.load.pacer.late * 1e3, 1)}

    def _going_on(self, bridged: list[Call], waiting: list[Call], killed: float) -> int:
        """Bridged calls whose ends both hear each other, and calls that hear music, seconds later."""
        heard = killed + _WINDOW - 1.5
        by_stream = {call.stream.number: call.stream for call in self._talking_agents()}

        def talks(call: Call) -> bool:
            agent = by_stream.get(call.stream.peer)
            return agent is not None and agent.heard_at > heard and agent.peer == call.stream.number

        hears = [call for call in [*bridged, *waiting] if call.is_up and call.stream.heard_at > heard]
        return sum(call in waiting or talks(call) for call in hears)

    def _line(self) -> list[str]:
        """Who waits, in the server's order."""
        waiting = [call for call in self.server.status()["calls"] if call["position"]]
        return [call["caller"] for call in sorted(waiting, key=lambda call: call["position"])]

    def _served(self, bridged: list[Call], line: list[Call], new: list[Call]) -> dict[str, Any]:
        """Let agents hang up until nobody is left; order of service, records, and what the server holds."""
        calls = [*bridged, *line, *new]
        rung_before = len(self.agents) if bridged else 0
        self.is_serving = True
        for agent in self._talking_agents():
            agent.hang_up()
            time.sleep(0.1)
        self.load.wait(lambda: all(call.leg.is_ended for call in calls), 60)
        offered = list(dict.fromkeys(call.user for call in self.agents[rung_before:]))
        wanted = [call.user for call in (*line, *new)]
        again = {call.agent for call in self.agents[rung_before:]}
        stuck = [call for call in calls if not call.leg.is_ended]
        for call in stuck:
            call.hang_up()
        time.sleep(1.5)
        return {
            "served_in_order": offered == wanted,
            "agents_rung_again": len(again),
            "not_ended": len(stuck),
            **self._records([*bridged, *line], new),
            "left": self._left(),
            "tracebacks": self.server.log_text().count("Traceback (most recent call last)"),
        }

    def _records(self, calls: list[Call], new: list[Call]) -> dict[str, Any]:
        wanted = {call.user: call for call in [*calls, *new]}
        records = [each for each in self.server.history(10_000) if each["caller"] in wanted]
        counts = Counter(record["caller"] for record in records)
        wrong = [each["caller"] for each in records if each["outcome"] != "answered" or not each["agent"]]
        known = {call.user for call in calls}
        off = [_wrong_by(each, wanted[each["caller"]]) for each in records if each["caller"] in known]
        return {
            "records_lost": len(wanted) - len(counts),
            "records_twice": sum(count > 1 for count in counts.values()),
            "records_not_answered": len(wrong),
            "wait_wrong_by_max_ms": round(1e3 * max(off, default=0.0)),
        }

    def _left(self) -> dict[str, Any]:
        """What the server holds that it should not hold any more."""
        with suppress(AssertionError):
            self.server.assert_empty()
            return {}
        status = self.server.status()
        busy = [a["upn"] for a in status["agents"] if a["state"] not in ("ready", "signed-out")]
        return {"calls": len(status["calls"]), "busy": busy, "resources": status["resources"]}

    def _history_ids(self) -> set[str]:
        return {record["call_id"] for record in self.server.history(10_000)}

    def _new_records(self, known: set[str]) -> list[dict[str, Any]]:
        return [record for record in self.server.history(10_000) if record["call_id"] not in known]

    # What is done to the server

    def _kill(self, process: str) -> None:
        if process == "supervisor":
            os.kill(self.server.pid, signal.SIGKILL)
            threading.Thread(target=self._start_again, daemon=True).start()
        else:
            self.server.kill_child(process)

    def _start_again(self) -> None:
        self.server.wait_gone()
        self.server.start()


def _gaps(streams: list[Stream], end: int) -> dict[str, Any]:
    """The longest time without a packet of each stream, in milliseconds; packets come every 20."""
    times = [(*stream.arrivals, end) for stream in streams]
    gaps = [max(later - before for before, later in pairwise(each)) / 1e6 for each in times]
    return {"p50": round(statistics.median(gaps), 1), "max": round(max(gaps), 1)} if gaps else {}


def _since(begun: float, moment: float) -> int | None:
    """The milliseconds from one to the other, or None if the other never was."""
    return round(1e3 * (moment - begun)) if moment else None


def _twice(records: list[dict[str, Any]]) -> int:
    counts = Counter(record["caller"] for record in records)
    return sum(count > 1 for count in counts.values())


def _wrong_by(record: dict[str, Any], call: Call) -> float:
    """By how many seconds a record's wait differs from what the phone saw: its INVITE, the agent's voice."""
    arrived, answered = (datetime.fromisoformat(record[name] or record["ended_at"]) for name in _MOMENTS)
    waited = max(0.0, (call.stream.peer_heard_at or call.told_at or call.hung_up_at) - call.began_at)
    return abs((answered - arrived).total_seconds() - waited)


def _summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The worst of all kills of a process."""
    found: dict[str, Any] = {"kills": len(rows), "of": sum(row["of"] for row in rows)}
    for name in ("go_on", "told_by_bye", "not_ended", "records_lost", "records_twice", "tracebacks"):
        found |= {name: sum(row[name] for row in rows)} if name in rows[0] else {}
    for name in ("new_call_answered_ms", "wait_wrong_by_max_ms", "told_last_ms", "start_s"):
        values = [row[name] for row in rows if row.get(name) is not None]
        found |= {name: {"p50": statistics.median(values), "max": max(values)}} if values else {}
    for name in ("gap_before_ms", "gap_ms"):
        kinds = [
            each for row in rows for each in row.get(name, {}).values() if isinstance(each, dict) and each
        ]
        if kinds:
            found[name] = {
                "p50": statistics.median(each["p50"] for each in kinds),
                "max": max(each["max"] for each in kinds),
            }
    found["order_kept"] = all(row.get("order_kept", True) and row["served_in_order"] for row in rows)
    found["agents_rung_again_min"] = min(row["agents_rung_again"] for row in rows)
    return found | {"left": [row["left"] for row in rows if row["left"]]}


if __name__ == "__main__":
    sys.exit(main())
