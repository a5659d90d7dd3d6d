"""What phones are told about a call, and what they are not told about each other."""

from __future__ import annotations

import pytest

from .office import Office
from .stories import desk, talk

pytestmark = pytest.mark.scenario


def test_the_agent_sees_the_queue_and_the_callers_number(office: Office) -> None:
    number = office.queue("amal", name="Help Desk")
    office.open()
    amal = office.agent("amal")
    phone = office.caller("+12065550177")
    caller = phone.dial(number)
    invite = amal.wait_call().invite
    assert invite is not None
    assert invite.header("from").startswith('"Help Desk: +12065550177" <sip:+12065550177@')
    assert "+12065550177" in invite.header("p-asserted-identity")
    history = invite.header("diversion") + invite.header("history-info")
    assert number.removeprefix("+") in history or "Help" in history
    caller.hang_up()


def test_the_trunks_asserted_identity_goes_before_from(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    asserted = ("P-Asserted-Identity", '"Fabrikam" <sip:+12065550188@provider.test>')
    caller = office.caller("+12065550100").dial(number, headers=(asserted,))
    invite = amal.wait_call().invite
    assert invite is not None
    assert "+12065550188" in invite.header("from")
    caller.hang_up()


def test_who_hides_the_number_stays_hidden(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    caller = office.caller("+12065550199").dial(number, headers=(("Privacy", "id"),))
    invite = amal.wait_call().invite
    assert invite is not None
    shown = invite.header("from") + invite.header("p-asserted-identity") + invite.header("contact")
    assert "2065550199" not in shown
    caller.hang_up()


def test_neither_side_learns_where_the_other_is(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    phone = office.caller()
    caller, agent = talk(phone, number, amal)
    assert agent.invite is not None
    invite = str(agent.invite.headers) + agent.invite.body
    for secret in (caller.call_id, caller.tag, f":{phone.port}", f" {caller.sound.port} "):
        assert secret not in invite
    assert len(agent.invite.all("via")) == 1
    answer = caller.wait_answered()
    for secret in (agent.call_id, agent.tag, f":{amal.port}", f" {agent.sound.port} "):
        assert secret not in str(answer.headers) + answer.body
    caller.hang_up()
    agent.wait_ended()
