"""One after the other: serial, round robin, longest idle; and callers in parallel."""

from __future__ import annotations

import pytest

from .office import Office
from .phone import Phone
from .stories import a_moment, assert_heard_each_other, desk, talk

pytestmark = pytest.mark.scenario

ALERT_TIME = 15


def test_serial_moves_on_by_decline_and_by_time_and_starts_again(office: Office) -> None:
    number, [amal, bao] = desk(office, "amal", "bao", distribution="serial", agent_alert_time=ALERT_TIME)
    caller = office.caller().dial(number)
    first = amal.wait_call()
    a_moment(caller)
    assert not bao.incoming
    first.decline()
    second = bao.wait_call(1)
    assert second.invite is not None
    cancel = second.wait_cancelled(ALERT_TIME + 2)
    assert ALERT_TIME - 0.1 < cancel.at - second.invite.at < ALERT_TIME + 0.3
    assert "cause=200" not in cancel.header("reason"), "nobody has answered: this is a missed call"
    again = amal.wait_call(1)
    again.answer()
    again.wait_up()
    assert_heard_each_other(caller, again)
    caller.hang_up()
    again.wait_ended()
    rings = [(ring["agent"], ring["outcome"]) for ring in office.calls()[0]["rings"]]
    amal_upn, bao_upn = office.upn("amal"), office.upn("bao")
    assert rings == [(amal_upn, "declined"), (bao_upn, "no answer"), (amal_upn, "answered")]


def test_serial_does_not_wait_for_a_phone_that_is_not_there_any_more(office: Office) -> None:
    """RFC 3261 section 18.4: ICMP says at once that nobody listens there."""
    number, [amal, bao] = desk(office, "amal", "bao", distribution="serial", agent_alert_time=ALERT_TIME)
    amal.vanish()
    caller = office.caller().dial(number)
    talking = bao.wait_call(1)
    talking.answer()
    talking.wait_up()
    assert_heard_each_other(caller, talking)
    caller.hang_up()
    talking.wait_ended()
    rings = [(ring["agent"], ring["outcome"]) for ring in office.calls()[0]["rings"]]
    assert rings == [(office.upn("amal"), "failed"), (office.upn("bao"), "answered")]


def test_serial_starts_every_call_at_the_top(office: Office) -> None:
    number, [amal, bao] = desk(office, "amal", "bao", distribution="serial")
    for _ in range(2):
        _serve(office, number, amal)
    assert not bao.legs


def test_round_robin_goes_on_after_the_one_rung_last(office: Office) -> None:
    number, phones = desk(office, "amal", "bao", "cem", distribution="round-robin")
    for expected in (*phones, phones[0]):
        _serve(office, number, expected)
    assert [len(phone.legs) for phone in phones] == [2, 1, 1]


def test_longest_idle_is_rung_first(office: Office) -> None:
    number, [amal, bao, cem] = desk(office, "amal", "bao", "cem", distribution="longest-idle")
    for expected in (amal, bao, cem):  # they signed in in this order
        _serve(office, number, expected)
    caller, agent = talk(office.caller(), number, amal)
    _serve(office, number, bao)
    agent.hang_up()
    caller.wait_ended()
    _serve(office, number, cem)
    _serve(office, number, bao)
    _serve(office, number, amal)


@pytest.mark.parametrize("distribution", ["round-robin", "longest-idle"])
def test_callers_are_offered_in_parallel_each_to_another_agent(office: Office, distribution: str) -> None:
    number, phones = desk(office, "amal", "bao", distribution=distribution)
    callers = [office.caller(f"+1206555010{n}").dial(number) for n in range(3)]
    rings = [phone.wait_call() for phone in phones]
    numbers = [ring.invite.header("from") for ring in rings if ring.invite is not None]
    assert "+12065550100" in numbers[0]
    assert "+12065550101" in numbers[1]
    rings[1].answer()
    rings[1].wait_up()
    assert_heard_each_other(callers[1], rings[1])
    rings[1].hang_up()
    third = phones[1].wait_call()
    assert third.invite is not None
    assert "+12065550102" in third.invite.header("from")
    for caller in callers:
        if not caller.is_ended:
            caller.hang_up()
    third.wait_cancelled()


def test_alerting_one_holds_the_others_back(office: Office) -> None:
    number, [amal, bao] = desk(office, "amal", "bao", distribution="round-robin", alerting="one")
    callers = [office.caller(f"+1206555010{n}").dial(number) for n in range(2)]
    for caller in callers:
        caller.wait_answered()
    ring = amal.wait_call()
    a_moment(callers[1])
    assert not bao.incoming
    ring.answer()
    ring.wait_up()
    bao.wait_call()
    for caller in callers:
        caller.hang_up()


def test_a_freed_agent_is_rung_at_once_for_the_one_who_waits_longest(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    first, agent = talk(office.caller("+12065550101"), number, amal)
    waiting = [office.caller(f"+1206555020{n}").dial(number) for n in range(3)]
    for leg in waiting:
        leg.wait_answered()
    for n, leg in enumerate(waiting):
        agent.hang_up()
        bye = agent
        agent = amal.wait_call()
        assert agent.invite is not None
        assert f"+1206555020{n}" in agent.invite.header("from")
        assert bye.is_ended
        agent.answer()
        agent.wait_up()
        assert_heard_each_other(leg, agent)
    first.wait_ended()
    agent.hang_up()
    waiting[-1].wait_ended()


def test_groups_follow_the_users_and_nobody_counts_twice(office: Office) -> None:
    for name in ("amal", "bao", "cem"):
        office.user(name)
    members = [office.upn("cem"), office.upn("amal")]
    office.settings["groups"].append({"name": "line2", "kind": "distribution-list", "members": members})
    number = office.queue("bao", groups=["line2"], distribution="serial")
    office.open()
    phones = {name: office.agent(name) for name in ("amal", "bao", "cem")}
    caller = office.caller().dial(number)
    for name in ("bao", "cem", "amal"):
        phones[name].wait_call().decline()
    ring = phones["bao"].wait_call(7)  # who has just declined is left alone for a few seconds
    caller.hang_up()
    ring.wait_cancelled()


def _serve(office: Office, number: str, agent: Phone) -> None:
    caller, leg = talk(office.caller(), number, agent)
    leg.hang_up()
    caller.wait_ended()
