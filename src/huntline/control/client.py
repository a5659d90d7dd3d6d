"""Asking a running server over its control socket (see ``control.py``), for commands: what waits for answers
needs no event loop, and people do not wait for its import."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from huntline.errors import HuntlineError, Refused

LONGEST_REPLY = 64 * 1024 * 1024  # bytes: a snapshot of a large site fits many times


class ServerNotRunning(HuntlineError):
    """Nobody answers on the control socket."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"no server is running on {path.parent}; start it with: huntline serve --data {path.parent}"
        )


class ServerDoesNotAnswer(HuntlineError):
    """The server took a request but no reply came in time."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"the server on {path.parent} does not answer; its log may say why")


class RequestRefused(Refused):
    """The server refused a request; ``error_id`` and ``status`` are those of the refusal."""

    def __init__(self, error_id: str, message: str, status: int) -> None:
        super().__init__(message)
        self.error_id = error_id
        self.status = status


class ControlClient:
    """Requests to a running server, each waited for (at most ``timeout`` seconds); for the command line.

    Raises ServerNotRunning, ServerDoesNotAnswer, and RequestRefused when the server says no.
    """

    def __init__(self, path: Path, timeout: float = 10.0) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout)
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise ServerNotRunning(path) from None
        self._lines = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lines.close()
        self._socket.close()

    def request(self, verb: str, **fields: Any) -> dict[str, Any]:
        """Ask for one thing and return the result."""
        try:
            self._socket.sendall(line_of({"id": 1, "do": verb, **fields}))
            return result_of(self._next())
        except TimeoutError:
            raise ServerDoesNotAnswer(self._path) from None
        except OSError:
            raise ServerNotRunning(self._path) from None

    def watch(self) -> Iterator[dict[str, Any]]:
        """The snapshot, then every change as it happens, until the server goes."""
        yield self.request("watch")
        self._socket.settimeout(None)
        with contextlib.suppress(ServerNotRunning):
            while True:
                yield self._next()["event"]

    def _next(self) -> dict[str, Any]:
        line = self._lines.readline(LONGEST_REPLY)
        if not line.endswith(b"\n"):
            raise ServerNotRunning(self._path)
        reply: dict[str, Any] = json.loads(line)
        return reply


def line_of(value: Mapping[str, Any]) -> bytes:
    """A message as it goes over the socket."""
    return json.dumps(value, separators=(",", ":"), default=str).encode() + b"\n"


def result_of(reply: dict[str, Any]) -> dict[str, Any]:
    """What was asked for. Raises RequestRefused."""
    if not reply["ok"]:
        error = reply["error"]
        raise RequestRefused(error["id"], error["message"], error["status"])
    result: dict[str, Any] = reply["result"]
    return result
