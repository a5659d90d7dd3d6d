"""The numbers of today and of any time, through the API (web)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from huntline.cli.api_client import Api
from huntline.clock import server_zone
from huntline.directory.access import Role
from huntline.engine.model import Outcome
from huntline.web.moments import start_of_today
from tests.web.past import Past
from tests.web.rig import E5_USER, ServerRig, refusal_of

pytestmark = pytest.mark.usefixtures("on_both_databases")

DAY = {"from": "2026-11-23T00:00:00Z", "to": "2026-11-24T00:00:00Z"}


@pytest.fixture
def ids(rig: ServerRig) -> dict[str, str]:
    """The ids of an agent and two queues, by their names."""
    api = rig.api()
    amal = api.post("/users", {"upn": "amal@contoso.com", **E5_USER})["id"]
    desk, sales = (api.post("/queues", {"name": name})["id"] for name in ("Help Desk", "Sales"))
    return {"amal": amal, "desk": desk, "sales": sales}


def queues_of(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {queue["name"]: queue for queue in report["queues"]}


def test_today_is_told_by_queue_with_both_service_levels(rig: ServerRig, ids: dict[str, str]) -> None:
    with Past(rig, began_at=start_of_today(server_zone())) as past:
        past.call("yesterdays", ids["desk"], -1)
        past.call("quick", ids["desk"], 0, wait=10, agent_id=ids["amal"])
        past.call("slow", ids["desk"], 0.1, wait=30, agent_id=ids["amal"])
        past.call("given up", ids["desk"], 0.2, wait=20)
        past.call("sent away", ids["desk"], 0.3, outcome=Outcome.TIMED_OUT)
    report = rig.api().get("/reports/today", within_s=20)
    assert datetime.fromisoformat(report["since"]) == start_of_today(server_zone())
    desk, sales = (queues_of(report)[name] for name in ("Help Desk", "Sales"))
    counts = ("calls", "answered", "abandoned", "timed_out", "overflowed", "no_agents", "refused", "failed")
    assert [desk[name] for name in counts] == [4, 2, 1, 1, 0, 0, 0, 0]
    assert (desk["answered_in_time"], desk["abandoned_in_time"]) == (1, 1)
    assert [level["value"] for level in desk["service_levels"]] == [0.25, 0.5, pytest.approx(2 / 3)]
    assert desk["waits"] == {"mean_s": 20.0, "longest_s": 30.0}
    assert (sales["calls"], sales["service_levels"][0]["value"]) == (0, None)


def test_the_last_hour_comes_in_twelve_parts_of_five_minutes(rig: ServerRig, ids: dict[str, str]) -> None:
    now = datetime.now(UTC)
    with Past(rig, began_at=now) as past:
        past.call("now", ids["desk"], agent_id=ids["amal"])
        past.call("before", ids["desk"], -1_800)
        past.call("long ago", ids["desk"], -3_700)
    parts = queues_of(rig.api().get("/reports/today"))["Help Desk"]["last_hour"]
    begins = [datetime.fromisoformat(part["begins_at"]) for part in parts]
    assert len(parts) == 12
    assert {later - earlier for earlier, later in pairwise(begins)} == {timedelta(minutes=5)}
    assert begins[-1] <= now + timedelta(seconds=1)
    assert [(part["arrived"], part["answered"], part["abandoned"]) for part in parts if part["arrived"]] == [
        (1, 0, 1),
        (1, 1, 0),
    ]


def test_volumes_come_in_quarter_hours_empty_ones_included(rig: ServerRig, ids: dict[str, str]) -> None:
    with Past(rig) as past:
        past.call("c1", ids["desk"], 0, wait=10, agent_id=ids["amal"])
        past.call("c2", ids["desk"], 60, wait=20)
        past.call("c3", ids["sales"], 1_800)
    report = rig.api().get("/reports/volumes", queue="help desk", **DAY)
    assert (report["queue"], report["step_s"], len(report["buckets"])) == ("Help Desk", 900, 96)
    (bucket,) = [each for each in report["buckets"] if each["calls"]]
    assert bucket["begins_at"] == "2026-11-23T12:00:00Z"
    assert (bucket["answered"], bucket["abandoned"]) == (1, 1)
    assert (bucket["mean_wait_s"], bucket["longest_wait_s"]) == (15.0, 20.0)
    hours = rig.api().get("/reports/volumes", step_s=3_600, **DAY)["buckets"]
    assert [each["calls"] for each in hours] == [0] * 12 + [3] + [0] * 11


def test_waits_come_in_ranges(rig: ServerRig, ids: dict[str, str]) -> None:
    with Past(rig) as past:
        past.call("c1", ids["desk"], 0, wait=5, agent_id=ids["amal"])
        past.call("c2", ids["desk"], 60, wait=299)
        past.call("c3", ids["desk"], 90, wait=300)
    ranges = rig.api().get("/reports/waits", **DAY)["ranges"]
    assert [each["from_s"] for each in ranges] == [0, 5, 10, 20, 30, 60, 120, 300]
    assert [each["to_s"] for each in ranges] == [5, 10, 20, 30, 60, 120, 300, None]
    assert [each["answered"] for each in ranges] == [0, 1, 0, 0, 0, 0, 0, 0]
    assert [each["abandoned"] for each in ranges] == [0, 0, 0, 0, 0, 0, 1, 1]


@pytest.mark.parametrize("path", ["/reports/volumes", "/reports/waits"])
def test_unless_told_a_report_is_about_today(rig: ServerRig, ids: dict[str, str], path: str) -> None:
    report = rig.api().get(path)
    assert datetime.fromisoformat(report["since"]) == start_of_today(server_zone())
    assert datetime.now(UTC) - datetime.fromisoformat(report["until"]) < timedelta(minutes=1)


@pytest.mark.parametrize("path", ["/reports/volumes", "/reports/waits"])
@pytest.mark.parametrize(
    ("query", "field", "allowed"),
    [
        ({"from": "2026-11-24T00:00:00Z", "to": "2026-11-23T00:00:00Z"}, "to", "not be before the beginning"),
        ({"from": "2025-11-22T00:00:00Z", "to": "2026-11-24T00:00:00Z"}, "from", "at most 366 days before"),
        ({"from": "0001-01-01T00:00:00Z"}, "from", "at most 366 days before"),
    ],
)
def test_a_stretch_that_is_none_or_too_long_is_refused_with_its_bound(
    rig: ServerRig, path: str, query: dict[str, str], field: str, allowed: str
) -> None:
    problem = refusal_of(rig.api(), "GET", path, **query)
    assert (problem["status"], problem["field"]) == (422, field)
    assert allowed in problem["allowed"]


@pytest.mark.parametrize(("step_s", "allowed"), [(900, "at most 3000 parts"), (1, "60"), (604_801, "604800")])
def test_a_step_that_makes_too_many_parts_is_refused_with_its_bound(
    rig: ServerRig, step_s: int, allowed: str
) -> None:
    year = {"from": "2025-11-24T00:00:00Z", "to": "2026-11-24T00:00:00Z"}
    problem = refusal_of(rig.api(), "GET", "/reports/volumes", step_s=step_s, **year)
    assert (problem["status"], problem["field"]) == (422, "step_s")
    assert allowed in problem["allowed"]
    assert len(rig.api().get("/reports/volumes", step_s=86_400, **year)["buckets"]) == 365


def counted(api: Api) -> list[int]:
    """How many calls each report has."""
    today = sum(queue["calls"] for queue in api.get("/reports/today")["queues"])
    volumes = sum(each["calls"] for each in api.get("/reports/volumes")["buckets"])
    waits = sum(each["abandoned"] for each in api.get("/reports/waits")["ranges"])
    return [today, volumes, waits]


def test_a_queue_owner_sees_the_own_queues_and_others_their_organization(
    rig: ServerRig, ids: dict[str, str]
) -> None:
    other = rig.add_organization("Fabrikam", "fabrikam.com")
    with Past(rig, began_at=start_of_today(server_zone())) as past:
        past.call("c1", ids["desk"])
        past.call("c2", ids["sales"])
    owner = rig.api(Role.QUEUE_OWNER, queue_ids=(ids["desk"],))
    assert counted(rig.api(Role.AUDITOR)) == [2, 2, 2]
    assert counted(owner) == [1, 1, 1]
    assert counted(rig.api(organization_id=other)) == [0, 0, 0]
    assert list(queues_of(owner.get("/reports/today"))) == ["Help Desk"]
    for path in ("today", "volumes", "waits"):
        assert refusal_of(owner, "GET", f"/reports/{path}", queue="Sales")["error"] == "forbidden"
        assert refusal_of(owner, "GET", f"/reports/{path}", queue="Nothing")["status"] == 404
    assert list(queues_of(rig.api().get("/reports/today", queue="sales"))) == ["Sales"]
