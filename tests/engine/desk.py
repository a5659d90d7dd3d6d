"""A help desk for stories: queues and agents in one line, events by name, commands as short lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from huntline.engine import events as told
from huntline.engine.commands import Command, RecordCall, RecordDecision, RecordRing, RingAgent, StopRinging
from huntline.engine.engine import Engine
from huntline.engine.model import (
    AgentSettings,
    AgentStatus,
    CallQueue,
    CallsAlerting,
    CallStatus,
    Distribution,
    Exit,
    ExitAction,
    Presence,
    QueueStatus,
)
from huntline.engine.reasons import (
    Cause,
    Destination,
    DestinationKind,
    OnlyText,
    Reason,
    SipAnswer,
    StopReason,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SERIAL, ROUND_ROBIN = Distribution.SERIAL, Distribution.ROUND_ROBIN
ATTENDANT, LONGEST_IDLE = Distribution.ATTENDANT, Distribution.LONGEST_IDLE


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


_RULES: dict[str, Any] = {
    "organization_id": "contoso",
    "distribution": ATTENDANT,
    "alerting": CallsAlerting.ONE,
    "agent_alert_time": seconds(30),
    "allow_opt_out": True,
    "max_waiting": 50,
    "overflow": Exit(ExitAction.DISCONNECT),
    "max_wait": seconds(1200),
    "timeout": Exit(ExitAction.DISCONNECT),
    "no_agents": Exit(ExitAction.QUEUE),
    "no_agents_new_calls_only": False,
    "presence_based_routing": False,
    "ring_busy": False,
    "wrap_up": seconds(0),
}


def queue(name: str = "desk", agents: str = "anna ben cleo", **settings: Any) -> CallQueue:
    return CallQueue(queue_id=name, name=name.title(), agents=tuple(agents.split()), **_RULES | settings)


def person(name: str) -> Destination:
    return Destination(DestinationKind.PERSON, name)


def to_queue(name: str) -> Exit:
    return Exit(ExitAction.FORWARD, queue_id=name)


def to_target(target: str) -> Exit:
    return Exit(ExitAction.FORWARD, target=target)


class Desk:
    """An engine, a clock in hand, and everything the engine has asked for so far."""

    def __init__(
        self, *queues: CallQueue, away: str = "", opted_out: dict[str, set[str]] | None = None
    ) -> None:
        self.engine = Engine()
        self.now = NOON
        self.log: list[Command] = []
        self._opted_out = opted_out or {}
        self.settings(*queues)
        for agent_id in sorted({agent_id for one in queues for agent_id in one.agents}):
            if agent_id not in away.split():
                self.tell(told.AgentReachabilityChanged(agent_id, True))
        self.log.clear()

    # -- what happens

    def tell(self, event: told.Event) -> list[Command]:
        return self._note(self.engine.handle(event, self.now))

    def settings(self, *queues: CallQueue) -> list[Command]:
        names = sorted({agent_id for one in queues for agent_id in one.agents})
        agents = (
            AgentSettings(
                agent_id=name,
                organization_id="contoso",
                name=name.title(),
                opted_out=frozenset(self._opted_out.get(name, ())),
            )
            for name in names
        )
        return self.tell(told.SettingsChanged("contoso", queues, tuple(agents)))

    def call(self, call_id: str, queue_id: str = "desk") -> list[Command]:
        return self.tell(told.CallArrived(call_id, "contoso", queue_id, "+14255550199"))

    def greeted(self, call_id: str) -> list[Command]:
        return self.tell(told.GreetingFinished(call_id))

    def hangs_up(self, call_id: str) -> list[Command]:
        return self.tell(told.CallerHungUp(call_id))

    def answers(self, agent_id: str) -> list[Command]:
        return self.tell(told.AgentAnswered(self.ring_of(agent_id)))

    def declines(self, agent_id: str) -> list[Command]:
        return self.tell(told.AgentDeclined(self.ring_of(agent_id), OnlyText("declined")))

    def phone_fails(self, agent_id: str) -> list[Command]:
        return self.tell(told.RingFailed(self.ring_of(agent_id), OnlyText("unreachable")))

    def phone_is_unfit(self, agent_id: str) -> list[Command]:
        event = told.RingFailed(
            self.ring_of(agent_id), SipAnswer(488, "Not Acceptable Here"), Cause.NO_COMMON_AUDIO
        )
        return self.tell(event)

    def bridged(self, agent_id: str) -> list[Command]:
        ring_id = self.ring_of(agent_id)
        return self.tell(told.CallBridged(ring_id.partition(".")[0], ring_id))

    def bridge_fails(self, agent_id: str) -> list[Command]:
        ring_id = self.ring_of(agent_id)
        return self.tell(told.BridgeFailed(ring_id.partition(".")[0], ring_id, OnlyText("no audio")))

    def talks(self, agent_id: str) -> None:
        """The agent answers and hears the caller."""
        self.answers(agent_id)
        self.bridged(agent_id)

    def ends(self, agent_id: str) -> list[Command]:
        return self.tell(told.AgentHungUp(self.ring_of(agent_id)))

    def online(self, agent_id: str, is_reachable: bool = True) -> list[Command]:
        return self.tell(told.AgentReachabilityChanged(agent_id, is_reachable))

    def presence(self, agent_id: str, presence: Presence) -> list[Command]:
        return self.tell(told.PresenceChanged(agent_id, presence))

    def passes(self, count: float) -> list[Command]:
        """Time passes; the engine is woken at each of its deadlines and not otherwise."""
        end, commands = self.now + seconds(count), []
        while (deadline := self.engine.next_deadline()) is not None and deadline <= end:
            self.now = max(deadline, self.now)
            commands += self.engine.tick(self.now)
        self.now = end
        return self._note(commands)

    def _note(self, commands: list[Command]) -> list[Command]:
        self.log += commands
        return commands

    # -- what one sees

    def ring_of(self, agent_id: str) -> str:
        rings = [one for one in self.log if isinstance(one, RingAgent) and one.agent_id == agent_id]
        return rings[-1].ring_id

    def ringing(self, call_id: str) -> list[str]:
        status = self.status(call_id)
        return list(status.ringing) if status else []

    def status(self, call_id: str) -> CallStatus | None:
        return next((one for one in self.engine.snapshot(self.now).calls if one.call_id == call_id), None)

    def state(self, call_id: str) -> str | None:
        status = self.status(call_id)
        return status.state if status else None

    def agent(self, agent_id: str) -> AgentStatus:
        return next(one for one in self.engine.snapshot(self.now).agents if one.agent_id == agent_id)

    def queue(self, queue_id: str = "desk") -> QueueStatus:
        return next(one for one in self.engine.snapshot(self.now).queues if one.queue_id == queue_id)

    def end_of(self, call_id: str) -> RecordCall:
        (record,) = [one for one in self.log if isinstance(one, RecordCall) and one.call_id == call_id]
        return record

    def rings_of(self, agent_id: str) -> list[RecordRing]:
        return [one for one in self.log if isinstance(one, RecordRing) and one.agent_id == agent_id]

    def reasons(self, call_id: str, decision: str) -> list[tuple[str | None, Reason]]:
        return [
            (one.agent_id, one.reason)
            for one in self.log
            if isinstance(one, RecordDecision) and (one.call_id, one.decision) == (call_id, decision)
        ]


def rung(commands: Iterable[Command]) -> list[str]:
    """The agents rung, in order."""
    return [one.agent_id for one in commands if isinstance(one, RingAgent)]


def stopped(commands: Iterable[Command]) -> list[tuple[str, StopReason]]:
    """The rings stopped, with the reason."""
    return [(one.ring_id, one.reason) for one in commands if isinstance(one, StopRinging)]


def asked(commands: Iterable[Command]) -> list[Command]:
    """What is asked of the world, without what is only recorded."""
    return [one for one in commands if not isinstance(one, RecordCall | RecordDecision | RecordRing)]
