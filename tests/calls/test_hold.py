"""What everybody in a call hears, in every order of hold, answer, transfer and take-over (edge)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import pytest
from tests.calls.exchange import BAO, SDP, Exchange, play
from tests.fakes.owners import FakeOwner, queue_owner

from huntline.calls.caller_identity import CallerId
from huntline.calls.hold import Holding
from huntline.calls.model import Call, Leg, LegState, Party, PendingTransfer, Ring
from huntline.engine.reasons import Destination, DestinationKind
from huntline.media.interface import Media
from huntline.sip.core.events import OfferAnswered, OfferReceived, OfferRejected

DESCRIPTION = (
    "v=0\r\no=- 1 1 IN IP4 10.0.0.5\r\ns=-\r\nc=IN IP4 10.0.0.5\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n{}\r\n"
)
ACTIVE, HELD = "a=sendrecv", "a=sendonly"


class Ears:
    """A media driver of which it is known who hears what, as the worker decides it."""

    def __init__(self) -> None:
        self.playing: dict[str, str] = {}
        self.peers: dict[str, str] = {}

    def play(self, leg_id: str, sources: Sequence[str], *, loop: bool) -> None:
        self.playing[leg_id] = " ".join(sources)

    def bridge(self, leg_a: str, leg_b: str) -> None:
        self.unbridge(leg_a)
        self.unbridge(leg_b)
        self.peers |= {leg_a: leg_b, leg_b: leg_a}
        for each in (leg_a, leg_b):
            self.playing.pop(each, None)

    def bridge_early(self, listener: str, speaker: str, meanwhile: str) -> None:
        self.bridge(listener, speaker)
        self.playing[listener] = meanwhile

    def unbridge(self, leg_id: str) -> None:
        self.peers.pop(self.peers.pop(leg_id, ""), None)

    def to_narrow(self, leg_a: str, leg_b: str) -> list[str]:
        return []

    def heard_by(self, leg: Leg) -> str | None:
        """None is silence."""
        return self.playing.get(leg.media_id) or self.peers.get(leg.media_id)


def leg_of(name: str, party: Party, *, state: LegState = LegState.ANSWERED) -> Leg:
    return Leg(name, name, party, "c1", name, state=state)


@dataclass
class Parties:
    """A call, and what happens in it."""

    ears: Ears
    holding: Holding
    call: Call
    callee: Leg

    @property
    def caller(self) -> Leg:
        return self.call.caller

    def describes(self, leg: Leg, sdp: str) -> None:
        """The leg's new description is in force."""
        self.holding.changed(self.call, leg, DESCRIPTION.format(sdp))

    def callee_answers(self, sdp: str = ACTIVE) -> None:
        ring = Ring("c1.1", "c1", queue_owner(), None, answered=self.callee)
        self.callee.is_holding = sdp == HELD
        self.call.connected_ring = self.call.rings["c1.1"] = ring
        self.holding.settle(self.call)

    def replaced(self, leg: Leg, sdp: str = ACTIVE) -> Leg:
        """A party goes on by another leg, as with Replaces."""
        new = leg_of(f"new {leg.leg_id}", leg.party)
        new.is_holding = sdp == HELD
        if leg is self.caller:
            self.call.caller = new
        else:
            assert self.call.connected_ring is not None
            self.call.connected_ring.answered = self.callee = new
        self.holding.settle(self.call)
        return new


@pytest.fixture
def parties() -> Parties:
    ears = Ears()
    nothing: Any = None
    holding = Holding(nothing, cast(Media, ears), nothing, "ringing", nothing, lambda call: None)
    caller = leg_of("caller", Party.CALLER)
    call = Call("c1", "contoso", caller, CallerId("+1425"), "desk", "music", queue_owner(), queue_id="q1")
    return Parties(ears, holding, call, leg_of("agent", Party.AGENT))


def assert_right(parties: Parties) -> None:
    """Each hears the other one, or music where that one holds."""
    for leg, other in ((parties.caller, parties.callee), (parties.callee, parties.caller)):
        assert parties.ears.heard_by(leg) == ("music" if other.is_holding else other.media_id)


ORDERS = list(
    itertools.permutations(
        ("caller holds", "agent answers", "agent holds", "caller resumes", "agent resumes")
    )
)


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_each_hears_the_other_one_or_music_whatever_came_first(
    parties: Parties, order: tuple[str, ...]
) -> None:
    for step in order:
        who, what = step.split()
        leg = parties.caller if who == "caller" else parties.callee
        if what == "answers":
            parties.callee_answers(HELD if leg.is_holding else ACTIVE)
        elif leg is parties.callee and parties.call.connected_ring is None:
            leg.is_holding = what == "holds"  # said in the answer, then
        else:
            parties.describes(leg, HELD if what == "holds" else ACTIVE)
        if parties.call.connected_ring is not None:
            assert_right(parties)


@pytest.mark.parametrize("caller", [ACTIVE, HELD])
@pytest.mark.parametrize("agent", [ACTIVE, HELD])
@pytest.mark.parametrize("is_caller_replaced", [True, False])
def test_who_goes_on_by_another_leg_hears_the_same(
    parties: Parties, caller: str, agent: str, is_caller_replaced: bool
) -> None:
    parties.describes(parties.caller, caller)
    parties.callee_answers(agent)
    new = parties.replaced(parties.caller if is_caller_replaced else parties.callee)
    assert not new.is_holding
    assert_right(parties)
    parties.describes(new, HELD)
    assert_right(parties)


def test_who_is_handed_on_hears_music_until_that_is_settled(parties: Parties) -> None:
    parties.callee_answers()
    successor = Call("c2", "contoso", parties.caller, CallerId("+1425"), "desk", "music", FakeOwner())
    parties.call.transfer = PendingTransfer(
        parties.callee, successor, Destination(DestinationKind.PERSON, "bao")
    )
    parties.holding.settle(parties.call)
    parties.describes(parties.callee, HELD)
    assert parties.ears.heard_by(parties.caller) == "music"
    assert parties.ears.heard_by(parties.callee) is None
    parties.call.transfer = None
    parties.holding.settle(parties.call)
    assert_right(parties)
    parties.describes(parties.callee, ACTIVE)
    assert_right(parties)


def test_who_waits_hears_the_greeting_then_music(parties: Parties) -> None:
    parties.call.prompt = ("greeting",)
    parties.holding.settle(parties.call)
    assert parties.ears.heard_by(parties.caller) == "greeting"
    parties.call.prompt = ()
    parties.holding.settle(parties.call)
    assert parties.ears.heard_by(parties.caller) == "music"


def test_a_caller_hears_ringing_only_where_their_phone_does_not_make_it(parties: Parties) -> None:
    parties.caller.state = LegState.RINGING
    parties.holding.settle(parties.call)
    assert parties.ears.heard_by(parties.caller) is None
    parties.call.early, parties.call.is_early_told = parties.callee, True
    parties.holding.settle(parties.call)
    assert parties.ears.heard_by(parties.caller) == "ringing"
    assert parties.ears.peers[parties.caller.media_id] == parties.callee.media_id
    parties.call.early = None
    parties.holding.settle(parties.call)
    assert parties.ears.heard_by(parties.caller) == "ringing"
    parties.caller.state = LegState.ANSWERED
    parties.callee_answers()
    assert_right(parties)


def test_no_audio_is_made_for_a_party_who_offers_and_leaves_in_the_same_turn() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.with_agent()
        agent = call.callee
        assert agent is not None
        exchange.b2bua.handle_sip(OfferReceived(agent.leg_id, SDP))
        await exchange.hangs_up(agent)
        assert exchange.media.legs == {call.caller.media_id}

    play(story)


@pytest.mark.parametrize("is_taken", [True, False])
def test_who_speaks_another_codec_than_the_other_one_is_offered_g711_once(is_taken: bool) -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.dials(BAO)
        exchange.media.wide = {call.caller.media_id}
        await exchange.answers(call)
        callee = call.callee
        assert callee is not None
        narrowed = ("offer-narrow", call.caller.media_id, callee.media_id)
        assert exchange.media.did.count(narrowed) == 1
        assert ("offer", call.caller.leg_id) in exchange.did()
        leg_id = call.caller.leg_id
        await exchange.said(OfferAnswered(leg_id, SDP) if is_taken else OfferRejected(leg_id, 488))
        await exchange.said(OfferReceived(callee.leg_id, DESCRIPTION.format(HELD)))
        await exchange.said(OfferReceived(callee.leg_id, DESCRIPTION.format(ACTIVE)))
        assert exchange.media.did.count(narrowed) == 1

    play(story)
