"""Snapshots of a running server, written as plain data for people and programs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from huntline.calls.model import Call, CallBook, LegState, Party
from huntline.directory.in_force import SettingsInForce
from huntline.directory.plan import ServerPlan
from huntline.engine.model import AgentState, AgentStatus, CallStatus, QueueStatus, Snapshot
from huntline.engine.reason_data import as_data

_NEXT_BY_NAME = 20  # of those who are next in a queue: more nobody reads


@dataclass(frozen=True, slots=True)
class _Written:
    """An agent as written down, and the queues that they are ready for."""

    status: AgentStatus
    item: dict[str, Any]
    ready_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _WrittenTurns:
    """Who is next in a queue as written down."""

    next_agents: tuple[str, ...]
    items: dict[str, Any]


class SnapshotWriting:
    """Writes engine snapshots with the names of the plan in force and the legs of the call book.

    What is written of an agent about whom nothing is new, or of who is next in a queue, is the same object
    from snapshot to snapshot; it is not to be changed.
    """

    def __init__(self, book: CallBook, settings: SettingsInForce) -> None:
        self._settings = settings
        self._book = book
        self._agents: dict[str, _Written] = {}
        self._turns: dict[str, _WrittenTurns] = {}
        self._written_by_plan = settings.plan

    @property
    def _plan(self) -> ServerPlan:
        return self._settings.plan

    def of(self, snapshot: Snapshot) -> dict[str, Any]:
        """Queues, agents and calls; calls that no queue has (direct calls) are there too."""
        calls = [self.call(status, snapshot.at) for status in snapshot.calls]
        in_queues = {status.call_id for status in snapshot.calls}
        calls += [
            self._direct_call(call) for call in self._book.calls.values() if call.call_id not in in_queues
        ]
        self._forget_other_plans()
        agents = [self._agent_written(status) for status in snapshot.agents]
        ready = Counter(chain.from_iterable(agent.ready_for for agent in agents))
        return {
            "at": snapshot.at.isoformat(),
            "queues": [self.queue(status, snapshot.at, ready[status.queue_id]) for status in snapshot.queues],
            "agents": [agent.item for agent in agents],
            "calls": calls,
        }

    def queue(self, status: QueueStatus, at: datetime, ready: int) -> dict[str, Any]:
        """One queue."""
        return {
            "id": status.queue_id,
            "name": status.name,
            "organization": self._organization(status.organization_id),
            "organization_id": status.organization_id,
            "waiting": status.waiting,
            "longest_waiting_since": _iso(status.longest_waiting_since),
            "longest_wait_s": _seconds(status.longest_waiting_since, at),
            "talking": status.talking,
            "agents_ready": ready,
            "takes_turns": status.takes_turns,
            **self._turns_written(status).items,
        }

    def agent(self, status: AgentStatus) -> dict[str, Any]:
        """One agent."""
        account = self._plan.account_by_id(status.agent_id)
        queue_ids = self._plan.queues_of(status.agent_id)
        return {
            "id": status.agent_id,
            "upn": account.upn if account else status.name,
            "display_name": status.name,
            "organization": self._organization(status.organization_id),
            "organization_id": status.organization_id,
            "state": str(status.state),
            "why": as_data(status.reason),
            "presence": str(status.presence),
            "since": status.since.isoformat(),
            "until": _iso(status.until),
            "queues": [self._queue_name(queue_id) for queue_id in queue_ids],
            "queue_ids": list(queue_ids),
            "opted_out": [self._queue_name(queue_id) for queue_id in status.opted_out],
        }

    def call(self, status: CallStatus, at: datetime) -> dict[str, Any]:
        """One call of a queue. Whom a forward or a transfer reaches is among those who ring or take part."""
        call = self._book.calls.get(status.call_id)
        targets = [leg for leg in (call.legs() if call else ()) if leg.party is Party.TARGET]
        rung = dict.fromkeys(leg.account_id for leg in targets if leg.state is LegState.RINGING)
        taking_part = [status.agent_id, *(leg.account_id for leg in targets)]
        return {
            "call_id": status.call_id,
            "organization": self._organization(status.organization_id),
            "organization_id": status.organization_id,
            "caller": status.caller,
            "queue": self._queue_name(status.queue_id),
            "queue_id": status.queue_id,
            "state": status.state,
            "position": status.position,
            "arrived_at": _iso(status.arrived_at),
            "waiting_since": _iso(status.waiting_since),
            "waited_s": _seconds(status.waiting_since, at),
            "agent": self._upn(status.agent_id),
            "agent_ids": list(dict.fromkeys(filter(None, (*status.ringing, *taking_part)))),
            "ringing": [self._upn(user_id) for user_id in (*status.ringing, *rung) if user_id],
            "legs": _legs(call),
        }

    def _direct_call(self, call: Call) -> dict[str, Any]:
        """A call that no queue has. ``agent_ids`` are all users of ours in it, on either side."""
        users = dict.fromkeys(leg.account_id for leg in call.legs() if leg.account_id)
        rung = dict.fromkeys(
            ring.account_id for ring in call.rings.values() if ring is not call.connected_ring
        )
        talks = call.callee.account_id if call.callee else None
        return {
            "call_id": call.call_id,
            "organization": self._organization(call.organization_id),
            "organization_id": call.organization_id,
            "caller": call.caller_id.shown,
            "queue": None,
            "queue_id": None,
            "state": call.state,
            "position": None,
            "arrived_at": _iso(call.arrived_at),
            "waiting_since": None,
            "waited_s": None,
            "agent": self._upn(talks),
            "agent_ids": list(users),
            "ringing": [self._upn(user_id) for user_id in rung if user_id],
            "legs": _legs(call),
        }

    def _forget_other_plans(self) -> None:
        """Under another plan everybody may have another name."""
        if self._written_by_plan is not self._plan:
            self._written_by_plan, self._agents, self._turns = self._plan, {}, {}

    def _turns_written(self, status: QueueStatus) -> _WrittenTurns:
        written = self._turns.get(status.queue_id)
        if written is None or written.next_agents is not status.next_agents:
            first = status.next_agents[:_NEXT_BY_NAME]
            items = {
                "next_agent_ids": list(status.next_agents),
                "next_agents": [self._upn(agent_id) for agent_id in first],
            }
            written = self._turns[status.queue_id] = _WrittenTurns(status.next_agents, items)
        return written

    def _agent_written(self, status: AgentStatus) -> _Written:
        written = self._agents.get(status.agent_id)
        if written is None or written.status is not status:
            queue_ids = self._plan.queues_of(status.agent_id) if status.state is AgentState.READY else ()
            ready_for = tuple(queue_id for queue_id in queue_ids if queue_id not in status.opted_out)
            written = self._agents[status.agent_id] = _Written(status, self.agent(status), ready_for)
        return written

    def _organization(self, organization_id: str) -> str:
        organization = self._plan.organization(organization_id)
        return organization.name if organization else organization_id

    def _queue_name(self, queue_id: str) -> str:
        queue = self._plan.queue(queue_id)
        return queue.name if queue else queue_id

    def _upn(self, agent_id: str | None) -> str | None:
        account = self._plan.account_by_id(agent_id) if agent_id else None
        return account.upn if account else agent_id


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _seconds(since: datetime | None, at: datetime) -> float | None:
    return round((at - since).total_seconds(), 3) if since else None


def _legs(call: Call | None) -> list[dict[str, Any]]:
    if call is None:
        return []
    return [{"party": str(leg.party), "address": leg.address, "state": str(leg.state)} for leg in call.legs()]
