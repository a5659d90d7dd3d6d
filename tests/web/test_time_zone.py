"""Days and clocks are those of the organization (rules sections 1 and 12)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from huntline.cli.api_client import Api
from huntline.clock import is_time_zone, midnight_of, server_zone, zone_of
from huntline.engine.reasons import WrapUp
from huntline.web.moments import start_of_today
from tests.web.past import Past
from tests.web.rig import ServerRig, refusal_of

PARIS, TOKYO = ZoneInfo("Europe/Paris"), ZoneInfo("Asia/Tokyo")
HOUR = timedelta(hours=1)


@pytest.fixture
def api(rig: ServerRig) -> Api:
    return rig.api()


@pytest.mark.parametrize(
    ("now", "began_at"),
    [
        ("2026-03-29T12:00:00+00:00", "2026-03-28T23:00:00+00:00"),  # a day of 23 hours
        ("2026-10-25T23:30:00+01:00", "2026-10-24T22:00:00+00:00"),  # a day of 25 hours, at its end
        ("2026-10-25T23:30:00+00:00", "2026-10-25T23:00:00+00:00"),
    ],
)
def test_a_day_begins_at_midnight_there(now: str, began_at: str) -> None:
    assert midnight_of(datetime.fromisoformat(now), PARIS) == datetime.fromisoformat(began_at)


def test_a_midnight_that_does_not_exist_is_when_the_clocks_are_put_forward() -> None:
    now = datetime(2026, 4, 24, 12, tzinfo=UTC)
    assert midnight_of(now, ZoneInfo("Africa/Cairo")).astimezone(UTC) == datetime(2026, 4, 23, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["", "Europe", "Europe/Nowhere", "../UTC", "/etc/localtime", "a\x00b", "é" * 300]
)
def test_what_is_no_zone_leaves_that_of_the_server(name: str) -> None:
    assert not is_time_zone(name)
    assert zone_of(name) == zone_of(None) == server_zone()


def test_the_zone_is_set_and_told(api: Api) -> None:
    assert api.get("/organization")["time_zone"] is None
    assert api.get("/session")["time_zone"] == server_zone().key
    assert api.patch("/organization", {"time_zone": "Asia/Tokyo"})["time_zone"] == "Asia/Tokyo"
    assert api.get("/session")["time_zone"] == "Asia/Tokyo"
    refused = refusal_of(api, "PATCH", "/organization", {"time_zone": "Asia/Tokio"})
    (problem,) = refused["errors"]
    assert (problem["field"], problem["value"]) == ("time_zone", "Asia/Tokio")
    assert "Asia/Tokyo" in problem["allowed"]
    assert api.get("/organization")["time_zone"] == "Asia/Tokyo"
    assert api.patch("/organization", {"time_zone": None})["time_zone"] is None


def test_today_is_that_of_the_organization(api: Api) -> None:
    for zone in (TOKYO, ZoneInfo("Pacific/Honolulu")):
        api.patch("/organization", {"time_zone": zone.key})
        assert datetime.fromisoformat(api.get("/reports/today")["since"]) == start_of_today(zone)
        assert datetime.fromisoformat(api.get("/reports/volumes")["since"]) == start_of_today(zone)


def test_a_reason_is_told_by_the_clocks_of_the_organization(api: Api, rig: ServerRig) -> None:
    api.patch("/organization", {"time_zone": "Asia/Tokyo"})
    until = datetime(2026, 11, 23, 4, 56, 9, tzinfo=UTC)
    with Past(rig) as past:
        past.call("c1", "q1")
        past.decision("c1", "q1", "a1", "not rung", WrapUp(until))
    (told,) = api.get("/calls/c1/decisions")["decisions"]
    assert told["reason"] == "in wrap-up until 13:56:09"
    assert told["why"] == {"kind": "wrap-up", "until": "2026-11-23T04:56:09+00:00"}


@pytest.mark.parametrize(("midnight", "hours"), [("2026-03-28", [24, 23, 24]), ("2026-10-24", [24, 25, 24])])
def test_volumes_by_days_are_by_days_of_23_and_25_hours(
    api: Api, rig: ServerRig, midnight: str, hours: list[int]
) -> None:
    api.patch("/organization", {"time_zone": "Europe/Paris"})
    begins = datetime.fromisoformat(midnight).replace(tzinfo=PARIS).astimezone(UTC)
    ends = begins + sum(hours) * HOUR
    with Past(rig, began_at=begins) as past:
        for hour in range(sum(hours)):
            past.call(f"c{hour:02}", "q1", at=hour * 3600 + 1800)
    stretch: dict[str, Any] = {"from": begins.isoformat(), "to": ends.isoformat()}
    report = api.get("/reports/volumes", **stretch, step_s=86_400)
    assert [each["calls"] for each in report["buckets"]] == hours
    starts = [datetime.fromisoformat(each["begins_at"]) for each in report["buckets"]]
    assert starts == [begins, begins + 24 * HOUR, begins + sum(hours[:2]) * HOUR]
    by_hour = api.get("/reports/volumes", **stretch, step_s=3_600)
    assert [each["calls"] for each in by_hour["buckets"]] == [1] * sum(hours)
