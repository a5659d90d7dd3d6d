"""The server's side of the control socket, which only the server's own user may open (see ``messages``)."""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from huntline.control.messages import line_of
from huntline.errors import ConfigurationError, Refused

Handler = Callable[[dict[str, Any]], Awaitable[dict[str, Any]] | dict[str, Any]]

LONGEST_REQUEST = 64 * 1024  # bytes
LARGEST_BACKLOG = 8 * 1024 * 1024  # bytes that a slow watcher may leave unread before it is dropped
MOST_CONNECTIONS = 100
TIME_FOR_A_REQUEST = 60.0  # seconds that a connection may take for it, unless it watches

_log = logging.getLogger(__name__)


class ControlServer:
    """Answers requests on a socket file. ``handlers`` maps each request's word to who does it.

    A handler may raise Refused; ``before_answering`` is called when one has done its work. The handler of
    ``watch`` returns the snapshot; a watcher that does not keep up with what is published is disconnected.
    """

    def __init__(
        self,
        path: Path,
        handlers: Mapping[str, Handler],
        before_answering: Callable[[], None] = lambda: None,
    ) -> None:
        self._path = path
        self._handlers = handlers
        self._before_answering = before_answering
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self._watchers: set[asyncio.StreamWriter] = set()

    @property
    def watcher_count(self) -> int:
        """How many connections follow what is published."""
        return len(self._watchers)

    def is_watched(self) -> bool:
        """Whether anybody does."""
        return bool(self._watchers)

    async def start(self) -> None:
        """Open the socket file. Raises ConfigurationError when another server answers on it."""
        listening = bind_private(self._path)
        self._server = await asyncio.start_unix_server(self._serve, sock=listening, limit=LONGEST_REQUEST)

    async def close(self) -> None:
        """Disconnect everybody and remove the socket file."""
        if self._server is None:
            return
        self._server.close()
        for writer in tuple(self._connections):
            writer.transport.abort()
        self._path.unlink(missing_ok=True)
        self._server = None

    def publish(self, event: dict[str, Any]) -> None:
        """Tell all watchers, at once and without waiting for any."""
        if not self._watchers:
            return
        line = line_of({"event": event})
        for writer in tuple(self._watchers):
            if writer.transport.get_write_buffer_size() > LARGEST_BACKLOG:
                _log.warning("a watcher does not keep up and is disconnected")
                self._watchers.discard(writer)
                writer.transport.abort()
            else:
                _write(writer, line)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            if len(self._connections) > MOST_CONNECTIONS:
                _log.warning("a control connection is refused: there are too many")
                writer.write(line_of(_failure(None, "too-many-connections", "too many connections", 503)))
            else:
                await self._answer_requests(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._connections.discard(writer)
            self._watchers.discard(writer)
            writer.close()

    async def _answer_requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                async with asyncio.timeout(None if writer in self._watchers else TIME_FOR_A_REQUEST):
                    line = await reader.readline()
            except TimeoutError:
                return
            except ValueError:
                # The reader has lost the line's beginning, so nothing behind it can be told apart.
                writer.write(line_of(_failure(None, "request-too-long", "the request is too long", 400)))
                return
            if not line.endswith(b"\n"):
                return
            request = _parse(line)
            reply = await self._answer(request)
            _write(writer, line_of(reply))
            if reply["ok"] and request.get("do") == "watch":
                self._watchers.add(writer)
            await writer.drain()

    async def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        request_id = request.get("id")
        verb = request.get("do")
        handler = self._handlers.get(verb) if isinstance(verb, str) else None
        if handler is None:
            known = ", ".join(sorted(self._handlers))
            return _failure(request_id, "unknown-request", f'"do" must be one of: {known}', 400)
        try:
            result = handler(request)
            if inspect.isawaitable(result):
                result = await result
            self._before_answering()
        except Refused as refusal:
            return _failure(request_id, refusal.error_id, str(refusal), refusal.status)
        except Exception:
            _log.exception("a control request failed", extra={"request": verb})
            return _failure(request_id, "internal-error", "the server failed; its log says more", 500)
        return {"id": request_id, "ok": True, "result": result}


def bind_private(path: Path) -> socket.socket:
    """A socket file that only this user may open. Raises ConfigurationError, also when one answers there."""
    if path.is_socket():
        if _is_answered(path):
            raise ConfigurationError(f"{path}: another server answers here; stop it, or use another --data")
        path.unlink()
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old_mask = os.umask(0o177)  # from its first moment the socket is ours alone
    try:
        listening.bind(str(path))
    except OSError as error:
        listening.close()
        raise ConfigurationError(f"{path}: this socket cannot be made: {error}") from None
    finally:
        os.umask(old_mask)
    return listening


def _is_answered(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(str(path)) == 0


def _write(writer: asyncio.StreamWriter, line: bytes) -> None:
    """Write to a client who may be gone since this turn of the loop, which uvloop would raise for."""
    if not writer.is_closing():
        writer.write(line)


def _parse(line: bytes) -> dict[str, Any]:
    """The request; what is none comes back as one that no handler knows."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return request if isinstance(request, dict) else {}


def _failure(request_id: object, error_id: str, message: str, status: int) -> dict[str, Any]:
    return {"id": request_id, "ok": False, "error": {"id": error_id, "status": status, "message": message}}
