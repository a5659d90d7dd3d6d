"""Which leg and which audio belong to which call, also when they move."""

from __future__ import annotations

import logging

import pytest
from tests.fakes.owners import FakeOwner, queue_owner

from huntline.calls.caller_identity import CallerId
from huntline.calls.model import (
    Call,
    CallBook,
    CallProgress,
    Leg,
    LegState,
    OwnerKind,
    Party,
    PendingTransfer,
    Ring,
)
from huntline.engine.reasons import Destination, DestinationKind


def leg(name: str, call_id: str, party: Party, account: str | None = None) -> Leg:
    return Leg(name, f"{name}-audio", party, call_id, name, account, state=LegState.ANSWERED)


class Office:
    """A caller talks to amal in call c1."""

    def __init__(self) -> None:
        self.counts: list[tuple[str, int]] = []
        self.book = CallBook(lambda user, count: self.counts.append((user, count)))
        self.caller = leg("caller", "c1", Party.CALLER)
        self.call = Call("c1", "contoso", self.caller, CallerId("+1"), "desk", "music", FakeOwner())
        self.book.add(self.call)
        self.agent = self.rung("amal", queue_owner())

    def rung(self, name: str, owner: FakeOwner) -> Leg:
        """Somebody is rung for the call and answers."""
        ring = Ring(f"c1.{name}", "c1", owner, name)
        ring.answered = ring.legs[name] = leg(name, "c1", owner.party, name)
        self.call.rings[ring.ring_id] = ring
        self.book.add_leg(self.call, ring.answered, ring)
        return ring.answered


def test_nothing_is_left_of_a_call_whose_rings_have_ended() -> None:
    office = Office()
    office.book.drop_leg(office.agent)
    office.call.rings.clear()
    office.book.drop(office.call)
    assert office.book.by_media("amal-audio") is None
    assert office.book.by_media("caller-audio") is None
    assert office.book.by_leg("caller") is None
    assert vars(office.book)["_media_ids"] == {}


def test_legs_that_move_belong_to_their_new_call_alone() -> None:
    office = Office()
    target = office.rung("bao", FakeOwner(OwnerKind.TRANSFER))
    ring = office.call.rings.pop("c1.bao")
    successor = Call("c2", "contoso", office.caller, CallerId("+1"), "desk", "music", FakeOwner())
    successor.rings[ring.ring_id] = successor.connected_ring = ring
    office.book.adopt(successor)
    assert office.call.legs() == [office.agent]
    assert successor.legs() == [office.caller, target]
    assert (office.caller.party, target.party, ring.call_id) == (Party.CALLER, Party.TARGET, "c2")
    office.book.drop(office.call)
    assert office.book.by_leg("amal") is None
    assert office.book.by_leg("bao") == (successor, ring)
    assert office.book.by_media("caller-audio") is successor
    assert office.counts == [("bao", 1)], "who was rung by a transfer is on the same call all the time"
    office.book.drop(successor)
    assert office.book.by_media("bao-audio") is None
    assert office.counts == [("bao", 1), ("bao", 0)]


def test_a_leg_is_replaced_wherever_it_stands() -> None:
    office = Office()
    ring = office.call.connected_ring = office.call.rings["c1.amal"]
    successor = Call("c2", "contoso", office.caller, CallerId("+1"), "desk", "music", FakeOwner())
    office.call.transfer = PendingTransfer(
        office.agent, successor, Destination(DestinationKind.PERSON, "bao")
    )
    new_agent = leg("amal2", "c1", Party.AGENT, "amal")
    new_caller = leg("caller2", "c1", Party.CALLER)
    office.book.replace_leg(office.agent, new_agent)
    office.book.replace_leg(office.caller, new_caller)
    assert office.call.callee is new_agent
    assert list(ring.legs) == ["amal2"]
    assert office.call.legs() == [new_caller, new_agent]
    assert (office.call.transfer.transferor, office.call.transfer.far) == (new_agent, new_caller)
    assert office.book.by_leg("amal") is None
    assert office.book.by_leg("amal2") == (office.call, ring)
    office.book.drop(office.call)
    assert office.book.by_media("caller-audio") is None


def test_each_change_of_state_is_logged_once_with_its_ids(caplog: pytest.LogCaptureFixture) -> None:
    office = Office()
    ring = office.call.rings["c1.amal"]
    phone = Leg("phone", "phone-audio", Party.AGENT, "c1", "amal")
    with caplog.at_level(logging.DEBUG, logger="huntline.calls.model"):
        ring.answer(phone, "v=0")
        office.call.connect(ring)
        office.call.connect(ring)
        assert office.call.disconnect() is ring
        assert office.call.disconnect() is None
        office.call.release()
    changes = [
        tuple(vars(record).get(name) for name in ("call_id", "leg_id", "ring_id", "was", "state"))
        for record in caplog.records
    ]
    assert (ring.answered, ring.sdp_answer) == (phone, "v=0")
    assert changes == [
        ("c1", "phone", None, LegState.RINGING, LegState.ANSWERED),
        ("c1", None, "c1.amal", CallProgress.ALERTING, CallProgress.TALKING),
        ("c1", None, "c1.amal", CallProgress.TALKING, CallProgress.ALERTING),
        ("c1", None, None, CallProgress.ALERTING, CallProgress.RELEASED),
    ]
