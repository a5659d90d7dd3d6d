"""``huntline upgrade``: this code takes over from the code that runs, and no call is dropped."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import typer

from huntline.cli.options import DataOption
from huntline.control.client import ControlClient
from huntline.control.messages import ServerNotRunning
from huntline.data_folder import JOURNAL, SUPERVISOR_SOCKET, data_folder, said_database
from huntline.errors import HuntlineError
from huntline.storage.database import refuse_newer
from huntline.storage.journal import check

TIME_TO_LOAD = 90.0  # seconds for the new code to be loaded for a try
TIME_TO_TAKE_OVER = 180.0
_PAUSE = 0.1


class NotTakenOver(HuntlineError):
    """The new code does not get ready."""


def upgrade(data: DataOption = None) -> None:
    """Let the code of this command take over the running server: calls go on, and none is refused.

    To be run by the new release. What runs is left as it is where the new code cannot be loaded, or cannot
    read what the running one has written. Audio is replaced only where its code is another one: it is gone
    for less than a second then.
    """
    folder = data_folder(data)
    refuse_newer(folder, said_database(folder))
    check(folder / JOURNAL)
    with ControlClient(folder / SUPERVISOR_SOCKET, timeout=TIME_TO_LOAD) as client:
        before = client.request("status")
        client.request("upgrade", program=sys.executable)
    after = _settled(folder / SUPERVISOR_SOCKET, before["life"])
    for name, child in after["children"].items():
        typer.echo(f"{name}: {_what_became(before['children'].get(name), child)}")
    typer.echo(f"Huntline {after['version']} has taken over from {before['version']}.")


def _what_became(before: dict[str, Any] | None, child: dict[str, Any]) -> str:
    if before is not None and before["pid"] == child["pid"]:
        return f"process {child['pid']} goes on"
    return f"process {child['pid']} took over"


def _settled(socket: Path, earlier_life: str) -> dict[str, Any]:
    """What the new supervisor says once all is as it should be. Raises NotTakenOver."""
    deadline = time.monotonic() + TIME_TO_TAKE_OVER
    while time.monotonic() < deadline:
        time.sleep(_PAUSE)
        try:
            with ControlClient(socket) as client:
                status = client.request("status")
        except ServerNotRunning:
            continue  # it becomes the other program just now
        if status["life"] != earlier_life and status["is_settled"]:
            return status
    raise NotTakenOver(
        f"the new code has not taken over within {TIME_TO_TAKE_OVER:.0f} s; the server's log may say why"
    )
