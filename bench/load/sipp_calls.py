"""Calls by the hundred a second: sipp as callers and as agents, where nobody needs to hear anything."""

from __future__ import annotations

import contextlib
import csv
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .machine import pinned_to
from .parties import AGENTS_PORT, CALLERS_PORT, HOST

_SCENARIOS = Path(__file__).with_name("sipp")
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Statistics:
    """What sipp has counted until now."""

    created: int = 0
    succeeded: int = 0
    """The refused ones among them."""
    failed: int = 0
    refused: int = 0
    resent: int = 0
    open: int = 0


class Sipp:
    """A running sipp; its statistics are written each second, and at its end."""

    def __init__(self, process: subprocess.Popen[bytes], statistics: Path) -> None:
        self.process, self._statistics = process, statistics

    def wait(self, seconds: float) -> bool:
        """Wait until it has done all its calls; whether it has."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self) -> None:
        self.process.terminate()
        if not self.wait(3):
            self.process.kill()
            self.process.wait()

    def statistics(self) -> Statistics:
        return statistics_of(self._statistics.read_text() if self._statistics.exists() else "")


def statistics_of(table: str) -> Statistics:
    """The last row of a statistics file."""
    rows = list(csv.DictReader(table.splitlines(), delimiter=";"))
    if not rows:
        return Statistics()

    def number(name: str) -> int:
        return int(rows[-1].get(name) or 0)

    return Statistics(
        created=number("TotalCallCreated"),
        succeeded=number("SuccessfulCall(C)"),
        failed=number("FailedCall(C)"),
        refused=number("GenericCounter1(C)"),
        resent=number("Retransmissions(C)"),
        open=number("CurrentCall"),
    )


@contextlib.contextmanager
def agents(
    folder: Path,
    *,
    core: int | None,
    talk: float | None = 2.0,
    port: int = AGENTS_PORT,
    media_port: int = 30_000,
) -> Iterator[Sipp]:
    """Agents who answer at once and hang up after ``talk`` seconds, or, if it is None, never."""
    milliseconds = _HOUR_MS if talk is None else round(1000 * talk)
    words = ["-p", str(port), "-mp", str(media_port), "-d", str(milliseconds)]
    with _running(folder, f"agents-{port}", "agent.xml", words, core) as sipp:
        yield sipp


@contextlib.contextmanager
def callers(
    folder: Path,
    target: str,
    number: str,
    *,
    calls: int,
    rate: float,
    core: int | None,
    port: int = CALLERS_PORT,
    media_port: int = 32_000,
    words: tuple[str, ...] = (),
    direction: str = "sendrecv",
) -> Iterator[Sipp]:
    """So many callers at this rate, who wait until somebody hangs up. ``direction``: of their audio."""
    words = (
        target,
        "-key",
        "direction",
        direction,
        "-s",
        number,
        "-p",
        str(port),
        "-mp",
        str(media_port),
        *words,
    )
    words = (*words, "-r", f"{rate:g}", "-m", str(calls), "-l", "100000")
    with _running(folder, f"callers-{port}", "caller.xml", [*words], core) as sipp:
        yield sipp


@contextlib.contextmanager
def _running(folder: Path, name: str, scenario: str, words: list[str], core: int | None) -> Iterator[Sipp]:
    statistics = folder / f"{name}.csv"
    statistics.unlink(missing_ok=True)
    command = [*pinned_to(core), "sipp", "-sf", str(_SCENARIOS / scenario), *words]
    # Like any phone: an ACK that comes again, for an answer that was sent again, ends no call.
    command += ["-default_behaviors", "all,-abortunexp"]
    command += ["-i", HOST, "-nostdin", "-trace_stat", "-fd", "1", "-stf", str(statistics)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, cwd=folder)
    sipp = Sipp(process, statistics)
    try:
        yield sipp
    finally:
        sipp.stop()
