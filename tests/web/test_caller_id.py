"""Caller-ID policies and what they come to for a user (web)."""

from __future__ import annotations

from tests.web.rig import ServerRig, refusal_of

DEFAULTS = {
    "name": "Global",
    "substitute": "line-uri",
    "service_number": None,
    "enable_user_override": False,
    "block_incoming_pstn_caller_id": False,
    "company_name": "",
    "description": "",
}


def test_removing_global_gives_it_its_defaults_and_it_is_still_there(rig: ServerRig) -> None:
    api = rig.api()
    changed = api.patch("/caller-id-policies/global", {"substitute": "anonymous", "company_name": "Contoso"})
    assert api.delete("/caller-id-policies/global", dry_run=True) == DEFAULTS
    assert api.get("/caller-id-policies/Global") == changed
    assert api.delete("/caller-id-policies/GLOBAL") == DEFAULTS
    assert api.get("/caller-id-policies/Global") == DEFAULTS
    assert api.delete("/caller-id-policies/Global") == DEFAULTS


def test_global_keeps_its_name_and_other_policies_are_removed(rig: ServerRig) -> None:
    api = rig.api()
    problem = refusal_of(api, "PATCH", "/caller-id-policies/Global", {"name": "Default"})
    assert (problem["status"], problem["field"]) == (422, "name")
    assert (
        api.patch("/caller-id-policies/Global", {"name": "GLOBAL", "description": "all"})["name"] == "Global"
    )
    api.post("/caller-id-policies", {"name": "Sales"})
    assert api.delete("/caller-id-policies/Sales")["name"] == "Sales"
    assert [policy["name"] for policy in api.items("/caller-id-policies")] == ["Global"]
