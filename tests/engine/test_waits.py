"""How long a caller may still have to wait."""

from __future__ import annotations

from datetime import timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from huntline.engine.waits import BANDS, Staff, WaitBand, band_of, estimated_wait


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


durations = st.timedeltas(timedelta(0), timedelta(days=1))
histories = st.lists(durations, max_size=20)
staffs = st.builds(Staff, st.floats(0, 10_000), st.integers(0, 10_000))
positions = st.integers(1, 10_000)


@pytest.mark.parametrize(
    ("position", "staff", "wait"),
    [
        (1, Staff(1, 0), 4),  # the one agent has just begun to talk, for all that is known
        (3, Staff(1, 0), 12),
        (3, Staff(2, 0), 6),
        (3, Staff(2.5, 1), 3.2),
        (2, Staff(2, 2), 0),  # two are free: nobody waits for anybody's conversation
        (5, Staff(2, 2), 6),
    ],
)
def test_a_caller_goes_each_time_that_an_agent_is_through(position: int, staff: Staff, wait: float) -> None:
    assert estimated_wait(position, staff, [minutes(3), minutes(4), minutes(5)]) == minutes(wait)


@pytest.mark.parametrize(
    ("staff", "handled"),
    [(Staff(0, 0), [minutes(3)] * 3), (Staff(5, 2), []), (Staff(5, 2), [minutes(3)] * 2)],
)
def test_without_agents_or_conversations_nobody_knows(staff: Staff, handled: list[timedelta]) -> None:
    assert estimated_wait(1, staff, handled) is None


@given(positions, staffs, histories)
def test_an_estimate_is_never_negative_and_grows_toward_the_end_of_the_line(
    position: int, staff: Staff, handled: list[timedelta]
) -> None:
    # An agent who is a part of ever so many in each queue is still somebody.
    staff = Staff(max(staff.agents, 0.01) if staff.agents else 0, staff.ready)
    wait = estimated_wait(position, staff, handled)
    assert (wait is None) == (staff.agents == 0 or len(handled) < 3)
    if wait is not None:
        further_back = estimated_wait(position + 1, staff, handled)
        assert further_back is not None
        assert timedelta(0) <= wait <= further_back


@given(st.timedeltas(timedelta(0), timedelta(days=10_000)))
def test_each_estimate_lies_in_its_band(wait: timedelta) -> None:
    band = band_of(wait)
    assert minutes(band.least) <= wait
    assert band.most is None or wait < minutes(band.most)


def test_bands_follow_each_other_without_a_gap() -> None:
    assert BANDS[0].least == 0
    assert BANDS[-1] == WaitBand(30, None)
    assert [band.most for band in BANDS[:-1]] == [band.least for band in BANDS[1:]]
