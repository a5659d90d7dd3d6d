"""``huntline export``: an organization back as a file."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huntline.cli.chosen import chosen
from huntline.cli.door import OrganizationOption
from huntline.cli.options import DataOption
from huntline.cli.printing import say
from huntline.data_folder import made_data_folder, said_database, said_shard
from huntline.errors import ConfigurationError

if TYPE_CHECKING:
    from huntline.directory.organization import Organization
    from huntline.storage.blobs import Blobs

_STANDARD_OUTPUT = Path("-")
_HEAD = """\
# Written by huntline export; huntline apply puts it in force again.
# Keep it to yourself: the digests in it are as good as the phones' passwords.
# Passwords of trunks and phones are sealed: only a server with this one's password.key can take them.
"""


def export(
    out: Annotated[
        Path, typer.Option(help="Where to; - is the standard output, without sound files.", metavar="FILE|-")
    ] = _STANDARD_OUTPUT,
    replace: Annotated[bool, typer.Option("--replace", help="Write over a file that is there.")] = False,
    data: DataOption = None,
    organization: OrganizationOption = None,
) -> None:
    """Write an organization file that describes everything as it is: applied, it changes nothing.

    Sound files are written beside it, into a folder named after it. Whoever may read the file may sign in
    the phones, so that only you may.
    """
    # Imported here: the database's library is half a second that no other verb should wait.
    from huntline.organization_file.writing import sound_files, written
    from huntline.storage.blobs import Blobs
    from huntline.storage.database import open_database
    from huntline.storage.settings import Settings

    folder = made_data_folder(data)
    database = open_database(folder, said_database(folder), said_shard(folder))
    try:
        wanted = chosen(Settings(database).organizations(), organization)
    finally:
        database.dispose()
    stem = "organization" if out == _STANDARD_OUTPUT else out.stem
    text = _HEAD + written(wanted, f"{stem}-audio")
    sounds = sound_files(wanted)
    if out == _STANDARD_OUTPUT:
        sys.stdout.write(text)
        if sounds:
            say(f"Sound files ({len(sounds)}) are written with --out FILE only.", err=True)
        return
    if out.exists() and not replace:
        raise ConfigurationError(f"--out: {out} is there already; say --replace to write over it")
    _write_sounds(wanted, out.with_name(f"{stem}-audio"), Blobs(folder))
    _write_private(out, text)
    say(f"Wrote {out}; sound files beside it: {len(sounds)}.")


def _write_sounds(organization: Organization, folder: Path, blobs: Blobs) -> None:
    from huntline.organization_file.writing import sound_files

    for name, audio in sound_files(organization).items():
        if name in (".", "..") or Path(name).name != name:
            wanted = "cannot be the name of a file; give it another in the audio library first"
            raise ConfigurationError(f"audio {name!r}: {wanted}")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(blobs.read(audio.sha256))
        except FileNotFoundError:
            wanted = "the original is not in the data folder; upload it again under the same name"
            raise ConfigurationError(f"audio {name!r}: {wanted}") from None
        except OSError as error:
            raise ConfigurationError(f"{folder / name}: cannot be written: {error.strerror}") from None


def _write_private(path: Path, text: str) -> None:
    """Write a file for the owner's eyes; whoever reads it meanwhile sees it whole, or as it was."""
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be written: {error.strerror}") from None
