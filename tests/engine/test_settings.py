"""Settings change at any time and take force at once."""

from __future__ import annotations

from huntline.engine import events as told
from huntline.engine.commands import EndCall, ForwardCall, StopReason, StopRinging
from huntline.engine.model import AgentState, Outcome

from .desk import (
    ATTENDANT,
    NOON,
    ROUND_ROBIN,
    SERIAL,
    Desk,
    asked,
    queue,
    rung,
    seconds,
    stopped,
    to_queue,
    to_target,
)


def test_the_same_settings_again_change_nothing() -> None:
    desk = Desk(queue(), queue("other", distribution=SERIAL))
    desk.call("c1")
    desk.call("c2", "other")
    assert desk.settings(queue(), queue("other", distribution=SERIAL)) == []


def test_an_agent_added_during_a_ring_joins_it() -> None:
    desk = Desk(queue(agents="anna"))
    desk.online("ben")
    desk.call("c1")
    assert rung(desk.settings(queue(agents="anna ben"))) == ["ben"]


def test_an_agent_removed_during_a_ring_stops_ringing() -> None:
    desk = Desk(queue(agents="anna ben"))
    desk.call("c1")
    assert asked(desk.settings(queue(agents="anna"))) == [StopRinging("c1.2", StopReason.SETTINGS_CHANGED)]
    assert desk.ringing("c1") == ["anna"]


def test_an_agent_removed_during_a_conversation_finishes_it() -> None:
    desk = Desk(queue(agents="anna ben", distribution=SERIAL, wrap_up=seconds(10)))
    desk.call("c1")
    desk.talks("anna")
    assert desk.settings(queue(agents="ben", distribution=SERIAL)) == []
    desk.settings(queue(agents="anna ben", distribution=SERIAL))
    assert rung(desk.call("c2")) == ["ben"]
    assert desk.agent("anna").state is AgentState.TALKING
    desk.ends("anna")
    assert desk.end_of("c1").agent_id == "anna"


def test_callers_of_a_removed_queue_take_its_timeout_exit() -> None:
    desk = Desk(
        queue(timeout=to_queue("other"), has_greeting=True),
        queue("other", agents="nina"),
        queue("third", agents="nina", timeout=to_target("tel:+1425")),
    )
    desk.call("greeting")
    desk.call("waiting", "third")
    commands = desk.settings(queue("other", agents="nina"))
    assert ForwardCall("waiting", "tel:+1425") in commands
    assert rung(commands) == ["nina"]
    assert desk.ringing("greeting") == ["nina"]


def test_a_conversation_outlives_its_queue() -> None:
    desk = Desk(queue(agents="anna"), queue("other", agents="anna"))
    desk.call("c1")
    desk.talks("anna")
    assert desk.settings(queue("other", agents="anna")) == []
    desk.ends("anna")
    assert desk.end_of("c1").outcome is Outcome.ANSWERED
    assert rung(desk.call("c2", "other")) == ["anna"]


def test_a_bridge_that_fails_after_its_queue_was_removed_leads_to_the_timeout_exit() -> None:
    desk = Desk(queue(agents="anna"), queue("other", agents="anna"))
    desk.call("c1")
    desk.answers("anna")
    desk.settings(queue("other", agents="anna"))
    assert asked(desk.bridge_fails("anna"))[-1] == EndCall("c1", Outcome.TIMED_OUT)


def test_a_new_maximum_wait_holds_for_those_who_wait() -> None:
    desk = Desk(queue(max_wait=seconds(60)))
    desk.call("c1")
    desk.passes(20)
    desk.settings(queue(max_wait=seconds(30)))
    assert desk.engine.next_deadline() == NOON + seconds(30)
    assert asked(desk.settings(queue(max_wait=seconds(15))))[-1] == EndCall("c1", Outcome.TIMED_OUT)


def test_another_method_asks_everybody_anew() -> None:
    desk = Desk(queue(distribution=ATTENDANT))
    desk.call("c1")
    commands = desk.settings(queue(distribution=SERIAL))
    assert [reason for _, reason in stopped(commands)] == ["settings changed"] * 3
    assert rung(commands) == ["anna"]


def test_switching_opt_out_off_opts_everybody_in_again() -> None:
    desk = Desk(queue(agents="anna ben"), opted_out={"anna": {"desk"}})
    desk.call("c1")
    assert rung(desk.settings(queue(agents="anna ben", allow_opt_out=False))) == ["anna"]
    assert desk.agent("anna").opted_out == ()


def test_what_the_store_remembers_of_opt_outs_is_taken_when_an_agent_is_first_seen_only() -> None:
    desk = Desk(queue(agents="anna"), opted_out={"anna": {"desk"}})
    assert rung(desk.call("c1")) == []
    assert rung(desk.tell(told.OptInRequested("anna", "desk"))) == ["anna"]
    assert desk.settings(queue(agents="anna")) == []


def test_a_rotation_goes_on_after_the_agent_rung_last_when_the_list_changes() -> None:
    desk = Desk(queue(agents="anna ben cleo", distribution=ROUND_ROBIN))
    for call_id in ("c1", "c2"):
        desk.call(call_id)
        desk.hangs_up(call_id)
    desk.settings(queue(agents="cleo ben anna", distribution=ROUND_ROBIN))
    assert rung(desk.call("c3")) == ["anna"]
