"""What an admin decides for agents: opting in and out, pauses, presence; and that it is audited (web)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from huntline.cli.api_client import Api
from huntline.directory.access import Role
from huntline.engine.reason_data import as_data
from huntline.engine.reasons import Paused
from tests.web.rig import E5_USER, ServerRig, refusal_of
from tests.web.signalling import FakeSignalling, signalling

AMAL = "/users/amal@contoso.com"


@pytest.fixture
def api(rig: ServerRig) -> Api:
    """An admin of amal, who serves Help Desk by a group in a group, and of bao, who lacks a licence to serve
    Nights."""
    api = rig.api()
    api.post("/users", {"upn": "amal@contoso.com", **E5_USER})
    api.post("/users", {"upn": "bao@contoso.com"})
    api.post("/groups", {"name": "Owls", "kind": "security-group", "members": ["bao@contoso.com"]})
    api.post("/groups", {"name": "First line", "kind": "security-group", "members": ["amal@contoso.com"]})
    api.post("/groups", {"name": "All", "kind": "security-group", "members": ["First line"]})
    api.post("/queues", {"name": "Help Desk", "groups": ["All"]})
    api.post("/queues", {"name": "Sales", "agents": ["amal@contoso.com"], "allow_opt_out": False})
    api.post("/queues", {"name": "Nights", "groups": ["Owls"]})
    return api


@pytest.fixture
def fake(rig: ServerRig) -> Iterator[FakeSignalling]:
    with signalling(rig) as running:
        yield running


def audited(api: Api, field: str) -> list[tuple[Any, Any, str]]:
    return [(each["before"], each["after"], each["note"]) for each in api.items("/audit", field=field)]


def asked(fake: FakeSignalling) -> list[dict[str, Any]]:
    return [request for request in fake.asked if request["do"] != "settings-changed"]


def test_the_queues_of_an_agent_are_those_that_would_ring_them(api: Api) -> None:
    queues = api.get(f"{AMAL}/queues")
    assert [(queue["name"], queue["opted_out"], queue["may_opt_out"]) for queue in queues] == [
        ("Help Desk", False, True),
        ("Sales", False, False),
    ]
    assert queues[1]["reason"] == "Sales does not allow its agents to opt out"
    assert api.get("/users/bao@contoso.com/queues") == []


def test_who_is_past_the_agent_limit_serves_nothing(api: Api) -> None:
    api.patch("/users/bao@contoso.com", E5_USER)
    assert [queue["name"] for queue in api.get("/users/bao@contoso.com/queues")] == ["Nights"]
    api.patch("/queues/Nights", {"agents": ["amal@contoso.com"], "agent_limit": 1})
    assert api.get("/users/bao@contoso.com/queues") == []


def test_who_joins_a_group_late_by_choice_serves_its_queues_no_sooner(api: Api) -> None:
    api.patch("/users/bao@contoso.com", E5_USER)
    api.patch("/organization", {"propagation_delay": True})
    api.patch("/groups/First line", {"members": ["bao@contoso.com"]})
    assert [queue["name"] for queue in api.get(f"{AMAL}/queues")] == ["Help Desk", "Sales"]
    assert [queue["name"] for queue in api.get("/users/bao@contoso.com/queues")] == ["Nights"]
    assert [agent["upn"] for agent in api.get("/queues/Help Desk/agents")["agents"]] == ["amal@contoso.com"]


def test_opting_out_is_remembered_also_while_no_server_runs(rig: ServerRig, api: Api) -> None:
    assert api.put(f"{AMAL}/queues/Help Desk", {"opted_out": True})["opted_out"] is True
    queue = rig.queue("Help Desk")
    assert [queue_id for _, queue_id in rig.organization().opt_outs] == [queue.queue_id]
    assert api.get(f"{AMAL}/queues")[0]["opted_out"] is True
    assert api.get("/queues/Help Desk/agents")["agents"][0]["opted_out"] is True
    api.put(f"{AMAL}/queues/{queue.queue_id}", {"opted_out": False})
    assert rig.organization().opt_outs == frozenset()
    notes = "queue Help Desk"
    assert audited(api, "opted_out") == [("true", "false", notes), ("false", "true", notes)]


def test_opting_out_is_told_to_the_running_server(api: Api, fake: FakeSignalling, rig: ServerRig) -> None:
    api.put(f"{AMAL}/queues/help desk", {"opted_out": True})
    queue_id = rig.queue("Help Desk").queue_id
    assert asked(fake) == [{"do": "opt-out", "upn": "amal@contoso.com", "queue_id": queue_id}]


def test_saying_the_same_again_is_no_change(api: Api) -> None:
    for _ in range(2):
        api.put(f"{AMAL}/queues/Help Desk", {"opted_out": True})
    assert len(audited(api, "opted_out")) == 1


@pytest.mark.parametrize(
    ("path", "error", "status"),
    [
        (f"{AMAL}/queues/Sales", "opt-out-not-allowed", 409),
        (f"{AMAL}/queues/Nights", "agent-not-in-queue", 409),
        (f"{AMAL}/queues/Nothing", "not-found", 404),
        ("/users/nobody/queues/Sales", "not-found", 404),
    ],
)
def test_opting_out_is_refused_as_the_rules_say(
    rig: ServerRig, api: Api, path: str, error: str, status: int
) -> None:
    problem = refusal_of(api, "PUT", path, {"opted_out": True})
    assert (problem["error"], problem["status"]) == (error, status)
    assert rig.organization().opt_outs == frozenset()


def test_switching_opt_out_off_opts_everybody_in_again_and_on_again_changes_nothing(
    rig: ServerRig, api: Api
) -> None:
    api.put(f"{AMAL}/queues/Help Desk", {"opted_out": True})
    api.patch("/queues/Help Desk", {"allow_opt_out": False})
    assert rig.organization().opt_outs == frozenset()
    assert api.get("/queues/Help Desk/agents")["agents"][0]["opted_out"] is False
    api.patch("/queues/Help Desk", {"allow_opt_out": True})
    assert api.get(f"{AMAL}/queues")[0]["opted_out"] is False


def test_a_pause_is_told_to_the_server_and_audited(api: Api, fake: FakeSignalling) -> None:
    why = as_data(Paused("lunch"))
    fake.snapshot["agents"] = [fake.agent("a1", "amal@contoso.com", state="paused", why=why)]
    now = api.put(f"{AMAL}/pause", {"reason": "lunch"})
    assert (now["agent"]["state"], now["agent"]["reason"]) == ("paused", "paused: lunch")
    api.delete(f"{AMAL}/pause")
    assert asked(fake) == [
        {"do": "pause", "upn": "amal@contoso.com", "reason": "lunch"},
        {"do": "resume", "upn": "amal@contoso.com"},
    ]
    assert audited(api, "pause") == [(None, "none", ""), (None, "lunch", "")]


def test_only_agents_can_be_paused(api: Api, fake: FakeSignalling) -> None:
    problem = refusal_of(api, "PUT", "/users/bao@contoso.com/pause", {})
    assert (problem["error"], problem["detail"]) == ("unknown-agent", "bao@contoso.com is no agent")
    assert asked(fake) == []


def test_presence_is_chosen_and_given_up_by_hand(api: Api, fake: FakeSignalling) -> None:
    assert api.put(f"{AMAL}/presence", {"presence": "do-not-disturb"})["presence"] == "available"
    api.put(f"{AMAL}/presence", {"presence": None})
    assert api.get(f"{AMAL}/presence")["is_presence_chosen"] is False
    assert [request["presence"] for request in asked(fake)] == ["do-not-disturb", None]
    assert [after for _, after, _ in audited(api, "presence")] == ["as the phones publish", "do-not-disturb"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (f"{AMAL}/presence", {"presence": "sleeping"}, "presence"),
        (f"{AMAL}/presence", {}, "presence"),
        (f"{AMAL}/presence", {"presence": "away", "until": "noon"}, "until"),
        (f"{AMAL}/pause", {"reason": "x" * 201}, "reason"),
        (f"{AMAL}/queues/Help Desk", {"opted_out": None}, "opted_out"),
    ],
)
def test_what_means_nothing_is_refused_by_field(
    api: Api, fake: FakeSignalling, path: str, body: dict[str, Any], field: str
) -> None:
    problem = refusal_of(api, "PUT", path, body)
    assert (problem["status"], problem["field"]) == (422, field)
    assert asked(fake) == []


@pytest.mark.parametrize("what", ["pause", "presence"])
def test_what_only_a_running_server_knows_is_not_there_without_one(api: Api, what: str) -> None:
    body = {"pause": {"reason": ""}, "presence": {"presence": "away"}}[what]
    problem = refusal_of(api, "PUT", f"{AMAL}/{what}", body)
    assert problem["status"] == 503
    assert "huntline serve" in problem["detail"]
    assert audited(api, what) == []


def test_a_queue_owner_steers_nobody(rig: ServerRig, api: Api) -> None:
    owner = rig.api(Role.QUEUE_OWNER, queue_ids=(rig.queue("Help Desk").queue_id,))
    for path, body in (
        ("presence", {"presence": None}),
        ("pause", {}),
        ("queues/Sales", {"opted_out": True}),
    ):
        assert refusal_of(owner, "PUT", f"{AMAL}/{path}", body)["error"] == "forbidden"
