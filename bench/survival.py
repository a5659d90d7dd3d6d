#!/usr/bin/env python3
"""Kill a process of a server under calls and look at each of them: ``bench/survival.py GENERATOR_FOLDER``.

``--all`` kills all processes at once and starts the server again; ``--random 50`` kills one after the other,
any of them, under mixed calls that need no generator. See README.md beside this file.
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
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "bench")]

import queue_bench  # noqa: E402

from scenarios import ports  # noqa: E402
from scenarios.commands import Commands  # noqa: E402
from scenarios.server import Server  # noqa: E402
from scenarios.soak import Plan, soak  # noqa: E402

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
    parser.add_argument("generator", type=Path, nargs="?", help="the folder with the generator's ua.py")
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
    if options.generator is None:
        parser.error("say where the load generator is")
    sys.path.insert(0, str(options.generator.resolve()))
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
            rig = Rig(server, options)
            try:
                yield rig
            finally:
                rig.close()
        finally:
            server.stop()


class Rig:
    """Callers and agents of the generator on a server of our own."""

    def __init__(self, server: Server, options: argparse.Namespace) -> None:
        import ua

        self.server, self.ua, self.options = server, ua, options
        self.loop = ua.Loop()
        self.media = ua.Media(self.loop, "127.0.0.1", 41_000, 48_998)
        self.callers_end = ua.Endpoint(self.loop, "127.0.0.1", ports.take(2), self.media)
        self.agents_end = ua.Endpoint(self.loop, "127.0.0.1", ports.take(2), self.media)
        self.agents_end.on_invite = self._rung
        self.agents: list[Any] = []
        self.is_serving = False
        self._count = 0
        queue_bench.AGENTS = f"127.0.0.1:{self.agents_end.port}"
        file = server.data / "bench.yaml"
        organization = queue_bench.organisation_of(max(20, options.bridged))
        queue = organization["queues"][3]
        queue["agents"] = queue["agents"][: options.bridged]
        file.write_text(json.dumps(organization))
        server.apply(file)

    def close(self) -> None:
        self.callers_end.close()
        self.agents_end.close()

    # A kill

    def after_kill_of(self, process: str) -> dict[str, Any]:
        """Calls up, a process killed, everything looked at, all served, everything looked at again."""
        bridged, waiting = self._calls_up()
        legs = self._legs(bridged, waiting)
        before = self._packets(legs, lambda: None)
        order = self._line()
        new: list[Any] = []
        killed = self.ua.wall_ns()

        def strike() -> None:
            nonlocal killed
            killed = self.ua.wall_ns()
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
            "new_call_answered_ms": _since(killed, new[0].t.get("200")),
        }
        return result | self._served(bridged, waiting, new)

    def after_power_loss(self) -> dict[str, Any]:
        """All processes killed at once; the server is started again; what do phones and records say?"""
        bridged, waiting = self._calls_up()
        everybody = [*bridged, *waiting, *self._talking_agents()]
        known = self._history_ids()
        killed = self.ua.wall_ns()
        self.server.kill()
        started = time.monotonic()
        self._in_background(self.server.start)
        took = time.monotonic() - started
        self.loop.run(8, until=lambda: all(call.state == "done" for call in everybody))
        told = [_since(killed, call.t.get("bye_rx")) for call in everybody]
        self.agents.clear()
        self.is_serving = True
        new = self._dial()
        self.loop.run(3, until=lambda: new.state == "up")
        records = self._new_records(known)
        result = {
            "killed": "all",
            "start_s": round(took, 2),
            "told_by_bye": sum(each is not None for each in told),
            "of": len(everybody),
            "told_last_ms": max((each for each in told if each is not None), default=None),
            "byes_seen_again": self.callers_end.retrans_seen + self.agents_end.retrans_seen,
            "records": Counter(record["outcome"] + ": " + str(record["reason"]) for record in records),
            "records_twice": _twice(records),
        }
        for call in everybody:
            call.finish("power lost")
        return result | self._served([], [], [new])

    # What is asked of the calls

    def _calls_up(self) -> tuple[list[Any], list[Any]]:
        """So many talk, and so many wait in a row."""
        self.is_serving = False
        self.agents.clear()
        bridged = self._ramp(self.options.bridged)
        self.loop.run(10, until=lambda: len(self._talking_agents()) == len(bridged))
        waiting = self._ramp(self.options.waiting)
        self.loop.run(2)
        up = [*bridged, *waiting]
        lost = [call for call in up if call.state != "up" or not call.leg.rx]
        assert not lost, f"{len(lost)} of {len(up)} calls did not come up: {[c.failure for c in lost]}"
        self.media.late_max = 0.0
        return bridged, waiting

    def _ramp(self, count: int) -> list[Any]:
        calls = []
        for _ in range(count):
            calls.append(self._dial())
            self.loop.run(0.05)
        self.loop.run(3, until=lambda: all(call.state == "up" for call in calls))
        return calls

    def _dial(self) -> Any:
        self._count += 1
        call = self.ua.CallerCall(
            self.callers_end, self.server.address, NUMBER, f"c{self._count}", send_media=True
        )
        call.dialled_at = time.time()
        return call

    def _rung(self, call: Any) -> None:
        self.agents.append(call)
        call.ring()
        self.loop.after(_RING, call.answer, True)
        if self.is_serving:
            call.on_up = lambda up: self.loop.after(_TALK, up.hangup)

    def _talking_agents(self) -> list[Any]:
        return [call for call in self.agents if call.state == "up"]

    def _legs(self, bridged: list[Any], waiting: list[Any]) -> dict[str, list[Any]]:
        return {
            "callers": [call.leg for call in bridged],
            "agents": [call.leg for call in self._talking_agents()],
            "waiting": [call.leg for call in waiting],
        }

    def _packets(self, legs: dict[str, list[Any]], do: Callable[[], None]) -> dict[str, Any]:
        """The longest time without a packet at each leg, around something that is done."""
        for leg in self.media.legs.values():
            del leg.arrivals[:], leg.seqs[:]
        self.media.late_max = 0.0
        self.media.recording = True
        self.loop.run(0.5)
        do()
        self.loop.run(_WINDOW)
        self.media.recording = False
        end = self.ua.wall_ns()
        found: dict[str, Any] = {kind: _gaps(each, end) for kind, each in legs.items()}
        return found | {"generator_late": round(self.media.late_max * 1e3, 1)}

    def _going_on(self, bridged: list[Any], waiting: list[Any], killed: int) -> int:
        """Bridged calls whose ends both hear each other, and calls that hear music, seconds later."""
        heard = killed + int((_WINDOW - 1.5) * 1e9)
        by_leg = {call.leg.id: call for call in self._talking_agents()}

        def talks(call: Any) -> bool:
            agent = by_leg.get(call.leg.peer_id)
            return agent is not None and agent.leg.last_rx > heard and agent.leg.peer_id == call.leg.id

        hears = [call for call in [*bridged, *waiting] if call.state == "up" and call.leg.last_rx > heard]
        return sum(call in waiting or talks(call) for call in hears)

    def _line(self) -> list[str]:
        """Who waits, in the server's order."""
        waiting = [call for call in self.server.status()["calls"] if call["position"]]
        return [call["caller"] for call in sorted(waiting, key=lambda call: call["position"])]

    def _served(self, bridged: list[Any], line: list[Any], new: list[Any]) -> dict[str, Any]:
        """Let agents hang up until nobody is left; order of service, records, and what the server holds."""
        calls = [*bridged, *line, *new]
        rung_before = len(self.agents) if bridged else 0
        self.is_serving = True
        for agent in self._talking_agents():
            agent.hangup()
            self.loop.run(0.1)
        self.loop.run(60, until=lambda: all(call.state == "done" for call in calls))
        offered = list(dict.fromkeys(call.caller for call in self.agents[rung_before:]))
        wanted = [call.user for call in (*line, *new)]
        again = {call.agent for call in self.agents[rung_before:]}
        stuck = [call for call in calls if call.state != "done"]
        for call in stuck:
            call.hangup()
        self.loop.run(1.5)
        return {
            "served_in_order": offered == wanted,
            "agents_rung_again": len(again),
            "not_ended": len(stuck),
            **self._records([*bridged, *line], new),
            "left": self._left(),
            "tracebacks": self.server.log_text().count("Traceback (most recent call last)"),
        }

    def _records(self, calls: list[Any], new: list[Any]) -> dict[str, Any]:
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

    def _in_background(self, do: Callable[[], None]) -> None:
        thread = threading.Thread(target=do, daemon=True)
        thread.start()
        self.loop.run(60, until=lambda: not thread.is_alive())


def _gaps(legs: list[Any], end: int) -> dict[str, Any]:
    """The longest time without a packet of each leg, in milliseconds; packets come every 20."""
    gaps = [max(later - before for before, later in pairwise((*leg.arrivals, end))) / 1e6 for leg in legs]
    return {"p50": round(statistics.median(gaps), 1), "max": round(max(gaps), 1)} if gaps else {}


def _since(begun: int, moment: int | None) -> int | None:
    return None if moment is None else round((moment - begun) / 1e6)


def _twice(records: list[dict[str, Any]]) -> int:
    counts = Counter(record["caller"] for record in records)
    return sum(count > 1 for count in counts.values())


def _wrong_by(record: dict[str, Any], call: Any) -> float:
    """By how many seconds a record's wait differs from what the phone saw: its INVITE, the agent's voice."""
    arrived, answered = (datetime.fromisoformat(record[name] or record["ended_at"]) for name in _MOMENTS)
    waited = max(0.0, (call.saved or call.t["end"]) / 1e9 - call.dialled_at)
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
