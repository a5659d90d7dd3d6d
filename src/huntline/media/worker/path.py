"""What a leg and its path ask of each other: one knows what is heard, the other how packets come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from huntline.media.worker import rtp
from huntline.media.worker.latch import Address
from huntline.media.worker.relay import Send
from huntline.sdp import Agreed, LocalAudio

# One for all legs: a packet is done with before the next one is read.
PACKET = bytearray(rtp.LARGEST_PACKET + 1)
VIEW = memoryview(PACKET)


class PathUser(Protocol):
    """What a path tells its leg."""

    local: LocalAudio

    def take(self, size: int, source: Address | None) -> None:
        """A packet lies in ``PACKET``. Without ``source`` it is known to be the peer's."""
        ...

    def take_report(self) -> None:
        """The peer has sent RTCP."""
        ...

    def redirect(self, send: Send) -> None:
        """Packets for the peer go out by ``send`` from now on."""
        ...

    def begin_stream(self) -> None:
        """The peer starts to listen anew, knowing nothing of what it was sent before."""
        ...

    def keep_secrets(self) -> None:
        """What ``secrets`` answers has changed without the leg's doing."""
        ...

    def lose(self) -> None:
        """The path has ended, and nobody waits to be told."""
        ...


class AudioPath(Protocol):
    """How one leg's packets come and go: its sockets, and who is believed to be the peer."""

    @property
    def is_open(self) -> bool:
        """Whether audio may be sent."""
        ...

    @property
    def refused(self) -> int:
        """How many packets were not the peer's, as far as that is counted."""
        ...

    def apply(self, agreed: Agreed, event_type: int | None) -> None:
        """Take over where and how the peer is reached; ``event_type`` is our number for keys."""
        ...

    def made(self) -> asyncio.Future[None] | None:
        """What is done when the path can be used, or fails with a PeerError; None when it can be already."""
        ...

    def relatch(self) -> None:
        """Learn anew where the peer is."""
        ...

    def listen(self, is_heard: bool) -> None:
        """Whether somebody hears what comes, or only keys matter."""
        ...

    def admit(self, source: Address) -> bool:
        """Whether a valid packet from this address is the peer's; learns it where that is allowed."""
        ...

    def is_peer(self, source: Address) -> bool:
        """Whether this is where the peer is known to be."""
        ...

    def send_report(self, report: bytes) -> None:
        """Send RTCP."""
        ...

    def look_after(self, now: int) -> None:
        """Do what is due; called once a second."""
        ...

    def secrets(self) -> dict[str, object] | None:
        """What must never be written down, but is needed to restore the path; None without any."""
        ...

    def resume(self, secrets: Mapping[str, Any] | None) -> None:
        """Be what an earlier path was, whose ``secrets`` these are; to be called after ``apply``.

        Raises ValueError, TypeError or KeyError for what ``secrets`` never says.
        """
        ...

    def close(self) -> None:
        """Close the sockets. Nothing is sent or heard any more."""
        ...


def send_nowhere(packet: bytearray | memoryview) -> None:
    """The peer's address is not known yet."""
