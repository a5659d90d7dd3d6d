"""What is going on right now: lines, agents, calls and rings, for the engine's eyes only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from huntline.engine.commands import DecisionKind
from huntline.engine.model import (
    AgentSettings,
    AgentState,
    AgentStatus,
    CallQueue,
    Exit,
    Outcome,
    Presence,
    QueueLeft,
)
from huntline.engine.reasons import Cause, Hindrance, Reason
from huntline.engine.waits import WaitBand
from huntline.plain import frozen

PlaceInLine = tuple[datetime, int]
"""A place in line: the start of waiting, then the order in which calls began to wait."""

NO_PLACE: PlaceInLine = (datetime.min.replace(tzinfo=UTC), 0)


class CallState(StrEnum):
    """How far a call has come. A waiting call with rings is shown as alerting."""

    ARRIVED = "arrived"  # until the step that took it in is over
    GREETING = "greeting"
    WAITING = "waiting"
    CONNECTING = "connecting"  # an agent answered, the audio path is being made
    TALKING = "talking"
    TRANSFERRING = "transferring"  # the agent has left, whom they transfer the caller to is rung
    LEAVING = "leaving"  # hears the prompt of an exit, which then happens
    FORWARDING = "forwarding"
    FORWARDED = "forwarded"
    ENDED = "ended"


_OUT_OF_THE_QUEUES = (CallState.LEAVING, CallState.FORWARDING, CallState.FORWARDED)


@frozen
class StateChange:
    """A call of a queue has come from one state to another."""

    call_id: str
    queue_id: str
    was: CallState
    state: CallState


@dataclass(slots=True, eq=False)
class Told:
    """What a caller has been told in the line of this queue, and when there is more to tell.

    ``quiet_until`` is when the music has been heard long enough. ``position`` is the best one told.
    """

    quiet_until: datetime
    message_due: datetime
    place_due: datetime
    is_speaking: bool = False
    next_message: int = 0
    position: int | None = None


@dataclass(slots=True, eq=False)
class WaitingLine:
    """A call queue at run time.

    ``calls`` holds the waiting calls in order. Each agent of ``positions`` is either in ``free`` (may be
    rung this moment) or in ``obstacles`` (with the reason why not); ``serving`` are those who count as
    there at all. ``favoured`` lost the race for a call and are rung first for the next one.
    ``next_agents`` is what snapshots show, kept until anybody's standing here changes. ``handled`` is how
    long an agent was busy with each of the last callers.
    """

    settings: CallQueue
    positions: dict[str, int] = field(default_factory=dict)
    calls: list[QueuedCall] = field(default_factory=list)
    greeting: set[str] = field(default_factory=set)
    free: dict[str, Agent] = field(default_factory=dict)
    obstacles: dict[str, Hindrance] = field(default_factory=dict)
    serving: set[str] = field(default_factory=set)
    favoured: set[str] = field(default_factory=set)
    last_position: int = -1
    talking: int = 0
    is_removed: bool = False
    next_agents: tuple[str, ...] | None = None
    handled: list[timedelta] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Agent:
    """A person who may be rung; without ``settings`` somebody no queue knows (any more). One whose phone is
    ``unfit`` counts as away until the phone, or a setting, is another one.

    ``status`` is what snapshots show, kept until the agent is refreshed: most do nothing new for long.
    """

    agent_id: str
    idle_since: datetime
    state_since: datetime
    settings: AgentSettings | None = None
    opted_out: set[str] = field(default_factory=set)
    lines: dict[str, WaitingLine] = field(default_factory=dict)
    is_reachable: bool = False
    presence: Presence = Presence.AVAILABLE
    other_calls: int = 0
    pause_reason: str | None = None
    wrap_up_until: datetime | None = None
    rest_until: datetime | None = None
    rest_reason: Reason = Cause.NO_PHONE
    paths_failed: int = 0  # in a row
    unfit: Cause | None = None
    ring: AgentRing | None = None
    state: AgentState = AgentState.SIGNED_OUT
    status: AgentStatus | None = None


@dataclass(slots=True, eq=False)
class AgentRing:
    """An agent's phone, ringing for a call or (once answered) carrying it."""

    ring_id: str
    call: QueuedCall
    agent: Agent
    line: WaitingLine
    started_at: datetime
    answered_at: datetime | None = None


@dataclass(slots=True, eq=False)
class QueuedCall:
    """A caller's way through the queues.

    ``rings`` are the phones ringing now, ``ring`` the one that answered. ``skipped`` are the agents not
    rung again in this round, ``retry_at`` those who declined and until when they are left alone.
    ``talked`` is the time of conversations that ended without the call: it is no waiting. ``left`` are the
    queues it has left without an agent, in order, since it was in none. ``passed`` are all targets that it
    has left, ``exits_taken`` those of the queue it is in, or was in last. ``waits_from`` is when it came back
    to its place out of a menu. ``exit_ahead`` is what happens once the caller has heard its prompt; without
    one the call ends then, because of ``end_ahead``. ``told`` is there once there was something to
    tell; ``told_wait`` is the least wait that was told, in whatever queue.
    """

    call_id: str
    caller: str
    line: WaitingLine
    first_queue_id: str
    arrived_at: datetime
    state: CallState = CallState.ARRIVED
    is_leg_answered: bool = False
    waiting_since: datetime | None = None
    place: PlaceInLine = NO_PLACE
    rings: dict[str, AgentRing] = field(default_factory=dict)
    ring: AgentRing | None = None
    ring_count: int = 0
    left: tuple[QueueLeft, ...] = ()
    left_at: datetime | None = None
    passed: int = 0
    exits_taken: tuple[Outcome, ...] = ()
    waits_from: datetime | None = None
    skipped: set[str] = field(default_factory=set)
    retry_at: dict[str, datetime] = field(default_factory=dict)
    visited: set[str] = field(default_factory=set)
    music: str | None = None
    is_playing_music: bool = False
    exit_outcome: Outcome | None = None
    exit_reason: Reason = Cause.NOBODY_SERVES
    exit_ahead: Exit | None = None
    end_ahead: Reason | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None
    talking_since: datetime | None = None
    talked: timedelta = timedelta(0)
    transferred_from: str | None = None
    has_had_turn: bool = False
    noted: set[tuple[str | None, DecisionKind, Reason]] = field(default_factory=set)
    decision_count: int = 0
    told: Told | None = None
    told_wait: WaitBand | None = None

    @property
    def outcome_so_far(self) -> Outcome | None:
        """The outcome that is certain whoever hangs up next: a call is answered once an agent has talked."""
        if self.answered_at is not None:
            return Outcome.ANSWERED
        return self.exit_outcome if self.state in _OUT_OF_THE_QUEUES else None

    @property
    def waits_until(self) -> datetime:
        """When the maximum wait is over."""
        return (self.waits_from or self.place[0]) + self.talked + self.line.settings.max_wait
