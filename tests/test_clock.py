"""Waits go by a clock that nobody can set, what people read by the one that is set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from huntline.clock import Clock

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


class Machine:
    """A machine whose clock can be set."""

    def __init__(self) -> None:
        self.ahead, self.passed = timedelta(), 0.0
        self.clock = Clock(lambda: NOON + self.ahead + timedelta(seconds=self.passed), lambda: self.passed)


@dataclass(frozen=True, slots=True)
class Ring:
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Call:
    caller: str
    arrived_at: datetime
    rings: tuple[Ring, ...]


def test_what_is_measured_does_not_jump_when_the_clock_is_set() -> None:
    machine = Machine()
    for machine.ahead in (HOUR, -HOUR, timedelta()):
        machine.passed += 1
        assert machine.clock.now() == NOON + timedelta(seconds=machine.passed)


def test_what_is_told_follows_the_clock_and_lasts_as_long() -> None:
    machine = Machine()
    call = Call("+1425", NOON, (Ring(NOON + SECOND, None), Ring(NOON + 2 * SECOND, NOON + 3 * SECOND)))
    assert machine.clock.told(call) is call
    for ahead in (HOUR, -2 * HOUR):
        machine.passed, machine.ahead = 3.0, ahead
        told = machine.clock.told(call)
        assert told == Call(
            "+1425",
            NOON + ahead,
            (Ring(NOON + ahead + SECOND, None), Ring(NOON + ahead + 2 * SECOND, NOON + ahead + 3 * SECOND)),
        )
        assert told.rings[1].ended_at == machine.clock.wall()
    machine.ahead = timedelta()
    assert machine.clock.told(call) == call


def test_a_clock_that_is_steered_leaves_the_moments_of_a_call_in_step() -> None:
    machine = Machine()
    machine.ahead = HOUR
    first = machine.clock.told(Ring(NOON, None))
    machine.ahead = HOUR + 0.4 * SECOND
    assert machine.clock.told(Ring(NOON, None)) == first
    machine.ahead = HOUR + 1.5 * SECOND
    assert machine.clock.told(Ring(NOON, None)).started_at == first.started_at + 1.5 * SECOND
