"""What is allowed in the settings and yet unwise (web)."""

from __future__ import annotations

from typing import Any

from tests.web.rig import E5_USER, ServerRig, refusal_of


def test_findings_name_the_thing_the_setting_and_what_to_do(rig: ServerRig) -> None:
    api = rig.api()

    def findings(**params: Any) -> dict[str, dict[str, Any]]:
        return {each["id"]: each for each in api.items("/check", **params)}

    assert findings() == {}
    api.post("/queues", {"name": "Help Desk", "max_wait": 600})
    found = findings()
    assert found["dead-end"] == {
        "severity": "error",
        "id": "dead-end",
        "key": "queue Help Desk",
        "field": "queues[0].agents",
        "text": found["dead-end"]["text"],
    }
    assert "add agents" in found["dead-end"]["text"]
    assert "10 minutes" in found["longest-time"]["text"]
    assert "ajoutez des agents" in findings(language="fr")["dead-end"]["text"]
    api.post("/users", {"upn": "amal@contoso.com", **E5_USER})
    api.patch("/queues/Help Desk", {"agents": ["amal@contoso.com"]})
    assert "dead-end" not in findings()


def test_findings_come_in_the_languages_there_are(rig: ServerRig) -> None:
    problem = refusal_of(rig.api(), "GET", "/check", language="de")
    assert (problem["status"], problem["field"]) == (422, "language")


def test_only_findings_of_the_own_organization_are_shown(rig: ServerRig) -> None:
    rig.api().post("/queues", {"name": "Help Desk"})
    fabrikam = rig.api(organization_id=rig.add_organization("Fabrikam", "fabrikam.com"))
    assert fabrikam.get("/check")["total"] == 0
