"""A directory that pushes its users and groups by SCIM, in process or over the network."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import httpx
from fastapi import FastAPI

from huntline.web.scim.door import PATH

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
VOICE = "urn:ietf:params:scim:schemas:extension:huntline:2.0:User"
VOICE_GROUP = "urn:ietf:params:scim:schemas:extension:huntline:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

Json = dict[str, Any]


class Wire(Protocol):
    """Carries requests to a server; paths are below the root of its SCIM service."""

    @property
    def request(self) -> Callable[..., httpx.Response]:
        """Sends one: method and path, and what ``httpx`` takes besides."""


class InProcess:
    """A wire to an application in this process."""

    def __init__(self, app: FastAPI, headers: dict[str, str], runner: asyncio.Runner) -> None:
        self._runner = runner
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        self._client = httpx.AsyncClient(
            transport=transport, base_url=f"http://huntline{PATH}", headers=headers
        )

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Send a request."""
        return self._runner.run(self._client.request(method, path, **arguments))

    def at_once(self, *requests: tuple[str, str, Json]) -> list[httpx.Response]:
        """Send several requests at the same time."""

        async def send() -> list[httpx.Response]:
            return await asyncio.gather(
                *(self._client.request(method, path, json=body) for method, path, body in requests)
            )

        return self._runner.run(send())


class Directory:
    """What a directory asks of a server. Answers are read and expected to be good unless told."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def get(self, path: str, **params: Any) -> Json:
        """What is at a path."""
        return self._answer(self.wire.request("GET", path, params=params), 200)

    def post(self, path: str, body: Json) -> Json:
        """Create something."""
        return self._answer(self.wire.request("POST", path, json=body), 201)

    def put(self, path: str, body: Json) -> Json:
        """Replace something."""
        return self._answer(self.wire.request("PUT", path, json=body), 200)

    def patch(self, path: str, *operations: Json) -> None:
        """Change something."""
        body = {"schemas": [PATCH], "Operations": list(operations)}
        self._answer(self.wire.request("PATCH", path, json=body), 204)

    def delete(self, path: str) -> None:
        """Remove something."""
        self._answer(self.wire.request("DELETE", path), 204)

    def refusal(self, method: str, path: str, body: Json | None = None, **arguments: Any) -> Json:
        """The SCIM error of a request that must be refused, its status a number."""
        response = self.wire.request(method, path, json=body, **arguments)
        assert response.headers["content-type"] == "application/scim+json"
        error: Json = response.json()
        assert error["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
        assert int(error["status"]) == response.status_code >= 400
        return error | {"status": response.status_code}

    def user(self, upn: str, **attributes: Any) -> str:
        """Push a user; its id."""
        return str(self.post("/Users", {"schemas": [USER], "userName": upn} | attributes)["id"])

    def group(self, name: str, *member_ids: str) -> str:
        """Push a group; its id."""
        members = [{"value": each} for each in member_ids]
        return str(self.post("/Groups", {"schemas": [GROUP], "displayName": name, "members": members})["id"])

    def _answer(self, response: httpx.Response, status: int) -> Json:
        assert response.status_code == status, response.text
        return response.json() if response.content else {}


@contextmanager
def directory(app: FastAPI, key: str) -> Iterator[Directory]:
    """A directory with an API key."""
    with asyncio.Runner() as runner:
        yield Directory(InProcess(app, {"Authorization": f"Bearer {key}"}, runner))
