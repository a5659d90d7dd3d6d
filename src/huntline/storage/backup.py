"""Backups: a data folder as one file, taken while the server runs.

The file is a tar archive, packed with gzip. Its first member is the manifest, which names all others in their
order with size and SHA-256, so that whoever reads it knows what will come before anything comes.
"""

from __future__ import annotations

import hashlib
import io
import os
import sqlite3
import stat
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import msgspec

from huntline.data_folder import DATABASE, DatabaseUrl
from huntline.errors import Refused
from huntline.storage.blobs import Blobs
from huntline.storage.copying import copy_database
from huntline.storage.database import HEAD, opened_database

FORMAT = 1
MANIFEST = "manifest.json"
EARLIER = "before-restore-"
"""How folders begin that ``restore`` has put what was there before into."""

_LEFT_OUT = (
    f"{DATABASE}-*",  # its contents are in the copy
    "*.lock",
    "*.sock",
    "*.journal*",  # live calls, which end with the machine
    "processes.json",
    "setup-token",
    f"{EARLIER}*",
    "lost+found",
    ".*",  # files that are being written
)
_CHUNK = 2**20
_COMPRESSION = 3  # sounds hardly get smaller, and the calls go on meanwhile

Progress = Callable[[int, int], None]
"""Told how many bytes are done, of how many."""


class BackupRefused(Refused):
    """A backup cannot be made, or cannot be put back; the message says why."""

    error_id = "backup-refused"


class KeptFile(msgspec.Struct, frozen=True):
    """One file of a backup: its place in the data folder, with ``/`` between, and what it holds."""

    path: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds, and which release made it when; ``revision`` is the database's."""

    format: int
    huntline: str
    revision: str
    made_at: datetime
    files: tuple[KeptFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def is_left_out(name: str) -> bool:
    """Whether something of this name at the top of a data folder is in no backup: it lives with the
    processes, or is about them."""
    return any(fnmatch(name, pattern) for pattern in _LEFT_OUT)


def back_up(
    data: Path,
    out: Path,
    progress: Progress = lambda done, of: None,
    elsewhere: DatabaseUrl | None = None,
) -> Manifest:
    """Write settings, history, sounds and secrets as they are at one moment into a new file for the owner's
    eyes; the database is a file in it also where it is ``elsewhere``. Who looks sees it whole, or not at all.
    Raises BackupRefused."""
    if out.resolve().is_relative_to(data.resolve()):
        raise BackupRefused(
            f"{out} is in the data folder {data}; name a file elsewhere, best on another disk"
        )
    try:
        with (
            tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as folder,
            Blobs(data).held(),  # what the copied database names stays until it is in the file
        ):
            return _written(data, out, Path(folder), progress, elsewhere)
    except (OSError, sqlite3.Error) as error:
        raise BackupRefused(f"{out} cannot be written: {error}; nothing is left of it") from None


def _written(
    data: Path, out: Path, folder: Path, progress: Progress, elsewhere: DatabaseUrl | None
) -> Manifest:
    database = folder / DATABASE
    if elsewhere is None:
        _copy_file(data / DATABASE, database)
    else:
        _copy_rows(data, elsewhere, folder)
    sources = {DATABASE: database, **dict(_kept_files(data))}
    files = tuple(_kept_file(name, path) for name, path in sources.items())
    manifest = Manifest(FORMAT, version("huntline"), _revision(database), datetime.now(UTC), files)
    packed = folder / "packed"
    with packed.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=_COMPRESSION) as archive:
            _pack(archive, manifest, sources, progress)
        file.flush()
        os.fsync(file.fileno())
    packed.replace(out)
    return manifest


def _copy_file(source: Path, target: Path) -> None:
    """The database as it is now. Who writes meanwhile is not kept waiting, and is not in the copy."""
    with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target)) as writing:
        writing.execute("PRAGMA synchronous = OFF")
        reading.backup(writing)  # all pages in one step, and so of one moment
        fault = writing.execute("PRAGMA quick_check(1)").fetchone()[0]
    if fault != "ok":
        raise BackupRefused(f"the database {source} is damaged: {fault}; put a copy from before in its place")


def _copy_rows(data: Path, elsewhere: DatabaseUrl, folder: Path) -> None:
    """The same of a database elsewhere, as a file."""
    with opened_database(data, elsewhere) as source, opened_database(folder) as target:
        copy_database(source, target)


def _revision(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]) if found else HEAD


def _kept_files(data: Path) -> Iterator[tuple[str, Path]]:
    """All files but the database, by their place in the folder. A folder that is a link to another disk
    counts as one, a link further inside does not."""
    for entry in sorted(data.iterdir()):
        if is_left_out(entry.name) or entry.name == DATABASE:
            continue
        for path in sorted(_files_in(entry)):
            yield path.relative_to(data).as_posix(), path


def _files_in(entry: Path) -> Iterator[Path]:
    if stat.S_ISREG(entry.stat().st_mode):
        yield entry
    for folder, _, names in os.walk(entry):
        paths = (Path(folder, name) for name in names if not name.startswith("."))
        yield from (path for path in paths if stat.S_ISREG(path.lstat().st_mode))


def _kept_file(name: str, path: Path) -> KeptFile:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return KeptFile(name, size, digest.hexdigest())


def _pack(archive: tarfile.TarFile, manifest: Manifest, sources: dict[str, Path], progress: Progress) -> None:
    head = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    archive.addfile(_member(MANIFEST, len(head), manifest), io.BytesIO(head))
    done = 0
    for kept in manifest.files:
        with sources[kept.path].open("rb") as file:
            reader = _SummedReader(file)
            # No more than was there before: a log may have grown since.
            archive.addfile(_member(kept.path, kept.size, manifest), reader)
        if reader.sha256 != kept.sha256:
            raise BackupRefused(f"{kept.path} was changed while it was read; nothing is left; try again")
        done += kept.size
        progress(done, manifest.size)


def _member(name: str, size: int, manifest: Manifest) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    member.mtime = int(manifest.made_at.timestamp())
    return member


class _SummedReader(io.RawIOBase):
    """Reads a file and sums up what was read."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file, self._digest = file, hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        chunk = self._file.read(size)
        self._digest.update(chunk)
        return chunk
