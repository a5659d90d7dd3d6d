"""Callers who talk to agents and callers who wait, at a server that moves between machines."""

from __future__ import annotations

import time
from typing import Any

from . import tones
from .cluster import OFFICE, SERVER
from .leg import Leg
from .phone import Phone
from .reactor import Reactor

_NUMBER = "+14255550199"
AGENTS = 5
_PEOPLE = [f"agent{number}" for number in range(AGENTS)]
_USERS = "\n".join(
    f"  - {{upn: {name}@contoso.com, display_name: {name}, licences: [E5], voice_enabled: true,"
    " sip_password: demo}"
    for name in _PEOPLE
)
ORGANIZATION = f"""\
organization: Contoso
domains: [contoso.com]
trunks:
  - {{name: office, addresses: ["{OFFICE}"], options_interval: 0}}
numbers:
  - {{number: "{_NUMBER}", kind: service-toll}}
users:
{_USERS}
queues:
  - name: Help
    line_uri: tel:{_NUMBER}
    distribution: longest-idle
    agents: [{", ".join(f"{name}@contoso.com" for name in _PEOPLE)}]
"""


class Calls:
    """So many callers talk, each to an agent, and others wait; all can be heard when it is made."""

    def __init__(self, reactor: Reactor, talking: int = 1, waiting: int = 5) -> None:
        self._reactor = reactor
        self.made = 0
        self._phones: list[Phone] = []
        self.agents = [self._agent(name) for name in _PEOPLE[:talking]]
        self.talking: list[tuple[Leg, Leg]] = []
        for number in range(talking):
            caller = self.call(number)
            self.talking.append((caller, self._answer()))
        self.waiting = [self.call(talking + number) for number in range(waiting)]
        for caller, agent in self.talking:
            caller.sound.wait_for(tones.AGENT)
            agent.sound.wait_for(tones.CALLER)
        for leg in self.waiting:
            leg.sound.wait_packets(10)  # what was answered within the last milliseconds is not copied yet
        self.begun_at = time.time()

    @property
    def legs(self) -> list[Leg]:
        """All that should be heard."""
        return [leg for pair in self.talking for leg in pair] + self.waiting

    def call(self, number: int) -> Leg:
        """A caller, who is answered by the queue."""
        self.made += 1
        leg = self._phone(f"+1206555{number:04}").dial(f"sip:{_NUMBER}@{SERVER}")
        leg.wait_answered()
        return leg

    def go_on(self, within: float = 8.0) -> list[float]:
        """All are heard again; the longest time in which each was not."""
        since = time.time()
        for caller, agent in self.talking:
            caller.sound.wait_for(tones.AGENT, within, since=since)
            agent.sound.wait_for(tones.CALLER, within, since=since)
        for leg in self.waiting:
            leg.sound.wait_loud(within, since=since)
        assert not any(leg.is_ended for leg in self.legs)
        until = time.time()
        return [leg.sound.longest_gap(since=self.begun_at, until=until) for leg in self.legs]

    def end_in_order(self) -> None:
        """Agents talk to all who wait, and were rung for them once, in the order in which they came."""
        for caller, agent in self.talking:
            caller.hang_up()
            agent.wait_ended()
        rung = [self._serve() for _ in self.waiting]
        assert [caller for _, caller in sorted(rung)] == [leg.phone.user for leg in self.waiting]
        self.waiting.clear()
        assert sum(len(agent.legs) for agent in self.agents) == self.made, "rung by two machines"

    def close(self) -> None:
        """Hang up what is left, and give everything back."""
        for leg in self.legs:
            if leg.is_up and not leg.is_ended:
                leg.hang_up()
        for agent in self.agents:
            agent.register(expires=0)
        for phone in self._phones:
            phone.close()

    def _serve(self) -> tuple[float, str]:
        """One of them talks and hangs up: when the agent was rung for whom."""
        agent = self._answer()
        assert agent.invite is not None
        caller = next(leg for leg in self.waiting if leg.phone.user in agent.remote)
        caller.sound.wait_for(tones.AGENT, since=time.time())
        caller.hang_up()
        agent.wait_ended()
        return agent.invite.at, caller.phone.user

    def _answer(self) -> Leg:
        """Whichever agent is rung answers."""
        self._reactor.wait(lambda: any(phone.incoming for phone in self.agents), 8.0, "an agent is rung")
        leg = next(phone for phone in self.agents if phone.incoming).wait_call()
        leg.answer()
        leg.wait_up()
        return leg

    def _agent(self, name: str) -> Phone:
        phone = self._phone(name, domain="contoso.com", password="demo", tone=tones.AGENT)
        phone.register()
        return phone

    def _phone(self, user: str, **more: Any) -> Phone:
        self._phones.append(Phone(self._reactor, (SERVER, 5060), user, host=OFFICE, **more))
        return self._phones[-1]
