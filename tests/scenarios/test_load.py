"""Many calls at once, and a bad line: none is lost, nothing remains."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .office import Office
from .sipp import Sipp

pytestmark = pytest.mark.scenario

TESTS = Path(__file__).parents[1]


def test_two_hundred_calls_at_twenty_a_second(office: Office, tmp_path: Path) -> None:
    agents = Sipp(tmp_path, "agent.xml", timeout=90)
    names = [f"a{n}" for n in range(20)]
    for name in names:
        office.user(name, contacts=[f"sip:{name}@127.0.0.1:{agents.port}"])
    number = office.queue(*names, distribution="round-robin")
    office.open()
    callers = Sipp(
        tmp_path, "caller.xml", target=office.server.address, service=number, calls=200, rate=20, timeout=60
    )
    result = callers.wait()
    agents.stop()
    assert (result.succeeded, result.failed) == (200, 0), result.errors
    assert result.exit_code == 0
    states = {
        agent["state"] for agent in office.server.status()["agents"] if agent["upn"].endswith(office.domain)
    }
    assert states == {"ready"}


def test_no_call_is_stuck_on_a_line_that_loses_five_percent() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scenarios.lossy", "--calls", "60", "--loss", "5"],
        cwd=TESTS,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    result = json.loads(done.stdout)
    assert result["dropped_packets"] > 0
    assert result["stuck"] == 0
    assert result["talked"] + result["failed"] == 60
    assert result["failed"] <= 1, "64 times T1 are enough for nearly every call (0.05 ** 7)"
    assert result["left"] == []
