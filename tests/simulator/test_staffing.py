"""How many agents a queue needs."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from huntline.simulator.callers import GivenCall, Habits
from huntline.simulator.day import DayFigures, GivenDay, shifts_of, simulated
from huntline.simulator.durations import NEVER, Constant, Exponential, seen
from huntline.simulator.simulation import AtWork, Scenario
from huntline.simulator.staffing import Roster, Steady, Target, least_agents, least_roster
from huntline.simulator.steady import Traffic, with_agents
from tests.simulator.lines import line, served_by

PEOPLE = Scenario(queues=(), agents=())


def quiet(_what: str, _share: float) -> None:
    """Nobody looks."""


def steady(people: Scenario = PEOPLE, load: float = 4) -> Steady:
    traffic = Traffic(an_hour=load * 20, habits=Habits(talk=Exponential(180)))
    return Steady(line(), people, traffic, calls=1_000, seed=1, progress=quiet)


def test_as_many_agents_as_erlang_c_asks_for() -> None:
    # 1 - waits * exp(-(agents - load) * 50 / talk): with 5 agents 58 %, with 6 agents 84 %
    found = least_agents(steady(), Target(share=0.8, in_time=50))
    assert found is not None
    count, figures = found
    assert count == 6
    assert figures.service_level.value == pytest.approx(1 - 0.2848 * math.exp(-2 * 50 / 180), abs=0.05)


def test_no_number_of_agents_helps_who_answer_too_late() -> None:
    slow = replace(PEOPLE, answering=Constant(25))
    assert least_agents(steady(slow, load=0.5), Target(share=0.8, in_time=20)) is None


def test_the_first_of_the_list_are_there_longest() -> None:
    _, crew = with_agents(line(), 3)
    assert list(shifts_of(crew, [0, 2, 3, 1])) == [
        AtWork("agent1", 1800, 7200 + 7200),
        AtWork("agent2", 1800, 5400),
        AtWork("agent3", 3600, 5400),
    ]
    assert [(shift.agent_id, shift.begin) for shift in shifts_of(crew[:1], [1, 0, 1])] == [
        ("agent1", 0),
        ("agent1", 3600),
    ]


def rush(calls: int, half_hour: int, talk: float = 300) -> list[GivenCall]:
    """So many calls, evenly over a half-hour."""
    return [GivenCall(1800 * half_hour + 1800 * number / calls, talk) for number in range(calls)]


def day_of(*calls: GivenCall) -> GivenDay:
    return GivenDay(tuple(calls), Habits(talk=seen([300]), patience=NEVER))


def test_each_half_hour_has_as_many_as_it_needs() -> None:
    # Each call keeps an agent for exactly 300 s: one call every 300 s needs one agent, one every 100 s three.
    day = day_of(*rush(6, 18), *rush(18, 19), *rush(6, 21))
    roster = least_roster(line(), PEOPLE, day, Target(share=1.0, in_time=0), quiet)
    assert roster.agents == (*[0] * 18, 1, 3, 1, 1)
    assert [(part.begin / 1800, part.figures.offered) for part in roster.figures.half_hours] == [
        (18, 6),
        (19, 18),
        (21, 6),
    ]
    assert roster.figures.whole.service_level.value == 1
    assert roster.figures.half_hours[1].figures.occupancy.value == pytest.approx(1)
    assert not roster.unmet


def test_a_half_hour_that_cannot_be_met_is_named() -> None:
    slow = replace(PEOPLE, answering=Constant(25))
    roster = least_roster(line(), slow, day_of(*rush(2, 0)), Target(share=0.8, in_time=20), quiet)
    assert roster.unmet == {0}
    assert roster.agents == (1,)


def test_a_day_without_calls_needs_nobody() -> None:
    roster = least_roster(line(), PEOPLE, day_of(), Target(share=0.8, in_time=20), quiet)
    assert roster == Roster((), roster.figures, frozenset())
    assert roster.figures.half_hours == ()


def test_a_day_is_run_often_and_its_counts_are_of_one() -> None:
    calls = [GivenCall(60.0 * number) for number in range(60)]
    day = GivenDay(tuple(calls), Habits(talk=Exponential(100), patience=Exponential(60)))
    assert day.runs == 20
    figures: DayFigures = simulated(served_by(2), day, in_time=20, runs=day.runs)
    assert figures.whole.offered == 60
    assert sum(part.figures.offered for part in figures.half_hours) == 60
    assert figures.whole.service_level.margin is not None
    assert 0 < figures.whole.service_level.margin < 0.1
