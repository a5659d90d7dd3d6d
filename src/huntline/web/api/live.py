"""``/live``: queues, agents and calls as they are now, once or as they change."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel
from sse_starlette import EventSourceResponse, ServerSentEvent

from huntline.control.watched_snapshot import WatchedSnapshot
from huntline.directory.access import Role
from huntline.storage.calls import decisions_of, rings_of
from huntline.web.access import Access, ReadLive
from huntline.web.api.calls import CallId
from huntline.web.api.collection import NotThere
from huntline.web.backstage import Backstage
from huntline.web.history import DecisionView, NamesById, RingView
from huntline.web.live_streams import LiveCall, LiveSnapshot, View, Viewer
from huntline.web.outlooks import TARGET, QueueOutlook
from huntline.web.routing import api_router
from huntline.web.words import reader_of

HEARTBEAT = 15  # seconds

STREAMED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events: `snapshot` first, with everything in view, then `change` with what"
        " is new or different (`queues`, `agents`, `calls`, `mailboxes`) and what is there no more"
        " (`queues_gone`, `agents_gone`, `mailboxes_gone`: ids, `calls_gone`: call ids); `gone` when the"
        " server is away, until the next `snapshot`; `alive` as a heartbeat every 15 seconds.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
"""What a stream answers."""

router = api_router("/live", tag="live")


class PartAheadView(BaseModel):
    """Five minutes, or what is left of these: calls ``offered`` in the mean, and the share of them that is
    answered in time, whose mean is within ``margin`` 95 times of 100; null where no call came in any run."""

    begins_at: datetime
    offered: float
    service_level: float | None
    margin: float | None


class FallsBelowView(BaseModel):
    """From when on fewer are answered in time than wanted, unless so many ``more_agents`` opt in or end a
    pause; null where not even all ``could_come`` of them would do."""

    at: datetime
    more_agents: int | None
    could_come: int


class LookAheadView(BaseModel):
    """The next half-hour of a queue, simulated in so many ``runs`` from how it was when that was done.

    ``target`` of those offered are to be answered within ``within_s`` seconds. ``falls_below`` is null where
    there is no evidence that they are not."""

    id: str
    made_at: datetime
    target: float
    within_s: float
    runs: int
    parts: list[PartAheadView]
    falls_below: FallsBelowView | None


class LookAheadReport(BaseModel):
    """Queues with calls to be expected; without those that nobody has looked ahead for yet."""

    queues: list[LookAheadView]


class LiveCallDetails(BaseModel):
    """A call that goes on, with its rings that are over and everything that was decided, in order."""

    call: LiveCall
    rings: list[RingView]
    decisions: list[DecisionView]


@router.get("", response_model=LiveSnapshot, operation_id="read_live")
def read(access: ReadLive) -> Any:
    """Everything as it is now; a queue owner's has their queues, with the agents and calls of these."""
    return snapshot_in(access.backstage, view_of(access))


@router.get("/events", response_class=EventSourceResponse, responses=STREAMED, operation_id="follow_live")
async def follow(access: ReadLive) -> EventSourceResponse:
    """Everything as it is now, and every change in it within a quarter of a second, as server-sent events.

    A stream ends after ten minutes, and within a second when the account, its role or what was shown for it
    is no longer what it was; an ``EventSource`` comes back by itself.
    """
    return streamed(access, view_of(access))


@router.get("/look-ahead", response_model=LookAheadReport, operation_id="look_ahead")
async def look_ahead(access: ReadLive) -> Any:
    """The next half-hour of each queue in view, from how it is now and from calls of the same weekday.

    Queues are looked ahead for while somebody asks, every ten seconds at most and again for half a minute
    after each question: who asks for the first time asks again a few seconds later.
    """
    outlooks, may_see = access.backstage.outlooks, access.principal.may_touch_queue
    outlooks.watch(access.organization_id)
    found = outlooks.of(access.organization_id, datetime.now(UTC))
    return {"queues": [_ahead_shown(each) for each in found if may_see(each.queue_id)]}


@router.get("/calls/{call_id}", response_model=LiveCallDetails, operation_id="read_live_call")
def read_call(access: ReadLive, call_id: CallId) -> Any:
    """One call that goes on, with its timeline so far; when it is over, that is at ``/calls/{call_id}``."""
    calls = snapshot_in(access.backstage, view_of(access))["calls"]
    call = next((call for call in calls if call["call_id"] == call_id), None)
    if call is None:
        raise NotThere(f"no call {call_id!r} goes on now")
    database, organization = access.backstage.database, access.organization
    names, organization_id = NamesById(organization), organization.organization_id
    return {
        "call": call,
        "rings": [names.ring(ring) for ring in rings_of(database, organization_id, call_id)],
        "decisions": [names.decision(each) for each in decisions_of(database, organization_id, call_id)],
    }


def _ahead_shown(found: QueueOutlook) -> dict[str, Any]:
    """``LookAheadView``."""
    outlook, below = found.outlook, found.outlook.below

    def at(seconds: float) -> datetime:
        return found.made_at + timedelta(seconds=seconds)

    return {
        "id": found.queue_id,
        "made_at": found.made_at,
        "target": TARGET.share,
        "within_s": TARGET.in_time,
        "runs": outlook.runs,
        "parts": [
            {
                "begins_at": at(part.begin),
                "offered": part.offered,
                "service_level": part.level.value if part.offered else None,
                "margin": part.level.margin if part.offered else None,
            }
            for part in outlook.parts
        ],
        "falls_below": below
        and {"at": at(below.begin), "more_agents": below.more, "could_come": below.could},
    }


def view_of(access: Access) -> View:
    """What somebody who may read live state sees."""
    principal = access.principal
    is_limited = principal.role is Role.QUEUE_OWNER
    queue_ids = principal.queue_ids if is_limited else None
    return View(access.organization_id, queue_ids, reader=reader_of(access.organization))


def snapshot_in(backstage: Backstage, view: View) -> dict[str, Any]:
    """What is in a view now. Raises ServerNotRunning."""
    return view.of(WatchedSnapshot(backstage.ask("status")))


def streamed(access: Access, view: View) -> EventSourceResponse:
    """The response that follows a view, in one language as long as it lasts. Raises TooManyStreams."""
    live = access.backstage.live
    viewer = Viewer(access.principal, access.credential)
    live.check_room(viewer)

    async def events() -> AsyncIterator[ServerSentEvent]:
        async with aclosing(live.events(view, viewer)) as stream:
            async for kind, news in stream:
                yield ServerSentEvent(json.dumps(news, separators=(",", ":")), event=kind, sep="\n")

    return EventSourceResponse(events(), ping=HEARTBEAT, ping_message_factory=_heartbeat)


def _heartbeat() -> ServerSentEvent:
    # An event and no comment: an EventSource keeps comments to itself, and a page must know a dead line.
    return ServerSentEvent("{}", event="alive", sep="\n")
