"""STUN Binding messages (RFC 8489) with the attributes of ICE (RFC 8445 section 16), on aioice's grammar."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from aioice import stun

from huntline.media.worker.latch import Address

_LONGEST = 548  # RFC 8489 section 6.1: what fits into a datagram wherever it goes
_ROLE_CONFLICT = (487, "Role Conflict")

# RFC 8445 section 5.1.2.1, for a peer reflexive candidate: the priority that a check must state.
_PRIORITY = 110 << 24 | 65_535 << 8 | 255


@dataclass(frozen=True, slots=True)
class StunBinding:
    """A Binding message that has come. Nothing in it is true before ``is_signed_with``."""

    message: stun.Message

    @property
    def is_request(self) -> bool:
        """Whether it asks for an answer."""
        return self.message.message_class is stun.Class.REQUEST

    @property
    def is_success(self) -> bool:
        """Whether it is the answer that was hoped for."""
        return self.message.message_class is stun.Class.RESPONSE

    @property
    def transaction_id(self) -> bytes:
        """What an answer has in common with its request."""
        return self.message.transaction_id

    @property
    def username(self) -> str | None:
        """For a request of ICE: the receiver's fragment, a colon, the sender's fragment."""
        return self.message.attributes.get("USERNAME")

    @property
    def is_nomination(self) -> bool:
        """Whether the controlling side has chosen this path."""
        return "USE-CANDIDATE" in self.message.attributes

    @property
    def is_from_controlled(self) -> bool:
        """Whether the sender believes that the other side chooses."""
        return "ICE-CONTROLLED" in self.message.attributes

    def is_signed_with(self, password: str) -> bool:
        """Whether the sender knows the password."""
        return self.message.check_message_integrity(password.encode())


def read(datagram: bytes) -> StunBinding | None:
    """A Binding message of ICE; None for all else. Never raises."""
    if len(datagram) > _LONGEST:
        return None
    try:
        message = stun.parse_message(datagram)
    except (ValueError, struct.error):
        return None
    # RFC 8445 section 7.1.3: each message of ICE has a fingerprint; when there is one, it was found right.
    is_ours = message.message_method is stun.Method.BINDING and "FINGERPRINT" in message.attributes
    return StunBinding(message) if is_ours else None


def request(username: str, password: str, tie_breaker: int) -> tuple[bytes, bytes]:
    """A signed request of the controlled side: its transaction id, and what to send."""
    attributes = {"USERNAME": username, "PRIORITY": _PRIORITY, "ICE-CONTROLLED": tie_breaker}
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes=attributes)
    return message.transaction_id, _signed(message, password)


def success(asked: StunBinding, source: Address, password: str) -> bytes:
    """The answer to a request: where it came from."""
    return _answer(asked, stun.Class.RESPONSE, {"XOR-MAPPED-ADDRESS": source}, password)


def role_conflict(asked: StunBinding, password: str) -> bytes:
    """The refusal of a request whose sender must choose, but believes that we do."""
    return _answer(asked, stun.Class.ERROR, {"ERROR-CODE": _ROLE_CONFLICT}, password)


def _answer(asked: StunBinding, kind: stun.Class, attributes: dict[str, object], password: str) -> bytes:
    return _signed(stun.Message(stun.Method.BINDING, kind, asked.transaction_id, attributes), password)


def _signed(message: stun.Message, password: str) -> bytes:
    message.add_message_integrity(password.encode())
    return bytes(message)
