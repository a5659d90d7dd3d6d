"""The audit through the API (web)."""

from __future__ import annotations

from typing import Any

import pytest

from huntline.cli.api_client import Api
from huntline.directory.access import Role
from tests.web.rig import E5_USER, ServerRig, refusal_of


def told(api: Api, **wanted: Any) -> list[tuple[str, str, str | None]]:
    return [(entry["what"], entry["key"], entry["field"]) for entry in api.items("/audit", **wanted)]


@pytest.fixture
def api(rig: ServerRig) -> Api:
    """An admin who has made a user and a queue, and changed the queue."""
    api = rig.api()
    api.post("/users", {"upn": "amal@contoso.com", **E5_USER})
    api.post("/queues", {"name": "Help Desk"})
    api.patch("/queues/Help Desk", {"max_wait": 47, "wrap_up": 5})
    return api


def test_the_newest_comes_first_with_who_and_from_what_to_what(api: Api) -> None:
    entries = api.get("/audit", key="help", field="wrap_up")["items"]
    assert [(entry["before"], entry["after"], entry["door"]) for entry in entries] == [("0", "5", "api")]
    assert entries[0]["who"].startswith("admin")
    moments = [entry["at"] for entry in api.items("/audit")]
    assert moments == sorted(moments, reverse=True)


def test_each_filter_narrows_down(api: Api) -> None:
    assert told(api, what="queue", field="wrap_up") == [("queue", "Help Desk", "wrap_up")]
    assert ("user", "amal@contoso.com", None) in told(api, key="AMAL")
    assert told(api, key="%") == []
    assert told(api, door="scim") == []
    assert told(api, who="nobody") == []
    assert len(told(api, who="ADMIN", door="api")) >= 4
    moment = api.get("/audit", field="wrap_up")["items"][0]["at"]
    assert ("queue", "Help Desk", "wrap_up") in told(api, **{"from": moment})
    assert ("queue", "Help Desk", "wrap_up") not in told(api, to=moment)


def test_it_comes_in_pages(api: Api) -> None:
    whole = told(api)
    page = api.get("/audit", limit=2, offset=1)
    assert page["total"] == len(whole)
    assert [(each["what"], each["key"], each["field"]) for each in page["items"]] == whole[1:3]


def test_it_is_for_admins_and_auditors_of_the_organization(rig: ServerRig, api: Api) -> None:
    other = rig.add_organization("Fabrikam", "fabrikam.com")
    assert told(rig.api(Role.AUDITOR), field="wrap_up") == [("queue", "Help Desk", "wrap_up")]
    assert told(rig.api(organization_id=other), key="Help Desk") == []
    for role in (Role.QUEUE_OWNER, Role.AGENT):
        assert refusal_of(rig.api(role), "GET", "/audit")["status"] == 403


def test_the_host_reads_of_everything_also_what_is_gone(rig: ServerRig, api: Api) -> None:
    host = rig.api(Role.HOST, "")
    gone = rig.add_organization("Fabrikam", "fabrikam.com")
    host.delete("/organizations/Fabrikam", confirm="Fabrikam")
    entries = list(host.items("/host/audit"))
    assert {"", rig.contoso, gone} <= {entry["organization_id"] for entry in entries}
    removal = next(entry for entry in entries if entry["organization_id"] == gone)
    assert (removal["what"], removal["key"], removal["before"]) == ("organization", "Fabrikam", "removed")
    assert refusal_of(api, "GET", "/host/audit")["status"] == 403
