"""Deadlines as data."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from huntline.engine.deadlines import Deadlines, Due

from .desk import NOON, seconds


def test_the_earliest_deadline_comes_first_and_equals_in_the_order_of_setting() -> None:
    deadlines = Deadlines()
    deadlines.set((Due.RING, "late"), NOON + seconds(2))
    deadlines.set((Due.RING, "a"), NOON + seconds(1))
    deadlines.set((Due.WAIT, "b"), NOON + seconds(1))
    assert deadlines.next() == NOON + seconds(1)
    assert deadlines.pop_due(NOON) is None
    due = [deadlines.pop_due(NOON + seconds(5)) for _ in range(4)]
    assert due == [(Due.RING, "a"), (Due.WAIT, "b"), (Due.RING, "late"), None]


def test_a_deadline_that_is_moved_or_cleared_does_not_fall_due_at_its_old_moment() -> None:
    deadlines = Deadlines()
    deadlines.set((Due.WAIT, "moved"), NOON + seconds(1))
    deadlines.set((Due.WAIT, "moved"), NOON + seconds(3))
    deadlines.set((Due.WAIT, "cleared"), NOON + seconds(1))
    deadlines.clear((Due.WAIT, "cleared"))
    assert deadlines.pop_due(NOON + seconds(2)) is None
    assert deadlines.next() == NOON + seconds(3)


def test_cleared_deadlines_do_not_pile_up() -> None:
    deadlines = Deadlines()
    for number in range(10_000):
        deadlines.set((Due.WAIT, str(number)), NOON + seconds(1200))
        deadlines.clear((Due.WAIT, str(number)))
    assert len(deadlines._heap) <= 1001
    assert deadlines.next() is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([None, 0, 1, 2])), max_size=30))
def test_what_is_made_again_of_them_falls_due_in_the_same_order(steps: list[tuple[str, int | None]]) -> None:
    """Also those that were moved away and back: equal moments fall due as they were set last."""
    kept, made_again = Deadlines(), Deadlines()
    for name, second in steps:
        made_again = Deadlines(made_again.in_order())
        for deadlines in (kept, made_again):
            if second is None:
                deadlines.clear((Due.WAIT, name))
            else:
                deadlines.set((Due.WAIT, name), NOON + seconds(second))
    due = [[each.pop_due(NOON + seconds(5)) for _ in "abcd"] for each in (kept, made_again)]
    assert due[0] == due[1]
