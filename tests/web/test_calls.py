"""Calls of the past through the API: found, exported, explained and summed up (web)."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from huntline.cli.api_client import Api, ApiRefused
from huntline.directory.access import Role
from huntline.engine.model import Outcome
from huntline.engine.reasons import Cause, Count, NobodyFree, Obstacle, RingOutcome
from tests.web.past import Past
from tests.web.rig import E5_USER, ServerRig, refusal_of

pytestmark = pytest.mark.usefixtures("on_both_databases")


@pytest.fixture
def ids(rig: ServerRig) -> dict[str, str]:
    """The ids of two agents and two queues, by their names."""
    api = rig.api()
    made = {
        name: api.post("/users", {"upn": f"{name}@contoso.com", "display_name": shown, **E5_USER})["id"]
        for name, shown in (("amal", "Amal Ba"), ("bao", ""))
    }
    made["desk"] = api.post("/queues", {"name": "Help Desk", "agents": ["amal@contoso.com"]})["id"]
    made["sales"] = api.post("/queues", {"name": "Sales", "agents": ["bao@contoso.com"]})["id"]
    return made


def found(api: Api, **wanted: Any) -> list[str]:
    return [call["call_id"] for call in api.items("/calls", **wanted)]


def test_a_call_is_told_with_names_and_both_waits(rig: ServerRig, ids: dict[str, str]) -> None:
    with Past(rig) as past:
        past.call("c1", ids["desk"], wait=7.5, agent_id=ids["amal"], transferred_from="c0")
        past.ring("c1", ids["desk"], ids["amal"], lasting=67.5, outcome=RingOutcome.ANSWERED)
    api = rig.api()
    (call,) = api.get("/calls")["items"]
    assert call == {
        "call_id": "c1",
        "caller": "+14255550123",
        "caller_shown": "+1 425-555-0123",
        "queue": "Help Desk",
        "first_queue": "Help Desk",
        "arrived_at": "2026-11-23T12:00:00Z",
        "waiting_since": "2026-11-23T12:00:02Z",
        "answered_at": "2026-11-23T12:00:09.500000Z",
        "ended_at": "2026-11-23T12:01:09.500000Z",
        "waited_s": 7.5,
        "waited_from_arrival_s": 9.5,
        "agent": "amal@contoso.com",
        "agent_name": "Amal Ba",
        "outcome": "answered",
        "reason": "the caller hung up",
        "why": {"kind": "caller-hung-up"},
        "transferred_from": "c0",
    }
    details = api.get("/calls/c1")
    rings = [(ring["agent"], ring["agent_name"], ring["outcome"]) for ring in details.pop("rings")]
    assert rings == [("amal@contoso.com", "Amal Ba", "answered")]
    assert details == call


def test_filters_go_by_names_and_moments(rig: ServerRig, ids: dict[str, str]) -> None:
    with Past(rig) as past:
        past.call("c1", ids["desk"], 0, agent_id=ids["amal"])
        past.call("c2", ids["desk"], 60, wait=30, caller="+12065550199")
        past.call("c3", ids["sales"], 120, outcome=Outcome.TIMED_OUT)
    api = rig.api()
    assert found(api) == ["c3", "c2", "c1"]
    assert found(api, queue="help desk") == ["c2", "c1"]
    assert found(api, agent="AMAL@contoso.com") == ["c1"]
    assert found(api, outcome="timed-out") == ["c3"]
    assert found(api, caller="+1206") == ["c2"]
    assert found(api, caller=" 1206") == ["c2"]
    assert found(api, min_wait_s=30) == ["c2"]
    assert found(api, **{"from": "2026-11-23T12:01:00Z"}) == ["c3", "c2"]
    assert found(api, to="2026-11-23T13:01:00+01:00") == ["c1"]
    page = api.get("/calls", limit=1, offset=1)
    assert (page["items"][0]["call_id"], page["total"]) == ("c2", 3)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-11-23T12:00:00"}, "to"),
        ({"outcome": "lost"}, "outcome"),
        ({"min_wait_s": -1}, "min_wait_s"),
        ({"min_wait_s": "nan"}, "min_wait_s"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(rig: ServerRig, query: dict[str, Any], field: str) -> None:
    problem = refusal_of(rig.api(), "GET", "/calls", **query)
    assert (problem["status"], problem["field"]) == (422, field)


def test_a_moment_needs_its_time_zone_and_the_refusal_shows_how(rig: ServerRig) -> None:
    problem = refusal_of(rig.api(), "GET", "/calls", to="2026-11-23T12:00:00")
    assert problem["allowed"] == "must be a moment with its time zone, such as 2026-11-23T08:00:00Z"


def test_names_that_nobody_has_are_refused_with_a_suggestion(rig: ServerRig, ids: dict[str, str]) -> None:
    problem = refusal_of(rig.api(), "GET", "/calls", queue="Help Dsk")
    assert problem["status"] == 404
    assert "did you mean Help Desk?" in problem["detail"]
    assert refusal_of(rig.api(), "GET", "/calls", agent="nobody@contoso.com")["status"] == 404


def test_a_queue_owner_sees_only_the_calls_of_their_queues(rig: ServerRig, ids: dict[str, str]) -> None:
    with Past(rig) as past:
        past.call("c1", ids["desk"])
        past.call("c2", ids["sales"])
    owner = rig.api(Role.QUEUE_OWNER, queue_ids=(ids["desk"],))
    assert found(owner) == ["c1"]
    assert b"c2" not in owner.get("/calls.csv")
    for path in ("/calls/c2", "/calls/c2/decisions"):
        assert refusal_of(owner, "GET", path)["status"] == 404
    assert refusal_of(owner, "GET", "/calls", queue="Sales")["error"] == "forbidden"
    assert refusal_of(owner, "GET", "/reports/service-level", queue="Sales")["error"] == "forbidden"
    assert owner.get("/reports/service-level")["calls"] == 1


def test_the_history_of_another_organization_does_not_exist(rig: ServerRig, ids: dict[str, str]) -> None:
    other = rig.add_organization("Fabrikam", "fabrikam.com")
    with Past(rig) as past:
        past.call("c1", ids["desk"])
        past.decision("c1", ids["desk"], ids["amal"], "rung", Cause.FIRST_OF_LIST)
    api = rig.api(organization_id=other)
    assert found(api) == []
    assert refusal_of(api, "GET", "/calls/c1")["status"] == 404
    assert refusal_of(api, "GET", "/calls/c1/decisions")["status"] == 404
    assert refusal_of(api, "GET", "/calls", queue=ids["desk"])["status"] == 404
    assert api.get("/reports/service-level")["calls"] == 0


def table(api: Api, **wanted: Any) -> list[dict[str, str]]:
    content: bytes = api.get("/calls.csv", **wanted)
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_the_export_has_the_same_calls_and_no_formulas(rig: ServerRig, ids: dict[str, str]) -> None:
    with Past(rig) as past:
        for number, caller in enumerate(
            ("=cmd()", "+1+cmd()", "@x", "-1", "\tx", "+14255550123", "anonymous")
        ):
            past.call(f"c{number}", ids["desk"], number, caller=caller)
        past.call("c9", ids["sales"])
    api = rig.api()
    rows = table(api, queue="Help Desk")
    assert [row["caller"] for row in reversed(rows)] == [
        "'=cmd()",
        "'+1+cmd()",
        "'@x",
        "'-1",
        "'\tx",
        "+14255550123",
        "anonymous",
    ]
    assert [row["call_id"] for row in rows] == found(api, queue="Help Desk")
    assert {*rows[0], "why", "caller_shown", "agent_name"} == api.get("/calls", limit=1)["items"][0].keys()
    assert (rows[0]["arrived_at"], rows[0]["agent"]) == ("2026-11-23T12:00:06+00:00", "")


def test_the_export_says_what_it_is(rig: ServerRig) -> None:
    response = rig.api().response("GET", "/calls.csv")
    assert response.headers["content-type"].startswith("text/csv")
    assert "calls.csv" in response.headers["content-disposition"]


def test_decisions_come_in_order_with_names(rig: ServerRig, ids: dict[str, str]) -> None:
    with Past(rig) as past:
        past.call("c1", ids["desk"])
        past.decision("c1", ids["desk"], None, "waits", NobodyFree((Count(Obstacle.ON_QUEUE_CALL, 1),)))
        past.decision("c1", ids["desk"], ids["bao"], "not rung", Cause.OPTED_OUT)
        past.decision("c1", ids["desk"], ids["amal"], "rung", Cause.FIRST_OF_LIST, at=5)
    told = rig.api().get("/calls/c1/decisions")
    assert told["answer"] is None
    assert [(each["agent"], each["decision"], each["reason"]) for each in told["decisions"]] == [
        (None, "waits", "nobody can be rung: 1 talking on a queue call"),
        ("bao@contoso.com", "not rung", "opted out"),
        ("amal@contoso.com", "rung", "first of the list in this round"),
    ]
    assert told["decisions"][0]["queue"] == "Help Desk"


def test_why_somebody_was_not_rung_is_answered_in_words(rig: ServerRig, ids: dict[str, str]) -> None:
    with Past(rig) as past:
        past.call("c1", ids["desk"], wait=40, agent_id=ids["amal"])
        past.decision("c1", ids["desk"], ids["bao"], "not rung", Cause.OPTED_OUT)
        past.call("c2", ids["desk"], wait=40)
        past.ring("c1", ids["desk"], ids["amal"], at=2, lasting=100, outcome=RingOutcome.ANSWERED)
        past.ring("c2", ids["desk"], ids["bao"], at=3, lasting=5)

    api = rig.api()

    def answer(call_id: str, agent: str) -> Any:
        return api.get(f"/calls/{call_id}/decisions", agent=f"{agent}@contoso.com")["answer"]

    assert answer("c1", "bao") == (
        "bao: not rung from 12:00:02 on: opted out; occupied by another call, 12:00:03 to 12:00:08"
    )
    assert answer("c2", "bao") == "bao: rung at 12:00:03, no answer at 12:00:08"
    assert answer("c2", "amal") == "Amal Ba: occupied by another call, 12:00:02 to 12:01:42"


def test_answers_tell_the_time_by_the_clocks_of_the_organization(rig: ServerRig, ids: dict[str, str]) -> None:
    with Past(rig) as past:
        past.call("c1", ids["desk"], wait=40)
        past.ring("c1", ids["desk"], ids["bao"], at=3, lasting=5)
    api = rig.api()
    api.patch("/organization", {"time_zone": "Asia/Kolkata"})
    answer = api.get("/calls/c1/decisions", agent="bao@contoso.com")["answer"]
    assert answer == "bao: rung at 17:30:03, no answer at 17:30:08"


def test_who_was_never_thought_of_gets_an_answer_too(rig: ServerRig, ids: dict[str, str]) -> None:
    with Past(rig) as past:
        past.call("c1", ids["desk"])
    answer = rig.api().get("/calls/c1/decisions", agent="bao@contoso.com")["answer"]
    assert answer.startswith("bao: nothing was decided: no agent of the queue then")


def test_the_service_level_comes_by_each_formula_with_its_counts(rig: ServerRig, ids: dict[str, str]) -> None:
    with Past(rig) as past:
        for number, wait in enumerate((5, 20, 21)):
            past.call(f"a{number}", ids["desk"], number, wait=wait, agent_id=ids["amal"])
        past.call("b", ids["desk"], 10, wait=4)
        past.call("c", ids["desk"], 20, wait=300)
        past.call("d", ids["desk"], 30, outcome=Outcome.OVERFLOWED)
        past.call("e", ids["sales"], 40)
    report = rig.api().get("/reports/service-level", queue="Help Desk", within_s=20)
    assert report["service_levels"] == [
        {"formula": "answered in time / offered", "value": pytest.approx(2 / 6)},
        {"formula": "answered in time / answered", "value": pytest.approx(2 / 3)},
        {
            "formula": "(answered in time + abandoned in time) / (answered + abandoned)",
            "value": pytest.approx(3 / 5),
        },
    ]
    assert report["abandon_rate"] == pytest.approx(2 / 6)
    counts = ("calls", "offered", "answered", "answered_in_time", "abandoned", "abandoned_in_time")
    assert [report[name] for name in counts] == [6, 6, 3, 2, 2, 1]
    assert report["outcomes"]["overflowed"] == 1
    assert report["waits"] == {"mean_s": 70.0, "longest_s": 300.0}
    assert report["waits_from_arrival"] == {"mean_s": 72.0, "longest_s": 302.0}


def test_a_service_level_of_nothing_is_none(rig: ServerRig, ids: dict[str, str]) -> None:
    report = rig.api().get("/reports/service-level", queue="Sales")
    assert [level["value"] for level in report["service_levels"]] == [None, None, None]


def test_history_is_not_for_agents(rig: ServerRig) -> None:
    agent = rig.api(Role.AGENT)
    for path in ("/calls", "/calls.csv", "/calls/c1", "/calls/c1/decisions", "/reports/service-level"):
        with pytest.raises(ApiRefused, match="the role agent may not do this"):
            agent.get(path)
