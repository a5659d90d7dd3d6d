"""What all kinds of things have in common: made, read, changed, renamed, removed, and refused alike (web)."""

from __future__ import annotations

import pytest

from huntline.cli.api_client import ApiRefused
from tests.web.rig import E5_USER, ServerRig, refusal_of


def test_what_was_made_is_read_back_and_found_by_any_of_its_names(rig: ServerRig) -> None:
    api = rig.api()
    made = api.post("/users", {"upn": "Amal@Contoso.com", "display_name": "Amal Haddad", **E5_USER})
    assert made["upn"] == "amal@contoso.com"
    for key in ("amal@contoso.com", "AMAL@contoso.com", "sip:amal@contoso.com", made["id"]):
        assert api.get(f"/users/{key}") == made
    assert [user["upn"] for user in api.items("/users", search="haddad")] == ["amal@contoso.com"]
    assert list(api.items("/users", search="bao")) == []


def test_a_list_is_sorted_by_any_field_of_its_items_with_what_is_empty_last(rig: ServerRig) -> None:
    api = rig.api()
    for upn, name in (("c@contoso.com", "bao"), ("a@contoso.com", "Amal"), ("b@contoso.com", "")):
        api.post("/users", {"upn": upn, "display_name": name, **E5_USER})
    api.post("/queues", {"name": "Two", "agents": ["c@contoso.com", "a@contoso.com"]})
    api.post("/queues", {"name": "One", "agents": ["a@contoso.com"]})

    def names(path: str, field: str, sort: str) -> list[str]:
        return [each[field] for each in api.items(path, sort=sort)]

    assert names("/users", "display_name", "") == ["bao", "Amal", ""]
    assert names("/users", "display_name", "display_name") == ["Amal", "bao", ""]
    assert names("/users", "display_name", "-display_name") == ["bao", "Amal", ""]
    assert names("/queues", "name", "agents") == ["One", "Two"]
    assert names("/queues", "name", "-agents") == ["Two", "One"]


def test_a_list_sorts_by_nothing_that_its_items_do_not_show(rig: ServerRig) -> None:
    problem = refusal_of(rig.api(), "GET", "/users", sort="-sip_password")
    assert (problem["status"], problem["field"], problem["value"]) == (422, "sort", "-sip_password")
    assert "upn" in problem["allowed"]


def test_a_patch_changes_what_it_names_and_null_is_the_default(rig: ServerRig) -> None:
    api = rig.api()
    api.post("/queues", {"name": "Help Desk", "max_waiting": 7, "wrap_up": 20})
    patched = api.patch("/queues/help desk", {"wrap_up": None, "agent_alert_time": 45})
    assert (patched["max_waiting"], patched["wrap_up"], patched["agent_alert_time"]) == (7, 0, 45)


def test_what_was_read_may_be_sent_back(rig: ServerRig) -> None:
    api = rig.api()
    made = api.post("/queues", {"name": "Help Desk"})
    assert api.put("/queues/Help Desk", made) == made
    assert api.patch(f"/queues/{made['id']}", made) == made


def test_a_new_name_goes_along_everywhere(rig: ServerRig) -> None:
    api = rig.api()
    api.post("/users", {"upn": "amal@contoso.com", **E5_USER})
    api.post("/groups", {"name": "First line", "kind": "security-group", "members": ["amal@contoso.com"]})
    api.post("/queues", {"name": "Sales", "agents": ["amal@contoso.com"], "groups": ["First line"]})
    forward = {"action": "forward", "target": "Sales"}
    person = {"action": "forward", "target": "sip:amal@contoso.com"}
    api.post("/queues", {"name": "Help Desk", "overflow": forward, "timeout": person})
    api.patch("/users/amal@contoso.com", {"upn": "amal.haddad@contoso.com"})
    api.patch("/groups/First line", {"name": "Front"})
    api.patch("/queues/Sales", {"name": "Sales EMEA"})
    assert api.get("/groups/Front")["members"] == ["amal.haddad@contoso.com"]
    assert api.get("/queues/Sales EMEA")["agents"] == ["amal.haddad@contoso.com"]
    assert api.get("/queues/Sales EMEA")["groups"] == ["Front"]
    help_desk = api.get("/queues/Help Desk")
    assert help_desk["overflow"]["target"] == "Sales EMEA"
    assert help_desk["timeout"]["target"] == "sip:amal.haddad@contoso.com"


def test_what_is_in_use_stays_and_the_refusal_says_by_what(rig: ServerRig) -> None:
    api = rig.api()
    api.post("/numbers", {"number": "+14255550100", "kind": "service-toll"})
    api.post("/queues", {"name": "Sales", "line_uri": "tel:+14255550100"})
    api.post("/queues", {"name": "Help Desk", "timeout": {"action": "forward", "target": "Sales"}})
    problem = refusal_of(api, "DELETE", "/queues/Sales")
    assert problem["status"] == 409
    assert "queue Help Desk forwards to it after the maximum wait" in problem["detail"]
    assert "queue Sales is called by it" in refusal_of(api, "DELETE", "/numbers/+14255550100")["detail"]
    api.delete("/queues/Help Desk")
    assert api.delete("/queues/Sales")["name"] == "Sales"
    api.delete("/numbers/+14255550100")
    assert not rig.organization().queues
    assert not rig.organization().numbers


def test_two_administrators_do_not_overwrite_each_other(rig: ServerRig) -> None:
    first, second = rig.api(), rig.api()
    tag = first.response("POST", "/queues", json={"name": "Help Desk"}).headers["etag"]
    assert first.response("GET", "/queues/Help Desk").headers["etag"] == tag
    change = {"json": {"wrap_up": 10}, "headers": {"If-Match": tag}}
    later = second.response("PATCH", "/queues/Help Desk", **change).headers["etag"]
    assert later != tag
    with pytest.raises(ApiRefused) as refusal:
        first.request("PATCH", "/queues/Help Desk", json={"wrap_up": 20}, headers={"If-Match": tag})
    assert refusal.value.status == 412
    assert rig.queue("Help Desk").wrap_up == 10


def test_a_dry_run_checks_and_changes_nothing(rig: ServerRig) -> None:
    api = rig.api()
    before = rig.organization()
    assert api.post("/queues", {"name": "Help Desk", "max_wait": 47}, dry_run=True)["max_wait"] == 45
    assert refusal_of(api, "POST", "/queues", {"name": ""}, dry_run=True)["field"] == "name"
    assert rig.organization() == before


def test_a_refusal_names_field_value_and_what_is_allowed_and_changes_nothing(rig: ServerRig) -> None:
    api = rig.api()
    before = rig.organization()
    problem = refusal_of(api, "POST", "/queues", {"name": "Help Desk", "agent_alert_time": 5, "max_wait": -1})
    assert [(each["field"], each["value"]) for each in problem["errors"]] == [
        ("agent_alert_time", 5),
        ("max_wait", -1),
    ]
    assert (problem["field"], problem["allowed"]) == ("agent_alert_time", "must be 15 to 180 seconds")
    assert rig.organization() == before


def test_a_name_that_another_has_is_refused_at_the_one_that_is_renamed(rig: ServerRig) -> None:
    api = rig.api()
    for upn in ("amal@contoso.com", "bao@contoso.com"):
        api.post("/users", {"upn": upn})
    for renamed, taken in (("amal", "BAO"), ("bao", "Amal")):
        problem = refusal_of(api, "PATCH", f"/users/{renamed}@contoso.com", {"upn": f"{taken}@contoso.com"})
        assert (problem["status"], problem["field"]) == (422, "upn")
        assert "another user has it already" in problem["allowed"]


def test_numbers_and_users_carry_warnings_that_refuse_nothing(rig: ServerRig) -> None:
    api = rig.api()
    made = api.post("/numbers", {"number": "+18002345678", "kind": "service-toll"})
    assert made["warnings"] == ["is kept as service-toll, but its numbering plan makes it toll-free"]
    assert api.patch("/numbers/+18002345678", {"kind": "service-toll-free"})["warnings"] == []
    fields = {"line_uri": "tel:+1425", "forward_to": "tel:+44123", "voicemail": "sip:amal@mail.contoso.com"}
    warnings = api.post("/users", {"upn": "amal@contoso.com", **fields})["warnings"]
    assert [warning.split(";")[0] for warning in warnings] == [
        "line_uri tel:+1425 is no number that its country has in use",
        "forward_to tel:+44123 is no number that its country has in use",
    ]
    assert api.post("/users", {"upn": "bao@contoso.com", "line_uri": "tel:+442071234567"})["warnings"] == []


def test_a_trunks_password_is_taken_and_never_told(rig: ServerRig) -> None:
    api = rig.api()
    body = {"name": "provider", "hosts": ["sip.provider.example"], "username": "contoso"}
    made = api.post("/trunks", body | {"password": "a secret", "registers": True})
    assert made["has_password"]
    assert "password" not in made
    assert api.patch("/trunks/provider", {"most_calls": 7})["has_password"]
    assert "secret" not in str(list(api.items("/audit")))
    problem = refusal_of(api, "PATCH", "/trunks/provider", {"password": None})
    assert (problem["field"], problem["value"]) == ("registers", True)
    assert not api.patch("/trunks/provider", {"password": None, "registers": False})["has_password"]
