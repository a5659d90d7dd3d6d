"""Callers and agents who hang up at every moment of a call."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import sounds, tones
from .office import Office
from .stories import assert_heard_each_other, desk, talk

pytestmark = pytest.mark.scenario


def test_during_the_greeting(office: Office, tmp_path: Path) -> None:
    greeting = sounds.tone_file(tmp_path, tones.GREETING, 2)
    number, [amal] = desk(office, "amal", greeting={"file": str(greeting)})
    caller = office.caller().dial(number)
    caller.wait_answered()
    caller.sound.wait_for(tones.GREETING)
    caller.hang_up()
    caller.wait_response("BYE", 200)
    call = office.calls()[0]
    assert (call["outcome"], call["waiting_since"]) == ("abandoned", None)
    assert not amal.legs


def test_every_ring_stops_within_100_ms(office: Office) -> None:
    number, phones = desk(office, "amal", "bao", "cem")
    caller = office.caller().dial(number)
    rings = [phone.wait_call() for phone in phones]
    caller.hang_up()
    done = caller.wait_response("BYE", 200)
    for ring in rings:
        cancel = ring.wait_cancelled()
        assert cancel.at - done.at < 0.1
        assert "cause=200" not in cancel.header("reason"), "nobody has answered: this is a missed call"
    assert office.calls()[0]["outcome"] == "abandoned"


def test_at_the_very_moment_of_the_answer(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    for _ in range(3):
        caller = office.caller().dial(number)
        ring = amal.wait_call()
        with office.reactor.changed:
            ring.answer()
            caller.hang_up()
        ring.wait_ended()
        ring.wait_up()
        caller.wait_response("BYE", 200)
    for _ in range(3):
        caller = office.caller().dial(number)
        ring = amal.wait_call()
        with office.reactor.changed:
            caller.hang_up()
            ring.answer()
        ring.wait_ended()
        caller.wait_response("BYE", 200)
    assert len(office.calls(6)) == 6


def test_both_hang_up_at_once(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    caller, agent = talk(office.caller(), number, amal)
    with office.reactor.changed:
        caller.hang_up()
        agent.hang_up()
    for leg in (caller, agent):
        office.reactor.wait(lambda leg=leg: bool(leg.responses("BYE")), 3, "an answer to BYE")  # type: ignore[misc]
        assert leg.responses("BYE")[0] in (200, 481)


def test_cancel_before_any_answer(office: Office) -> None:
    office.queue("amal", "bao")
    office.open()
    amal, bao = office.agent("amal"), office.agent("bao")
    direct = amal.dial(f"sip:bao@{office.domain}")
    ring = bao.wait_call()
    direct.wait_response("INVITE", 180)
    direct.cancel()
    assert direct.wait_refused() == 487
    ring.wait_cancelled()


def test_cancel_that_comes_with_the_invite(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    with office.reactor.changed:
        caller = office.caller().dial(number)
        caller.cancel()
    office.reactor.wait(lambda: caller.is_up or caller.is_ended, 3, "a final answer")
    if caller.is_up:  # the 200 was quicker than the CANCEL: the caller has to hang up
        caller.hang_up()
        caller.wait_response("BYE", 200)
    for leg in amal.legs:
        leg.wait_ended()


def test_the_next_call_is_served_after_all_that(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    for _ in range(3):
        caller, agent = talk(office.caller(), number, amal)
        assert_heard_each_other(caller, agent)
        agent.hang_up()
        caller.wait_ended()
