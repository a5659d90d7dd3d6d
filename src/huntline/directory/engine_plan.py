"""Queues and agents of an organization, compiled for the engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from huntline.directory.attendants import Attendant
from huntline.directory.groups import agents_of
from huntline.directory.index import ATTENDANT, Mailbox, OrganizationIndex, OutsideTarget
from huntline.directory.organization import QueueExit, QueueExitAction, QueueSettings, User, prompt_of
from huntline.engine.model import AgentSettings, CallQueue, Exit, ExitAction, ExitPrompt

GOODBYE_TIME = timedelta(seconds=15)
"""How long our own sentence may take that is told to whoever is hung up on."""

DEFAULT_MUSIC = "default"  # as `CallQueue.music` names it

EngineSettings = tuple[tuple[CallQueue, ...], tuple[AgentSettings, ...]]


def engine_settings_of(index: OrganizationIndex) -> EngineSettings:
    """The queues and agents of an organization as the engine knows them."""
    queues: list[CallQueue] = []
    agents: dict[str, User] = {}
    for settings in index.organization.queues:
        users = agents_of(settings, index.users, index.groups)
        queues.append(_call_queue(settings, users, index))
        agents |= {user.user_id: user for user in users}
    opted_out: dict[str, set[str]] = {}
    for user_id, queue_id in index.organization.opt_outs:
        opted_out.setdefault(user_id, set()).add(queue_id)
    return tuple(queues), tuple(
        AgentSettings(
            agent_id=user.user_id,
            organization_id=index.organization.organization_id,
            name=user.shown_name,
            opted_out=frozenset(opted_out.get(user.user_id, ())),
        )
        for user in agents.values()
    )


def _call_queue(settings: QueueSettings, agents: tuple[User, ...], index: OrganizationIndex) -> CallQueue:
    return CallQueue(
        queue_id=settings.queue_id,
        organization_id=index.organization.organization_id,
        name=settings.name,
        agents=tuple(user.user_id for user in agents),
        distribution=settings.distribution,
        alerting=settings.alerting,
        has_greeting=settings.greeting is not None,
        music=settings.music.sha256 if settings.music else DEFAULT_MUSIC,
        agent_alert_time=timedelta(seconds=settings.agent_alert_time),
        allow_opt_out=settings.allow_opt_out,
        max_waiting=settings.max_waiting,
        goodbye=_length_of(settings, ExitPrompt.DISCONNECT) or GOODBYE_TIME,
        overflow=_engine_exit(settings, ExitPrompt.OVERFLOW, index),
        max_wait=timedelta(seconds=settings.max_wait),
        timeout=_engine_exit(settings, ExitPrompt.TIMEOUT, index),
        no_agents=_engine_exit(settings, ExitPrompt.NO_AGENTS, index),
        no_agents_new_calls_only=settings.no_agents_new_calls_only,
        presence_based_routing=settings.presence_based_routing,
        ring_busy=settings.ring_busy,
        wrap_up=timedelta(seconds=settings.wrap_up),
        messages=tuple(timedelta(seconds=audio.duration) for audio in settings.messages),
        message_interval=timedelta(seconds=settings.message_interval),
        announce_position=settings.announce_position,
        announce_wait=settings.announce_wait,
        announce_interval=timedelta(seconds=settings.announce_interval),
        announce_to_agent=settings.announce_to_agent,
    )


def _length_of(settings: QueueSettings, prompt: ExitPrompt) -> timedelta | None:
    audio = prompt_of(settings, prompt)
    return timedelta(seconds=audio.duration) if audio is not None else None


def _engine_exit(settings: QueueSettings, prompt: ExitPrompt, index: OrganizationIndex) -> Exit:
    """Each exit has the name of its prompt."""
    return replace(_way_out(getattr(settings, prompt), index), prompt=_length_of(settings, prompt))


def _way_out(exit_: QueueExit, index: OrganizationIndex) -> Exit:
    if exit_.target is None:
        return Exit(ExitAction(exit_.action))
    match index.forward_target(exit_.target):
        case User() as user if exit_.action is QueueExitAction.VOICEMAIL:
            return Exit(ExitAction.FORWARD, target=user.voicemail_target)
        case User() | QueueSettings() | Attendant() | OutsideTarget() as target:
            # Where a person's own rule leads is found when it comes to that, and so tells of them.
            return _forward_to(target)
        case Mailbox():
            return Exit(ExitAction.FORWARD, target=exit_.target)
        case None:
            # Refused when it is saved; should it come up all the same, the forward fails, not the server.
            return Exit(ExitAction.FORWARD, target=exit_.target)


def _forward_to(destination: User | QueueSettings | Attendant | OutsideTarget) -> Exit:
    match destination:
        case QueueSettings() as queue:
            return Exit(ExitAction.FORWARD, queue_id=queue.queue_id)
        case Attendant() as attendant:
            return Exit(ExitAction.FORWARD, target=ATTENDANT + attendant.name)
        case User() as user:
            return Exit(ExitAction.FORWARD, target=f"sip:{user.upn}")
        case OutsideTarget() as address:
            return Exit(ExitAction.FORWARD, target=str(address))
