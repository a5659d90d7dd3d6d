"""``huntline apply``: load an organization."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huntline.cli.options import DataOption, config_of, local_user
from huntline.control import ControlClient, ServerNotRunning


def apply(
    file: Annotated[Path, typer.Argument(help="The organization, as YAML.", metavar="FILE")],
    data: DataOption = None,
) -> None:
    """Load an organization file, all or nothing, and say what changed.

    A running server takes the change at once.
    """
    # Imported here: what it needs to check and decode is half a second that no other verb should wait.
    from huntline.apply import apply_file

    config = config_of(data)
    changes = apply_file(file, config.data, local_user())
    for change in changes:
        typer.echo(str(change))
    if not changes:
        typer.echo("Nothing changed.")
    elif _tell_the_server(config.control_socket):
        typer.echo("The running server has taken the change.")


def _tell_the_server(control_socket: Path) -> bool:
    """Whether a server runs, which then has acknowledged the change."""
    try:
        with ControlClient(control_socket) as client:
            client.request("settings-changed")
    except ServerNotRunning:
        return False
    return True
