"""A user's new leg takes the place of their old one: a page that is loaded anew, a call that moves to another
phone (INVITE with Replaces, RFC 3891)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from . import sounds, tones
from .leg import Headers, Leg
from .office import Office
from .phone import Phone
from .stories import Talk, desk, direct, hear_each_other, taken, talk

pytestmark = pytest.mark.scenario


def conversation(office: Office, tmp_path: Path, **settings: Any) -> tuple[Talk, str]:
    """A caller and amal talk; bao is a colleague. The call, and the queue's number."""
    music = sounds.tone_file(tmp_path, tones.MUSIC, 3)
    office.user("bao")
    number, [amal] = desk(office, "amal", music={"file": str(music)}, **settings)
    return talk(office.caller(), number, amal), number


def another(office: Office, name: str, **options: Any) -> Phone:
    """The user's other phone, which nobody rings: the page, loaded anew."""
    return office.agent(name, is_registered=False, tone=tones.SECOND_AGENT, **options)


def taken_over(phone: Phone, old: Leg, *, late_offer: bool = False) -> Leg:
    """The phone takes the place of the leg, which is hung up on."""
    new = phone.dial(old.phone.aor, headers=(("Replaces", old.replaces),), late_offer=late_offer)
    new.wait_answered()
    return new


@pytest.mark.parametrize("late_offer", [False, True])
def test_an_agent_goes_on_with_another_leg(office: Office, tmp_path: Path, late_offer: bool) -> None:
    (caller, agent), _ = conversation(office, tmp_path)
    agent.reinvite(direction="sendonly")
    caller.sound.wait_for(tones.MUSIC, since=time.time())
    new = taken_over(another(office, "amal"), agent, late_offer=late_offer)
    agent.wait_ended()
    hear_each_other(caller, new)
    assert office.agent_state("amal") == "talking"
    (call,) = office.server.status()["calls"]
    assert [leg["party"] for leg in call["legs"]] == ["caller", "agent"]
    assert new.reinvite(direction="sendonly").status == 200
    caller.sound.wait_for(tones.MUSIC, since=time.time())
    assert new.reinvite().status == 200
    hear_each_other(caller, new)
    new.hang_up()
    caller.wait_ended()
    (record,) = office.calls()
    assert (record["agent"], record["reason"]) == (office.upn("amal"), "the agent hung up")
    assert len(record["rings"]) == 1


def test_a_leg_whose_connection_is_gone_is_replaced(office: Office, tmp_path: Path) -> None:
    office.user("bao")
    number = office.queue("amal")
    office.open()
    amal = office.agent("amal", transport="tcp")
    caller, agent = talk(office.caller(), number, amal)
    amal.vanish()
    new = taken_over(another(office, "amal"), agent)
    hear_each_other(caller, new)
    caller.hang_up()
    new.wait_ended()


def test_the_new_leg_is_transferred_from_and_taken_over_again(office: Office, tmp_path: Path) -> None:
    (caller, agent), _ = conversation(office, tmp_path)
    bao = office.agent("bao", tone=tones.THIRD_AGENT)
    agent.refer(f"sip:{office.upn('bao')}")
    ring = bao.wait_call()
    new = taken_over(another(office, "amal"), agent)
    agent.wait_ended()
    caller.sound.wait_for(tones.MUSIC, since=time.time())
    ring.decline(486)
    hear_each_other(caller, new)
    assert new.refer(f"sip:{office.upn('bao')}").status == 202
    ring = taken(bao)
    new.wait_ended()
    hear_each_other(caller, ring)
    last = taken_over(another(office, "bao"), ring)
    ring.wait_ended()
    hear_each_other(caller, last)
    last.hang_up()
    caller.wait_ended()


def test_the_far_side_of_a_transfer_is_taken_over(office: Office, tmp_path: Path) -> None:
    office.user("cy")
    (caller, agent), _ = conversation(office, tmp_path)
    caller.hang_up()
    agent.wait_ended()
    amal, bao, cy = agent.phone, office.agent("bao"), office.agent("cy", tone=tones.THIRD_AGENT)
    placed, ring = direct(bao, amal)
    assert ring.refer(cy.aor).status == 202
    target = cy.wait_call()
    new = taken_over(another(office, "bao"), placed)
    placed.wait_ended()
    target.answer()
    target.wait_up()
    ring.wait_ended()
    hear_each_other(new, target)
    target.hang_up()
    new.wait_ended()


def test_a_caller_keeps_the_place_in_line(office: Office, tmp_path: Path) -> None:
    greeting = sounds.tone_file(tmp_path, tones.GREETING, 2)
    music = sounds.tone_file(tmp_path, tones.MUSIC, 3)
    office.user("bao")
    number, [amal] = desk(office, "amal", greeting={"file": str(greeting)}, music={"file": str(music)})
    waiting = office.agent("bao").dial(number)
    waiting.sound.wait_for(tones.GREETING)
    second = taken_over(another(office, "bao"), waiting)
    waiting.wait_ended()
    second.sound.wait_for(tones.GREETING)
    ring = amal.wait_call(6)
    third = taken_over(another(office, "bao"), second)
    second.wait_ended()
    third.sound.wait_for(tones.MUSIC)
    ring.answer()
    ring.wait_up()
    hear_each_other(third, ring)
    ring.hang_up()
    third.wait_ended()
    assert len(office.calls()) == 1


def naming(replaces: str) -> Headers:
    return (("Replaces", replaces),)


def test_nobody_takes_what_is_not_theirs(office: Office, tmp_path: Path) -> None:
    (caller, agent), number = conversation(office, tmp_path)
    mine, bao = another(office, "amal"), office.agent("bao")
    replaces = agent.replaces
    assert bao.dial(agent.phone.aor, headers=naming(replaces)).wait_refused() == 403
    assert office.caller().dial(number, headers=naming(replaces)).wait_refused() == 401
    assert mine.dial(number, headers=naming(caller.replaces)).wait_refused() == 403
    assert mine.dial(number, headers=naming("x;to-tag=1;from-tag=2")).wait_refused() == 481
    swapped = f"{agent.call_id};to-tag={agent.tag};from-tag={replaces.split('=')[1].split(';')[0]}"
    assert mine.dial(number, headers=naming(swapped)).wait_refused() == 481
    assert mine.dial(number, headers=naming(f"{replaces};early-only")).wait_refused() == 486
    assert mine.dial(number, headers=naming(f"{agent.call_id};to-tag=1")).wait_refused() == 400
    video = (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 9 RTP/AVP 96\r\n"
    )
    assert mine.dial(number, headers=naming(replaces), offer=video).wait_refused() == 488
    wrong = office.agent("amal", is_registered=False)
    wrong.password = "guessed"
    assert wrong.dial(number, headers=naming(replaces)).wait_refused() == 401
    hear_each_other(caller, agent)
    asked = bao.dial(agent.phone.aor)
    agent.phone.wait_call()
    asked.wait_response("INVITE", 180)
    assert bao.dial(number, headers=naming(asked.replaces)).wait_refused() == 481
    asked.cancel()
    asked.wait_ended()
    caller.hang_up()
    agent.wait_ended()
    assert mine.dial(number, headers=naming(replaces)).wait_refused() == 481
