"""``huntline drain``: take no new calls, wait until those that are up have ended, and end the server."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from huntline.cli.options import DataOption
from huntline.control.client import ControlClient
from huntline.control.messages import ServerNotRunning
from huntline.data_folder import CONTROL_SOCKET, SUPERVISOR_SOCKET, data_folder
from huntline.errors import HuntlineError
from huntline.processes.run_file import SUPERVISOR_GONE, is_supervised

TIME_TO_END = 30.0
_ASKED_EVERY = 0.5  # seconds


class NotDrained(HuntlineError):
    """The server cannot be ended."""


def drain(
    limit: Annotated[
        float | None,
        typer.Option("--limit", min=0, metavar="SECONDS", help="End the calls that are left then."),
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take new calls again.")] = False,
    data: DataOption = None,
) -> None:
    """Refuse new calls, wait until all calls that are up have ended, and end the server.

    New calls get 503 with Retry-After, so that whoever has another server tries that. Until the end the
    server can be told to go on: huntline drain --undo.
    """
    folder = data_folder(data)
    if undo:
        left = _ask(folder, on=False)["calls_left"]
        typer.echo(f"New calls are taken again; {_calls(left)} up.")
        return
    if not is_supervised(folder):
        raise NotDrained(f"the supervisor {SUPERVISOR_GONE}, and then drain it")
    try:
        left = _wait(folder, limit)
    except KeyboardInterrupt:
        typer.echo("New calls are still refused; huntline drain --undo takes them again.", err=True)
        raise
    if left:
        typer.echo(f"The time is over: {_calls(left)} ended by the server.")
    _end(folder / SUPERVISOR_SOCKET)
    typer.echo("The server has ended.")


def _wait(folder: Path, limit: float | None) -> int:
    """Refuse new calls and say how many are left, until there are none or the time is over.

    Raises NotDrained when somebody else wants new calls to be taken again.
    """
    deadline = None if limit is None else time.monotonic() + limit
    state = _ask(folder, on=True)
    said: int | None = None
    while True:
        left: int = state["calls_left"]
        if left != said:
            typer.echo(f"New calls are refused; {_calls(left)} left.")
            said = left
        if not left or (deadline is not None and time.monotonic() >= deadline):
            return left
        time.sleep(_ASKED_EVERY)
        state = _ask(folder)
        if not state["is_draining"]:
            raise NotDrained("new calls are taken again (huntline drain --undo): the server goes on")


def _ask(folder: Path, **fields: bool) -> dict[str, Any]:
    """Ask the signalling process; where that is being started again, once it is there."""
    deadline = time.monotonic() + TIME_TO_END
    while True:
        try:
            with ControlClient(folder / CONTROL_SOCKET) as client:
                return client.request("drain", **fields)
        except ServerNotRunning:
            if not (folder / SUPERVISOR_SOCKET).exists() or time.monotonic() >= deadline:
                raise
            time.sleep(_ASKED_EVERY)


def _end(supervisor: Path) -> None:
    deadline = time.monotonic() + TIME_TO_END
    with contextlib.suppress(ServerNotRunning):
        with ControlClient(supervisor) as client:
            client.request("stop")
        while time.monotonic() < deadline:
            time.sleep(_ASKED_EVERY)
            with ControlClient(supervisor):
                continue
        raise NotDrained(f"the server does not end within {TIME_TO_END:.0f} s; its log may say why")


def _calls(left: int) -> str:
    return "1 call is" if left == 1 else f"{left} calls are"
