"""One run of the queue engine on a virtual clock: callers come in, phones ring, are answered, and hang up.

Who is rung, when, and where callers go otherwise is for the engine to decide; here is only what people do.
The clock goes from one thing that happens to the next, so a day takes as long as its calls take to decide.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from huntline.engine.commands import (
    BridgeCall,
    ForwardCall,
    PlayExitPrompt,
    PlayGreeting,
    PlayMusic,
    RecordCall,
    RecordRing,
    RingAgent,
    StopRinging,
)
from huntline.engine.engine import Engine
from huntline.engine.events import (
    AgentAnswered,
    AgentDeclined,
    AgentHungUp,
    AgentReachabilityChanged,
    CallArrived,
    CallBridged,
    CallerHungUp,
    Event,
    ExitPromptFinished,
    ForwardAnswered,
    ForwardEnded,
    GreetingFinished,
    ResumeRequested,
    SettingsChanged,
)
from huntline.engine.model import AgentSettings, CallQueue
from huntline.engine.reasons import Cause, RingOutcome
from huntline.simulator.durations import AT_ONCE, FOREVER, DrawnTime

START = datetime(2026, 1, 5, tzinfo=UTC)
"""When simulated time begins, where nobody says."""

ORGANIZATION = "simulated"

LONGEST_WRAP_UP = 3600.0
"""So long an agent has at most; who is ready before says so."""

_LONGEST = 10 * 365 * 86_400.0
"""What takes longer does not happen any more."""

_INTRODUCTION = 4.0
"""What an agent is told of a call before the caller is heard, where the queue wants that."""


class SimulatedCaller(NamedTuple):
    """Somebody who calls, ``at`` seconds from the beginning: would talk so long, and waits at most so long.

    All that a caller brings along is drawn before they call, so that the same callers meet other settings.
    """

    at: float
    queue_id: str
    talk: float
    patience: float


class InConversation(NamedTuple):
    """An agent is there, and at the beginning with a caller of a queue, until so many seconds from then."""

    agent_id: str
    queue_id: str
    end: float


class AtWork(NamedTuple):
    """An agent is there, from and until so many seconds from the beginning."""

    agent_id: str
    begin: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Queues and agents, and what people do.

    ``answering`` is until a phone that rings is answered, for each ring; a ``declining`` share of those are
    refused instead. ``wrap_up`` None is what the queue says. Without ``shifts`` all agents are there always.
    ``conversations`` are under way at the beginning. ``beside`` is what else happens, each so many seconds
    from the beginning. ``greeting`` is how long the greeting of a queue takes that has one.
    """

    queues: tuple[CallQueue, ...]
    agents: tuple[AgentSettings, ...]
    answering: DrawnTime = AT_ONCE
    declining: float = 0.0
    wrap_up: DrawnTime | None = None
    shifts: tuple[AtWork, ...] | None = None
    conversations: tuple[InConversation, ...] = ()
    beside: tuple[tuple[float, Event], ...] = ()
    greeting: float = 0.0
    start: datetime = START


class SimulatedCall(NamedTuple):
    """A call that has ended. ``found_free``: an agent was rung as soon as it began to wait. ``busy`` is for
    how many seconds it kept an agent, wrap-up included."""

    record: RecordCall
    found_free: bool
    busy: float


class Simulation:
    """One run, in the order of simulated time; the same ``random`` and callers give the same."""

    def __init__(self, scenario: Scenario, callers: Iterable[SimulatedCaller], random: Random) -> None:
        self._scenario, self._random = scenario, random
        self._engine = Engine()
        self._now = scenario.start
        self._ahead: list[tuple[datetime, int, Event]] = []
        self._at_once: deque[Event] = deque()
        self._count = 0
        self._callers = iter(callers)
        self._known: dict[str, SimulatedCaller] = {}
        self._waiting: set[str] = set()
        self._ringing: set[str] = set()
        self._found_free: set[str] = set()
        self._busy: dict[str, float] = {}
        self._wrap_ups = {queue.queue_id: queue.wrap_up.total_seconds() for queue in scenario.queues}
        self._arrived = 0
        self._ended: list[SimulatedCall] = []
        self._reactions: dict[type[Any], Callable[[Any], None]] = {
            PlayGreeting: self._greeted,
            PlayMusic: self._begins_to_wait,
            PlayExitPrompt: self._told_on_leaving,
            RingAgent: self._rung,
            StopRinging: self._stopped,
            BridgeCall: self._bridged,
            ForwardCall: self._forwarded,
            RecordRing: self._ring_ended,
            RecordCall: self._call_ended,
        }
        self._begin()

    def calls(self) -> Iterator[SimulatedCall]:
        """The calls, as they end, until the last one has."""
        while self._known:
            self._step()
            if self._ended:
                yield from self._ended
                self._ended.clear()

    # -- the clock

    def _begin(self) -> None:
        scenario = self._scenario
        queues = tuple(_as_simulated(queue, scenario.wrap_up) for queue in scenario.queues)
        self._tell(SettingsChanged(ORGANIZATION, queues, scenario.agents))
        for conversation in scenario.conversations:
            self._take_up(conversation)
        if scenario.shifts is None:
            for agent in scenario.agents:
                self._tell(AgentReachabilityChanged(agent.agent_id, True))
        for shift in scenario.shifts or ():
            self._at(shift.begin, AgentReachabilityChanged(shift.agent_id, True))
            self._at(shift.end, AgentReachabilityChanged(shift.agent_id, False))
        for seconds, event in scenario.beside:
            self._at(seconds, event)
        self._await_next_caller()

    def _step(self) -> None:
        if self._at_once:
            self._happen(self._at_once.popleft())
            return
        deadline = self._engine.next_deadline()
        if deadline is not None and (not self._ahead or deadline <= self._ahead[0][0]):
            self._now = deadline
            self._carry_out(self._engine.tick(deadline))
            return
        self._now, _, event = heapq.heappop(self._ahead)
        if type(event) is CallArrived:
            self._await_next_caller()
        self._happen(event)

    def _happen(self, event: Event) -> None:
        if self._is_still_so(event):
            self._tell(event)

    def _tell(self, event: Event) -> None:
        self._carry_out(self._engine.handle(event, self._now))

    def _carry_out(self, commands: Iterable[Any]) -> None:
        reactions = self._reactions
        for command in commands:
            if (reaction := reactions.get(type(command))) is not None:
                reaction(command)

    def _after(self, seconds: float, event: Event) -> None:
        if not seconds:
            self._at_once.append(event)
        elif seconds < _LONGEST:
            self._put(self._now + timedelta(seconds=seconds), event)

    def _at(self, seconds: float, event: Event) -> None:
        self._put(self._scenario.start + timedelta(seconds=seconds), event)

    def _put(self, at: datetime, event: Event) -> None:
        self._count += 1
        heapq.heappush(self._ahead, (at, self._count, event))

    def _is_still_so(self, event: Event) -> bool:
        """Whether an event that was planned still comes: an answered caller does not lose patience, and a
        phone that rings no longer is not answered."""
        match event:
            case AgentAnswered(ring_id) | AgentDeclined(ring_id):
                return ring_id in self._ringing
            case CallerHungUp(call_id):
                return call_id in self._waiting
            case _:
                return True

    # -- callers

    def _await_next_caller(self) -> None:
        caller = next(self._callers, None)
        if caller is not None:
            self._at(caller.at, CallArrived(self._named(caller), ORGANIZATION, caller.queue_id, ""))

    def _named(self, caller: SimulatedCaller) -> str:
        self._arrived += 1
        call_id = str(self._arrived)
        self._known[call_id] = caller
        return call_id

    def _greeted(self, command: PlayGreeting) -> None:
        self._after(self._scenario.greeting, GreetingFinished(command.call_id))

    def _begins_to_wait(self, command: PlayMusic) -> None:
        call_id = command.call_id
        if call_id not in self._waiting:
            self._waiting.add(call_id)
            self._after(self._known[call_id].patience, CallerHungUp(call_id))

    def _told_on_leaving(self, command: PlayExitPrompt) -> None:
        """What is said then keeps nobody else waiting."""
        self._after(0, ExitPromptFinished(command.call_id))

    def _forwarded(self, command: ForwardCall) -> None:
        """Whoever is outside the queues is not simulated."""
        self._after(0, ForwardAnswered(command.call_id))
        self._after(0, ForwardEnded(command.call_id))

    def _call_ended(self, command: RecordCall) -> None:
        call_id = command.call_id
        del self._known[call_id]
        self._waiting.discard(call_id)
        found_free = call_id in self._found_free
        self._found_free.discard(call_id)
        self._ended.append(SimulatedCall(command, found_free, self._busy.pop(call_id, 0.0)))

    # -- agents

    def _take_up(self, conversation: InConversation) -> None:
        """Have an agent talk. Only they are free, so that they are rung; where the queue sends the caller
        away instead, they are free as others are."""
        agent_id, queue_id, end = conversation
        handle, now = self._engine.handle, self._now
        handle(AgentReachabilityChanged(agent_id, True), now)
        call_id = self._named(SimulatedCaller(0.0, queue_id, end, FOREVER))
        commands = handle(CallArrived(call_id, ORGANIZATION, queue_id, ""), now)
        commands += handle(GreetingFinished(call_id), now)
        ring_id = next((each.ring_id for each in commands if isinstance(each, RingAgent)), None)
        if ring_id is None:
            self._carry_out(commands)
            return
        handle(AgentAnswered(ring_id), now)
        handle(CallBridged(call_id, ring_id), now)
        self._at(end, AgentHungUp(ring_id))

    def _rung(self, command: RingAgent) -> None:
        if not command.waited:
            self._found_free.add(command.call_id)
        self._ringing.add(command.ring_id)
        scenario, random = self._scenario, self._random
        is_refused = scenario.declining > 0 and random.random() < scenario.declining
        event = (
            AgentDeclined(command.ring_id, Cause.ON_ANOTHER_CALL)
            if is_refused
            else AgentAnswered(command.ring_id)
        )
        self._after(scenario.answering.draw(random), event)

    def _stopped(self, command: StopRinging) -> None:
        self._ringing.discard(command.ring_id)

    def _bridged(self, command: BridgeCall) -> None:
        self._waiting.discard(command.call_id)
        heard_after = _INTRODUCTION if command.introduction else 0.0
        self._after(heard_after, CallBridged(command.call_id, command.ring_id))
        self._after(heard_after + self._known[command.call_id].talk, AgentHungUp(command.ring_id))

    def _ring_ended(self, command: RecordRing) -> None:
        self._ringing.discard(command.ring_id)
        if command.outcome is not RingOutcome.ANSWERED or command.answered_at is None:
            return
        wrap_up = self._wrap_ups[command.queue_id]
        if self._scenario.wrap_up is not None:
            wrap_up = min(self._scenario.wrap_up.draw(self._random), LONGEST_WRAP_UP)
            self._after(wrap_up, ResumeRequested(command.agent_id))
        self._busy[command.call_id] = (command.ended_at - command.answered_at).total_seconds() + wrap_up


def _as_simulated(queue: CallQueue, wrap_up: DrawnTime | None) -> CallQueue:
    """The queue without what its callers are told while they wait, which decides nothing; where wrap-up is
    drawn, agents end it themselves."""
    quiet = replace(queue, messages=(), announce_position=False, announce_wait=False)
    return quiet if wrap_up is None else replace(quiet, wrap_up=timedelta(seconds=LONGEST_WRAP_UP))
