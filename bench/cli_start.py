"""How long commands take from a shell's point of view, with bytecode writing off: CPU and wall, best of nine.

.venv/bin/python bench/cli_start.py DATA     # the data folder of a running server
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

RUNS = 9
HUNTLINE = str(Path(sys.executable).with_name("huntline"))


def best_of(command: list[str]) -> tuple[float, float]:
    """CPU and wall time in seconds."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    cpu, wall = [], []
    for _ in range(RUNS):
        before, started_at = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
        wall.append(time.monotonic() - started_at)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(cpu), min(wall)


def main() -> None:
    """Print a line for each command, and one for Python alone, for comparison."""
    data = ["--data", sys.argv[1]]
    for words in (["--help"], ["queue", "list", *data], ["agent", "list", *data], ["status", *data]):
        cpu, wall = best_of([HUNTLINE, *words])
        print(f"huntline {' '.join(words)}: cpu {cpu * 1000:.0f} ms, wall {wall * 1000:.0f} ms")
    cpu, wall = best_of([sys.executable, "-c", "pass"])
    print(f"python -c pass: cpu {cpu * 1000:.0f} ms, wall {wall * 1000:.0f} ms")


if __name__ == "__main__":
    main()
