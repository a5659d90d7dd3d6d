"""A day of history, to be simulated again: who called when, and what their calls say of callers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from huntline.engine.model import Outcome
from huntline.engine.statistics import TURNED_AWAY
from huntline.simulator.callers import GivenCall, Habits
from huntline.simulator.day import GivenDay
from huntline.simulator.durations import DrawnTime, estimated, seen


class RecordedCall(NamedTuple):
    """What history says of a call: ``waited`` and ``talked`` in seconds, the first after the greeting."""

    arrived_at: datetime
    outcome: Outcome
    waited: float
    talked: float
    began_to_wait: bool


def recorded_day(calls: Iterable[RecordedCall], start: datetime, talk: DrawnTime) -> GivenDay:
    """The calls of a day that began at ``start``. Callers who were not answered would have talked as long as
    others did, or ``talk`` where nobody did. Those who were, and those who left by an exit, would have waited
    on as those did who gave up later than that."""
    counted = sorted(filter(_is_of_the_queue, calls), key=lambda call: call.arrived_at)
    answered = [call for call in counted if call.outcome is Outcome.ANSWERED]
    waits = ((call.waited, call.outcome is Outcome.ABANDONED) for call in counted if call.began_to_wait)
    habits = Habits(
        talk=seen(call.talked for call in answered) if answered else talk,
        patience=estimated(waits),
    )
    return GivenDay(tuple(_given(call, start) for call in counted), habits)


def _is_of_the_queue(call: RecordedCall) -> bool:
    """Neither who hung up in the greeting, nor what failed, says anything about waiting."""
    if call.outcome in TURNED_AWAY:
        return True
    return call.began_to_wait and call.outcome in (Outcome.ANSWERED, Outcome.ABANDONED)


def _given(call: RecordedCall, start: datetime) -> GivenCall:
    return GivenCall(
        (call.arrived_at - start).total_seconds(),
        talk=call.talked if call.outcome is Outcome.ANSWERED else None,
        waited=call.waited if call.began_to_wait else None,
        gave_up=call.outcome is Outcome.ABANDONED,
    )
