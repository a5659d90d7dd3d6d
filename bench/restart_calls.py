#!/usr/bin/env python3
"""How long calls are without signalling: ``bench/restart_calls.py GENERATOR_FOLDER [--calls 0,70,700,3000]``.

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
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from overload import scenarios_in, sipp
from queue_bench import ROOT, SIP, organisation_of, serving
from restart_time import LIVED_WELL, OPTIONS, memory

from huntline.processes.run_file import beginning_of, read_run

_RATE = 40  # callers a second, until all are there
_PATIENCE = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("generator", type=Path, help="the folder with the generator's sipp/ scenarios")
    parser.add_argument("--calls", default="0,70,700,3000")
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--huntline", default=str(ROOT / ".venv/bin/huntline"))
    cores = ",".join(map(str, sorted(os.sched_getaffinity(0))))
    parser.set_defaults(server_core=cores, generator_core=cores)
    options = parser.parse_args()
    for calls in map(int, options.calls.split(",")):
        print(json.dumps(measured(options, calls)), flush=True)


def measured(options: argparse.Namespace, calls: int) -> dict[str, object]:
    """The times for one number of calls, with a server of its own."""
    with tempfile.TemporaryDirectory(prefix="huntline-bench-") as folder:
        data = Path(folder)
        organisation = data / "bench.yaml"
        organisation.write_text(json.dumps(organisation_of(20)))  # JSON is YAML
        command = [options.huntline, "apply", str(organisation), "--data", folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with serving(data, options), waiting(options, data, calls):
            times, found = [], []
            for _ in range(options.kills):
                times.append(time_away(data))
                found.append(calls_in(data, options))
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
def waiting(options: argparse.Namespace, data: Path, calls: int) -> Iterator[None]:
    """So many callers, all of whom wait."""
    if not calls:
        yield
        return
    arguments = ["-sf", str(scenarios_in(options, data)["quiet caller"]), SIP, "-s", "801", "-p", "5082"]
    arguments += ["-mp", "36000", "-r", str(_RATE), "-m", str(calls), "-l", "100000"]
    with sipp(options, data, arguments):
        deadline = time.monotonic() + calls / _RATE + _PATIENCE
        while (there := calls_in(data, options)) < calls:
            assert time.monotonic() < deadline, f"only {there} of {calls} calls came"
            time.sleep(1)
        yield


def calls_in(data: Path, options: argparse.Namespace) -> int:
    command = [options.huntline, "status", "--data", str(data), "--json"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return len(json.loads(done.stdout)["calls"])


def time_away(data: Path) -> float:
    run = read_run(data)
    assert run is not None
    pid, killed_at = run.children["signalling"].pid, time.monotonic()
    os.kill(pid, signal.SIGKILL)
    while beginning_of(pid) is not None:
        time.sleep(0.001)
    host, _, port = SIP.rpartition(":")
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
