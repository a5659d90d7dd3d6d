"""Every route of the API, something of every kind to ask them for, and a way to ask that ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, unquote, urlencode

from fastapi import FastAPI
from sqlalchemy import insert

from huntline.cli.api_client import Api
from huntline.config import Config
from huntline.directory.access import Role
from huntline.directory.mailboxes import BoxKind, BoxOwner
from huntline.engine.reasons import OnlyText
from huntline.media import wav as recorded
from huntline.storage import schema
from huntline.storage.ids import new_id
from huntline.voicemail.boxes import Caller
from huntline.web.access import RouteAccess, route_access
from huntline.web.app import API_PATH, build_app
from tests.web.rig import E5_USER, ServerRig
from tests.web.sounds import wav

STREAMS = "text/event-stream"


def _routes() -> list[RouteAccess]:
    with TemporaryDirectory() as folder:
        app = build_app(Config(data=Path(folder)))
        app.state.backstage.close()
        return list(route_access(app))


ROUTES = _routes()


def route_id(route: RouteAccess) -> str:
    """A route as tests are named by it."""
    return f"{route.method} {route.path}"


@dataclass(frozen=True)
class Answer:
    """What came back; of a stream, its beginning."""

    status: int
    body: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Things:
    """Something of each kind in one organization, by all that it may be called."""

    keys: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, *keys: str) -> None:
        """One more thing, or one more name of it."""
        self.keys.setdefault(kind, []).extend(keys)

    def of(self, route: RouteAccess, parameter: str) -> list[str]:
        """What a path's parameter may be."""
        return self.keys[kind_of(route, parameter)]


def parameters_of(route: RouteAccess) -> list[str]:
    """The parameters in a route's path."""
    return [part[1:-1] for part in route.path.split("/") if part.startswith("{")]


def kind_of(route: RouteAccess, parameter: str) -> str:
    """What a parameter names: ``{key}`` is one of what stands before it, all others say it themselves."""
    named = {
        "call_id": "calls",
        "key_id": "keys",
        "licence": "licences",
        "queue": "queues",
        "box": "mailboxes",
        "message_id": "messages",
        "country": "countries",
        "phone_id": "phones",
    }
    if parameter in named:
        return named[parameter]
    assert parameter == "key", f"say in tests/web/routes.py what {{{parameter}}} of {route.path} is"
    return route.path.partition("/{key}")[0].removeprefix(API_PATH + "/")


def path_with(route: RouteAccess, keys: Iterable[str]) -> str:
    """A route's path with something in the place of each parameter."""
    path = route.path
    for parameter, key in zip(parameters_of(route), keys, strict=True):
        path = path.replace(f"{{{parameter}}}", quote(key, safe=""), 1)
    return path


def furnish(rig: ServerRig, organization_id: str, mark: str, domain: str, number: str) -> Things:
    """Put one of everything into an organization; ``mark`` is in every name."""
    api = rig.api(Role.ADMIN, organization_id)
    things = Things()
    things.add("licences", "E5")
    things.add("countries", "FR")
    things.add("domains", domain)
    api.post("/numbers", {"number": number, "kind": "service-toll"})
    things.add("numbers", number)
    _furnish_people(api, things, mark, domain)
    _furnish_sounds(api, things, mark)
    queue = api.post("/queues", {"name": f"{mark} queue", "line_uri": f"tel:{number}"})
    things.add("queues", queue["name"], queue["id"], queue["primary_uri"])
    things.add("mailboxes", queue["name"], queue["id"])
    for box in (queue["name"], things.keys["users"][1]):
        api.request("PUT", f"/mailboxes/{box}/greeting", files={"file": ("greeting.wav", wav())})
    things.add("messages", _added_message(rig, organization_id, things.keys["users"][0], mark))
    attendant = api.post("/attendants", {"name": f"{mark} attendant", "operator": queue["name"]})
    things.add("attendants", attendant["name"], attendant["id"], attendant["primary_uri"])
    things.add("accounts", *_added_account(api, things, f"{mark} account"))
    things.add(
        "calls", _added_call(rig, organization_id, queue["id"], f"{mark}-call", things.keys["users"][0])
    )
    return things


def _furnish_people(api: Api, things: Things, mark: str, domain: str) -> None:
    user = api.post("/users", {"upn": f"{mark}-user@{domain}", **E5_USER})
    things.add("users", user["id"], user["upn"], f"sip:{user['upn']}")
    api.post(f"/users/{user['id']}/account", {})
    made = api.post(f"/users/{user['id']}/phones", {"family": "other", "name": f"{mark} phone"})
    things.add("phones", made["phone"]["id"])
    group = api.post("/groups", {"name": f"{mark} group", "kind": "security-group", "members": [user["upn"]]})
    things.add("groups", group["name"], group["id"])
    policy = api.post("/caller-id-policies", {"name": f"{mark} policy"})
    things.add("caller-id-policies", policy["name"])
    trunk = api.post("/trunks", {"name": f"{mark} trunk", "addresses": ["192.0.2.7"]})
    things.add("trunks", trunk["name"])


def _furnish_sounds(api: Api, things: Things, mark: str) -> None:
    content = wav(hertz=300.0 + len(mark))
    made = api.request("POST", "/audio", files={"file": (f"{mark}.wav", content)})
    things.add("audio", made["name"], made["sha256"])


def _added_account(api: Api, things: Things, name: str) -> tuple[str, str]:
    made = api.post("/accounts", {"name": name, "role": "auditor"})
    key = api.post(f"/accounts/{made['id']}/keys", {})
    things.add("keys", key["id"])
    return made["name"], made["id"]


def _added_message(rig: ServerRig, organization_id: str, user_id: str, mark: str) -> str:
    owner = BoxOwner(user_id, organization_id, BoxKind.PERSON, mark, (user_id,), "sip:somebody@invalid")
    message_id, path = rig.backstage.voicemail.begin(owner, Caller(f"{mark}-call", "+12065550188", mark))
    path.write_bytes(recorded.head("PCMU", 0) + b"\x10" * 24_000)
    rig.backstage.voicemail.finish(message_id)
    return str(message_id)


def _added_call(rig: ServerRig, organization_id: str, queue_id: str, call_id: str, user_id: str) -> str:
    at = datetime.now(UTC)
    row = {
        "organization_id": organization_id,
        "month": at.year * 100 + at.month,
        "call_id": call_id,
        "queue_id": queue_id,
        "first_queue_id": queue_id,
        "caller": "+12065550188",
        "arrived_at": at,
        "waiting_since": at,
        "answered_at": at,
        "ended_at": at,
        "agent_id": user_id,
        "outcome": "answered",
        "reason": OnlyText(f"of {call_id}"),
    }
    decision = {
        "organization_id": organization_id,
        "month": row["month"],
        "decision_id": new_id(),
        "call_id": call_id,
        "queue_id": queue_id,
        "agent_id": user_id,
        "at": at,
        "decision": "rung",
        "reason": OnlyText(f"for {call_id}"),
    }
    with rig.backstage.database.begin() as connection:
        connection.execute(insert(schema.calls), row)
        connection.execute(insert(schema.decisions), decision)
    return call_id


class Asker:
    """Sends requests to an application as they come over the wire; of a stream only the beginning is read."""

    def __init__(self, app: FastAPI, runner: asyncio.Runner) -> None:
        self._app = app
        self._runner = runner

    def ask(
        self, method: str, path: str, key: str | None, body: Any = None, params: dict[str, str] | None = None
    ) -> Answer:
        """One request by the owner of a key."""
        return self._runner.run(self._ask(method, path, key, body, params or {}))

    async def _ask(
        self, method: str, path: str, key: str | None, body: Any, params: dict[str, str]
    ) -> Answer:
        sent = asyncio.Queue[MutableMapping[str, Any]]()
        content = b"" if body is None else json.dumps(body).encode()
        parts = iter([{"type": "http.request", "body": content, "more_body": False}])
        gone = asyncio.Event()

        async def receive() -> dict[str, Any]:
            if part := next(parts, None):
                return part
            await gone.wait()
            return {"type": "http.disconnect"}

        serving = asyncio.ensure_future(self._app(_scope(method, path, key, params), receive, sent.put))
        serving.add_done_callback(lambda done: sent.put_nowait({"type": "end"}))
        try:
            return await self._answer(sent)
        finally:
            gone.set()
            await serving

    @staticmethod
    async def _answer(sent: asyncio.Queue[MutableMapping[str, Any]]) -> Answer:
        start = await sent.get()
        assert start["type"] == "http.response.start", "the application failed; the error follows"
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        body = b""
        while (part := await sent.get())["type"] == "http.response.body":
            body += part.get("body", b"")
            if not part.get("more_body") or headers.get("content-type", "").startswith(STREAMS):
                break
        return Answer(start["status"], body.decode(errors="replace"), headers)


def _scope(method: str, path: str, key: str | None, params: dict[str, str]) -> dict[str, Any]:
    headers = [(b"host", b"huntline.test"), (b"content-type", b"application/json")]
    if key is not None:
        headers.append((b"authorization", f"Bearer {key}".encode()))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": urlencode(params).encode(),
        "headers": headers,
        "client": ("192.0.2.1", 40_000),
        "server": ("huntline.test", 80),
        "root_path": "",
    }
