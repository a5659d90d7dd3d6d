"""The same over IPv6."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from .commands import Commands
from .office import Office
from .reactor import Reactor
from .server import Server
from .stories import assert_heard_each_other, desk, talk

pytestmark = pytest.mark.scenario


def test_a_call_over_ipv6(commands: Commands, reactor: Reactor, tmp_path: Path) -> None:
    server = Server(tmp_path / "data", commands, host="::1")
    server.start()
    try:
        with contextlib.closing(Office(server, reactor, tmp_path)) as office:
            number, [amal] = desk(office, "amal")
            caller, agent = talk(office.caller(), number, amal)
            assert_heard_each_other(caller, agent)
            agent.hang_up()
            caller.wait_ended()
            server.assert_empty()
    finally:
        server.stop()
