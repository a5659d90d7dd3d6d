"""A recorded day against other settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from huntline.engine.events import OtherCallsChanged
from huntline.engine.model import Distribution, Outcome
from huntline.engine.reasons import RingOutcome
from huntline.simulator.callers import GivenCall
from huntline.simulator.day import GivenDay
from huntline.simulator.durations import Constant, chance, mean_of
from huntline.simulator.recorded import RecordedCall, recorded_day, what_happened
from huntline.simulator.simulation import AtWork
from huntline.simulator.steady import with_agents
from huntline.simulator.what_if import (
    Question,
    RecordedRing,
    Variant,
    answer,
    answering_of,
    elsewhere,
    runs_for,
    shifts_in,
)
from tests.simulator.lines import line

MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
NINE = 9 * 3600.0


def ring(
    agent: str, at: float, rang: float, talked: float | None = 100, *, is_here: bool = True
) -> RecordedRing:
    """A ring, answered after ``rang`` seconds, or stopped then."""
    answered = None if talked is None else at + rang
    outcome = RingOutcome.STOPPED if talked is None else RingOutcome.ANSWERED
    return RecordedRing(agent, is_here, at, answered, at + rang + (talked or 0), outcome)


def declined(agent: str, at: float, rang: float) -> RecordedRing:
    return RecordedRing(agent, True, at, None, at + rang, RingOutcome.DECLINED)


def variant(agents: int, **settings: object) -> Variant:
    queue, people = with_agents(line(**settings), agents)
    return Variant(queue, people)


def busy_morning(calls: int = 30) -> tuple[RecordedCall, ...]:
    """One agent: a call each minute, each keeping the agent for 100 s after 5 s of ringing; whoever would
    have to wait for more than five minutes gave up after them."""
    free_at, found = NINE, []
    for number in range(calls):
        at = NINE + 60.0 * number
        wait = max(free_at - at, 0) + 5
        moment = MIDNIGHT + timedelta(seconds=at)
        if wait > 300:
            found.append(RecordedCall(moment, Outcome.ABANDONED, 300, 0, True))
        else:
            found.append(RecordedCall(moment, Outcome.ANSWERED, wait, 100, True))
            free_at = at + wait + 100
    return tuple(found)


def question(stored: Variant, changed: Variant) -> Question:
    calls = busy_morning()
    day = recorded_day(calls, MIDNIGHT, Constant(100))
    rings = [ring("agent1", call.at + (call.waited or 0) - 5, 5) for call in day.calls if not call.gave_up]
    return Question(stored, changed, day, tuple(rings), greeting=0, in_time=20)


def test_as_it_is_the_day_comes_out_as_it_was_and_with_two_agents_better() -> None:
    happened = what_happened(busy_morning(), MIDNIGHT, 20)
    found = answer(question(variant(1), variant(2)))
    assert found.stored.whole.offered == found.changed.whole.offered == happened.whole.offered == 30
    assert abs(found.stored.whole.answered - happened.whole.answered) <= 1
    assert abs(found.stored.whole.mean_wait.value - happened.whole.mean_wait.value) < 10
    assert found.stored.whole.service_level.value < 0.2
    assert found.changed.whole.abandoned == 0
    assert found.changed.whole.service_level.value > 0.9
    assert [part.begin for part in happened.half_hours] == [NINE]


def test_a_shorter_line_turns_callers_away() -> None:
    found = answer(question(variant(1), variant(1, max_waiting=1)))
    assert found.changed.whole.turned_away > 5
    assert found.changed.whole.mean_wait.value < found.stored.whole.mean_wait.value


def test_agents_were_there_around_their_rings() -> None:
    asked = replace(
        question(variant(3), variant(4)),
        day=GivenDay(
            (GivenCall(NINE, 60), GivenCall(NINE + 600, 300)), recorded_day([], MIDNIGHT, Constant(1)).habits
        ),
        rings=(
            ring("agent1", NINE + 100, 5, 100),
            ring("agent1", NINE + 3500, 5, 200),
            ring("agent2", NINE + 2000, 10, None, is_here=False),
        ),
    )
    were = {"agent1", "agent2", "agent3"}
    assert list(shifts_in(asked, asked.changed.agents, were)) == [
        AtWork("agent1", NINE, NINE + 5400),
        AtWork("agent2", NINE + 1800, NINE + 3600),
        # agent3 was not there at all, agent4 is new
        AtWork("agent4", NINE, NINE + 900),
    ]


def test_conversations_of_other_queues_come_first() -> None:
    rings = [
        ring("agent1", 10, 5, 100, is_here=False),
        ring("agent1", 500, 5),
        ring("else", 0, 5, is_here=False),
    ]
    assert list(elsewhere(rings, {"agent1"})) == [
        (15, OtherCallsChanged("agent1", 1)),
        (115, OtherCallsChanged("agent1", 0)),
    ]


def test_where_all_phones_ring_a_day_is_simulated_less_often() -> None:
    asked = question(variant(50), variant(50))
    crowd = replace(asked, changed=variant(50, distribution=Distribution.ATTENDANT))
    long_day = GivenDay(asked.day.calls * 100, asked.day.habits)
    assert [runs_for(each) for each in (asked, crowd)] == [20, 20]
    assert [runs_for(replace(each, day=long_day)) for each in (asked, crowd)] == [6, 1]
    assert runs_for(replace(asked, day=GivenDay((), asked.day.habits))) == 20


def test_phones_are_answered_as_they_were() -> None:
    rings = [
        ring("a", 0, 4),
        ring("a", 50, 6),
        declined("b", 90, 2),
        ring("b", 0, 3, None),
        ring("c", 0, 9, is_here=False),
    ]
    answering, declining = answering_of(rings)
    assert declining == 1 / 3
    random = chance(1)
    assert {answering.draw(random) for _ in range(100)} == {2, 4, 6}
    nobody, share = answering_of([ring("b", 0, 3, None)])
    assert (mean_of(nobody), share) == (5, 0)
