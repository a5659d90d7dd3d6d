"""Calls of the past, put into the history of an office as the server would have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from huntline.engine.commands import RecordCall, RecordRing
from huntline.engine.model import Outcome
from huntline.engine.reasons import Cause, RingOutcome
from huntline.storage.database import open_database
from huntline.storage.history import HistoryWriter
from huntline.storage.settings import Settings

from .office import Office

Recorder = Callable[[datetime, float | None, float], None]
"""Takes when a caller came, after how many seconds the first agent answered (None: nobody did), and after how
many it was over."""


@contextmanager
def past_of(office: Office) -> Iterator[Recorder]:
    """Calls of the first queue, in the history at the end."""
    database = open_database(office.server.data)
    stored = next(each for each in Settings(database).organizations() if each.name == office.name)
    queue, agent = stored.queues[0], stored.users[0]
    ids = {"queue_id": queue.queue_id, "organization_id": stored.organization_id}
    writer = HistoryWriter(database)

    def record(at: datetime, answered_after: float | None, over_after: float) -> None:
        call_id, ended_at = f"{office.name} {at.isoformat()}", at + timedelta(seconds=over_after)
        answered_at = None if answered_after is None else at + timedelta(seconds=answered_after)
        writer.add(
            RecordCall(
                call_id=call_id,
                first_queue_id=queue.queue_id,
                caller="+12065550100",
                arrived_at=at,
                waiting_since=at,
                answered_at=answered_at,
                ended_at=ended_at,
                agent_id=agent.user_id if answered_at else None,
                outcome=Outcome.ANSWERED if answered_at else Outcome.ABANDONED,
                reason=Cause.CALLER_HUNG_UP,
                **ids,
            )
        )
        if answered_at:
            writer.add(
                RecordRing(
                    ring_id=f"{call_id}.1",
                    call_id=call_id,
                    agent_id=agent.user_id,
                    started_at=at,
                    answered_at=answered_at,
                    ended_at=ended_at,
                    outcome=RingOutcome.ANSWERED,
                    reason=Cause.CALLER_HUNG_UP,
                    **ids,
                )
            )

    yield record
    writer.close()
    database.dispose()
