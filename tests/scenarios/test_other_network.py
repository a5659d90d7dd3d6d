"""A caller from another network, and a server that was told no more than where SIP is."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import sounds, tones
from .baresip import Baresip
from .commands import Commands
from .office import Office
from .reactor import Reactor
from .server import Server

pytestmark = pytest.mark.scenario

_NET = f"{os.getpid() % 250}"
_SERVER, _CALLER, _AGENT = (f"10.99.{_NET}.{host}" for host in (1, 2, 3))


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


@contextlib.contextmanager
def _network() -> Iterator[str]:
    """Another machine, as far as addresses go: a network namespace at the end of a cable; its name."""
    name, here, there = f"huntline{os.getpid()}", f"hl{os.getpid()}a", f"hl{os.getpid()}b"
    try:
        _ip("netns", "add", name)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this machine lets nobody make a network namespace: {error}")
    try:
        _ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", name)
        _ip("addr", "add", f"{_SERVER}/24", "dev", here)
        _ip("link", "set", here, "up")
        for address in (_CALLER, _AGENT):
            _ip("-n", name, "addr", "add", f"{address}/24", "dev", there)
        _ip("-n", name, "link", "set", there, "up")
        _ip("-n", name, "link", "set", "lo", "up")
        yield name
    finally:
        _ip("netns", "del", name)


def test_both_hear_each_other_with_the_defaults(tmp_path: Path, commands: Commands, reactor: Reactor) -> None:
    with _network() as network, contextlib.ExitStack() as stack:
        server = Server(tmp_path / "data", commands, host=_SERVER, says_media_address=False)
        server.start()
        stack.callback(server.stop)
        office = Office(server, reactor, tmp_path)
        office.settings["trunks"] = [{"name": "provider", "addresses": [_CALLER]}]
        number = office.queue("amal")
        office.open()

        def softphone(user: str, domain: str, address: str, tone: int) -> Baresip:
            phone = Baresip(
                tmp_path / user,
                user,
                domain,
                server.address,
                tone=tone,
                registers=user == "amal",
                address=address,
                network=network,
            )
            return stack.enter_context(contextlib.closing(phone))

        amal = softphone("amal", office.domain, _AGENT, tones.AGENT)
        caller = softphone("+12065550100", _CALLER, _CALLER, tones.CALLER)
        caller.dial(f"sip:{number}@{server.host}:{server.sip_port}")
        amal.wait("CALL_INCOMING")
        amal.answer()
        amal.wait("CALL_ESTABLISHED")
        time.sleep(2)  # they talk
        caller.hang_up()
        amal.wait("CALL_CLOSED")
        assert sounds.share_of(tones.CALLER, amal.heard(), since=0.3) > 0.8
        assert [tone for _, tone in caller.heard()].count(tones.AGENT) * 0.02 > 1
        assert office.calls()[0]["outcome"] == "answered"
