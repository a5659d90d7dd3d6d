"""Overflow, timeout, nobody serves, and where callers go then (rules section 2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from huntline.engine import events as told
from huntline.engine.commands import (
    AnswerCall,
    EndCall,
    ForwardCall,
    PlayExitPrompt,
    PlayGreeting,
    PlayMusic,
    RefuseCall,
    RingAgent,
    StopRinging,
)
from huntline.engine.model import Exit, ExitAction, ExitPrompt, Outcome
from huntline.engine.reasons import (
    AfterExit,
    Cause,
    ExitTaken,
    FailedForward,
    OnlyText,
    QueueFull,
    StopReason,
    WaitedMaximum,
)

from .desk import NOON, Desk, asked, queue, rung, seconds, to_queue, to_target

DISCONNECT = Exit(ExitAction.DISCONNECT)


def test_a_full_queue_is_busy_before_any_answer() -> None:
    desk = Desk(queue(max_waiting=2))
    desk.call("c1")
    desk.call("c2")
    assert asked(desk.call("c3")) == [RefuseCall("c3", Outcome.OVERFLOWED)]
    assert desk.end_of("c3").outcome is Outcome.OVERFLOWED
    assert desk.reasons("c3", "overflow") == [(None, ExitTaken(QueueFull(2), None))]


def test_calls_in_the_greeting_count_as_waiting_and_conversations_do_not() -> None:
    desk = Desk(queue(agents="anna", max_waiting=1, has_greeting=True))
    desk.call("c1")
    assert asked(desk.call("c2")) == [RefuseCall("c2", Outcome.OVERFLOWED)]
    desk.greeted("c1")
    desk.talks("anna")
    assert asked(desk.call("c3")) == [AnswerCall("c3"), PlayGreeting("c3", "desk")]


def test_a_maximum_of_no_calls_overflows_at_once_without_greeting_or_ring() -> None:
    desk = Desk(queue(max_waiting=0, has_greeting=True, overflow=to_target("sip:night@contoso.com")))
    assert asked(desk.call("c1")) == [ForwardCall("c1", "sip:night@contoso.com")]


def test_overflow_into_another_queue_answers_there() -> None:
    desk = Desk(queue(max_waiting=0, overflow=to_queue("night")), queue("night", agents="nina"))
    assert asked(desk.call("c1")) == [
        AnswerCall("c1"),
        PlayMusic("c1", "night"),
        RingAgent("c1.1", "c1", "night", "nina"),
    ]
    desk.talks("nina")
    desk.ends("nina")
    record = desk.end_of("c1")
    assert (record.first_queue_id, record.queue_id, record.outcome) == ("desk", "night", Outcome.ANSWERED)


def test_the_maximum_wait_ends_exactly_at_its_deadline_in_the_middle_of_a_ring() -> None:
    desk = Desk(queue(agents="anna", max_wait=seconds(15)))
    desk.call("c1")
    assert desk.engine.next_deadline() == NOON + seconds(15)
    commands = desk.passes(15)
    assert asked(commands) == [StopRinging("c1.1", StopReason.CALL_MOVED), EndCall("c1", Outcome.TIMED_OUT)]
    assert desk.end_of("c1").ended_at == NOON + seconds(15)
    assert [ring.outcome for ring in desk.rings_of("anna")] == ["stopped"]
    assert desk.reasons("c1", "timeout") == [(None, ExitTaken(WaitedMaximum(15), None))]


def test_the_wait_clock_starts_when_the_greeting_ends() -> None:
    desk = Desk(queue(agents="anna", max_wait=seconds(15), has_greeting=True))
    desk.call("c1")
    desk.passes(20)
    desk.greeted("c1")
    desk.passes(14.9)
    assert desk.state("c1") == "alerting"
    desk.passes(0.1)
    assert desk.end_of("c1").outcome is Outcome.TIMED_OUT


def test_a_maximum_wait_of_zero_is_the_greeting_and_then_the_action() -> None:
    desk = Desk(queue(max_wait=seconds(0), has_greeting=True, timeout=to_target("tel:+1425")))
    assert asked(desk.call("c1")) == [AnswerCall("c1"), PlayGreeting("c1", "desk")]
    assert asked(desk.greeted("c1")) == [ForwardCall("c1", "tel:+1425")]


def test_a_maximum_wait_of_zero_without_greeting_is_the_action_at_once() -> None:
    desk = Desk(queue(max_wait=seconds(0)))
    assert asked(desk.call("c1")) == [RefuseCall("c1", Outcome.TIMED_OUT)]


def test_an_agent_who_answered_in_time_is_not_timed_out_while_connecting() -> None:
    desk = Desk(queue(agents="anna", max_wait=seconds(15)))
    desk.call("c1")
    desk.passes(14)
    desk.answers("anna")
    desk.passes(3)
    assert desk.state("c1") == "connecting"


def test_a_bridge_that_fails_after_the_maximum_wait_leads_to_the_action_at_once() -> None:
    desk = Desk(queue(agents="anna ben", max_wait=seconds(15)))
    desk.call("c1")
    desk.passes(14)
    desk.answers("anna")
    desk.passes(3)
    commands = desk.bridge_fails("anna")
    assert rung(commands) == []
    assert asked(commands)[-1] == EndCall("c1", Outcome.TIMED_OUT)


def test_music_goes_on_without_a_break_into_a_queue_with_the_same() -> None:
    wait = seconds(15)
    desk = Desk(
        queue(max_wait=wait, timeout=to_queue("night"), music="default"),
        queue("night", agents="nina", music="default"),
    )
    desk.call("c1")
    assert asked(desk.passes(15))[-1] == RingAgent("c1.4", "c1", "night", "nina")
    assert [one for one in desk.log if isinstance(one, PlayMusic)] == [PlayMusic("c1", "desk")]


def test_another_music_is_asked_for_where_the_next_queue_has_another() -> None:
    desk = Desk(
        queue(max_wait=seconds(15), timeout=to_queue("night"), music="default"),
        queue("night", agents="nina", music="jazz"),
    )
    desk.call("c1")
    assert PlayMusic("c1", "night") in desk.passes(15)


def test_the_next_queue_counts_its_own_overflow_and_plays_its_own_greeting() -> None:
    desk = Desk(
        queue(max_wait=seconds(15), timeout=to_queue("night")),
        queue("night", agents="nina", max_waiting=1, has_greeting=True, overflow=to_target("tel:+1")),
    )
    desk.call("c1")
    desk.call("c2")
    commands = asked(desk.passes(15))
    assert PlayGreeting("c1", "night") in commands
    assert ForwardCall("c2", "tel:+1") in commands
    assert asked(desk.greeted("c1")) == [PlayMusic("c1", "night"), RingAgent("c1.4", "c1", "night", "nina")]


def test_the_wait_in_the_next_queue_has_its_own_deadline_and_place() -> None:
    desk = Desk(
        queue(max_wait=seconds(15), timeout=to_queue("night")),
        queue("night", agents="nina", max_wait=seconds(20)),
        away="nina",
    )
    desk.call("c1")
    desk.passes(5)
    desk.call("c2", "night")
    desk.passes(10)
    status = desk.status("c1")
    assert status
    assert (status.queue_id, status.position) == ("night", 2)
    desk.passes(20)
    assert desk.end_of("c1").ended_at == NOON + seconds(35)
    assert desk.end_of("c1").waiting_since == NOON


def test_a_circle_of_forwards_ends_after_each_queue_was_visited_once() -> None:
    desk = Desk(
        queue("one", max_wait=seconds(15), timeout=to_queue("two")),
        queue("two", max_wait=seconds(15), timeout=to_queue("one")),
        away="anna ben cleo",
    )
    desk.call("c1", "one")
    desk.passes(60)
    record = desk.end_of("c1")
    assert (record.outcome, record.queue_id, record.ended_at) == (
        Outcome.TIMED_OUT,
        "two",
        NOON + seconds(30),
    )
    assert record.reason == AfterExit(WaitedMaximum(15), Cause.WENT_IN_A_CIRCLE)


def test_a_circle_of_full_queues_is_busy_before_any_answer() -> None:
    desk = Desk(
        queue("one", max_waiting=0, overflow=to_queue("two")),
        queue("two", max_waiting=0, overflow=to_queue("one")),
    )
    assert asked(desk.call("c1", "one")) == [RefuseCall("c1", Outcome.OVERFLOWED)]


def test_a_chain_of_full_queues_is_followed_to_the_tenth_and_no_further() -> None:
    for passed, heard in ((9, ["nina"]), (10, [])):
        chain = [queue(f"q{n}", max_waiting=0, overflow=to_queue(f"q{n + 1}")) for n in range(passed)]
        desk = Desk(*chain, queue(f"q{passed}", agents="nina"))
        assert rung(desk.call("c1", "q0")) == heard
    assert desk.end_of("c1").outcome is Outcome.OVERFLOWED
    assert desk.end_of("c1").reason == AfterExit(QueueFull(0), Cause.TOO_MANY_HOPS)


def test_a_forward_to_a_queue_that_is_gone_ends_the_call() -> None:
    desk = Desk(queue(max_wait=seconds(15), timeout=to_queue("gone")))
    desk.call("c1")
    assert asked(desk.passes(15))[-1] == EndCall("c1", Outcome.TIMED_OUT)


def test_a_forward_that_is_answered_is_the_outcome_of_the_exit() -> None:
    desk = Desk(queue(max_wait=seconds(15), timeout=to_target("tel:+1425")))
    desk.call("c1")
    assert asked(desk.passes(15))[-1] == ForwardCall("c1", "tel:+1425")
    assert desk.state("c1") == "forwarding"
    assert desk.tell(told.ForwardAnswered("c1")) == []
    assert desk.state("c1") == "forwarded"
    assert desk.engine.next_deadline() is None
    assert asked(desk.tell(told.ForwardEnded("c1"))) == [EndCall("c1", Outcome.TIMED_OUT)]
    assert desk.end_of("c1").agent_id is None


def test_a_caller_may_leave_a_forward_before_and_after_its_answer() -> None:
    desk = Desk(queue(max_waiting=0, overflow=to_target("tel:+1425")))
    desk.call("c1")
    desk.call("c2")
    desk.tell(told.ForwardAnswered("c2"))
    for call_id in ("c1", "c2"):
        assert asked(desk.hangs_up(call_id)) == [EndCall(call_id, Outcome.OVERFLOWED)]


def test_a_failed_forward_refuses_a_caller_not_yet_answered_and_hangs_up_on_others() -> None:
    desk = Desk(
        queue(max_waiting=0, overflow=to_target("tel:+1425")),
        queue("slow", max_wait=seconds(15), timeout=to_target("tel:+1425")),
    )
    desk.call("c1")
    desk.call("c2", "slow")
    desk.passes(15)
    commands = [
        *desk.tell(told.ForwardFailed("c1", OnlyText("busy"))),
        *desk.tell(told.ForwardFailed("c2", OnlyText("busy"))),
    ]
    assert asked(commands) == [RefuseCall("c1", Outcome.OVERFLOWED), EndCall("c2", Outcome.TIMED_OUT)]


def test_a_forward_without_any_result_is_given_up() -> None:
    desk = Desk(queue(max_waiting=0, overflow=to_target("tel:+1425")))
    desk.call("c1")
    desk.passes(240)
    assert desk.end_of("c1").reason == AfterExit(QueueFull(0), Cause.FORWARD_WITHOUT_RESULT)


def test_when_nobody_serves_a_new_call_takes_the_exit_before_any_answer() -> None:
    desk = Desk(queue(no_agents=DISCONNECT), away="anna ben cleo")
    assert asked(desk.call("c1")) == [RefuseCall("c1", Outcome.NO_AGENTS)]
    assert desk.reasons("c1", "no agents") == [(None, ExitTaken(Cause.NOBODY_SERVES, None))]


def test_when_nobody_serves_callers_keep_waiting_by_default() -> None:
    desk = Desk(queue(), away="anna ben cleo")
    desk.call("c1")
    assert desk.state("c1") == "waiting"


LAST_ONE_LEAVES = [
    told.AgentReachabilityChanged("anna", False),
    told.OptOutRequested("anna", "desk"),
    told.PauseRequested("anna", "lunch"),
]


@pytest.mark.parametrize("event", LAST_ONE_LEAVES)
def test_when_the_last_agent_leaves_all_who_wait_take_the_exit(event: told.Event) -> None:
    desk = Desk(queue(agents="anna", no_agents=DISCONNECT))
    desk.call("c1")
    desk.call("c2")
    assert asked(desk.tell(event)) == [
        StopRinging("c1.1", StopReason.NO_LONGER_ALLOWED),
        EndCall("c1", Outcome.NO_AGENTS),
        EndCall("c2", Outcome.NO_AGENTS),
    ]


@pytest.mark.parametrize("event", LAST_ONE_LEAVES)
def test_for_new_calls_only_those_who_wait_stay_when_the_last_agent_leaves(event: told.Event) -> None:
    desk = Desk(queue(agents="anna", no_agents=DISCONNECT, no_agents_new_calls_only=True))
    desk.call("c1")
    desk.tell(event)
    assert desk.state("c1") == "waiting"
    assert asked(desk.call("c2")) == [RefuseCall("c2", Outcome.NO_AGENTS)]


def test_agents_who_all_talk_serve_the_queue() -> None:
    desk = Desk(queue(agents="anna", no_agents=DISCONNECT))
    desk.call("c1")
    desk.talks("anna")
    desk.call("c2")
    assert desk.state("c2") == "waiting"


def test_who_leaves_during_the_greeting_is_noticed_at_its_end() -> None:
    desk = Desk(queue(agents="anna", no_agents=DISCONNECT, has_greeting=True))
    desk.call("c1")
    desk.online("anna", False)
    assert asked(desk.greeted("c1")) == [EndCall("c1", Outcome.NO_AGENTS)]


# -- what callers are told before an exit happens


def test_the_time_limit_is_told_before_the_forward_happens_and_music_bridges_it() -> None:
    timeout = replace(to_target("sip:night@contoso.com"), prompt=seconds(4))
    desk = Desk(queue(agents="", max_wait=seconds(30), timeout=timeout))
    desk.call("c1")
    assert asked(desk.passes(30)) == [PlayExitPrompt("c1", "desk", ExitPrompt.TIMEOUT)]
    assert desk.state("c1") == "leaving"
    assert asked(desk.tell(told.ExitPromptFinished("c1"))) == [
        PlayMusic("c1", "desk"),
        ForwardCall("c1", "sip:night@contoso.com"),
    ]
    desk.tell(told.ForwardAnswered("c1"))
    desk.tell(told.ForwardEnded("c1"))
    assert desk.end_of("c1").outcome is Outcome.TIMED_OUT


def test_a_full_queue_with_a_prompt_answers_for_it_and_goes_on_to_the_next_queue() -> None:
    overflow = replace(to_queue("night"), prompt=seconds(4))
    desk = Desk(queue(max_waiting=0, overflow=overflow), queue("night", agents="nina"))
    assert asked(desk.call("c1")) == [AnswerCall("c1"), PlayExitPrompt("c1", "desk", ExitPrompt.OVERFLOW)]
    commands = asked(desk.tell(told.ExitPromptFinished("c1")))
    assert commands[-2:] == [PlayMusic("c1", "night"), RingAgent("c1.1", "c1", "night", "nina")]


def test_a_full_queue_that_disconnects_says_why_only_where_it_has_a_prompt() -> None:
    told_why = replace(DISCONNECT, prompt=seconds(4))
    desk = Desk(queue(max_waiting=0, overflow=told_why, goodbye=seconds(3)))
    assert asked(desk.call("c1")) == [AnswerCall("c1"), PlayExitPrompt("c1", "desk", ExitPrompt.OVERFLOW)]
    assert asked(desk.tell(told.ExitPromptFinished("c1"))) == [EndCall("c1", Outcome.OVERFLOWED)]
    desk = Desk(queue(max_waiting=0, goodbye=seconds(3)))
    assert asked(desk.call("c1")) == [RefuseCall("c1", Outcome.OVERFLOWED)]


def test_who_is_answered_and_hung_up_on_hears_a_goodbye() -> None:
    desk = Desk(queue(agents="", max_wait=seconds(30), goodbye=seconds(3)))
    desk.call("c1")
    assert asked(desk.passes(30)) == [PlayExitPrompt("c1", "desk", ExitPrompt.DISCONNECT)]
    assert asked(desk.tell(told.ExitPromptFinished("c1"))) == [EndCall("c1", Outcome.TIMED_OUT)]
    assert desk.end_of("c1").reason == WaitedMaximum(30)


def test_a_goodbye_follows_a_forward_that_led_nowhere() -> None:
    desk = Desk(queue(agents="", max_wait=seconds(30), timeout=to_target("tel:+1"), goodbye=seconds(3)))
    desk.call("c1")
    desk.passes(30)
    busy = OnlyText("busy")
    assert asked(desk.tell(told.ForwardFailed("c1", busy))) == [
        PlayExitPrompt("c1", "desk", ExitPrompt.DISCONNECT)
    ]
    desk.tell(told.ExitPromptFinished("c1"))
    assert desk.end_of("c1").reason == AfterExit(WaitedMaximum(30), FailedForward(busy))


def test_an_exit_happens_although_the_end_of_its_prompt_is_lost() -> None:
    timeout = replace(to_target("tel:+1"), prompt=seconds(4))
    desk = Desk(queue(agents="", max_wait=seconds(30), timeout=timeout))
    desk.call("c1")
    desk.passes(30)
    assert asked(desk.passes(8.9)) == []
    assert asked(desk.passes(0.1))[-1] == ForwardCall("c1", "tel:+1")
    assert asked(desk.tell(told.ExitPromptFinished("c1"))) == []  # late


def test_who_hangs_up_in_the_prompt_had_timed_out() -> None:
    timeout = replace(DISCONNECT, prompt=seconds(4))
    desk = Desk(queue(agents="", max_wait=seconds(30), timeout=timeout))
    desk.call("c1")
    desk.passes(30)
    desk.hangs_up("c1")
    assert desk.end_of("c1").outcome is Outcome.TIMED_OUT
    assert desk.engine.next_deadline() is None


def test_a_prompt_is_told_for_the_exit_that_is_taken_after_one_that_led_nowhere() -> None:
    overflow = replace(to_target("tel:+2"), prompt=seconds(4))
    desk = Desk(queue(agents="", max_wait=seconds(30), timeout=to_target("tel:+1"), overflow=overflow))
    desk.call("c1")
    desk.passes(30)
    commands = asked(desk.tell(told.ForwardFailed("c1", OnlyText("busy"))))
    assert commands == [PlayExitPrompt("c1", "desk", ExitPrompt.OVERFLOW)]
    assert asked(desk.tell(told.ExitPromptFinished("c1")))[-1] == ForwardCall("c1", "tel:+2")
