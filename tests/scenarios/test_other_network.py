"""Phones on other machines, some behind a NAT, and a server that is itself behind one."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import pytest

from . import sounds, tones
from .baresip import Baresip
from .commands import Commands
from .machines import ip, machines, on
from .office import Office
from .reactor import Reactor
from .server import Server

pytestmark = pytest.mark.scenario

_NET = f"{os.getpid() % 250}"
_LAN = f"10.99.{_NET}.0/24"
_SERVER, _ROUTER, _AGENT = (f"10.99.{_NET}.{host}" for host in (1, 2, 3))
_HOME_ROUTER, _HOME = (f"192.168.{_NET}.{host}" for host in (1, 2))
_CONTROL, _CONTROLLED = (f"10.98.{_NET}.{host}" for host in (1, 2))
_PUBLIC, _OUTSIDE = (f"198.18.{_NET}.{host}" for host in (1, 2))


def _cable(address: str, there: str, *others: str, here: str | None = None) -> None:
    """A cable from one machine to another: an address at this end (by default ours), some at the other."""
    one, other = (f"hl{os.getpid()}{there[-3:]}{len(others)}{end}" for end in "ab")
    ip("link", "add", one, "type", "veth", "peer", "name", other, "netns", there)
    if here is not None:
        ip("link", "set", one, "netns", here)
    inside = ("-n", here) if here is not None else ()
    ip(*inside, "addr", "add", f"{address}/24", "dev", one)
    ip(*inside, "link", "set", one, "up")
    for each in others:
        ip("-n", there, "addr", "add", f"{each}/24", "dev", other)
    ip("-n", there, "link", "set", other, "up")


def _router(machine: str, *rules: str) -> None:
    """Let a machine pass packets on, and change their addresses as nftables rules of these chains say."""
    hooks = "nft 'add chain ip t pre {type nat hook prerouting priority -100;}'\n"
    hooks += "nft 'add chain ip t post {type nat hook postrouting priority 100;}'\n"
    added = "".join(f"nft 'add rule ip t {rule}'\n" for rule in rules)
    on(machine, f"echo 1 > /proc/sys/net/ipv4/ip_forward\nnft add table ip t\n{hooks}{added}")


class _House:
    """A server that was told no more than where SIP is, and softphones on other machines."""

    def __init__(
        self, stack: contextlib.ExitStack, tmp_path: Path, commands: Commands, reactor: Reactor, *options: str
    ) -> None:
        self._stack, self._folder = stack, tmp_path
        self.server = Server(
            tmp_path / "data", commands, host=_SERVER, says_media_address=False, options=options
        )
        self.server.start()
        stack.callback(self.server.stop)
        self.office = Office(self.server, reactor, tmp_path)

    def softphone(
        self,
        user: str,
        network: str,
        address: str,
        tone: int,
        *,
        host: str = _SERVER,
        control: str | None = None,
    ) -> Baresip:
        """One that reaches the server at ``host``: a user's, or, with a number, that of somebody outside."""
        is_ours = not user.startswith("+")
        phone = Baresip(
            self._folder / user,
            user,
            self.office.domain if is_ours else address,
            (host, self.server.sip_port),
            tone=tone,
            registers=is_ours,
            address=address,
            network=network,
            control=control,
        )
        return self._stack.enter_context(contextlib.closing(phone))


def _talk(caller: Baresip, uri: str, callee: Baresip) -> None:
    """One calls, the other answers, and they hear each other."""
    caller.dial(uri)
    callee.wait("CALL_INCOMING")
    callee.answer()
    callee.wait("CALL_ESTABLISHED")
    time.sleep(1.5)  # they talk
    caller.hang_up()
    for phone in (callee, caller):
        phone.wait("CALL_CLOSED")  # what they heard is on file
    assert sounds.share_of(caller.tone, callee.heard(), since=0.3) > 0.8
    assert [tone for _, tone in caller.heard()].count(callee.tone) * 0.02 > 0.8


def test_all_hear_each_other_with_the_defaults_also_from_behind_a_nat(
    tmp_path: Path, commands: Commands, reactor: Reactor
) -> None:
    with machines("lan", "home") as (lan, home), contextlib.ExitStack() as stack:
        _cable(_SERVER, lan, _ROUTER, _AGENT)
        _cable(_HOME_ROUTER, home, _HOME, here=lan)
        ip("-n", home, "route", "add", "default", "via", _HOME_ROUTER)
        # Steered by a way that nothing of the server knows: to the address at home there is none.
        _cable(_CONTROL, home, _CONTROLLED, _CONTROLLED[:-1] + "3")
        _router(lan, f"post ip saddr {_HOME} masquerade")
        house = _House(stack, tmp_path, commands, reactor)
        house.office.settings["trunks"] = [{"name": "provider", "addresses": [_ROUTER]}]
        number = house.office.queue("amal")
        house.office.user("bao")
        house.office.open()
        amal = house.softphone("amal", lan, _AGENT, tones.AGENT)
        caller = house.softphone("+12065550100", home, _HOME, tones.CALLER, control=_CONTROLLED)
        _talk(caller, f"sip:{number}@{_SERVER}:{house.server.sip_port}", amal)
        bao = house.softphone("bao", home, _HOME, tones.SECOND_AGENT, control=_CONTROLLED)
        _talk(amal, f"sip:bao@{house.office.domain}", bao)
        assert house.office.calls()[0]["outcome"] == "answered"


def test_a_server_behind_a_nat_is_heard_on_both_sides_of_it(
    tmp_path: Path, commands: Commands, reactor: Reactor
) -> None:
    with machines("lan", "out") as (lan, outside), contextlib.ExitStack() as stack:
        _cable(_SERVER, lan, _ROUTER)
        _cable(_PUBLIC, outside, _OUTSIDE, here=lan)
        ip("route", "add", f"{_OUTSIDE}/32", "via", _ROUTER)
        stack.callback(ip, "route", "del", f"{_OUTSIDE}/32")
        _router(
            lan,
            f"pre ip saddr {_OUTSIDE} ip daddr {_PUBLIC} udp dport != 0 dnat to {_SERVER}",
            f"post ip saddr {_SERVER} ip daddr {_OUTSIDE} snat to {_PUBLIC}",
        )
        options = ("--network", f"{_LAN}={_SERVER}", "--network", f"0.0.0.0/0={_PUBLIC}")
        house = _House(stack, tmp_path, commands, reactor, *options)
        house.office.user("amal")
        house.office.user("bao")
        house.office.open()
        amal = house.softphone("amal", lan, _ROUTER, tones.AGENT)
        bao = house.softphone("bao", outside, _OUTSIDE, tones.SECOND_AGENT, host=_PUBLIC)
        _talk(amal, f"sip:bao@{house.office.domain}", bao)
        _talk(bao, f"sip:amal@{house.office.domain}", amal)
        assert f"{_PUBLIC} in 0.0.0.0/0" in house.server.log_text()
