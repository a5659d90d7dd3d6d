"""What if yesterday's callers had met other settings of a queue (web)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from huntline.directory.access import Role
from huntline.web.simulating import AT_WORK
from tests.web.past import Past
from tests.web.rig import E5_USER, ServerRig, refusal_of

DAY = "2026-11-23"


@pytest.fixture
def ids(rig: ServerRig) -> dict[str, str]:
    """Two agents, of whom one serves the queue, which has a line of three."""
    api = rig.api()
    api.patch("/organization", {"time_zone": "UTC"})
    people = {
        name: api.post("/users", {"upn": f"{name}@contoso.com", **E5_USER})["id"] for name in ("amal", "bao")
    }
    settings = {"distribution": "longest-idle", "agents": ["amal@contoso.com"], "max_waiting": 3}
    return people | {"desk": api.post("/queues", {"name": "Help Desk", **settings})["id"]}


def busy_hour(rig: ServerRig, ids: dict[str, str], began_at: datetime, calls: int = 40) -> None:
    """One agent, a call every 30 s, each of a minute; who would wait for more than 90 s gives up then."""
    free_at = 0.0
    with Past(rig, began_at=began_at) as past:
        for number in range(calls):
            at = 30.0 * number
            wait = max(free_at - at - 2, 0) + 4
            if wait > 90:
                past.call(f"c{number}", ids["desk"], at, wait=90)
                continue
            past.call(f"c{number}", ids["desk"], at, wait=wait, agent_id=ids["amal"])
            past.ring(f"c{number}", ids["desk"], ids["amal"], at + 2 + wait, 60, "answered")
            free_at = at + 2 + wait + 60


def test_another_agent_and_another_line_beside_what_happened(rig: ServerRig, ids: dict[str, str]) -> None:
    busy_hour(rig, ids, datetime(2026, 11, 23, 9, tzinfo=UTC))
    wanted = {"agents": ["amal@contoso.com", "bao@contoso.com"], "max_waiting": 9}
    report = rig.api().post("/queues/Help Desk/what-if", wanted, day=DAY)
    happened, as_it_is, changed = (report[name] for name in ("happened", "as_it_is", "changed"))
    assert (report["day"], report["within_s"]) == (DAY, 20)
    assert happened["offered"] == as_it_is["offered"] == changed["offered"] == 40
    assert happened["abandoned"] > 10
    assert abs(as_it_is["answered"] - happened["answered"]) <= 3
    assert (changed["abandoned"], changed["turned_away"]) == (0, 0)
    assert changed["service_level"] > 0.9 > 0.5 > happened["service_level"]
    assert (happened["occupancy"], happened["service_level_margin"]) == (None, None)
    # Forty minutes of talk; amal is there for the half-hour, bao as long as there are calls.
    assert changed["occupancy"] == pytest.approx(40 * 60 / (1800 + 39 * 30 + 60))
    part = happened["half_hours"][0]
    assert (part["begins_at"], part["offered"]) == ("2026-11-23T09:00:00Z", 40)
    assert rig.api().get("/queues/Help Desk")["max_waiting"] == 3
    assert rig.api().get("/queues/Help Desk")["agents"] == ["amal@contoso.com"]


def test_without_a_day_it_is_yesterday_and_without_calls_there_is_nothing(
    rig: ServerRig, ids: dict[str, str]
) -> None:
    report = rig.api().post("/queues/Help Desk/what-if", {})
    today = datetime.now(UTC).date()
    assert report["day"] in (str(today - timedelta(days=1)), str(today))  # midnight may pass meanwhile
    for name in ("happened", "as_it_is", "changed"):
        assert report[name]["offered"] == 0
        assert report[name]["half_hours"] == []
        assert report[name]["service_level"] is None


@pytest.mark.parametrize(
    ("wanted", "asked", "field", "allowed"),
    [
        ({"max_waiting": -1}, {}, "max_waiting", "must be 0 to"),
        ({"agents": ["nobody@contoso.com"]}, {}, "agents[0]", "there is no user"),
        ({"colour": "red"}, {}, "colour", "there is no such setting"),
        ({}, {"day": "yesterday"}, "day", "must be"),
        ({}, {"day": "2999-01-01"}, "day", "must be a day that is over"),
        ({}, {"day": "9999-12-31"}, "day", "must be a day that is over"),
        ({}, {"within_s": -1}, "within_s", "must be"),
    ],
)
def test_what_cannot_be_is_named_and_nothing_is_changed(
    rig: ServerRig,
    ids: dict[str, str],
    wanted: dict[str, Any],
    asked: dict[str, Any],
    field: str,
    allowed: str,
) -> None:
    api = rig.api()
    before = api.get("/audit")["total"], api.get("/queues/Help Desk")
    problem = refusal_of(api, "POST", "/queues/Help Desk/what-if", wanted, **asked)
    assert problem["status"] == 422
    (error,) = problem["errors"]
    assert error["field"] == field
    assert allowed in error["allowed"]
    assert (api.get("/audit")["total"], api.get("/queues/Help Desk")) == before


def test_owners_ask_about_their_own_queues_and_others_about_none(rig: ServerRig, ids: dict[str, str]) -> None:
    rig.api().post("/queues", {"name": "Sales"})
    owner = rig.api(Role.QUEUE_OWNER, queue_ids=(ids["desk"],))
    assert owner.post("/queues/Help Desk/what-if", {})["happened"]["offered"] == 0
    for api, queue in ((owner, "Sales"), (rig.api(Role.AUDITOR), "Help Desk")):
        assert refusal_of(api, "POST", f"/queues/{queue}/what-if", {})["status"] == 403


def test_one_day_is_simulated_at_a_time(rig: ServerRig, ids: dict[str, str]) -> None:
    with AT_WORK:
        problem = refusal_of(rig.api(), "POST", "/queues/Help Desk/what-if", {})
    assert (problem["status"], problem["error"]) == (503, "simulation-busy")
    assert rig.api().post("/queues/Help Desk/what-if", {})["happened"]["offered"] == 0
