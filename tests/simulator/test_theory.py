"""Against theory: what is simulated lies within its interval of what can be calculated."""

from __future__ import annotations

import pytest

from huntline.simulator.callers import Habits
from huntline.simulator.durations import NEVER, DrawnTime, Exponential
from huntline.simulator.figures import Figures, figures_of
from huntline.simulator.simulation import Scenario
from huntline.simulator.steady import Traffic, batches_of
from tests.simulator.lines import line, served_by
from tests.simulator.theory import in_theory

TALK = 180.0
CALLS = 3_000

SEED = 1
"""Of twenty seeds, one lies outside for each figure: that is what the interval says."""


def simulated(scenario: Scenario, load: float, patience: DrawnTime = NEVER) -> Figures:
    traffic = Traffic(an_hour=load * 3600 / TALK, habits=Habits(talk=Exponential(TALK), patience=patience))
    return figures_of(list(batches_of(scenario, traffic, calls=CALLS, in_time=20, seed=SEED)))


def test_known_values_of_theory() -> None:
    # Erlang's own tables: 10 agents, 8 erlangs.
    assert in_theory(8, 10).waits == pytest.approx(0.409, abs=0.0005)
    assert in_theory(8, 10).mean_wait == pytest.approx(0.409 / 2, abs=0.0005)
    # Erlang B: 10 lines, 8 erlangs, and nobody waits.
    assert in_theory(8, 10, room=0).refused == pytest.approx(0.1217, abs=0.0001)


def test_whoever_waits_for_ever_waits_as_erlang_c_says() -> None:
    figures, theory = simulated(served_by(6), load=4), in_theory(4, 6)
    assert figures.waits_at_all.agrees_with(theory.waits)
    assert figures.mean_wait.agrees_with(theory.mean_wait * TALK)
    assert figures.occupancy.agrees_with(theory.occupancy)
    assert figures.answered == figures.offered == CALLS


def test_the_impatient_wait_and_leave_as_erlang_a_says() -> None:
    figures = simulated(served_by(6), load=6, patience=Exponential(90))
    theory = in_theory(6, 6, impatience=TALK / 90)
    assert figures.waits_at_all.agrees_with(theory.waits)
    assert figures.mean_wait.agrees_with(theory.mean_wait * TALK)
    assert figures.abandon_rate.agrees_with(theory.abandons)
    assert figures.occupancy.agrees_with(theory.occupancy)


def test_a_full_line_turns_away_as_many_as_m_m_c_k_says() -> None:
    figures = simulated(served_by(6, line(max_waiting=4)), load=6)
    theory = in_theory(6, 6, room=4)
    assert figures.turned_away_rate.agrees_with(theory.refused)
    assert figures.waits_at_all.agrees_with(theory.waits)
    assert figures.mean_wait.agrees_with(theory.mean_wait * TALK)


def test_wrap_up_counts_as_work_whatever_it_is_drawn_from() -> None:
    # Half of a call is wrap-up. Two halves without memory vary less than one whole would, and so waits are
    # shorter: Pollaczek and Khinchine, for one agent.
    traffic = Traffic(an_hour=0.6 * 3600 / TALK, habits=Habits(talk=Exponential(TALK / 2)))
    scenario = served_by(1, wrap_up=Exponential(TALK / 2))
    figures = figures_of(list(batches_of(scenario, traffic, calls=CALLS, in_time=20, seed=SEED)))
    variation = 0.5  # of an Erlang-2 time, squared
    assert figures.mean_wait.agrees_with(0.6 / (1 - 0.6) * (1 + variation) / 2 * TALK)
    assert figures.occupancy.agrees_with(0.6)
