#!/usr/bin/env python3
"""What calls cost: ``bench/queue_bench.py [--peer ROOT] [--base CHECKOUT] [--quick] [--keep]``.

Huntline, and in turn with it the peer (Asterisk) that is installed below ROOT, and Huntline of another
checkout: three rounds, each run with a fresh server on one core and the generator on another. See README.md
beside this file. Exits with 1 if something takes more than it did, by ratios alone.
"""

from __future__ import annotations

import argparse
import dataclasses
import gc
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from bench.load import machine, report  # noqa: E402
from bench.load.comparison import (  # noqa: E402
    BASE,
    OURS,
    Results,
    is_comparable,
    worse_than_base,
    worse_than_kept,
)
from bench.load.contestants import Contestant  # noqa: E402
from bench.load.ours import Huntline  # noqa: E402
from bench.load.peer import Asterisk  # noqa: E402
from bench.load.runs import QUICK, RUNS, Result, Size  # noqa: E402

KEPT, CHART = ROOT / "bench/figures.json", ROOT / "docs/performance.svg"
PAGE = ROOT / "docs/performance.md"


def main() -> int:
    options = _options()
    results = json.loads(options.results.read_text()) if options.results else _measured(options)
    print("\n".join(report.table(results)))
    _keep_safe(options, results)
    verdict = _verdict(results)
    if options.keep:
        _keep(results)
    return verdict


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--peer", type=Path, metavar="ROOT", help="the root of a system with Asterisk; / is this"
    )
    parser.add_argument("--base", type=Path, metavar="CHECKOUT", help="another Huntline, with its .venv")
    parser.add_argument("--rounds", type=int, help="how many, in turn; default 3, or 1 if quick")
    parser.add_argument("--quick", action="store_true", help="one round with fewer calls: some three minutes")
    parser.add_argument("--runs", default=",".join(RUNS), help="default: %(default)s")
    parser.add_argument("--server-core", type=int, default=0)
    parser.add_argument("--generator-core", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("bench-results"), help="the folder of results.json")
    parser.add_argument("--keep", action="store_true", help=f"as {KEPT.name} and in docs/{PAGE.name}")
    parser.add_argument("--results", type=Path, help="measure nothing, take those of an earlier run")
    options = parser.parse_args()
    unknown = set(options.runs.split(",")) - set(RUNS)
    if unknown:
        parser.error(f"there is no run {', '.join(sorted(unknown))}; there are {', '.join(RUNS)}")
    if options.keep and options.quick:
        parser.error("the quick form is not kept: later runs of the whole one could not be compared with it")
    cores = {options.server_core, options.generator_core}
    if len(cores) < 2 or not cores <= os.sched_getaffinity(0):
        parser.error("the server and the generator need a core each that this process may use")
    if shutil.which("sipp") is None:
        parser.error("sipp is not installed (the package sip-tester has it)")
    return options


def _contestants(options: argparse.Namespace) -> Iterator[Contestant]:
    """Who is measured, Huntline first; what cannot be is said."""
    yield Huntline(OURS, ROOT)
    if options.base:
        yield Huntline(BASE, options.base.resolve())
    if options.peer is None:
        _say("no peer is given (--peer, or make bench PEER=ROOT): Huntline is measured without it")
    elif missing := Asterisk.missing(options.peer):
        _say(f"{missing}: Huntline is measured without the peer")
    else:
        yield Asterisk(options.peer.resolve())


def _measured(options: argparse.Namespace) -> Results:
    """All rounds. What fails is written down, and the rest goes on."""
    size = QUICK if options.quick else Size()
    found: list[dict[str, Any]] = []
    began_at = time.monotonic()
    contestants = list(_contestants(options))
    results: Results = {
        "command": " ".join(["bench/queue_bench.py", *sys.argv[1:]]),
        "date": date.today().isoformat(),  # noqa: DTZ011  # the day it is for whoever measures
        "machine": machine.description(),
        "versions": {each.name: each.version() for each in contestants},
        "size": dataclasses.asdict(size),
        "rounds": found,
    }
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # users' servers are compiled once
    os.sched_setaffinity(0, {options.generator_core})
    gc.disable()  # it would stop all phones at once
    for number in range(1, (options.rounds or (1 if options.quick else 3)) + 1):
        for run in options.runs.split(","):
            for contestant in contestants:
                passed = time.gmtime(time.monotonic() - began_at)
                _say(f"{time.strftime('%M:%S', passed)} round {number}, {contestant.name}: {run}")
                result = _result(contestant, run, size, options)
                found.append({"round": number, "server": contestant.name, "run": run} | result)
                gc.collect()
    results["took_s"] = round(time.monotonic() - began_at)
    return results


def _result(contestant: Contestant, run: str, size: Size, options: argparse.Namespace) -> dict[str, Any]:
    try:
        with contestant.running(options.server_core) as server:
            result = RUNS[run](server, size, options.server_core, options.generator_core)
    except Exception as error:  # whatever it is, the other rounds are worth having
        result = Result(failed=f"{type(error).__name__}: {error}")
    if result.failed:
        _say(f"      failed: {result.failed}")
    return dataclasses.asdict(result)


def _keep_safe(options: argparse.Namespace, results: Results) -> None:
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (options.out / "results.svg").write_text(report.chart(results))
    _say(f"all of it is in {options.out}/results.json, and a chart in results.svg")


def _verdict(results: Results) -> int:
    """Say what has become worse; 1 if anything has."""
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else None
    worse = []
    if kept and is_comparable(results, kept):
        worse += worse_than_kept(results, kept)
    else:
        _say("nothing to compare with the kept figures: that takes the peer, and the whole form")
    if BASE in results["versions"]:
        worse += worse_than_base(results)
    for each in worse:
        print(f"worse: {each}")
    return 1 if worse else 0


def _keep(results: Results) -> None:
    """Make them the figures that later ones are compared with, and that the documentation shows."""
    rounds = [{key: row[key] for key in row if key != "details"} for row in results["rounds"]]
    KEPT.write_text(json.dumps({**results, "rounds": rounds}, indent=1) + "\n")
    CHART.write_text(report.chart(results))
    PAGE.write_text(report.put_into(PAGE.read_text(), report.page(results, CHART.name)))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
