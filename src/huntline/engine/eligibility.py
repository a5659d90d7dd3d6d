"""Why an agent may not be rung, in words (rules section 3.3 to 3.5)."""

from __future__ import annotations

from huntline.engine.model import AgentState, Distribution, Presence, Unfit
from huntline.engine.state import Agent, Line

TALKING = "talking on a queue call"
RINGING = "being rung"

_UNFIT = {
    Unfit.NO_COMMON_AUDIO: "the phone refuses the audio of this server: G.711, not encrypted",
    Unfit.UNKNOWN_CONTENT: "the phone takes no session descriptions",
    Unfit.UNKNOWN_EXTENSION: "the phone demands an extension of SIP that this server does not have",
}


def why_absent(agent: Agent, line: Line) -> str | None:
    """Why the agent does not count as serving this queue: signed out, paused, opted out, or with a phone
    that can take no call."""
    if (why := _why_signed_out(agent)) is not None:
        return why
    return "opted out" if line.settings.queue_id in agent.opted_out else None


def why_stop_ringing(agent: Agent, line: Line) -> str | None:
    """Why a phone that rings must stop. Presence Busy is no reason: some phones tell it as they ring."""
    if (why := why_absent(agent, line)) is not None:
        return why
    return "do not disturb" if agent.presence is Presence.DO_NOT_DISTURB else None


def why_not_rung(agent: Agent, line: Line) -> str | None:
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


def state_reason(agent: Agent) -> str:
    """The agent's state in words, as far as no single queue is concerned."""
    if agent.ring is not None:
        return f"{RINGING if agent.ring.answered_at is None else TALKING}: {agent.ring.line.settings.name}"
    if why := _why_signed_out(agent) or _why_occupied(agent):
        return why
    if agent.presence is Presence.DO_NOT_DISTURB:
        return "do not disturb"
    return "on another call" if agent.other_calls else "ready"


def _why_signed_out(agent: Agent) -> str | None:
    if not agent.is_reachable:
        return "offline: no phone registered"
    if agent.presence is Presence.OFFLINE:
        return "offline: presence"
    if agent.pause_reason is not None:
        return f"paused: {agent.pause_reason}" if agent.pause_reason else "paused"
    return f"left alone until a phone registers anew: {_UNFIT[agent.unfit]}" if agent.unfit else None


def _why_occupied(agent: Agent) -> str | None:
    if agent.ring is not None:
        return RINGING if agent.ring.answered_at is None else TALKING
    if agent.wrap_up_until is not None:
        return f"in wrap-up until {agent.wrap_up_until:%H:%M:%S}"
    if agent.rest_until is not None:
        return f"left alone until {agent.rest_until:%H:%M:%S}: {agent.rest_reason}"
    return None


def _why_unwanted(agent: Agent, line: Line) -> str | None:
    settings = line.settings
    if agent.other_calls and not settings.ring_busy:
        return "on another call"
    if agent.presence is not Presence.AVAILABLE and _routes_by_presence(line):
        return f"presence {agent.presence}"
    return None


def _routes_by_presence(line: Line) -> bool:
    """Whether only Available agents are rung; longest idle switches that on (rules section 2)."""
    return line.settings.presence_based_routing or line.settings.distribution is Distribution.LONGEST_IDLE
