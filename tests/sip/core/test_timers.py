"""Deadlines in one heap."""

from __future__ import annotations

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
