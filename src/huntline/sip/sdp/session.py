"""What two parties of an audio session know of each other, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from huntline.plain import fields_of

Codec = Literal["PCMU", "PCMA"]
Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]


@dataclass(frozen=True, slots=True)
class LocalAudio:
    """Our end of a session: an IP literal and the RTP port; RTCP uses ``port + 1``.

    ``session_id`` and ``version`` go into the ``o=`` line. The same version must never be sent with two
    different descriptions (RFC 3264 section 8): go on with ``revised()`` after each one that was sent.
    """

    address: str
    port: int
    session_id: int
    version: int

    @property
    def ip_version(self) -> int:
        """4 or 6, by the form of the address."""
        return 6 if ":" in self.address else 4

    def revised(self) -> LocalAudio:
        """The same end, ready for the next description."""
        return replace(self, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What offer and answer came to, seen from our side.

    ``payload_type`` and ``event_payload_type`` are the numbers that the peer wants to receive; the latter
    is None when it takes no telephone-events. ``direction`` is what *we* may do. ``address`` may be
    ``0.0.0.0`` or ``::`` (a peer on hold of the old kind); then ``direction`` never allows sending.
    ``ptime`` is the packet length in ms that the peer asks for.
    """

    address: str
    port: int
    rtcp_address: str
    rtcp_port: int
    codec: Codec
    payload_type: int
    event_payload_type: int | None
    direction: Direction
    ptime: int = 20
    rtcp_mux: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Plain values that JSON can carry."""
        return fields_of(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Agreed:
        """The inverse of ``to_dict``."""
        return cls(**values)
