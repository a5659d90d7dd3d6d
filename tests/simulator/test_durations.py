"""How long things take."""

from __future__ import annotations

import math
from statistics import fmean, pstdev

import hypothesis.strategies as st
import pytest
from hypothesis import given

from huntline.simulator.durations import (
    FOREVER,
    Constant,
    DrawnTime,
    Exponential,
    LogNormal,
    chance,
    estimated,
    mean_of,
    seen,
)

times = st.floats(0, 10_000)


@pytest.mark.parametrize(
    ("time", "mean", "deviation"),
    [
        (Constant(90), 90, 0),
        (Exponential(120), 120, 120),
        (LogNormal(180, 60), 180, 60),
        (seen([10, 10, 40]), 20, math.sqrt(200)),
    ],
)
def test_mean_and_spread_are_those_that_were_asked_for(
    time: DrawnTime, mean: float, deviation: float
) -> None:
    random = chance(1)
    drawn = [time.draw(random) for _ in range(20_000)]
    assert fmean(drawn) == pytest.approx(mean, rel=0.03)
    assert pstdev(drawn) == pytest.approx(deviation, rel=0.05)
    assert mean_of(time) == pytest.approx(mean)


def test_what_was_not_seen_to_its_end_took_at_least_so_long() -> None:
    # One gave up after 10 s, one was answered after 15, one gave up after 20, one was answered after 30.
    patience = estimated([(30, False), (20, True), (10, True), (15, False)])
    # Of 4 at 10 s one gives up; of the 2 of whom is known what they do at 20 s, one.
    assert patience.times == (10, 20)
    assert patience.shares == pytest.approx((0.25, 1 - 0.75 / 2))
    assert mean_of(patience) == FOREVER


def test_whoever_has_waited_longer_draws_from_those_who_wait_longer() -> None:
    random = chance(2)
    patience = seen([10, 20, 30, 40])
    drawn = [patience.draw_longer_than(20, random) for _ in range(2_000)]
    assert set(drawn) == {30, 40}
    assert drawn.count(30) == pytest.approx(1_000, rel=0.1)
    assert patience.draw_longer_than(40, random) == FOREVER


@given(st.lists(st.tuples(times, st.booleans())), times, st.integers())
def test_whatever_was_seen_can_be_drawn_from(
    observed: list[tuple[float, bool]], waited: float, seed: int
) -> None:
    estimate, random = estimated(observed), chance(seed)
    assert list(estimate.shares) == sorted(estimate.shares)
    ends = {seconds for seconds, is_end in observed if is_end} | {FOREVER}
    assert estimate.draw(random) in ends
    assert estimate.draw_longer_than(waited, random) > waited


@given(st.lists(times, min_size=1))
def test_all_seen_to_the_end_is_as_often_as_it_occurs(observed: list[float]) -> None:
    assert mean_of(seen(observed)) == pytest.approx(fmean(observed))
