"""Licences: how many are assigned, and how many service numbers they allow (web)."""

from __future__ import annotations

from typing import Any

from tests.web.rig import ServerRig, refusal_of


def test_every_licence_is_listed_with_what_is_assigned_and_left(rig: ServerRig) -> None:
    api = rig.api()
    api.post("/users", {"upn": "amal@contoso.com", "licences": ["E5", "CallingPlan"]})
    api.post("/users", {"upn": "bao@contoso.com", "licences": ["E5"]})
    assert api.put("/licences/e5", {"size": 3})["available"] == 1
    listed = {each["licence"]: each for each in api.items("/licences")}
    assert list(listed) == ["E3", "E5", "PhoneSystem", "CallingPlan", "AudioConferencing"]
    assert listed["E5"] == {"licence": "E5", "assigned": 2, "size": 3, "available": 1}
    unbound = {"licence": "CallingPlan", "assigned": 1, "size": None, "available": None}
    assert api.get("/licences/CallingPlan") == unbound
    assert api.put("/licences/E5", {"size": None})["size"] is None
    assert rig.organization().licence_pools == ()


def test_a_pool_holds_what_is_assigned_at_least(rig: ServerRig) -> None:
    api = rig.api()
    api.post("/users", {"upn": "amal@contoso.com", "licences": ["E5"]})
    for size, wanted in ((0, "at least 1"), (-1, "at least 1"), ("many", "whole number")):
        problem = refusal_of(api, "PUT", "/licences/E5", {"size": size})
        assert (problem["status"], problem["field"], problem["value"]) == (422, "size", size)
        assert wanted in problem["allowed"]
    assert refusal_of(api, "PUT", "/licences/E3", {"size": -1})["field"] == "size"
    assert "did you mean E5?" in refusal_of(api, "GET", "/licences/E55")["detail"]
    assert api.put("/licences/E5", {"size": 1}, dry_run=True)["size"] == 1
    assert rig.organization().licence_pools == ()


def test_the_service_numbers_that_licences_allow_are_counted(rig: ServerRig) -> None:
    api = rig.api()

    def allowance() -> Any:
        return api.get("/licences")["service_numbers"]

    api.post("/numbers", {"number": "+14255550100", "kind": "service-toll"})
    api.post("/numbers", {"number": "+14255550123", "kind": "user"})
    assert allowance() == {"used": 1, "allowed": None, "phone_system_licences": 0}
    api.post("/users", {"upn": "amal@contoso.com", "licences": ["E5"]})
    api.post("/users", {"upn": "bao@contoso.com", "licences": ["PhoneSystem"]})
    steps = [(1, 1), (3, 5), (25, 10)]
    table = [{"phone_system_licences": low, "service_numbers": numbers} for low, numbers in steps]
    api.patch("/organization", {"service_number_table": table})
    assert allowance() == {"used": 1, "allowed": 1, "phone_system_licences": 2}
    api.put("/licences/PhoneSystem", {"size": 24})
    assert allowance() == {"used": 1, "allowed": 10, "phone_system_licences": 25}
