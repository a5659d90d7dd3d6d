"""Arrivals: whom an INVITE is from decides, then their audio is prepared; what fails is told (edge)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.calls.exchange import BAO, FLOW, QUEUE, SDP, Exchange, account, fails_to_connect, play
from tests.fakes.messages import request

from huntline.calls.admission import NotAdmitted
from huntline.calls.encryption import encryption_by_way
from huntline.directory.encryption import Encryption
from huntline.directory.refused import RefusalReason
from huntline.engine import events as told
from huntline.media.interface import MediaUnavailable, NotAcceptable
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
            (is_plain, 488, RefusalReason.NO_COMMON_ENCRYPTION),
        ):
            fail(exchange)
            exchange.b2bua.handle_sip(InviteReceived("in", request("INVITE"), FLOW, SDP))
            await exchange.tools.tasks.done()
            assert exchange.did() == [("reject", "in", status)]
            assert exchange.refused.pop().reason is reason
            exchange.assert_nothing_is_left()
        assert exchange.heard() == []

    play(story)


def is_plain(exchange: Exchange) -> None:
    exchange.media.failure = NotAcceptable("the audio is not encrypted", is_by_encryption=True)


def test_whether_a_caller_is_encrypted_is_what_is_set_for_them_else_by_the_way_they_come() -> None:
    async def story(exchange: Exchange) -> None:
        for encryption in Encryption:
            await exchange.dials(QUEUE, replace(account("amal"), encryption=encryption))
        await exchange.dials(QUEUE, account("amal"))
        await exchange.dials(QUEUE)
        assert exchange.media.encryptions == ["never", "offered", "required", "never", "never"]

    play(story)


@pytest.mark.parametrize(
    ("wanted", "uri", "is_offered"),
    [
        (None, "sip:a@10.0.0.5", False),
        (None, "sip:a@10.0.0.5;transport=tcp", False),
        (None, "sip:a@10.0.0.5;Transport=TLS", True),
        (None, "sips:a@10.0.0.5", True),
        (Encryption.NEVER, "sips:a@10.0.0.5", False),
        (Encryption.OFFERED, "sip:a@10.0.0.5", True),
    ],
)
def test_a_phone_that_is_reached_by_tls_is_offered_keys(
    wanted: Encryption | None, uri: str, is_offered: bool
) -> None:
    expected = Encryption.OFFERED if is_offered else Encryption.NEVER
    assert encryption_by_way(wanted, None, uri) is expected
    assert encryption_by_way(wanted, FLOW, "sips:a@10.0.0.5") is (wanted or Encryption.NEVER)


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
