"""An agent answers: races, bridges that fail, conversations (rules sections 3.6, 3.7, 3.12 and 3.13)."""

from __future__ import annotations

from huntline.engine import events as told
from huntline.engine.commands import (
    BridgeCall,
    EndCall,
    PlayMusic,
    ReleaseAgent,
    RingAgent,
    StopRinging,
)
from huntline.engine.model import AgentState, Introduction, Outcome
from huntline.engine.reasons import Cause, LeftAlone, OnlyText, RingOutcome, StopReason

from .desk import NOON, SERIAL, Desk, asked, queue, rung, seconds


def test_the_first_to_answer_wins_and_the_others_stop_without_a_missed_call() -> None:
    desk = Desk(queue())
    desk.call("c1")
    assert asked(desk.answers("ben")) == [
        BridgeCall("c1", "c1.2", "ben"),
        StopRinging("c1.1", StopReason.ANSWERED_ELSEWHERE),
        StopRinging("c1.3", StopReason.ANSWERED_ELSEWHERE),
    ]
    assert desk.state("c1") == "connecting"
    desk.bridged("ben")
    assert desk.state("c1") == "talking"


def test_an_agent_is_told_of_the_call_before_where_the_queue_says_so_and_that_may_take_its_time() -> None:
    desk = Desk(queue(agents="anna", announce_to_agent=True))
    desk.call("c1")
    desk.passes(7)
    (bridge,) = asked(desk.answers("anna"))
    assert bridge == BridgeCall("c1", "c1.1", "anna", Introduction("desk", seconds(7)))
    desk.passes(24.9)
    assert desk.state("c1") == "connecting"
    desk.bridged("anna")
    assert desk.state("c1") == "talking"


def test_who_answers_in_the_same_instant_is_released_with_a_clear_reason() -> None:
    desk = Desk(queue())
    desk.call("c1")
    late = desk.ring_of("cleo")
    desk.answers("ben")
    assert desk.tell(told.AgentAnswered(late)) == [ReleaseAgent(late, StopReason.ANSWERED_ELSEWHERE)]


def test_who_lost_the_race_is_rung_first_for_the_next_call_and_only_for_that() -> None:
    desk = Desk(queue())
    desk.call("c1")
    late = desk.ring_of("cleo")
    desk.answers("ben")
    desk.tell(told.AgentAnswered(late))
    assert rung(desk.call("c2")) == ["cleo", "anna"]
    assert desk.reasons("c2", "rung")[0] == ("cleo", Cause.LOST_THE_RACE)
    desk.hangs_up("c2")
    assert rung(desk.call("c3")) == ["anna", "cleo"]


def test_who_lost_the_race_comes_first_in_a_rotation_too() -> None:
    desk = Desk(queue("all"), queue(distribution=SERIAL))
    desk.call("c1", "all")
    late = desk.ring_of("cleo")
    desk.answers("ben")
    desk.tell(told.AgentAnswered(late))
    assert rung(desk.call("c2")) == ["cleo"]


def test_who_answers_after_the_caller_left_is_released() -> None:
    desk = Desk(queue(agents="anna"))
    desk.call("c1")
    desk.hangs_up("c1")
    assert desk.answers("anna") == [ReleaseAgent("c1.1", StopReason.CALLER_GONE)]
    assert desk.agent("anna").state is AgentState.READY


def test_who_answers_after_the_alert_time_is_released() -> None:
    desk = Desk(queue(agents="anna ben", distribution=SERIAL))
    desk.call("c1")
    desk.passes(30)
    assert desk.answers("anna") == [ReleaseAgent("c1.1", StopReason.NO_ANSWER)]
    assert desk.ringing("c1") == ["ben"]


def test_a_ring_nobody_knows_is_released_too_so_that_nobody_hears_silence() -> None:
    desk = Desk(queue())
    assert desk.tell(told.AgentAnswered("nothing.1")) == [ReleaseAgent("nothing.1", StopReason.CALLER_GONE)]


def test_without_an_audio_path_the_caller_keeps_the_place_at_the_head() -> None:
    desk = Desk(queue(agents="anna ben", distribution=SERIAL))
    desk.call("c1")
    desk.passes(1)
    desk.call("c2")
    desk.answers("anna")
    assert desk.ringing("c2") == ["ben"]
    desk.passes(1)
    assert asked(desk.bridge_fails("anna")) == [
        ReleaseAgent("c1.1", StopReason.NO_AUDIO),
        StopRinging("c2.1", StopReason.EARLIER_CALL),
        PlayMusic("c1", "desk"),
        RingAgent("c1.2", "c1", "desk", "ben"),
    ]
    assert desk.ringing("c2") == []
    status = desk.status("c1")
    assert status
    assert (status.position, status.waiting_since) == (1, NOON)
    assert [(ring.outcome, ring.reason) for ring in desk.rings_of("anna")] == [
        (RingOutcome.FAILED, OnlyText("no audio"))
    ]


def test_calls_whose_bridges_fail_come_back_in_their_old_order() -> None:
    desk = Desk(queue(agents="anna ben cleo", distribution=SERIAL))
    for call_id, agent in [("c1", "anna"), ("c2", "ben"), ("c3", "cleo")]:
        desk.call(call_id)
        desk.answers(agent)
    for agent in ("ben", "cleo", "anna"):
        desk.bridge_fails(agent)
    positions = [status.position for call_id in ("c1", "c2", "c3") if (status := desk.status(call_id))]
    assert positions == [1, 2, 3]


def test_an_agent_whose_bridge_failed_is_free_again_after_a_back_off() -> None:
    desk = Desk(queue(agents="anna"))
    desk.call("c1")
    desk.answers("anna")
    assert rung(desk.bridge_fails("anna")) == []
    assert desk.agent("anna").state is AgentState.READY
    assert rung(desk.passes(5)) == ["anna"]


def test_an_agent_without_audio_twice_in_a_row_is_left_alone_for_longer_and_told_what_to_do() -> None:
    desk = Desk(queue(agents="anna"))
    desk.call("c1")
    desk.answers("anna")
    desk.bridge_fails("anna")
    desk.passes(5)
    desk.answers("anna")
    assert rung(desk.bridge_fails("anna")) == []
    assert rung(desk.passes(59)) == []
    reason = desk.agent("anna").reason
    assert isinstance(reason, LeftAlone)
    assert reason.why is Cause.NO_AUDIO_TWICE
    assert rung(desk.passes(1)) == ["anna"]
    # So after each failure more; a conversation in between, or a page loaded anew, is a new start.
    desk.answers("anna")
    desk.bridge_fails("anna")
    assert rung(desk.passes(59)) == []
    desk.tell(told.AgentReachabilityChanged("anna", False))
    assert rung(desk.tell(told.AgentReachabilityChanged("anna", True))) == ["anna"]
    desk.answers("anna")
    desk.bridge_fails("anna")
    assert rung(desk.passes(5)) == ["anna"]


def test_a_bridge_that_is_never_heard_of_again_counts_as_failed() -> None:
    desk = Desk(queue(agents="anna ben", distribution=SERIAL))
    desk.call("c1")
    desk.answers("anna")
    commands = desk.passes(10)
    assert ReleaseAgent("c1.1", StopReason.NO_AUDIO) in commands
    assert rung(commands) == ["ben"]


def test_an_agent_who_hangs_up_before_the_bridge_leaves_the_caller_at_the_head() -> None:
    desk = Desk(queue(agents="anna ben", distribution=SERIAL))
    desk.call("c1")
    desk.answers("anna")
    assert asked(desk.ends("anna")) == [
        PlayMusic("c1", "desk"),
        RingAgent("c1.2", "c1", "desk", "ben"),
    ]


def test_a_caller_who_hangs_up_at_the_moment_of_the_answer_is_abandoned_and_the_agent_released() -> None:
    desk = Desk(queue(agents="anna"))
    desk.call("c1")
    desk.answers("anna")
    assert asked(desk.hangs_up("c1")) == [
        ReleaseAgent("c1.1", StopReason.CALLER_GONE),
        EndCall("c1", Outcome.ABANDONED),
    ]
    assert [ring.outcome for ring in desk.rings_of("anna")] == ["released"]
    assert desk.agent("anna").state is AgentState.READY


def test_either_side_ends_a_conversation() -> None:
    desk = Desk(queue(agents="anna"))
    for call_id in ("c1", "c2"):
        desk.call(call_id)
        desk.talks("anna")
        commands = desk.ends("anna") if call_id == "c1" else desk.hangs_up(call_id)
        assert asked(commands) == [EndCall(call_id, Outcome.ANSWERED)]
        assert (desk.end_of(call_id).agent_id, desk.end_of(call_id).outcome) == ("anna", Outcome.ANSWERED)
    assert [ring.outcome for ring in desk.rings_of("anna")] == ["answered", "answered"]


def test_a_leg_that_breaks_while_waiting_is_a_failed_call_and_in_conversation_an_answered_one() -> None:
    desk = Desk(queue(agents="anna"))
    desk.call("c1")
    desk.tell(told.CallFailed("c1", OnlyText("no media")))
    desk.call("c2")
    desk.talks("anna")
    desk.tell(told.CallFailed("c2", OnlyText("no media")))
    assert [desk.end_of(call_id).outcome for call_id in ("c1", "c2")] == [Outcome.FAILED, Outcome.ANSWERED]
    assert desk.end_of("c2").reason == OnlyText("no media")


def test_the_answer_is_recorded_with_its_moment() -> None:
    desk = Desk(queue(agents="anna", has_greeting=True))
    desk.call("c1")
    desk.passes(4)
    desk.greeted("c1")
    desk.passes(3)
    desk.answers("anna")
    desk.passes(0.1)
    desk.bridged("anna")
    desk.passes(60)
    desk.ends("anna")
    record = desk.end_of("c1")
    assert (record.waiting_since, record.answered_at) == (NOON + seconds(4), NOON + seconds(7))
    (ring,) = desk.rings_of("anna")
    assert (ring.started_at, ring.answered_at) == (NOON + seconds(4), NOON + seconds(7))
    assert ring.ended_at == record.ended_at == NOON + seconds(67.1)
