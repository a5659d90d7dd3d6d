"""Who is never rung, and who joins a ring that is under way."""

from __future__ import annotations

import time

import pytest

from .office import Office
from .phone import Phone
from .stories import a_moment, desk, talk

pytestmark = pytest.mark.scenario


def dial_code(phone: Phone, code: str) -> None:
    """Dial a star code and hear its tone; the server hangs up."""
    leg = phone.dial(f"sip:{code}@{phone.domain}")
    leg.wait_answered()
    leg.sound.wait_loud()
    leg.wait_ended(5)


def test_offline_dnd_opted_out_and_paused_agents_are_never_rung(office: Office) -> None:
    names = ("amal", "bao", "cem", "dana", "eli")
    number = office.queue(*names)
    office.open()
    ready, disturbed, opted_out, paused = (office.agent(name) for name in names[:4])
    assert disturbed.publish("dnd").status == 200
    office.server.agent("opt-out", office.upn("cem"), office.queue_name())
    office.server.agent("pause", office.upn("dana"))
    caller, agent = talk(office.caller(), number, ready)
    caller.hang_up()
    agent.wait_ended()
    for phone in (disturbed, opted_out, paused):
        assert not phone.legs, f"{phone.user} was rung"
    decisions = office.calls()[0]["decisions"]
    not_rung = {d["agent"]: d["reason"] for d in decisions if d["decision"] == "not rung"}
    assert set(not_rung) == {office.upn(name) for name in names[1:]}
    assert "opted out" in not_rung[office.upn("cem")]
    assert "paused" in not_rung[office.upn("dana")]
    assert "disturb" in not_rung[office.upn("bao")]


def test_opting_in_by_star_code_joins_the_ring(office: Office) -> None:
    number, [amal, bao] = desk(office, "amal", "bao")
    dial_code(bao, "*45")
    assert office.opted_out("bao") == [office.queue_name()]
    caller = office.caller().dial(number)
    ring = amal.wait_call()
    a_moment(caller)
    assert not bao.incoming
    code = bao.dial(f"sip:*46@{office.domain}")
    code.wait_answered()
    code.wait_ended(5)  # an agent on any call is not rung (rules 3.5)
    joined = bao.wait_call()
    joined.answer()
    joined.wait_up()
    ring.wait_cancelled()
    caller.hang_up()
    joined.wait_ended()


def test_a_star_code_and_the_end_of_a_number_leaves_one_queue_and_joins_it_again(office: Office) -> None:
    number = office.queue("amal")
    office.queue("amal")
    office.open()
    amal = office.agent("amal")

    dial_code(amal, f"*45{number[-4:]}")
    assert office.opted_out("amal") == [office.queue_name(0)]
    dial_code(amal, "*45999999")  # nobody's: refused, and nothing is done
    assert office.opted_out("amal") == [office.queue_name(0)]
    dial_code(amal, f"*46{number}")
    assert office.opted_out("amal") == []


def test_opting_in_by_command_joins_the_ring(office: Office) -> None:
    number, [amal, bao] = desk(office, "amal", "bao")
    office.server.agent("opt-out", office.upn("bao"))
    caller = office.caller().dial(number)
    ring = amal.wait_call()
    a_moment(caller)
    assert not bao.incoming
    office.server.agent("opt-in", office.upn("bao"), office.queue_name())
    joined = bao.wait_call(0.5)
    caller.hang_up()
    ring.wait_cancelled()
    joined.wait_cancelled()


def test_opting_out_while_ringing_stops_the_phone(office: Office) -> None:
    number, [amal, bao] = desk(office, "amal", "bao")
    caller = office.caller().dial(number)
    ring = amal.wait_call()
    other = bao.wait_call()
    office.server.agent("opt-out", office.upn("bao"))
    other.wait_cancelled(0.5)
    ring.answer()
    ring.wait_up()
    caller.hang_up()
    ring.wait_ended()


def test_opt_out_survives_and_is_refused_where_the_queue_forbids_it(office: Office) -> None:
    office.queue("amal")
    office.queue("bao", allow_opt_out=False)
    office.open()
    office.server.agent("opt-out", office.upn("amal"), office.queue_name(0))
    refused = office.server.run("agent", "opt-out", office.upn("bao"), office.queue_name(1), expect=None)
    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr
    office.open()
    assert office.opted_out("amal") == [office.queue_name(0)]
    assert office.opted_out("bao") == []


def test_registering_and_leaving_do_not_disturb_join_the_ring(office: Office) -> None:
    number = office.queue("amal", "bao", "cem")
    office.open()
    amal, bao = office.agent("amal"), office.agent("bao")
    assert bao.publish("dnd").status == 200
    caller = office.caller().dial(number)
    ring = amal.wait_call()
    cem = office.agent("cem")
    joined = cem.wait_call(0.5)
    assert not bao.incoming
    assert bao.publish("available").status == 200
    second = bao.wait_call(0.5)
    second.answer()
    second.wait_up()
    ring.wait_cancelled()
    joined.wait_cancelled()
    caller.hang_up()
    second.wait_ended()


def test_a_phone_that_signs_out_leaves_the_ring(office: Office) -> None:
    number, [amal, bao] = desk(office, "amal", "bao")
    caller = office.caller().dial(number)
    ring = amal.wait_call()
    left = bao.wait_call()
    assert bao.register(expires=0).status == 200
    office.server.wait_status(
        lambda status: any(
            a["upn"] == office.upn("bao") and a["state"] in ("signed-out", "ringing")
            for a in status["agents"]
        ),
        "bao is signed out",
    )
    caller.hang_up()
    ring.wait_cancelled()
    left.wait_ended()
    assert office.agent_state("bao") == "signed-out"


def test_busy_and_away_are_rung_as_in_2018(office: Office) -> None:
    number, [amal, bao] = desk(office, "amal", "bao")
    amal.publish("busy")
    bao.publish("away")
    caller = office.caller().dial(number)
    rings = [amal.wait_call(), bao.wait_call()]
    caller.hang_up()
    for ring in rings:
        ring.wait_cancelled()


def test_an_agent_on_a_call_of_another_kind_is_not_rung(office: Office) -> None:
    number, [amal, bao] = desk(office, "amal", "bao")
    direct = bao.dial(f"sip:amal@{office.domain}")
    ring = amal.wait_call()
    ring.answer()
    direct.wait_answered()
    ring.wait_up()
    caller = office.caller().dial(number)
    caller.wait_answered()
    a_moment(caller)
    assert not amal.incoming
    assert not bao.incoming
    direct.hang_up()
    ring.wait_ended()
    rings = [amal.wait_call(0.5), bao.wait_call(0.5)]
    caller.hang_up()
    for leg in rings:
        leg.wait_cancelled()


def test_an_agent_of_two_queues_is_rung_by_one_at_a_time(office: Office) -> None:
    first = office.queue("amal")
    second = office.queue("amal")
    office.open()
    amal = office.agent("amal")
    one = office.caller("+12065550101").dial(first)
    ring = amal.wait_call()
    two = office.caller("+12065550102").dial(second)
    two.wait_answered()
    a_moment(two)
    assert not amal.incoming
    one.hang_up()
    ring.wait_cancelled()
    ended_at = time.time()
    again = amal.wait_call(0.5)
    assert again.invite is not None
    assert again.invite.at - ended_at < 0.1
    two.hang_up()
    again.wait_cancelled()


def test_an_expired_registration_is_offline(office: Office) -> None:
    number = office.queue("amal", "bao")
    office.open()
    office.agent("amal")
    bao = office.agent("bao", is_registered=False)
    response = bao.register(expires=2)
    if response.status == 423:  # too brief for this server (RFC 3261 section 10.3)
        assert int(response.header("min-expires")) <= 60
        return
    assert response.status == 200
    office.server.wait_status(
        lambda s: any(a["upn"] == office.upn("bao") and a["state"] == "signed-out" for a in s["agents"]),
        "bao's registration has expired",
        8,
    )
    caller = office.caller().dial(number)
    caller.wait_answered()
    office.phones[0].wait_call()
    assert not bao.incoming
    caller.hang_up()
