"""What many stories begin with."""

from __future__ import annotations

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


def assert_heard_each_other(caller: Leg, agent: Leg, timeout: float = 3.0) -> None:
    """Each hears the other's tone, from now on."""
    caller.sound.wait_for(agent.sound.tone or 0, timeout)
    agent.sound.wait_for(caller.sound.tone or 0, timeout)


def desk(office: Office, *agents: str, **settings: Any) -> tuple[str, list[Phone]]:
    """An organisation with one queue, opened, its agents registered: the number and the phones."""
    number = office.queue(*agents, **settings)
    office.open()
    return number, [office.agent(name) for name in agents]
