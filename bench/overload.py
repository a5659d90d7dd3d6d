#!/usr/bin/env python3
"""More calls than can be served: ``bench/overload.py [--rate 200] [--factors 1,1.5,2,3]``.

A fresh server, pinned to one core, has calls that are up and stay up; then callers come at each multiple of
the rate, for some seconds each, and once more at less than the rate 5 s after the last of it. See README.md
beside this file.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from bench.load import sipp_calls  # noqa: E402
from bench.load.contestants import QUEUES, TARGET, Running  # noqa: E402
from bench.load.machine import Window  # noqa: E402
from bench.load.ours import Huntline, organization, queue, user  # noqa: E402
from bench.load.parties import HOST  # noqa: E402
from bench.load.runs import quantile  # noqa: E402

_CALM = 5.0  # seconds from the end of the overload to the calls that must be served again
_UP_PORT, _UP_CALLERS_PORT = 5071, 5082
_UP_RATE = 20


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=float, default=200, help="calls/s that the server can just sustain")
    parser.add_argument("--factors", default="1,1.5,2,3")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--up", type=int, default=200, help="calls that are up all the time")
    parser.add_argument("--server-core", type=int, default=0)
    parser.add_argument("--generator-core", type=int, default=1)
    options = parser.parse_args()
    ours = Huntline("huntline", ROOT, organization_with(options))
    with ours.running(options.server_core) as server, calls_up(options, server) as up:
        for row in rows(options, server):
            print(json.dumps(row), flush=True)
        print(json.dumps({"calls up": options.up, "still up": up()}), flush=True)
        log = (server.folder / "server.log").read_text().splitlines()
    for line in log[:2] + log[-2:]:
        print(line)
    return 0


def rows(options: argparse.Namespace, server: Running) -> Iterator[dict[str, Any]]:
    """A row for each multiple of the rate, and one for the rate again."""
    with sipp_calls.agents(server.folder, core=options.generator_core):
        time.sleep(0.5)
        for factor in map(float, options.factors.split(",")):
            yield {"factor": factor, **offered(options, server, factor * options.rate, options.seconds)}
        time.sleep(_CALM)
        yield {"afterwards": 0.8, **offered(options, server, 0.8 * options.rate, 10)}


def offered(options: argparse.Namespace, server: Running, rate: float, seconds: float) -> dict[str, Any]:
    """What became of calls that came at a rate."""
    for old in server.folder.glob("*_rtt.csv"):
        old.unlink()
    count, window = int(rate * seconds), Window(server.pid, options.server_core)
    with sipp_calls.callers(
        server.folder,
        TARGET,
        "800",
        calls=count,
        rate=rate,
        core=options.generator_core,
        words=("-trace_rtt", "-rtt_freq", "1"),
    ) as callers:
        callers.wait(seconds + 120)
    window.close()
    found = callers.statistics()
    good = found.succeeded - found.refused
    times = [
        float(line.split(";")[1])
        for path in server.folder.glob("*_rtt.csv")
        for line in path.read_text().splitlines()[1:]
    ]
    return {
        "calls/s": rate,
        "offered": count,
        "good": good,
        "good/s": round(good / seconds, 1),
        "refused": found.refused,
        "server_core_pct": round(window.core_pct),
        "cpu_ms_per_good": round(1000 * window.cpu / max(good, 1), 1),
        "failed": found.failed + found.open,
        "retransmitted": found.resent,
        "answered_after_ms": [quantile(times, part) for part in (0.5, 0.99)] if times else None,
    }


@contextlib.contextmanager
def calls_up(options: argparse.Namespace, server: Running) -> Iterator[Callable[[], int]]:
    """Calls that nobody hangs up; gives what counts those that are still there."""
    with (
        sipp_calls.agents(
            server.folder, core=options.generator_core, talk=None, port=_UP_PORT, media_port=34_000
        ),
        waiting(server.folder, "830", options.up, _UP_RATE, options.generator_core) as callers,
    ):
        time.sleep(options.up / _UP_RATE + 3)

        def still_up() -> int:
            time.sleep(1.5)  # its statistics are written each second
            return callers.statistics().open

        yield still_up


def waiting(
    folder: Path, number: str, count: int, rate: float, core: int | None = None
) -> contextlib.AbstractContextManager[sipp_calls.Sipp]:
    """Callers who stay until this is over; on one core, or on any."""
    ports = {"port": _UP_CALLERS_PORT, "media_port": 36_000}
    return sipp_calls.callers(folder, TARGET, number, calls=count, rate=rate, core=core, **ports)


def organization_with(options: argparse.Namespace) -> dict[str, Any]:
    """Enough agents for the rate, for they talk for 2 s, and a queue of its own for calls that stay up."""
    made = organization(queues={**QUEUES, "800": int(3 * options.rate)})
    up = [f"u{n}" for n in range(options.up)]
    made["users"] += [user(name, f"{HOST}:{_UP_PORT}") for name in up]
    made["numbers"].append({"number": "+830", "kind": "service-toll"})
    made["queues"].append(queue("830", up))
    return made


if __name__ == "__main__":
    sys.exit(main())
