"""Arrivals: whom an INVITE is from decides, then their audio is prepared; what fails is told (edge)."""

from __future__ import annotations

from tests.calls.exchange import BAO, FLOW, QUEUE, SDP, Exchange, account, fails_to_connect, play
from tests.fakes.messages import request

from huntline.calls.admission import NotAdmitted
from huntline.directory.refused import RefusalReason
from huntline.engine import events as told
from huntline.media.interface import MediaUnavailable
from huntline.sip.core.events import InviteReceived, InviteRefused, LegCancelled


def test_a_caller_of_a_queue_arrives_there_with_audio_ready_and_unanswered() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.dials(QUEUE)
        assert exchange.heard() == [told.CallArrived(call.call_id, "contoso", "desk", "+14255550123", None)]
        assert exchange.did() == []
        assert exchange.media.legs == {call.caller.media_id}

    play(story)


def test_a_user_is_called_by_their_own_name_whatever_the_phone_says() -> None:
    async def story(exchange: Exchange) -> None:
        call = await exchange.dials(BAO, account("amal"))
        assert (call.caller.account_id, call.caller_id.shown) == ("amal", "amal")

    play(story)


def test_who_is_not_let_in_is_refused_and_told_of() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.admission.refusal = NotAdmitted(404, (), RefusalReason.UNKNOWN_NUMBER, "contoso")
        await exchange.said(InviteReceived("in", request("INVITE"), FLOW, SDP))
        assert exchange.did() == [("reject", "in", 404)]
        assert [refused.reason for refused in exchange.refused] == [RefusalReason.UNKNOWN_NUMBER]
        exchange.assert_nothing_is_left()

    play(story)


def test_who_is_only_asked_for_a_password_is_not_told_of() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.admission.refusal = NotAdmitted(401)
        await exchange.said(InviteReceived("in", request("INVITE"), FLOW, SDP))
        assert exchange.did() == [("reject", "in", 401)]
        assert exchange.refused == []

    play(story)


def test_without_audio_the_caller_is_refused_with_what_is_missing() -> None:
    async def story(exchange: Exchange) -> None:
        for fail, status, reason in (
            (fails_to_connect, 488, RefusalReason.NO_COMMON_AUDIO),
            (no_port_is_free, 503, RefusalReason.NO_AUDIO),
        ):
            fail(exchange)
            exchange.b2bua.handle_sip(InviteReceived("in", request("INVITE"), FLOW, SDP))
            await exchange.tools.tasks.done()
            assert exchange.did() == [("reject", "in", status)]
            assert exchange.refused.pop().reason is reason
            exchange.assert_nothing_is_left()
        assert exchange.heard() == []

    play(story)


def no_port_is_free(exchange: Exchange) -> None:
    exchange.media.failure = MediaUnavailable("no port is free")


def test_a_caller_who_leaves_while_their_audio_is_prepared_leaves_nothing() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.b2bua.handle_sip(InviteReceived("in", request("INVITE"), FLOW, SDP))
        await exchange.said(LegCancelled("in"))
        assert (exchange.heard(), exchange.did()) == ([], [])
        exchange.assert_nothing_is_left()

    play(story)


def test_what_the_core_has_refused_itself_is_told_of() -> None:
    async def story(exchange: Exchange) -> None:
        for status, reason in ((503, RefusalReason.TOO_MANY_CALLS), (420, RefusalReason.NOT_UNDERSTOOD)):
            await exchange.said(InviteRefused(request("INVITE"), FLOW, status))
            assert exchange.refused.pop().reason is reason

    play(story)
