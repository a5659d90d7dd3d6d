"""``/calls``: what became of calls, and why; and the service level that they come to."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from huntline.clock import zone_of
from huntline.directory.access import Role
from huntline.engine.model import Outcome
from huntline.engine.statistics import ServiceLevel, Waits
from huntline.languages.reasons import Reader
from huntline.organization_file.form import Text
from huntline.storage.calls import (
    CallFilter,
    CallSummary,
    all_calls,
    count_calls,
    decisions_of,
    find_call,
    page_of_calls,
    rings_of,
    rings_of_agent,
)
from huntline.storage.reports import statistics_of
from huntline.web.access import Access, ReadHistory
from huntline.web.api.collection import NotThere
from huntline.web.api.queues import QUEUES
from huntline.web.api.users import USERS
from huntline.web.history import CallDetails, CallView, DecisionView, NamesById, answer_about
from huntline.web.language import Sentence
from huntline.web.listing import Listing, Page
from huntline.web.moments import From, To
from huntline.web.routing import api_router

Queue = Annotated[
    str | None, Query(description="Calls that came in or ended in this queue, by its id or name.")
]

InTime = Annotated[
    float,
    Query(ge=0, le=86_400, allow_inf_nan=False, description="Who waited no longer is served in time."),
]

CallId = Annotated[Text, Path(description="The call, by its id.")]

_NOT_IN_TABLES = ("why", "caller_shown", "agent_name")  # what a column beside it says for programs
_PLAIN_CELL = re.compile(r"\+?[0-9]+", re.ASCII)
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")

router = api_router(tag="history")


@dataclass(frozen=True, slots=True)
class CallQuery:
    """Which calls are wanted."""

    since: From = None
    until: To = None
    queue: Queue = None
    agent: Annotated[str | None, Query(description="Calls that this user answered, by id or UPN.")] = None
    outcome: Annotated[Outcome | None, Query(description="Calls that ended in this way.")] = None
    caller: Annotated[Text, Query(max_length=100, description="A part of the caller's number.")] = ""
    min_wait_s: Annotated[
        float | None,
        Query(ge=0, le=10_000_000, allow_inf_nan=False, description="Calls that waited at least so long."),
    ] = None

    def filter_for(self, access: Access) -> CallFilter:
        """The same by ids; a queue owner's calls are those of their queues. Raises NotThere, Forbidden."""
        organization = access.organization
        agent = USERS.get(organization, self.agent) if self.agent is not None else None
        shortest = timedelta(seconds=self.min_wait_s) if self.min_wait_s is not None else None
        return CallFilter(
            organization_id=access.organization_id,
            since=self.since,
            until=self.until,
            queue_ids=queue_ids_of(access, self.queue),
            agent_id=agent.user_id if agent is not None else None,
            outcome=self.outcome,
            caller=self.caller.strip(),  # a plus sign in a query arrives as a blank
            shortest_wait=shortest,
        )


class CallDecisions(BaseModel):
    """What was decided about a call, in order; ``answer`` is the same about one agent in words."""

    call_id: str
    answer: str | None
    decisions: list[DecisionView]


class ServiceLevelView(BaseModel):
    """A service level; null where there was nothing to divide by."""

    formula: Sentence
    value: float | None


class WaitsView(BaseModel):
    """How long callers waited who were answered or gave up."""

    mean_s: float
    longest_s: float


class ServiceLevelReport(BaseModel):
    """The service level, answered in time / offered first, then by the two other formulas in use, with the
    counts that they are made of.

    ``offered`` counts calls that began to wait or were turned away by the queue, ``abandoned`` callers who
    hung up while they waited, and ``abandon_rate`` is abandoned / offered. ``waits`` begin after the
    greeting, ``waits_from_arrival`` with the call; in time is by the former.
    """

    queue: str | None
    since: datetime | None
    until: datetime | None
    within_s: float
    calls: int
    outcomes: dict[str, int]
    offered: int
    answered: int
    answered_in_time: int
    abandoned: int
    abandoned_in_time: int
    service_levels: list[ServiceLevelView]
    abandon_rate: float | None
    waits: WaitsView
    waits_from_arrival: WaitsView


Wanted = Annotated[CallQuery, Depends()]


@router.get("/calls", response_model=Listing[CallView], operation_id="list_calls")
def list_all(access: ReadHistory, query: Wanted, page: Page) -> Any:
    """Calls that are over, the newest first; a queue owner's are those of their queues."""
    wanted, database = query.filter_for(access), access.backstage.database
    names = NamesById(access.organization)
    return {
        "items": [names.call(call) for call in page_of_calls(database, wanted, page.limit, page.offset)],
        "total": count_calls(database, wanted),
        "offset": page.offset,
        "limit": page.limit,
    }


@router.get(
    "/calls.csv",
    response_class=StreamingResponse,
    operation_id="export_calls",
    responses={200: {"description": "The table", "content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def export(access: ReadHistory, query: Wanted) -> StreamingResponse:
    """The same calls, all of them, as a table for spreadsheets.

    A cell that a spreadsheet would take for a formula has an apostrophe in front. A plus sign with nothing
    but digits behind it is a number and no formula, and stays as it is, so that programs find the callers.
    """
    calls = all_calls(access.backstage.database, query.filter_for(access))
    headers = {"Content-Disposition": 'attachment; filename="calls.csv"'}
    organization = access.organization
    names = NamesById(organization, Reader("en", zone_of(organization.time_zone)))  # a table is for programs
    return StreamingResponse(_csv(calls, names), media_type="text/csv", headers=headers)


@router.get("/calls/{call_id}", response_model=CallDetails, operation_id="read_call")
def read(access: ReadHistory, call_id: CallId) -> Any:
    """One call that is over, with its rings."""
    call = _found(access, call_id)
    names = NamesById(access.organization)
    rings = rings_of(access.backstage.database, access.organization_id, call.call_id)
    return names.call(call) | {"rings": [names.ring(ring) for ring in rings]}


@router.get("/calls/{call_id}/decisions", response_model=CallDecisions, operation_id="read_decisions")
def read_decisions(
    access: ReadHistory,
    call_id: CallId,
    agent: Annotated[
        str | None, Query(description="Only what is about this user, with an answer in words.")
    ] = None,
) -> Any:
    """Who was rung and who was not, and why, in the order in which it was decided."""
    call, organization = _found(access, call_id), access.organization
    user = USERS.get(organization, agent) if agent is not None else None
    database, names = access.backstage.database, NamesById(organization)
    user_id = user.user_id if user is not None else None
    decisions = decisions_of(database, organization.organization_id, call_id, user_id)
    answer = None
    if user is not None:
        stretch = call.arrived_at, call.answered_at or call.ended_at
        rings = rings_of_agent(database, organization.organization_id, user.user_id, *stretch)
        answer = answer_about(user, decisions, rings, call_id, names.reader)
    return {
        "call_id": call_id,
        "answer": answer,
        "decisions": [names.decision(decision) for decision in decisions],
    }


@router.get("/reports/service-level", response_model=ServiceLevelReport, operation_id="read_service_level")
def service_level(
    access: ReadHistory,
    queue: Queue = None,
    since: From = None,
    until: To = None,
    within_s: InTime = 20.0,
) -> Any:
    """How many callers were served in time, how many gave up, and how long they waited."""
    wanted = CallFilter(
        organization_id=access.organization_id,
        since=since,
        until=until,
        queue_ids=queue_ids_of(access, queue),
    )
    numbers = statistics_of(access.backstage.database, wanted, timedelta(seconds=within_s))
    level = numbers.service_level
    return {
        "queue": QUEUES.get(access.organization, queue).name if queue is not None else None,
        "since": since,
        "until": until,
        "within_s": within_s,
        "calls": numbers.calls,
        "outcomes": {str(outcome): count for outcome, count in numbers.outcomes.items()},
        **asdict(level),
        "service_levels": service_levels_shown(level),
        "abandon_rate": level.abandon_rate,
        "waits": waits_shown(numbers.waits),
        "waits_from_arrival": waits_shown(numbers.waits_from_arrival),
    }


def service_levels_shown(level: ServiceLevel) -> list[dict[str, Any]]:
    """Each formula with what it comes to, the headline first, as ``ServiceLevelView``."""
    return [
        {"formula": "answered in time / offered", "value": level.of_offered},
        {"formula": "answered in time / answered", "value": level.of_answered},
        {
            "formula": "(answered in time + abandoned in time) / (answered + abandoned)",
            "value": level.of_answered_and_abandoned,
        },
    ]


def waits_shown(waits: Waits) -> dict[str, float]:
    """A ``WaitsView``."""
    return {
        "mean_s": round(waits.mean.total_seconds(), 3),
        "longest_s": round(waits.longest.total_seconds(), 3),
    }


def own_queue_ids(access: Access) -> frozenset[str] | None:
    """The queues whose history may be seen; None: all."""
    principal = access.principal
    return principal.queue_ids if principal.role is Role.QUEUE_OWNER else None


def queue_ids_of(access: Access, key: str | None) -> frozenset[str] | None:
    """The queue that is named, or all whose history may be seen. Raises NotThere, Forbidden."""
    if key is None:
        return own_queue_ids(access)
    queue = QUEUES.get(access.organization, key)
    access.require_queue(queue.queue_id)
    return frozenset({queue.queue_id})


def _found(access: Access, call_id: str) -> CallSummary:
    wanted = CallFilter(organization_id=access.organization_id, queue_ids=own_queue_ids(access))
    call = find_call(access.backstage.database, wanted, call_id)
    if call is None:
        raise NotThere(f"there is no call {call_id!r} in the history")
    return call


def _csv(calls: Iterable[CallSummary], names: NamesById) -> Iterator[str]:
    columns = [name for name in CallView.model_fields if name not in _NOT_IN_TABLES]
    yield _line(columns)
    for call in calls:
        view = names.call(call)
        yield _line(_cell(view[column]) for column in columns)


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.isoformat()
        case str() if value.startswith(_FORMULA_BEGINS) and not _PLAIN_CELL.fullmatch(value):
            return f"'{value}"
        case _:
            return str(value)
