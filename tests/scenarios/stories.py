"""What many stories begin with."""

from __future__ import annotations

import contextlib
import time
from typing import Any

from .leg import Leg
from .office import Office
from .phone import Phone

Talk = tuple[Leg, Leg]


def talk(caller: Phone, number: str, agent: Phone) -> Talk:
    """The caller dials, the agent answers; both legs, connected: they hear each other."""
    leg = caller.dial(number)
    leg.wait_answered()
    ring = agent.wait_call()
    ring.answer()
    ring.wait_up()
    assert_heard_each_other(leg, ring)
    return leg, ring


def a_moment(waiting: Leg) -> None:
    """Let what must not happen have the time to happen: ten packets of music."""
    waiting.sound.wait_packets(10)


def assert_heard_each_other(caller: Leg, agent: Leg, timeout: float = 8.0) -> None:
    """Each hears the other's tone, from now on."""
    caller.sound.wait_for(agent.sound.tone or 0, timeout)
    agent.sound.wait_for(caller.sound.tone or 0, timeout)


def hear_each_other(one: Leg, other: Leg) -> None:
    """Each hears the other's tone from now on, whatever was heard before."""
    now = time.time()
    one.sound.wait_for(other.sound.tone or 0, since=now)
    other.sound.wait_for(one.sound.tone or 0, since=now)


def taken(phone: Phone) -> Leg:
    """The phone is rung and answers."""
    ring = phone.wait_call()
    ring.answer()
    ring.wait_up()
    return ring


def direct(caller: Phone, callee: Phone) -> Talk:
    """One person calls another; both legs, connected."""
    placed = caller.dial(callee.aor)
    ring = taken(callee)
    placed.wait_answered()
    assert_heard_each_other(placed, ring)
    return placed, ring


def desk(office: Office, *agents: str, **settings: Any) -> tuple[str, list[Phone]]:
    """An organisation with one queue, opened, its agents registered: the number and the phones."""
    number = office.queue(*agents, **settings)
    office.open()
    return number, [office.agent(name) for name in agents]


def come_back(phone: Phone) -> None:
    """Notice that the server is gone, connect again as soon as somebody listens there, and register."""
    phone.reactor.wait(lambda: not phone.is_connected, 3, "the end of the connection")
    deadline = time.monotonic() + 8
    while not phone.is_connected:
        with contextlib.suppress(ConnectionRefusedError):
            phone.reconnect()
            break
        assert time.monotonic() < deadline, "nobody listens"
        time.sleep(0.05)  # there is no event for a port that opens
    assert phone.register().status == 200
