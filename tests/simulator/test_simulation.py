"""What people do on the virtual clock, and what the engine makes of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest

from huntline.engine.events import OtherCallsChanged
from huntline.engine.model import Distribution, Exit, ExitAction, Outcome
from huntline.engine.statistics import waited
from huntline.simulator.callers import GivenCall, Habits, as_given
from huntline.simulator.durations import FOREVER, Constant, Exponential, chance, estimated
from huntline.simulator.figures import Batch, figures_of, percentile, students_t
from huntline.simulator.simulation import AtWork, Scenario, SimulatedCall, SimulatedCaller, Simulation
from tests.simulator.lines import line, served_by


def caller(at: float, talk: float = 60, patience: float = FOREVER) -> SimulatedCaller:
    return SimulatedCaller(at, "", talk, patience)


def simulated(scenario: Scenario, callers: Iterable[SimulatedCaller]) -> list[SimulatedCall]:
    """The calls, as they ended; the queue's id is filled in."""
    queue_id = scenario.queues[0].queue_id
    named = (each._replace(queue_id=queue_id) for each in callers)
    return list(Simulation(scenario, named, chance(1)).calls())


def told(calls: Iterable[SimulatedCall]) -> list[tuple[Outcome, float]]:
    """Each call's outcome and wait, in the order of arrival."""
    in_order = sorted(calls, key=lambda call: call.record.arrived_at)
    return [(call.record.outcome, waited(call.record).total_seconds()) for call in in_order]


def test_callers_are_served_in_order_as_agents_come_free() -> None:
    calls = simulated(served_by(1), [caller(0, 60), caller(10, 30), caller(20)])
    assert told(calls) == [(Outcome.ANSWERED, 0), (Outcome.ANSWERED, 50), (Outcome.ANSWERED, 70)]
    assert [call.found_free for call in calls] == [True, False, False]
    assert [call.busy for call in calls] == [60, 30, 60]


def test_whoever_loses_patience_has_abandoned_and_an_answered_caller_loses_none() -> None:
    calls = simulated(served_by(1), [caller(0, 60, patience=5), caller(10, patience=20)])
    assert told(calls) == [(Outcome.ANSWERED, 0), (Outcome.ABANDONED, 20)]


def test_a_phone_that_nobody_answers_rings_as_long_as_the_queue_says() -> None:
    never = served_by(2, line(max_waiting=1), answering=Constant(FOREVER))
    assert told(simulated(never, [caller(0, patience=100)])) == [(Outcome.ABANDONED, 100)]
    slow = served_by(1, answering=Constant(8))
    assert told(simulated(slow, [caller(0)])) == [(Outcome.ANSWERED, 8)]


def test_a_ring_that_all_decline_goes_on_until_the_caller_gives_up() -> None:
    scenario = served_by(2, answering=Constant(2), declining=1.0)
    assert told(simulated(scenario, [caller(0, patience=60)])) == [(Outcome.ABANDONED, 60)]


def test_all_phones_ring_and_the_first_to_answer_has_the_call() -> None:
    scenario = served_by(3, line(distribution=Distribution.ATTENDANT), answering=Exponential(9))
    calls = simulated(scenario, [caller(100 * number, 10) for number in range(400)])
    waits = [wait for _, wait in told(calls)]
    assert sum(waits) / len(waits) == pytest.approx(3, rel=0.15)  # the least of three of a mean of nine


def test_wrap_up_is_the_queues_or_drawn() -> None:
    callers = [caller(0, 60), caller(10, 60)]
    of_the_queue = simulated(served_by(1, line(wrap_up=timedelta(seconds=15))), callers)
    assert told(of_the_queue)[1] == (Outcome.ANSWERED, 65)
    drawn = simulated(served_by(1, line(wrap_up=timedelta(seconds=15)), wrap_up=Constant(40)), callers)
    assert told(drawn)[1] == (Outcome.ANSWERED, 90)
    assert [call.busy for call in drawn] == [100, 100]


def test_an_agent_serves_only_while_at_work_and_finishes_what_they_are_at() -> None:
    scenario = served_by(1, shifts=(AtWork("agent1", 30, 50),))
    calls = simulated(scenario, [caller(0, 60), caller(40, patience=500)])
    assert told(calls) == [(Outcome.ANSWERED, 30), (Outcome.ABANDONED, 500)]


def test_what_happens_beside_keeps_an_agent() -> None:
    busy = (0.0, OtherCallsChanged("agent1", 1)), (25.0, OtherCallsChanged("agent1", 0))
    assert told(simulated(served_by(1, beside=busy), [caller(5)])) == [(Outcome.ANSWERED, 20)]


def test_a_full_line_and_an_exit_end_a_call_at_once() -> None:
    full = served_by(1, line(max_waiting=1))
    assert told(simulated(full, [caller(0), caller(1), caller(2)]))[2] == (Outcome.OVERFLOWED, 0)
    away = Exit(ExitAction.FORWARD, target="tel:+33123456789", prompt=timedelta(seconds=5))
    forwarded = served_by(1, line(max_waiting=1, overflow=away))
    assert told(simulated(forwarded, [caller(0), caller(1), caller(2)]))[2] == (Outcome.OVERFLOWED, 0)


def test_waiting_begins_after_the_greeting() -> None:
    scenario = served_by(1, line(has_greeting=True), greeting=7)
    (call,) = simulated(scenario, [caller(0)])
    assert call.record.waiting_since is not None
    assert call.record.waiting_since - call.record.arrived_at == timedelta(seconds=7)
    assert call.found_free


def test_the_agent_is_told_of_the_call_first() -> None:
    (call,) = simulated(served_by(1, line(announce_to_agent=True)), [caller(0, 60)])
    assert call.busy == 64


def test_given_calls_bring_along_what_is_known_of_them() -> None:
    patience = estimated([(10, True), (30, False), (50, True)])
    calls = [GivenCall(1, talk=70, waited=0), GivenCall(2, waited=10, gave_up=True), GivenCall(3, 5, 20)]
    first, second, third = as_given("q", calls, Habits(talk=Constant(99), patience=patience), chance(3))
    assert (first.at, first.talk) == (1, 70)
    assert first.patience in (10, 50)
    assert (second.talk, second.patience) == (99, 10)
    assert (third.talk, third.patience) == (5, 50)


def test_the_same_seed_gives_the_same() -> None:
    def run() -> list[tuple[Outcome, float]]:
        random = chance(7)
        callers = [caller(number * 20.0, random.expovariate(1 / 60), 30) for number in range(200)]
        return told(simulated(served_by(2, answering=Exponential(5), wrap_up=Exponential(9)), callers))

    assert run() == run()


def test_batches_count_as_reports_do() -> None:
    batch = Batch(in_time=20)
    busy = served_by(1, line(max_waiting=2))
    for call in simulated(busy, [caller(0, 60), caller(10), caller(20, patience=5), caller(30), caller(40)]):
        batch.add(call)
    assert (batch.offered, batch.answered, batch.abandoned, batch.turned_away) == (5, 3, 1, 1)
    assert (batch.answered_in_time, batch.began, batch.not_at_once) == (1, 4, 3)
    assert sorted(batch.waits) == [0, 5, 50, 90]
    batch.staffed = 360
    figures = figures_of([batch])
    assert figures.service_level.value == pytest.approx(0.2)
    assert figures.occupancy.value == pytest.approx(0.5)
    assert figures.mean_wait.value == pytest.approx(145 / 4)
    assert figures.percentiles[50].value == 5
    assert figures.service_level.margin is None


def test_nothing_offered_is_no_figure() -> None:
    figures = figures_of([Batch(20), Batch(20)])
    assert figures.service_level.value == 0
    assert figures.service_level.margin is None


def test_percentiles_and_students_t() -> None:
    assert [percentile(range(1, 11), percent) for percent in (1, 50, 99, 100)] == [1, 5, 10, 10]
    assert percentile([], 50) == 0
    # from printed tables
    for freedom, table in ((1, 12.706), (10, 2.228), (19, 2.093), (60, 2.000)):
        assert students_t(freedom) == pytest.approx(table, abs=0.001)
