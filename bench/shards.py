#!/usr/bin/env python3
"""What a call costs where several servers share one PostgreSQL: ``shards.py [--rate 30] [--seconds 20]``.

One server, and then two at the same time, each with calls of its own at the same rate: CPU of a call of each
by process groups, so that it says something also where the servers have to share cores. See README.md.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from bench.load import sipp_calls  # noqa: E402
from bench.load.machine import Window, settle  # noqa: E402
from bench.load.ours import organization  # noqa: E402
from bench.load.parties import HOST  # noqa: E402
from tests.postgresql import PostgresqlServer, postgresql_server  # noqa: E402

_HUNTLINE = str(ROOT / ".venv/bin/huntline")
_NAMES = ("main", "north")
_STARTS_WITHIN = 60.0


@dataclass(frozen=True)
class Shard:
    """One server that runs; ``place`` says which ports are its own."""

    pid: int
    place: int
    folder: Path

    @property
    def target(self) -> str:
        return f"{HOST}:{5160 + self.place}"

    @property
    def number(self) -> str:
        return f"80{self.place}"

    @property
    def agents_port(self) -> int:
        return 5070 + self.place


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=float, default=30, help="calls/s of each server")
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    for count in (1, 2):
        with postgresql_server() as database, servers(database, count, options.rate) as running:
            print(json.dumps({"servers": count, "each": measured(running, options)}), flush=True)
    return 0


@contextlib.contextmanager
def servers(database: PostgresqlServer, count: int, rate: float) -> Iterator[list[Shard]]:
    """So many servers on one database, each with a queue of its own."""
    url = database.new_database().text
    with tempfile.TemporaryDirectory(prefix="huntline-bench-") as name, contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(server(Path(name) / _NAMES[place], place, url, rate))
            for place in range(count)
        ]


@contextlib.contextmanager
def server(data: Path, place: int, url: str, rate: float) -> Iterator[Shard]:
    data.mkdir()
    first = 20_000 + 4_000 * place
    settings = {
        "database": url,
        "shard": data.name,
        "sip": [f"udp:{HOST}:{5160 + place}"],
        "http": f"{HOST}:{5260 + place}",
        "media_ports": f"{first}-{first + 3_999}",
    }
    lines = (f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
    (data / "huntline.toml").write_text("".join(lines))
    number = f"80{place}"
    wanted = organization(f"{HOST}:{5070 + place}", {number: round(4 * rate)})
    named = {"organization": f"Bench {place}", "domains": [f"bench{place}.test"]}
    (data / "bench.yaml").write_text(json.dumps(wanted | named).replace("@bench.test", f"@bench{place}.test"))
    apply = [_HUNTLINE, "apply", str(data / "bench.yaml"), "--data", str(data)]
    subprocess.run(apply, check=True, stdout=subprocess.DEVNULL)
    with (data / "server.log").open("w") as log:
        process = subprocess.Popen([_HUNTLINE, "serve", "--data", str(data)], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + _STARTS_WITHIN
        while "is ready" not in (said := (data / "server.log").read_text()):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(said[-2000:])
            time.sleep(0.1)
        yield Shard(process.pid, place, data)
    finally:
        process.terminate()
        process.wait()


def measured(running: list[Shard], options: argparse.Namespace) -> list[dict[str, Any]]:
    """What each server made of its calls, which came to all of them at the same time."""
    calls = int(options.rate * options.seconds)
    with contextlib.ExitStack() as stack:
        for each in running:
            media = 30_000 + 1_000 * each.place
            agents = sipp_calls.agents(each.folder, core=None, port=each.agents_port, media_port=media)
            stack.enter_context(agents)
        for each in running:
            settle(each.pid)
        windows = [Window(each.pid, 0) for each in running]
        callers = [
            stack.enter_context(
                sipp_calls.callers(
                    *(each.folder, each.target, each.number),
                    calls=calls,
                    rate=options.rate,
                    core=None,
                    port=5080 + each.place,
                    media_port=34_000 + 1_000 * each.place,
                )
            )
            for each in running
        ]
        for caller in callers:
            caller.wait(options.seconds + 60)
        found = [caller.statistics() for caller in callers]
        for window in windows:
            window.close()
    return [
        {
            "calls/s": options.rate,
            "good": statistics.succeeded - statistics.refused,
            "of": calls,
            "resent": statistics.resent,
            "cpu_ms_per_call": round(1000 * window.cpu / calls, 1),
        }
        for statistics, window in zip(found, windows, strict=True)
    ]


if __name__ == "__main__":
    sys.exit(main())
