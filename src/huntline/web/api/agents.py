"""``/agents``, and what is decided for one below ``/users/{key}``: presence, pause, opting in and out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path

from huntline.web.access import ReadLive, ReadSettings, SteerAgents
from huntline.web.api.live import snapshot_in, view_of
from huntline.web.api.queues import QUEUES
from huntline.web.api.users import USERS
from huntline.web.listing import Listing, Page, Search
from huntline.web.live_streams import LiveAgent
from huntline.web.routing import api_router
from huntline.web.steering import (
    AgentNow,
    AgentQueue,
    OptOutForm,
    PauseForm,
    PresenceForm,
    agent_now,
    agent_queues,
    choose_presence,
    opt,
    pause,
    resume,
)

Key = Annotated[str, Path(description="The user, by id or UPN.")]
QueueKey = Annotated[str, Path(description="The queue, by id or name; a name with a slash only by id.")]

router = api_router(tag="agents")


@router.get("/agents", response_model=Listing[LiveAgent], operation_id="list_agents")
def list_all(access: ReadLive, page: Page, search: Search = "") -> Any:
    """What every agent does now; a queue owner's are those of their queues."""
    wanted = search.casefold()
    agents = snapshot_in(access.backstage, view_of(access))["agents"]
    found = [
        agent for agent in agents if wanted in agent["upn"] or wanted in agent["display_name"].casefold()
    ]
    return page.of(found, lambda agent: agent)


@router.get("/users/{key}/presence", response_model=AgentNow, operation_id="read_presence")
def read_presence(access: SteerAgents, key: Key) -> Any:
    """A user's presence and, of an agent, what they do now."""
    return agent_now(access, USERS.get(access.organization, key))


@router.put("/users/{key}/presence", response_model=AgentNow, operation_id="choose_presence")
def put_presence(access: SteerAgents, key: Key, form: PresenceForm) -> Any:
    """Set a user's presence by hand. It goes before what phones publish, until it is null again."""
    return choose_presence(access, USERS.get(access.organization, key), form.presence)


@router.put("/users/{key}/pause", response_model=AgentNow, operation_id="pause_agent")
def put_pause(access: SteerAgents, key: Key, form: PauseForm) -> Any:
    """Let an agent take no calls anywhere."""
    return pause(access, USERS.get(access.organization, key), form.reason)


@router.delete("/users/{key}/pause", response_model=AgentNow, operation_id="resume_agent")
def delete_pause(access: SteerAgents, key: Key) -> Any:
    """Let an agent take calls again; ends wrap-up too."""
    return resume(access, USERS.get(access.organization, key))


@router.get("/users/{key}/queues", response_model=list[AgentQueue], operation_id="list_user_queues")
def read_queues(access: ReadSettings, key: Key) -> Any:
    """The queues that a user is an agent of, and whether they are opted out."""
    organization = access.organization
    return agent_queues(organization, USERS.get(organization, key))


@router.put("/users/{key}/queues/{queue}", response_model=AgentQueue, operation_id="opt_user")
def put_queue(access: SteerAgents, key: Key, queue: QueueKey, form: OptOutForm) -> Any:
    """Opt an agent out of a queue, or in again; remembered also while no server runs."""
    organization = access.organization
    user, wanted = USERS.get(organization, key), QUEUES.get(organization, queue)
    return opt(access, user, wanted, is_opted_out=form.opted_out)
