"""``/refused-calls``: calls that were turned away before they were anybody's, and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import BaseModel

from huntline.directory.refused import REFUSAL_WORDS, RefusalReason
from huntline.directory.shown_numbers import shown_number
from huntline.storage.refused import RefusalFilter, StoredRefusal, count_refused, page_of_refused
from huntline.web.access import ReadAudit
from huntline.web.language import Sentence
from huntline.web.listing import Listing, Page
from huntline.web.moments import From, To
from huntline.web.routing import api_router


class RefusedCallView(BaseModel):
    """A call that was refused with a SIP ``status``. ``why`` is a stable word, ``reason`` says it for people.

    Of a flood from one ``source`` most calls are summed up: ``count`` is how many a row stands for, and then
    it has neither ``caller`` nor ``dialled``. Both are what the call said of itself, proven by nobody;
    ``caller_shown`` and ``dialled_shown`` are the same, spaced for people.
    """

    at: datetime
    source: str
    caller: str
    caller_shown: str
    dialled: str
    dialled_shown: str
    status: int
    why: RefusalReason
    reason: Sentence
    count: int


@dataclass(frozen=True, slots=True)
class RefusedQuery:
    """Which refusals are wanted."""

    since: From = None
    until: To = None
    why: Annotated[RefusalReason | None, Query(description="Calls that were refused for this.")] = None


Wanted = Annotated[RefusedQuery, Depends()]

router = api_router(tag="history")


@router.get("/refused-calls", response_model=Listing[RefusedCallView], operation_id="list_refused_calls")
def list_all(access: ReadAudit, page: Page, query: Wanted) -> Any:
    """Calls to the organization's numbers and domains that were turned away, the newest first."""
    database = access.backstage.database
    wanted = RefusalFilter(
        organization_id=access.organization_id, since=query.since, until=query.until, reason=query.why
    )
    return {
        "items": [_shown(each) for each in page_of_refused(database, wanted, page.limit, page.offset)],
        "total": count_refused(database, wanted),
        "offset": page.offset,
        "limit": page.limit,
    }


def _shown(refusal: StoredRefusal) -> dict[str, Any]:
    call = refusal.call
    return asdict(call) | {
        "at": refusal.at,
        "why": call.reason,
        "reason": REFUSAL_WORDS[call.reason],
        "caller_shown": shown_number(call.caller),
        "dialled_shown": shown_number(call.dialled),
    }
