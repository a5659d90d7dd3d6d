"""What to do: everything the engine can ask for. A command that fails comes back as an event."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum

from huntline.engine.model import ExitPrompt, Introduction, Outcome, QueueLeft
from huntline.engine.reasons import Reason, RingOutcome, StopReason
from huntline.engine.waits import WaitBand
from huntline.plain import frozen


class DecisionKind(StrEnum):
    """What was decided about a call, or about an agent for it."""

    RUNG = "rung"
    NOT_RUNG = "not rung"
    WAITS = "waits"
    OVERFLOW = "overflow"
    TIMEOUT = "timeout"
    NO_AGENTS = "no agents"
    ANSWERED = "answered"
    TRANSFERRED = "transferred"
    SENT_ON = "sent on"
    LEFT_MESSAGE = "left a message"


@frozen
class AnswerCall:
    """Answer the caller's leg (200)."""

    call_id: str


@frozen
class RefuseCall:
    """Refuse the caller's leg before any answer: busy (486)."""

    call_id: str
    outcome: Outcome


@frozen
class PlayGreeting:
    """Play the queue's greeting once; its end comes back as ``GreetingFinished``."""

    call_id: str
    queue_id: str


@frozen
class PlayExitPrompt:
    """Tell the caller, who leaves the queue, what there is to say; its end comes back as
    ``ExitPromptFinished``."""

    call_id: str
    queue_id: str
    prompt: ExitPrompt


@frozen
class PlayMusic:
    """Play the queue's music on hold until something else is asked for."""

    call_id: str
    queue_id: str


@frozen
class PlayMessage:
    """Tell a waiting caller a message of the queue over the music; ``number`` counts from 0. Its end comes
    back as ``AnnouncementFinished``, as that of ``TellPlace`` does."""

    call_id: str
    queue_id: str
    number: int


@frozen
class TellPlace:
    """Tell a waiting caller the position (one past the last that is told means further back), the wait, or
    both, over the music."""

    call_id: str
    queue_id: str
    position: int | None
    wait: WaitBand | None


@frozen
class CutAnnouncement:
    """Tell the caller nothing more of what is being said: the music goes on."""

    call_id: str


@frozen
class RingAgent:
    """Ring all phones of an agent for a call. ``ring_id`` names this one ring, never
    returns, and is the call's id, a dot and a number.

    ``waited`` and ``others_waiting`` are for the agent to read, and make no other ring of it; so is
    ``left``, the queues that the call was in before, since it was in none.
    """

    ring_id: str
    call_id: str
    queue_id: str
    agent_id: str
    waited: timedelta = field(default=timedelta(0), compare=False)
    others_waiting: int = field(default=0, compare=False)
    left: tuple[QueueLeft, ...] = field(default=(), compare=False)


@frozen
class StopRinging:
    """Stop a ring that nobody answered."""

    ring_id: str
    reason: StopReason


@frozen
class BridgeCall:
    """Connect caller and agent, who is told of the call before; the result is ``CallBridged`` or
    ``BridgeFailed``."""

    call_id: str
    ring_id: str
    agent_id: str
    introduction: Introduction | None = None


@frozen
class ReleaseAgent:
    """Hang up on an agent who has answered: too late, or the caller is gone."""

    ring_id: str
    reason: StopReason


@frozen
class ForwardCall:
    """Send the caller to a target outside the queues: a person, a number, an attendant, a mailbox.

    ``target`` is written exactly as in the queue's settings. The caller's leg may or may not be answered
    yet. The result is ``ForwardAnswered``, ``ForwardFailed`` or ``CallSentToQueue``. ``left`` are the queues
    that the call was in since it was in none, the last one has it forwarded: it is not told of them again.
    """

    call_id: str
    target: str
    left: tuple[QueueLeft, ...] = field(default=(), compare=False)


@frozen
class EndCall:
    """Hang up on the caller and on whoever is connected with the call; parties already gone are skipped.

    Every call ends with exactly one ``RefuseCall`` or ``EndCall``, followed by its ``RecordCall``.
    """

    call_id: str
    outcome: Outcome


@frozen
class RecordDecision:
    """One reasoned decision, stored with the call: an agent was or was not rung, an exit was taken.

    Recorded once for each call, agent and reason. Agents who ring or talk for another call are not
    recorded one by one (their rings are on record) but counted in the reason of ``WAITS``. ``number`` is
    its place among the decisions of the call, from 1.
    """

    organization_id: str
    call_id: str
    queue_id: str
    agent_id: str | None
    at: datetime
    decision: DecisionKind
    reason: Reason
    number: int


@frozen
class RecordRing:
    """One ring of an agent, ended or answered and then ended."""

    organization_id: str
    ring_id: str
    call_id: str
    queue_id: str
    agent_id: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    outcome: RingOutcome
    reason: Reason


@frozen
class RecordCall:
    """The whole call, at its end: exactly one for each ``CallArrived``.

    ``agent_id`` is the agent who talked last, ``answered_at`` when the first one answered;
    ``transferred_from`` is the call that the caller was transferred out of.
    """

    organization_id: str
    call_id: str
    queue_id: str  # the queue it ended in
    first_queue_id: str
    caller: str
    arrived_at: datetime
    waiting_since: datetime | None  # end of the first greeting
    answered_at: datetime | None
    ended_at: datetime
    agent_id: str | None
    outcome: Outcome
    reason: Reason
    transferred_from: str | None = None


Command = (
    AnswerCall
    | RefuseCall
    | PlayGreeting
    | PlayExitPrompt
    | PlayMusic
    | PlayMessage
    | TellPlace
    | CutAnnouncement
    | RingAgent
    | StopRinging
    | BridgeCall
    | ReleaseAgent
    | ForwardCall
    | EndCall
    | RecordDecision
    | RecordRing
    | RecordCall
)
