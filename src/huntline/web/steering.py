"""What an agent decides for themselves, and an admin for them: opting in and out, pauses, presence.

Whatever somebody else decides for an agent is in the audit.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from huntline.clean_text import cleaned
from huntline.control.messages import ServerNotRunning
from huntline.directory.changes import Change
from huntline.directory.index import OrganizationIndex
from huntline.directory.membership import queues_of
from huntline.directory.organization import Organization, QueueSettings, User
from huntline.directory.propagation import as_of
from huntline.engine.model import Presence
from huntline.engine.refusals import AgentNotInQueue, OptOutNotAllowed, UnknownAgent
from huntline.organization_file.form import Text
from huntline.storage.audit import add_to_audit
from huntline.storage.settings import set_opted_out
from huntline.web.access import Access
from huntline.web.language import Sentence
from huntline.web.live_streams import LiveAgent
from huntline.web.words import reader_of, with_words


class PresenceForm(BaseModel):
    """A presence chosen by hand; null: follow what the phones publish."""

    model_config = ConfigDict(extra="forbid")
    presence: Presence | None


class PauseForm(BaseModel):
    """Why somebody takes no calls for a while, for reports and screens."""

    model_config = ConfigDict(extra="forbid")
    reason: Annotated[Text, Field(max_length=200), AfterValidator(cleaned)] = ""


class OptOutForm(BaseModel):
    """Whether somebody takes no calls of a queue."""

    model_config = ConfigDict(extra="forbid")
    opted_out: bool


class AgentNow(BaseModel):
    """Somebody on the running server. ``presence`` counts for routing; ``agent`` is what they do, null for
    an agent of no queue."""

    presence: Presence
    is_presence_chosen: bool
    agent: LiveAgent | None


class AgentQueue(BaseModel):
    """A queue that somebody is an agent of; ``reason`` says why they may not opt out."""

    id: str
    name: str
    opted_out: bool
    may_opt_out: bool
    reason: Sentence | None


def served_queues(organization: Organization, user: User) -> tuple[QueueSettings, ...]:
    """The queues that would ring a user now."""
    return queues_of(user, OrganizationIndex(as_of(organization, datetime.now(UTC))))


def agent_now(access: Access, user: User) -> dict[str, Any]:
    """An ``AgentNow``. Raises ServerNotRunning."""
    now = access.backstage.ask("agent", upn=user.upn)
    if now["agent"] is None:
        return now
    return now | {"agent": with_words(now["agent"], reader_of(access.organization))}


def choose_presence(access: Access, user: User, presence: Presence | None) -> dict[str, Any]:
    """Set presence by hand; returns an ``AgentNow``. Raises ServerNotRunning."""
    access.backstage.ask("choose-presence", upn=user.upn, presence=presence)
    _audit(access, user, "presence", None, presence or "as the phones publish")
    return agent_now(access, user)


def pause(access: Access, user: User, reason: str) -> dict[str, Any]:
    """Pause an agent; returns an ``AgentNow``. Raises ServerNotRunning, UnknownAgent."""
    _require_agent(access.organization, user)
    access.backstage.ask("pause", upn=user.upn, reason=reason)
    _audit(access, user, "pause", None, reason or "without a reason")
    return agent_now(access, user)


def resume(access: Access, user: User) -> dict[str, Any]:
    """End a pause and wrap-up; returns an ``AgentNow``. Raises ServerNotRunning, UnknownAgent."""
    _require_agent(access.organization, user)
    access.backstage.ask("resume", upn=user.upn)
    _audit(access, user, "pause", None, "none")
    return agent_now(access, user)


def agent_queues(organization: Organization, user: User) -> list[dict[str, Any]]:
    """The ``AgentQueue`` of each queue that a user serves."""
    return [
        _agent_queue(queue, user, is_opted_out=(user.user_id, queue.queue_id) in organization.opt_outs)
        for queue in served_queues(organization, user)
    ]


def opt(access: Access, user: User, queue: QueueSettings, *, is_opted_out: bool) -> dict[str, Any]:
    """Opt an agent out of a queue, or in; returns the ``AgentQueue``.

    It is remembered also where no server runs. Raises AgentNotInQueue, OptOutNotAllowed.
    """
    organization = access.organization
    served = served_queues(organization, user)
    if queue.queue_id not in {each.queue_id for each in served}:
        raise AgentNotInQueue(user.upn, queue.name)
    if is_opted_out and not queue.allow_opt_out:
        raise OptOutNotAllowed(queue.name)
    was_opted_out = (user.user_id, queue.queue_id) in organization.opt_outs
    try:
        verb = "opt-out" if is_opted_out else "opt-in"
        access.backstage.ask(verb, upn=user.upn, queue_id=queue.queue_id)
    except ServerNotRunning:
        database = access.backstage.database
        set_opted_out(database, organization.organization_id, user.user_id, queue.queue_id, is_opted_out)
    if was_opted_out != is_opted_out:
        before, after = str(was_opted_out).lower(), str(is_opted_out).lower()
        _audit(access, user, "opted_out", before, after, f"queue {queue.name}")
    return _agent_queue(queue, user, is_opted_out=is_opted_out)


def _agent_queue(queue: QueueSettings, user: User, *, is_opted_out: bool) -> dict[str, Any]:
    return {
        "id": queue.queue_id,
        "name": queue.name,
        "opted_out": is_opted_out,
        "may_opt_out": queue.allow_opt_out,
        "reason": None if queue.allow_opt_out else str(OptOutNotAllowed(queue.name)),
    }


def _require_agent(organization: Organization, user: User) -> None:
    if not served_queues(organization, user):
        raise UnknownAgent(user.upn)


def _audit(access: Access, user: User, field: str, before: str | None, after: str, note: str = "") -> None:
    if access.principal.user_id != user.user_id:
        change = Change("user", user.upn, field, before, after, note)
        database, now = access.backstage.database, datetime.now(UTC)
        add_to_audit(database, access.organization_id, [change], access.actor, now)
