"""The B2BUA: who hears what SIP and media say, and what the engine asks is carried out (edge)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.calls.exchange import BAO, FLOW, QUEUE, SDP, Exchange, account, play
from tests.fakes.messages import request

from huntline.calls.model import Call, Ring
from huntline.engine import commands as do
from huntline.engine import events as told
from huntline.engine.model import ExitPrompt, Introduction, Outcome
from huntline.engine.reasons import Cause, StopReason
from huntline.engine.waits import BANDS
from huntline.media.interface import (
    DtmfPressed,
    MediaDied,
    MediaLegLost,
    MediaSilent,
    MediaUnavailable,
    PlayFinished,
)
from huntline.sip.core.events import (
    DtmfReceived,
    InviteReceived,
    LegCancelled,
    LegEnded,
    OfferAnswered,
    OfferRejected,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_a_call_of_the_queue_from_its_first_ring_to_its_record() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.with_agent()
        assert [type(event) for event in exchange.heard()] == [
            told.CallArrived,
            told.AgentAnswered,
            told.CallBridged,
        ]
        assert call.callee is not None
        assert ("bridge", call.caller.media_id, call.callee.media_id) in exchange.media.did
        exchange.did()
        record = do.RecordCall(
            organization_id="contoso",
            call_id=call.call_id,
            queue_id="desk",
            first_queue_id="desk",
            caller="+14255550123",
            arrived_at=NOON,
            waiting_since=NOON,
            answered_at=NOON,
            ended_at=NOON,
            agent_id="amal",
            outcome=Outcome.ANSWERED,
            reason=Cause.NO_MORE_AUDIO,
        )
        await exchange.asks(do.EndCall(call.call_id, Outcome.ANSWERED), record)
        assert exchange.recorded == [record]
        assert [verb for verb, *_ in exchange.did()] == ["hang up", "hang up"]
        exchange.assert_nothing_is_left()

    play(story)


def test_a_greeting_is_played_and_its_end_told_once() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.site.greetings["desk"] = "welcome"
        call = await exchange.dials(QUEUE)
        await exchange.asks(do.AnswerCall(call.call_id), do.PlayGreeting(call.call_id, "desk"))
        exchange.heard()
        for source in ("music", "welcome", "welcome"):
            exchange.b2bua.handle_media(PlayFinished(call.caller.media_id, (source,)))
        assert exchange.heard() == [told.GreetingFinished(call.call_id)]

    play(story)


def test_what_is_told_before_an_exit_ends_with_it_and_nobody_waits_for_what_is_not_there() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.site.greetings["desk"] = "welcome"
        exchange.site.exit_prompts[ExitPrompt.TIMEOUT] = "too late"
        call = await exchange.dials(QUEUE)
        await exchange.asks(do.AnswerCall(call.call_id), do.PlayGreeting(call.call_id, "desk"))
        exchange.heard()
        await exchange.asks(do.PlayExitPrompt(call.call_id, "desk", ExitPrompt.TIMEOUT))
        assert exchange.media.did[-1] == ("play", call.caller.media_id, "too late")
        for source in ("welcome", "too late", "too late"):
            exchange.b2bua.handle_media(PlayFinished(call.caller.media_id, (source,)))
        assert exchange.heard() == [told.ExitPromptFinished(call.call_id)]
        await exchange.asks(do.PlayExitPrompt(call.call_id, "desk", ExitPrompt.OVERFLOW))
        assert exchange.heard() == [told.ExitPromptFinished(call.call_id)]

    play(story)


def test_waiting_callers_are_told_things_over_the_music() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.site.messages = ["patience"]
        call = await exchange.waiting()
        exchange.heard()
        media_id = call.caller.media_id
        await exchange.asks(do.PlayMessage(call.call_id, "desk", 0))
        assert list(exchange.media.did[-1]) == ["announce", media_id, "patience"]
        exchange.b2bua.handle_media(PlayFinished(media_id, ("something else",)))
        assert exchange.heard() == []
        exchange.b2bua.handle_media(PlayFinished(media_id, ("patience",)))
        await exchange.asks(do.TellPlace(call.call_id, "desk", 2, BANDS[3]))
        assert list(exchange.media.did[-1]) == ["announce", media_id, "position 2", "wait 4"]
        for _ in range(2):
            exchange.b2bua.handle_media(PlayFinished(media_id, ("position 2", "wait 4")))
        assert exchange.heard() == [told.AnnouncementFinished(call.call_id)] * 2

    play(story)


def test_nobody_waits_for_what_cannot_be_told() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.waiting()
        exchange.heard()
        exchange.site.unspoken = {"position 2"}
        await exchange.asks(
            do.PlayMessage(call.call_id, "desk", 0), do.TellPlace(call.call_id, "desk", 2, None)
        )
        assert exchange.heard() == [told.AnnouncementFinished(call.call_id)] * 2
        assert "announce" not in [what for what, *_ in exchange.media.did]

    play(story)


def test_what_is_being_told_is_cut_and_the_music_goes_on() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.site.messages = ["patience"]
        call = await exchange.waiting()
        media_id = call.caller.media_id
        await exchange.asks(do.PlayMessage(call.call_id, "desk", 0), do.CutAnnouncement(call.call_id))
        assert list(exchange.media.did[-2:]) == [
            ("announce", media_id, "patience"),
            ("play", media_id, "music"),
        ]
        exchange.heard()
        exchange.b2bua.handle_media(PlayFinished(media_id, ("patience",)))  # it was on its way
        exchange.did()
        await exchange.asks(do.CutAnnouncement(call.call_id))
        assert (exchange.heard(), exchange.did()) == ([], [])

    play(story)


def test_who_talks_to_an_agent_is_told_nothing_more() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.site.messages = ["patience"]
        call = await exchange.waiting()
        ring_id = f"{call.call_id}.1"
        await exchange.asks(do.RingAgent(ring_id, call.call_id, "desk", "amal"))
        await exchange.asks(do.PlayMessage(call.call_id, "desk", 0))
        await exchange.answers(call)
        await exchange.asks(do.BridgeCall(call.call_id, ring_id, "amal"))
        assert not call.announcement
        before = list(exchange.media.did)
        await exchange.asks(do.CutAnnouncement(call.call_id))
        assert exchange.media.did == before, "nobody plays music to who is talking"

    play(story)


async def introduced(exchange: Exchange) -> tuple[Call, Ring]:
    """An agent has answered, and is told of the call."""
    call = await exchange.waiting()
    ring_id = f"{call.call_id}.1"
    await exchange.asks(do.RingAgent(ring_id, call.call_id, "desk", "amal"))
    await exchange.answers(call)
    exchange.heard()
    bridge = do.BridgeCall(call.call_id, ring_id, "amal", Introduction("desk", timedelta(seconds=7)))
    await exchange.asks(bridge)
    return call, call.rings[ring_id]


def test_an_agent_who_is_told_of_the_call_gets_it_then() -> None:
    async def story(exchange: Exchange) -> None:
        call, ring = await introduced(exchange)
        assert ring.answered is not None
        told_leg, words = ring.answered.media_id, ("call from desk", "waited 7")
        assert list(exchange.media.did[-1]) == ["play", told_leg, *words]
        assert (call.callee, exchange.heard()) == (None, [])
        exchange.b2bua.handle_media(PlayFinished(told_leg, ("something else",)))
        assert call.callee is None
        for _ in range(2):  # the second one is of nothing
            exchange.b2bua.handle_media(PlayFinished(told_leg, words))
        assert call.callee is ring.answered
        assert exchange.media.did[-1] == ("bridge", call.caller.media_id, told_leg)
        assert exchange.heard() == [told.CallBridged(call.call_id, ring.ring_id)]

    play(story)


def test_an_agent_who_hangs_up_while_being_told_is_gone_and_the_caller_hears_music_on() -> None:
    async def story(exchange: Exchange) -> None:
        call, ring = await introduced(exchange)
        assert ring.answered is not None
        await exchange.hangs_up(ring.answered)
        assert exchange.heard() == [told.AgentHungUp(ring.ring_id)]
        assert not call.rings
        assert exchange.media.legs == {call.caller.media_id}

    play(story)


def test_an_agent_who_hangs_up_while_being_connected_is_gone_and_the_caller_hears_music_on() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.waiting()
        await exchange.asks(do.RingAgent(f"{call.call_id}.1", call.call_id, "desk", "amal"))
        ring = exchange.ringing(call)
        await exchange.answers(call)
        exchange.heard()
        exchange.media.did.clear()
        exchange.b2bua.dispatch(do.BridgeCall(call.call_id, ring.ring_id, "amal"))
        assert ring.answered is not None
        await exchange.hangs_up(ring.answered)
        assert exchange.heard() == [told.AgentHungUp(ring.ring_id)]
        assert exchange.media.did[-1] == ("play", call.caller.media_id, "music")

    play(story)


def test_a_caller_who_hangs_up_ends_what_the_agent_is_told() -> None:
    async def story(exchange: Exchange) -> None:
        call, ring = await introduced(exchange)
        await exchange.hangs_up(call.caller)
        assert exchange.heard() == [told.CallerHungUp(call.call_id)]
        await exchange.asks(
            do.ReleaseAgent(ring.ring_id, StopReason.CALLER_GONE),
            do.EndCall(call.call_id, Outcome.ABANDONED),
        )
        assert not exchange.media.legs

    play(story)


def test_a_queue_without_a_greeting_is_done_with_it_at_once() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.dials(QUEUE)
        exchange.heard()
        await exchange.asks(do.PlayGreeting(call.call_id, "desk"))
        assert exchange.heard() == [told.GreetingFinished(call.call_id)]

    play(story)


def test_what_is_asked_of_a_call_that_is_over_is_passed_over() -> None:
    async def story(exchange: Exchange) -> None:
        await exchange.asks(
            do.AnswerCall("gone"),
            do.BridgeCall("gone", "gone.1", "amal"),
            do.StopRinging("gone.1", StopReason.NO_ANSWER),
            do.RingAgent("gone.1", "gone", "desk", "amal"),
        )
        assert exchange.did() == []
        assert exchange.heard() == [told.RingFailed("gone.1", StopReason.CALLER_GONE)]

    play(story)


def test_a_full_queue_is_busy() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.dials(QUEUE)
        await exchange.asks(do.RefuseCall(call.call_id, Outcome.OVERFLOWED))
        assert exchange.did() == [("reject", "in1", 486)]
        assert exchange.refused == [], "its call record says why"

    play(story)


def test_silence_is_asked_about_and_a_dead_leg_hung_up_on() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.with_agent()
        exchange.heard()
        exchange.did()
        exchange.b2bua.handle_media(MediaSilent(call.caller.media_id))
        exchange.b2bua.handle_media(MediaDied("never heard of"))
        exchange.b2bua.handle_media(MediaDied(call.caller.media_id))
        assert exchange.did() == [("ask", "in1"), ("hang up", "in1")]
        assert exchange.heard() == [told.CallFailed(call.call_id, Cause.NO_MORE_AUDIO)]

    play(story)


def test_an_agent_whose_audio_is_gone_has_left() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.with_agent()
        exchange.heard()
        assert call.callee is not None
        exchange.b2bua.handle_media(MediaDied(call.callee.media_id))
        assert exchange.heard() == [told.AgentHungUp(f"{call.call_id}.1")]
        assert call.callee is None

    play(story)


def test_a_page_whose_keys_are_lost_is_offered_others_and_hears_again_what_it_did() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.with_agent()
        assert call.callee is not None
        agent = call.callee
        exchange.did()
        exchange.heard()
        exchange.media.did.clear()
        exchange.b2bua.handle_media(MediaLegLost(agent.media_id, is_renewable=True))
        await exchange.tools.tasks.done()
        assert exchange.did() == [("offer", agent.leg_id)]
        assert ("bridge", call.caller.media_id, agent.media_id) in exchange.media.did
        assert agent.is_renewed
        await exchange.said(OfferAnswered(agent.leg_id, SDP))
        assert not agent.is_renewed
        assert (exchange.did(), exchange.heard()) == ([], [])
        # Whatever is refused later is no more than a refusal.
        await exchange.said(OfferRejected(agent.leg_id, 488))
        assert (exchange.did(), exchange.heard()) == ([], [])

    play(story)


@pytest.mark.parametrize("refusal", ["by the page", "by media"])
def test_a_page_that_cannot_begin_anew_has_left(refusal: str) -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.with_agent()
        assert call.callee is not None
        agent = call.callee
        exchange.heard()
        if refusal == "by media":
            exchange.media.failure = MediaUnavailable("away")
        exchange.b2bua.handle_media(MediaLegLost(agent.media_id, is_renewable=True))
        await exchange.tools.tasks.done()
        if refusal == "by the page":
            await exchange.said(OfferRejected(agent.leg_id, 488))
        assert ("hang up", agent.leg_id) in exchange.did()
        assert exchange.heard() == [told.AgentHungUp(f"{call.call_id}.1")]
        assert call.callee is None

    play(story)


def test_a_call_that_ends_while_its_audio_is_made_anew_leaves_no_leg() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.with_agent()
        exchange.did()
        exchange.b2bua.handle_media(MediaLegLost(call.caller.media_id, is_renewable=True))
        await exchange.said(LegEnded("in1", "bye"))
        await exchange.tools.tasks.done()
        assert ("offer", "in1") not in exchange.did()
        assert call.caller.media_id not in exchange.media.legs

    play(story)


def test_keys_reach_the_other_side_however_they_come() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.with_agent()
        exchange.did()
        assert call.callee is not None
        exchange.b2bua.handle_media(DtmfPressed(call.callee.media_id, "5"))
        await exchange.said(DtmfReceived("in1", "7"))
        assert exchange.did() == [("key", "in1", "5"), ("key", call.callee.leg_id, "7")]

    play(story)


def test_a_caller_who_is_lost_is_told_apart_from_one_who_hangs_up() -> None:
    async def story(exchange: Exchange) -> None:
        for why, event in (("bye", told.CallerHungUp), ("no ack", told.CallFailed)):
            call = await exchange.waiting()
            exchange.heard()
            await exchange.hangs_up(call.caller, why)
            assert [type(each) for each in exchange.heard()] == [event]
        call = await exchange.dials(QUEUE)
        exchange.heard()
        await exchange.said(LegCancelled(call.caller.leg_id))
        assert exchange.heard() == [told.CallerHungUp(call.call_id)]

    play(story)


def test_what_is_said_of_legs_that_are_over_is_passed_over() -> None:
    async def story(exchange: Exchange) -> None:
        for event in (LegCancelled("gone"), OfferRejected("gone", 488), DtmfReceived("gone", "1")):
            await exchange.said(event)
        assert (exchange.did(), exchange.heard()) == ([], [])

    play(story)


def test_who_is_closing_ends_all_calls_and_takes_no_more() -> None:
    async def story(exchange: Exchange) -> None:
        queued, direct = await exchange.with_agent(), await exchange.dials(BAO, account("amal"))
        exchange.heard()
        exchange.b2bua.close_doors()
        exchange.b2bua.end_calls()
        assert exchange.heard() == [
            told.CallFailed(call.call_id, Cause.SHUTTING_DOWN) for call in (queued, direct)
        ]
        exchange.assert_nothing_is_left()
        exchange.did()
        await exchange.said(InviteReceived("late", request("INVITE"), FLOW, SDP))
        assert exchange.did() == [("reject", "late", 503)]

    play(story)
