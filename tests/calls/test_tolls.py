"""Calls outside: who answers for each, how far it may go, and what ceilings do (edge)."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.calls.exchange import BAO, OUTSIDE, PLAN, Exchange, account, play
from tests.calls.test_taking_up import survive

from huntline.calls.contacts import Callee, Contact
from huntline.calls.model import Call, Leg
from huntline.calls.tolls import NotDiallable, Tolls
from huntline.directory.in_force import SettingsInForce
from huntline.directory.may_dial import DiallingSettings, MayDial
from huntline.directory.organization import Organization, Trunk
from huntline.directory.plan import AlsoRung, OutsideNumber, PersonRule, ServerPlan
from huntline.directory.refused import RefusalReason
from huntline.directory.tolls import TollCeiling
from huntline.engine import commands as do
from huntline.engine import events as told
from huntline.engine.reasons import Cause

PREMIUM = OutsideNumber("+19005551234", "contoso")
NATIONAL = OutsideNumber("+14255550100", "contoso")
HELP = OutsideNumber("911", "contoso")
(CONTOSO,) = PLAN.organizations
Way = Callable[[Exchange], Awaitable[Call]]


def allow(exchange: Exchange, everybody: MayDial, **users: MayDial) -> None:
    """Put in force how far all may call, and some users."""
    dialling = replace(CONTOSO.dialling, may_dial=everybody)
    people = tuple(replace(user, may_dial=users.get(user.user_id)) for user in CONTOSO.users)
    put(exchange, replace(CONTOSO, dialling=dialling, users=people))


def put(exchange: Exchange, organization: Organization) -> None:
    exchange.tools.settings.put_in_force(ServerPlan((organization,)))


async def by_amal(exchange: Exchange) -> Call:
    return await exchange.dials(OUTSIDE, account("amal"))


async def by_the_queue(exchange: Exchange) -> Call:
    call = await exchange.waiting()
    await exchange.asks(do.ForwardCall(call.call_id, "tel:+442071234567"))
    return call


async def by_the_rule_of_bao(exchange: Exchange) -> Call:
    exchange.site.rule = PersonRule(busy=OUTSIDE)
    call = await exchange.dials(BAO, account("amal"))
    await exchange.rejects(call, 486)
    return call


async def beside_bao(exchange: Exchange) -> Call:
    exchange.site.rule = PersonRule(also_ring=(AlsoRung(OUTSIDE, 0),))
    return await exchange.dials(BAO, account("amal"))


async def by_a_transfer_of_amal(exchange: Exchange) -> Call:
    call = await exchange.with_agent()
    assert call.callee is not None
    await exchange.refers(call.callee, OUTSIDE)
    return call


async def by_the_rule_of_bao_whom_amal_transfers_to(exchange: Exchange) -> Call:
    exchange.site.rule = PersonRule(no_answer=OUTSIDE, busy=OUTSIDE)
    call = await exchange.with_agent()
    assert call.callee is not None
    await exchange.refers(call.callee, BAO)
    await exchange.rejects(call, 486)
    return call


WAYS: list[tuple[Way, str | None]] = [
    (by_amal, "amal"),
    (by_the_queue, None),
    (by_the_rule_of_bao, "bao"),
    (beside_bao, "bao"),
    (by_a_transfer_of_amal, "amal"),
    (by_the_rule_of_bao_whom_amal_transfers_to, "bao"),
]


def outside(exchange: Exchange) -> int:
    """How many INVITEs have gone to the network."""
    return sum(invite.uri == "sip:x@10.0.0.9" for invite in exchange.agent.invites)


@pytest.mark.parametrize(("way", "payer"), WAYS)
def test_who_answers_for_a_call_decides_how_far_it_may_go(way: Way, payer: str | None) -> None:
    async def story(exchange: Exchange) -> None:
        some, other = MayDial.INTERNATIONAL, MayDial.NATIONAL
        others = {"amal", "bao"} - {payer}
        everybody = some if payer is None else other
        allow(exchange, everybody, **dict.fromkeys(others, other), **({payer: some} if payer else {}))
        await way(exchange)
        assert outside(exchange) == 1

    async def refused(exchange: Exchange) -> None:
        some, other = MayDial.NATIONAL, MayDial.INTERNATIONAL
        others = {"amal", "bao"} - {payer}
        everybody = some if payer is None else other
        allow(exchange, everybody, **dict.fromkeys(others, other), **({payer: some} if payer else {}))
        await way(exchange)
        assert outside(exchange) == 0

    play(story)
    play(refused)


@pytest.mark.parametrize(("way", "payer"), WAYS)
def test_it_counts_for_who_answers_for_it(way: Way, payer: str | None) -> None:
    async def story(exchange: Exchange) -> None:
        await way(exchange)
        calls = {user: day.calls for user in ("amal", "bao") if (day := exchange.tools.tolls.state(user))}
        assert calls == ({payer: 1} if payer else {})

    play(story)


def test_a_caller_whose_number_may_not_be_called_is_told_why() -> None:
    async def story(exchange: Exchange) -> None:
        allow(exchange, MayDial.NATIONAL)
        await by_amal(exchange)
        assert exchange.did() == [("reject", "in1", 403)]
        (refused,) = exchange.refused
        assert (refused.status, refused.reason) == (403, RefusalReason.NUMBER_NOT_ALLOWED)
        await by_the_queue(exchange)
        assert told.ForwardFailed in map(type, exchange.posted)
        assert exchange.posted[-1].reason == Cause.NUMBER_NOT_ALLOWED  # type: ignore[union-attr]

    play(story)


def test_help_and_numbers_at_home_are_called_without_counting() -> None:
    async def story(exchange: Exchange) -> None:
        allow(exchange, MayDial.INTERNAL)
        await exchange.dials(HELP, account("amal"))
        allow(exchange, MayDial.NATIONAL)
        await exchange.dials(NATIONAL, account("amal"))
        assert outside(exchange) == 2
        assert exchange.tools.tolls.state("amal") is None

    play(story)


def test_an_address_at_a_provider_is_a_number_of_the_network() -> None:
    organization = replace(CONTOSO, trunks=(Trunk("provider", ("192.0.2.1",), hosts=("sip.example",)),))
    tolls = Tolls(SettingsInForce(ServerPlan((organization,))))
    callee = Callee(None, [Contact("sip:x@10.0.0.9")])
    call: Any = Call("c1", "contoso", Any, Any, "", "", Any)  # type: ignore[arg-type]
    for uri, counts in (
        ("sip:+442071234567@192.0.2.1", True),
        ("sip:+442071234567@SIP.example:5070", True),
        ("sip:+442071234567@mail.example", False),
        ("sip:conference@sip.example", False),
    ):
        (contact,) = tolls.leave(call, uri, callee, "amal")
        assert (contact.charged_to == "amal") is counts


# -- ceilings


def test_the_call_past_the_ceiling_is_refused_and_the_alarm_is_raised_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story(exchange: Exchange) -> None:
        for _ in range(30):
            await by_amal(exchange)
        assert outside(exchange) == 20
        refused = exchange.refused
        assert [each.reason for each in refused] == [RefusalReason.CEILING_REACHED] * 10
        assert {each.status for each in refused} == {403}
        (alarm,) = exchange.tools.tolls.alarms()
        assert (alarm.upn, alarm.day.alarm, alarm.day.calls) == ("amal@contoso.com", TollCeiling.CALLS, 20)
        await exchange.dials(NATIONAL, account("amal"))
        assert outside(exchange) == 21, "others than those abroad are called as before"

    with caplog.at_level(logging.ERROR):
        play(story)
    assert [record.message for record in caplog.records] == ["a ceiling of international calls is reached"]


class Watch:
    """A wall clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 30, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


def clock(exchange: Exchange) -> Watch:
    """The clock of the exchange's ceilings from now on."""
    watch = exchange.tools.tolls._wall = Watch()
    return watch


async def talks(exchange: Exchange, watch: Watch) -> tuple[Call, Leg]:
    """Amal talks to somebody abroad from now on."""
    call = await by_amal(exchange)
    await exchange.answers(call)
    assert call.callee is not None
    call.callee.answered_at = watch.now
    return call, call.callee


def test_minutes_under_way_count_and_calls_end_at_twice_the_ceiling() -> None:
    async def story(exchange: Exchange) -> None:
        watch, tolls = clock(exchange), exchange.tools.tolls
        (first, leg), (second, other) = await talks(exchange, watch), await talks(exchange, watch)
        watch.passes(minutes=29)
        assert tolls.look() == []
        assert tolls.alarms() == []
        watch.passes(minutes=1)
        assert tolls.look() == [], "who talks may go on"
        (alarm,) = tolls.alarms()
        assert (alarm.day.alarm, alarm.seconds) == (TollCeiling.MINUTES, 3600)
        refused = len(exchange.refused)
        await by_amal(exchange)
        assert len(exchange.refused) == refused + 1
        await exchange.hangs_up(other)
        assert tolls.alarms()[0].seconds == 3600
        watch.passes(minutes=59)
        assert tolls.look() == []
        watch.passes(minutes=1)
        assert tolls.look() == [leg.leg_id]
        exchange.did()
        exchange.b2bua.cut_off(leg.leg_id, Cause.CEILING_REACHED)
        assert ("hang up", leg.leg_id) in exchange.did()
        assert first.call_id not in exchange.tools.book.calls
        assert tolls.look() == []
        assert tolls.alarms()[0].seconds == 7200
        assert second.call_id not in exchange.tools.book.calls
        exchange.b2bua.cut_off(leg.leg_id, Cause.CEILING_REACHED)  # it is over: nothing happens

    play(story)


def test_without_ceilings_nothing_is_refused() -> None:
    async def story(exchange: Exchange) -> None:
        none = replace(CONTOSO.dialling, international_calls_a_day=0, international_minutes_a_day=0)
        put(exchange, replace(CONTOSO, dialling=none))
        watch = clock(exchange)
        for _ in range(25):
            await talks(exchange, watch)
        watch.passes(hours=5)
        assert exchange.tools.tolls.look() == []
        assert exchange.refused == []
        assert exchange.tools.tolls.alarms() == []

    play(story)


def test_a_new_day_begins_by_the_clocks_of_the_organization() -> None:
    async def story(exchange: Exchange) -> None:
        put(exchange, replace(CONTOSO, time_zone="America/Los_Angeles"))
        watch, tolls, changed = clock(exchange), exchange.tools.tolls, list[str]()
        tolls.wire(changed.append)
        for _ in range(21):
            await by_amal(exchange)
        assert len(tolls.alarms()) == 1
        watch.passes(hours=19)  # 7:00 UTC: 23:00 there
        tolls.look()
        assert len(tolls.alarms()) == 1
        watch.passes(hours=1)
        changed.clear()
        tolls.look()
        assert tolls.alarms() == []
        assert tolls.state("amal") is None, "nothing of yesterday is kept"
        assert changed == ["amal"]
        before = outside(exchange)
        await by_amal(exchange)
        assert outside(exchange) == before + 1

    play(story)


def test_a_number_that_rings_beside_a_person_past_their_ceiling_is_left_out() -> None:
    async def story(exchange: Exchange) -> None:
        one = replace(CONTOSO.dialling, international_calls_a_day=1)
        put(exchange, replace(CONTOSO, dialling=one))
        await beside_bao(exchange)
        await beside_bao(exchange)
        assert outside(exchange) == 1
        assert [each.uri for each in exchange.agent.invites].count("sip:bao@10.0.0.5") == 2

    play(story)


def test_the_count_and_the_calls_that_it_is_of_outlive_a_process() -> None:
    async def moment(exchange: Exchange) -> None:
        watch = clock(exchange)
        await talks(exchange, watch)

    async def check(before: Exchange, after: Exchange) -> None:
        watch = clock(after)
        day = before.tools.tolls.state("amal")
        assert day is not None
        after.tools.tolls.restore("amal", day)
        watch.passes(minutes=61)
        assert after.tools.tolls.look() == []
        (alarm,) = after.tools.tolls.alarms()
        assert (alarm.day.calls, alarm.seconds) == (1, 61 * 60)
        after.tools.tolls.mailed("amal")
        assert after.tools.tolls.alarms()[0].day.is_mailed
        watch.passes(minutes=60)
        (leg_id,) = after.tools.tolls.look()
        after.b2bua.cut_off(leg_id, Cause.CEILING_REACHED)
        assert after.tools.book.calls == {}

    survive(moment, check)


def test_the_settings_of_the_moment_count() -> None:
    tolls = Tolls(SettingsInForce(ServerPlan((replace(CONTOSO, dialling=DiallingSettings()),))))
    call: Any = Call("c1", "contoso", Any, Any, "", "", Any)  # type: ignore[arg-type]
    callee = Callee(None, [], is_by_trunk=True)
    for number in ("tel:+442071234567", "tel:+14255550100"):
        with pytest.raises(NotDiallable):
            tolls.leave(call, number, callee, "amal")
    assert tolls.leave(call, "tel:112", callee, "amal") == []
