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


def test_a_user_is_told_which_policy_counts_who_granted_it_and_what_it_shows(rig: ServerRig) -> None:
    api = rig.api()
    api.post("/numbers", {"number": "+14255550100", "kind": "service-toll"})
    api.post("/users", {"upn": "amal@contoso.com"})
    api.post("/caller-id-policies", {"name": "Quiet", "substitute": "anonymous"})
    service = {"substitute": "service", "service_number": "+14255550100", "company_name": "Contoso"}
    api.post("/caller-id-policies", {"name": "Sales", "enable_user_override": True, **service})
    api.post("/groups", {"name": "Inner", "kind": "security-group", "members": ["amal@contoso.com"]})
    api.post("/groups", {"name": "Outer", "kind": "security-group", "members": ["Inner"]})

    def in_effect() -> tuple[str, ...]:
        answer = api.get("/users/amal@contoso.com/caller-id")
        return tuple(answer[name] for name in ("policy", "granted_by", "shows", "name", "reason"))

    assert in_effect() == ("Global", "global", "anonymous", "", "the user has no number to show")
    api.patch("/users/amal@contoso.com", {"line_uri": "tel:+14255550123"})
    own = "the policy shows the user's own number"
    assert in_effect() == ("Global", "global", "+14255550123", "", own)
    api.patch("/groups/Outer", {"caller_id_policy": "Sales", "caller_id_rank": 2})
    shown = "the policy shows a service number"
    assert in_effect() == ("Sales", "group Outer", "+14255550100", "Contoso", shown)
    api.patch("/users/amal@contoso.com", {"hides_number": True})
    hidden = "the user hides the number, which the policy allows"
    assert in_effect() == ("Sales", "group Outer", "anonymous", "", hidden)
    api.patch("/users/amal@contoso.com", {"caller_id_policy": "Quiet"})
    assert in_effect() == ("Quiet", "user", "anonymous", "", "the policy shows nobody's number")
    assert refusal_of(api, "GET", "/users/bao@contoso.com/caller-id")["status"] == 404
