"""Deadlines in one heap."""

from __future__ import annotations

from functools import partial

from huntline.sip.core.timers import Timers


def test_timers_fire_in_order_and_only_when_due() -> None:
    timers, fired = Timers(), list[str]()
    timers.set(3, lambda now: fired.append("late"))
    timers.set(1, lambda now: fired.append("early"))
    assert timers.next_deadline() == 1
    timers.fire(2)
    assert fired == ["early"]
    timers.fire(3)
    assert fired == ["early", "late"]
    assert timers.next_deadline() is None


def test_cancelled_timer_does_not_fire_and_is_no_deadline() -> None:
    timers, fired = Timers(), list[str]()
    timer = timers.set(1, lambda now: fired.append("cancelled"))
    timers.set(2, lambda now: fired.append("kept"))
    timer.cancel()
    timer.cancel()
    assert timers.next_deadline() == 2
    timers.fire(5)
    assert fired == ["kept"]


def test_timer_may_cancel_and_set_others_while_it_fires() -> None:
    timers, fired = Timers(), list[float]()
    doomed = [timers.set(2 + number / 1000, fired.append) for number in range(2000)]

    def act(now: float) -> None:
        for timer in doomed:
            timer.cancel()
        timers.set(1.5, fired.append)

    timers.set(1, act)
    timers.fire(10)
    assert fired == [10]
    assert timers.next_deadline() is None


def test_cancelled_timers_do_not_pile_up() -> None:
    timers = Timers()
    for number in range(10_000):
        timers.set(1e6 + number, lambda now: None).cancel()
    assert len(timers) < 1000


def test_what_merely_ends_is_never_early_and_ends_together_with_others() -> None:
    timers, ended, looks = Timers(), list[float](), 0
    wanted = [32 + number / 100 for number in range(300)]
    for deadline in wanted:
        timers.set_about(deadline, partial(_note_how_late, ended, deadline))
    while (at := timers.next_deadline()) is not None:
        timers.fire(at)
        looks += 1
    assert len(ended) == len(wanted)
    assert all(0 <= late < 0.5 for late in ended)
    assert looks <= 7


def _note_how_late(ended: list[float], deadline: float, now: float) -> None:
    ended.append(now - deadline)
