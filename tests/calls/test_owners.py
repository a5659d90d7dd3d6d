"""Owners of rings and calls: each decides what comes of its own, and no other is asked (edge)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from tests.calls.exchange import (
    BAO,
    CODE,
    ECHO,
    OUTSIDE,
    PLAN,
    QUEUE,
    SDP,
    Exchange,
    account,
    fails_to_connect,
    play,
)

from huntline.calls.diversion import MAX_TARGETS, number_hop
from huntline.calls.model import Call, OwnerKind, Party
from huntline.directory.plan import OutsideNumber, PersonRule
from huntline.directory.refused import RefusalReason
from huntline.engine import commands as do
from huntline.engine import events as told
from huntline.engine.model import Outcome
from huntline.engine.reasons import Cause, Destination, DestinationKind, FromQueue, StopReason
from huntline.media.interface import PlayFinished
from huntline.sip.core.events import LegAnswered, LegRinging

Start = Callable[[Exchange], Awaitable[Call]]


async def agent_rung(exchange: Exchange) -> Call:
    call = await exchange.waiting()
    await exchange.asks(do.RingAgent(f"{call.call_id}.1", call.call_id, "desk", "amal"))
    return call


async def forward_rung(exchange: Exchange) -> Call:
    call = await exchange.waiting()
    await exchange.asks(do.ForwardCall(call.call_id, "tel:+442071234567"))
    return call


async def person_rung(exchange: Exchange) -> Call:
    return await exchange.dials(BAO, account("amal"))


async def target_rung(exchange: Exchange) -> Call:
    call = await exchange.with_agent()
    assert call.callee is not None
    await exchange.refers(call.callee, BAO)
    return call


OWNERS: dict[OwnerKind, Start] = {
    OwnerKind.QUEUE: agent_rung,
    OwnerKind.FORWARD: forward_rung,
    OwnerKind.DIRECT: person_rung,
    OwnerKind.TRANSFER: target_rung,
}


@pytest.mark.parametrize("kind", OWNERS)
def test_every_owner_has_an_answer_to_all_that_can_happen_to_a_ring(kind: OwnerKind) -> None:
    async def story(exchange: Exchange) -> None:
        for what in ("ringing", "answered", "failed", "connected", "not_connected", "left", "by transfer"):
            call = await OWNERS[kind](exchange)
            ring, to = exchange.ringing(call), Destination(DestinationKind.PERSON, "rita")
            owner = ring.owner
            assert owner.kind is kind
            assert owner.party is (Party.AGENT if kind is OwnerKind.QUEUE else Party.TARGET)
            match what:
                case "ringing":
                    owner.ringing(call, ring, LegRinging(next(iter(ring.legs)), 180, None))
                case "answered":
                    owner.answered(call, ring)
                case "failed":
                    owner.failed(call, ring)
                case "connected":
                    owner.connected(call, ring)
                case "not_connected":
                    owner.not_connected(call, ring, Cause.NO_MORE_AUDIO)
                case "left":
                    owner.left(call, ring)
                case _:
                    owner.left_by_transfer(call, ring, to)
            await exchange.tools.tasks.done()

    play(story)


# -- what each decides

ALL_OF_A_RING = [
    # whose, whether the caller is told that it rings, then what the engine hears of an answer, a refusal, an
    # answer that cannot be connected, and a goodbye
    (
        OwnerKind.QUEUE,
        False,
        (told.AgentAnswered, told.AgentDeclined, told.BridgeFailed, told.AgentHungUp),
    ),
    (
        OwnerKind.FORWARD,
        False,
        (told.ForwardAnswered, told.ForwardFailed, told.ForwardFailed, told.ForwardEnded),
    ),
    (OwnerKind.DIRECT, True, (None, None, None, None)),
    (OwnerKind.TRANSFER, False, (told.CallTransferred, None, None, None)),
]


@pytest.mark.parametrize(("kind", "is_told", "heard"), ALL_OF_A_RING)
def test_the_engine_hears_what_becomes_of_its_calls_and_of_no_others(
    kind: OwnerKind, is_told: bool, heard: tuple[type | None, ...]
) -> None:
    answer, refusal, failure, goodbye = ([each] if each is not None else [] for each in heard)

    async def story(exchange: Exchange) -> None:
        call = await OWNERS[kind](exchange)
        exchange.heard()
        exchange.did()
        await exchange.rings(call)
        assert (("ring", call.caller.leg_id, 180) in exchange.did()) is is_told
        await exchange.answers(call)
        assert [type(event) for event in exchange.heard()] == answer

        call = await OWNERS[kind](exchange)
        exchange.heard()
        await exchange.rejects(call, 486)
        assert [type(event) for event in exchange.heard()] == refusal

        call = await OWNERS[kind](exchange)
        ring = exchange.ringing(call)
        exchange.heard()
        fails_to_connect(exchange)
        await exchange.answers(call)
        if kind is OwnerKind.QUEUE:
            exchange.heard()
            await exchange.asks(do.BridgeCall(call.call_id, ring.ring_id, "amal"))
        assert [type(event) for event in exchange.heard()] == failure
        assert ring.ring_id not in call.rings
        exchange.media.failure = None

        call = await OWNERS[kind](exchange)
        leg = exchange.ringing_leg(call)
        exchange.heard()
        exchange.b2bua.handle_sip(LegAnswered(leg.leg_id, SDP))  # and is not connected yet
        exchange.heard()
        await exchange.hangs_up(leg)
        assert [type(event) for event in exchange.heard()] == goodbye

    play(story)


def test_the_agents_phone_hangs_up() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.with_agent()
        exchange.heard()
        assert call.callee is not None
        await exchange.hangs_up(call.callee)
        assert exchange.heard() == [told.AgentHungUp(f"{call.call_id}.1")]
        assert (call.rings, call.connected_ring) == ({}, None)
        assert call.call_id in exchange.tools.book.calls, "the engine ends it"

    play(story)


@pytest.mark.parametrize("is_answered", [False, True])
def test_a_ring_of_an_agent_ends_when_the_engine_has_it_stopped(is_answered: bool) -> None:
    async def story(exchange: Exchange) -> None:
        call = await agent_rung(exchange)
        leg, ring = exchange.ringing_leg(call), exchange.ringing(call)
        if is_answered:
            await exchange.answers(call)
        exchange.heard()
        exchange.did()
        await exchange.asks(do.StopRinging(ring.ring_id, StopReason.ANSWERED_ELSEWHERE))
        assert exchange.did() == [("hang up", leg.leg_id)]
        assert (call.rings, exchange.heard()) == ({}, [])
        await exchange.asks(do.StopRinging(ring.ring_id, StopReason.ANSWERED_ELSEWHERE))
        assert exchange.did() == []

    play(story)


def test_a_refusal_that_is_no_decline_is_a_failed_ring() -> None:
    async def story(exchange: Exchange) -> None:
        for status, event in ((480, told.AgentDeclined), (404, told.RingFailed)):
            call = await agent_rung(exchange)
            exchange.heard()
            await exchange.rejects(call, status)
            assert [type(each) for each in exchange.heard()] == [event]

    play(story)


def test_an_agent_who_is_gone_from_the_settings_is_a_failed_ring() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.waiting()
        exchange.heard()
        await exchange.asks(do.RingAgent(f"{call.call_id}.1", call.call_id, "desk", "nobody"))
        assert exchange.heard() == [told.RingFailed(f"{call.call_id}.1", Cause.UNKNOWN_USER)]

    play(story)


def test_the_caller_of_a_failed_forward_is_told_of_it_when_the_engine_gives_up() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.dials(QUEUE)
        await exchange.asks(do.ForwardCall(call.call_id, "tel:+442071234567"))
        await exchange.rejects(call, 486)
        exchange.did()
        await exchange.asks(do.RefuseCall(call.call_id, Outcome.FAILED))
        assert exchange.did() == [("reject", "in1", 486)]

    play(story)


# -- direct calls


@pytest.mark.parametrize(("said", "heard"), [(486, 486), (603, 603), (404, 480), (500, 480)])
def test_a_person_who_is_busy_is_busy_to_the_caller(said: int, heard: int) -> None:
    async def story(exchange: Exchange) -> None:
        call = await person_rung(exchange)
        await exchange.rejects(call, said)
        assert exchange.did() == [("reject", "in1", heard)]
        assert exchange.heard() == []
        exchange.assert_nothing_is_left()

    play(story)


def test_the_mailbox_of_who_does_not_answer_is_rung_before_the_caller_hears_of_it() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.site.rule = PersonRule(busy=OutsideNumber("+1999", "contoso"))
        call = await person_rung(exchange)
        await exchange.rejects(call, 486)
        assert exchange.did() == []
        assert [invite.uri for invite in exchange.agent.invites] == ["sip:bao@10.0.0.5", "sip:x@10.0.0.9"]
        await exchange.rejects(call, 503)
        assert exchange.did() == [("reject", "in1", 500)]

    play(story)


@pytest.mark.parametrize("is_caller", [True, False])
def test_a_direct_call_is_over_with_either_of_the_two(is_caller: bool) -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.direct()
        exchange.did()
        assert call.callee is not None
        leaving, other = (call.caller, call.callee) if is_caller else (call.callee, call.caller)
        await exchange.hangs_up(leaving)
        assert exchange.did() == [("hang up", other.leg_id)]
        assert exchange.heard() == []
        exchange.assert_nothing_is_left()

    play(story)


def test_a_star_code_is_answered_with_a_tone_and_that_is_all() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.dials(CODE, account("amal"))
        assert exchange.did() == [("answer", "in1")]
        exchange.b2bua.handle_media(PlayFinished(call.caller.media_id, ("tone",)))
        assert exchange.did() == [("hang up", "in1")]
        exchange.assert_nothing_is_left()

    play(story)


def test_who_wants_to_hear_themselves_does_until_they_hang_up() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.dials(ECHO, account("amal"))
        assert exchange.did() == [("answer", "in1")]
        media_id = call.caller.media_id
        assert ("bridge", media_id, media_id) in exchange.media.did
        await exchange.hangs_up(call.caller)
        exchange.assert_nothing_is_left()

    play(story)


def test_a_number_outside_is_rung() -> None:
    async def story(exchange: Exchange) -> None:
        await exchange.dials(OUTSIDE, account("amal"))
        assert [invite.uri for invite in exchange.agent.invites] == ["sip:x@10.0.0.9"]

    play(story)


def test_a_call_that_has_passed_too_many_targets_enters_no_queue() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.dials(QUEUE)
        exchange.heard()
        exchange.did()
        call.path = (number_hop(PLAN, "contoso", "+1000"),) * MAX_TARGETS
        call.queue_id, call.owner = None, exchange.b2bua._direct_calls
        exchange.b2bua._moves.go(call, QUEUE)
        assert exchange.heard() == []
        assert exchange.did() == [("reject", "in1", 483)]
        assert [refused.reason for refused in exchange.refused] == [RefusalReason.TOO_MANY_HOPS]

    play(story)


# -- whose call it is


def test_the_owner_of_a_call_changes_when_it_enters_a_queue() -> None:
    async def story(exchange: Exchange) -> None:
        direct, queued = await person_rung(exchange), await exchange.dials(QUEUE)
        assert (direct.owner.kind, direct.owner.has_places) == (OwnerKind.DIRECT, False)
        assert (queued.owner.kind, queued.owner.has_places) == (OwnerKind.QUEUE, True)

    play(story)


def test_only_the_engine_hears_what_it_is_to_write_down() -> None:
    async def story(exchange: Exchange) -> None:
        direct, queued = await exchange.direct(), await exchange.with_agent()
        exchange.heard()
        by = direct.owner.transfer_by(direct, "amal")
        to = Destination(DestinationKind.PERSON, "rita")
        direct.owner.caller_renamed(direct)
        direct.owner.caller_replaced(direct, by)
        assert exchange.heard() == []
        assert by.origin is Cause.OUT_OF_A_DIRECT_CALL
        by = queued.owner.transfer_by(queued, "amal")
        queued.owner.caller_renamed(queued)
        queued.owner.caller_replaced(queued, by)
        queued.owner.handed_on(queued, to)
        queued.owner.transfer_failed(queued, Cause.NO_MORE_AUDIO)
        assert isinstance(by.origin, FromQueue)
        assert exchange.heard() == [
            told.CallerRenamed(queued.call_id, "+14255550123"),
            told.CallerChanged(queued.call_id, "+14255550123", by),
            told.CallTransferred(queued.call_id, to),
            told.TransferFailed(queued.call_id, Cause.NO_MORE_AUDIO),
        ]

    play(story)
