"""Calls of the past as people read them: names in the place of ids, and answers to "why"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from huntline.directory.organization import Organization, User
from huntline.directory.shown_numbers import shown_number
from huntline.engine.commands import DecisionKind
from huntline.engine.model import Outcome
from huntline.engine.reason_data import as_data
from huntline.engine.reasons import Cause, NotRungFrom, OccupiedByCall, OnlyText, Reason, RingOutcome, RungAt
from huntline.languages.reasons import Reader, in_words
from huntline.languages.translation import about, joined
from huntline.plain import fields_of
from huntline.storage.calls import CallSummary
from huntline.storage.history import Decision, RingRecord
from huntline.web.words import Why, reader_of


class CallView(BaseModel):
    """One call that is over. ``queue`` is where it ended and ``first_queue`` where it came in.

    Both waits end when an agent answers, the caller gives up or an exit is taken: ``waited_s`` begins after
    the greeting, ``waited_from_arrival_s`` with the call. What has been removed since shows by its id.
    ``transferred_from`` is the call, here or in another queue, that the caller was transferred out of.
    ``caller_shown`` is ``caller`` spaced for people, and ``agent_name`` what people call the agent.
    """

    call_id: str
    caller: str
    caller_shown: str
    queue: str
    first_queue: str
    arrived_at: datetime
    waiting_since: datetime | None
    answered_at: datetime | None
    ended_at: datetime
    waited_s: float
    waited_from_arrival_s: float
    agent: str | None
    agent_name: str | None
    outcome: Outcome
    reason: str
    why: Why
    transferred_from: str | None


class RingView(BaseModel):
    """One ring of an agent's phones."""

    ring_id: str
    queue: str
    agent: str
    agent_name: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    outcome: RingOutcome
    reason: str
    why: Why


class CallDetails(CallView):
    """One call that is over, with its rings in order."""

    rings: list[RingView]


class DecisionView(BaseModel):
    """One decision with its reason; ``agent`` null: about the call itself."""

    at: datetime
    queue: str
    agent: str | None
    agent_name: str | None
    decision: DecisionKind
    reason: str
    why: Why


class WhyNotRung(StrEnum):
    """Why somebody was not rung: it was decided so, they had another call, or it never came to them."""

    DECIDED = "decided"
    OCCUPIED = "occupied"
    NOT_REACHED = "not-reached"


class NamesById:
    """The names in an organization by id; the id of what has been removed since stays. Reasons are in the
    words of ``reader``: unless told, of who reads the answer."""

    def __init__(self, organization: Organization, reader: Reader | None = None) -> None:
        self.reader = reader or reader_of(organization)
        self._queues = {queue.queue_id: queue.name for queue in organization.queues}
        self._users = {user.user_id: user for user in organization.users}

    def queue(self, queue_id: str) -> str:
        """A queue's name."""
        return self._queues.get(queue_id, queue_id)

    def person(self, user_id: str) -> str:
        """A user's name for people."""
        user = self._users.get(user_id)
        return user.shown_name if user is not None else user_id

    def call(self, call: CallSummary) -> dict[str, Any]:
        """A ``CallView``."""
        return fields_of(call) | {
            "queue": self.queue(call.queue_id),
            "first_queue": self.queue(call.first_queue_id),
            "caller_shown": shown_number(call.caller),
            **self._agent(call.agent_id),
            **self._reason(call.reason),
        }

    def ring(self, ring: RingRecord) -> dict[str, Any]:
        """A ``RingView``."""
        return fields_of(ring) | {
            "queue": self.queue(ring.queue_id),
            **self._agent(ring.agent_id),
            **self._reason(ring.reason),
        }

    def decision(self, decision: Decision) -> dict[str, Any]:
        """A ``DecisionView``."""
        return fields_of(decision) | {
            "queue": self.queue(decision.queue_id),
            **self._agent(decision.agent_id),
            **self._reason(decision.reason),
        }

    def _agent(self, user_id: str | None) -> dict[str, Any]:
        if user_id is None:
            return {"agent": None, "agent_name": None}
        user = self._users.get(user_id)
        return {"agent": user.upn if user is not None else user_id, "agent_name": self.person(user_id)}

    def _reason(self, reason: Reason) -> dict[str, Any]:
        return {"reason": in_words(reason, self.reader), "why": as_data(reason)}


def answer_about(
    user: User, decisions: Sequence[Decision], rings: Sequence[RingRecord], call_id: str, reader: Reader
) -> str:
    """Why somebody was rung, or was not, for one call, in the reader's words.

    ``decisions`` are those about the user for the call, ``rings`` all of theirs while it waited.
    """
    reasons: list[Reason] = [_rung(ring) for ring in rings if ring.call_id == call_id]
    reasons += [
        NotRungFrom(each.at, each.reason) for each in decisions if each.decision is DecisionKind.NOT_RUNG
    ]
    reasons += [_occupied_by(ring) for ring in rings if ring.call_id != call_id]
    words = [in_words(reason, reader) for reason in reasons or [Cause.NOTHING_DECIDED]]
    return about(user.shown_name, joined(words, reader.language), reader.language)


def why_not_rung(
    decisions: Sequence[Decision], rings: Sequence[RingRecord]
) -> tuple[WhyNotRung, tuple[Reason, ...]]:
    """Why somebody was not rung for a call, as a stable word and with all reasons.

    ``decisions`` are those about them for the call, ``rings`` theirs for other calls while it waited.
    """
    decided = [each.reason for each in decisions if each.decision is DecisionKind.NOT_RUNG]
    reasons = tuple(dict.fromkeys([*decided, *map(_occupied_by, rings)]))
    if decided:
        return WhyNotRung.DECIDED, reasons
    return (WhyNotRung.OCCUPIED, reasons) if rings else (WhyNotRung.NOT_REACHED, (Cause.NOTHING_DECIDED,))


def _occupied_by(ring: RingRecord) -> OccupiedByCall:
    return OccupiedByCall(ring.started_at, ring.ended_at)


def _rung(ring: RingRecord) -> RungAt:
    why = None if ring.reason == OnlyText("") else ring.reason
    if ring.answered_at is not None:
        return RungAt(ring.started_at, RingOutcome.ANSWERED, ring.answered_at, why)
    return RungAt(ring.started_at, ring.outcome, ring.ended_at, why)
