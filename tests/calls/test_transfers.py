"""Transfers: who goes on with whom, what the transferor and the engine hear of it (edge)."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.calls.exchange import BAO, CODE, QUEUE, Exchange, account, fails_to_connect, play

from huntline.calls.model import Call, Leg, OwnerKind
from huntline.directory.plan import UserTarget
from huntline.engine import commands as do
from huntline.engine import events as told
from huntline.engine.reasons import Cause, Destination, DestinationKind, SipAnswer
from huntline.sip.core.events import ReferReceived
from huntline.sip.core.grammar import parse_uri
from huntline.sip.core.replaces_header import Replaces

AMAL = UserTarget("amal", "contoso")
TO_BAO = Destination(DestinationKind.PERSON, "bao@contoso.com")


async def handing_on(exchange: Exchange) -> tuple[Call, Leg]:
    """Amal, an agent who talks to a caller of the queue, has bao rung for them."""
    call = await exchange.with_agent()
    assert call.callee is not None
    agent = call.callee
    exchange.heard()
    exchange.did()
    await exchange.refers(agent, BAO)
    return call, agent


async def being_connected(exchange: Exchange) -> tuple[Call, Leg]:
    """Amal has answered, and media is asked to connect them with the caller: it has not told us yet."""
    call = await exchange.waiting()
    ring_id = f"{call.call_id}.1"
    await exchange.asks(do.RingAgent(ring_id, call.call_id, "desk", "amal"))
    agent = exchange.ringing_leg(call)
    await exchange.answers(call)
    exchange.did()
    exchange.b2bua.dispatch(do.BridgeCall(call.call_id, ring_id, "amal"))
    return call, agent


def notified(exchange: Exchange, leg: Leg) -> list[Any]:
    """The statuses that a transferor was told since the last look."""
    return [did[2] for did in exchange.did() if did[:2] == ("notify", leg.leg_id)]


def test_the_far_party_goes_on_with_the_target_in_a_direct_call() -> None:
    async def story(exchange: Exchange) -> None:
        call, agent = await handing_on(exchange)
        caller, ring = call.caller, exchange.ringing(call)
        assert ring.owner.kind is OwnerKind.TRANSFER
        assert exchange.media.did[-1] == ("play", caller.media_id, "music")
        await exchange.rings(call)
        await exchange.answers(call)
        assert notified(exchange, agent) == [180, 200]
        assert exchange.heard() == [told.CallTransferred(call.call_id, TO_BAO)]
        found = exchange.tools.book.by_leg(caller.leg_id)
        assert found is not None
        successor = found[0]
        assert successor is not call
        assert (successor.owner.kind, ring.owner.kind) == (OwnerKind.DIRECT, OwnerKind.DIRECT)
        assert successor.connected_ring is ring

    play(story)


def test_who_hands_on_before_media_has_told_us_that_they_talk_waits_for_that() -> None:
    async def story(exchange: Exchange) -> None:
        call, agent = await being_connected(exchange)
        await exchange.refers(agent, BAO)  # all that is under way is done with it
        await asyncio.sleep(0)
        await exchange.tools.tasks.done()
        assert [did[0] for did in exchange.did() if did[1] == agent.leg_id] == ["accept refer"]
        assert call.transfer is not None
        assert call.transfer.far is call.caller

    play(story)


def test_who_hands_on_too_early_and_leaves_leaves_nothing() -> None:
    async def story(exchange: Exchange) -> None:
        call, agent = await being_connected(exchange)
        exchange.b2bua.handle_sip(ReferReceived(agent.leg_id, parse_uri("sip:bao@contoso.com"), None))
        await exchange.hangs_up(agent)
        assert [did for did in exchange.did() if did[0] == "accept refer"] == []
        assert call.transfer is None

    play(story)


def test_a_target_who_declines_leaves_all_as_it_was() -> None:
    async def story(exchange: Exchange) -> None:
        call, agent = await handing_on(exchange)
        await exchange.rejects(call, 486)
        assert notified(exchange, agent) == [486]
        assert exchange.heard() == []
        assert (call.callee, call.transfer) == (agent, None)
        assert exchange.media.did[-1] == ("bridge", call.caller.media_id, agent.media_id)

    play(story)


def test_a_target_who_cannot_be_heard_leaves_all_as_it_was() -> None:
    async def story(exchange: Exchange) -> None:
        call, agent = await handing_on(exchange)
        fails_to_connect(exchange)
        await exchange.answers(call)
        assert notified(exchange, agent) == [488]
        assert (call.callee, call.transfer) == (agent, None)

    play(story)


def test_the_engine_hears_that_the_agent_has_left_and_how_the_transfer_ends_without_them() -> None:
    async def story(exchange: Exchange) -> None:
        call, agent = await handing_on(exchange)
        await exchange.hangs_up(agent)
        assert exchange.heard() == [told.TransferorLeft(f"{call.call_id}.1", TO_BAO)]
        await exchange.rejects(call, 486)
        assert exchange.heard() == [told.TransferFailed(call.call_id, SipAnswer(486, "No"))]

    play(story)


def test_a_direct_call_whose_transfer_fails_without_its_transferor_is_over() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.dials(BAO, account("rita"))
        await exchange.answers(call)
        assert call.callee is not None
        leaving = call.callee
        await exchange.refers(leaving, AMAL)
        await exchange.hangs_up(leaving)
        assert exchange.heard() == []
        await exchange.rejects(call, 486)
        assert exchange.heard() == []
        exchange.assert_nothing_is_left()

    play(story)


def test_a_queue_takes_the_far_party_at_once() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.direct()
        assert call.callee is not None
        transferor, far = call.callee, call.caller
        await exchange.refers(transferor, QUEUE)
        (arrived,) = exchange.heard()
        assert isinstance(arrived, told.CallArrived)
        assert arrived.transfer is not None
        assert (arrived.transfer.by, arrived.transfer.origin) == ("bao", Cause.OUT_OF_A_DIRECT_CALL)
        (successor,) = exchange.tools.book.calls.values()
        assert (successor.caller, successor.owner.kind) == (far, OwnerKind.QUEUE)
        assert ("hang up", transferor.leg_id) in exchange.did()

    play(story)


def test_the_far_party_takes_the_place_of_a_transferor_who_waits_in_a_queue() -> None:
    async def story(exchange: Exchange) -> None:
        waiting = await exchange.dials(QUEUE, account("bao"))
        call = await exchange.direct()
        assert call.callee is not None
        far, transferor = call.caller, call.callee
        exchange.agent.dialogs["tag"] = waiting.caller
        exchange.heard()
        await exchange.refers(transferor, QUEUE, Replaces("x", "tag", "y"))
        (changed,) = exchange.heard()
        assert isinstance(changed, told.CallerChanged)
        assert waiting.caller is far
        assert list(exchange.tools.book.calls) == [waiting.call_id]

    play(story)


def test_what_cannot_be_is_refused_and_changes_nothing() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.with_agent()
        assert call.callee is not None
        agent = call.callee
        exchange.did()
        await exchange.refers(agent, CODE)
        await exchange.refers(call.caller, BAO)  # the caller of a queue
        await exchange.refers(agent, AMAL)  # who is in the call already
        assert exchange.did() == [("refuse refer", leg.leg_id, 403) for leg in (agent, call.caller, agent)]
        assert (call.callee, call.transfer) == (agent, None)

    play(story)


def test_a_second_transfer_waits_for_the_first_one() -> None:
    async def story(exchange: Exchange) -> None:
        _, agent = await handing_on(exchange)
        exchange.did()
        await exchange.refers(agent, BAO)
        assert exchange.did() == [("refuse refer", agent.leg_id, 491)]

    play(story)


def test_the_end_of_the_call_calls_the_transfer_off() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.direct()
        assert call.callee is not None
        transferor = call.callee
        await exchange.refers(transferor, UserTarget("rita", "contoso"))
        exchange.did()
        await exchange.hangs_up(call.caller)
        assert notified(exchange, transferor) == [487]
        exchange.assert_nothing_is_left()

    play(story)
