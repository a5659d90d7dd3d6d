"""The journal of live state: one file that only grows, one write for each turn of the loop.

It holds the newest record of each key, and what the engine was told since its last checkpoint. It outlives
the process, not the machine: nothing is synced to disk, so that a transition costs microseconds. Each write
is one frame with its length and a checksum, so that what was cut short by a death counts as not written.

A record with keys of SRTP in it, which session descriptions have (RFC 4568), is sealed under the key of the
server. What its calls hear can then not be told from the file alone.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import logging
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from huntline.data_folder import PASSWORD_KEY
from huntline.errors import ConfigurationError, HuntlineError
from huntline.storage.sealing import kept_key

log = logging.getLogger(__name__)

FORMAT = 2
"""Goes up when an older release could not read what this one writes."""

_HEAD = b"huntline journal "
_FRAME = struct.Struct("<II")  # length and CRC-32 of the body
_KEY_OF_AUDIO = b"inline:"  # before each key of a session description
_SEALED = b"sealed "  # no record begins so: they are maps and lists
_ROOM = 8 * 2**20
"""Bytes: a file shorter than that, or than four times its last checkpoint, is not written anew."""


class JournalUnreadable(HuntlineError):
    """The journal of a release that this one does not understand; the text says what to do."""


@dataclass(slots=True)
class Contents:
    """What a journal holds: the engine's last checkpoint, what it was told after it, in order, and the newest
    record of each key, the one that changed last at the end."""

    checkpoint: bytes | None = None
    events: list[bytes] = field(default_factory=list)
    records: dict[str, bytes] = field(default_factory=dict)


class _Frame(msgspec.Struct, array_like=True, omit_defaults=True):
    """What is written at once. ``records`` are keys with their newest record, None where it is forgotten."""

    events: list[bytes] = []
    records: list[tuple[str, bytes | None]] = []
    checkpoint: bytes | None = None


_decoder = msgspec.msgpack.Decoder(_Frame)


def check(path: Path) -> None:
    """Raise JournalUnreadable if there is a journal that this release cannot go on with."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        head = file.readline(64)
        if head.startswith(_HEAD) and head != _head():
            other = head[len(_HEAD) :].decode(errors="replace").strip()
            raise JournalUnreadable(
                f"{path} is of another release (format {other}, this one knows {FORMAT}): its calls cannot "
                "be taken up. Let them end (huntline drain), or go on with the release that wrote it"
            )


class Journal:
    """Appends to the file at ``path``; ``found`` is what was in it, until ``begin_anew`` is called.

    A file that is no journal is moved aside, which the log says. Raises JournalUnreadable for one of a
    release that this one does not understand, and OSError when the file cannot be had.
    """

    def __init__(self, path: Path) -> None:
        check(path)
        self._path = path
        self._seal = _Seal(path.with_name(PASSWORD_KEY))
        self.found = Contents()
        self._records: dict[str, bytes] = {}
        self._turn = _Frame()
        self._changed: dict[str, bytes | None] = {}
        self._is_broken = False
        self._size = self._read() if path.exists() else 0
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.ftruncate(self._file, self._size)
        if not self._size:
            self._size = os.write(self._file, _head())
        self._long_at = max(_ROOM, self._size)

    @property
    def needs_checkpoint(self) -> bool:
        """Whether ``begin_anew`` is wanted: the file has become long, or could not be written for a while."""
        return self._is_broken or self._size > self._long_at

    def put(self, key: str, record: bytes | None) -> None:
        """Keep the newest record of a key; None forgets it. Written out by ``flush``."""
        self._changed[key] = record

    def append(self, event: bytes) -> None:
        """Keep what the engine was told. Written out by ``flush``."""
        if not self._is_broken:
            self._turn.events.append(event)

    def flush(self) -> None:
        """Write out what is new. When the disk refuses it the log says so once, and ``needs_checkpoint`` asks
        for a new file: a full disk costs a restart its calls, not this moment its own."""
        self._take_in_changes()
        turn, self._turn = self._turn, _Frame()
        if self._is_broken or not (turn.events or turn.records):
            return
        try:
            self._size += _write(self._file, _framed(turn))
        except OSError as error:
            self._is_broken = True
            log.error("journal not written", extra={"reason": str(error)})
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._size)

    def begin_anew(self, checkpoint: bytes) -> None:
        """Write the engine's checkpoint and the newest records to a new file, in place of the old one. The
        old one stays when the disk refuses it."""
        self._take_in_changes()
        self.found, self._turn = Contents(), _Frame()
        records = [(key, self._seal.closed(record)) for key, record in self._records.items()]
        body = _framed(_Frame(records=records, checkpoint=checkpoint))
        fresh = self._path.with_name(f"{self._path.name}.new")
        try:
            file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                size = _write(file, _head() + body)
                fresh.replace(self._path)
            except OSError:
                os.close(file)
                raise
        except OSError as error:
            if not self._is_broken:
                log.error("journal not written", extra={"reason": str(error)})
            self._is_broken = True
            return
        os.close(self._file)
        self._file, self._size, self._is_broken = file, size, False
        self._long_at = max(_ROOM, 4 * size)

    def close(self) -> None:
        """Write out the rest and close the file."""
        self.flush()
        os.close(self._file)

    def _take_in_changes(self) -> None:
        for key, record in self._changed.items():
            if record is not None:
                if self._records.get(key) == record:
                    continue
                self._records[key] = record
                if _KEY_OF_AUDIO in record:
                    record = self._seal.closed(record)
            elif self._records.pop(key, None) is None:
                continue
            self._turn.records.append((key, record))
        self._changed.clear()

    def _read(self) -> int:
        """Take in what the file holds; the length of what of it is whole."""
        data = self._path.read_bytes()
        if data and not data.startswith(_head()):
            self._path.replace(aside := _aside(self._path))
            log.warning("no journal, moved aside", extra={"to": str(aside)})
            return 0
        whole = 0
        for end, frame in _frames(data):
            whole = end
            if frame.checkpoint is not None:
                self.found.checkpoint = frame.checkpoint
                self.found.events.clear()
            self.found.events += frame.events
            for key, record in frame.records:
                self._records.pop(key, None)
                if (opened := self._seal.opened(record)) is not None:
                    self._records[key] = opened
        if whole < len(data):
            log.warning("the journal's end is damaged, left out", extra={"bytes": len(data) - whole})
        self.found.records = dict(self._records)
        return whole


class _Seal:
    """Closes records that have keys of audio in them, and opens them again."""

    def __init__(self, key_file: Path) -> None:
        """The key is read, or made, when it is needed first."""
        self._key_file = key_file
        self._fernet: Fernet | None = None

    def closed(self, record: bytes | None) -> bytes | None:
        """The record as it may be written; None where there is none, or it cannot be closed."""
        if record is None or _KEY_OF_AUDIO not in record:
            return record
        fernet = self._ready()
        return None if fernet is None else _SEALED + fernet.encrypt(record)

    def opened(self, record: bytes | None) -> bytes | None:
        """The record as it was given; None where there is none, or it cannot be opened any more."""
        if record is None or not record.startswith(_SEALED):
            return record
        fernet = self._ready()
        try:
            return None if fernet is None else fernet.decrypt(record[len(_SEALED) :])
        except InvalidToken:
            log.error("a sealed record of the journal is of another key", extra={"key": str(self._key_file)})
            return None

    def _ready(self) -> Fernet | None:
        if self._fernet is None:
            try:
                self._fernet = Fernet(base64.urlsafe_b64encode(kept_key(self._key_file)))
            except (OSError, ConfigurationError) as error:
                log.error("encrypted calls are not in the journal", extra={"reason": str(error)})
        return self._fernet


def _frames(data: bytes) -> Iterator[tuple[int, _Frame]]:
    """Each whole frame, and where it ends; at first an empty one for the head."""
    at = len(_head())
    if data:
        yield at, _Frame()
    while len(data) - at >= _FRAME.size:
        length, checksum = _FRAME.unpack_from(data, at)
        body = data[at + _FRAME.size : at + _FRAME.size + length]
        if len(body) < length or zlib.crc32(body) != checksum:
            return
        try:
            frame = _decoder.decode(body)
        except msgspec.MsgspecError:
            return
        at += _FRAME.size + length
        yield at, frame


def _framed(frame: _Frame) -> bytes:
    body = msgspec.msgpack.encode(frame)
    return _FRAME.pack(len(body), zlib.crc32(body)) + body


def _head() -> bytes:
    return b"%s%d\n" % (_HEAD, FORMAT)


def _write(file: int, data: bytes) -> int:
    """Write all of it. Raises OSError where not all of it could be."""
    written = os.write(file, data)
    if written < len(data):
        raise OSError(f"only {written} of {len(data)} bytes could be written")
    return written


def _aside(path: Path) -> Path:
    """A name for a file that is none of ours, beside those from before."""
    names = (path.with_name(f"{path.name}.damaged-{number}") for number in itertools.count(1))
    return next(name for name in names if not name.exists())
