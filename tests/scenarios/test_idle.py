"""A server with nobody on the line sleeps."""

from __future__ import annotations

import contextlib
import re
import time
from pathlib import Path

import pytest

from .office import Office
from .reactor import Reactor
from .server import Server
from .stories import talk

pytestmark = pytest.mark.scenario

_SWITCHES = re.compile(r"^voluntary_ctxt_switches:\s+(\d+)", re.MULTILINE)
_FEW = 25
"""Wake-ups of a second: the clock of audio alone would make 50, a look ten times a second 10 more."""


def test_after_a_call_the_clock_of_audio_rests(server: Server, reactor: Reactor, tmp_path: Path) -> None:
    office = Office(server, reactor, tmp_path)
    number = office.queue("amal")
    office.open()
    caller, agent = talk(office.caller("+12065550101"), number, office.agent("amal"))
    caller.hang_up()
    agent.wait_ended()
    office.close()
    server.assert_empty()
    # Now and then several looks at the health of the server fall into one second.
    assert any(_wake_ups(server, 1.0) < _FEW for _ in range(5))


def _wake_ups(server: Server, seconds: float) -> int:
    before = _switches(server)
    time.sleep(seconds)
    return _switches(server) - before


def _switches(server: Server) -> int:
    total = 0
    for pid in (server.pid, *server.children()):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):  # it has ended meanwhile
                total += sum(map(int, _SWITCHES.findall((thread / "status").read_text())))
    return total
