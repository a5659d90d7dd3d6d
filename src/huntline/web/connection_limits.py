"""HTTP connections: how many there may be, and for how long a peer may keep one and do nothing with it.

Whoever keeps the server waiting, for a request, for the rest of its body or for room to write an answer, is
cut off when their time is up, or earlier when somebody else needs the place: the peer that has most
connections waiting then loses the one that has waited longest. So a flood of half requests throws out its
own, and a peer that sends a whole request is served.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import h11
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from huntline.logs import RationedWarning
from huntline.network.peers import is_this_machine, source_of
from huntline.web.only_http import OnlyHttp
from huntline.web.problems import MEDIA_TYPE, problem_content, problem_response

HEALTH_PATH = "/healthz"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What peers may take of the web process. Times in seconds.

    ``reserve`` connections more than ``connections`` are taken, where nothing but the health check is
    answered. ``request`` is how long a peer may take for the head of one, an idle connection included,
    ``body_part`` and ``body`` for the next part of a body and all of it, ``reading`` for the next part of an
    answer.
    """

    connections: int = 2_000
    connections_per_address: int = 1_000
    reserve: int = 16
    request: float = 10.0
    body_part: float = 20.0
    body: float = 120.0
    reading: float = 30.0
    checked_every: float = 1.0


class HttpConnections:
    """All HTTP connections of this process. To be made where the event loop runs."""

    def __init__(self, limits: HttpLimits) -> None:
        self.limits = limits
        self.loop = asyncio.get_running_loop()
        self._waiting: dict[str, dict[HttpConnection, None]] = {}  # those who wait longest first
        self._at_work: set[HttpConnection] = set()
        self._by_source: Counter[str] = Counter()
        self._sweep: asyncio.TimerHandle | None = None
        self._cut = RationedWarning(_log, "HTTP connections are cut off: too many, or too slow")
        self._turned_away = RationedWarning(_log, "HTTP requests are turned away: all connections are in use")

    def __len__(self) -> int:
        return self._by_source.total()

    def opened(self, connection: HttpConnection) -> None:
        """One more, which waits for a request; somebody loses the place when there are too many."""
        source = connection.source
        self._by_source[source] += 1
        self.waits(connection)
        # A proxy on this machine brings everybody's: RequestLimit counts those by who asks.
        if not connection.is_local and self._by_source[source] > self.limits.connections_per_address:
            self._cut_longest(source)
        elif len(self) > self.limits.connections + self.limits.reserve:
            self._cut_longest(max(self._waiting, key=lambda each: len(self._waiting[each])))
        if self._sweep is None:
            self._schedule_sweep()

    def closed(self, connection: HttpConnection) -> None:
        """One less."""
        self._forget(connection)
        self._by_source[connection.source] -= 1
        if not self._by_source[connection.source]:
            del self._by_source[connection.source]

    def waits(self, connection: HttpConnection) -> None:
        """The peer has to do something now."""
        self._forget(connection)
        self._waiting.setdefault(connection.source, {})[connection] = None

    def works(self, connection: HttpConnection) -> None:
        """The server has to do something now."""
        self._forget(connection)
        self._at_work.add(connection)

    def serves(self, path: str) -> bool:
        """Whether a request that came in is answered: all but the health check are not from the reserve."""
        if len(self._at_work) <= self.limits.connections or path == HEALTH_PATH:
            return True
        self._turned_away.tell(connections=len(self))
        return False

    def close(self) -> None:
        """Look after them no longer."""
        if self._sweep is not None:
            self._sweep.cancel()

    def _forget(self, connection: HttpConnection) -> None:
        self._at_work.discard(connection)
        others = self._waiting.get(connection.source)
        if others is not None:
            others.pop(connection, None)
            if not others:
                del self._waiting[connection.source]

    def _cut_longest(self, source: str) -> None:
        waiting = self._waiting.get(source)
        if waiting:
            self._end(next(iter(waiting)))

    def _end(self, connection: HttpConnection) -> None:
        if not connection.is_idle:
            self._cut.tell(source=connection.source, connections=len(self))
        self._forget(connection)
        connection.transport.abort()

    def _schedule_sweep(self) -> None:
        self._sweep = self.loop.call_later(self.limits.checked_every, self._check_all)

    def _check_all(self) -> None:
        now = self.loop.time()
        waiting = [each for others in self._waiting.values() for each in others]
        for connection in waiting:
            if connection.is_late(now):
                self._end(connection)
        self._sweep = None
        if self._by_source:
            self._schedule_sweep()


class HttpConnection(OnlyHttp):
    """uvicorn's connection, which tells ``connections`` whose turn it is; what is no HTTP gets a problem."""

    def __init__(self, connections: HttpConnections, **uvicorns: Any) -> None:
        super().__init__(**uvicorns)
        self._connections = connections
        self._limits = connections.limits
        self._application: ASGIApp = self.app
        self.app = self._answer
        self._is_answering = False
        self._is_blocked = False
        self._deadline = 0.0
        self._unread = 0  # bytes of ours, when that was last looked at
        self.source = ""
        self.is_local = False
        self.is_idle = False
        """A request was answered, and nothing of a next one has come."""

    def is_late(self, now: float) -> bool:
        """Whether the peer's time is up; one who reads an answer slowly, but reads, gets more."""
        if now < self._deadline:
            return False
        unread = self.transport.get_write_buffer_size()
        if not unread or unread == self._unread:
            return True
        self._unread = unread
        self._wait(self._limits.reading)
        return False

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type] # of a socket, it is one to write to
        host = self.client[0] if self.client else ""
        self.source, self.is_local = source_of(host), is_this_machine(host)
        self._wait(self._limits.request)
        self._connections.opened(self)

    def data_received(self, data: bytes) -> None:
        self.is_idle = False
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.closed(self)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._is_blocked = True
        self._wait(self._limits.reading)
        self._connections.waits(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._is_blocked = False
        if self._is_answering:
            self._connections.works(self)

    # ASGI

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, for whose body this waits only so long."""
        until = self.loop.time() + self._limits.body
        is_whole = False

        async def next_part() -> Message:
            nonlocal is_whole
            if is_whole:
                return await receive()
            self._wait(min(self._limits.body_part, until - self.loop.time()))
            self._connections.waits(self)
            message = await receive()
            is_whole = not message.get("more_body", False)
            if not self._is_blocked and not self.transport.is_closing():
                self._connections.works(self)
            return message

        self._is_answering = True
        self._connections.works(self)
        application = self._application if self._connections.serves(scope["path"]) else _all_in_use
        try:
            await application(scope, next_part, send)
        finally:
            self._is_answering = False
            if not self.transport.is_closing():
                self.is_idle = True
                self._wait(self._limits.request)
                self._connections.waits(self)

    def send_400_response(self, msg: str) -> None:
        detail = "this is no HTTP request that can be understood"
        body = json.dumps(problem_content(400, "malformed-request", detail)).encode()
        headers = [
            ("Content-Type", MEDIA_TYPE),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
        ]
        for event in (
            h11.Response(status_code=400, headers=headers),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _wait(self, seconds: float) -> None:
        self._deadline = self.loop.time() + seconds


async def _all_in_use(scope: Scope, receive: Receive, send: Send) -> None:
    detail = "the server has as many connections as it may have; try again in a moment"
    response = problem_response(503, "too-many-connections", detail, headers={"Retry-After": "2"})
    await response(scope, receive, send)


def protocol_with(connections: HttpConnections) -> Callable[..., HttpConnection]:
    """What uvicorn makes each connection by."""

    def make(**uvicorns: Any) -> HttpConnection:
        return HttpConnection(connections, **uvicorns)

    return make
