"""The files of an organization that goes to another server: by way of the database, which both have.

They are put there before the organization goes, and those that are left in the transaction in which it goes;
the other server takes them out when it is told, or when it starts. Whoever dies in between has lost nothing:
a file is in the database until it lies whole in the other folder, and what nobody has any more where it was
is let go there in its time (``retention``).
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, and_, delete, insert, select

from huntline.storage import schema
from huntline.storage.blobs import FOLDER_NAME as SOUNDS
from huntline.storage.database import folder_of, reading, shard_of, writing
from huntline.storage.shards import of_this_server

MESSAGES = "voicemail"
"""The folder of voice messages and recorded greetings in a data folder (``voicemail.boxes``)."""

_CHUNK = 1_000_000  # bytes of a file in one row

_files = schema.moving_files


@dataclass(frozen=True, slots=True)
class FilesLeft:
    """What has not been put into the database yet."""

    files: int
    size: int


@dataclass(frozen=True, slots=True)
class _File:
    folder: str
    path: Path


def put_some_files(database: Engine, organization_id: str, to: str, seconds: float) -> FilesLeft:
    """Put files of an organization into the database, for so long; nothing else changes."""
    until = time.monotonic() + seconds
    left = _missing(database, organization_id, to)
    while left and time.monotonic() < until:
        with writing(database, organization_id) as connection:
            _put(connection, organization_id, to, left.pop())
    return FilesLeft(len(left), sum(_size(each.path) for each in left))


def put_last_files(connection: Connection, organization_id: str, to: str) -> None:
    """Put those that are left there, in the transaction in which the organization goes."""
    data = folder_of(connection.engine)
    there = _there(connection, organization_id, to)
    for file in _files_of(connection, organization_id, data):
        if (file.folder, file.path.name) not in there:
            _put(connection, organization_id, to, file)


def take_files(database: Engine, folder: str) -> int:
    """Take the files that have come for this server into a folder of its data folder; how many."""
    is_ours = and_(
        _files.c.to_shard == shard_of(database), _files.c.folder == folder, of_this_server(database, _files)
    )
    query = select(_files.c.organization_id, _files.c.name).where(is_ours, _files.c.position == 0)
    with reading(database) as connection:
        found = connection.execute(query).all()
    for organization_id, name in found:
        _take(database, organization_id, folder, name)
    return len(found)


def forget_moves(database: Engine) -> None:
    """Leave nothing in the database of moves that were begun here and never finished."""
    is_left = and_(of_this_server(database, _files), _files.c.to_shard != shard_of(database))
    with reading(database) as connection:
        if connection.execute(select(_files.c.name).where(is_left).limit(1)).first() is None:
            return
    with writing(database) as connection:
        connection.execute(delete(_files).where(is_left))


def _missing(database: Engine, organization_id: str, to: str) -> list[_File]:
    with reading(database, organization_id) as connection:
        there = _there(connection, organization_id, to)
        files = _files_of(connection, organization_id, folder_of(database))
        return [each for each in files if (each.folder, each.path.name) not in there]


def _there(connection: Connection, organization_id: str, to: str) -> set[tuple[str, str]]:
    is_of = and_(_files.c.organization_id == organization_id, _files.c.to_shard == to)
    found = connection.execute(select(_files.c.folder, _files.c.name).where(is_of))
    return {(folder, name) for folder, name in found}


def _files_of(connection: Connection, organization_id: str, data: Path) -> Iterator[_File]:
    """All that lies in the data folder for an organization: its sounds in all their forms, voice messages,
    and greetings that were recorded."""

    def those(table: Table, column: str) -> set[str]:
        query = select(table.c[column]).where(table.c.organization_id == organization_id)
        return {each for each in connection.execute(query).scalars() if each is not None}

    wanted = {
        SOUNDS: those(schema.audio, "sha256"),
        MESSAGES: those(schema.voicemail_messages, "message_id") | those(schema.mailboxes, "greeting_file"),
    }
    for folder, names in wanted.items():
        for path in sorted((data / folder).glob("*")):
            if {path.name, path.name.lstrip(".").partition(".")[0]} & names:
                yield _File(folder, path)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # somebody has just deleted a message
        return 0


def _put(connection: Connection, organization_id: str, to: str, file: _File) -> None:
    with suppress(FileNotFoundError):  # as above
        _put_content(connection, organization_id, to, file)


def _put_content(connection: Connection, organization_id: str, to: str, file: _File) -> None:
    row = {"organization_id": organization_id, "to_shard": to, "folder": file.folder, "name": file.path.name}
    position = 0
    with file.path.open("rb") as content:
        while (chunk := content.read(_CHUNK)) or not position:
            connection.execute(insert(_files), row | {"position": position, "content": chunk})
            position += 1


def _take(database: Engine, organization_id: str, folder: str, name: str) -> None:
    is_it = and_(
        _files.c.organization_id == organization_id, _files.c.folder == folder, _files.c.name == name
    )
    target = folder_of(database) / folder
    target.mkdir(mode=0o700, exist_ok=True)
    handle, made = tempfile.mkstemp(dir=target, prefix=".moved-")
    try:
        with open(handle, "wb") as file, reading(database, organization_id) as connection:
            for chunk in connection.execute(
                select(_files.c.content).where(is_it).order_by(_files.c.position)
            ).scalars():
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())  # the database forgets it next
        os.replace(made, target / name)
    except BaseException:
        os.unlink(made)
        raise
    with writing(database, organization_id) as connection:
        connection.execute(delete(_files).where(is_it))
