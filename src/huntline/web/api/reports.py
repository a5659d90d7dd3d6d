"""``/reports``: the numbers of today and of any other time, for walls and charts.

All count calls that are over, by the moment at which they arrived.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import BaseModel

from huntline.clock import zone_of
from huntline.directory.problems import Problem
from huntline.engine.model import Outcome
from huntline.engine.statistics import QueueStatistics, summarize
from huntline.storage.calls import CallFilter
from huntline.storage.reports import (
    Arrived,
    Buckets,
    arrivals_by_queue,
    statistics_by_queue,
    statistics_by_time,
    waits_of,
)
from huntline.web.access import Access, ReadHistory
from huntline.web.api.calls import (
    InTime,
    Queue,
    ServiceLevelView,
    WaitsView,
    queue_ids_of,
    service_levels_shown,
    waits_shown,
)
from huntline.web.api.queues import QUEUES
from huntline.web.moments import From, To, start_of_today
from huntline.web.problems import FieldsRefused
from huntline.web.routing import api_router

LONGEST_REPORT = timedelta(days=366)
MOST_BUCKETS = 3_000
WAIT_BOUNDS = (0, 5, 10, 20, 30, 60, 120, 300)  # seconds

_PART_OF_LAST_HOUR = timedelta(minutes=5)

_NOTHING = summarize([], timedelta(0))

router = api_router("/reports", tag="history")


class Outcomes(BaseModel):
    """Calls by how they ended."""

    calls: int
    answered: int
    abandoned: int
    overflowed: int
    timed_out: int
    no_agents: int
    refused: int
    failed: int


class ArrivalsByHour(BaseModel):
    """Five minutes: how many calls arrived in them, and what became of these."""

    begins_at: datetime
    arrived: int
    answered: int
    abandoned: int


class QueueToday(Outcomes):
    """A queue's calls of today, and those of the last hour in parts of five minutes, the present one last.

    A call counts in the queue where it came in and in that where it ended. ``waits`` begin after the
    greeting; in time is by them.
    """

    id: str
    name: str
    offered: int
    answered_in_time: int
    abandoned_in_time: int
    service_levels: list[ServiceLevelView]
    abandon_rate: float | None
    waits: WaitsView
    last_hour: list[ArrivalsByHour]


class TodayReport(BaseModel):
    """Today, which began at midnight in the time zone of the organization."""

    since: datetime
    within_s: float
    queues: list[QueueToday]


class Volume(Outcomes):
    """One part of a stretch of time; the waits are those of callers who were answered or gave up."""

    begins_at: datetime
    mean_wait_s: float
    longest_wait_s: float


class VolumesReport(BaseModel):
    """A stretch of time in parts of ``step_s`` seconds, all of them, in order."""

    queue: str | None
    since: datetime
    until: datetime
    step_s: int
    buckets: list[Volume]


class WaitRange(BaseModel):
    """How many callers were answered, or gave up, after at least ``from_s`` seconds and before ``to_s``."""

    from_s: float
    to_s: float | None
    answered: int
    abandoned: int


class WaitsReport(BaseModel):
    """How long callers waited after the greeting, in ranges that are always the same ones."""

    queue: str | None
    since: datetime
    until: datetime
    ranges: list[WaitRange]


@dataclass(frozen=True, slots=True)
class Stretch:
    """From when to when: from midnight in the organization's time zone until now, unless told."""

    since: From = None
    until: To = None

    def moments(self, access: Access) -> tuple[datetime, datetime]:
        """Beginning and end. Raises FieldsRefused for one that ends before it begins, or takes too long."""
        since = self.since or _today(access).astimezone(UTC)
        until = self.until or max(datetime.now(UTC), since)
        if until < since:
            message = f"must not be before the beginning, {since.isoformat()}"
            raise FieldsRefused([Problem(("to",), until.isoformat(), message)])
        if until - since > LONGEST_REPORT:
            message = f"must be at most {LONGEST_REPORT.days} days before the end, {until.isoformat()}"
            raise FieldsRefused([Problem(("from",), since.isoformat(), message)])
        return since, until


Wanted = Annotated[Stretch, Depends()]
Step = Annotated[int, Query(ge=60, le=86_400 * 7, description="How long a part is, in seconds.")]


@router.get("/today", response_model=TodayReport, operation_id="read_today")
def today(access: ReadHistory, queue: Queue = None, within_s: InTime = 20.0) -> Any:
    """What became of today's calls, by queue; a queue owner's are their queues."""
    database, since = access.backstage.database, _today(access)
    wanted = _filter(access, queue, since, None)
    numbers = statistics_by_queue(database, wanted, timedelta(seconds=within_s))
    last_hour = _last_hour()
    recent = _filter(access, queue, next(iter(last_hour)), None)
    arrivals = arrivals_by_queue(database, recent, last_hour)
    return {
        "since": since,
        "within_s": within_s,
        "queues": [
            {
                "id": each.queue_id,
                "name": each.name,
                **_queue_shown(numbers.get(each.queue_id, _NOTHING)),
                "last_hour": [
                    asdict(arrivals.get((each.queue_id, place), Arrived())) | {"begins_at": begins_at}
                    for place, begins_at in enumerate(last_hour)
                ],
            }
            for each in access.organization.queues
            if wanted.queue_ids is None or each.queue_id in wanted.queue_ids
        ],
    }


@router.get("/volumes", response_model=VolumesReport, operation_id="read_volumes")
def volumes(access: ReadHistory, stretch: Wanted, queue: Queue = None, step_s: Step = 900) -> Any:
    """How many calls there were when: by quarter-hours from the beginning on, or whatever step is wanted.

    A step of whole days is days by the clocks of the organization, be they of 23 hours or of 25.
    """
    since, until = stretch.moments(access)
    zone = zone_of(access.organization.time_zone)
    buckets = Buckets(since, until, timedelta(seconds=step_s), zone)
    if buckets.count > MOST_BUCKETS:
        message = f"must be long enough for at most {MOST_BUCKETS} parts; this makes {buckets.count} of them"
        raise FieldsRefused([Problem(("step_s",), step_s, message)])
    wanted = _filter(access, queue, since, until)
    numbers = statistics_by_time(access.backstage.database, wanted, buckets)
    return {
        **_heading(access, queue, since, until),
        "step_s": step_s,
        "buckets": [
            _volume_shown(begins_at, numbers.get(place, _NOTHING)) for place, begins_at in enumerate(buckets)
        ],
    }


@router.get("/waits", response_model=WaitsReport, operation_id="read_waits")
def waits(access: ReadHistory, stretch: Wanted, queue: Queue = None) -> Any:
    """How long callers waited until they were answered, or gave up."""
    since, until = stretch.moments(access)
    wanted = _filter(access, queue, since, until)
    counts = waits_of(access.backstage.database, wanted, WAIT_BOUNDS)
    return {
        **_heading(access, queue, since, until),
        "ranges": [
            {"from_s": low, "to_s": high, "answered": answered, "abandoned": abandoned}
            for (low, high), (answered, abandoned) in zip(pairwise((*WAIT_BOUNDS, None)), counts, strict=True)
        ],
    }


def _filter(access: Access, queue: str | None, since: datetime, until: datetime | None) -> CallFilter:
    return CallFilter(
        organization_id=access.organization_id,
        since=since,
        until=until,
        queue_ids=queue_ids_of(access, queue),
    )


def _heading(access: Access, queue: str | None, since: datetime, until: datetime) -> dict[str, Any]:
    """What every report begins with: which calls it is about."""
    name = QUEUES.get(access.organization, queue).name if queue is not None else None
    return {"queue": name, "since": since, "until": until}


def _today(access: Access) -> datetime:
    return start_of_today(zone_of(access.organization.time_zone))


def _last_hour() -> Buckets:
    now = datetime.now(UTC)
    present = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
    until = present + _PART_OF_LAST_HOUR
    return Buckets(until - timedelta(hours=1), until, _PART_OF_LAST_HOUR)


def _outcomes_shown(numbers: QueueStatistics) -> dict[str, int]:
    counts = {str(outcome).replace("-", "_"): numbers.outcomes[outcome] for outcome in Outcome}
    return {"calls": numbers.calls, **counts}


def _queue_shown(numbers: QueueStatistics) -> dict[str, Any]:
    return {
        **_outcomes_shown(numbers),
        "offered": numbers.service_level.offered,
        "answered_in_time": numbers.service_level.answered_in_time,
        "abandoned_in_time": numbers.service_level.abandoned_in_time,
        "service_levels": service_levels_shown(numbers.service_level),
        "abandon_rate": numbers.service_level.abandon_rate,
        "waits": waits_shown(numbers.waits),
    }


def _volume_shown(begins_at: datetime, numbers: QueueStatistics) -> dict[str, Any]:
    waits = waits_shown(numbers.waits)
    return {
        "begins_at": begins_at,
        **_outcomes_shown(numbers),
        "mean_wait_s": waits["mean_s"],
        "longest_wait_s": waits["longest_s"],
    }
