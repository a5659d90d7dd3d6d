"""A machine is lost in the middle of calls, and another one goes on with them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from . import tones
from .cluster import OFFICE, SERVER, Cluster, cluster, until
from .leg import Leg
from .phone import Phone
from .reactor import Reactor

pytestmark = pytest.mark.scenario

Phones = Callable[..., Phone]

_NUMBER = "+14255550199"
_ORGANIZATION = f"""\
organization: Contoso
domains: [contoso.com]
trunks:
  - {{name: office, addresses: ["{OFFICE}"], options_interval: 0}}
numbers:
  - {{number: "{_NUMBER}", kind: service-toll}}
users:
  - {{upn: amal@contoso.com, display_name: Amal, licences: [E5], voice_enabled: true, sip_password: demo}}
queues:
  - name: Help
    line_uri: tel:{_NUMBER}
    agents: [amal@contoso.com]
"""
_WAITING = 5
_LONGEST_GAP = 3.0  # seconds


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster"), _ORGANIZATION) as made:
        yield made


@pytest.fixture
def phones(reactor: Reactor) -> Iterator[Phones]:
    made: list[Phone] = []

    def phone(user: str, **more: Any) -> Phone:
        made.append(Phone(reactor, (SERVER, 5060), user, host=OFFICE, **more))
        return made[-1]

    yield phone
    for each in made:
        each.close()


class Calls:
    """A caller who talks to the agent, and callers who wait."""

    def __init__(self, phones: Phones) -> None:
        self._phones = phones
        self.amal = phones("amal", domain="contoso.com", password="demo", tone=tones.AGENT)
        self.amal.register()
        self.talking = self.call(0)
        self.agent = self.amal.wait_call()
        self.agent.answer()
        self.agent.wait_up()
        self.waiting = [self.call(number) for number in range(1, _WAITING + 1)]
        self.talking.sound.wait_for(tones.AGENT)
        self.agent.sound.wait_for(tones.CALLER)
        for leg in self.waiting:
            leg.sound.wait_packets(10)  # what was answered within the last milliseconds is not copied yet
        self.begun_at = time.time()

    def call(self, number: int) -> Leg:
        leg = self._phones(f"+1206555010{number}").dial(f"sip:{_NUMBER}@{SERVER}")
        leg.wait_answered()
        return leg

    def go_on(self) -> float:
        """All are heard again; the longest time in which somebody was not."""
        since = time.time()
        self.talking.sound.wait_for(tones.AGENT, since=since)
        self.agent.sound.wait_for(tones.CALLER, since=since)
        for leg in self.waiting:
            leg.sound.wait_loud(since=since)
        legs = [self.talking, self.agent, *self.waiting]
        assert not any(leg.is_ended for leg in legs)
        until_now = time.time()
        return max(leg.sound.longest_gap(since=self.begun_at, until=until_now) for leg in legs)

    def end_in_order(self) -> None:
        """The agent talks to all who wait, one after the other, as they came."""
        self.talking.hang_up()
        self.agent.wait_ended()
        for leg in self.waiting:
            agent = self.amal.wait_call()
            agent.answer()
            agent.wait_up()
            leg.sound.wait_for(tones.AGENT, since=time.time())
            leg.hang_up()
            agent.wait_ended()


def test_calls_go_on_when_their_machine_is_lost_and_it_follows_when_it_comes_back(
    machines: Cluster, phones: Phones
) -> None:
    machines.wait_whole()
    lost = machines.owner
    calls = Calls(phones)
    lost.lose()
    assert calls.go_on() < _LONGEST_GAP
    assert machines.owner is not lost
    calls.waiting.append(calls.call(9))
    calls.end_in_order()
    lost.come_back()
    machines.wait_whole()
    assert machines.owner is not lost


def test_calls_go_on_when_their_machine_stands_still_for_a_while(machines: Cluster, phones: Phones) -> None:
    machines.wait_whole()
    frozen = machines.owner
    calls = Calls(phones)
    frozen.freeze()
    try:
        assert calls.go_on() < _LONGEST_GAP
    finally:
        frozen.thaw()
    machines.wait_whole()
    assert machines.owner is not frozen
    calls.end_in_order()


def test_a_machine_that_is_shut_down_gives_its_calls_to_another_one(
    machines: Cluster, phones: Phones
) -> None:
    machines.wait_whole()
    before = machines.owner
    calls = Calls(phones)
    before.shut_down()
    assert calls.go_on() < _LONGEST_GAP
    assert machines.owner is not before
    calls.end_in_order()
    before.serve()
    machines.wait_whole()


def test_a_server_moves_on_purpose_with_its_calls(machines: Cluster, phones: Phones) -> None:
    machines.wait_whole()
    before = machines.owner
    to = next(machine for machine in machines.machines if machine is not before)
    calls = Calls(phones)
    assert before.run("cluster", "move", to.own) == f"{to.own} serves in place of {before.own}.\n"
    assert calls.go_on() < _LONGEST_GAP
    until(lambda: machines.owner is to, 5, "the other machine serves")
    assert f"{before.own}: follows" in to.run("cluster")
    assert to.own in before.refused("cluster", "move", to.own)
    calls.end_in_order()
