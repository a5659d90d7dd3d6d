"""Quotas: who is let in, who never is refused, and that nothing counts but what is there."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.calls.exchange import BAO, FLOW, OUTSIDE, PLAN, QUEUE, SDP, Exchange, account, play
from tests.calls.test_taking_up import MOMENTS, Start, survive
from tests.fakes.messages import request
from tests.fakes.owners import FakeOwner

from huntline.calls.caller_identity import CallerId
from huntline.calls.model import Call, CallBook, Leg, Party
from huntline.calls.quotas import LastMinute, Quotas
from huntline.directory.in_force import SettingsInForce
from huntline.directory.plan import OutsideNumber, QueueTarget, ServerPlan
from huntline.directory.quota import Quota
from huntline.directory.refused import REFUSAL_WORDS
from huntline.directory.refused import RefusalReason as R
from huntline.sip.core.events import InviteReceived

(CONTOSO,) = PLAN.organizations
FABRIKAM = QueueTarget("their desk", "fabrikam")
HELP = OutsideNumber("911", "contoso")


def in_force(quota: Quota) -> SettingsInForce:
    """Contoso has a quota; nobody else is on the server."""
    return SettingsInForce(ServerPlan((replace(CONTOSO, quota=quota),)))


def quotas(quota: Quota, calls: int = 0) -> Quotas:
    return Quotas(in_force(quota), lambda organization_id: calls)


def test_without_a_quota_every_call_is_let_in_and_nobody_counts() -> None:
    def counted(organization_id: str) -> int:
        raise AssertionError

    free = Quotas(in_force(Quota()), counted)
    assert [free.why_not(QUEUE, 0.0) for _ in range(50)] == [None] * 50
    assert free.why_not(FABRIKAM, 0.0) is None
    assert free.takes_phones("contoso", 100_000, 10, 0.0)


@pytest.mark.parametrize(
    ("calls", "reason"), [(0, None), (99, None), (100, R.QUOTA_CALLS), (150, R.QUOTA_CALLS)]
)
def test_a_call_is_let_in_while_there_are_fewer(calls: int, reason: R | None) -> None:
    assert quotas(Quota(max_calls=100), calls).why_not(QUEUE, 0.0) is reason


def test_who_is_refused_for_the_calls_at_once_is_none_of_their_second() -> None:
    there = 1
    quota = Quotas(in_force(Quota(max_calls=1, max_calls_per_second=1)), lambda organization_id: there)
    assert quota.why_not(QUEUE, 0.0) is R.QUOTA_CALLS
    there = 0
    assert quota.why_not(QUEUE, 0.1) is None
    assert quota.why_not(QUEUE, 0.2) is R.QUOTA_CALLS_PER_SECOND


def test_emergency_calls_are_let_in_whatever_the_quota_and_take_nobodys_place() -> None:
    full = quotas(Quota(max_calls=1, max_calls_per_second=1), calls=7)
    assert [full.why_not(HELP, 0.0) for _ in range(5)] == [None] * 5
    assert full.why_not(OUTSIDE, 0.0) is R.QUOTA_CALLS
    quick = quotas(Quota(max_calls_per_second=1))
    assert [quick.why_not(HELP, 0.0) for _ in range(5)] == [None] * 5
    assert quick.why_not(OUTSIDE, 0.0) is None


def test_another_quota_counts_at_once() -> None:
    settings = in_force(Quota(max_calls=1))
    quota = Quotas(settings, lambda organization_id: 5)
    assert quota.why_not(QUEUE, 0.0) is R.QUOTA_CALLS
    settings.put_in_force(in_force(Quota(max_calls=6)).plan)
    assert quota.why_not(QUEUE, 0.0) is None


@given(st.lists(st.floats(0, 10)), st.integers(1, 5))
def test_no_second_has_more_new_calls_than_it_may(moments: list[float], most: int) -> None:
    quota = quotas(Quota(max_calls_per_second=most))
    taken = [now for now in sorted(moments) if quota.why_not(QUEUE, now) is None]
    for now in taken:
        assert sum(now - 1 < each <= now for each in taken) <= most
    refused = len(moments) - len(taken)
    assert quota.refused_lately("contoso", 10.0)["max_calls_per_second"] == refused


@pytest.mark.parametrize(("registered", "more", "is_taken"), [(9, 1, True), (9, 2, False), (10, 1, False)])
def test_phones_are_taken_while_there_is_room(registered: int, more: int, is_taken: bool) -> None:
    quota = quotas(Quota(max_registrations=10))
    assert quota.takes_phones("contoso", registered, more, 0.0) is is_taken
    assert quota.refused_lately("contoso", 0.0)["max_registrations"] == (not is_taken)


@given(st.lists(st.floats(0, 300)), st.floats(0, 300))
def test_the_last_minute_is_told_to_the_second(moments: list[float], now: float) -> None:
    minute = LastMinute()
    before = [each for each in sorted(moments) if each <= now]
    for each in before:
        minute.add(each)
    counted = minute.count(now)
    assert sum(each >= now - 59 for each in before) <= counted <= sum(each >= now - 61 for each in before)
    assert minute.count(now + 62) == 0


def test_the_log_is_told_once_of_a_flood_and_names_the_organization(caplog: pytest.LogCaptureFixture) -> None:
    full = quotas(Quota(max_calls=3), calls=3)
    for moment in range(100):
        full.why_not(QUEUE, moment / 10)
    full.why_not(QUEUE, 200.0)
    fields = ("levelno", "organization_id", "limit", "most")
    told = [tuple(vars(record)[name] for name in fields) for record in caplog.records]
    assert told == [(logging.WARNING, "contoso", "max_calls", 3)] * 2


# The book counts what is there


def call_of(number: int, organization_id: str) -> Call:
    call_id = f"c{number}"
    leg = Leg(f"l{number}", f"m{number}", Party.CALLER, call_id, "+1")
    return Call(call_id, organization_id, leg, CallerId("+1"), "desk", "music", FakeOwner())


@given(
    st.lists(
        st.tuples(st.sampled_from(("add", "take_up", "adopt", "drop")), st.integers(0, 5), st.booleans()),
        max_size=40,
    )
)
def test_the_count_is_always_that_of_the_calls_that_are_there(
    steps: list[tuple[str, int, bool]],
) -> None:
    book = CallBook(lambda user_id, count: None)
    for what, number, is_ours in steps:
        call = book.calls.get(f"c{number}") or call_of(number, "contoso" if is_ours else "fabrikam")
        getattr(book, what)(call)
        for organization_id in ("contoso", "fabrikam"):
            there = [each for each in book.calls.values() if each.organization_id == organization_id]
            assert book.calls_in(organization_id) == len(there)
    assert book.calls_in("nobody") == 0


def allow(exchange: Exchange, **parts: int) -> None:
    exchange.tools.settings.put_in_force(ServerPlan((replace(CONTOSO, quota=Quota(**parts)),)))


async def is_refused(exchange: Exchange) -> bool:
    """Whether one more INVITE is refused for the quota, with nothing made for it."""
    before = dict(exchange.tools.book.calls), set(exchange.media.legs)
    exchange.did()
    await exchange.said(InviteReceived("more", request("INVITE"), FLOW, SDP))
    if exchange.did() != [("reject", "more", 486)]:
        return False
    assert (exchange.tools.book.calls, exchange.media.legs) == before
    return True


def test_a_call_beyond_the_quota_is_refused_before_anything_is_made_for_it() -> None:
    async def story(exchange: Exchange) -> None:
        allow(exchange, max_calls=2)
        first = await exchange.dials(QUEUE)
        await exchange.dials(BAO, account("amal"))
        exchange.heard()
        assert await is_refused(exchange)
        assert exchange.heard() == []
        (refused,) = exchange.refused
        assert (refused.organization_id, refused.status, refused.reason) == ("contoso", 486, R.QUOTA_CALLS)
        assert "max_calls" in REFUSAL_WORDS[refused.reason]
        await exchange.hangs_up(first.caller)
        exchange.b2bua._parts.ends.end(first)
        assert not await is_refused(exchange)

    play(story)


@pytest.mark.parametrize("moment", MOMENTS)
def test_calls_of_an_earlier_process_count_and_are_given_back(moment: Start) -> None:
    async def check(before: Exchange, after: Exchange) -> None:
        there = before.tools.book.calls_in("contoso")
        assert there == len(before.tools.book.calls) == after.tools.book.calls_in("contoso")
        allow(after, max_calls=there)
        await after.tools.tasks.done()
        assert await is_refused(after)
        after.b2bua.end_calls()
        assert after.tools.book.calls_in("contoso") == 0

    survive(moment, check)


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_becomes_of_a_call_that_is_there_is_never_refused(moment: Start) -> None:
    async def story(exchange: Exchange) -> None:
        allow(exchange, max_calls=1, max_calls_per_second=1)
        await moment(exchange)
        await exchange.tools.tasks.done()
        assert exchange.refused == []
        assert exchange.tools.book.calls_in("contoso") == len(exchange.tools.book.calls) > 0
        exchange.b2bua.end_calls()
        exchange.assert_nothing_is_left()

    play(story)
