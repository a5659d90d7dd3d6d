#!/usr/bin/env python3
"""How long calls are without signalling: ``bench/restart_calls.py [--calls 0,70,700,3000]``.

So many callers wait in a queue, and signalling is killed (``kill -9``), some times over. What is measured is
the time from the kill until it answers a stranger, which it does when all calls are taken up again; then it
is asked how many there are. The server may use all cores; see README.md beside this file.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from overload import waiting
from restart_time import LIVED_WELL, OPTIONS, memory

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from bench.load.contestants import TARGET, Running  # noqa: E402
from bench.load.ours import Huntline, status  # noqa: E402

from huntline.processes.run_file import beginning_of, read_run  # noqa: E402

_RATE = 40  # callers a second, until all are there
_PATIENCE = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", default="0,70,700,3000")
    parser.add_argument("--kills", type=int, default=5)
    options = parser.parse_args()
    ours = Huntline("huntline", ROOT)
    for calls in map(int, options.calls.split(",")):
        with ours.running() as server:
            print(json.dumps(measured(ours, server, calls, options.kills)), flush=True)


def measured(ours: Huntline, server: Running, calls: int, kills: int) -> dict[str, object]:
    """The times for one number of calls."""
    data = server.folder / "data"

    def calls_there() -> int:
        return len(status(ours.command, data)["calls"])

    with all_waiting(server, calls, calls_there):
        times, found = [], []
        for _ in range(kills):
            times.append(time_away(data))
            found.append(calls_there())
            time.sleep(LIVED_WELL)
        run = read_run(data)
        assert run is not None
        return {
            "calls": calls,
            "after the kills": found,
            "p50_ms": round(statistics.median(times) * 1000),
            "max_ms": round(max(times) * 1000),
            "journal_kb": (data / "live.journal").stat().st_size // 1024,
            "pss_mb": memory(run.children["signalling"].pid),
            "load": round(os.getloadavg()[0], 1),
        }


@contextlib.contextmanager
def all_waiting(server: Running, calls: int, calls_there: Callable[[], int]) -> Iterator[None]:
    """So many callers, all of whom wait."""
    if not calls:
        yield
        return
    with waiting(server.folder, "801", calls, _RATE):
        deadline = time.monotonic() + calls / _RATE + _PATIENCE
        while (there := calls_there()) < calls:
            assert time.monotonic() < deadline, f"only {there} of {calls} calls came"
            time.sleep(1)
        yield


def time_away(data: Path) -> float:
    run = read_run(data)
    assert run is not None
    pid, killed_at = run.children["signalling"].pid, time.monotonic()
    os.kill(pid, signal.SIGKILL)
    while beginning_of(pid) is not None:
        time.sleep(0.001)
    host, _, port = TARGET.rpartition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((host, int(port)))
        probe.settimeout(0.02)
        while time.monotonic() - killed_at < _PATIENCE:
            own, unique = probe.getsockname()[1], time.monotonic_ns()
            with contextlib.suppress(OSError):
                probe.send(OPTIONS.format(sip=port, own=own, unique=unique).encode())
                if b" 200 " in probe.recv(2000):
                    return time.monotonic() - killed_at
    raise AssertionError(f"signalling did not come back within {_PATIENCE:.0f} s")


if __name__ == "__main__":
    main()
