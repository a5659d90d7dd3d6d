"""Keeps what was expected of each half-hour, once, and compares it with history when somebody asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from huntline.simulator.look_ahead import Outlook
from huntline.simulator.score import ForecastHalfHour, LookAheadScore, score_of
from huntline.storage.calls import CallFilter
from huntline.storage.forecasts import (
    ForecastKey,
    forecasts_of,
    keep_forecast,
    keep_that_more_came,
    keep_warning,
)
from huntline.storage.reports import Buckets, statistics_by_time
from huntline.web.outlooks import TARGET

HALF_HOUR = timedelta(minutes=30)
SCORED_DAYS = 7


class ForecastBook:
    """What this process has kept it does not keep again; what another one did stays as it is."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._kept: set[ForecastKey] = set()
        self._warned: dict[ForecastKey, int] = {}

    def keep(
        self, organization_id: str, queue_id: str, made_at: datetime, outlook: Outlook, agents: int
    ) -> None:
        """The half-hour that comes next, and the one of which somebody is warned, with so many agents who
        serve the queue."""
        self._forget_before(made_at - HALF_HOUR)
        self._keep_once(ForecastKey(organization_id, queue_id, half_hour_of(made_at) + HALF_HOUR), made_at)
        for key, agents_then in list(self._warned.items()):
            if key.queue_id == queue_id and agents > agents_then:
                keep_that_more_came(self._database, key, agents)
                self._warned[key] = agents
        if outlook.below is not None:
            at = made_at + timedelta(seconds=outlook.below.begin)
            key = ForecastKey(organization_id, queue_id, half_hour_of(at))
            if key not in self._warned:
                self._keep_once(key, made_at)
                keep_warning(self._database, key, made_at, agents)
                self._warned[key] = agents

    def _keep_once(self, key: ForecastKey, made_at: datetime) -> None:
        if key not in self._kept:
            keep_forecast(self._database, key, made_at)
            self._kept.add(key)

    def _forget_before(self, moment: datetime) -> None:
        self._kept = {key for key in self._kept if key.begins_at >= moment}
        self._warned = {key: agents for key, agents in self._warned.items() if key.begins_at >= moment}


def half_hour_of(moment: datetime) -> datetime:
    """When the half-hour of a moment began."""
    return moment.replace(minute=moment.minute - moment.minute % 30, second=0, microsecond=0)


def score(database: Engine, organization_id: str, queue_id: str, now: datetime) -> LookAheadScore:
    """Of a queue in the last days, by the half-hours that are over."""
    until = half_hour_of(now)
    since = until - timedelta(days=SCORED_DAYS)
    kept = forecasts_of(database, organization_id, queue_id, since, until)
    wanted = CallFilter(organization_id=organization_id, since=since, until=until, queue_ids=(queue_id,))
    buckets = Buckets(since, until, HALF_HOUR, UTC)
    numbers = statistics_by_time(database, wanted, buckets, timedelta(seconds=TARGET.in_time))
    levels = {
        begins_at: numbers[place].service_level for place, begins_at in enumerate(buckets) if place in numbers
    }
    return score_of(
        (
            ForecastHalfHour(
                each.begins_at, each.made_at <= each.begins_at, each.warned_at is not None, each.more_came
            )
            for each in kept
        ),
        levels,
        TARGET,
    )
