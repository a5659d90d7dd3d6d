"""``huntline migrate-storage``: from the file in the data folder to PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huntline.cli.backup import shown
from huntline.cli.options import DataOption
from huntline.cli.printing import say
from huntline.data_folder import DATABASE, FILE_NAME, DatabaseUrl, data_folder, said_database
from huntline.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOLD = {
    "organizations": "organizations",
    "users": "users",
    "calls": "calls",
    "audit": "changes in the audit",
}


def migrate_storage(
    to: Annotated[
        str | None,
        typer.Option(
            help="The PostgreSQL database, which has to be empty; by default that of the server's settings."
            " Others on this machine can read a password here: leave it out, and have ~/.pgpass say it.",
            metavar="postgresql://USER@HOST/NAME",
            show_default=False,
        ),
    ] = None,
    data: DataOption = None,
) -> None:
    """Copy settings, history, accounts and audit from the data folder's file into PostgreSQL.

    All or nothing. The server must not run meanwhile; the file stays as it is.
    """
    # Imported here: the database's library is half a second that no other verb should wait.
    from huntline.processes.supervisor import data_folder_taken
    from huntline.storage.copying import copy_database
    from huntline.storage.database import opened_database
    from huntline.storage.restore import refuse_living

    folder = data_folder(data)
    target = _target(to, folder)
    if not (folder / DATABASE).is_file():
        raise ConfigurationError(
            f"--data: {folder} has no {DATABASE} in it, so that there is nothing to copy"
        )
    with data_folder_taken(folder):
        refuse_living(folder)
        with (
            opened_database(folder) as source,
            opened_database(folder, target) as there,
            shown("migrate-storage") as progress,
        ):
            counts = copy_database(source, there, progress)
    say(f"Copied {sum(counts.values())} rows into {target}: {_told(counts)}.")
    if said_database(folder) == target:
        say("The settings of the server name that database: start it.")
    else:
        say(f'Put this into {folder / FILE_NAME}, with the password if one is needed: database = "{target}"')
        say("and start the server.")
    say(f"{folder / DATABASE} is not used then; remove it when you need it no more.")


def _target(to: str | None, folder: Path) -> DatabaseUrl:
    if to is None:
        target = said_database(folder)
        if target is None:
            raise ConfigurationError("--to: say where to, such as postgresql://huntline@127.0.0.1/huntline")
        return target
    try:
        return DatabaseUrl.parse(to)
    except ValueError as error:
        raise ConfigurationError(f"--to: the value (not shown) is wrong; it must be: {error}") from None


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts[table]} {name}" for table, name in _TOLD.items())
