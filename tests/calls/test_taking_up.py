"""A process dies and another one goes on with its calls: no call is another one than it was (edge)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.calls.exchange import ATTENDANT, BAO, CODE, ECHO, OUTSIDE, QUEUE, SDP, Exchange, account
from tests.fakes.messages import request

from huntline.calls.call_records import CALL_KINDS
from huntline.calls.contacts import Contact
from huntline.calls.model import Call, DueRing, LegState
from huntline.directory.plan import AlsoRung, PersonRule
from huntline.engine import commands as do
from huntline.engine import events as told
from huntline.engine.model import ExitPrompt, Introduction, Outcome
from huntline.engine.reasons import Cause
from huntline.media.interface import MediaUnavailable, PlayFinished
from huntline.records import Codec
from huntline.sip.core.events import InviteReceived, LegAnswered, LegConfirmed, LegRejected
from huntline.sip.core.leg_record import LegRecord, SipLegState

from .exchange import FLOW

Start = Callable[[Exchange], Awaitable[Any]]


async def arriving(exchange: Exchange) -> None:
    """The audio of the caller is not ready yet."""
    exchange.admission.target = QUEUE
    invite = request("INVITE", "sip:desk@contoso.com", sender="sip:+14255550123@provider.example")
    exchange.b2bua.handle_sip(InviteReceived("in1", invite, FLOW, SDP))


async def a_code_dialled(exchange: Exchange) -> None:
    """The same for who has dialled a code."""
    exchange.admission.target, exchange.admission.caller = CODE, account("amal")
    exchange.b2bua.handle_sip(InviteReceived("in1", request("INVITE", "sip:*45@contoso.com"), FLOW, SDP))


async def agent_about_to_be_rung(exchange: Exchange) -> None:
    """The description for the agent's phone is not there yet."""
    call = await exchange.waiting()
    exchange.b2bua.dispatch(do.RingAgent(f"{call.call_id}.1", call.call_id, "desk", "amal"))


async def agent_rung(exchange: Exchange) -> Call:
    call = await exchange.waiting()
    await exchange.asks(do.RingAgent(f"{call.call_id}.1", call.call_id, "desk", "amal"))
    return call


async def about_to_be_connected(exchange: Exchange) -> None:
    """The agent has answered, and media does not know it yet."""
    call = await agent_rung(exchange)
    await exchange.answers(call)
    exchange.b2bua.dispatch(do.BridgeCall(call.call_id, f"{call.call_id}.1", "amal"))


async def forward_rung(exchange: Exchange) -> None:
    call = await exchange.waiting()
    await exchange.asks(do.ForwardCall(call.call_id, "tel:+442071234567"))


async def told_of_an_exit(exchange: Exchange) -> None:
    """A prompt is played before the exit happens."""
    call = await exchange.waiting()
    exchange.site.exit_prompts[ExitPrompt.TIMEOUT] = "too late"
    await exchange.asks(do.PlayExitPrompt(call.call_id, "desk", ExitPrompt.TIMEOUT))


async def told_while_waiting(exchange: Exchange) -> None:
    call = await exchange.waiting()
    exchange.site.messages = ["patience"]
    await exchange.asks(do.PlayMessage(call.call_id, "desk", 0))


async def agent_told_of_the_call(exchange: Exchange) -> None:
    call = await agent_rung(exchange)
    await exchange.answers(call)
    introduction = Introduction("desk", timedelta(seconds=7))
    await exchange.asks(do.BridgeCall(call.call_id, f"{call.call_id}.1", "amal", introduction))


async def transfer_rung(exchange: Exchange) -> Call:
    call = await exchange.with_agent()
    assert call.callee is not None
    await exchange.refers(call.callee, BAO)
    return call


async def transferor_gone(exchange: Exchange) -> None:
    call = await transfer_rung(exchange)
    assert call.callee is not None
    await exchange.hangs_up(call.callee)


async def person_rung(exchange: Exchange) -> None:
    await exchange.dials(BAO, account("amal"))


async def number_rung(exchange: Exchange) -> None:
    await exchange.dials(OUTSIDE, account("amal"))


async def number_rung_by_a_trunk_with_two_hosts(exchange: Exchange) -> None:
    """Nothing has been heard from the first one yet."""
    second = Contact("sip:x@10.0.0.10", FLOW, trunk="contoso/provider")
    exchange.site.outside = replace(exchange.site.outside, trunk="contoso/provider", further=(second,))
    await number_rung(exchange)


async def others_about_to_ring(exchange: Exchange) -> None:
    """Somebody is to be rung beside the person, a moment from now."""
    exchange.site.rule = PersonRule(also_ring=(AlsoRung(OUTSIDE, 1),))
    await person_rung(exchange)
    (ring,) = only_call(exchange).rings.values()
    ring.due = [DueRing(each.also, asyncio.get_running_loop().time() + 0.05) for each in ring.due]


async def greeted_by_an_attendant(exchange: Exchange) -> Call:
    return await exchange.dials(ATTENDANT, account("amal"))


async def in_a_menu_of_a_menu(exchange: Exchange) -> Call:
    """The caller has gone on to another attendant, and types an extension there."""
    call = await greeted_by_an_attendant(exchange)
    await exchange.presses(call, "233")
    return call


async def about_to_hear_themselves(exchange: Exchange) -> None:
    """The audio of a caller who has dialled a code is not ready yet."""
    exchange.admission.target, exchange.admission.caller = ECHO, account("amal")
    invite = request("INVITE", "sip:*43@contoso.com", sender="sip:amal@contoso.com")
    exchange.b2bua.handle_sip(InviteReceived("in1", invite, FLOW, SDP))


async def hearing_themselves(exchange: Exchange) -> Call:
    return await exchange.dials(ECHO, account("amal"))


MOMENTS: list[Start] = [
    about_to_hear_themselves,
    hearing_themselves,
    greeted_by_an_attendant,
    in_a_menu_of_a_menu,
    arriving,
    a_code_dialled,
    Exchange.waiting,
    agent_about_to_be_rung,
    agent_rung,
    about_to_be_connected,
    Exchange.with_agent,
    told_of_an_exit,
    told_while_waiting,
    agent_told_of_the_call,
    forward_rung,
    Exchange.forwarded,
    transfer_rung,
    transferor_gone,
    person_rung,
    number_rung,
    number_rung_by_a_trunk_with_two_hosts,
    others_about_to_ring,
    Exchange.direct,
]


def codec(exchange: Exchange) -> Codec:
    return Codec(CALL_KINDS, exchange.b2bua.owners)


def records(exchange: Exchange) -> list[bytes]:
    return [codec(exchange).encode(call) for call in exchange.tools.book.calls.values()]


def living(leg_id: str, state: SipLegState) -> LegRecord:
    """What SIP has of a leg that lives."""
    return LegRecord(leg_id, leg_id.startswith("in"), state, f"tag of {leg_id}", FLOW, remote_sdp=SDP)


def taken_up(before: Exchange) -> Exchange:
    """The exchange of a new process, which has what the dead one wrote down; SIP and media live on."""
    after = Exchange(before.media)
    calls = [codec(after).decode(record) for record in records(before)]
    states = {leg.leg_id: leg.state for call in calls for leg in call.legs()}
    legs = {
        leg_id: living(leg_id, SipLegState.CONFIRMED if state is LegState.ANSWERED else SipLegState.RINGING)
        for leg_id, state in states.items()
    }
    rings = [ring.ring_id for call in calls for ring in call.rings.values()]
    audio = sorted(before.media.legs)
    after.b2bua.take_up(calls, legs, audio, [call.call_id for call in calls], rings)
    assert sorted(after.media.legs) == audio
    return after


def survive(moment: Start, check: Callable[[Exchange, Exchange], Awaitable[None]]) -> None:
    """Let a process die at a moment and see what the next one makes of it."""

    async def both() -> None:
        before = Exchange()
        await moment(before)
        before.heard()
        await before.tools.tasks.close()
        after = taken_up(before)
        try:
            await check(before, after)
        finally:
            for exchange in (before, after):
                exchange.b2bua.end_calls()
                await exchange.b2bua.close()

    asyncio.run(both())


@pytest.mark.parametrize("moment", MOMENTS)
def test_every_call_is_what_it_was_and_nobody_is_hung_up_on(moment: Start) -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        assert records(after) == records(before)
        assert after.did() == []
        assert after.heard() == []

    survive(moment, check)


@pytest.mark.parametrize("moment", MOMENTS)
def test_nothing_is_left_once_all_parties_are_gone(moment: Start) -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        await after.tools.tasks.done()
        for call in list(after.tools.book.calls.values()):
            await after.hangs_up(call.caller)
            await after.asks(do.EndCall(call.call_id, Outcome.ABANDONED))
            after.b2bua._parts.ends.end(call)
        after.assert_nothing_is_left()

    survive(moment, check)


def only_call(exchange: Exchange) -> Call:
    (call,) = exchange.tools.book.calls.values()
    return call


def test_a_caller_whose_audio_was_being_prepared_comes_to_the_queue() -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        await after.tools.tasks.done()
        assert [type(event) for event in after.heard()] == [told.CallArrived]

    survive(arriving, check)


def test_an_agent_who_was_about_to_be_rung_is_rung_by_a_leg_of_its_own() -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        call = only_call(after)
        await after.tools.tasks.done()
        (invite,) = after.agent.invites
        assert invite.sdp == SDP
        await after.said(LegAnswered(invite.leg_id, SDP))
        assert after.heard() == [told.AgentAnswered(f"{call.call_id}.1")]

    survive(agent_about_to_be_rung, check)


def test_numbers_of_legs_are_never_given_twice() -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        call = only_call(after)
        taken = {leg.leg_id for leg in call.legs()} | {leg.media_id for leg in call.legs()}
        await after.asks(do.RingAgent(f"{call.call_id}.2", call.call_id, "desk", "bao"))
        (leg,) = call.rings[f"{call.call_id}.2"].legs.values()
        assert leg.leg_id not in taken

    survive(agent_rung, check)


def test_a_host_that_stays_silent_over_a_death_is_followed_by_the_next_and_the_trunk_counts_on() -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        assert after.tools.book.calls_by_trunk("contoso/provider") == 1
        (ring,) = only_call(after).rings.values()
        (leg,) = ring.legs.values()
        await after.said(LegRejected(leg.leg_id, 408, "Request Timeout", is_local=True))
        (invite,) = after.agent.invites
        assert (invite.uri, invite.answer_within) == ("sip:x@10.0.0.10", 4.0)
        assert after.tools.book.calls_by_trunk("contoso/provider") == 1
        await after.said(LegRejected(invite.leg_id, 503, "No"))
        assert after.tools.book.calls_by_trunk("contoso/provider") == 0

    survive(number_rung_by_a_trunk_with_two_hosts, check)


def test_an_agent_who_answered_at_that_moment_gets_the_caller() -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        call = only_call(after)
        await after.tools.tasks.done()
        assert call.callee is not None
        assert after.heard() == [told.CallBridged(call.call_id, f"{call.call_id}.1")]

    survive(about_to_be_connected, check)


def test_an_answer_that_only_sip_knows_of_is_told() -> None:
    async def both() -> None:
        before = Exchange()
        call = await agent_rung(before)
        leg_id = before.ringing_leg(call).leg_id
        after = Exchange()
        calls = [codec(after).decode(record) for record in records(before)]
        legs = {name: living(name, SipLegState.CONFIRMED) for name in ("in1", leg_id)}
        after.b2bua.take_up(calls, legs, [], [call.call_id], [f"{call.call_id}.1"])
        assert after.heard() == [told.AgentAnswered(f"{call.call_id}.1")]

    asyncio.run(both())


def test_parties_whom_sip_has_lost_are_gone_for_their_owners() -> None:
    async def both() -> None:
        for moment, expected in (
            (Exchange.waiting, told.CallFailed),
            (Exchange.with_agent, told.CallFailed),
            (agent_rung, told.CallFailed),
        ):
            before = Exchange()
            await moment(before)
            after = Exchange()
            calls = [codec(after).decode(record) for record in records(before)]
            after.b2bua.take_up(calls, {}, [], [call.call_id for call in calls], [])
            heard = after.heard()
            assert expected(calls[0].call_id, Cause.SERVER_RESTARTED) in heard

    asyncio.run(both())


def test_legs_without_a_call_are_hung_up_on_and_their_audio_ends_and_rings_without_legs_are_told() -> None:
    async def both() -> None:
        after = Exchange()
        left = {"left": living("left", SipLegState.CONFIRMED)}
        after.media.legs.add("left-audio")
        after.b2bua.take_up([], left, ["left-audio"], ["c1"], ["c1.1"])
        assert after.did() == [("hang up", "left")]
        assert after.media.legs == set()
        assert after.heard() == [
            told.RingFailed("c1.1", Cause.SERVER_RESTARTED),
            told.AgentHungUp("c1.1"),
            told.CallFailed("c1", Cause.SERVER_RESTARTED),
        ]

    asyncio.run(both())


def test_a_queue_call_that_the_engine_has_ended_is_ended() -> None:
    async def both() -> None:
        before = Exchange()
        await before.waiting()
        after = taken_up(before)
        again = Exchange()
        calls = [codec(again).decode(record) for record in records(after)]
        again.b2bua.take_up(calls, {"in1": living("in1", SipLegState.CONFIRMED)}, [], [], [])
        assert again.tools.book.calls == {}
        assert again.did() == [("hang up", "in1")]

    asyncio.run(both())


def test_a_description_that_media_had_not_taken_is_applied() -> None:
    async def describe(exchange: Exchange) -> None:
        call = await exchange.waiting()
        exchange.b2bua.handle_sip(LegConfirmed(call.caller.leg_id, SDP))

    async def check(before: Exchange, after: Exchange) -> None:
        call = only_call(after)
        assert call.caller.unapplied == SDP
        after.media.failure = MediaUnavailable("no")
        await after.tools.tasks.done()
        assert isinstance(after.heard()[0], told.CallFailed)

    survive(describe, check)


def test_the_alert_time_goes_on_from_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    async def person_rung_shortly(exchange: Exchange) -> None:
        await person_rung(exchange)
        (ring,) = only_call(exchange).rings.values()
        ring.rings_until = asyncio.get_running_loop().time() + 0.05

    async def check(before: Exchange, after: Exchange) -> None:
        call = only_call(after)
        (ring,) = call.rings.values()
        assert ring.rings_until is not None
        refused = asyncio.Event()
        monkeypatch.setattr(after.agent, "reject", lambda *_, **__: refused.set())
        await asyncio.wait_for(refused.wait(), 2)
        assert after.tools.book.calls == {}

    survive(person_rung_shortly, check)


def test_who_is_to_ring_beside_a_person_rings_when_it_is_time() -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        async with asyncio.timeout(2):
            while not after.agent.invites:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert [invite.uri for invite in after.agent.invites] == ["sip:x@10.0.0.9"]

    survive(others_about_to_ring, check)


def test_a_refusal_after_the_take_up_goes_to_the_owner_of_the_ring() -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        call = only_call(after)
        await after.said(LegRejected(after.ringing_leg(call).leg_id, 486, "Busy"))
        assert [type(event) for event in after.heard()] == [told.AgentDeclined]

    survive(agent_rung, check)


def test_a_caller_in_a_menu_goes_on_there() -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        call = only_call(after)
        await after.presses(call, "01")
        (ring,) = call.rings.values()
        assert ring.account_id == "bao"
        assert [hop.name for hop in ring.path] == ["Reception", "Night", "bao"]

    survive(in_a_menu_of_a_menu, check)


def test_a_wait_for_a_key_ends_in_another_process_as_it_would_have() -> None:
    async def waits(exchange: Exchange) -> None:
        call = await greeted_by_an_attendant(exchange)
        await exchange.heard_out(call)
        await exchange.heard_out(call)
        assert call.visit is not None
        assert call.visit.until is not None
        call.visit.until -= timedelta(seconds=5)  # it is long over when the next process begins

    async def check(before: Exchange, after: Exchange) -> None:
        heard_again = asyncio.Event()
        was, call = after.media.play, only_call(after)

        def play(leg_id: str, sources: Sequence[str], *, loop: bool) -> None:
            was(leg_id, sources, loop=loop)
            heard_again.set()

        after.media.play = play  # type: ignore[method-assign]
        await asyncio.wait_for(heard_again.wait(), 5)
        assert call.prompt[-1] == "en: menu"

    survive(waits, check)


def test_what_an_attendant_was_about_to_say_is_said() -> None:
    async def about_to_speak(exchange: Exchange) -> None:
        call = await greeted_by_an_attendant(exchange)
        exchange.speech.unknown = {"menu"}
        exchange.b2bua.handle_media(PlayFinished(call.caller.media_id, call.prompt))
        assert not call.prompt

    async def check(before: Exchange, after: Exchange) -> None:
        await after.tools.tasks.done()
        assert only_call(after).prompt == ("en: menu",)

    survive(about_to_speak, check)


def test_what_was_told_before_an_exit_ends_for_the_next_process() -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        call = only_call(after)
        after.b2bua.handle_media(PlayFinished(call.caller.media_id, ("too late",)))
        assert after.heard() == [told.ExitPromptFinished(call.call_id)]

    survive(told_of_an_exit, check)


def test_what_a_waiting_caller_was_told_ends_for_the_next_process() -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        call = only_call(after)
        after.b2bua.handle_media(PlayFinished(call.caller.media_id, ("patience",)))
        assert after.heard() == [told.AnnouncementFinished(call.call_id)]

    survive(told_while_waiting, check)


def test_what_a_waiting_caller_was_told_can_be_cut_by_the_next_process() -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        call = only_call(after)
        await after.asks(do.CutAnnouncement(call.call_id))
        assert after.media.did[-1] == ("play", call.caller.media_id, "music")

    survive(told_while_waiting, check)


def test_an_agent_who_was_told_of_the_call_gets_it_from_the_next_process_once() -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        call = only_call(after)
        (ring,) = call.rings.values()
        assert ring.answered is not None
        # Media tells at once what ended meanwhile, before it has taken the answer once more.
        after.b2bua.handle_media(PlayFinished(ring.answered.media_id, ring.introduction))
        await after.tools.tasks.done()
        assert call.callee is ring.answered
        assert after.heard() == [told.CallBridged(call.call_id, ring.ring_id)]

    survive(agent_told_of_the_call, check)


def test_an_agent_who_was_being_told_of_the_call_is_told_by_the_next_process() -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        await after.tools.tasks.done()
        call = only_call(after)
        (ring,) = call.rings.values()
        assert ring.answered is not None
        assert call.callee is None
        after.b2bua.handle_media(PlayFinished(ring.answered.media_id, ring.introduction))
        assert call.callee is ring.answered

    survive(agent_told_of_the_call, check)
