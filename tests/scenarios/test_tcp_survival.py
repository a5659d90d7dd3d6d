"""Signalling is killed while phones over TCP talk and ring: they are back, or reached where they listen."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import tones
from .baresip import Baresip
from .office import Office
from .phone import Phone
from .reactor import Reactor
from .server import Server
from .stories import come_back, hear_each_other, talk

pytestmark = pytest.mark.scenario

QUIET = 0.2  # seconds, on a machine that does ten things at once


@pytest.fixture
def house(hurt_server: Server, reactor: Reactor, tmp_path: Path) -> Iterator[Office]:
    with contextlib.closing(Office(hurt_server, reactor, tmp_path)) as office:
        yield office


def on_tcp(house: Office, name: str, tone: int) -> Phone:
    phone = house.agent(name, is_registered=False, transport="tcp", tone=tone)
    phone.instance = f"desk-{name}"
    phone.register()
    return phone


def test_phones_over_tcp_that_come_back_go_on_talking_and_ringing(house: Office) -> None:
    number = house.queue("amal", "bao", distribution="serial", agent_alert_time=60)
    house.open()
    amal, bao = on_tcp(house, "amal", tones.AGENT), on_tcp(house, "bao", tones.SECOND_AGENT)
    first, agent = talk(house.caller(), number, amal)
    second = house.caller("+12065550101").dial(number)
    second.wait_answered()
    ring = bao.wait_call()

    killed_at = time.time()
    house.server.kill_child("signalling")
    for phone in (amal, bao):
        come_back(phone)
    ring.answer()
    ring.wait_up(8)
    hear_each_other(second, ring)
    hear_each_other(first, agent)
    assert first.sound.longest_gap(since=killed_at, until=time.time() - 0.1) < QUIET
    assert agent.sound.longest_gap(since=killed_at, until=time.time() - 0.1) < QUIET
    agent.hang_up()
    first.wait_ended()
    second.hang_up()
    ring.wait_ended()
    assert [call["outcome"] for call in house.calls(2)] == ["answered"] * 2
    house.server.assert_empty()


def test_baresip_over_tcp_keeps_its_call_and_is_rung_again(house: Office, tmp_path: Path) -> None:
    number = house.queue("amal")
    house.open()
    desk = Baresip(
        tmp_path / "desk", "amal", house.domain, house.server.address, tone=tones.AGENT, transport="tcp"
    )
    with contextlib.closing(desk):
        caller = house.caller().dial(number)
        desk.wait("CALL_INCOMING")
        desk.answer()
        caller.sound.wait_for(tones.AGENT, 8)
        killed_at = time.time()
        house.server.kill_child("signalling")
        caller.sound.wait_for(tones.AGENT, since=killed_at + 1)
        assert caller.sound.longest_gap(since=killed_at, until=time.time() - 0.1) < QUIET
        caller.hang_up()
        desk.wait("CALL_CLOSED")
        again = house.caller("+12065550101").dial(number)
        desk.wait("CALL_INCOMING", 10)
        desk.answer()
        again.sound.wait_for(tones.AGENT, 8)
        desk.hang_up()
        again.wait_ended()
    assert [call["outcome"] for call in house.calls(2)] == ["answered"] * 2
