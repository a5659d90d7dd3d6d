"""sipp runs of the scenarios beside this file."""

from __future__ import annotations

import contextlib
import csv
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from . import ports

SCENARIOS = Path(__file__).with_name("sipp")


@dataclass(frozen=True, slots=True)
class Result:
    """The last line of sipp's statistics."""

    exit_code: int
    succeeded: int
    failed: int
    retransmissions: int
    errors: str


class Sipp:
    """One sipp process. A scenario that answers runs until :meth:`stop`; one that calls ends by itself."""

    def __init__(
        self,
        folder: Path,
        scenario: str,
        *,
        target: tuple[str, int] | None = None,
        service: str = "",
        calls: int | None = None,
        rate: float = 10,
        port: int | None = None,
        timeout: int = 60,
        transport: str = "udp",
    ) -> None:
        self.port = port or ports.take(2)
        name = scenario.removesuffix(".xml")
        self._statistics, self._errors = folder / f"{name}.csv", folder / f"{name}.err"
        command = ["sipp", "-sf", str(SCENARIOS / scenario), "-i", "127.0.0.1", "-p", str(self.port)]
        command += ["-t", {"udp": "u1", "tcp": "t1"}[transport]]
        command += ["-mp", str(ports.take(6)), "-nostdin", "-trace_stat", "-stf", str(self._statistics)]
        command += ["-fd", "1", "-trace_err", "-error_file", str(self._errors), "-timeout", f"{timeout}s"]
        if target is not None:
            command += [f"{target[0]}:{target[1]}", "-s", service, "-r", f"{rate:g}", "-l", "1000"]
        if calls is not None:
            command += ["-m", str(calls)]
        self._timeout = timeout
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def wait_listening(self) -> None:
        """Wait until its TCP port is open."""
        deadline = time.monotonic() + 5
        while True:
            with (
                contextlib.suppress(ConnectionRefusedError),
                socket.create_connection(("127.0.0.1", self.port)),
            ):
                return
            assert time.monotonic() < deadline, f"sipp does not listen at {self.port}"
            time.sleep(0.05)  # it says so nowhere

    def wait(self) -> Result:
        """Wait until it has done all its calls."""
        try:
            self._process.wait(self._timeout + 10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        return self._result()

    def stop(self) -> Result:
        """End a scenario that answers."""
        self._process.terminate()
        return self.wait()

    def _result(self) -> Result:
        rows = []
        if self._statistics.exists():
            with self._statistics.open() as statistics:
                rows = list(csv.DictReader(statistics, delimiter=";"))
        last = rows[-1] if rows else {}
        errors = self._errors.read_text()[-2000:] if self._errors.exists() else ""
        return Result(
            self._process.returncode,
            int(last.get("SuccessfulCall(C)") or 0),
            int(last.get("FailedCall(C)") or 0),
            int(last.get("Retransmissions(C)") or 0),
            errors,
        )
