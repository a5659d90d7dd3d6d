#!/usr/bin/env python3
"""More calls than can be served: ``bench/overload.py GENERATOR_FOLDER [--rate 200] [--factors 1,1.5,2,3]``.

A fresh server, pinned to one core, has calls that are up and stay up; then callers come at each multiple of
the rate, for some seconds each, and once more at less than the rate 5 s after the last of it. See README.md
beside this file.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from queue_bench import AGENTS, ROOT, SIP, organisation_of, serving

_CALM = 5.0  # seconds from the end of the overload to the calls that must be served again
_UP_AGENTS = "127.0.0.1:5071"
_REFUSED = """
  <recv response="503" optional="true" next="1" counter="1"></recv>
  <recv response="200" rrs="true" timeout="30000" rtd="1">"""
_END = """
  <label id="2"/>
</scenario>"""
_ACK_REFUSED = """
  <nop next="2"></nop>
  <label id="1"/>
  <send>
    <![CDATA[
      ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch-1];rport
      From: <sip:c[call_number]@[local_ip]:[local_port]>;tag=[pid]c[call_number]
      [last_To:]
      Call-ID: [call_id]
      CSeq: 1 ACK
      Max-Forwards: 70
      Content-Length: 0

    ]]>
  </send>"""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("generator", type=Path, help="the folder with the generator's sipp/ scenarios")
    parser.add_argument("--rate", type=float, default=200, help="calls/s that the server can just sustain")
    parser.add_argument("--factors", default="1,1.5,2,3")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--up", type=int, default=200, help="calls that are up all the time")
    parser.add_argument("--server-core", default="0")
    parser.add_argument("--generator-core", default="1")
    parser.add_argument("--huntline", default=str(ROOT / ".venv/bin/huntline"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="huntline-bench-") as folder:
        data = Path(folder)
        scenarios = scenarios_in(options, data)
        organisation = data / "bench.yaml"
        organisation.write_text(json.dumps(organisation_with(options)))  # JSON is YAML
        command = [options.huntline, "apply", str(organisation), "--data", folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with serving(data, options) as pid, calls_up(options, data, scenarios) as up:
            for row in rows(options, data, scenarios, pid):
                print(json.dumps(row), flush=True)
            print(json.dumps({"calls up": options.up, "still up": up()}), flush=True)
            log = (data / "server.log").read_text().splitlines()
        for line in log[:2] + log[-2:]:
            print(line)
    return 0


def rows(
    options: argparse.Namespace, data: Path, scenarios: dict[str, Path], pid: int
) -> Iterator[dict[str, Any]]:
    """A row for each multiple of the rate, and one for the rate again."""
    agents = ["-sf", str(scenarios["agent"]), "-p", AGENTS.rpartition(":")[2], "-mp", "30000"]
    with sipp(options, data, agents):
        time.sleep(0.5)
        for factor in map(float, options.factors.split(",")):
            rate = factor * options.rate
            yield {"factor": factor, **offered(options, data, scenarios, pid, rate, options.seconds)}
        time.sleep(_CALM)
        yield {"afterwards": 0.8, **offered(options, data, scenarios, pid, 0.8 * options.rate, 10)}


def offered(
    options: argparse.Namespace,
    data: Path,
    scenarios: dict[str, Path],
    pid: int,
    rate: float,
    seconds: float,
) -> dict[str, Any]:
    """What became of calls that came at a rate."""
    began_at, used = time.monotonic(), cpu_of(pid)
    statistics = data / "callers.csv"
    for old in data.glob("*_rtt.csv"):
        old.unlink()
    arguments = ["-sf", str(scenarios["caller"]), SIP, "-s", "800", "-p", "5080", "-mp", "32000"]
    arguments += ["-r", f"{rate:g}", "-m", str(int(rate * seconds)), "-l", "100000", "-trace_rtt"]
    arguments += ["-rtt_freq", "1", "-stf", str(statistics), "-trace_stat"]
    with sipp(options, data, arguments) as callers:
        callers.wait(seconds + 120)
    used, took = cpu_of(pid) - used, time.monotonic() - began_at
    with statistics.open() as file:
        last = list(csv.DictReader(file, delimiter=";"))[-1]
    refused = int(last["GenericCounter1(C)"])
    good = int(last["SuccessfulCall(C)"]) - refused
    times = sorted(
        float(line.split(";")[1])
        for path in data.glob("*_rtt.csv")
        for line in path.read_text().splitlines()[1:]
    )
    return {
        "calls/s": rate,
        "offered": int(rate * seconds),
        "good": good,
        "good/s": round(good / seconds, 1),
        "refused": refused,
        "server_core_pct": round(100 * used / took),
        "cpu_ms_per_good": round(1000 * used / max(good, 1), 1),
        "failed": int(last["FailedCall(C)"]),
        "retransmitted": int(last["Retransmissions(C)"]),
        "answered_after_ms": [times[int(len(times) * part)] for part in (0.5, 0.99)] if times else None,
    }


def cpu_of(supervisor: int) -> float:
    """Seconds that the server's processes have used: those of the supervisor and all below it."""
    parents, ticks = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            pid = int(stat.parent.name)
            parents[pid], ticks[pid] = int(fields[1]), int(fields[11]) + int(fields[12])
    family = {supervisor}
    while below := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= below
    return sum(ticks.get(pid, 0) for pid in family) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def calls_up(options: argparse.Namespace, data: Path, scenarios: dict[str, Path]) -> Iterator[Any]:
    """Calls that nobody hangs up; gives what counts those that are still there."""
    statistics = data / "up.csv"
    agents = ["-sf", str(scenarios["quiet agent"]), "-p", _UP_AGENTS.rpartition(":")[2], "-mp", "34000"]
    callers = [
        "-sf",
        str(scenarios["quiet caller"]),
        SIP,
        "-s",
        "830",
        "-p",
        "5082",
        "-mp",
        "36000",
        "-r",
        "20",
    ]
    callers += ["-m", str(options.up), "-l", "100000", "-trace_stat", "-stf", str(statistics)]
    callers += ["-fd", "1"]
    with sipp(options, data, agents), sipp(options, data, callers):
        time.sleep(options.up / 20 + 3)

        def still_up() -> int:
            time.sleep(1.5)
            with statistics.open() as file:
                return int(list(csv.DictReader(file, delimiter=";"))[-1]["CurrentCall"])

        yield still_up


@contextlib.contextmanager
def sipp(options: argparse.Namespace, data: Path, arguments: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A generator process; killed at the end, for whoever is called only waits."""
    command = ["taskset", "-c", options.generator_core, "sipp", *arguments, "-nostdin", "-i", "127.0.0.1"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, cwd=data)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def scenarios_in(options: argparse.Namespace, data: Path) -> dict[str, Path]:
    """The generator's scenarios: callers who take a refusal, and calls that last."""
    agent, caller = ((options.generator / "sipp" / name).read_text() for name in ("agent.xml", "caller.xml"))
    refusable = caller.replace('<send retrans="500">', '<send retrans="500" start_rtd="1">', 1)
    answer = '\n  <recv response="200" rrs="true" timeout="30000">'
    assert answer in refusable
    refusable = refusable.replace(answer, _REFUSED).replace("</scenario>", _ACK_REFUSED + _END)
    texts = {
        "agent": agent,
        "caller": refusable,
        "quiet agent": agent.replace('<pause milliseconds="2000"/>', '<pause milliseconds="3600000"/>'),
        "quiet caller": caller.replace('timeout="40000"', 'timeout="3600000"'),
    }
    paths = {name: data / f"{name.replace(' ', '-')}.xml" for name in texts}
    for name, text in texts.items():
        paths[name].write_text(text)
    return paths


def organisation_with(options: argparse.Namespace) -> dict[str, Any]:
    """Enough agents for the rate, for they talk for 2 s, and a queue of its own for calls that stay up."""
    made = organisation_of(int(3 * options.rate))
    up = [f"u{n}@bench.test" for n in range(options.up)]
    made["users"] += [
        {
            "upn": upn,
            "licences": ["E5"],
            "voice_enabled": True,
            "contacts": [f"sip:{upn.partition('@')[0]}@{_UP_AGENTS}"],
        }
        for upn in up
    ]
    made["numbers"].append({"number": "+830", "kind": "service-toll"})
    made["queues"].append({**made["queues"][0], "name": "Queue 830", "line_uri": "tel:+830", "agents": up})
    for queue in made["queues"]:
        queue["agent_limit"] = 10_000
    return made


if __name__ == "__main__":
    sys.exit(main())
