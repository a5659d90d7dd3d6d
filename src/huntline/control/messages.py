"""What is said over the control socket, a line of JSON each.

A request ``{"id": 1, "do": "pause", "upn": "..."}`` gets ``{"id": 1, "ok": true, "result": {...}}`` or
``{"id": 1, "ok": false, "error": {"id": "...", "status": 404, "message": "..."}}``. After ``watch`` has been
answered with a snapshot, each change follows as ``{"event": {...}}``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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


class ControlRefused(Refused):
    """The server refused a request; ``error_id`` and ``status`` are those of the refusal."""

    def __init__(self, error_id: str, message: str, status: int) -> None:
        super().__init__(message)
        self.error_id = error_id
        self.status = status


def line_of(value: Mapping[str, Any]) -> bytes:
    """A message as it goes over the socket."""
    return json.dumps(value, separators=(",", ":"), default=str).encode() + b"\n"


def result_of(reply: dict[str, Any]) -> dict[str, Any]:
    """What was asked for. Raises RequestRefused."""
    if not reply["ok"]:
        error = reply["error"]
        raise ControlRefused(error["id"], error["message"], error["status"])
    result: dict[str, Any] = reply["result"]
    return result
