"""Why an agent may not be rung (rules section 3.3 to 3.5)."""

from __future__ import annotations

from huntline.engine.model import AgentState, Distribution, Presence
from huntline.engine.reasons import (
    Cause,
    Hindrance,
    LeftAlone,
    Paused,
    PresenceIs,
    Reason,
    RungFor,
    TalkingFor,
    WrapUp,
)
from huntline.engine.state import Agent, WaitingLine


def why_absent(agent: Agent, line: WaitingLine) -> Hindrance | None:
    """Why the agent does not count as serving this queue: signed out, paused, opted out, or with a phone
    that can take no call."""
    if (why := _why_signed_out(agent)) is not None:
        return why
    return Cause.OPTED_OUT if line.settings.queue_id in agent.opted_out else None


def why_stop_ringing(agent: Agent, line: WaitingLine) -> Hindrance | None:
    """Why a phone that rings must stop. Presence Busy is no reason: some phones tell it as they ring."""
    if (why := why_absent(agent, line)) is not None:
        return why
    return Cause.DO_NOT_DISTURB if agent.presence is Presence.DO_NOT_DISTURB else None


def why_not_rung(agent: Agent, line: WaitingLine) -> Hindrance | None:
    """Why this queue may not ring the agent this moment; None: it may."""
    return why_stop_ringing(agent, line) or _why_occupied(agent) or _why_unwanted(agent, line)


def state_of(agent: Agent) -> AgentState:
    """What the agent is doing; a call comes before everything else."""
    if agent.ring is not None:
        return AgentState.RINGING if agent.ring.answered_at is None else AgentState.TALKING
    if not agent.is_reachable:
        return AgentState.SIGNED_OUT
    if agent.pause_reason is not None:
        return AgentState.PAUSED
    if agent.wrap_up_until is not None:
        return AgentState.WRAP_UP
    return AgentState.READY


def state_reason(agent: Agent) -> Reason:
    """Why the agent's state is what it is, as far as no single queue is concerned."""
    if agent.ring is not None:
        reason = RungFor if agent.ring.answered_at is None else TalkingFor
        return reason(agent.ring.line.settings.name)
    if why := _why_signed_out(agent) or _why_occupied(agent):
        return why
    if agent.presence is Presence.DO_NOT_DISTURB:
        return Cause.DO_NOT_DISTURB
    return Cause.ON_ANOTHER_CALL if agent.other_calls else Cause.READY


def _why_signed_out(agent: Agent) -> Hindrance | None:
    if not agent.is_reachable:
        return Cause.NO_PHONE
    if agent.presence is Presence.OFFLINE:
        return Cause.PRESENCE_OFFLINE
    if agent.pause_reason is not None:
        return Paused(agent.pause_reason)
    return LeftAlone(None, agent.unfit) if agent.unfit else None


def _why_occupied(agent: Agent) -> Hindrance | None:
    if agent.ring is not None:
        return Cause.BEING_RUNG if agent.ring.answered_at is None else Cause.ON_QUEUE_CALL
    if agent.wrap_up_until is not None:
        return WrapUp(agent.wrap_up_until)
    if agent.rest_until is not None:
        return LeftAlone(agent.rest_until, agent.rest_reason)
    return None


def _why_unwanted(agent: Agent, line: WaitingLine) -> Hindrance | None:
    settings = line.settings
    if agent.other_calls and not settings.ring_busy:
        return Cause.ON_ANOTHER_CALL
    if agent.presence is not Presence.AVAILABLE and _routes_by_presence(line):
        return PresenceIs(agent.presence)
    return None


def _routes_by_presence(line: WaitingLine) -> bool:
    """Whether only Available agents are rung; longest idle switches that on (rules section 2)."""
    return line.settings.presence_based_routing or line.settings.distribution is Distribution.LONGEST_IDLE
