"""What was expected of half-hours, as it is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from huntline.storage.forecasts import (
    ForecastKey,
    KeptForecast,
    forecasts_of,
    keep_forecast,
    keep_that_more_came,
    keep_warning,
)

TEN = datetime(2026, 11, 23, 10, tzinfo=UTC)
EARLY = TEN - timedelta(minutes=20)
LATE = TEN + timedelta(minutes=5)
KEY = ForecastKey("contoso", "desk", TEN)


def kept(database: Engine, key: ForecastKey = KEY) -> list[KeptForecast]:
    day = timedelta(days=1)
    return forecasts_of(database, key.organization_id, key.queue_id, TEN - day, TEN + day)


def test_the_first_look_and_the_first_warning_count(database: Engine) -> None:
    keep_forecast(database, KEY, EARLY)
    keep_forecast(database, KEY, LATE)
    assert kept(database) == [KeptForecast(TEN, EARLY, None, more_came=False)]
    keep_warning(database, KEY, EARLY, 3)
    keep_warning(database, KEY, LATE, 9)
    assert kept(database) == [KeptForecast(TEN, EARLY, EARLY, more_came=False)]


def test_more_agents_than_at_the_warning_are_noted_and_fewer_are_not(database: Engine) -> None:
    keep_forecast(database, KEY, EARLY)
    keep_that_more_came(database, KEY, 99)  # nobody was warned
    keep_warning(database, KEY, EARLY, 3)
    keep_that_more_came(database, KEY, 3)
    assert not kept(database)[0].more_came
    keep_that_more_came(database, KEY, 4)
    keep_that_more_came(database, KEY, 1)
    assert kept(database)[0].more_came


def test_each_queue_has_its_own_in_order(database: Engine) -> None:
    later = ForecastKey("contoso", "desk", TEN + timedelta(minutes=30))
    for key in (later, KEY, ForecastKey("contoso", "other", TEN), ForecastKey("fabrikam", "desk", TEN)):
        keep_forecast(database, key, EARLY)
    assert [each.begins_at for each in kept(database)] == [TEN, later.begins_at]
    assert forecasts_of(database, "contoso", "desk", TEN, later.begins_at) == kept(database)[:1]
