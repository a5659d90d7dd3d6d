"""Numbers of a queue, each with its formula (rules section 12)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from huntline.engine.commands import RecordCall
from huntline.engine.model import Outcome


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """How many callers were served in time: ``of_offered`` is the headline, with the abandon rate beside it.
    None where nothing was there to divide by.

    ``offered`` are the calls that began to wait or were turned away by the queue, ``abandoned`` those whose
    caller hung up while waiting.
    """

    offered: int
    answered_in_time: int
    abandoned_in_time: int
    answered: int
    abandoned: int

    @property
    def of_offered(self) -> float | None:
        """Answered in time / offered."""
        return self.answered_in_time / self.offered if self.offered else None

    @property
    def abandon_rate(self) -> float | None:
        """Abandoned / offered."""
        return self.abandoned / self.offered if self.offered else None

    @property
    def of_answered(self) -> float | None:
        """Answered in time / answered."""
        return self.answered_in_time / self.answered if self.answered else None

    @property
    def of_answered_and_abandoned(self) -> float | None:
        """(Answered in time + abandoned in time) / (answered + abandoned)."""
        total = self.answered + self.abandoned
        return (self.answered_in_time + self.abandoned_in_time) / total if total else None


@dataclass(frozen=True, slots=True)
class Waits:
    """How long callers waited who were answered or gave up."""

    mean: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class QueueStatistics:
    """Calls by outcome, the service level, and both kinds of wait: from the end of the greeting and from
    arrival. Calls that left by an exit are no part of service level and waits."""

    calls: int
    outcomes: dict[Outcome, int]
    service_level: ServiceLevel
    waits: Waits
    waits_from_arrival: Waits


def summarize(records: Iterable[RecordCall], in_time: timedelta) -> QueueStatistics:
    """The numbers of some ended calls, with ``in_time`` as the service level's limit."""
    calls = list(records)
    answered = [call for call in calls if call.outcome is Outcome.ANSWERED]
    abandoned = [call for call in calls if call.outcome is Outcome.ABANDONED and call.waiting_since]
    return QueueStatistics(
        calls=len(calls),
        outcomes={outcome: sum(call.outcome is outcome for call in calls) for outcome in Outcome},
        service_level=ServiceLevel(
            offered=sum(is_offered(call) for call in calls),
            answered_in_time=sum(waited(call) <= in_time for call in answered),
            abandoned_in_time=sum(waited(call) <= in_time for call in abandoned),
            answered=len(answered),
            abandoned=len(abandoned),
        ),
        waits=_waits([waited(call) for call in answered + abandoned]),
        waits_from_arrival=_waits([waited_from_arrival(call) for call in answered + abandoned]),
    )


TURNED_AWAY = frozenset({Outcome.OVERFLOWED, Outcome.NO_AGENTS, Outcome.TIMED_OUT})
"""The outcomes of calls that a queue itself turned away."""


def is_offered(call: RecordCall) -> bool:
    """Whether a call was offered to its queue: it began to wait, or was turned away."""
    return call.waiting_since is not None or call.outcome in TURNED_AWAY


def waited(call: RecordCall) -> timedelta:
    """From the end of the first greeting until an agent answered or the caller gave up; nothing for a
    caller who left during the greeting."""
    if call.waiting_since is None:
        return timedelta(0)
    return (call.answered_at or call.ended_at) - call.waiting_since


def waited_from_arrival(call: RecordCall) -> timedelta:
    """From arrival until an agent answered or the caller gave up, greeting included."""
    return (call.answered_at or call.ended_at) - call.arrived_at


def _waits(waits: list[timedelta]) -> Waits:
    total = sum(waits, timedelta(0))
    return Waits(total / max(len(waits), 1), max(waits, default=timedelta(0)))
