"""Calls of the past, written as the signalling process writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from huntline.engine.commands import DecisionKind, RecordCall, RecordDecision, RecordRing
from huntline.engine.model import Outcome
from huntline.engine.reasons import Cause, OnlyText, Reason, RingOutcome
from huntline.storage.history import HistoryWriter
from tests.web.rig import ServerRig

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def after(seconds: float, since: datetime = NOON) -> datetime:
    """A moment."""
    return since + timedelta(seconds=seconds)


class Past:
    """The history of one organization, written when it is closed."""

    def __init__(self, rig: ServerRig, organization_id: str | None = None, began_at: datetime = NOON) -> None:
        self._organization_id = organization_id or rig.contoso
        self._writer = HistoryWriter(rig.backstage.database)
        self._noon = began_at
        self._rings = 0
        self._decisions = 0

    def __enter__(self) -> Past:
        return self

    def __exit__(self, *why: object) -> None:
        self._writer.close()

    def call(
        self,
        call_id: str,
        queue_id: str,
        at: float = 0,
        *,
        wait: float = 10,
        agent_id: str | None = None,
        caller: str = "+14255550123",
        outcome: Outcome | None = None,
        transferred_from: str | None = None,
    ) -> None:
        """A call that arrived at ``at``, heard 2 s of greeting and waited, for 60 s of talk if an agent
        took it."""
        left_at = at + 2 + wait
        self._writer.add(
            RecordCall(
                self._organization_id,
                call_id,
                queue_id,
                queue_id,
                caller,
                after(at, self._noon),
                after(at + 2, self._noon),
                after(left_at, self._noon) if agent_id else None,
                after(left_at + (60 if agent_id else 0), self._noon),
                agent_id,
                outcome or (Outcome.ANSWERED if agent_id else Outcome.ABANDONED),
                Cause.CALLER_HUNG_UP,
                transferred_from,
            )
        )

    def ring(
        self,
        call_id: str,
        queue_id: str,
        agent_id: str,
        at: float = 2,
        lasting: float = 5,
        outcome: str = "no answer",
    ) -> None:
        """A ring."""
        self._rings += 1
        started_at, ended_at = after(at, self._noon), after(at + lasting, self._noon)
        answered_at = started_at if outcome == "answered" else None
        ring_id = f"{call_id}.{self._rings}"
        self._writer.add(
            RecordRing(
                self._organization_id,
                ring_id,
                call_id,
                queue_id,
                agent_id,
                started_at,
                answered_at,
                ended_at,
                RingOutcome(outcome),
                OnlyText(""),
            )
        )

    def decision(
        self, call_id: str, queue_id: str, agent_id: str | None, decision: str, reason: Reason, at: float = 2
    ) -> None:
        """A decision."""
        self._decisions += 1
        self._writer.add(
            RecordDecision(
                self._organization_id,
                call_id,
                queue_id,
                agent_id,
                after(at, self._noon),
                DecisionKind(decision),
                reason,
                self._decisions,
            )
        )
