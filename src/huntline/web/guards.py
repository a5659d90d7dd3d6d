"""What stands before every answer, whatever route it comes from: headers for browsers, limits, faults."""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi.exceptions import HTTPException
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from huntline.errors import Refused
from huntline.logs import RationedWarning
from huntline.network.peers import source_of
from huntline.web.paths import loggable
from huntline.web.problems import RefusedUnread, fault_response, problem_response

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

_log = logging.getLogger(__name__)


class SecurityHeaders:
    """Tells browsers to take answers for what they say they are, frame them nowhere and keep none.

    A header that a route sets itself stays.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, as ASGI has it."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, guarded if scope["type"] == "http" else send)


class RequestLimit:
    """Refuses requests of one address while ``most`` of it are under way, streams included.

    The address is the browser's where a proxy tells it.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._under_way: Counter[str] = Counter()
        self._refused = RationedWarning(_log, "HTTP requests are refused: too many of one address")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, as ASGI has it."""
        client = scope.get("client")
        if scope["type"] != "http" or client is None:
            await self._app(scope, receive, send)
            return
        source = source_of(client[0])
        if self._under_way[source] >= self._most:
            self._refused.tell(source=source)
            detail = "too many requests of your address are under way; try again in a moment"
            response = problem_response(429, "too-many-requests", detail, headers={"Retry-After": "2"})
            await response(scope, receive, send)
            return
        self._under_way[source] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way[source] -= 1
            if not self._under_way[source]:
                del self._under_way[source]


class Faults:
    """Answers what nobody expected with a problem, whose id stands in the log beside what happened."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, as ASGI has it."""
        is_begun = False

        async def noted(message: Message) -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception:
            error_id = secrets.token_hex(4)
            fields = {"error_id": error_id, "method": scope.get("method"), "path": loggable(scope["path"])}
            _log.exception("a request failed", extra=fields)
            if is_begun:
                raise  # the rest of the answer is missing: whoever reads it must not take it for whole
            await fault_response(error_id)(scope, receive, send)


@dataclass(frozen=True, slots=True)
class BodyRules:
    """What a body may be. ``longest`` is in bytes, by path. ``sender_of`` raises Refused for a request that
    nobody known sends, and is None where everybody is known; it is not asked for paths in ``for_strangers``,
    whose bodies are ``longest_of_strangers`` at most. ``in_all`` is what all bodies under way may hold."""

    longest: Callable[[str], int]
    sender_of: Callable[[Request], object] | None
    for_strangers: frozenset[str]
    longest_of_strangers: int
    in_all: int


class BodyLimit:
    """Refuses bodies that are too long, all together too long, or sent by nobody known: before they are read.

    What is not refused is passed on as it comes, so that an upload is never whole in memory here. Who sends
    it is asked when a route wants to read: so what is not there is not there for strangers, too.
    """

    def __init__(self, app: ASGIApp, rules: BodyRules) -> None:
        self._app = app
        self._rules = rules
        self._held = 0
        self._full = RationedWarning(_log, "request bodies are refused: too many are under way")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, as ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        longest, headers = self._longest(scope["path"]), Headers(scope=scope)
        said = headers.get("content-length", "")
        if said.isdecimal() and int(said) > longest:
            await _too_large(longest)(scope, receive, send)
            return
        is_unknown = said not in ("", "0") or "transfer-encoding" in headers
        body = _Body(scope, receive, longest, is_unknown)
        try:
            await self._app(scope, lambda: self._part(body), send)
        finally:
            self._held -= body.length

    def _longest(self, path: str) -> int:
        rules = self._rules
        return rules.longest_of_strangers if path in rules.for_strangers else rules.longest(path)

    async def _check_sender(self, scope: Scope) -> None:
        if self._rules.sender_of is None or scope["path"] in self._rules.for_strangers:
            return
        try:
            await run_in_threadpool(self._rules.sender_of, Request(scope))
        except Refused as refusal:
            raise RefusedUnread(refusal) from None

    async def _part(self, body: _Body) -> Message:
        """The next part of a body. Raises RefusedUnread, and HTTPException when it is one too many."""
        if body.is_of_unknown:
            await self._check_sender(body.scope)
            body.is_of_unknown = False
        message = await body.receive()
        length = len(message.get("body", b""))
        body.length += length
        self._held += length
        if body.length > body.longest:
            raise HTTPException(413, _too_large_detail(body.longest))
        if self._held > self._rules.in_all:
            self._full.tell(bytes=self._held)
            detail = "the server is sent as much as it can take at a time; try again in a moment"
            raise HTTPException(503, detail, headers={"Retry-After": "2"})
        return message


@dataclass(slots=True)
class _Body:
    """A body under way: ``length`` is how much of it has come."""

    scope: Scope
    receive: Receive
    longest: int
    is_of_unknown: bool
    length: int = field(default=0, init=False)


def _too_large(limit: int) -> ASGIApp:
    return problem_response(413, "too-large", _too_large_detail(limit))


def _too_large_detail(limit: int) -> str:
    return f"the body is too large: {limit} bytes are allowed here"
