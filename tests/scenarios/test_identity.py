"""What phones are told about a call, and what they are not told about each other."""

from __future__ import annotations

import pytest

from .office import Office
from .stories import desk, direct, talk

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
    assert '"Help Desk: +12065550177" <sip:+12065550177@' in invite.header("p-asserted-identity")
    for header in ("diversion", "history-info"):
        assert invite.header(header).startswith(f'"Help Desk" <sip:{number}@')
    caller.hang_up()


def test_the_trunks_asserted_identity_goes_before_from(office: Office) -> None:
    office.settings["trunks"][0]["is_trusted"] = True
    number, [amal] = desk(office, "amal")
    asserted = ("P-Asserted-Identity", '"Fabrikam" <sip:+12065550188@provider.test>')
    caller = office.caller("+12065550100").dial(number, headers=(asserted,))
    invite = amal.wait_call().invite
    assert invite is not None
    assert "+12065550188" in invite.header("from")
    caller.hang_up()


def test_a_trunk_asserts_several_addresses_and_dials_a_ported_number(office: Office) -> None:
    """RFC 3325 section 9.1, RFC 4694: neither hides who calls whom."""
    office.settings["trunks"][0]["is_trusted"] = True
    number, [amal] = desk(office, "amal")
    asserted = ("P-Asserted-Identity", '"Doe, Jo" <sip:+12065550188@provider.test>, <tel:+12065550188>')
    caller = office.caller("+12065550100").dial(f"{number};npdi;rn=+14255550999", headers=(asserted,))
    invite = amal.wait_call().invite
    assert invite is not None
    assert "+12065550188" in invite.header("from")
    caller.hang_up()


def test_a_phone_that_can_take_no_call_is_left_alone_until_it_starts_again(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    caller = office.caller().dial(number)
    amal.wait_call().decline(488)
    caller.wait_answered()
    office.wait_reason("amal", "left alone until a phone registers anew")
    assert len(amal.legs) == 1
    again = office.agent("amal", is_registered=False)
    again.register()
    ring = again.wait_call()
    ring.answer()
    ring.wait_up()
    caller.hang_up()
    ring.wait_ended()


def test_a_refused_call_says_why_to_the_caller_and_in_the_history(office: Office) -> None:
    own = "127.0.0.65"  # of one address only so many refusals are told in a minute
    office.settings["trunks"][0]["addresses"].append(own)
    office.queue("amal")
    office.open()
    dialled = office.personal_number
    caller = office.caller(host=own).dial(f"sip:{dialled}@{office.domain}")
    assert caller.wait_refused() == 404
    refusal = caller.wait_response("INVITE", 404)
    assert "nobody here has this number" in refusal.header("warning")
    (row,) = office.refused()
    assert (row["dialled"], row["status"], row["why"]) == (dialled, 404, "unknown-number")


def test_who_is_transferred_is_told_whom_they_talk_to(office: Office) -> None:
    """RFC 5876; a queue first, then its agent, who reads where the call comes from."""
    number = office.queue("dora", name=f"Sales of {office.name}")
    office.user("amal")
    office.user("bao")
    office.open()
    amal, bao, dora = (office.agent(name) for name in ("amal", "bao", "dora"))
    placed, ring = direct(bao, amal)
    assert ring.refer(f"tel:{number}").status == 202
    told = placed.wait_request("UPDATE").header("p-asserted-identity")
    assert told.startswith(f'"Sales of {office.name}" <sip:{number}@')
    agent = dora.wait_call()
    assert agent.invite is not None
    assert agent.invite.all("history-info") == [
        f'"Amal" <sip:amal@{office.domain}?Reason=SIP%3Bcause%3D302>;index=1',
        f'"Sales of {office.name}" <sip:{number}@{office.domain}>;index=1.1;mp=1',
    ]
    agent.answer()
    agent.wait_up()
    told = placed.wait_requests("UPDATE", 2)[1].header("p-asserted-identity")
    assert told.startswith('"Dora" <sip:dora@')
    placed.hang_up()
    agent.wait_ended()


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
