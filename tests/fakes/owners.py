"""An owner of calls and of rings that decides nothing: what it hears is on record."""

from __future__ import annotations

from huntline.calls.model import Call, OwnerKind, Party, Ring
from huntline.engine.model import Transfer
from huntline.engine.reasons import Cause, Destination, Reason
from huntline.sip.core.events import LegRinging


class FakeOwner:
    """``heard`` has the name of each event, and of which ring or call it was told."""

    def __init__(self, kind: OwnerKind = OwnerKind.DIRECT, party: Party = Party.TARGET) -> None:
        self.kind = kind
        self.party = party
        self.has_places = kind is OwnerKind.QUEUE
        self.heard: list[tuple[str, str]] = []

    # of rings

    def ringing(self, call: Call, ring: Ring, event: LegRinging) -> None:
        self.heard.append(("ringing", ring.ring_id))

    def answered(self, call: Call, ring: Ring) -> None:
        self.heard.append(("answered", ring.ring_id))

    def failed(self, call: Call, ring: Ring) -> None:
        self.heard.append(("failed", ring.ring_id))

    def connected(self, call: Call, ring: Ring) -> None:
        self.heard.append(("connected", ring.ring_id))

    def not_connected(self, call: Call, ring: Ring, reason: Reason) -> None:
        self.heard.append(("not_connected", ring.ring_id))

    def left(self, call: Call, ring: Ring) -> None:
        self.heard.append(("left", ring.ring_id))

    def left_by_transfer(self, call: Call, ring: Ring, to: Destination) -> None:
        self.heard.append(("left_by_transfer", ring.ring_id))

    # of calls

    def prompt_finished(self, call: Call, sources: tuple[str, ...]) -> None:
        self.heard.append(("prompt_finished", " ".join(sources)))

    def key_pressed(self, call: Call, key: str) -> None:
        self.heard.append(("key_pressed", key))

    def caller_left(self, call: Call) -> None:
        self.heard.append(("caller_left", call.call_id))

    def caller_lost(self, call: Call, reason: Reason) -> None:
        self.heard.append(("caller_lost", call.call_id))

    def caller_renamed(self, call: Call) -> None:
        self.heard.append(("caller_renamed", call.caller_id.shown))

    def caller_replaced(self, call: Call, transfer: Transfer) -> None:
        self.heard.append(("caller_replaced", call.caller_id.shown))

    def handed_on(self, call: Call, to: Destination) -> None:
        self.heard.append(("handed_on", call.call_id))

    def transfer_failed(self, call: Call, reason: Reason) -> None:
        self.heard.append(("transfer_failed", call.call_id))

    def transfer_by(self, call: Call, user_id: str | None) -> Transfer:
        return Transfer(user_id, Cause.OUT_OF_A_DIRECT_CALL)

    def let_go(self, call: Call) -> None:
        self.heard.append(("let_go", call.call_id))


def queue_owner() -> FakeOwner:
    """Has callers who wait, and agents."""
    return FakeOwner(OwnerKind.QUEUE, Party.AGENT)
