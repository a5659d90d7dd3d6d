"""``huntline retention``: let go of what is old, now."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from huntline.cli.door import DryRunOption
from huntline.cli.options import DataOption, config_of, local_user
from huntline.cli.printing import say
from huntline.data_folder import made_data_folder, said_database, said_shard

_PAUSE = 0.05  # s between two batches: a server may be at work on the same database


def retention(
    history_days: Annotated[
        int | None, typer.Option(help="Keep history for so many days, for this once.", min=0, max=36_500)
    ] = None,
    dry_run: DryRunOption = False,
    data: DataOption = None,
) -> None:
    """Remove history and unused sounds that are older than the settings of the server say.

    A running server does so by itself, once a day.
    """
    # Imported here: the database's library is half a second that no other verb should wait.
    from huntline.storage.audit import Actor
    from huntline.storage.blobs import Blobs
    from huntline.storage.database import open_database
    from huntline.storage.retention import let_go

    folder = made_data_folder(data)
    said = config_of(data).retention
    if history_days is not None:
        said = said.model_copy(update={"history_days": history_days})
    database = open_database(folder, said_database(folder), said_shard(folder))
    try:
        gone = let_go(
            database,
            Blobs(folder),
            said,
            datetime.now(UTC),
            Actor(local_user(), "cli"),
            dry_run=dry_run,
            pause=lambda: time.sleep(_PAUSE),
        )
    finally:
        database.dispose()
    verb = "Would remove" if dry_run else "Removed"
    calls, refused = gone.calls.total(), gone.refused.total()
    if said.history_days:
        say(f"{verb} {calls} calls and {refused} rows of refused calls, older than {said.history_days} days.")
    elif calls or refused:
        say(f"{verb} {calls} calls and {refused} rows of refused calls, older than their organization says.")
    else:
        say("History is kept for ever: history_days is 0.")
    say(f"{verb} {gone.files} files of sounds that nothing uses, {gone.size / 1e6:,.1f} MB.")
