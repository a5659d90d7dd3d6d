"""Settings change at any time and take force at once."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from huntline.engine import events as told
from huntline.engine.commands import EndCall, ForwardCall, PlayMusic, StopRinging
from huntline.engine.model import AgentSettings, AgentState, Outcome
from huntline.engine.reasons import StopReason

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


def test_who_is_freed_by_one_queues_change_is_not_rung_by_another_that_they_left() -> None:
    desk = Desk(queue("green", agents="anna"), queue("red", agents="anna ben", distribution=SERIAL))
    desk.call("c1", "red")
    assert desk.ringing("c1") == ["anna"]
    desk.settings(queue("green", agents="ben"), queue("red", agents="cleo", distribution=ROUND_ROBIN))
    assert rung(desk.call("c2", "green")) == ["ben"]


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


def test_whoever_hears_an_exits_prompt_when_the_queue_is_removed_hears_music_of_the_next_queue_anew() -> None:
    """What a removed queue played is known to nobody: the next queue's music is never taken for the same."""
    leaving = replace(to_queue("other"), prompt=seconds(3))
    other = queue("other", music="calm")
    desk = Desk(queue("full", music="calm", max_waiting=0, overflow=leaving), other)
    desk.call("c1", "full")
    desk.settings(other)
    music = [one.queue_id for one in desk.tell(told.ExitPromptFinished("c1")) if isinstance(one, PlayMusic)]
    assert music == ["full", "other"]


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
    assert [reason for _, reason in stopped(commands)] == [StopReason.SETTINGS_CHANGED] * 3
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


def test_an_agent_added_to_one_queue_changes_nothing_in_the_others() -> None:
    desk = Desk(queue(agents="anna"), queue("other", agents="ben"))
    desk.online("cleo")
    desk.call("c1")
    desk.call("c2", "other")
    assert rung(desk.settings(queue(agents="anna cleo"), queue("other", agents="ben"))) == ["cleo"]
    assert (desk.ringing("c1"), desk.ringing("c2")) == (["anna", "cleo"], ["ben"])


def test_an_agent_who_leaves_one_queue_goes_on_ringing_for_the_other() -> None:
    desk = Desk(queue(agents="anna"), queue("other", agents="anna ben"))
    desk.call("c1", "other")
    assert desk.settings(queue(agents=""), queue("other", agents="anna ben")) == []
    desk.hangs_up("c1")
    assert rung(desk.call("c2")) == []
    assert rung(desk.call("c3", "other")) == ["anna", "ben"]


def test_someone_who_becomes_an_agent_joins_queues_that_named_them_before() -> None:
    desk = Desk(queue(agents="anna ben"))
    desk.online("ben")
    queues = (queue(agents="anna ben"),)
    anna, ben = (
        AgentSettings(agent_id=name, organization_id="contoso", name=name) for name in ("anna", "ben")
    )
    desk.tell(told.SettingsChanged("contoso", queues, (anna,)))
    assert rung(desk.call("c1")) == ["anna"]
    assert rung(desk.tell(told.SettingsChanged("contoso", queues, (anna, ben)))) == ["ben"]


POOL = ("anna", "ben", "cleo", "dora")
STAFFED = st.dictionaries(
    st.sampled_from(("desk", "other", "third")),
    st.lists(st.sampled_from(POOL), unique=True).map(" ".join),
)


@given(st.lists(STAFFED, min_size=1, max_size=5))
def test_after_any_changes_those_are_rung_who_would_be_had_it_been_so_from_the_beginning(
    history: list[dict[str, str]],
) -> None:
    changed, fresh = Desk(), Desk()
    for desk, states in ((changed, history), (fresh, history[-1:])):
        for name in POOL:
            desk.online(name)
        for staffed in states:
            desk.settings(*(queue(name, agents=agents) for name, agents in staffed.items()))
    for name in history[-1]:
        assert rung(changed.call(name, name)) == rung(fresh.call(name, name))
        for desk in (changed, fresh):
            desk.hangs_up(name)
    assert changed.engine.snapshot(changed.now).agents == fresh.engine.snapshot(fresh.now).agents
