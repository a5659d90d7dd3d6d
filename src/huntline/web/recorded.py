"""History as the simulator reads it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from huntline.simulator.durations import Exponential
from huntline.simulator.recorded import RecordedCall, as_recorded
from huntline.simulator.what_if import RecordedRing
from huntline.storage.calls import CallSummary
from huntline.storage.history import RingRecord

USUAL_TALK = Exponential(180.0)
"""How long callers talk, where nobody has."""


def recorded(call: CallSummary, queue_id: str) -> RecordedCall:
    """A call, for a queue in which it came in or ended."""
    return as_recorded(
        arrived_at=call.arrived_at,
        waiting_since=call.waiting_since,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        waited=call.waited_s,
        outcome=call.outcome,
        ended_here=call.queue_id == queue_id,
    )


def recorded_ring(ring: RingRecord, queue_id: str, start: datetime) -> RecordedRing:
    """A ring, for a queue, in seconds from ``start``."""
    answered = ring.answered_at
    return RecordedRing(
        ring.agent_id,
        ring.queue_id == queue_id,
        (ring.started_at - start).total_seconds(),
        (answered - start).total_seconds() if answered else None,
        (ring.ended_at - start).total_seconds(),
        ring.outcome,
    )


def usual_greeting(calls: Sequence[CallSummary]) -> float:
    """How long the greeting was, as most heard it."""
    heard = sorted(
        (call.waiting_since - call.arrived_at).total_seconds() for call in calls if call.waiting_since
    )
    return heard[len(heard) // 2] if heard else 0.0
