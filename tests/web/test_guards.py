"""What stands before every answer: headers for browsers, and a limit for bodies (web)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from huntline.web.app import API_PATH, LONGEST_BODY, LONGEST_UPLOAD
from tests.web.rig import ServerRig


def request(rig: ServerRig, method: str, path: str, **arguments: Any) -> httpx.Response:
    async def story() -> httpx.Response:
        transport = httpx.ASGITransport(app=rig.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://huntline.test") as client:
            headers = {"Authorization": f"Bearer {rig.key()}", **arguments.pop("headers", {})}
            return await client.request(method, API_PATH + path, headers=headers, **arguments)

    return asyncio.run(story())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/queues", 200), ("GET", "/nothing", 404), ("POST", "/queues", 422), ("PUT", "/queues", 405)],
)
def test_every_answer_tells_browsers_what_not_to_do_with_it(
    rig: ServerRig, method: str, path: str, status: int
) -> None:
    answer = request(rig, method, path)
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/queues", LONGEST_BODY), ("/audio", LONGEST_UPLOAD), ("/imports/users", LONGEST_UPLOAD)],
)
def test_a_body_past_the_limit_is_refused_and_one_at_the_limit_is_read(
    rig: ServerRig, path: str, limit: int
) -> None:
    refused = request(rig, "POST", path, content=b" " * (limit + 1))
    assert (refused.status_code, refused.headers["content-type"]) == (413, "application/problem+json")
    assert (refused.json()["error"], refused.headers["x-content-type-options"]) == ("too-large", "nosniff")
    assert str(limit) in refused.json()["detail"]
    assert request(rig, "POST", path, content=b" " * limit).status_code != 413


def test_a_body_of_unsaid_length_is_read_no_further_than_the_limit(rig: ServerRig) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1000
            yield b" " * 1000

    assert request(rig, "POST", "/queues", content=endless()).status_code == 413
    assert sent <= LONGEST_BODY + 1000


def test_a_body_in_parts_arrives_whole(rig: ServerRig) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for part in (b'{"name": ', b'"Help', b' Desk"}'):
            yield part

    answer = request(rig, "POST", "/queues", content=parts(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["name"]) == (201, "Help Desk")
