"""``huntline backup`` and ``huntline restore``: a data folder as one file, and back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huntline.cli.options import DataOption
from huntline.cli.printing import say
from huntline.data_folder import data_folder, made_data_folder, said_database
from huntline.errors import ConfigurationError

if TYPE_CHECKING:
    from huntline.storage.backup import Manifest, Progress

_STEPS = 1_000  # of a bar


def backup(
    file: Annotated[
        Path, typer.Argument(help="Where to, such as /backup/huntline.tar.gz.", show_default=False)
    ],
    replace: Annotated[bool, typer.Option("--replace", help="Write over a file that is there.")] = False,
    data: DataOption = None,
) -> None:
    """Write settings, history, sounds and secrets into one file, also while the server runs.

    Whoever has the file may sign in the phones and read who called: only you may read it. Calls under way
    are not in it. What is in PostgreSQL is a file in it, too, and can be restored into either.
    """
    # Imported here: the database's library is half a second that no other verb should wait.
    from huntline.storage.backup import back_up

    folder = made_data_folder(data)
    if file.exists() and not replace:
        raise ConfigurationError(f"{file} is there already; say --replace to write over it")
    with shown("backup") as progress:
        manifest = back_up(folder, file, progress, said_database(folder))
    say(f"Wrote {file}: {_described(manifest)}, {file.stat().st_size / 1e6:,.1f} MB packed.")


def restore(
    file: Annotated[Path, typer.Argument(help="What huntline backup has written.", show_default=False)],
    force: Annotated[
        bool, typer.Option("--force", help="Also into a folder that is not empty: that is moved aside.")
    ] = False,
    data: DataOption = None,
) -> None:
    """Put a backup into an empty data folder that no server uses. All of it is checked first.

    Where the settings there name a PostgreSQL database, settings and history go into that, which has to be
    empty.
    """
    from huntline.processes.supervisor import data_folder_taken
    from huntline.storage.restore import read_manifest
    from huntline.storage.restore import restore as put_back

    folder = data_folder(data)
    manifest = read_manifest(file)
    with data_folder_taken(folder), shown("restore") as progress:
        restored = put_back(file, folder, datetime.now(UTC), force=force, progress=progress)
    made_at = f"{manifest.made_at.astimezone():%Y-%m-%d %H:%M}"
    say(f"Restored {folder} as it was at {made_at}: {_described(restored.manifest)}.")
    if restored.elsewhere is not None:
        say(f"Settings and history are in {restored.elsewhere}.")
    if restored.earlier is not None:
        say(f"What was there before is in {restored.earlier}; remove it when you need it no more.")
    if restored.kept_settings:
        say("The folder's own huntline.toml stays; the backup's was left out.")


def _described(manifest: Manifest) -> str:
    return f"{len(manifest.files)} files, {manifest.size / 1e6:,.1f} MB, Huntline {manifest.huntline}"


@contextmanager
def shown(what: str) -> Iterator[Progress]:
    """A bar for people who watch, on the standard error; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    with typer.progressbar(length=_STEPS, label=what, file=sys.stderr, show_eta=False) as bar:
        yield lambda done, of: bar.update(_STEPS * done // max(of, 1) - bar.pos)
