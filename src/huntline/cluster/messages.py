"""What the machines of a cluster tell each other, as bytes."""

from __future__ import annotations

from typing import TypeVar

import msgspec

MessageT = TypeVar("MessageT", bound=msgspec.Struct)

LONGEST_PART = 256 * 1024
"""Bytes of a journal or a file in one message."""


class BeatMessage(msgspec.Struct, frozen=True):
    """A heartbeat (``ownership.Beat``); ``clock`` is the time of day in seconds, ``behind`` how many bytes of
    the owner's journal the machine lacks (None: it has no whole copy), ``release`` what runs there."""

    node: str
    epoch: int
    run: str
    is_candidate: bool
    clock: float
    behind: int | None
    release: str
    owner_silent: float | None = None


class OwnerMessage(msgspec.Struct, frozen=True):
    """Who owns the server, as it is in the store and as it is announced."""

    node: str
    epoch: int
    run: str


class JournalPart(msgspec.Struct, frozen=True, array_like=True):
    """Bytes of the owner's journal from ``offset`` on. ``generation`` is another one for each file that the
    owner has begun; ``size`` is how long it is by now."""

    epoch: int
    generation: int
    offset: int
    size: int
    data: bytes


class FileState(msgspec.Struct, frozen=True, array_like=True):
    """A file of the owner's data folder, by its path in it; ``changed_ns`` is None where it is gone."""

    path: str
    size: int
    changed_ns: int | None


class FileWish(msgspec.Struct, frozen=True, array_like=True):
    """The part of a file that a machine wants."""

    path: str
    offset: int


def encoded(message: msgspec.Struct) -> bytes:
    """A message as bytes."""
    return msgspec.msgpack.encode(message)


def decoded(data: bytes, kind: type[MessageT]) -> MessageT | None:
    """A message of a kind; None where the bytes are none."""
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except msgspec.MsgspecError:
        return None
