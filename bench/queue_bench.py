#!/usr/bin/env python3
"""Run a call-queue load generator against Huntline: ``bench/queue_bench.py GENERATOR_FOLDER [RUN ...]``.

Each run gets a fresh server, pinned to one core, with an organisation that has what the generator dials; the
generator is pinned to another. The generator's JSON goes to the output folder, the figures that matter to the
screen. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SIP, HTTP, AGENTS = "127.0.0.1:5160", "127.0.0.1:5161", "127.0.0.1:5070"
MEDIA_PORTS = "20000-29999"  # the generator uses 30000 and above

RUNS = {
    "signalling": ("800", "signalling --rates 20 --seconds 100"),
    "signalling-rates": ("800", "signalling --rates 5,10,20,40"),
    "signalling-ceiling": ("800", "signalling --rates 60,80,100,120,150,200 --give-up 1"),
    "latency": ("800", "latency --calls 300"),
    "waiting": ("801", "waiting --counts 200 --seconds 12"),
    "waiting-counts": ("801", "waiting --counts 50,100,200,300,400,800 --seconds 12"),
    "waiting-send": ("801", "waiting --counts 100,200,300 --seconds 12 --send"),
    "media": ("800", "media --counts 50,100,200 --seconds 12"),
    "fifo": ("810", "fifo --callers 200 --ramp 10 --hold 1"),
    "fifo-burst": ("810", "fifo --callers 200 --ramp 100 --hold 1"),
    "crash": ("820", "crash"),
}
NEEDS_300_AGENTS = {"signalling-ceiling", "media"}
DEFAULT_RUNS = ("signalling", "latency", "fifo", "waiting")
HIDDEN = {
    "rows",
    "window",
    "server",
    "server_cores",
    "target",
    "rss_kib",
    "threads",
    "fds",
}  # kept in the file


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("generator", type=Path, help="the folder with the generator's queue_bench.py")
    parser.add_argument(
        "runs", nargs="*", metavar="RUN", help=f"of {', '.join(RUNS)}; default: the first four"
    )
    parser.add_argument("--out", type=Path, default=Path("bench-results"), help="folder for the JSON files")
    parser.add_argument("--server-core", default="0")
    parser.add_argument("--generator-core", default="1")
    parser.add_argument("--huntline", default=str(ROOT / ".venv/bin/huntline"))
    options = parser.parse_args()
    unknown = set(options.runs) - set(RUNS)
    if unknown:
        parser.error(f"there is no run {', '.join(sorted(unknown))}; there are {', '.join(RUNS)}")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.runs or DEFAULT_RUNS:
        result = run(name, options)
        (options.out / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
        print(json.dumps({name: figures(result)}, indent=1), flush=True)
    return 0


def run(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """One run of the generator against a fresh server."""
    number, words = RUNS[name]
    agents = 300 if name in NEEDS_300_AGENTS else 100
    with tempfile.TemporaryDirectory(prefix="huntline-bench-") as folder:
        data = Path(folder)
        organisation = data / "bench.yaml"
        organisation.write_text(json.dumps(organisation_of(agents)))  # JSON is YAML
        subprocess.run(
            [options.huntline, "apply", str(organisation), "--data", folder],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        with serving(data, options) as pid:
            command = ["taskset", "-c", options.generator_core, sys.executable]
            command += [str(options.generator / "queue_bench.py"), "--target", SIP, "--agents", AGENTS]
            command += ["--number", number, "--server-pid", str(pid), "--label", f"{agents} agents"]
            command += shlex.split(words)
            if name == "crash":
                command += ["--restart-cmd", shlex.join(serve_command(data, options))]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            result: dict[str, Any] = json.loads(done.stdout)
            if result.get("restarted_pid"):
                os.kill(result["restarted_pid"], signal.SIGTERM)
            else:
                result["left"] = left_over(data, options)
    return result


def organisation_of(agents: int) -> dict[str, Any]:
    """Queues 800 (all agents), 801 (none), 810 (ten) and 820 (twenty), round robin, many callers at once."""
    users = [f"a{n}@bench.test" for n in range(agents)]
    counts = {"800": agents, "801": 0, "810": 10, "820": 20}
    return {
        "organization": "Bench",
        "domains": ["bench.test"],
        "limits": {"max_waiting": 10_000},
        "trunks": [{"name": "generator", "addresses": ["127.0.0.1"]}],
        "numbers": [{"number": f"+{number}", "kind": "service-toll"} for number in counts],
        "users": [
            {
                "upn": upn,
                "licences": ["E5"],
                "voice_enabled": True,
                "contacts": [f"sip:{upn.partition('@')[0]}@{AGENTS}"],
            }
            for upn in users
        ],
        "queues": [
            {
                "name": f"Queue {number}",
                "line_uri": f"tel:+{number}",
                "distribution": "round-robin",
                "alerting": "parallel",
                "agent_limit": 300,
                "agents": users[:count],
                "max_waiting": 10_000,
                "max_wait": 2700,
            }
            for number, count in counts.items()
        ],
    }


def serve_command(data: Path, options: argparse.Namespace) -> list[str]:
    command = ["taskset", "-c", options.server_core, options.huntline, "serve", "--data", str(data)]
    command += ["--sip", f"udp:{SIP}", "--http", HTTP, "--media-address", "127.0.0.1"]
    return [*command, "--media-ports", MEDIA_PORTS]


@contextlib.contextmanager
def serving(data: Path, options: argparse.Namespace) -> Iterator[int]:
    """A server that is ready; its process id is the supervisor's (``taskset`` becomes it by exec)."""
    log = (data / "server.log").open("w+")
    process = subprocess.Popen(
        serve_command(data, options), stdout=subprocess.PIPE, stderr=log, text=True, process_group=0
    )
    try:
        assert process.stdout is not None
        if not any(line.startswith("Huntline is ready") for line in process.stdout):
            raise SystemExit(f"the server did not start:\n{(data / 'server.log').read_text()}")
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()
        log.close()


def left_over(data: Path, options: argparse.Namespace) -> dict[str, Any]:
    """What the server holds when all calls are over."""
    done = subprocess.run(
        [options.huntline, "status", "--data", str(data), "--json"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    status = json.loads(done.stdout)
    busy = [agent["upn"] for agent in status["agents"] if agent["state"] not in ("ready", "signed-out")]
    return {"calls": len(status["calls"]), "busy_agents": busy, "resources": status["resources"]}


def figures(result: dict[str, Any]) -> dict[str, Any]:
    """A result without its details."""
    found = {key: value for key, value in result.items() if key not in HIDDEN}
    if "rows" in result:
        found["rows"] = [
            {key: value for key, value in row.items() if key not in HIDDEN} for row in result["rows"]
        ]
    return found


if __name__ == "__main__":
    sys.exit(main())
