"""What processes and cores use, from /proc."""

from __future__ import annotations

import contextlib
import os
import platform
import time
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
_SETTLED = 0.05  # seconds of CPU within one
_SETTLES_WITHIN = 30.0


def family(pid: int) -> set[int]:
    """A process and all below it."""
    parents = {}
    for stat in _PROC.glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(_fields(stat)[1])
    found = {pid}
    while below := {child for child, parent in parents.items() if parent in found} - found:
        found |= below
    return found


def cpu_seconds(pid: int) -> float:
    """What a process and all below it have used, those that have ended among them, in steps of 10 ms."""
    ticks = 0
    for each in family(pid):
        with contextlib.suppress(OSError):
            ticks += sum(map(int, _fields(_PROC / str(each) / "stat")[11:15]))
    return ticks / _TICKS


def memory_kib(pid: int) -> int:
    """The memory of a process and all below it; what they share counts once (PSS)."""
    found = 0
    for each in family(pid):
        with contextlib.suppress(OSError):
            for line in (_PROC / str(each) / "smaps_rollup").read_text().splitlines():
                found += int(line.split()[1]) if line.startswith("Pss:") else 0
    return found


def pinned_to(core: int | None) -> list[str]:
    """What stands before a command that is to run on one core; nothing for any."""
    return [] if core is None else ["taskset", "-c", str(core)]


def settle(pid: int) -> None:
    """Wait until a server that has just started does nothing any more."""
    deadline = time.monotonic() + _SETTLES_WITHIN
    while time.monotonic() < deadline:
        used = cpu_seconds(pid)
        time.sleep(1)
        if cpu_seconds(pid) - used < _SETTLED:
            return


def busy_seconds() -> dict[int, float]:
    """How long each core has been busy since the machine started."""
    found = {}
    for line in (_PROC / "stat").read_text().splitlines():
        name, *times = line.split()
        if name.startswith("cpu") and name != "cpu":
            # user, nice, system, idle, iowait, irq, softirq, steal
            spent = list(map(int, times[:8]))
            found[int(name.removeprefix("cpu"))] = (sum(spent) - spent[3] - spent[4]) / _TICKS
    return found


def sockets_dropped(ports: set[int]) -> int:
    """Datagrams that the kernel has thrown away because nobody read them at these ports."""
    lines = (_PROC / "net/udp").read_text().splitlines()[1:]
    rows = [line.split() for line in lines]
    return sum(int(row[-1]) for row in rows if int(row[1].partition(":")[2], 16) in ports)


def description() -> dict[str, object]:
    """What the figures were made on."""
    models = [
        line.partition(":")[2].strip()
        for line in (_PROC / "cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    return {
        "processor": models[0] if models else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


class Window:
    """What a server and its core used from now until :meth:`close`."""

    def __init__(self, pid: int, core: int) -> None:
        self._pid, self._core = pid, core
        self._began_at, self._used, self._busy = time.monotonic(), cpu_seconds(pid), busy_seconds()
        self.seconds = self.cpu = self.others = 0.0

    def close(self) -> None:
        """``cpu`` are the seconds that the server used, ``others`` the share of its core that it did not."""
        self.cpu = cpu_seconds(self._pid) - self._used
        self.seconds = time.monotonic() - self._began_at
        busy = busy_seconds()[self._core] - self._busy[self._core]
        self.others = max(0.0, busy - self.cpu) / self.seconds

    @property
    def core_pct(self) -> float:
        """The share of one core that the server used."""
        return 100 * self.cpu / self.seconds


def _fields(stat: Path) -> list[str]:
    """The fields behind a process's name, which may have blanks: the first is its state."""
    return stat.read_text().rpartition(")")[2].split()
