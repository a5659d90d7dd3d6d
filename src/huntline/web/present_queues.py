"""The live picture of a queue as the simulator begins with it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from huntline.control.watched_snapshot import Item, WatchedSnapshot
from huntline.engine.model import AgentState, CallQueue
from huntline.engine.presence import Presence
from huntline.engine.reasons import Cause
from huntline.simulator.look_ahead import PART, PresentAgent, PresentCaller, PresentQueue

_IN_LINE = frozenset({"greeting", "waiting", "alerting"})


def present_queue(snapshot: WatchedSnapshot, queue: CallQueue, now: datetime) -> PresentQueue:
    """A queue as it is at this moment. Who has no phone, or is offline, is not there."""
    queue_id = queue.queue_id
    calls, agents = snapshot.parts["calls"].values(), snapshot.parts["agents"].values()
    in_line = (call for call in calls if call["queue_id"] == queue_id and call["state"] in _IN_LINE)
    return PresentQueue(
        queue=queue,
        callers=tuple(_caller(call, now) for call in in_line),
        agents=tuple(
            _agent(agent, queue_id, now)
            for agent in agents
            if queue_id in agent["queue_ids"] and agent["state"] != AgentState.SIGNED_OUT
            if agent["presence"] != Presence.OFFLINE
        ),
        left_of_part=PART - now.timestamp() % PART,
    )


def arrivals_under_way(snapshot: WatchedSnapshot) -> dict[str, list[datetime]]:
    """When the calls came that go on in each queue: history does not have them yet."""
    arrived: dict[str, list[datetime]] = defaultdict(list)
    for call in snapshot.parts["calls"].values():
        if call["queue_id"] is not None and call["arrived_at"] is not None:
            arrived[call["queue_id"]].append(datetime.fromisoformat(call["arrived_at"]))
    return arrived


def _caller(call: Item, now: datetime) -> PresentCaller:
    waited = None if call["waiting_since"] is None else _passed(call["waiting_since"], now)
    return PresentCaller(_passed(call["arrived_at"], now), waited)


def _agent(agent: Item, queue_id: str, now: datetime) -> PresentAgent:
    name = agent["queues"][agent["queue_ids"].index(queue_id)]
    return PresentAgent(
        agent["id"],
        AgentState(agent["state"]),
        passed=_passed(agent["since"], now),
        left=None if agent["until"] is None else -_seconds_since(agent["until"], now),
        presence=Presence(agent["presence"]),
        has_other_call=agent["why"]["kind"] == Cause.ON_ANOTHER_CALL,
        is_opted_out=name in agent["opted_out"],
    )


def _passed(moment: str, now: datetime) -> float:
    """Never less than nothing: the moment comes from another clock."""
    return max(_seconds_since(moment, now), 0.0)


def _seconds_since(moment: Any, now: datetime) -> float:
    return (now - datetime.fromisoformat(moment)).total_seconds()
