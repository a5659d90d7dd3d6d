"""What an organization's history lets its queues expect, and their settings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import islice

from sqlalchemy import Engine

from huntline.clock import zone_of
from huntline.directory.engine_plan import engine_settings_of
from huntline.directory.index import OrganizationIndex
from huntline.directory.organization import Organization
from huntline.engine.model import CallQueue
from huntline.simulator.expectation import calls_ahead, past_windows
from huntline.simulator.look_ahead import Expected
from huntline.simulator.recorded import is_of_the_queue, patience_seen, talk_seen
from huntline.simulator.what_if import answering_of
from huntline.storage.calls import CallFilter, CallSummary, all_calls, rings_of_agents
from huntline.storage.history import RingRecord
from huntline.web.recorded import USUAL_TALK, recorded, recorded_ring, usual_greeting

MOST_CALLS = 10_000
"""Of an organization in each window, the last ones: more say the same."""

MOST_RINGS = 5_000
_RINGS_OF = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QueueExpectation:
    """A queue as the engine has it, and who is to be expected there."""

    queue: CallQueue
    expected: Expected


def expectations(
    database: Engine,
    organization: Organization,
    under_way: Mapping[str, Sequence[datetime]],
    now: datetime,
) -> dict[str, QueueExpectation]:
    """For each queue. ``under_way`` is when the calls came that history does not have yet."""
    queues, _ = engine_settings_of(OrganizationIndex(organization))
    zone, organization_id = zone_of(organization.time_zone), organization.organization_id
    calls = _calls_by_queue(database, organization_id, past_windows(now, zone))
    agent_ids = {agent_id for queue in queues for agent_id in queue.agents if calls[queue.queue_id]}
    rings = rings_of_agents(database, organization_id, agent_ids, now - _RINGS_OF, now, MOST_RINGS)
    return {
        queue.queue_id: _expectation(
            queue, calls[queue.queue_id], rings, under_way.get(queue.queue_id, ()), now, zone
        )
        for queue in queues
    }


def _calls_by_queue(
    database: Engine, organization_id: str, windows: Iterable[tuple[datetime, datetime]]
) -> dict[str, list[CallSummary]]:
    """All together in one go: a queue is no index of history."""
    calls: dict[str, list[CallSummary]] = defaultdict(list)
    for since, until in windows:
        wanted = CallFilter(organization_id=organization_id, since=since, until=until)
        for call in islice(all_calls(database, wanted), MOST_CALLS):
            for queue_id in {call.queue_id, call.first_queue_id}:
                calls[queue_id].append(call)
    return calls


def _expectation(
    queue: CallQueue,
    calls: Sequence[CallSummary],
    rings: Sequence[RingRecord],
    under_way: Sequence[datetime],
    now: datetime,
    zone: tzinfo,
) -> QueueExpectation:
    queue_id = queue.queue_id
    counted = list(filter(is_of_the_queue, (recorded(call, queue_id) for call in calls)))
    answering, declining = answering_of(recorded_ring(ring, queue_id, now) for ring in rings)
    expected = Expected(
        calls=calls_ahead([*(call.arrived_at for call in counted), *under_way], now, zone),
        talk=talk_seen(counted) or USUAL_TALK,
        patience=patience_seen(counted),
        answering=answering,
        declining=declining,
        greeting=usual_greeting(calls),
    )
    return QueueExpectation(queue, expected)
