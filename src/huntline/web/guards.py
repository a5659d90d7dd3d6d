"""What stands before every answer, whatever route it comes from: headers for browsers, a limit for bodies."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from huntline.web.problems import problem_response

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


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


class BodyLimit:
    """Refuses bodies of more bytes than ``limit_of`` allows for the path, before any of the app sees them."""

    def __init__(self, app: ASGIApp, limit_of: Callable[[str], int]) -> None:
        self._app = app
        self._limit_of = limit_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, as ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit_of(scope["path"])
        said = Headers(scope=scope).get("content-length", "")
        if said.isdecimal() and int(said) > limit:
            messages = None
        else:
            messages = await _body(receive, limit)
        if messages is None:
            detail = f"the body is too large: {limit} bytes are allowed here"
            await problem_response(413, "too-large", detail)(scope, receive, send)
            return
        waiting = iter(messages)

        async def replayed() -> Message:
            return next(waiting, None) or await receive()

        await self._app(scope, replayed, send)


async def _body(receive: Receive, limit: int) -> list[Message] | None:
    """All messages of a body; None when it is longer than the limit, the rest of it unread."""
    messages, length = [], 0
    while True:
        message = await receive()
        messages.append(message)
        length += len(message.get("body", b""))
        if length > limit:
            return None
        if not message.get("more_body", False):
            return messages
