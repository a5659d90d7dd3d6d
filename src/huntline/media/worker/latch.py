"""Symmetric RTP: whose packets are believed, and so where ours are sent (RFC 4961, RFC 7362)."""

from __future__ import annotations

Address = tuple[str, int]


class Latch:
    """Learns a peer's address from its packets, such that a stranger cannot steal the stream.

    The address of the session description is always believed, and for good once it was heard. Another one
    (a phone behind NAT) is believed only when it comes first; after that only signalling changes it,
    by making a new latch.
    """

    __slots__ = ("expected", "source")

    def __init__(self, expected: Address) -> None:
        self.expected = expected
        self.source: Address | None = None

    @property
    def is_final(self) -> bool:
        """The peer speaks from the address it has told: nothing else can be right any more."""
        return self.source == self.expected

    @property
    def target(self) -> Address:
        """Where our packets are to go now."""
        return self.source or self.expected

    def admit(self, source: Address) -> bool:
        """Whether a valid packet from this address is the peer's; learns it where that is allowed."""
        if source == self.source:
            return True
        if source != self.expected and self.source is not None:
            return False
        self.source = source
        return True
