"""``/me``: everything that is an agent's own; nobody else's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Path, Request
from pydantic import BaseModel
from sse_starlette import EventSourceResponse

from huntline.control.messages import ServerNotRunning
from huntline.directory.access import Role
from huntline.directory.caller_id import caller_as_shown, effective_grant
from huntline.directory.organization import CallerIdPolicy, Organization, User
from huntline.directory.shown_numbers import shown_number
from huntline.engine.reasons import RingOutcome
from huntline.errors import Refused
from huntline.organization_file.form import OwnRuleForm, StarCodesForm
from huntline.organization_file.parts import own_rule_dump, with_own_rule
from huntline.plain import fields_of
from huntline.storage.calls import (
    CallFilter,
    CallSummary,
    count_calls,
    decisions_of,
    page_of_calls,
    rings_of_agent,
)
from huntline.storage.history import RingRecord
from huntline.storage.settings import SettingsRefused
from huntline.web.access import Access, Own
from huntline.web.api.calls import CallId
from huntline.web.api.collection import NotThere
from huntline.web.api.live import STREAMED, snapshot_in, streamed
from huntline.web.api.queues import QUEUES
from huntline.web.history import DecisionView, NamesById
from huntline.web.language import Sentence
from huntline.web.listing import Listing, Page
from huntline.web.live_streams import LiveSnapshot, View
from huntline.web.moments import From, To, start_of_today
from huntline.web.phones import PhoneAccess, phone_access
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
    served_queues,
)
from huntline.web.words import reader_of


class NoUser(Refused):
    """Who asks is no user, so nothing here is theirs."""

    error_id = "account-without-user"


class MyAccount(BaseModel):
    """The account that asks."""

    name: str
    role: Role
    organization: str


class MyUser(BaseModel):
    """The user whom the account belongs to."""

    id: str
    upn: str
    display_name: str
    line_uri: str | None


class MyView(BaseModel):
    """Who I am, which queues I serve, and what I do; ``now`` is null while no server runs."""

    account: MyAccount
    user: MyUser
    queues: list[AgentQueue]
    now: AgentNow | None


class MyRule(OwnRuleForm):
    """My rule; ``may_hide_number``: whether my caller-ID policy leaves that to me. ``star_codes`` are what I
    can dial in its place."""

    may_hide_number: bool
    star_codes: StarCodesForm


class MyPart(StrEnum):
    """What a call was to me."""

    ANSWERED = "answered"
    ANSWERED_ELSEWHERE = "answered-elsewhere"
    DECLINED = "declined"
    MISSED = "missed"


class MyCall(BaseModel):
    """A call that I answered or was rung for, once however often it rang.

    It is missed or declined only when nobody took it: declined when that is how it rang last here. ``text``
    says so for people, or who answered and how long the caller had waited, which are ``answered_by``, a name
    for people, and ``waited_s``. ``caller_shown`` is ``caller`` spaced for people.
    """

    call_id: str
    caller: str
    caller_shown: str
    queue: str
    arrived_at: datetime
    rang_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    part: MyPart
    answered_by: str | None
    waited_s: float
    text: Sentence


router = api_router("/me", tag="me")


@router.get("", response_model=MyView, operation_id="read_me")
def read(access: Own) -> Any:
    """Who I am, which queues I serve, and what I do."""
    user, organization = own_user(access), access.organization
    try:
        now = agent_now(access, user)
    except ServerNotRunning:
        now = None
    principal = access.principal
    return {
        "account": {"name": principal.name, "role": principal.role, "organization": organization.name},
        "user": {
            "id": user.user_id,
            "upn": user.upn,
            "display_name": user.shown_name,
            "line_uri": user.line_uri,
        },
        "queues": agent_queues(organization, user),
        "now": now,
    }


@router.post("/phone", response_model=PhoneAccess, operation_id="open_my_phone")
def post_phone(request: Request, access: Own) -> Any:
    """What the phone in my page connects with. It is good for ten minutes: ask again before it is used then.

    It registers as me, so that I am rung there, and calls as me.
    """
    return phone_access(request, access, "phone-credential", upn=own_user(access).upn)


@router.put("/presence", response_model=AgentNow, operation_id="choose_my_presence")
def put_presence(access: Own, form: PresenceForm) -> Any:
    """Set my presence by hand. It goes before what my phones publish, until it is null again."""
    return choose_presence(access, own_user(access), form.presence)


@router.put("/pause", response_model=AgentNow, operation_id="pause_me")
def put_pause(access: Own, form: PauseForm) -> Any:
    """Take no calls anywhere for a while."""
    return pause(access, own_user(access), form.reason)


@router.delete("/pause", response_model=AgentNow, operation_id="resume_me")
def delete_pause(access: Own) -> Any:
    """Take calls again; ends wrap-up too."""
    return resume(access, own_user(access))


@router.put("/queues/{queue}", response_model=AgentQueue, operation_id="opt_me")
def put_queue(
    access: Own, queue: Annotated[str, Path(description="One of my queues.")], form: OptOutForm
) -> Any:
    """Opt out of a queue, or in again."""
    user, organization = own_user(access), access.organization
    wanted = QUEUES.find(organization, queue)
    if wanted is None or wanted not in served_queues(organization, user):
        raise NotThere(f"you are no agent of a queue {queue!r}")
    return opt(access, user, wanted, is_opted_out=form.opted_out)


@router.get("/rule", response_model=MyRule, operation_id="read_my_rule")
def read_rule(access: Own) -> Any:
    """What becomes of direct calls to me. Queues ring my phones whatever it says."""
    user, codes = own_user(access), access.organization.star_codes
    return own_rule_dump(user) | {
        "may_hide_number": _policy_of(access, user).enable_user_override,
        "star_codes": fields_of(codes),
    }


@router.put("/rule", response_model=MyRule, operation_id="set_my_rule")
def put_rule(access: Own, form: OwnRuleForm) -> Any:
    """Say what becomes of direct calls to me, from the next one on. What is not named holds as when nobody
    says anything."""
    user = own_user(access)

    def edit(organization: Organization) -> Organization:
        changed = (
            with_own_rule(each, form) if each.user_id == user.user_id else each for each in organization.users
        )
        return replace(organization, users=tuple(changed))

    place = [each.user_id for each in access.organization.users].index(user.user_id)
    try:
        access.change(edit)
    except SettingsRefused as refusal:
        raise refusal.seen_from(("users", place)) from None
    return read_rule(access)


@router.get("/calls", response_model=Listing[MyCall], operation_id="list_my_calls")
def list_calls(access: Own, page: Page, since: From = None, until: To = None) -> Any:
    """Calls that I answered or was rung for and that are over, the newest first; of today unless told."""
    user, database = own_user(access), access.backstage.database
    names, policy = NamesById(access.organization), _policy_of(access, user)
    wanted = CallFilter(
        organization_id=access.organization_id,
        since=since or start_of_today(names.reader.zone),
        until=until,
        rung_id=user.user_id,
    )
    calls = page_of_calls(database, wanted, page.limit, page.offset)
    rings = _rings_by_call(access, user, calls)
    shown = [replace(call, caller=caller_as_shown(call.caller, policy)) for call in calls]
    return {
        "items": [_my_call(call, user, rings.get(call.call_id, []), names) for call in shown],
        "total": count_calls(database, wanted),
        "offset": page.offset,
        "limit": page.limit,
    }


@router.get("/calls/{call_id}/decisions", response_model=list[DecisionView], operation_id="read_my_decisions")
def read_decisions(access: Own, call_id: CallId) -> Any:
    """Why I was rung for a call, or was not; nothing about anybody else."""
    user, database = own_user(access), access.backstage.database
    decisions = decisions_of(database, access.organization_id, call_id, user.user_id)
    if not decisions:
        raise NotThere(f"nothing was decided about you for a call {call_id!r}")
    names = NamesById(access.organization)
    return [names.decision(decision) for decision in decisions]


@router.get("/live", response_model=LiveSnapshot, operation_id="read_my_live")
def read_live(access: Own) -> Any:
    """What I do now, my own calls, and how many wait in my queues."""
    return snapshot_in(access.backstage, _own_view(access))


@router.get(
    "/live/events", response_class=EventSourceResponse, responses=STREAMED, operation_id="follow_my_live"
)
def follow_live(access: Own) -> EventSourceResponse:
    """The same, and every change in it within a quarter of a second, as server-sent events."""
    return streamed(access, _own_view(access))


def own_user(access: Access) -> User:
    """The user whom the account that asks belongs to. Raises NoUser."""
    user_id = access.principal.user_id
    for user in access.organization.users:
        if user.user_id == user_id:
            return user
    raise NoUser(
        f"the account {access.principal.name} belongs to no user of the organization; an admin sets its"
        " user with PATCH /accounts"
    )


def _own_view(access: Access) -> View:
    user = own_user(access)
    queue_ids = frozenset(queue.queue_id for queue in served_queues(access.organization, user))
    return View(
        access.organization_id,
        queue_ids,
        user.user_id,
        _policy_of(access, user),
        reader_of(access.organization),
    )


def _policy_of(access: Access, user: User) -> CallerIdPolicy:
    return effective_grant(user, access.organization).policy


def _rings_by_call(access: Access, user: User, calls: list[CallSummary]) -> Mapping[str, list[RingRecord]]:
    """How each of the calls rang at the user's, in order."""
    if not calls:
        return {}
    stretch = calls[-1].arrived_at, max(call.ended_at for call in calls)
    found: dict[str, list[RingRecord]] = defaultdict(list)
    for ring in rings_of_agent(access.backstage.database, access.organization_id, user.user_id, *stretch):
        found[ring.call_id].append(ring)
    return found


def _my_call(call: CallSummary, user: User, rings: Sequence[RingRecord], names: NamesById) -> dict[str, Any]:
    is_mine = call.agent_id == user.user_id
    if is_mine:
        part, text = MyPart.ANSWERED, f"answered after {call.waited_s:.0f} s"
    elif call.agent_id is not None:
        part = MyPart.ANSWERED_ELSEWHERE
        text = f"answered by {names.person(call.agent_id)} after {call.waited_s:.0f} s"
    elif rings and rings[-1].outcome is RingOutcome.DECLINED:
        part, text = MyPart.DECLINED, "declined"
    else:
        part, text = MyPart.MISSED, "missed"
    return {
        "call_id": call.call_id,
        "caller": call.caller,
        "caller_shown": shown_number(call.caller),
        "queue": names.queue(call.queue_id),
        "arrived_at": call.arrived_at,
        "rang_at": rings[0].started_at if rings else None,
        "answered_at": call.answered_at if is_mine else None,
        "ended_at": call.ended_at if is_mine else None,
        "part": part,
        "answered_by": names.person(call.agent_id) if call.agent_id is not None else None,
        "waited_s": call.waited_s,
        "text": text,
    }
