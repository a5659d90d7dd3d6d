"""The API for commands: over HTTP, or in process for someone who owns the data folder. One set of checks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx

from huntline.config import Config
from huntline.directory.access import Role
from huntline.errors import ConfigurationError, Refused
from huntline.web.paths import API_PATH

_TIME_LIMIT = 60.0  # seconds
_PAGE = 1_000

Json = dict[str, Any]


class ApiRefused(Refused):
    """The API refused: ``problem`` is its problem+json, ``error_id`` and ``status`` are those in it."""

    def __init__(self, problem: Json) -> None:
        super().__init__(str(problem.get("detail") or problem.get("title") or "refused"))
        self.problem = problem
        self.error_id = str(problem.get("error", "refused"))
        self.status = int(problem.get("status", 500))


class Api:
    """Requests on the API, one after the other. All raise ApiRefused, with nothing changed."""

    def __init__(self, client: httpx.AsyncClient, runner: asyncio.Runner, organization: str | None) -> None:
        self._client = client
        self._runner = runner
        self._organization = organization

    def get(self, path: str, **params: Any) -> Any:
        """What is at a path such as ``/queues``."""
        return self.request("GET", path, params=params)

    def items(self, path: str, **params: Any) -> Iterator[Json]:
        """Everything on all pages of a list."""
        offset = 0
        while True:
            page = self.get(path, limit=_PAGE, offset=offset, **params)
            yield from page["items"]
            offset += _PAGE
            if offset >= page["total"]:
                return

    def post(self, path: str, body: Any = None, **params: Any) -> Any:
        """Create, or do, something."""
        return self.request("POST", path, json=body, params=params)

    def put(self, path: str, body: Any, **params: Any) -> Any:
        """Replace something."""
        return self.request("PUT", path, json=body, params=params)

    def patch(self, path: str, body: Any, **params: Any) -> Any:
        """Change some settings of something."""
        return self.request("PATCH", path, json=body, params=params)

    def delete(self, path: str, **params: Any) -> Any:
        """Remove something."""
        return self.request("DELETE", path, params=params)

    def request(self, method: str, path: str, **arguments: Any) -> Any:
        """Any request, with the arguments of ``httpx``; a JSON answer is read, any other is bytes."""
        response = self.response(method, path, **arguments)
        is_json = response.headers.get("content-type", "").startswith("application/json")
        return response.json() if is_json else response.content

    def response(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """The same, for callers who want the headers."""
        params = {
            key: value for key, value in (arguments.pop("params", None) or {}).items() if value is not None
        }
        if self._organization is not None:
            params["organization"] = self._organization
        try:
            response = self._runner.run(
                self._client.request(method, path, params=params or None, **arguments)
            )
        except httpx.HTTPError as error:
            raise ConfigurationError(f"the server cannot be asked: {error or type(error).__name__}") from None
        if response.is_error:
            raise ApiRefused(_problem_in(response))
        return response


def path_of(*parts: str) -> str:
    """A path with names in it: ``path_of("queues", "Help Desk")``."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def _problem_in(response: httpx.Response) -> Json:
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if isinstance(problem, dict):
        return problem
    return {"status": response.status_code, "detail": f"the server answered {response.status_code}"}


@contextmanager
def local_api(config: Config, name: str, door: str, organization: str | None = None) -> Iterator[Api]:
    """The API on a data folder, in this process, for ``name``, who may do everything.

    A server that runs on the folder works by each change when the request returns.
    """
    # Imported here: who asks a server elsewhere should not wait a second for what would answer here.
    from huntline.web.app import build_app
    from huntline.web.principal import Principal

    app = build_app(config, trusted=Principal(name=name, role=Role.HOST))
    try:
        transport = httpx.ASGITransport(app=app)
        headers = {"Huntline-Door": door}
        with api_over(organization=organization, transport=transport, headers=headers) as api:
            yield api
    finally:
        app.state.backstage.close()


@contextmanager
def remote_api(server: str, key: str, door: str, organization: str | None = None) -> Iterator[Api]:
    """The API of a server such as ``http://127.0.0.1:8080``, by an API key."""
    headers = {"Huntline-Door": door, "Authorization": f"Bearer {key}"}
    with api_over(server.rstrip("/"), organization=organization, headers=headers) as api:
        yield api


@contextmanager
def api_over(
    server: str = "http://huntline",
    *,
    organization: str | None = None,
    headers: dict[str, str],
    transport: httpx.AsyncBaseTransport | None = None,
) -> Iterator[Api]:
    """The API by any transport, every request with ``headers``."""
    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(
            base_url=server + API_PATH, headers=headers, timeout=_TIME_LIMIT, transport=transport
        )
        try:
            yield Api(client, runner, organization)
        finally:
            runner.run(client.aclose())
