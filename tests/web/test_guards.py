"""What stands before every answer: headers for browsers, and a limit for bodies (web)."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from huntline.storage.faults import DatabaseUnavailable
from huntline.web.app import API_PATH, LONGEST_BODY, LONGEST_UPLOAD, MOST_UNDER_WAY
from huntline.web.guards import RequestLimit
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


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/audio", 401),
        ("POST", "/imports/users", 401),
        ("POST", "/queues", 401),
        ("POST", "/session/password", 401),
        ("POST", "/nothing", 404),
        ("POST", "/session", 413),
        ("POST", "/setup", 413),
    ],
)
def test_nothing_is_read_of_what_a_stranger_sends(
    rig: ServerRig, method: str, path: str, status: int
) -> None:
    read = 0

    async def large() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(59):
            read += 100_000
            yield b" " * 100_000

    answer = request(rig, method, path, content=large(), headers={"Authorization": ""})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert read <= 100_000


def test_directories_are_known_before_their_body_is_read(rig: ServerRig) -> None:
    path = "/../../scim/v2/Users"
    answer = request(rig, "POST", path, content=b" " * 5_000_000, headers={"Authorization": ""})
    assert answer.status_code == 401


def test_all_bodies_together_have_a_bound(rig: ServerRig) -> None:
    half = MOST_UNDER_WAY // LONGEST_UPLOAD

    async def story() -> list[int]:
        arrived, release = asyncio.Semaphore(0), asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield b"upn\n" * (LONGEST_UPLOAD // 4)
            arrived.release()
            await release.wait()

        transport = httpx.ASGITransport(app=rig.app)
        headers = {"Authorization": f"Bearer {rig.key()}", "Content-Type": "text/csv"}
        async with httpx.AsyncClient(transport=transport, base_url="http://huntline.test") as client:
            address = f"{API_PATH}/imports/users"
            sent = [
                asyncio.create_task(client.post(address, content=slow(), headers=headers))
                for _ in range(half)
            ]
            for _ in sent:
                await arrived.acquire()
            one_more = await client.post(address, content=b"x" * 1_000, headers=headers)
            for each in sent:
                each.cancel()
            await asyncio.gather(*sent, return_exceptions=True)
            again = await client.post(address, content=b"upn\n", headers=headers)
        assert one_more.headers["retry-after"] == "2"
        return [one_more.status_code, again.status_code]

    assert asyncio.run(story()) == [503, 200]


def test_an_address_has_so_many_requests_under_way_and_no_more() -> None:
    async def story() -> None:
        end = asyncio.Event()

        async def endless(scope: Scope, receive: Receive, send: Send) -> None:
            await end.wait()
            await PlainTextResponse("done")(scope, receive, send)

        app = RequestLimit(endless, most=2)

        def asks(address: str) -> asyncio.Task[httpx.Response]:
            client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app, client=(address, 1)))
            return asyncio.create_task(client.get("http://huntline.test/"))

        served = [asks("2001:db8::1"), asks("2001:db8::2"), asks("192.0.2.1")]
        await asyncio.sleep(0)
        refused = await asks("2001:db8::3")
        assert (refused.status_code, refused.json()["error"]) == (429, "too-many-requests")
        end.set()
        assert [each.status_code for each in await asyncio.gather(*served)] == [200, 200, 200]
        assert (await asks("2001:db8::3")).status_code == 200

    asyncio.run(story())


def test_what_nobody_expected_is_a_problem_with_an_id_that_is_in_the_log(
    rig: ServerRig, caplog: pytest.LogCaptureFixture
) -> None:
    @rig.app.get(f"{API_PATH}/broken")
    def broken() -> None:
        raise RuntimeError("of the server")

    answer = request(rig, "GET", "/broken")
    problem = answer.json()
    assert (answer.status_code, problem["error"]) == (500, "internal-error")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "of the server" not in answer.text
    assert problem["error_id"] in problem["detail"]
    (record,) = [each for each in caplog.records if each.message == "a request failed"]
    assert (vars(record)["error_id"], record.exc_info is not None) == (problem["error_id"], True)


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk-unavailable"),
        (OSError(errno.EROFS, "Read-only file system"), "disk-unavailable"),
        (OperationalError("INSERT", {}, Exception("database is locked")), "database-unavailable"),
        (DatabaseUnavailable("postgresql://huntline@a-secret/d is away"), "database-unavailable"),
    ],
)
def test_a_disk_or_database_that_takes_nothing_is_said(rig: ServerRig, error: Exception, word: str) -> None:
    @rig.app.get(f"{API_PATH}/broken")
    def broken() -> None:
        raise error

    answer = request(rig, "GET", "/broken")
    assert (answer.status_code, answer.json()["error"]) == (503, word)
    assert answer.headers["retry-after"] == "5"
    assert "a-secret" not in answer.text


def test_a_body_in_parts_arrives_whole(rig: ServerRig) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for part in (b'{"name": ', b'"Help', b' Desk"}'):
            yield part

    answer = request(rig, "POST", "/queues", content=parts(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["name"]) == (201, "Help Desk")
