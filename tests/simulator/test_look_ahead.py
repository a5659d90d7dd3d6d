"""The next half-hour, from how a queue is now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from huntline.engine.model import (
    AgentState,
    CallQueue,
    CallsAlerting,
    Distribution,
    Exit,
    ExitAction,
    Presence,
)
from huntline.simulator.durations import Constant, Exponential, Observed, chance, draw_end, seen
from huntline.simulator.expectation import CallsAhead, Rate
from huntline.simulator.look_ahead import (
    LEAST_RUNS,
    MOST_RUNS,
    Expected,
    FallsBelow,
    LookAheadQuestion,
    Outlook,
    PresentAgent,
    PresentCaller,
    PresentQueue,
    look_ahead,
)
from huntline.simulator.staffing import Target
from tests.simulator.lines import line
from tests.simulator.theory import in_theory

TALK = 180.0
USUAL = Target(0.8, 20)


def steadily(an_hour: float, known_by: int = 1_000_000) -> CallsAhead:
    """Calls at a rate that is known, unless it is known by few."""
    return CallsAhead(known_by, (Rate(7200, an_hour / 3600),))


def crew(count: int, state: AgentState = AgentState.READY, **fields: Any) -> tuple[PresentAgent, ...]:
    return tuple(PresentAgent(f"{state} {number}", state, 60.0, **fields) for number in range(count))


def asked(
    agents: tuple[PresentAgent, ...],
    an_hour: float = 60,
    *,
    waiting: tuple[float, ...] = (),
    queue: CallQueue | None = None,
    left_of_part: float = 300.0,
    target: Target = USUAL,
    **expected: Any,
) -> LookAheadQuestion:
    """A queue with these agents, callers who have waited so long, and calls that come steadily."""
    named = replace(queue or line(), agents=tuple(agent.agent_id for agent in agents))
    callers = tuple(PresentCaller(seconds, seconds) for seconds in waiting)
    now = PresentQueue(queue=named, callers=callers, agents=agents, left_of_part=left_of_part)
    usual: dict[str, Any] = {
        "calls": steadily(an_hour),
        "talk": Exponential(TALK),
        "patience": Observed((), ()),
        "answering": Constant(0),
    }
    return LookAheadQuestion(now, Expected(**(usual | expected)), target)


def outlook(question: LookAheadQuestion, runs: int = LEAST_RUNS) -> Outlook:
    left = iter(range(runs - LEAST_RUNS))
    return look_ahead(question, lambda: next(left, None) is not None)


def levels(found: Outlook) -> list[float]:
    return [part.level.value for part in found.parts]


def test_as_many_runs_as_there_is_time_for_and_fifty_at_least() -> None:
    question = asked(crew(1), an_hour=6)
    assert outlook(question).runs == LEAST_RUNS == 50
    assert outlook(question, 60).runs == 60
    assert look_ahead(question, lambda: True).runs == MOST_RUNS


def test_parts_go_by_the_clock_and_the_first_is_what_is_left() -> None:
    found = outlook(asked(crew(30), an_hour=240, left_of_part=120, talk=Exponential(30)))
    assert [part.begin for part in found.parts] == [0, 120, 420, 720, 1020, 1320, 1620]
    assert found.parts[0].offered == pytest.approx(8, abs=1.5)
    assert all(part.offered == pytest.approx(20, abs=2.5) for part in found.parts[1:])
    assert levels(found) == [1.0] * 7


def test_from_an_empty_line_it_tends_to_what_erlang_c_says() -> None:
    # Short conversations: after some minutes the beginning is forgotten.
    talk = 30.0
    question = asked(crew(3), an_hour=2 * 3600 / talk, talk=Exponential(talk), target=Target(0.8, 0))
    parts = outlook(question, 100).parts
    answered_at_once = 1 - in_theory(2, 3).waits
    for part in parts[2:]:
        assert part.level.margin is not None
        assert abs(part.level.value - answered_at_once) < 1.5 * part.level.margin
    assert parts[0].level.value > answered_at_once


def test_from_a_full_line_the_first_minutes_are_the_worst() -> None:
    full = outlook(asked(crew(6, AgentState.TALKING), waiting=(90, 80, 70, 60, 50)), 200)
    empty = outlook(asked(crew(6)), 200)
    assert levels(full)[0] < levels(empty)[0] - 0.2
    assert levels(full)[0] < levels(full)[3] < levels(full)[6] + 0.05
    assert levels(full)[6] == pytest.approx(levels(empty)[6], abs=0.05)


def test_more_agents_never_make_it_worse() -> None:
    shares = [sum(levels(outlook(asked(crew(count), 80)))) / 7 for count in (1, 3, 5, 7, 9)]
    assert all(more >= fewer - 0.02 for fewer, more in pairwise(shares))
    assert shares[-1] > 0.97
    assert shares[0] < 0.2


@pytest.mark.parametrize("distribution", Distribution)
@pytest.mark.parametrize("alerting", CallsAlerting)
def test_each_way_of_ringing_begins_with_the_agents_as_they_are(
    distribution: Distribution, alerting: CallsAlerting
) -> None:
    queue = line(distribution=distribution, alerting=alerting, has_greeting=True)
    agents = crew(2, AgentState.TALKING) + crew(1) + crew(1, AgentState.RINGING)
    found = outlook(asked(agents, waiting=(5, 3), queue=queue, greeting=4.0))
    assert found.below is None or found.below.could == 0
    assert levels(outlook(asked(crew(9), queue=queue, greeting=4.0)))[6] > 0.95


def test_whoever_talks_talks_as_long_as_those_who_talked_longer() -> None:
    # Nobody talks for longer than five minutes: after 280 seconds 20 are left at most.
    talk = seen([10.0, 300.0])
    busy = crew(1, AgentState.TALKING)
    question = asked(busy, 120, talk=talk, target=Target(0.8, 25))
    just_begun = replace(question, now=replace(question.now, agents=(busy[0]._replace(passed=11.0),)))
    nearly_over = replace(question, now=replace(question.now, agents=(busy[0]._replace(passed=280.0),)))
    assert levels(outlook(nearly_over))[0] > levels(outlook(just_begun))[0] + 0.1


def test_what_goes_on_ends_after_more_than_has_passed() -> None:
    random = chance(1)
    assert {draw_end(seen([10, 60, 90]), 20, random) for _ in range(50)} == {60, 90}
    assert draw_end(seen([10, 60, 110]), 200, random) == 260  # longer than all that was seen: a mean
    assert draw_end(Exponential(30), 200, random) > 200


def test_rest_lasts_as_long_as_is_known() -> None:
    queue = line(wrap_up=timedelta(seconds=60))
    resting = partial(crew, 3, AgentState.WRAP_UP)
    question = partial(asked, an_hour=40, waiting=(1, 1, 1), queue=queue, talk=Exponential(20))
    soon, late = (levels(outlook(question(resting(left=left)), 100)) for left in (5.0, 500.0))
    assert soon[0] > 0.7
    assert late[0] < 0.05  # nobody is answered in time until they are back
    assert late[6] > 0.7


def test_whoever_is_on_another_call_or_busy_is_not_rung_as_the_queue_says() -> None:
    elsewhere = crew(4, has_other_call=True)
    quiet = partial(asked, an_hour=30, talk=seen([3000.0]))
    assert levels(outlook(quiet(elsewhere)))[0] == 0
    assert levels(outlook(quiet(elsewhere, queue=line(ring_busy=True))))[0] > 0.9
    assert levels(outlook(quiet(crew(4, presence=Presence.DO_NOT_DISTURB))))[0] == 0


def test_who_is_paused_or_opted_out_does_not_count_but_could_come() -> None:
    others = (
        PresentAgent("out", AgentState.READY, 60.0, is_opted_out=True),
        PresentAgent("out and busy", AgentState.TALKING, 1.0, is_opted_out=True),
        PresentAgent("paused", AgentState.PAUSED, 60.0),
        PresentAgent("another", AgentState.PAUSED, 60.0),
    )
    alone = outlook(asked(crew(1), 40, waiting=(20,)))
    helped = outlook(asked(crew(1) + others, 40, waiting=(20,)))
    assert levels(alone) == levels(helped)
    assert alone.below is not None
    assert helped.below is not None
    assert (alone.below.more, alone.below.could) == (None, 0)
    assert helped.below.could == 4
    assert helped.below.more in (2, 3)
    assert outlook(asked(crew(1) + others, 150)).below == FallsBelow(0.0, None, 4)


def test_so_many_more_are_enough_and_one_fewer_is_not() -> None:
    paused = crew(9, AgentState.PAUSED)
    below = outlook(asked(crew(2) + paused, 100)).below
    assert below is not None
    assert below.more is not None
    assert outlook(asked(crew(2 + below.more), 100)).below is None
    assert outlook(asked(crew(1 + below.more), 100)).below is not None


def test_no_warning_without_evidence() -> None:
    # One caller in ten minutes: whether somebody is in time is nobody's rule.
    assert outlook(asked(crew(1, AgentState.TALKING), 6)).below is None
    # Near the target: some runs miss it, and others do not.
    assert outlook(asked(crew(6), 80)).below is None
    # Many calls, and all of them late.
    below = outlook(asked(crew(2), 200)).below
    assert below is not None
    assert below.begin == 0.0


def test_a_warning_names_the_first_five_minutes_that_fall_below() -> None:
    rush = CallsAhead(1_000, (Rate(900, 0.01), Rate(7200, 0.2)))
    below = outlook(asked(crew(3), calls=rush, left_of_part=200.0)).below
    assert below is not None
    assert below.begin in (800.0, 1100.0)


def test_how_many_come_is_as_uncertain_as_what_it_is_known_by() -> None:
    sure, vague = (
        outlook(asked(crew(2), calls=steadily(60, known_by), talk=Exponential(60)), 200).parts[4]
        for known_by in (1_000_000, 2)
    )
    assert sure.offered == pytest.approx(vague.offered, rel=0.2)
    assert sure.level.margin is not None
    assert vague.level.margin is not None
    assert vague.level.margin > 1.5 * sure.level.margin


def test_where_nobody_serves_callers_are_sent_away_and_that_is_a_miss() -> None:
    nobody = outlook(asked(crew(2, AgentState.PAUSED), 60, queue=line(no_agents=Exit(ExitAction.DISCONNECT))))
    assert levels(nobody) == [0.0] * 7
    assert nobody.below is not None
    assert nobody.below.could == 2


def test_a_queue_that_takes_nobody_says_so_all_the_same() -> None:
    closed = outlook(asked(crew(2), 60, queue=line(max_waiting=0)))
    assert levels(closed) == [0.0] * 7


def test_without_calls_there_is_nothing_to_say() -> None:
    question = asked(crew(1), 0)
    assert not question.has_traffic
    assert outlook(question).below is None
    assert not asked(crew(1), calls=CallsAhead(0, ())).has_traffic
    assert asked(crew(1), 0, waiting=(3,)).has_traffic
    assert asked(crew(1), 10).has_traffic


def test_the_same_question_has_the_same_answer() -> None:
    question = asked(crew(2, AgentState.TALKING), waiting=(4,))
    assert outlook(question) == outlook(question)
