"""Two cores and a network that loses, doubles and reorders: every call ends and nothing is left over."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest
from tests.sip.core.desk import counted_entropy

from huntline.sip.core.core import CoreSettings, Invite, SipCore
from huntline.sip.core.events import (
    InviteReceived,
    LegAnswered,
    LegCancelled,
    LegConfirmed,
    LegEnded,
    LegRejected,
    OfferReceived,
    SipEvent,
)
from huntline.sip.core.flow import Flow, Transport

CALLS = 12
SETTINGS = CoreSettings(ring_limit=60)


@dataclass
class Side:
    """A core with a user that decides by chance."""

    core: SipCore
    flow: Flow
    chance: random.Random
    legs: set[str] = field(default_factory=set)
    wishes: list[tuple[float, str, str]] = field(default_factory=list)

    def wish(self, at: float, what: str, leg_id: str) -> None:
        self.wishes.append((at, what, leg_id))

    def take_events(self, now: float) -> None:
        for event in self.core.take_events():
            self.react(event, now)

    def react(self, event: SipEvent, now: float) -> None:
        match event:
            case InviteReceived(leg_id, _, _, _):
                self.legs.add(leg_id)
                self.wish(now + self.chance.random(), "ring", leg_id)
                self.wish(now + self.chance.random() * 4, self.chance.choice(("answer", "reject")), leg_id)
            case OfferReceived(leg_id, _):
                self.wish(now + self.chance.random(), self.chance.choice(("accept", "refuse")), leg_id)
            case LegConfirmed(leg_id, _) | LegAnswered(leg_id, _):
                self.core.accept_offer(leg_id, "v=0 late", now)
                self.wish(now + self.chance.random() * 9, "offer", leg_id)
                self.wish(now + self.chance.random() * 99, "hang_up", leg_id)
            case LegEnded(leg_id, _) | LegCancelled(leg_id) | LegRejected(leg_id, _, _):
                assert leg_id in self.legs, "a leg ends once, and only when nobody hung up on it"
                self.legs.remove(leg_id)
            case _:
                pass

    def act(self, now: float) -> None:
        due = [wish for wish in self.wishes if wish[0] <= now]
        self.wishes = [wish for wish in self.wishes if wish[0] > now]
        for _, what, leg_id in due:
            if leg_id in self.legs:
                self.do(what, leg_id, now)

    def do(self, what: str, leg_id: str, now: float) -> None:
        match what:
            case "ring":
                self.core.ring(leg_id, now)
            case "answer":
                self.core.answer(leg_id, "v=0 answer", now)
            case "reject":
                self.core.reject(leg_id, 486, now)
                self.legs.discard(leg_id)
            case "offer":
                self.core.offer(leg_id, f"v=0 {now}", now)
            case "accept":
                self.core.accept_offer(leg_id, "v=0 accepted", now)
            case "refuse":
                self.core.reject_offer(leg_id, 488, now)
            case _:
                self.core.hang_up(leg_id, now)
                self.legs.discard(leg_id)


def make_sides(transport: Transport, chance: random.Random) -> tuple[Side, Side]:
    one, other = ("192.0.2.1", 5060), ("192.0.2.2", 5060)
    return (
        Side(SipCore(SETTINGS, counted_entropy(1)), Flow(transport, one, other), chance),
        Side(SipCore(SETTINGS, counted_entropy(2)), Flow(transport, other, one), chance),
    )


def next_moment(caller: Side, callee: Side, arrivals: list[float]) -> float | None:
    wishes = [wish[0] for side in (caller, callee) for wish in side.wishes]
    deadlines = [side.core.next_deadline() for side in (caller, callee)]
    return min([*arrivals, *wishes, *(each for each in deadlines if each is not None)], default=None)


@pytest.mark.parametrize("loss", [0.0, 0.05, 0.3, 1.0])
@pytest.mark.parametrize("seed", range(6))
def test_every_call_ends_whatever_the_network_does(seed: int, loss: float) -> None:
    chance = random.Random(seed)  # noqa: S311
    caller, callee = make_sides(Transport.UDP, chance)
    wire: list[tuple[float, Side, bytes]] = []

    def carry(sender: Side, receiver: Side, now: float) -> None:
        for send in sender.core.take_output():
            for _ in range(1 + (chance.random() < loss / 2)):
                if chance.random() >= loss:
                    wire.append((now + chance.choice((0.01, 0.02, 0.7)), receiver, send.data))

    for number in range(CALLS):
        leg_id = f"leg{number}"
        caller.legs.add(leg_id)
        sdp = "v=0 offer" if number % 4 else ""
        caller.core.invite(
            Invite(leg_id, "sip:b@192.0.2.2", caller.flow, "<sip:a@a>", "<sip:b@b>", sdp, "a"), 0.0
        )
        if number % 3 == 0:
            caller.wish(chance.random() * 3, "hang_up", leg_id)
    now: float | None = 0.0
    while now is not None and now < 10_000:
        for item in [item for item in wire if item[0] <= now]:
            wire.remove(item)
            item[1].core.receive(item[2], item[1].flow, now)
        for side, peer in ((caller, callee), (callee, caller)):
            side.core.tick(now)
            side.take_events(now)
            side.act(now)
            carry(side, peer, now)
        now = next_moment(caller, callee, [item[0] for item in wire])

    for side in (caller, callee):
        assert side.core.leg_count == 0
        assert side.core.transaction_count == 0
        assert side.legs == set()
        assert side.core.next_deadline() is None
