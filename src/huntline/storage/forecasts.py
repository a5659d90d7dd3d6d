"""What was expected of half-hours of queues: a row for each, to be compared with history afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, insert, select, update

from huntline.storage import schema
from huntline.storage.database import reading, writing


@dataclass(frozen=True, slots=True)
class ForecastKey:
    """Of which queue and which half-hour."""

    organization_id: str
    queue_id: str
    begins_at: datetime


@dataclass(frozen=True, slots=True)
class KeptForecast:
    """A half-hour: when it was first looked ahead at, when somebody was first warned of it, and whether more
    agents served the queue after that."""

    begins_at: datetime
    made_at: datetime
    warned_at: datetime | None
    more_came: bool


def keep_forecast(database: Engine, key: ForecastKey, made_at: datetime) -> None:
    """Put it in, unless there is one already."""
    is_it, table = _is(key), schema.forecasts
    with writing(database, key.organization_id) as connection:
        if connection.execute(select(table.c.made_at).where(*is_it)).first() is None:
            connection.execute(
                insert(table),
                {
                    "organization_id": key.organization_id,
                    "queue_id": key.queue_id,
                    "begins_at": key.begins_at,
                    "made_at": made_at,
                    "more_came": False,
                },
            )


def keep_warning(database: Engine, key: ForecastKey, warned_at: datetime, agents: int) -> None:
    """Somebody is warned of a half-hour that was kept, while so many agents serve the queue; the first one
    counts."""
    table = schema.forecasts
    change = update(table).where(*_is(key), table.c.warned_at.is_(None))
    with writing(database, key.organization_id) as connection:
        connection.execute(change.values(warned_at=warned_at, agents=agents))


def keep_that_more_came(database: Engine, key: ForecastKey, agents: int) -> None:
    """So many agents serve the queue now, which may be more than when somebody was warned."""
    table = schema.forecasts
    change = update(table).where(*_is(key), table.c.agents < agents)
    with writing(database, key.organization_id) as connection:
        connection.execute(change.values(more_came=True))


def forecasts_of(
    database: Engine, organization_id: str, queue_id: str, since: datetime, until: datetime
) -> list[KeptForecast]:
    """Those of a queue whose half-hours begin in a stretch of time, in order."""
    table = schema.forecasts
    query = (
        select(table.c.begins_at, table.c.made_at, table.c.warned_at, table.c.more_came)
        .where(table.c.organization_id == organization_id, table.c.queue_id == queue_id)
        .where(table.c.begins_at >= since, table.c.begins_at < until)
        .order_by(table.c.begins_at)
    )
    with reading(database, organization_id) as connection:
        return [KeptForecast(*row) for row in connection.execute(query)]


def _is(key: ForecastKey) -> tuple[ColumnElement[bool], ...]:
    table = schema.forecasts
    return (
        table.c.organization_id == key.organization_id,
        table.c.queue_id == key.queue_id,
        table.c.begins_at == key.begins_at,
    )
