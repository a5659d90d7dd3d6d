"""The API for commands: of a server that runs, over its socket file or HTTP, or in process on a data folder
without one. One set of checks.

What a command needs that asks a running server is imported here, the rest where it is used: people wait
for it.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlencode

from huntline.errors import ConfigurationError, Refused
from huntline.web.paths import API_PATH, OWNER_HEADER

if TYPE_CHECKING:
    import httpx

    from huntline.config import Config

_TIME_LIMIT = 60.0  # seconds
_PAGE = 1_000
_FIRST_ERROR = 400

Json = dict[str, Any]


class ApiRefused(Refused):
    """The API refused: ``problem`` is its problem+json, ``error_id`` and ``status`` are those in it."""

    def __init__(self, problem: Json) -> None:
        super().__init__(str(problem.get("detail") or problem.get("title") or "refused"))
        self.problem = problem
        self.error_id = str(problem.get("error", "refused"))
        self.status = int(problem.get("status", 500))


class Answer(Protocol):
    """What the API answered: so much of ``httpx.Response``."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Headers:
        """The headers, in any letter case."""

    @property
    def content(self) -> bytes:
        """The body."""

    def json(self) -> Any:
        """The body, read as JSON. Raises ValueError."""


class Headers(Protocol):
    """Headers of an answer."""

    def __getitem__(self, name: str, /) -> str: ...

    def get(self, name: str, default: str, /) -> str:
        """A header, or the default where there is none."""


Send = Callable[..., Answer]
"""Sends a request: method, path, arguments of ``httpx``. Raises ConfigurationError when nobody answers."""


class Api:
    """Requests on the API, one after the other. All raise ApiRefused, with nothing changed."""

    def __init__(self, send: Send, organization: str | None) -> None:
        self._send = send
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

    def response(self, method: str, path: str, **arguments: Any) -> Answer:
        """The same, for callers who want the headers."""
        params = {
            key: value for key, value in (arguments.pop("params", None) or {}).items() if value is not None
        }
        if self._organization is not None:
            params["organization"] = self._organization
        answer = self._send(method, path, params=params or None, **arguments)
        if answer.status_code >= _FIRST_ERROR:
            raise ApiRefused(_problem_in(answer))
        return answer


def path_of(*parts: str) -> str:
    """A path with names in it: ``path_of("queues", "Help Desk")``."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def _problem_in(answer: Answer) -> Json:
    try:
        problem = answer.json()
    except ValueError:
        problem = None
    if isinstance(problem, dict):
        return problem
    return {"status": answer.status_code, "detail": f"the server answered {answer.status_code}"}


@dataclass(frozen=True, slots=True)
class _Answer:
    status_code: int
    headers: Headers
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


class _OwnersConnection(http.client.HTTPConnection):
    """HTTP over the socket file of a running server."""

    def __init__(self, path: Path) -> None:
        super().__init__("huntline", timeout=_TIME_LIMIT)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def is_answered(path: Path) -> bool:
    """Whether a server listens on its socket file."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(str(path)) == 0


def running_api(path: Path, name: str, door: str, organization: str | None = None) -> Api:
    """The API of the server whose socket file this is, for ``name``, who owns the data folder."""
    ours = {"Huntline-Door": door, OWNER_HEADER: quote(name)}

    def send(
        method: str,
        where: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **body: Any,
    ) -> Answer:
        content, content_headers = _encoded(**body)
        query = f"?{urlencode({key: _in_query(value) for key, value in params.items()})}" if params else ""
        connection = _OwnersConnection(path)  # one for each: a person at a prompt may think for an hour
        try:
            connection.request(
                method, API_PATH + where + query, content, {**ours, **content_headers, **(headers or {})}
            )
            response = connection.getresponse()
            return _Answer(response.status, response.headers, response.read())
        except (OSError, http.client.HTTPException) as error:
            raise _not_answered(error) from None
        finally:
            connection.close()

    return Api(send, organization)


def _encoded(
    json: Any = None, content: bytes | None = None, files: Any = None
) -> tuple[bytes | None, Mapping[str, str]]:
    """A body, with its headers, of what ``httpx`` calls these."""
    if files is not None:
        import httpx

        form = httpx.Request("POST", "http://huntline", files=files)
        return form.read(), {"Content-Type": form.headers["content-type"]}
    if json is not None:
        return _as_json(json), {"Content-Type": "application/json"}
    return content, {}


def _as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _in_query(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _not_answered(error: Exception) -> ConfigurationError:
    return ConfigurationError(f"the server cannot be asked: {str(error) or type(error).__name__}")


@contextmanager
def local_api(config: Config, name: str, door: str, organization: str | None = None) -> Iterator[Api]:
    """The API on a data folder, in this process, for ``name``, who may do everything.

    A server that runs on the folder works by each change when the request returns.
    """
    import logging

    import httpx

    from huntline.web.app import build_app
    from huntline.web.authentication import owner

    # What a server would log of a refusal or a fault, the command says itself.
    logging.getLogger().addHandler(logging.NullHandler())
    app = build_app(config, trusted=owner(name))
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
    import asyncio

    import httpx

    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(
            base_url=server + API_PATH, headers=headers, timeout=_TIME_LIMIT, transport=transport
        )

        def send(method: str, path: str, **arguments: Any) -> Answer:
            try:
                return runner.run(client.request(method, path, **arguments))
            except httpx.HTTPError as error:
                raise _not_answered(error) from None

        try:
            yield Api(send, organization)
        finally:
            runner.run(client.aclose())
