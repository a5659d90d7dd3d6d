"""All phones of a queue ring at once: the first to answer wins."""

from __future__ import annotations

import contextlib

import pytest

from . import ports
from .leg import Leg
from .office import Office
from .phone import Phone
from .reactor import Reactor
from .stories import a_moment, assert_heard_each_other, desk, talk
from .wire import Message

pytestmark = pytest.mark.scenario

FIVE = ("amal", "bao", "cem", "dana", "eli")
PHONES = 50
ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'


def test_five_phones_ring_one_wins_four_show_no_missed_call(office: Office) -> None:
    number, phones = desk(office, *FIVE)
    caller = office.caller().dial(number)
    rings = [phone.wait_call() for phone in phones]
    winner, *others = rings
    winner.answer()
    for ring in others:
        assert ring.wait_cancelled().header("reason") == ELSEWHERE
    winner.wait_up()
    assert_heard_each_other(caller, winner)

    second = office.caller("+12065550102").dial(number)
    second_rings = [phone.wait_call() for phone in phones[1:]]
    second_rings[2].answer()
    second_rings[2].wait_up()
    for ring in (second_rings[0], second_rings[1], second_rings[3]):
        ring.wait_cancelled()
    assert not phones[0].incoming, "rung while talking"
    for leg in (caller, second):
        leg.hang_up()
    winner.wait_ended()
    second_rings[2].wait_ended()


def test_the_next_caller_waits_until_the_first_is_answered(office: Office) -> None:
    number, [amal, bao] = desk(office, "amal", "bao")
    first = office.caller("+12065550101").dial(number)
    ring = amal.wait_call()
    bao.wait_call()
    second = office.caller("+12065550102").dial(number)
    second.wait_answered()
    a_moment(second)
    assert not amal.incoming
    assert not bao.incoming
    ring.answer()
    ring.wait_up()
    next_ring = bao.wait_call()
    assert next_ring.invite is not None
    assert "+12065550102" in next_ring.invite.header("from")
    next_ring.answer()
    next_ring.wait_up()
    assert_heard_each_other(second, next_ring)
    first.hang_up()
    second.hang_up()


def test_two_agents_answer_in_the_same_instant(office: Office) -> None:
    number, phones = desk(office, "amal", "bao")
    caller = office.caller().dial(number)
    rings = [phone.wait_call() for phone in phones]
    with office.reactor.changed:
        for ring in rings:
            ring.answer()
    office.reactor.wait(lambda: sum(ring.is_ended for ring in rings) == 1, 3, "one of the two is released")
    winner, loser = sorted(rings, key=lambda ring: ring.is_ended)
    loser.wait_up()  # its 200 is acknowledged before it is released (RFC 3261 section 13.2.2.4)
    assert loser.wait_request("BYE").header("reason") == ELSEWHERE
    assert_heard_each_other(caller, winner)
    second = office.caller("+12065550102").dial(number)
    again = loser.phone.wait_call()
    again.answer()
    again.wait_up()
    assert_heard_each_other(second, again)
    for leg in (caller, second):
        leg.hang_up()


def test_an_answer_that_crosses_the_cancel_is_hung_up_on(office: Office) -> None:
    number, [amal, bao] = desk(office, "amal", "bao")

    def answers_when_cancelled(leg: Leg) -> None:
        def cross(cancel: Message) -> None:
            leg.answer()
            leg.respond(200, to=cancel)

        leg.on_cancel = cross
        leg.ring()

    bao.on_call = answers_when_cancelled
    caller, agent = talk(office.caller(), number, amal)
    late = bao.wait_call()
    late.wait_ended()
    assert late.is_up, "the crossing 200 got no ACK"
    assert_heard_each_other(caller, agent)
    caller.hang_up()
    agent.wait_ended()


def test_one_busy_phone_does_not_stop_the_others(office: Office) -> None:
    number, [amal, bao] = desk(office, "amal", "bao")
    amal.on_call = lambda leg: leg.decline(486)
    caller, agent = talk(office.caller(), number, bao)
    assert_heard_each_other(caller, agent)
    caller.hang_up()
    rings = {ring["agent"]: ring["outcome"] for ring in office.calls()[0]["rings"]}
    assert rings == {office.upn("amal"): "declined", office.upn("bao"): "answered"}


def test_all_phones_of_one_agent_ring(office: Office) -> None:
    number, [desk_phone] = desk(office, "amal")
    mobile = office.agent("amal")
    caller = office.caller().dial(number)
    ring = desk_phone.wait_call()
    mobile_ring = mobile.wait_call()
    mobile_ring.answer()
    assert ring.wait_cancelled().header("reason") == ELSEWHERE
    mobile_ring.wait_up()
    caller.hang_up()
    mobile_ring.wait_ended()


def test_fifty_static_contacts_ring_and_stop_together(office: Office, reactor: Reactor) -> None:
    """How fast is measured by ``bench/ringing.py``."""
    port = ports.take(2)
    number = fifty_at(office, port)
    with contextlib.closing(Phone(reactor, office.server.address, "all", port=port)) as phones:
        ring_fifty(office, number, phones)


def fifty_at(office: Office, port: int) -> str:
    """The number of a queue whose agents' phones are all at one port."""
    names = [f"a{n}" for n in range(PHONES)]
    for name in names:
        office.user(name, contacts=[f"sip:{name}@127.0.0.1:{port}"])
    number = office.queue(*names)
    office.open()
    return number


def ring_fifty(office: Office, number: str, phones: Phone) -> tuple[float, float]:
    """How long the INVITEs took from first to last, and the CANCELs from the answer to the last."""
    caller = office.caller().dial(number)
    rings = [phones.wait_call() for _ in range(PHONES)]
    arrivals = [ring.invite.at for ring in rings if ring.invite is not None]
    rings[20].answer()
    cancels = [ring.wait_cancelled().at for ring in rings if ring is not rings[20]]
    caller.hang_up()
    rings[20].wait_ended()
    return max(arrivals) - min(arrivals), max(cancels) - rings[20].answered_at
