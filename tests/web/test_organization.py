"""What an organization has once, its domains, and the organizations of a server (web)."""

from __future__ import annotations

import pytest

from huntline.cli.api_client import ApiRefused
from huntline.directory.access import Role
from huntline.directory.quota import QUOTA_NUMBERS
from tests.web.rig import ServerRig, refusal_of
from tests.web.signalling import signalling

PERSON = {"upn": "amal@contoso.com", "sip_password": "correct horse"}


NO_QUOTA = {"max_calls": 0, "max_calls_per_second": 0, "max_registrations": 0}

STAR_CODES = {
    "opt_out": "*45",
    "opt_in": "*46",
    "forward_all": "*72",
    "forward_all_off": "*73",
    "forward_busy": "*90",
    "forward_busy_off": "*91",
    "forward_no_answer": "*92",
    "forward_no_answer_off": "*93",
    "hide_number": "*67",
}


def test_only_what_a_patch_names_changes_in_limits_and_star_codes(rig: ServerRig) -> None:
    api = rig.api()
    assert api.get("/organization") == {
        "id": rig.contoso,
        "shard": "main",
        "pages": None,
        "organization": "Contoso",
        "domains": ["contoso.com"],
        "limits": {"max_waiting": 200, "agent_limit": 10_000},
        "quota": NO_QUOTA,
        "communication_credits": True,
        "propagation_delay": False,
        "queue_name_in_identity": True,
        "time_zone": None,
        "star_codes": STAR_CODES,
        "licence_pools": {},
        "service_number_table": [],
        "queue_table": [],
        "queues_need_licences": False,
        "phones_fetch_settings": False,
        "history_days": 0,
        "dialling": {
            "country": None,
            "may_dial": "national",
            "international_calls_a_day": 20,
            "international_minutes_a_day": 60,
        },
    }
    changed = api.patch("/organization", {"limits": {"agent_limit": 99}, "star_codes": {"opt_in": None}})
    assert changed["limits"] == {"max_waiting": 200, "agent_limit": 99}
    assert changed["star_codes"] == STAR_CODES | {"opt_in": None}
    reset = api.patch("/organization", {"limits": None, "star_codes": None, "licence_pools": {"E3": 5}})
    assert reset["limits"] == {"max_waiting": 200, "agent_limit": 10_000}
    assert reset["star_codes"] == STAR_CODES
    assert reset["licence_pools"] == {"E3": 5}
    assert api.get("/organization") == reset
    assert api.patch("/organization", reset) == reset


def test_wrong_settings_of_the_organization_are_named_by_field(rig: ServerRig) -> None:
    api = rig.api()
    before = rig.organization()
    for body, field in (
        ({"limits": {"max_waiting": -1}}, "limits.max_waiting"),
        ({"limits": {"max_wait": 1}}, "limits.max_wait"),
        ({"quota": {"max_registrations": 1.5}}, "quota.max_registrations"),
        ({"quota": {"most_calls": 1}}, "quota.most_calls"),
        ({"star_codes": {"opt_out": "45"}}, "star_codes.opt_out"),
        ({"organization": ""}, "organization"),
        ({"history_days": -1}, "history_days"),
        ({"history_days": 36_501}, "history_days"),
        ({"domains": []}, "domains"),
        ({"licence_pools": {"E9": 1}}, "licence_pools.E9"),
    ):
        assert refusal_of(api, "PATCH", "/organization", body)["field"] == field
    assert rig.organization() == before


def test_the_organization_is_changed_if_it_is_still_as_it_was_read_and_not_in_a_dry_run(
    rig: ServerRig,
) -> None:
    api = rig.api()
    tag = api.response("GET", "/organization").headers["etag"]
    assert api.patch("/organization", {"organization": "Contoso Ltd"}, dry_run=True)["id"] == rig.contoso
    assert rig.organization().name == "Contoso"
    change = {"json": {"propagation_delay": True}, "headers": {"If-Match": tag}}
    assert api.response("PATCH", "/organization", **change).headers["etag"] != tag
    with pytest.raises(ApiRefused) as refusal:
        api.response("PATCH", "/organization", **change)
    assert refusal.value.status == 412


def test_a_domain_is_added_and_removed_while_nothing_is_in_it(rig: ServerRig) -> None:
    api = rig.api()
    made = api.post("/domains", {"domain": "Redmond.Contoso.com"})
    assert made == {"domain": "redmond.contoso.com", "is_realm": False, "users": 0, "queues": 0}
    assert api.post("/domains", {"domain": "dry.contoso.com"}, dry_run=True)["domain"] == "dry.contoso.com"
    assert [each["domain"] for each in api.items("/domains")] == ["contoso.com", "redmond.contoso.com"]
    assert [each["domain"] for each in api.items("/domains", search="Red")] == ["redmond.contoso.com"]
    for number in range(7):
        api.post("/users", {"upn": f"u{number}@redmond.contoso.com"})
    queue = {"name": "Help Desk", "domain": "redmond.contoso.com"}
    api.post("/queues", queue)
    problem = refusal_of(api, "DELETE", "/domains/redmond.contoso.com")
    assert (problem["status"], problem["error"]) == (409, "in-use")
    assert "queue Help Desk is in it; user u0@redmond.contoso.com is in it" in problem["detail"]
    assert "and 3 more" in problem["detail"]
    for number in range(7):
        api.delete(f"/users/u{number}@redmond.contoso.com")
    api.patch("/queues/Help Desk", {"domain": "contoso.com"})
    problem = refusal_of(api, "DELETE", "/domains/redmond.contoso.com")
    assert "queue Help Desk has it in its primary URI" in problem["detail"]
    api.delete("/queues/Help Desk")
    assert api.delete("/domains/REDMOND.contoso.com")["domain"] == "redmond.contoso.com"
    assert rig.organization().domains == ("contoso.com",)
    assert refusal_of(api, "GET", "/domains/redmond.contoso.com")["status"] == 404


def test_a_domain_that_is_none_or_there_already_is_refused(rig: ServerRig) -> None:
    api = rig.api()
    for wrong in ("not a domain", "-.com", "CONTOSO.com", ""):
        problem = refusal_of(api, "POST", "/domains", {"domain": wrong})
        assert (problem["status"], problem["field"]) == (422, "domain")
    assert "at least one domain" in refusal_of(api, "DELETE", "/domains/contoso.com")["detail"]


def test_the_first_domain_stays_while_sip_passwords_are_made_for_it(rig: ServerRig) -> None:
    api = rig.api()
    api.post("/domains", {"domain": "contoso.net"})
    api.post("/users", PERSON | {"upn": "amal@contoso.net"})
    for method, path, body in (
        ("DELETE", "/domains/contoso.com", None),
        ("PATCH", "/organization", {"domains": ["contoso.net", "contoso.com"]}),
    ):
        problem = refusal_of(api, method, path, body)
        assert (problem["status"], problem["error"]) == (409, "realm-in-use")
        assert "SIP passwords are made for; these users have one: amal@contoso.net" in problem["detail"]
    api.patch("/users/amal@contoso.net", {"sip_password": None, "sip_digests": []})
    api.delete("/domains/contoso.com")
    assert api.get("/domains/contoso.net")["is_realm"] is True


def test_the_host_makes_lists_changes_and_removes_organizations(rig: ServerRig) -> None:
    host = rig.api(Role.HOST, "")
    made = host.post("/organizations", {"organization": "Fabrikam", "domains": ["Fabrikam.com"]})
    assert (made["organization"], made["domains"]) == ("Fabrikam", ["fabrikam.com"])
    names = [each["organization"] for each in host.items("/organizations")]
    assert names == ["Contoso", "Fabrikam"]
    assert host.get("/organizations/FABRIKAM") == host.get(f"/organizations/{made['id']}") == made
    host.patch("/organizations/Fabrikam", {"organization": "Fabrikam Inc", "limits": {"agent_limit": 5}})
    assert host.get(f"/organizations/{made['id']}")["limits"]["agent_limit"] == 5
    assert host.post("/users", {"upn": "bao@fabrikam.com"}, organization="Fabrikam Inc")["id"]
    assert rig.organization().users == ()
    key = rig.key(Role.ADMIN, made["id"])
    assert rig.api_by_key(key).get("/users")["total"] == 1
    assert host.delete("/organizations/Fabrikam Inc", confirm="Fabrikam Inc")["id"] == made["id"]
    assert [each["organization"] for each in host.items("/organizations")] == ["Contoso"]
    assert refusal_of(rig.api_by_key(key), "GET", "/users")["status"] == 401
    again = host.post("/organizations", {"organization": "Fabrikam", "domains": ["fabrikam.com"]})
    assert host.get("/users", organization=again["id"])["total"] == 0


def test_what_an_organization_may_use_of_the_server_is_for_the_host_to_set(rig: ServerRig) -> None:
    host, admin = rig.api(Role.HOST, ""), rig.api()
    changed = host.patch("/organizations/Contoso", {"quota": {"max_calls": 100}})
    assert changed["quota"] == NO_QUOTA | {"max_calls": 100}
    problem = refusal_of(admin, "PATCH", "/organization", {"quota": {"max_calls": 101}})
    assert (problem["status"], problem["error"]) == (403, "forbidden")
    assert "for the host to set" in problem["detail"]
    refused = refusal_of(admin, "PATCH", "/organization", {"quota": None, "organization": "Contoso Ltd"})
    assert refused["status"] == 403
    assert rig.organization().name == "Contoso"
    kept = admin.patch("/organization", {"quota": changed["quota"], "propagation_delay": True})
    assert (kept["quota"], kept["propagation_delay"]) == (changed["quota"], True)
    assert host.patch("/organization", {"quota": {"max_registrations": 7}})["quota"] == (
        NO_QUOTA | {"max_calls": 100, "max_registrations": 7}
    )
    assert host.patch("/organization", {"quota": None})["quota"] == NO_QUOTA
    for name, number in QUOTA_NUMBERS.items():
        most = number.range.high
        for wrong in (-1, most + 1):
            problem = refusal_of(host, "PATCH", "/organizations/Contoso", {"quota": {name: wrong}})
            assert (problem["field"], problem["value"]) == (f"quota.{name}", wrong)
            assert f"0 to {most}" in problem["allowed"]


def test_what_is_used_of_the_quota_is_read_by_who_reads_settings_of_their_own_organization(
    rig: ServerRig,
) -> None:
    refused = {"max_calls": 12, "max_calls_per_second": 0, "max_registrations": 1}
    used = {"calls": 100, "registrations": 30, "refused": refused}
    with signalling(rig) as process:
        process.usage[rig.contoso] = used
        assert rig.api().get("/quota-usage") == used
        assert rig.api(Role.AUDITOR).get("/quota-usage") == used
        assert refusal_of(rig.api(Role.AGENT), "GET", "/quota-usage")["status"] == 403
    assert refusal_of(rig.api(), "GET", "/quota-usage")["error"] == "server-unavailable"


def test_an_organization_never_takes_the_place_of_another(rig: ServerRig) -> None:
    host = rig.api(Role.HOST, "")
    rig.api().post("/users", {"upn": "amal@contoso.com"})
    for body, field in (
        ({"organization": "CONTOSO", "domains": ["contoso.net"]}, "organization"),
        ({"organization": "Fabrikam", "domains": ["contoso.com"]}, "domains[0]"),
        ({"organization": "Fabrikam", "domains": []}, "domains"),
        ({"organization": "Fabrikam"}, "domains"),
    ):
        assert refusal_of(host, "POST", "/organizations", body)["field"] == field
    dry = host.post("/organizations", {"organization": "Dry", "domains": ["dry.com"]}, dry_run=True)
    assert dry["organization"] == "Dry"
    assert host.get("/organizations")["total"] == 1
    assert len(rig.organization().users) == 1


def test_removing_an_organization_takes_its_name_once_more(rig: ServerRig) -> None:
    host = rig.api(Role.HOST, "")
    for params in ({}, {"confirm": "contoso"}):
        problem = refusal_of(host, "DELETE", "/organizations/Contoso", **params)
        assert (problem["status"], problem["field"]) == (422, "confirm")
        assert "Contoso" in problem["allowed"]
    host.delete("/organizations/Contoso", confirm="Contoso", dry_run=True)
    assert rig.organization().name == "Contoso"
    assert refusal_of(host, "DELETE", "/organizations/Nowhere", confirm="Nowhere")["status"] == 404


def test_the_signalling_process_is_told_of_organizations_that_come_change_and_go(rig: ServerRig) -> None:
    host = rig.api(Role.HOST, "")
    fabrikam = {"organization": "Fabrikam", "domains": ["fabrikam.com"]}
    with signalling(rig) as told:
        host.post("/organizations", fabrikam, dry_run=True)
        assert told.asked == []
        host.post("/organizations", fabrikam)
        assert len(told.asked) == 1
        host.patch("/organizations/Fabrikam", {"star_codes": {"opt_in": "*47"}})
        assert len(told.asked) == 2
        host.delete("/organizations/Fabrikam", confirm="Fabrikam", dry_run=True)
        assert len(told.asked) == 2
        host.delete("/organizations/Fabrikam", confirm="Fabrikam")
        assert [asked["do"] for asked in told.asked] == ["settings-changed"] * 3


def test_only_the_host_sees_organizations(rig: ServerRig) -> None:
    for role in (Role.ADMIN, Role.AUDITOR, Role.QUEUE_OWNER, Role.AGENT):
        assert refusal_of(rig.api(role), "GET", "/organizations")["status"] == 403
