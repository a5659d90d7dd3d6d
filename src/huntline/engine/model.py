"""What the engine knows: queues, agents and calls, and the snapshots it hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from huntline.engine.presence import Presence as Presence
from huntline.engine.reasons import Reason


class Distribution(StrEnum):
    """How agents are chosen (rules section 2)."""

    ATTENDANT = "attendant"
    SERIAL = "serial"
    ROUND_ROBIN = "round-robin"
    LONGEST_IDLE = "longest-idle"


class CallsAlerting(StrEnum):
    """How many calls of one queue alert agents at once (rules section 2)."""

    ONE = "one"
    PARALLEL = "parallel"


class Outcome(StrEnum):
    """How a call ended; every call has exactly one (rules section 3.11)."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    OVERFLOWED = "overflowed"
    TIMED_OUT = "timed-out"
    NO_AGENTS = "no-agents"
    REFUSED = "refused"
    FAILED = "failed"


MAX_TARGETS = 10
"""Targets that a call may pass (rules section 5); there is no going on to another one."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """What an agent is told of a call: from which queue it comes, and how long its caller has waited."""

    queue_id: str
    waited: timedelta


@dataclass(frozen=True, slots=True)
class QueueLeft:
    """A queue that a call has left without an agent, and by which exit."""

    queue_id: str
    outcome: Outcome


class AgentState(StrEnum):
    """What an agent is doing, as this system sees it."""

    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap-up"
    PAUSED = "paused"
    SIGNED_OUT = "signed-out"  # no phone or page is registered


class ExitPrompt(StrEnum):
    """What is said to a caller before an exit of a queue happens: each exit has its own, and there is one for
    whoever is hung up on without."""

    OVERFLOW = "overflow"
    TIMEOUT = "timeout"
    NO_AGENTS = "no_agents"
    DISCONNECT = "disconnect"


class ExitAction(StrEnum):
    """What happens to a caller who leaves the line without an agent."""

    DISCONNECT = "disconnect"
    FORWARD = "forward"
    QUEUE = "queue"  # only for "nobody serves": keep waiting


@dataclass(frozen=True, slots=True)
class Exit:
    """Where callers go: ``queue_id`` names another queue, ``target`` any address outside the queues.

    ``prompt`` is how long it takes what they are told before, None where they are told nothing; whoever has
    not been answered by then is answered for it.
    """

    action: ExitAction
    queue_id: str | None = None
    target: str | None = None
    prompt: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """How a caller was handed on: ``by`` a user (None: nobody of this organization), ``origin`` from where.

    ``call_id`` is the call of a queue in which they talked before, if it was one.
    """

    by: str | None
    origin: Reason
    call_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQueue:
    """One waiting line and its rules. ``agents`` is expanded, in order and within the limit.

    What a setting is when nobody says is for ``directory.organization`` to know.
    ``music`` names the music on hold: a caller handed over between queues with the same one keeps hearing
    it without a new ``PlayMusic``; None is like no other. ``goodbye`` is how long it takes what is told to
    callers who have been answered and are hung up on, where their exit has no prompt; None for nothing.
    ``messages`` are the lengths of what callers are told while they wait, one after the other; an interval
    of nothing is never.
    """

    queue_id: str
    organization_id: str
    name: str
    agents: tuple[str, ...] = ()
    distribution: Distribution
    alerting: CallsAlerting
    has_greeting: bool = False
    music: str | None = None
    goodbye: timedelta | None = None
    agent_alert_time: timedelta
    allow_opt_out: bool
    max_waiting: int
    overflow: Exit
    max_wait: timedelta
    timeout: Exit
    no_agents: Exit
    no_agents_new_calls_only: bool
    presence_based_routing: bool
    ring_busy: bool
    wrap_up: timedelta
    messages: tuple[timedelta, ...] = ()
    message_interval: timedelta = timedelta(0)
    announce_position: bool = False
    announce_wait: bool = False
    announce_interval: timedelta = timedelta(seconds=60)
    announce_to_agent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """A user who may be rung. ``opted_out`` is what the store remembers, taken when first seen."""

    agent_id: str
    organization_id: str
    name: str
    opted_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """A queue at one moment.

    ``next_agents`` are who the next call would ring, in that order, or all at once without ``takes_turns``;
    the first of them only, where there are very many.
    """

    queue_id: str
    organization_id: str
    name: str
    waiting: int
    longest_waiting_since: datetime | None
    talking: int
    next_agents: tuple[str, ...]
    takes_turns: bool


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """An agent at one moment; ``reason`` says why, ``until`` when it ends by itself."""

    agent_id: str
    organization_id: str
    name: str
    state: AgentState
    reason: Reason
    presence: Presence
    since: datetime
    until: datetime | None
    call_id: str | None
    opted_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallStatus:
    """A call at one moment. ``position`` counts from 1 while waiting."""

    call_id: str
    organization_id: str
    queue_id: str
    caller: str
    state: str  # as CallState has it, or "alerting"
    arrived_at: datetime
    waiting_since: datetime | None
    position: int | None
    agent_id: str | None
    ringing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything at one moment, plain data."""

    at: datetime
    queues: tuple[QueueStatus, ...]
    agents: tuple[AgentStatus, ...]
    calls: tuple[CallStatus, ...]
