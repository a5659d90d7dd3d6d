"""Callers with an attendant: what they hear, where their keys lead, and who has the call then (edge)."""

from __future__ import annotations

import asyncio

from tests.calls.exchange import ATTENDANT, BAO, MENU, Exchange, account, play

from huntline.attendant.visit import Stage
from huntline.attendant.words import sentences_in
from huntline.calls.model import Call, CallProgress, LegState
from huntline.engine import events as told
from huntline.engine.reasons import Destination, DestinationKind, KeyPressed, SentOn
from huntline.media.interface import PlayFinished
from huntline.sip.core.events import DtmfReceived

ENGLISH = sentences_in("en")
RECEPTION = Destination(DestinationKind.ATTENDANT, "Reception")


async def greeted(exchange: Exchange) -> Call:
    """Amal has dialled the attendant and hears its greeting."""
    return await exchange.dials(ATTENDANT, account("amal"))


async def in_the_menu(exchange: Exchange) -> Call:
    """She has heard it out, and hears the menu."""
    call = await greeted(exchange)
    await exchange.heard_out(call)
    return call


def playing(exchange: Exchange) -> tuple[str, ...]:
    """What was played last."""
    return next(did[2:] for did in reversed(exchange.media.did) if did[0] == "play")


def test_the_caller_is_answered_and_hears_greeting_and_menu() -> None:
    async def story(exchange: Exchange) -> None:
        call = await greeted(exchange)
        assert (call.caller.state, call.state) == (LegState.ANSWERED, CallProgress.IN_MENU)
        assert playing(exchange) == ("sound hello",)
        await exchange.heard_out(call)
        assert playing(exchange) == ("en: menu",)
        assert exchange.posted == []

    play(story)


def test_a_key_in_the_greeting_cuts_it_and_leads_to_the_queue_at_once() -> None:
    async def story(exchange: Exchange) -> None:
        call = await greeted(exchange)
        await exchange.presses(call, "1")
        (arrived,) = exchange.posted
        assert isinstance(arrived, told.CallArrived)
        assert (arrived.queue_id, arrived.is_answered, arrived.passed) == ("desk", True, 1)
        desk = Destination(DestinationKind.QUEUE, "Help Desk")
        assert arrived.steps == (SentOn(RECEPTION, KeyPressed("1"), desk),)
        assert (call.visit, call.state) == (None, CallProgress.ALERTING)
        assert call.path[-1].name == "Reception"
        assert playing(exchange) == ("music",)

    play(story)


def test_keys_pressed_ahead_count_in_the_next_menu() -> None:
    async def story(exchange: Exchange) -> None:
        call = await greeted(exchange)
        await exchange.presses(call, "21")
        (arrived,) = exchange.posted
        assert isinstance(arrived, told.CallArrived)
        assert arrived.passed == 2
        assert [hop.name for hop in call.path] == ["Reception", "Night"]

    play(story)


def test_back_leads_to_the_menu_before_and_says_it_at_once() -> None:
    async def story(exchange: Exchange) -> None:
        call = await greeted(exchange)
        await exchange.presses(call, "2")
        assert playing(exchange) == ("fr: menu",)
        await exchange.presses(call, "*")
        assert call.visit is not None
        assert call.visit.plan.attendant_id == "reception"
        assert playing(exchange) == ("en: menu",)

    play(story)


def test_an_extension_rings_the_person_whose_it_is() -> None:
    async def story(exchange: Exchange) -> None:
        call = await in_the_menu(exchange)
        await exchange.presses(call, "3301")
        (ring,) = call.rings.values()
        assert ring.account_id == "bao"
        assert [hop.name for hop in ring.path] == ["Reception", "bao"]

    play(story)


def test_whoever_chooses_to_end_the_call_is_told_and_hung_up_on() -> None:
    async def story(exchange: Exchange) -> None:
        call = await in_the_menu(exchange)
        await exchange.presses(call, "4")
        assert playing(exchange) == (f"en: {ENGLISH.farewell}",)
        assert call.call_id in exchange.tools.book.calls
        await exchange.heard_out(call)
        assert not exchange.tools.book.calls
        assert ("hang up", call.caller.leg_id) in exchange.agent.did
        assert not exchange.media.legs

    play(story)


def test_a_target_that_is_gone_ends_the_call() -> None:
    async def story(exchange: Exchange) -> None:
        call = await in_the_menu(exchange)
        await exchange.presses(call, "5")
        assert not exchange.tools.book.calls

    play(story)


def test_what_has_to_be_spoken_first_is_played_then_and_a_key_goes_before_it() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.speech.unknown = {"menu"}
        call = await in_the_menu(exchange)
        assert playing(exchange) == ("en: menu",)  # ``done`` has waited for it
        cut = await greeted(exchange)
        exchange.b2bua.handle_media(PlayFinished(cut.caller.media_id, cut.prompt))
        exchange.b2bua.handle_sip(DtmfReceived(cut.caller.leg_id, "3"))
        await exchange.tools.tasks.done()
        assert playing(exchange) == (f"en: {ENGLISH.type_extension}",)
        assert call.visit is not cut.visit

    play(story)


def test_a_sentence_that_cannot_be_spoken_makes_nobody_wait() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.speech.unspeakable = {"menu"}
        call = await in_the_menu(exchange)
        assert call.visit is not None
        assert call.visit.stage is Stage.MENU
        assert call.visit.until is not None

    play(story)


def test_silence_ends_in_the_no_input_target_after_its_rounds() -> None:
    async def story(exchange: Exchange) -> None:
        loop = asyncio.get_running_loop()
        call = await in_the_menu(exchange)
        for _ in range(MENU.repeats + 1):
            await exchange.heard_out(call)
            assert call.visit is not None
            assert call.visit.until is not None
            _skip(loop, MENU.wait_for_key)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        assert playing(exchange) == (f"en: {ENGLISH.farewell}",)

    play(story)


def _skip(loop: asyncio.AbstractEventLoop, seconds: float) -> None:
    """Let the loop's clock be later from now on."""
    was = loop.time

    def later() -> float:
        return was() + seconds

    loop.time = later  # type: ignore[method-assign]


def test_a_caller_who_hangs_up_leaves_nothing_behind() -> None:
    async def story(exchange: Exchange) -> None:
        call = await in_the_menu(exchange)
        await exchange.heard_out(call)
        await exchange.hangs_up(call.caller)
        assert not exchange.tools.book.calls
        assert not exchange.media.legs
        assert call.visit is None

    play(story)


def test_whoever_is_rung_by_an_attendant_and_hands_the_caller_back_to_it() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.dials(BAO, account("amal"))
        await exchange.answers(call)
        assert call.callee is not None
        await exchange.refers(call.callee, ATTENDANT)
        (successor,) = exchange.tools.book.calls.values()
        assert successor.visit is not None
        assert playing(exchange) == ("sound hello",)

    play(story)
