"""Callers who leave the line without an agent: queue full, waited too long, forwarded."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from . import sounds, tones
from .office import Office
from .stories import assert_heard_each_other, desk

pytestmark = pytest.mark.scenario

MAX_WAIT = 15


def test_a_full_queue_is_busy_before_any_answer(office: Office) -> None:
    number, [amal] = desk(office, "amal", max_waiting=1)
    waiting = office.caller("+12065550101").dial(number)
    waiting.wait_answered()
    ring = amal.wait_call()
    refused = office.caller("+12065550102").dial(number)
    assert refused.wait_refused() == 486
    assert all(status in (100, 486) for status in refused.responses())
    ring.answer()  # who talks does not wait: there is room again
    ring.wait_up()
    third = office.caller("+12065550103").dial(number)
    third.wait_answered()
    for leg in (waiting, third):
        leg.hang_up()
    ring.wait_ended()
    outcomes = {call["caller"]: call["outcome"] for call in office.calls(3)}
    assert outcomes == {
        "+12065550101": "answered",
        "+12065550102": "overflowed",
        "+12065550103": "abandoned",
    }


def test_a_queue_for_nobody_is_busy_and_rings_nobody(office: Office) -> None:
    number, [amal] = desk(office, "amal", max_waiting=0)
    assert office.caller().dial(number).wait_refused() == 486
    assert not amal.legs


def test_overflow_forwards_to_another_queue(office: Office) -> None:
    number = office.queue("amal", max_waiting=0)
    office.queue("bao")
    office.settings["queues"][0]["overflow"] = {"action": "forward", "target": office.queue_name(1)}
    office.open()
    amal, bao = office.agent("amal"), office.agent("bao")
    caller = office.caller().dial(number)
    caller.wait_answered()
    ring = bao.wait_call()
    ring.answer()
    ring.wait_up()
    assert_heard_each_other(caller, ring)
    assert not amal.legs
    ring.hang_up()
    caller.wait_ended()


def test_overflow_forwards_to_a_person(office: Office) -> None:
    number = office.queue("amal", max_waiting=0)
    office.user("front")
    target = f"sip:front@{office.domain}"
    office.settings["queues"][0]["overflow"] = {"action": "forward", "target": target}
    office.open()
    front = office.agent("front")
    caller = office.caller().dial(number)
    ring = front.wait_call()
    ring.answer()
    ring.wait_up()
    caller.wait_answered()
    assert_heard_each_other(caller, ring)
    caller.hang_up()
    ring.wait_ended()
    assert office.calls()[0]["outcome"] == "overflowed"


def test_who_waits_too_long_is_let_go_at_the_deadline_in_the_middle_of_a_ring_too(
    office: Office, tmp_path: Path
) -> None:
    """Two callers at a time, for each waits as long as the shortest wait there is."""
    greeting = sounds.tone_file(tmp_path, tones.GREETING, 1)
    goodbye = str(sounds.tone_file(tmp_path, tones.SECOND_MUSIC, 0.3))
    greeting_queue = office.queue(
        max_wait=MAX_WAIT, greeting={"file": str(greeting)}, disconnect_prompt={"file": goodbye}
    )
    ringing_queue = office.queue(
        "amal", max_wait=MAX_WAIT, agent_alert_time=30, disconnect_prompt={"file": goodbye}
    )
    office.open()
    amal = office.agent("amal")
    dialled_at = time.time()
    rung = office.caller().dial(ringing_queue)
    greeted = office.caller().dial(greeting_queue)
    ring = amal.wait_call()
    waiting_since = greeted.sound.wait_loud(3, since=greeted.sound.wait_for(tones.GREETING) + 0.99)

    told_at = rung.sound.wait_for(tones.SECOND_MUSIC, MAX_WAIT + 3)
    assert told_at - dialled_at >= MAX_WAIT
    assert told_at - rung.wait_answered().at < MAX_WAIT + 0.2
    assert abs(ring.wait_cancelled().at - told_at) < 0.1
    assert 0.2 < rung.wait_request("BYE").at - told_at < 0.6
    told_at = greeted.sound.wait_for(tones.SECOND_MUSIC, 5)
    assert told_at - greeted.wait_answered().at > MAX_WAIT + 0.9, "the greeting counted as waiting"
    assert MAX_WAIT - 0.1 < told_at - waiting_since < MAX_WAIT + 0.2
    greeted.wait_ended()
    calls = office.calls(2)
    assert [call["outcome"] for call in calls] == ["timed-out", "timed-out"]
    assert [[each["outcome"] for each in call["rings"]] for call in calls] == [["stopped"], []]


def test_a_timeout_forwards_to_a_second_queue_without_a_hole_in_the_music(
    office: Office, tmp_path: Path
) -> None:
    first_music = sounds.tone_file(tmp_path, tones.MUSIC, 3)
    second_music = sounds.tone_file(tmp_path, tones.SECOND_MUSIC, 3)
    number = office.queue(max_wait=MAX_WAIT, music={"file": str(first_music)})
    office.queue("bao", music={"file": str(second_music)})
    office.settings["queues"][0]["timeout"] = {"action": "forward", "target": office.queue_name(1)}
    office.open()
    bao = office.agent("bao")
    caller = office.caller().dial(number)
    started = caller.sound.wait_for(tones.MUSIC)
    changed = caller.sound.wait_for(tones.SECOND_MUSIC, MAX_WAIT + 3)
    assert MAX_WAIT - 0.1 < changed - started < MAX_WAIT + 0.3
    ring = bao.wait_call()
    caller.sound.wait_packets(25)
    assert caller.sound.longest_gap(since=started, until=time.time() - 0.1) < 0.3
    ring.answer()
    ring.wait_up()
    assert_heard_each_other(caller, ring)
    caller.hang_up()
    ring.wait_ended()


def test_no_waiting_at_all_plays_the_greeting_then_acts(office: Office, tmp_path: Path) -> None:
    greeting = sounds.tone_file(tmp_path, tones.GREETING, 1)
    goodbye = {"file": str(sounds.tone_file(tmp_path, tones.SECOND_MUSIC, 0.1))}
    number, [amal] = desk(
        office, "amal", max_wait=0, greeting={"file": str(greeting)}, disconnect_prompt=goodbye
    )
    caller = office.caller().dial(number)
    answered = caller.wait_answered()
    caller.sound.wait_for(tones.GREETING)
    bye = caller.wait_request("BYE")
    assert 1.0 < bye.at - answered.at < 1.5
    assert not amal.legs


def test_a_timeout_forwards_to_a_person_who_may_not_be_there(office: Office) -> None:
    number = office.queue(max_wait=0)
    office.user("front")
    target = f"sip:front@{office.domain}"
    office.settings["queues"][0]["timeout"] = {"action": "forward", "target": target}
    office.open()
    nobody = office.caller("+12065550101").dial(number)
    nobody.wait_ended(5)
    front = office.agent("front")
    caller = office.caller("+12065550102").dial(number)
    ring = front.wait_call()
    ring.answer()
    ring.wait_up()
    caller.wait_answered()
    assert_heard_each_other(caller, ring)
    ring.hang_up()
    caller.wait_ended()
