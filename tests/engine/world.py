"""The world around an engine, kept from its commands alone, and what must always be true of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from huntline.engine import announcements
from huntline.engine import commands as do
from huntline.engine import events as told
from huntline.engine.checkpoint import ENGINE_KINDS
from huntline.engine.deadlines import Due
from huntline.engine.distribution import in_turn
from huntline.engine.engine import HUMAN_REACTION, Engine
from huntline.engine.model import CallQueue, CallsAlerting, CallStatus, Distribution, Outcome, Presence
from huntline.engine.reasons import Cause, OnlyText
from huntline.engine.snapshots import status_of
from huntline.engine.state import CallState
from huntline.records import Codec

from .desk import NOON, person, seconds

CODEC = Codec(ENGINE_KINDS)

_ON_THE_WAY = {
    CallState.GREETING,
    CallState.WAITING,
    CallState.LEAVING,
    CallState.FORWARDING,
    CallState.ENDED,
}

NEXT_STATES = {
    CallState.ARRIVED: _ON_THE_WAY,
    CallState.GREETING: _ON_THE_WAY - {CallState.GREETING},
    CallState.WAITING: _ON_THE_WAY - {CallState.WAITING} | {CallState.CONNECTING},
    CallState.CONNECTING: {CallState.TALKING, CallState.WAITING, CallState.ENDED},
    CallState.TALKING: {CallState.TRANSFERRING, CallState.ENDED},
    CallState.TRANSFERRING: {CallState.WAITING, CallState.ENDED},
    CallState.LEAVING: _ON_THE_WAY - {CallState.LEAVING},
    CallState.FORWARDING: _ON_THE_WAY - {CallState.FORWARDING} | {CallState.FORWARDED},
    CallState.FORWARDED: _ON_THE_WAY,
    CallState.ENDED: set[CallState](),
}
"""Where a call may go from each state: the drawing in docs/architecture.md."""


@dataclass
class Person:
    """What an agent's world looks like from outside."""

    is_reachable: bool = False
    presence: Presence = Presence.AVAILABLE
    is_paused: bool = False
    is_unfit: bool = False
    other_calls: int = 0
    opted_out: set[str] = field(default_factory=set)


@dataclass
class Caller:
    """What a caller has been through."""

    is_answered: bool = False
    is_gone: bool = False
    hears: str | None = None
    is_told: bool = False  # something, over the music
    is_over_at: datetime | None = None  # when nobody need tell that it is over
    told_until: datetime | None = None  # when it was over, or cut
    position: tuple[str, int] | None = None  # the best one told, and in which queue
    wait: int | None = None  # the least one told, in minutes
    ends: int = 0
    records: int = 0
    agent: str | None = None  # who talked last


def _told(engine: Engine, event: told.Event | None, now: datetime) -> list[do.Command]:
    return engine.handle(event, now) if event else engine.tick(now)


class World:
    """Carries events to an engine and checks each command as it comes."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.heir = Engine()  # dies before every step, and is made again of its record
        self.now = NOON
        self.history: list[tuple[told.Event | None, datetime, list[do.Command]]] = []
        self.queues: dict[str, CallQueue] = {}
        self.agents: set[str] = set()
        self.people: dict[str, Person] = {}
        self.callers: dict[str, Caller] = {}
        self.rings: dict[str, do.RingAgent] = {}  # under way
        self.answered: set[str] = set()
        self.past_rings: list[str] = []
        self.declined_at: dict[tuple[str, str], datetime] = {}
        self.quick: set[tuple[str, str]] = set()
        self.rung_at: dict[str, datetime] = {}
        self.connecting: dict[str, str] = {}
        self.forwards: set[str] = set()
        self.talking: dict[str, str] = {}
        self.transferring: set[str] = set()
        self.states: dict[str, CallState] = {}  # of calls that are not over, as told

    def step(self, event: told.Event | None) -> None:
        """Tell an event, or let the engine look at the time."""
        self.heir = Engine(CODEC.decode(CODEC.encode(self.heir.checkpoint())))
        commands = _told(self.engine, event, self.now)
        assert _told(self.heir, CODEC.decode(CODEC.encode(event)), self.now) == commands
        assert self.heir.next_deadline() == self.engine.next_deadline()
        self.history.append((event, self.now, commands))
        for command in commands:
            self._carry_out(command)
        self._check_states()
        self._check_lines()

    def replay(self) -> None:
        """The same inputs give the same outputs."""
        engine = Engine()
        for event, now, commands in self.history:
            assert _told(engine, event, now) == commands

    # -- each command

    def _carry_out(self, command: do.Command) -> None:
        match command:
            case do.RingAgent():
                self._ring(command)
            case do.StopRinging(ring_id, _):
                assert ring_id in self.rings
                assert ring_id not in self.answered
            case do.RecordRing(ring_id=ring_id):
                del self.rings[ring_id]
                self.past_rings.append(ring_id)
                self.answered.discard(ring_id)
                self.connecting.pop(command.call_id, None)
                self.talking.pop(command.call_id, None)
            case do.BridgeCall(call_id, ring_id):
                queue = self.queues[self.rings[ring_id].queue_id]
                assert (command.introduction is not None) == queue.announce_to_agent
                assert ring_id in self.answered
                self.callers[call_id].hears = None
                self.connecting[call_id] = ring_id
            case do.RecordDecision() | do.ReleaseAgent():
                pass
            case _:
                self._serve(self.callers[command.call_id], command)

    def _serve(self, caller: Caller, command: do.Command) -> None:
        assert caller.records == 0
        match command:
            case do.AnswerCall():
                assert not caller.is_answered
                caller.is_answered = True
            case do.PlayGreeting(_, queue_id):
                assert caller.is_answered
                caller.hears = f"greeting of {queue_id}"
            case do.PlayExitPrompt(_, queue_id, prompt):
                assert caller.is_answered
                caller.hears = f"prompt {prompt} of {queue_id}"
            case do.PlayMusic(_, queue_id):
                assert caller.is_answered
                queue = self.queues.get(queue_id)  # removed, while its caller heard the prompt of an exit
                caller.hears = (queue and queue.music) or f"music of {queue_id}"
            case do.PlayMessage(_, queue_id, number):
                self._tell(caller, command.call_id, self.queues[queue_id].messages[number])
            case do.TellPlace():
                self._tell(caller, command.call_id, seconds(0))
                self._tell_place(caller, command)
            case do.CutAnnouncement(call_id):
                assert caller.is_told
                self._told(caller)
            case do.ForwardCall(call_id, _):
                caller.hears = caller.position = None
                self.forwards.add(call_id)
            case do.RefuseCall():
                assert not caller.is_answered
                caller.ends += 1
            case do.EndCall():
                assert caller.is_answered or caller.is_gone
                caller.ends += 1
            case do.RecordCall(call_id=call_id):
                caller.records += 1
                assert caller.ends == 1
                assert command.agent_id == caller.agent
                assert (command.outcome is Outcome.ANSWERED) == (caller.agent is not None)
                assert (command.answered_at is None) == (caller.agent is None)
                self.forwards.discard(call_id)
                self.transferring.discard(call_id)
            case _:
                raise AssertionError(f"carried out elsewhere: {command}")

    def _tell(self, caller: Caller, call_id: str, length: timedelta) -> None:
        """One thing at a time, over music, and not without a pause."""
        assert not caller.is_told or (caller.is_over_at is not None and self.now >= caller.is_over_at)
        assert caller.told_until is None or self.now >= caller.told_until + announcements.PAUSE
        assert caller.hears is not None
        assert not caller.hears.startswith(("greeting", "prompt"))
        assert self.engine._floor.calls[call_id].state is CallState.WAITING
        caller.is_told, caller.is_over_at = True, self.now + length + seconds(15) + announcements.PAUSE

    def _tell_place(self, caller: Caller, command: do.TellPlace) -> None:
        """Never a worse place than in this queue before, never a longer wait than anywhere."""
        queue = self.queues[command.queue_id]
        assert command.position is not None or command.wait is not None
        if command.position is not None:
            assert queue.announce_position
            assert command.position >= 1
            if caller.position is not None and caller.position[0] == command.queue_id:
                assert command.position <= caller.position[1]
            caller.position = (command.queue_id, command.position)
        if command.wait is not None:
            assert queue.announce_wait
            assert caller.wait is None or command.wait.least <= caller.wait
            caller.wait = command.wait.least

    def announcement_ends(self, call_id: str) -> None:
        """What a caller was told has been said."""
        self._told(self.callers[call_id])
        self.step(told.AnnouncementFinished(call_id))

    def _told(self, caller: Caller) -> None:
        caller.is_told, caller.told_until = False, self.now

    def _ring(self, command: do.RingAgent) -> None:
        person, queue = self.people[command.agent_id], self.queues[command.queue_id]
        assert command.ring_id not in self.past_rings
        assert command.agent_id not in {ring.agent_id for ring in self.rings.values()}, "two calls"
        assert command.agent_id in queue.agents
        assert command.agent_id in self.agents
        assert person.is_reachable
        assert person.presence not in (Presence.OFFLINE, Presence.DO_NOT_DISTURB)
        assert not person.is_paused
        assert not person.is_unfit
        assert queue.queue_id not in person.opted_out
        assert queue.ring_busy or not person.other_calls
        assert not self.is_left_alone(command.call_id, command.agent_id)
        assert command.call_id not in self.connecting
        self.rings[command.ring_id] = command
        self.rung_at[command.ring_id] = self.now

    def bridge(self, call_id: str) -> None:
        """Caller and agent hear each other."""
        ring_id = self.talking[call_id] = self.connecting.pop(call_id)
        self.callers[call_id].agent = self.rings[ring_id].agent_id
        self.step(told.CallBridged(call_id, ring_id))

    def transferor_leaves(self, call_id: str) -> None:
        """The agent hangs up while somebody else is rung for the caller."""
        ring_id = self.talking[call_id]
        self.transferring.add(call_id)
        self.step(told.TransferorLeft(ring_id, person("Bao")))
        assert ring_id not in self.rings, "the agent is free at once"

    def transfer_fails(self, call_id: str) -> None:
        """Nobody takes the caller, who waits again or takes an exit."""
        self.transferring.discard(call_id)
        self.step(told.TransferFailed(call_id, OnlyText("declined")))

    def decline(self, ring_id: str) -> None:
        """An agent declines; a phone that does so faster than a person is the phone's doing."""
        ring, is_quick = self.rings[ring_id], self.now - self.rung_at[ring_id] < HUMAN_REACTION
        (self.quick.add if is_quick else self.quick.discard)((ring.call_id, ring.agent_id))
        self.declined_at[ring.call_id, ring.agent_id] = self.now
        self.step(told.AgentDeclined(ring_id, OnlyText("declined")))

    def register(self, agent_id: str) -> None:
        """A phone registers: what it refused by itself before counts no more."""
        for call_id, name in [pair for pair in self.quick if pair[1] == agent_id]:
            self.quick.discard((call_id, name))
            self.declined_at.pop((call_id, name), None)

    def refuse_for_good(self, ring_id: str) -> None:
        """A phone refuses what every call would bring."""
        self.people[self.rings[ring_id].agent_id].is_unfit = True
        self.step(told.RingFailed(ring_id, OnlyText("488"), Cause.NO_COMMON_AUDIO))

    def is_left_alone(self, call_id: str, agent_id: str) -> bool:
        at = self.declined_at.get((call_id, agent_id))
        return at is not None and self.now < at + seconds(5)

    # -- after each step

    def _check_states(self) -> None:
        """All changes are told, one after the other, and only those that make sense."""
        for change in self.engine.state_changes:
            assert change.was is self.states.pop(change.call_id, CallState.ARRIVED)
            assert change.state in NEXT_STATES[change.was]
            if change.state is not CallState.ENDED:
                self.states[change.call_id] = change.state
        calls = self.engine._floor.calls.values()
        assert self.states == {call.call_id: call.state for call in calls}

    def _check_lines(self) -> None:
        snapshot = self.engine.snapshot(self.now)
        assert self.heir.snapshot(self.now) == snapshot
        assert snapshot.agents == tuple(
            status_of(agent, agent.settings)
            for agent in self.engine._floor.agents.values()
            if agent.settings is not None
        )
        assert [queue.next_agents for queue in snapshot.queues] == [
            in_turn(line) for line in self.engine._floor.lines.values()
        ]
        assert {call.call_id for call in snapshot.calls} == {
            call_id for call_id, caller in self.callers.items() if not caller.records
        }
        deadline = self.engine.next_deadline()
        assert deadline is None or deadline > self.now
        self._check_announcements()
        assert deadline is not None or not (self.rings.keys() - self.answered or self.connecting)
        for queue in self.queues.values():
            self._check_line(queue, [call for call in snapshot.calls if call.queue_id == queue.queue_id])

    def _check_announcements(self) -> None:
        """Whoever waits where something is told has one time for it, and nobody else has."""
        floor = self.engine._floor
        waiting = [call for call in floor.calls.values() if call.state is CallState.WAITING]
        told = [call for call in waiting if announcements.tells_anything(call.line.settings)]
        told += [call for call in waiting if call.told and call.told.is_speaking and call not in told]
        timed = {name for due, name in floor.deadlines.pending() if due is Due.SAY}
        assert timed == {call.call_id for call in told}

    def _check_line(self, queue: CallQueue, calls: list[CallStatus]) -> None:
        line = sorted((call for call in calls if call.position), key=lambda call: call.position or 0)
        starts = [call.waiting_since for call in line if call.waiting_since]
        assert starts == sorted(starts)
        if queue.alerting is CallsAlerting.ONE:
            assert not any(call.ringing for call in line[1:])
            line = line[:1]
        for call in line:
            assert self.callers[call.call_id].hears == (queue.music or f"music of {queue.queue_id}")
            is_rotation = queue.distribution is not Distribution.ATTENDANT
            assert len(call.ringing) <= 1 or not is_rotation
            if not call.ringing:
                assert not self._ringable(queue, call), "nobody waits while an agent could be rung"

    def _ringable(self, queue: CallQueue, call: CallStatus) -> list[str]:
        return [
            agent_id
            for agent_id in queue.agents
            if agent_id in self.agents
            and self.engine.why_not_rung(agent_id, queue.queue_id) is None
            and not self.is_left_alone(call.call_id, agent_id)
        ]
