"""``/me/not-rung``: why a call of mine went to others."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from huntline.directory.organization import User
from huntline.engine.reason_data import as_data
from huntline.languages.reasons import in_words
from huntline.storage.calls import CallFilter, CallSummary, decisions_of, page_of_calls, rings_of_agent
from huntline.storage.history import RingRecord
from huntline.web.access import Access, Own
from huntline.web.api.me import own_user
from huntline.web.history import NamesById, WhyNotRung, why_not_rung
from huntline.web.moments import start_of_today
from huntline.web.routing import api_router
from huntline.web.steering import served_queues
from huntline.web.words import Why


class CallNotRung(BaseModel):
    """A call of a queue of mine that never rang at my phones.

    ``why`` is a stable word, ``reasons`` say it for people and ``whys`` for programs.
    """

    call_id: str
    queue: str
    arrived_at: datetime
    waited_s: float
    answered_by: str | None
    why: WhyNotRung
    reasons: list[str]
    whys: list[Why]


router = api_router("/me/not-rung", tag="me")


@router.get("", response_model=list[CallNotRung], operation_id="list_my_calls_not_rung")
def read(access: Own, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> Any:
    """Today's last calls of my queues for which I was not rung, the newest first, each with the reasons."""
    user, database = own_user(access), access.backstage.database
    names = NamesById(access.organization)
    wanted = CallFilter(
        organization_id=access.organization_id,
        since=start_of_today(names.reader.zone),
        queue_ids={queue.queue_id for queue in served_queues(access.organization, user)},
        unrung_id=user.user_id,
    )
    calls = page_of_calls(database, wanted, limit)
    rings = _rings_meanwhile(access, user, calls)
    return [_shown(access, user, call, rings, names) for call in calls]


def _rings_meanwhile(access: Access, user: User, calls: list[CallSummary]) -> list[RingRecord]:
    """All rings of the user while any of the calls was there."""
    if not calls:
        return []
    stretch = calls[-1].arrived_at, max(call.ended_at for call in calls)
    return rings_of_agent(access.backstage.database, access.organization_id, user.user_id, *stretch)


def _shown(
    access: Access, user: User, call: CallSummary, rings: list[RingRecord], names: NamesById
) -> dict[str, Any]:
    decisions = decisions_of(access.backstage.database, access.organization_id, call.call_id, user.user_id)
    until = call.answered_at or call.ended_at
    occupied = [ring for ring in rings if ring.started_at < until and ring.ended_at > call.arrived_at]
    why, reasons = why_not_rung(decisions, occupied)
    return {
        "call_id": call.call_id,
        "queue": names.queue(call.queue_id),
        "arrived_at": call.arrived_at,
        "waited_s": call.waited_s,
        "answered_by": names.person(call.agent_id) if call.agent_id is not None else None,
        "why": why,
        "reasons": [in_words(reason, names.reader) for reason in reasons],
        "whys": [as_data(reason) for reason in reasons],
    }
