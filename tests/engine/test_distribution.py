"""Who is rung: the four methods, one call at a time or several (rules sections 2 and 3)."""

from __future__ import annotations

import pytest

from huntline.engine import events as told
from huntline.engine.commands import ForwardCall
from huntline.engine.model import CallsAlerting, Distribution
from huntline.engine.reasons import Cause, LeftAlone, OnlyText, StopReason

from .desk import (
    ATTENDANT,
    LONGEST_IDLE,
    NOON,
    ROUND_ROBIN,
    SERIAL,
    Desk,
    queue,
    rung,
    seconds,
    stopped,
    to_target,
)


def test_attendant_rings_everybody_in_the_order_of_the_list() -> None:
    desk = Desk(queue())
    assert rung(desk.call("c1")) == ["anna", "ben", "cleo"]


def test_attendant_rings_all_again_at_once_after_the_alert_time() -> None:
    desk = Desk(queue())
    desk.call("c1")
    assert desk.passes(29.9) == []
    commands = desk.passes(0.2)
    assert stopped(commands) == [(f"c1.{number}", StopReason.NO_ANSWER) for number in (1, 2, 3)]
    assert rung(commands) == ["anna", "ben", "cleo"]
    assert [ring.outcome for ring in desk.rings_of("anna")] == ["no answer"]


def test_in_attendant_mode_who_declines_is_rung_again_when_the_round_of_the_others_ends() -> None:
    desk = Desk(queue())
    desk.call("c1")
    desk.passes(3)
    assert rung(desk.declines("ben")) == []
    assert rung(desk.passes(26.9)) == []
    assert rung(desk.passes(0.2)) == ["anna", "ben", "cleo"]


def test_in_attendant_mode_everybody_who_declines_is_rung_again_after_the_back_off() -> None:
    desk = Desk(queue(agents="anna ben"))
    desk.call("c1")
    desk.passes(2)
    desk.declines("anna")
    desk.passes(1)
    assert rung(desk.declines("ben")) == []
    assert rung(desk.passes(3.9)) == []
    assert rung(desk.passes(0.2)) == ["anna"]
    assert rung(desk.passes(1)) == ["ben"]


def test_serial_goes_down_the_list_and_round_again() -> None:
    desk = Desk(queue(distribution=SERIAL))
    order = rung(desk.call("c1"))
    for _ in range(5):
        order += rung(desk.passes(30))
    assert order == ["anna", "ben", "cleo", "anna", "ben", "cleo"]


def test_serial_moves_on_at_once_when_an_agent_declines_and_comes_round_to_them_again() -> None:
    desk = Desk(queue(distribution=SERIAL, agents="anna ben"))
    desk.call("c1")
    desk.passes(2)
    assert rung(desk.declines("anna")) == ["ben"]
    assert rung(desk.passes(30)) == ["anna"]


def test_serial_rings_the_only_agent_who_declined_again_after_a_short_back_off() -> None:
    desk = Desk(queue(distribution=SERIAL, agents="anna"))
    desk.call("c1")
    desk.passes(2)
    assert rung(desk.declines("anna")) == []
    assert rung(desk.passes(4.9)) == []
    assert rung(desk.passes(0.2)) == ["anna"]


def test_serial_starts_at_the_top_for_each_call() -> None:
    desk = Desk(queue(distribution=SERIAL))
    desk.call("c1")
    desk.talks("anna")
    desk.ends("anna")
    assert rung(desk.call("c2")) == ["anna"]


def test_serial_skips_agents_who_may_not_be_rung_and_never_halts_on_the_last() -> None:
    desk = Desk(queue(distribution=SERIAL), away="ben cleo")
    assert rung(desk.call("c1")) == ["anna"]
    assert rung(desk.passes(30)) == ["anna"]


def test_round_robin_goes_on_after_the_agent_rung_last() -> None:
    desk = Desk(queue(distribution=ROUND_ROBIN))
    order = []
    for number in range(5):
        order += rung(desk.call(f"c{number}"))
        desk.hangs_up(f"c{number}")
    assert order == ["anna", "ben", "cleo", "anna", "ben"]


def test_longest_idle_rings_who_has_been_free_for_the_longest_time() -> None:
    desk = Desk(queue(distribution=LONGEST_IDLE, alerting=CallsAlerting.PARALLEL))
    for call_id, agent in [("c1", "anna"), ("c2", "ben"), ("c3", "cleo")]:
        desk.call(call_id)
        desk.talks(agent)
    for agent in ["cleo", "anna", "ben"]:
        desk.passes(10)
        desk.ends(agent)
    assert [rung(desk.call(call_id)) for call_id in ("c4", "c5", "c6")] == [["cleo"], ["anna"], ["ben"]]


def test_longest_idle_counts_from_becoming_ready_too() -> None:
    desk = Desk(queue(distribution=LONGEST_IDLE))
    desk.passes(60)
    desk.online("anna", False)
    desk.online("anna", True)
    assert rung(desk.call("c1")) == ["ben"]


def test_longest_idle_is_not_lost_by_a_ring_without_answer() -> None:
    desk = Desk(queue(distribution=LONGEST_IDLE, agents="anna ben"))
    desk.call("c1")
    assert rung(desk.passes(30)) == ["ben"]
    desk.hangs_up("c1")
    assert rung(desk.call("c2")) == ["anna"]


@pytest.mark.parametrize("method", Distribution)
def test_with_one_only_the_head_call_alerts(method: Distribution) -> None:
    desk = Desk(queue(distribution=method))
    assert rung(desk.call("c1")) != []
    assert rung(desk.call("c2")) == []
    assert desk.state("c2") == "waiting"


def test_when_an_agent_accepts_the_next_call_rings_the_others_in_the_same_step() -> None:
    desk = Desk(queue())
    desk.call("c1")
    desk.call("c2")
    assert rung(desk.answers("ben")) == ["anna", "cleo"]
    assert desk.ringing("c2") == ["anna", "cleo"]


@pytest.mark.parametrize("method", [SERIAL, ROUND_ROBIN, LONGEST_IDLE])
def test_with_parallel_each_waiting_call_is_offered_to_a_different_agent(method: Distribution) -> None:
    desk = Desk(queue(distribution=method, alerting=CallsAlerting.PARALLEL))
    assert [rung(desk.call(f"c{number}")) for number in range(4)] == [["anna"], ["ben"], ["cleo"], []]


def test_with_parallel_a_later_call_never_takes_an_agent_an_earlier_one_could_ring_now() -> None:
    desk = Desk(queue(distribution=SERIAL, alerting=CallsAlerting.PARALLEL, agents="anna ben"))
    desk.call("c1")
    desk.call("c2")
    desk.passes(2)
    desk.declines("anna")
    assert (desk.ringing("c1"), desk.ringing("c2")) == ([], ["ben"])
    desk.declines("ben")
    assert (desk.ringing("c1"), desk.ringing("c2")) == (["ben"], ["anna"])


def test_an_agent_who_comes_free_joins_the_ring_of_the_head_call() -> None:
    desk = Desk(queue(distribution=ATTENDANT), away="cleo")
    desk.call("c1")
    desk.passes(20)
    assert rung(desk.online("cleo")) == ["cleo"]
    assert rung(desk.passes(10)) == ["anna", "ben"]
    assert desk.ringing("c1") == ["cleo", "anna", "ben"]


def test_an_agent_who_comes_free_joins_the_rotation_where_the_list_has_them() -> None:
    desk = Desk(queue(distribution=SERIAL), away="anna")
    assert rung(desk.call("c1")) == ["ben"]
    assert rung(desk.online("anna")) == []
    assert rung(desk.passes(30)) == ["anna"]


def test_a_phone_that_fails_is_left_alone_for_a_while_and_then_tried_again() -> None:
    desk = Desk(queue(distribution=SERIAL, agents="anna"))
    desk.call("c1")
    assert rung(desk.phone_fails("anna")) == []
    assert desk.engine.why_not_rung("anna", "desk") == LeftAlone(NOON + seconds(5), OnlyText("unreachable"))
    assert rung(desk.passes(4.9)) == []
    assert rung(desk.passes(0.2)) == ["anna"]


def test_a_phone_that_refuses_faster_than_a_person_is_left_alone_by_all_calls() -> None:
    desk = Desk(queue(distribution=SERIAL, agents="anna", alerting=CallsAlerting.PARALLEL))
    for number in range(50):
        desk.call(f"c{number}")
    assert rung(desk.declines("anna")) == []
    assert len(rung(desk.passes(5))) == 1


UNFIT = LeftAlone(None, Cause.NO_COMMON_AUDIO)


def test_a_phone_that_can_take_no_call_is_left_alone_until_it_is_another_one() -> None:
    desk = Desk(queue(distribution=SERIAL, agents="anna"))
    desk.call("c1")
    desk.phone_is_unfit("anna")
    assert rung(desk.passes(1000)) == []
    assert rung(desk.call("c2")) == []
    assert desk.engine.why_not_rung("anna", "desk") == UNFIT
    assert desk.agent("anna").reason == UNFIT
    assert ("anna", UNFIT) in desk.reasons("c1", "not rung")
    assert rung(desk.tell(told.PhoneRenewed("anna"))) == ["anna"]


def test_a_phone_that_can_take_no_call_is_tried_again_when_the_settings_change_or_its_owner_asks() -> None:
    desk = Desk(queue(distribution=SERIAL, agents="anna"))
    desk.call("c1")
    desk.phone_is_unfit("anna")
    desk.passes(10)
    assert rung(desk.settings(queue(distribution=SERIAL, agents="anna"))) == ["anna"]
    desk.phone_is_unfit("anna")
    desk.passes(10)
    assert rung(desk.tell(told.ResumeRequested("anna"))) == ["anna"]


def test_nobody_serves_a_queue_whose_only_phone_can_take_no_call() -> None:
    desk = Desk(queue(agents="anna", no_agents=to_target("tel:+1")))
    desk.call("c1")
    assert ForwardCall("c1", "tel:+1") in desk.phone_is_unfit("anna")


def test_a_phone_that_registers_again_is_tried_at_once() -> None:
    desk = Desk(queue(distribution=SERIAL, agents="anna"))
    desk.call("c1")
    desk.phone_fails("anna")
    assert rung(desk.online("anna")) == ["anna"]
