"""Callers in a mailbox: what they hear, what each key does, and that nothing said is lost (edge)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from tests.calls.exchange import AMAL_BOX, LISTEN, QUEUE, Exchange, account
from tests.calls.test_taking_up import only_call, records, survive

from huntline.calls.box_visit import BoxStep, HeardMessage, MessageChange
from huntline.calls.model import Call, CallProgress
from huntline.engine import commands as do
from huntline.engine import events as told
from huntline.engine.model import Outcome
from huntline.errors import HuntlineError
from huntline.media.interface import DtmfPressed, PlayFinished, RecordingEnded, WhyEnded

Start = Callable[[Exchange], Awaitable[Call]]


def perform(story: Callable[[Exchange], Awaitable[None]]) -> None:
    """Run a story, after which nothing may be left."""

    async def run() -> None:
        exchange = Exchange()
        try:
            await story(exchange)
        finally:
            exchange.b2bua.end_calls()
            await exchange.b2bua.close()
        exchange.assert_nothing_is_left()

    asyncio.run(run())


async def played_out(exchange: Exchange, call: Call) -> None:
    """What is played to the caller has come to its end."""
    exchange.b2bua.handle_media(PlayFinished(call.caller.media_id, call.prompt))
    await exchange.tools.tasks.done()


async def presses(exchange: Exchange, call: Call, keys: str) -> None:
    for key in keys:
        exchange.b2bua.handle_media(DtmfPressed(call.caller.media_id, key))
        await exchange.tools.tasks.done()


async def recorded(exchange: Exchange, call: Call, why: WhyEnded = "stopped") -> None:
    """Media has ended the file."""
    assert call.box_visit is not None
    path = call.box_visit.path or ""
    exchange.b2bua.handle_media(RecordingEnded(call.caller.media_id, path, 9.0, why))
    await exchange.tools.tasks.done()


async def greeted(exchange: Exchange) -> Call:
    """The greeting is played."""
    return await exchange.dials(AMAL_BOX)


async def beeping(exchange: Exchange) -> Call:
    call = await greeted(exchange)
    await played_out(exchange, call)
    return call


async def speaking(exchange: Exchange) -> Call:
    """The caller leaves a message."""
    call = await beeping(exchange)
    await played_out(exchange, call)
    return call


async def asked_for_pin(exchange: Exchange) -> Call:
    return await exchange.dials(LISTEN, account("amal"))


async def listening(exchange: Exchange) -> Call:
    """Amal hears the first of three messages."""
    exchange.mailroom.kept = [
        HeardMessage("new", "Zoé", "/new.wav", is_new=True),
        HeardMessage("broken", "1 2", None, is_new=True),
        HeardMessage("old", "Bao", "/old.wav", is_new=False),
    ]
    call = await asked_for_pin(exchange)
    await presses(exchange, call, "2468#")
    return call


def test_a_caller_is_greeted_hears_the_beep_and_is_recorded() -> None:
    async def story(exchange: Exchange) -> None:
        call = await greeted(exchange)
        assert (list(call.prompt), call.state) == (["greeting"], CallProgress.IN_MAILBOX)
        await played_out(exchange, call)
        assert list(call.prompt) == ["beep"]
        assert exchange.mailroom.begun == [("amal", call.call_id, "+14255550123")]
        await played_out(exchange, call)
        assert ("record", call.caller.media_id, "/voicemail/m1.wav") in exchange.media.did
        await presses(exchange, call, "#")
        assert ("stop-recording", call.caller.media_id) in exchange.media.did
        await recorded(exchange, call)
        assert exchange.mailroom.finished == ["m1"]
        assert list(call.prompt) == ["stored"]
        await played_out(exchange, call)
        assert exchange.tools.book.calls == {}

    perform(story)


def test_hash_skips_the_greeting_and_other_keys_do_not() -> None:
    async def story(exchange: Exchange) -> None:
        call = await greeted(exchange)
        await presses(exchange, call, "1")
        assert list(call.prompt) == ["greeting"]
        await presses(exchange, call, "#")
        assert list(call.prompt) == ["beep"]

    perform(story)


@pytest.mark.parametrize("why", ["silence", "limit", "disk"])
def test_every_end_of_the_recording_is_the_same_to_the_caller(why: WhyEnded) -> None:
    async def story(exchange: Exchange) -> None:
        call = await speaking(exchange)
        await recorded(exchange, call, why)
        assert exchange.mailroom.finished == ["m1"]
        assert list(call.prompt) == ["stored"]

    perform(story)


def test_who_says_nothing_is_told_that_nothing_is_left() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.mailroom.has_speech = False
        call = await speaking(exchange)
        await recorded(exchange, call, "silence")
        assert list(call.prompt) == ["not-stored"]

    perform(story)


def test_who_hangs_up_in_mid_sentence_has_left_a_message() -> None:
    async def story(exchange: Exchange) -> None:
        call = await speaking(exchange)
        await exchange.hangs_up(call.caller)
        assert exchange.tools.book.calls == {}
        event = RecordingEnded(call.caller.media_id, "/voicemail/m1.wav", 9.0, "deleted")
        exchange.b2bua.handle_media(event)
        await exchange.tools.tasks.done()
        assert exchange.mailroom.finished == ["m1"]

    perform(story)


def test_a_message_that_cannot_be_stored_just_then_is_stored_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huntline.calls.voicemail_calls._AGAIN_AFTER_S", 0.01)

    async def story(exchange: Exchange) -> None:
        call = await speaking(exchange)
        await exchange.hangs_up(call.caller)
        exchange.mailroom.failure = HuntlineError("the database is away")
        event = RecordingEnded(call.caller.media_id, "/voicemail/m1.wav", 9.0, "deleted")
        exchange.b2bua.handle_media(event)
        await asyncio.sleep(0.03)
        assert exchange.mailroom.finished == []
        exchange.mailroom.failure = None
        await exchange.tools.tasks.done()
        assert exchange.mailroom.finished == ["m1"]

    perform(story)


def test_media_that_never_tells_the_end_costs_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huntline.calls.voicemail_calls._FILE_IS_WHOLE_AFTER_S", 0.01)

    async def story(exchange: Exchange) -> None:
        call = await speaking(exchange)
        await exchange.hangs_up(call.caller)
        exchange.mailroom.asked.clear()
        await asyncio.wait_for(exchange.mailroom.asked.wait(), 2)
        assert exchange.mailroom.finished == ["m1"]

    perform(story)


def test_a_full_box_says_so_before_the_caller_speaks() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.mailroom.is_box_full = True
        call = await greeted(exchange)
        assert list(call.prompt) == ["full"]
        await presses(exchange, call, "#")
        assert list(call.prompt) == ["full"]
        await played_out(exchange, call)
        assert exchange.mailroom.begun == []
        assert exchange.tools.book.calls == {}

    perform(story)


def test_a_box_that_fills_up_during_the_greeting_says_so_then() -> None:
    async def story(exchange: Exchange) -> None:
        call = await greeted(exchange)
        exchange.mailroom.is_box_full = True
        await played_out(exchange, call)
        assert list(call.prompt) == ["full"]

    perform(story)


@pytest.mark.parametrize("failure", [HuntlineError("no database"), OSError(28, "no space left")])
def test_what_cannot_be_recorded_now_is_said_and_the_call_is_over(failure: Exception) -> None:
    async def story(exchange: Exchange) -> None:
        call = await greeted(exchange)
        exchange.mailroom.failure = failure
        await played_out(exchange, call)
        assert list(call.prompt) == ["cannot-record"]
        await played_out(exchange, call)
        assert exchange.tools.book.calls == {}

    perform(story)


def test_zero_leads_to_the_operator_where_one_is_set() -> None:
    async def story(exchange: Exchange) -> None:
        call = await greeted(exchange)
        await presses(exchange, call, "0")
        assert list(call.prompt) == ["greeting"]
        exchange.mailroom.boxes["amal"] = replace(exchange.mailroom.settings("amal"), operator="Help Desk")
        await presses(exchange, call, "0")
        assert (call.queue_id, call.box_visit) == ("desk", None)
        assert [type(event) for event in exchange.heard()] == [told.CallArrived]
        await exchange.hangs_up(call.caller)
        await exchange.asks(do.EndCall(call.call_id, Outcome.ABANDONED))

    perform(story)


def test_a_box_that_is_off_or_unknown_takes_nobody() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.mailroom.boxes.clear()
        await exchange.dials(AMAL_BOX)
        assert exchange.tools.book.calls == {}
        assert exchange.mailroom.begun == []

    perform(story)


def test_star_97_asks_the_pin_and_lets_the_messages_be_heard() -> None:
    async def story(exchange: Exchange) -> None:
        call = await asked_for_pin(exchange)
        assert list(call.prompt) == ["enter-pin"]
        call = await _after_pin(exchange, call)
        assert list(call.prompt) == ["messages", "message", "/new.wav", "choices"]
        assert exchange.mailroom.heard_ids == ["new"]

    async def _after_pin(exchange: Exchange, call: Call) -> Call:
        exchange.mailroom.kept = [HeardMessage("new", "Zoé", "/new.wav", is_new=True)]
        await presses(exchange, call, "24")
        assert list(call.prompt) == []
        await presses(exchange, call, "68#")
        return call

    perform(story)


def test_the_pin_is_in_no_record() -> None:
    async def story(exchange: Exchange) -> None:
        call = await asked_for_pin(exchange)
        await presses(exchange, call, "246813")
        assert not any(b"246813" in record for record in records(exchange))

    perform(story)


def test_three_wrong_pins_end_the_call() -> None:
    async def story(exchange: Exchange) -> None:
        call = await asked_for_pin(exchange)
        for _ in range(2):
            await presses(exchange, call, "1111#")
            assert list(call.prompt) == ["wrong-pin", "enter-pin"]
        await presses(exchange, call, "1111#")
        assert list(call.prompt) == ["wrong-pin"]
        await played_out(exchange, call)
        assert exchange.tools.book.calls == {}

    perform(story)


def test_the_fifth_wrong_pin_locks_the_box_which_says_so_then_and_to_who_comes_next() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.mailroom.wrong_pins = 4
        call = await asked_for_pin(exchange)
        await presses(exchange, call, "1111#")
        assert list(call.prompt) == ["locked"]
        await played_out(exchange, call)
        assert exchange.tools.book.calls == {}
        another = await asked_for_pin(exchange)
        assert list(another.prompt) == ["locked"]

    perform(story)


def test_a_box_without_a_pin_cannot_be_opened() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.mailroom.pin = None
        call = await asked_for_pin(exchange)
        assert list(call.prompt) == ["no-pin"]

    perform(story)


def test_star_in_the_greeting_opens_the_box_to_its_owner() -> None:
    async def story(exchange: Exchange) -> None:
        call = await greeted(exchange)
        await presses(exchange, call, "*")
        assert list(call.prompt) == ["enter-pin"]
        await presses(exchange, call, "2468#")
        assert list(call.prompt) == ["no-messages", "choices"]

    perform(story)


def test_a_message_that_cannot_be_played_is_announced_and_does_not_stop_the_next() -> None:
    async def story(exchange: Exchange) -> None:
        call = await listening(exchange)
        await presses(exchange, call, "#")
        assert list(call.prompt) == ["message", "not-playable", "choices"]
        await presses(exchange, call, "#")
        assert list(call.prompt) == ["message", "/old.wav", "choices"]
        await presses(exchange, call, "#")
        assert list(call.prompt) == ["no-more", "choices"]
        assert exchange.mailroom.heard_ids == ["new"]

    perform(story)


def test_messages_are_heard_again_saved_and_deleted() -> None:
    async def story(exchange: Exchange) -> None:
        call = await listening(exchange)
        await presses(exchange, call, "1")
        assert list(call.prompt) == ["message", "/new.wav", "choices"]
        await presses(exchange, call, "2")
        assert list(call.prompt) == ["saved", "message", "not-playable", "choices"]
        await presses(exchange, call, "3")
        assert list(call.prompt) == ["deleted", "message", "/old.wav", "choices"]
        assert exchange.mailroom.changes == [("new", MessageChange.SAVE), ("broken", MessageChange.DELETE)]
        await presses(exchange, call, "*")
        assert list(call.prompt) == ["goodbye"]

    perform(story)


def test_a_greeting_is_recorded_by_phone() -> None:
    async def story(exchange: Exchange) -> None:
        call = await listening(exchange)
        await presses(exchange, call, "9")
        assert list(call.prompt) == ["record-greeting", "beep"]
        await played_out(exchange, call)
        assert ("record", call.caller.media_id, "/voicemail/greeting.wav") in exchange.media.did
        await presses(exchange, call, "#")
        await recorded(exchange, call)
        assert exchange.mailroom.greetings == ["greeting.wav"]
        assert exchange.mailroom.finished == []
        assert list(call.prompt) == ["greeting-stored", "choices"]

    perform(story)


def test_who_presses_nothing_is_said_goodbye(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huntline.calls.box_listening.BoxListening.WAITS_FOR_KEY_S", 0.02)

    async def story(exchange: Exchange) -> None:
        call = await asked_for_pin(exchange)
        await played_out(exchange, call)
        exchange.mailroom.asked.clear()
        await asyncio.wait_for(exchange.mailroom.asked.wait(), 2)
        await exchange.tools.tasks.done()
        assert list(call.prompt) == ["goodbye"]
        await played_out(exchange, call)
        assert exchange.tools.book.calls == {}

    perform(story)


def test_a_queue_sends_its_caller_into_a_box_and_hears_the_end() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.waiting()
        exchange.heard()
        await exchange.asks(do.ForwardCall(call.call_id, "voicemail:amal@contoso.com"))
        assert list(call.prompt) == ["greeting"]
        await played_out(exchange, call)
        await played_out(exchange, call)
        await recorded(exchange, call)
        await played_out(exchange, call)
        heard = [type(event) for event in exchange.heard()]
        assert heard == [told.ForwardAnswered, told.ForwardEnded]
        await exchange.asks(do.EndCall(call.call_id, Outcome.ABANDONED))

    perform(story)


# -- a process dies


@pytest.mark.parametrize("moment", [greeted, beeping, speaking, listening])
def test_a_caller_in_a_box_is_where_they_were(moment: Start) -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        await after.tools.tasks.done()
        assert records(after) == records(before)

    survive(moment, check)


def test_one_who_leaves_a_message_goes_on_and_it_becomes_one() -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        call = only_call(after)
        assert after.b2bua.recordings_under_way == {"m1"}
        await presses(after, call, "#")
        await recorded(after, call)
        assert after.mailroom.finished == ["m1"]
        assert list(call.prompt) == ["stored"]

    survive(speaking, check)


def test_one_who_has_hung_up_meanwhile_has_left_a_message() -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        call = only_call(after)
        await after.hangs_up(call.caller)
        after.b2bua.handle_media(RecordingEnded(call.caller.media_id, "/voicemail/m1.wav", 9.0, "deleted"))
        await after.tools.tasks.done()
        assert after.mailroom.finished == ["m1"]

    survive(speaking, check)


@pytest.mark.parametrize(
    ("step", "prompt"),
    [
        (BoxStep.ENTERING, ("greeting",)),
        (BoxStep.PREPARING, ("beep",)),
        (BoxStep.STORING, ("stored",)),
        (BoxStep.CHECKING_PIN, ("enter-pin",)),
        (BoxStep.OPENING, ("no-messages", "choices")),
    ],
)
def test_what_waited_for_the_disk_is_done_again(step: BoxStep, prompt: tuple[str, ...]) -> None:
    async def moment(exchange: Exchange) -> Call:
        call = await (speaking if step is BoxStep.STORING else greeted)(exchange)
        assert call.box_visit is not None
        call.box_visit.step = step
        return call

    async def check(before: Exchange, after: Exchange) -> None:
        await after.tools.tasks.done()
        assert only_call(after).prompt == prompt

    survive(moment, check)


def test_a_queue_call_comes_to_no_box_that_nobody_has() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.dials(QUEUE)
        exchange.heard()
        await exchange.asks(do.ForwardCall(call.call_id, "voicemail:nobody"))
        assert [type(event) for event in exchange.heard()] == [told.ForwardFailed]
        await exchange.hangs_up(call.caller)
        await exchange.asks(do.EndCall(call.call_id, Outcome.ABANDONED))

    perform(story)
