"""Asking a running server over its control socket, for commands: what waits for answers
needs no event loop, and people do not wait for its import."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from huntline.control.messages import LONGEST_REPLY, ServerDoesNotAnswer, ServerNotRunning, line_of, result_of


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
