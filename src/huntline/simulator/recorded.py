"""A day of history, to be simulated again: who called when, and what their calls say of callers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from huntline.engine.model import Outcome
from huntline.engine.statistics import TURNED_AWAY
from huntline.simulator.callers import GivenCall, Habits
from huntline.simulator.day import HALF_HOUR, DayFigures, GivenDay, together
from huntline.simulator.durations import DrawnTime, Observed, estimated, seen
from huntline.simulator.figures import Batch


class RecordedCall(NamedTuple):
    """What history says of a call: ``waited`` and ``talked`` in seconds, the first after the greeting."""

    arrived_at: datetime
    outcome: Outcome
    waited: float
    talked: float
    began_to_wait: bool


def as_recorded(
    *,
    arrived_at: datetime,
    waiting_since: datetime | None,
    answered_at: datetime | None,
    ended_at: datetime,
    waited: float,
    outcome: Outcome,
    ended_here: bool,
) -> RecordedCall:
    """A call of the history, for a queue in which it came in or ended. One that ended in another queue had
    left this one by an exit; what became of it there says nothing about here."""
    if not ended_here:
        return RecordedCall(arrived_at, Outcome.OVERFLOWED, 0.0, 0.0, began_to_wait=False)
    talked = (ended_at - answered_at).total_seconds() if answered_at else 0.0
    return RecordedCall(arrived_at, outcome, waited, talked, began_to_wait=waiting_since is not None)


def recorded_day(calls: Iterable[RecordedCall], start: datetime, talk: DrawnTime) -> GivenDay:
    """The calls of a day that began at ``start``. Callers who were not answered would have talked as long as
    others did, or ``talk`` where nobody did. Those who were, and those who left by an exit, would have waited
    on as those did who gave up later than that."""
    counted = sorted(filter(is_of_the_queue, calls), key=lambda call: call.arrived_at)
    habits = Habits(talk=talk_seen(counted) or talk, patience=patience_seen(counted))
    return GivenDay(tuple(_given(call, start) for call in counted), habits)


def talk_seen(counted: Iterable[RecordedCall]) -> Observed | None:
    """How long callers talked; None where nobody did."""
    talks = [call.talked for call in counted if call.outcome is Outcome.ANSWERED]
    return seen(talks) if talks else None


def patience_seen(counted: Iterable[RecordedCall]) -> Observed:
    """How long callers wait before they hang up."""
    return estimated(
        (call.waited, call.outcome is Outcome.ABANDONED) for call in counted if call.began_to_wait
    )


def is_of_the_queue(call: RecordedCall) -> bool:
    """Neither who hung up in the greeting, nor what failed, says anything about waiting."""
    if call.outcome in TURNED_AWAY:
        return True
    return call.began_to_wait and call.outcome in (Outcome.ANSWERED, Outcome.ABANDONED)


def what_happened(calls: Iterable[RecordedCall], start: datetime, in_time: float) -> DayFigures:
    """The day as it was, in the same figures; how many agents were free or busy, history does not say."""
    batches: dict[int, Batch] = {}
    for call in filter(is_of_the_queue, calls):
        place = int((call.arrived_at - start).total_seconds() // HALF_HOUR)
        batch = batches.setdefault(place, Batch(in_time))
        batch.count(call.outcome, call.waited, began=call.began_to_wait)
    return together([batches], in_time)


def _given(call: RecordedCall, start: datetime) -> GivenCall:
    return GivenCall(
        (call.arrived_at - start).total_seconds(),
        talk=call.talked if call.outcome is Outcome.ANSWERED else None,
        waited=call.waited if call.began_to_wait else None,
        gave_up=call.outcome is Outcome.ABANDONED,
    )
