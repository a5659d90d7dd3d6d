"""``/queues/{key}/what-if``: what a recorded day would have been like with other settings of its queue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Annotated, Any

from fastapi import Body, Path, Query
from pydantic import BaseModel

from huntline.clock import zone_of
from huntline.directory.engine_plan import engine_settings_of
from huntline.directory.index import OrganizationIndex
from huntline.directory.organization import Organization, QueueSettings
from huntline.directory.problems import Problem
from huntline.organization_file.form import QueueForm
from huntline.simulator.day import DayFigures
from huntline.simulator.figures import Figures
from huntline.simulator.recorded import recorded_day, what_happened
from huntline.simulator.what_if import Question, RecordedRing, Variant
from huntline.storage.calls import CallFilter, CallSummary, all_calls, count_calls, rings_of_agents
from huntline.web.access import Access, ChangeQueues
from huntline.web.api.calls import InTime
from huntline.web.api.collection import parsed, patch_of
from huntline.web.api.queues import QUEUES, QueueView
from huntline.web.moments import start_of_today
from huntline.web.problems import FieldsRefused
from huntline.web.recorded import USUAL_TALK, recorded, recorded_ring, usual_greeting
from huntline.web.routing import api_router
from huntline.web.simulating import simulate_apart

MOST_CALLS = 20_000
MOST_RINGS = 200_000
"""Of a day; the first ones say enough of how agents answer, and when they are there."""

_DAY = timedelta(days=1)
_CHANGES = patch_of(QueueForm, QueueView)

router = api_router("/queues", tag="queues")


class PartOfDay(BaseModel):
    """Calls that came in during half an hour, as ``DayView`` counts them."""

    begins_at: datetime
    offered: int
    answered: int
    abandoned: int
    turned_away: int
    service_level: float | None
    mean_wait_s: float | None


class DayView(BaseModel):
    """A day of a queue. ``service_level`` is answered in time of all offered, ``occupancy`` how much of their
    time agents were with callers; where it was simulated the truth is within ``service_level_margin`` 95
    times of 100. Null where there is nothing to divide by, or nobody knows."""

    offered: int
    answered: int
    abandoned: int
    turned_away: int
    service_level: float | None
    service_level_margin: float | None
    mean_wait_s: float | None
    wait_90_s: float | None
    occupancy: float | None
    half_hours: list[PartOfDay]


class WhatIfReport(BaseModel):
    """A day as it ``happened``, simulated ``as_it_is``, which says how near that comes, and ``changed``."""

    day: date
    within_s: float
    happened: DayView
    as_it_is: DayView
    changed: DayView


@router.post("/{key}/what-if", response_model=WhatIfReport, operation_id="ask_what_if")
def ask(
    access: ChangeQueues,
    key: Annotated[str, Path(description="The queue.")],
    patch: Annotated[_CHANGES, Body()],  # type: ignore[valid-type]
    day: Annotated[date | None, Query(description="A day that is over; without it yesterday.")] = None,
    within_s: InTime = 20.0,
) -> Any:
    """What a recorded day would have been like with other settings of the queue; nothing is changed. They are
    told as a change of the queue is.

    The server's own queue engine meets the callers of that day again: they come at the same moments, talk as
    long as they did and give up as they did; agents are there and answer as they were and did.
    """
    before = access.organization
    queue = QUEUES.get(before, key)
    access.require_queue(queue.queue_id)
    wanted = patch.model_dump(exclude_unset=True)  # type: ignore[attr-defined]

    def form_of(current: QueueSettings) -> BaseModel:
        return parsed(QueueForm, QUEUES.merge(QUEUES.dump(current), wanted, QueueForm))

    _, after = QUEUES.put(access, queue.queue_id, form_of, None, dry_run=True)
    zone = zone_of(before.time_zone)
    day = day or (start_of_today(zone) - _DAY / 2).astimezone(zone).date()
    start, calls = _calls_of(access, queue, day, zone)
    stored, changed = _variant(before, queue.queue_id), _variant(after, queue.queue_id)
    happened = [recorded(call, queue.queue_id) for call in calls]
    question = Question(
        stored=stored,
        changed=changed,
        day=recorded_day(happened, start, USUAL_TALK),
        rings=tuple(_rings(access, (stored, changed), queue.queue_id, start)),
        greeting=usual_greeting(calls),
        in_time=within_s,
    )
    found = simulate_apart(question)
    return {
        "day": day,
        "within_s": within_s,
        "happened": _shown(what_happened(happened, start, within_s), start, is_simulated=False),
        "as_it_is": _shown(found.stored, start, is_simulated=True),
        "changed": _shown(found.changed, start, is_simulated=True),
    }


def _calls_of(
    access: Access, queue: QueueSettings, day: date, zone: tzinfo
) -> tuple[datetime, list[CallSummary]]:
    """When the day began, and its calls. Raises FieldsRefused."""
    try:
        start, end = (
            datetime(each.year, each.month, each.day, tzinfo=zone).astimezone(UTC)
            for each in (day, day + _DAY)
        )
    except OverflowError:
        raise FieldsRefused([Problem(("day",), str(day), "must be a day that is over")]) from None
    if end > datetime.now(UTC):
        raise FieldsRefused([Problem(("day",), str(day), "must be a day that is over")])
    wanted = CallFilter(
        organization_id=access.organization_id, since=start, until=end, queue_ids=(queue.queue_id,)
    )
    database = access.backstage.database
    count = count_calls(database, wanted)
    if count > MOST_CALLS:
        raise FieldsRefused(
            [Problem(("day",), str(day), f"must have at most {MOST_CALLS} calls, not {count}")]
        )
    return start, list(all_calls(database, wanted))


def _variant(organization: Organization, queue_id: str) -> Variant:
    """A queue as the engine knows it. Who had opted out then is told by the rings, not by who has now."""
    queues, people = engine_settings_of(OrganizationIndex(organization))
    queue = next(each for each in queues if each.queue_id == queue_id)
    by_id = {agent.agent_id: agent for agent in people}
    agents = tuple(replace(by_id[agent_id], opted_out=frozenset()) for agent_id in queue.agents)
    return Variant(queue, agents)


def _rings(
    access: Access, variants: tuple[Variant, Variant], queue_id: str, start: datetime
) -> Iterator[RecordedRing]:
    agents = {agent.agent_id for variant in variants for agent in variant.agents}
    database = access.backstage.database
    found = rings_of_agents(database, access.organization_id, agents, start, start + _DAY, MOST_RINGS)
    return (recorded_ring(ring, queue_id, start) for ring in found)


def _shown(day: DayFigures, start: datetime, *, is_simulated: bool) -> dict[str, Any]:
    """``DayView``."""
    whole = day.whole
    return {
        **_counts(whole),
        "service_level_margin": whole.service_level.margin,
        "wait_90_s": whole.percentiles[90].value if whole.answered + whole.abandoned else None,
        "occupancy": whole.occupancy.value if is_simulated and whole.offered else None,
        "half_hours": [
            {"begins_at": start + timedelta(seconds=part.begin), **_counts(part.figures)}
            for part in day.half_hours
        ],
    }


def _counts(figures: Figures) -> dict[str, Any]:
    return {
        "offered": figures.offered,
        "answered": figures.answered,
        "abandoned": figures.abandoned,
        "turned_away": figures.turned_away,
        "service_level": figures.service_level.value if figures.offered else None,
        "mean_wait_s": figures.mean_wait.value if figures.answered + figures.abandoned else None,
    }
