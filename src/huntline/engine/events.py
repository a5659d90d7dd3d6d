"""What happened: everything the engine can be told. Moments come beside the event, as ``now``."""

from __future__ import annotations

from datetime import datetime

from huntline.engine.model import AgentSettings, CallQueue, Presence, Transfer
from huntline.engine.reasons import Cause, Destination, Reason
from huntline.plain import frozen


@frozen
class CallArrived:
    """A call comes to a queue for the first time. The caller's leg is not answered yet, unless
    ``is_answered``: they were transferred out of a conversation, or come from an attendant.

    ``arrived_at`` is when the call began, None for now, ``steps`` what has happened to it since. ``passed``
    are the targets that it had before (rules section 5).
    """

    call_id: str
    organization_id: str
    queue_id: str
    caller: str
    transfer: Transfer | None = None
    is_answered: bool = False
    arrived_at: datetime | None = None
    steps: tuple[Reason, ...] = ()
    passed: int = 0


@frozen
class CallSentToQueue:
    """The caller comes to a queue out of wherever an exit has sent them: an attendant, the rule of a person.

    ``passed`` is as in :class:`CallArrived`.
    """

    call_id: str
    queue_id: str
    passed: int


@frozen
class CallStepTaken:
    """Something has happened to a caller who is not in a queue now: for the record."""

    call_id: str
    step: Reason


@frozen
class GreetingFinished:
    """The greeting was played to its end (or could not be played): waiting starts."""

    call_id: str


@frozen
class ExitPromptFinished:
    """The prompt of an exit was played to its end (or could not be played): the exit happens."""

    call_id: str


@frozen
class AnnouncementFinished:
    """What a waiting caller was told is over (or could not be said)."""

    call_id: str


@frozen
class CallerHungUp:
    """The caller left: before an agent answered this is an abandoned call."""

    call_id: str


@frozen
class CallFailed:
    """The caller's leg broke on our side (no media, no answer to our 200).

    The outcome is ``failed``, or ``answered`` where a conversation was already under way.
    """

    call_id: str
    reason: Reason


@frozen
class AgentAnswered:
    """An agent's phone answered this ring."""

    ring_id: str


@frozen
class AgentDeclined:
    """An agent refused this ring: declined, or the phone is busy."""

    ring_id: str
    reason: Reason


@frozen
class RingFailed:
    """The phone could not be rung: unreachable, gone, no common codec.

    ``unfit`` where it would refuse every other call like this one.
    """

    ring_id: str
    reason: Reason
    unfit: Cause | None = None


@frozen
class CallBridged:
    """Caller and agent hear each other: follows ``BridgeCall``."""

    call_id: str
    ring_id: str


@frozen
class BridgeFailed:
    """The agent answered but no audio path could be made (rules section 3.13)."""

    call_id: str
    ring_id: str
    reason: Reason


@frozen
class AgentHungUp:
    """An agent who had answered this ring ended the conversation."""

    ring_id: str


@frozen
class CallTransferred:
    """The caller was handed on by whoever they talked to, and their leg is not in this call any more."""

    call_id: str
    to: Destination


@frozen
class TransferorLeft:
    """An agent hung up while the one to whom they transfer the caller is still rung: ``CallTransferred`` or
    ``TransferFailed`` follows."""

    ring_id: str
    to: Destination


@frozen
class TransferFailed:
    """Nobody took the caller whom an agent, or the target of a forward, has left to a transfer."""

    call_id: str
    reason: Reason


@frozen
class CallerChanged:
    """The caller handed the place in this call on to another one, whose leg is answered."""

    call_id: str
    caller: str
    transfer: Transfer


@frozen
class CallerRenamed:
    """Somebody else speaks on the caller's line, or is known by another number now."""

    call_id: str
    caller: str


@frozen
class ForwardAnswered:
    """The target of ``ForwardCall`` answered and talks to the caller."""

    call_id: str


@frozen
class ForwardFailed:
    """The target of ``ForwardCall`` could not be reached or did not answer."""

    call_id: str
    reason: Reason


@frozen
class ForwardEnded:
    """The target of an answered forward hung up."""

    call_id: str


@frozen
class AgentReachabilityChanged:
    """An agent's first phone registered, or the last one is gone."""

    agent_id: str
    is_reachable: bool


@frozen
class PhoneRenewed:
    """A phone of an agent registered anew, or the settings of their phones changed: it may take calls that it
    refused before."""

    agent_id: str


@frozen
class PresenceChanged:
    """An agent's presence, told from outside."""

    agent_id: str
    presence: Presence


@frozen
class OtherCallsChanged:
    """How many calls of this system that no queue made the agent is on (rules section 3.5)."""

    agent_id: str
    count: int


@frozen
class OptInRequested:
    """An agent joins one queue's rotation."""

    agent_id: str
    queue_id: str


@frozen
class OptOutRequested:
    """An agent leaves one queue's rotation. Refused where the queue does not allow it."""

    agent_id: str
    queue_id: str


@frozen
class PauseRequested:
    """An agent takes no calls anywhere for a while."""

    agent_id: str
    reason: str


@frozen
class ResumeRequested:
    """An agent takes calls again; ends wrap-up too."""

    agent_id: str


@frozen
class SettingsChanged:
    """All queues and agents of one organization as they are now; replaces what was there."""

    organization_id: str
    queues: tuple[CallQueue, ...]
    agents: tuple[AgentSettings, ...]


Event = (
    CallArrived
    | CallSentToQueue
    | CallStepTaken
    | GreetingFinished
    | ExitPromptFinished
    | AnnouncementFinished
    | CallerHungUp
    | CallFailed
    | AgentAnswered
    | AgentDeclined
    | RingFailed
    | CallBridged
    | BridgeFailed
    | AgentHungUp
    | CallTransferred
    | TransferorLeft
    | TransferFailed
    | CallerChanged
    | CallerRenamed
    | ForwardAnswered
    | ForwardFailed
    | ForwardEnded
    | AgentReachabilityChanged
    | PhoneRenewed
    | PresenceChanged
    | OtherCallsChanged
    | OptInRequested
    | OptOutRequested
    | PauseRequested
    | ResumeRequested
    | SettingsChanged
)
