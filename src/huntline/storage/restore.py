"""Backups put back: all of one is checked before anything of a data folder changes."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import os
import shutil
import socket
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from huntline.data_folder import DATABASE, FILE_NAME, DatabaseUrl, database_said_in
from huntline.errors import ConfigurationError
from huntline.storage.backup import (
    EARLIER,
    FORMAT,
    MANIFEST,
    BackupRefused,
    KeptFile,
    Manifest,
    Progress,
    is_left_out,
)
from huntline.storage.copying import copy_database
from huntline.storage.database import HEAD, open_database, opened_database

_LARGEST_MANIFEST = 64 * 2**20
_CHUNK = 2**20
_AROUND_A_FILE = 2**16
"""Bytes that an archive may have between two files: heads, and what fills up a block."""
_DAMAGE = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back. ``earlier`` is where what was there before is now, if anything was;
    ``kept_settings`` says that the folder's own settings file stays in place of the backup's; ``elsewhere``
    is the database that has the rows, where it is no file."""

    manifest: Manifest
    earlier: Path | None
    kept_settings: bool
    elsewhere: DatabaseUrl | None


def read_manifest(archive: Path) -> Manifest:
    """What a backup says it holds. Raises BackupRefused when it is none, or of a release to come."""
    with _opened(archive) as opened:
        return _manifest(opened)


def restore(
    archive: Path,
    data: Path,
    now: datetime,
    *,
    force: bool = False,
    progress: Progress = lambda done, of: None,
) -> Restored:
    """Put a backup into a data folder that nobody serves, which has to be empty unless ``force``: what is in
    it is moved aside then. Where the settings that are in force afterwards name a database elsewhere, which
    has to be empty, the rows go there. Raises BackupRefused and CopyRefused with nothing changed."""
    refuse_living(data)
    there = _entries(data)
    if there and not force:
        names = ", ".join(sorted(path.name for path in there)[:3])
        raise BackupRefused(
            f"the data folder {data} is not empty ({names}); name an empty one, or say --force to have what"
            " is in it moved aside"
        )
    with tempfile.TemporaryDirectory(dir=data, prefix=".restore-") as folder:
        staged = Path(folder)
        with _opened(archive) as opened:
            manifest = _manifest(opened)
            _check_room(data, manifest)
            _unpack(opened, manifest, staged, progress)
        _bring_up_to_date(archive, staged)
        own = data / FILE_NAME if not force and (data / FILE_NAME).exists() else None
        kept_settings = own is not None and (staged / FILE_NAME).exists()
        if kept_settings:
            (staged / FILE_NAME).unlink()
        elsewhere = _database_after(own, staged)
        if elsewhere is not None:
            _put_rows(staged, elsewhere)
        earlier = _moved_aside(data, now) if there else None
        _put_in_place(staged, data)
    return Restored(manifest, earlier, kept_settings, elsewhere)


class _Archive:
    """A backup, read from its beginning to its end and never further than it should go: a file of a few
    kilobytes may unpack to any size."""

    def __init__(self, path: Path, packed: IO[bytes]) -> None:
        self.path = path
        self._metered = _Metered(packed)
        self._tar: tarfile.TarFile | None = None

    def next(self, largest: int) -> tarfile.TarInfo | None:
        """The next file, of at most so many bytes; None at the end."""
        self._metered.allowed += largest + _AROUND_A_FILE
        if self._tar is None:
            self._tar = tarfile.open(fileobj=self._metered, mode="r|")  # noqa: SIM115 # holds no file itself
        member = self._tar.next()
        if member is not None and (not member.isreg() or member.size > largest):
            raise BackupRefused(f"{self.path}: {member.name!r} is no plain file, or larger than it should be")
        return member

    def content(self, member: tarfile.TarInfo) -> IO[bytes]:
        """What is in it."""
        assert self._tar is not None, "it was opened for its first file"
        content = self._tar.extractfile(member)
        assert content is not None, "a regular file has content"
        return content


class _Metered(io.RawIOBase):
    """Gives no more bytes than ``allowed``."""

    def __init__(self, packed: IO[bytes]) -> None:
        super().__init__()
        self._unpacked = gzip.GzipFile(fileobj=packed)
        self.allowed = 0

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        chunk = self._unpacked.read(size)
        self.allowed -= len(chunk)
        if self.allowed < 0:
            raise tarfile.ReadError("it unpacks to more than it says")
        return chunk


@contextmanager
def _opened(path: Path) -> Iterator[_Archive]:
    try:
        with path.open("rb") as packed:
            yield _Archive(path, packed)
    except FileNotFoundError:
        raise BackupRefused(f"{path}: there is no such file") from None
    except _DAMAGE as error:
        raise BackupRefused(f"{path} cannot be read as a backup: {error}") from None
    except OSError as error:
        raise BackupRefused(f"{path} cannot be put back: {error}") from None


def _manifest(archive: _Archive) -> Manifest:
    member = archive.next(_LARGEST_MANIFEST)
    if member is None or member.name != MANIFEST:
        raise BackupRefused(f"{archive.path} is no backup of Huntline: it does not begin with {MANIFEST}")
    text = archive.content(member).read()
    try:
        said = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        form = msgspec.json.decode(said["format"], type=int)
        if form > FORMAT:
            raise BackupRefused(
                f"{archive.path} was made by a newer Huntline (format {form}, this one knows {FORMAT});"
                " install that release first"
            )
        manifest = msgspec.json.decode(text, type=Manifest)
    except (msgspec.MsgspecError, KeyError) as error:
        raise BackupRefused(f"{archive.path} is no backup of Huntline: {MANIFEST}: {error}") from None
    _check(archive.path, manifest)
    return manifest


def _check(archive: Path, manifest: Manifest) -> None:
    if manifest.revision > HEAD:
        raise BackupRefused(
            f"{archive} was made by a newer Huntline ({manifest.huntline}, database revision"
            f" {manifest.revision}; this one knows {HEAD}); install that release first"
        )
    paths = [file.path for file in manifest.files]
    wrong = next((path for path in paths if not _is_place(path)), None)
    if wrong is not None:
        raise BackupRefused(f"{archive}: {wrong!r} is no place in a data folder")
    if len(set(paths)) != len(paths) or any(file.size < 0 for file in manifest.files):
        raise BackupRefused(f"{archive}: {MANIFEST} names a file twice, or one of no possible size")
    if DATABASE not in paths:
        raise BackupRefused(f"{archive} has no database ({DATABASE}) in it")


def _is_place(path: str) -> bool:
    """Whether a file of this name lies in the data folder, and is one that backups have."""
    parts = PurePosixPath(path).parts
    plain = all(part not in ("/", "..") and not part.startswith(".") and "\0" not in part for part in parts)
    return bool(parts) and plain and "/".join(parts) == path and not is_left_out(parts[0])


def _check_room(data: Path, manifest: Manifest) -> None:
    free = shutil.disk_usage(data).free
    if manifest.size > free:
        raise BackupRefused(
            f"the backup needs {manifest.size / 1e6:,.0f} MB, and the disk of {data} has {free / 1e6:,.0f} MB"
            " free; make room on it, or name a folder elsewhere"
        )


def _unpack(archive: _Archive, manifest: Manifest, folder: Path, progress: Progress) -> None:
    done = 0
    for kept in manifest.files:
        member = archive.next(kept.size)
        if member is None or member.name != kept.path or member.size != kept.size:
            found = "its end" if member is None else repr(member.name)
            raise BackupRefused(
                f"{archive.path} is damaged: there should be {kept.path!r}, and there is {found}"
            )
        path = folder / kept.path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(archive.path, kept, archive.content(member), path)
        done += kept.size
        progress(done, manifest.size)
    if (member := archive.next(0)) is not None:
        raise BackupRefused(f"{archive.path} is damaged: {member.name!r} is in it and not in its {MANIFEST}")


def _write(archive: Path, kept: KeptFile, content: IO[bytes], path: Path) -> None:
    digest = hashlib.sha256()
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if digest.hexdigest() != kept.sha256:
        raise BackupRefused(f"{archive} is damaged: {kept.path} is not what was put in")


def _bring_up_to_date(archive: Path, folder: Path) -> None:
    """Look through the database and migrate it, while it is nobody's."""
    try:
        with closing(sqlite3.connect(folder / DATABASE)) as connection:
            fault = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if fault != "ok":
            raise BackupRefused(f"{archive}: its database is damaged: {fault}")
        open_database(folder).dispose()
    except (sqlite3.Error, ConfigurationError) as error:
        raise BackupRefused(f"{archive}: its database cannot be used: {error}") from None


def _entries(data: Path) -> list[Path]:
    """What is in a data folder, but for what a server leaves there anyway and for the settings file, which
    may have been written for the new machine already."""
    found = data.iterdir() if data.is_dir() else ()
    return [path for path in found if path.name != FILE_NAME and not _is_nothing(path.name)]


def _is_nothing(name: str) -> bool:
    left = name.endswith((".lock", ".sock")) or name.startswith((EARLIER, ".restore-"))
    return left or name == "lost+found"


def refuse_living(data: Path) -> None:
    """Raises BackupRefused where a process lives on although nobody holds the folder."""
    for path in data.glob("*.sock"):
        with socket.socket(socket.AF_UNIX) as connection, contextlib.suppress(OSError):
            connection.connect(str(path))
            raise BackupRefused(
                f"a server is at work on {data}: {path.name} is answered, if perhaps without its supervisor;"
                " end it in order by huntline serve with this folder, and then by ending that"
            )


def _database_after(own: Path | None, staged: Path) -> DatabaseUrl | None:
    """The database elsewhere that a server will use, once what is staged is in its place."""
    others = (file for file in (staged / FILE_NAME, Path(FILE_NAME)) if file.is_file())
    return database_said_in(own or next(others, None))


def _put_rows(staged: Path, elsewhere: DatabaseUrl) -> None:
    """Put the rows into a database elsewhere, and leave no file of them."""
    with opened_database(staged) as source, opened_database(staged, elsewhere) as target:
        copy_database(source, target)
    (staged / DATABASE).unlink()


def _moved_aside(data: Path, now: datetime) -> Path:
    earlier = data / f"{EARLIER}{now:%Y%m%d-%H%M%S}"
    earlier.mkdir(mode=0o700)
    for path in list(data.iterdir()):
        if not _is_nothing(path.name):
            path.rename(earlier / path.name)
    return earlier


def _put_in_place(staged: Path, data: Path) -> None:
    # The database comes last: a folder that has one is a server's.
    for path in sorted(staged.iterdir(), key=lambda path: path.name == DATABASE):
        path.rename(data / path.name)
