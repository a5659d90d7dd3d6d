"""What travels between signalling and the media worker: JSON, one object a line.

A request is ``{"id": 7, "verb": "answer", "leg": ..., ...}``; without an id it is not answered. An answer is
``{"id": 7, "result": ...}`` or ``{"id": 7, "error": text, "status": SIP status}``. An event is
``{"event": "DtmfPressed", "leg_id": ..., ...}``; ``SecretsChanged`` is for the client alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from huntline.media.interface import (
    DtmfPressed,
    MediaDied,
    MediaEvent,
    MediaLegLost,
    MediaSilent,
    PlayFinished,
    RecordingEnded,
)
from huntline.plain import fields_of

LONGEST_LINE = 2**20
"""Bytes; a line of more is not from us."""


@dataclass(frozen=True, slots=True)
class SecretsChanged:
    """What restores an encrypted leg is now this, without a verb."""

    leg_id: str
    secrets: dict[str, Any] = field(repr=False)


WorkerEvent = MediaEvent | SecretsChanged

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode

_EVENTS: dict[str, type[WorkerEvent]] = {
    event.__name__: event
    for event in (
        PlayFinished,
        DtmfPressed,
        MediaSilent,
        MediaDied,
        MediaLegLost,
        RecordingEnded,
        SecretsChanged,
    )
}


@dataclass(slots=True)
class PlayState:
    """What a leg plays; ``started_at`` is ``time.monotonic()``, which is one for all processes of a
    machine and which nobody can set. ``until_heard``: audio of the leg that it is bridged with ends it."""

    sources: tuple[str, ...]
    loop: bool
    started_at: float
    until_heard: bool = False


@dataclass(slots=True)
class RecordState:
    """What is recorded of a leg, see ``Media.record``; ``begun_at`` is ``time.monotonic()``."""

    path: str
    most_s: float
    silence_s: float
    begun_at: float


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """How far the stream has come that a peer hears: that of the last packet, and of how many."""

    ssrc: int
    sequence: int
    timestamp: int
    scale: int
    packets: int
    octets: int


@dataclass(slots=True)
class MediaLegState:
    """All that is needed to restore a leg, as a record of plain data.

    ``secrets`` are those of an encrypted leg, a browser's keys among them: they are kept in memory and
    nowhere else. Keys of SDES are part of ``sdp`` and ``agreed``. ``encryption`` is an ``Encryption``.
    Which ``worker`` has the leg is known to signalling alone.
    """

    port: int
    session_id: int
    version: int
    sdp: str
    agreed: dict[str, Any] | None = None
    play: PlayState | None = None
    announcement: PlayState | None = None
    bridge: str | None = None
    record: RecordState | None = None
    secrets: dict[str, Any] | None = field(default=None, repr=False)
    encryption: str = "never"
    worker: int = 0

    @property
    def has_identity(self) -> bool:
        """Whether the leg is a browser's, by its secrets."""
        return self.secrets is not None and "identity" in self.secrets

    def to_dict(self) -> dict[str, Any]:
        """Plain values that JSON can carry."""
        parts = {"play": self.play, "announcement": self.announcement, "record": self.record}
        return fields_of(self) | {name: part and fields_of(part) for name, part in parts.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> MediaLegState:
        """The inverse of ``to_dict``. Raises TypeError for what is none."""
        record = values.get("record")
        heard = {name: _play_state(values.get(name)) for name in ("play", "announcement")}
        return cls(**{**values, **heard, "record": record and RecordState(**record)})


def _play_state(values: Mapping[str, Any] | None) -> PlayState | None:
    return None if values is None else PlayState(**{**values, "sources": tuple(values["sources"])})


def line(message: Mapping[str, Any]) -> bytes:
    """One message, ready to be sent; records in it are written as their fields."""
    try:
        return _encode(message) + b"\n"
    except UnicodeEncodeError:  # lone surrogates: bytes of a phone that are no text
        return json.dumps(message, default=fields_of, separators=(",", ":")).encode() + b"\n"


def message_in(line: bytes) -> Any:
    """What was written by ``line``. Raises ValueError for what is no JSON."""
    try:
        return _decode(line)
    except msgspec.MsgspecError:
        return json.loads(line)


def event_line(event: WorkerEvent) -> bytes:
    """One event, ready to be sent."""
    return line({"event": type(event).__name__, **fields_of(event)})


def event_of(message: Mapping[str, Any]) -> WorkerEvent:
    """The event in a message that has one. Raises KeyError or TypeError for what we never send."""
    fields = dict(message)
    if "sources" in fields:
        fields["sources"] = tuple(fields["sources"])
    return _EVENTS[fields.pop("event")](**fields)


class Lines:
    """Cuts what a stream brings into lines."""

    def __init__(self) -> None:
        self._rest = b""

    def cut(self, data: bytes) -> list[bytes]:
        """The lines that are complete now. Raises ValueError when one is too long."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            raise ValueError("the line is too long")
        return lines
