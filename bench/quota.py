#!/usr/bin/env python3
"""What an organization feels of its neighbour: ``bench/quota.py [--quota 20] [--times 5] [--rate 20]``.

Two organizations are on one server, pinned to one core. One is at work; how long its callers wait for the
answer is told when it is alone, when the other one is flooded at some times its quota, and when the same
flood comes and there is no quota. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from bench.load import sipp_calls  # noqa: E402
from bench.load.contestants import QUEUES, TARGET, Running  # noqa: E402
from bench.load.ours import Huntline, apply, organization  # noqa: E402
from bench.load.parties import HOST  # noqa: E402
from bench.overload import offered  # noqa: E402

_NUMBER, _PORT, _MEDIA_PORT = "850", 5083, 38_000
_SECONDS_FULL = 3  # of its new calls until it has all that it may have at once


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quota", type=int, default=20, help="new calls/s that the flooded one may have")
    parser.add_argument("--times", type=float, default=5, help="how many times that comes")
    parser.add_argument("--rate", type=float, default=20, help="calls/s of the other")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--server-core", type=int, default=0)
    parser.add_argument("--generator-core", type=int, default=1)
    options = parser.parse_args()
    ours = Huntline("huntline", ROOT, organization(queues={**QUEUES, "800": int(3 * options.rate)}))
    flood = options.quota * options.times
    for what, quota, rate in (("alone", 0, 0), ("quota", options.quota, flood), ("no quota", 0, flood)):
        with ours.running(options.server_core) as server:
            apply(ours.command, server.folder / "data", flooded(quota))
            print(json.dumps({"the other": what, **row(options, server, rate)}), flush=True)
    return 0


def row(options: argparse.Namespace, server: Running, flood: float) -> dict[str, Any]:
    """What becomes of the calls of one, while so many a second come for the other."""
    with (
        sipp_calls.agents(server.folder, core=options.generator_core),
        flooding(options, server, flood) as it,
    ):
        time.sleep(_SECONDS_FULL + 1)
        found = offered(options, server, options.rate, options.seconds)
        counted = it.statistics() if it else sipp_calls.Statistics()
    return {**found, "flood/s": flood, "let in": counted.open, "flood refused": counted.refused}


@contextlib.contextmanager
def flooding(options: argparse.Namespace, server: Running, rate: float) -> Iterator[sipp_calls.Sipp | None]:
    """Callers of the other organization, who wait for as long as this lasts; none without a rate."""
    if not rate:
        yield None
        return
    with sipp_calls.callers(
        server.folder,
        TARGET,
        _NUMBER,
        calls=int(rate * (options.seconds + _SECONDS_FULL + 30)),
        rate=rate,
        core=options.generator_core,
        port=_PORT,
        media_port=_MEDIA_PORT,
    ) as sipp:
        yield sipp


def flooded(quota: int) -> dict[str, Any]:
    """An organization whose callers wait in a queue without agents; 0 is no quota."""
    return {
        "organization": "Flooded",
        "domains": ["flooded.test"],
        "limits": {"max_waiting": 10_000},
        "quota": {"max_calls": _SECONDS_FULL * quota, "max_calls_per_second": quota},
        "trunks": [{"name": "generator", "addresses": [HOST]}],
        "numbers": [{"number": f"+{_NUMBER}", "kind": "service-toll"}],
        "queues": [
            {"name": "Flooded", "line_uri": f"tel:+{_NUMBER}", "max_waiting": 10_000, "max_wait": 2700}
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
