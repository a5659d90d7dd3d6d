"""Whatever is sent, the answer is a problem that programs and people can read (web)."""

from __future__ import annotations

from typing import Any

import pytest

from huntline.cli.api_client import ApiRefused
from huntline.web.problems import MEDIA_TYPE
from tests.web.rig import ServerRig


@pytest.mark.parametrize(
    ("method", "path", "arguments", "status", "word"),
    [
        ("GET", "/nowhere", {}, 404, "not-found"),
        ("DELETE", "/users", {}, 405, "method-not-allowed"),
        ("GET", "/users/zoe@contoso.com", {}, 404, "not-found"),
        ("GET", "/users?limit=0", {}, 422, "invalid"),
        ("GET", "/users?limit=many", {}, 422, "invalid"),
        ("POST", "/users", {"content": b"{"}, 422, "invalid"),
        ("POST", "/users", {"content": b"\xff\xfe"}, 422, "invalid"),
        ("POST", "/users", {"content": b"[" * 100_000}, 400, "invalid"),
        ("POST", "/users", {"json": []}, 422, "invalid"),
        ("POST", "/users", {"json": None}, 422, "invalid"),
        ("POST", "/users", {"json": {"upn": 7}}, 422, "invalid"),
        ("POST", "/users", {"json": {"upn": "a\u0000b@contoso.com"}}, 422, "invalid"),
        (
            "POST",
            "/users",
            {"json": {"upn": "a@contoso.com", "display_name": "a\u0000b"}},
            422,
            "invalid",
        ),
        ("POST", "/queues", {"json": {"name": "x", "max_wait": 10**400}}, 422, None),
        ("POST", "/queues", {"json": {"name": "x", "max_wait": 1.5}}, 422, "invalid"),
        ("POST", "/queues", {"content": b'{"name": NaN}'}, 422, "invalid"),
        ("PATCH", "/users/%00", {"json": {}}, 404, "not-found"),
    ],
)
def test_a_refusal_is_a_problem_whatever_was_sent(
    rig: ServerRig, method: str, path: str, arguments: dict[str, Any], status: int, word: str | None
) -> None:
    if "content" in arguments:
        arguments = {**arguments, "headers": {"Content-Type": "application/json"}}
    with pytest.raises(ApiRefused) as refusal:
        rig.api().request(method, path, **arguments)
    problem = refusal.value.problem
    assert problem["status"] == status
    assert word in (None, problem["error"])
    assert problem["detail"]


def test_a_lone_surrogate_is_refused_and_not_stored(rig: ServerRig) -> None:
    body = b'{"upn": "a@contoso.com", "display_name": "\\ud800"}'
    with pytest.raises(ApiRefused) as refusal:
        rig.api().request("POST", "/users", content=body, headers={"Content-Type": "application/json"})
    assert refusal.value.status == 422
    assert not rig.organization().users


def test_a_secret_that_is_wrong_is_not_sent_back(rig: ServerRig) -> None:
    secret = "pass\nword"
    with pytest.raises(ApiRefused) as refusal:
        rig.api().post("/users", {"upn": "a@contoso.com", "sip_password": secret})
    assert refusal.value.problem["field"] == "sip_password"
    assert "word" not in str(refusal.value.problem["value"])
    with pytest.raises(ApiRefused) as refusal:
        rig.api().post("/users", {"upn": "a@contoso.com", "sip_password": ["geheim"]})
    assert "geheim" not in str(refusal.value.problem)


def test_the_description_is_openapi_3_1_with_problems(rig: ServerRig) -> None:
    description = rig.api().get("/openapi.json")
    assert description["openapi"].startswith("3.1")
    refusals = description["paths"]["/api/v1/users"]["post"]["responses"]["4XX"]["content"]
    assert list(refusals) == [MEDIA_TYPE]
    assert {"field", "value", "allowed"} <= description["components"]["schemas"]["FieldProblem"][
        "properties"
    ].keys()
