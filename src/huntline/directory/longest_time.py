"""The longest time that a caller can spend before somebody answers, all forwards followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from huntline.directory.attendants import Attendant
from huntline.directory.forwards import Destination, destination_of
from huntline.directory.index import Mailbox, OrganizationIndex, OutsideTarget
from huntline.directory.organization import EXITS, QueueExit, QueueExitAction, QueueSettings, User


@dataclass(frozen=True, slots=True)
class Way:
    """A caller's way: how long in which queue, by name, and the address at its end (None: disconnected)."""

    stays: tuple[tuple[str, float], ...] = ()
    end: str | None = None

    @property
    def seconds(self) -> float:
        """All stays together."""
        return sum(seconds for _, seconds in self.stays)


def longest_ways(index: OrganizationIndex) -> dict[str, Way]:
    """The longest way of each queue, by its name; none where forwards go round, which the rules refuse."""
    queues = {queue.name: queue for queue in index.organization.queues}
    onward = {name: set(_next_queues(queue, index)) for name, queue in queues.items()}
    ways: dict[str, Way] = {}
    try:
        for name in TopologicalSorter(onward).static_order():
            ways[name] = max(_ways(queues[name], ways, index), key=lambda way: way.seconds)
    except CycleError:
        return {}
    return ways


def reached_by(exit_: QueueExit, index: OrganizationIndex) -> Destination | None:
    """Where an exit's forward ends, the forwarding of users followed; None for any other exit."""
    if exit_.action is not QueueExitAction.FORWARD or not exit_.target:
        return None
    target = index.forward_target(exit_.target)
    return destination_of(target, index) if isinstance(target, User) else target


def _next_queues(queue: QueueSettings, index: OrganizationIndex) -> Iterator[str]:
    for field in EXITS:
        target = reached_by(getattr(queue, field), index)
        if isinstance(target, QueueSettings):
            yield target.name


def _ways(queue: QueueSettings, ways: Mapping[str, Way], index: OrganizationIndex) -> Iterator[Way]:
    """What can happen to a caller: to wait until the end, or to be sent on at once."""
    greeting = queue.greeting.duration if queue.greeting else 0.0
    stay = (queue.name, greeting + queue.max_wait)
    if queue.max_waiting:
        yield _and_then(stay, _after(queue.timeout, ways, index))
        if leads_on(queue.no_agents) and not queue.no_agents_new_calls_only:
            # The last agent may leave in the last second of the wait.
            yield _and_then(stay, _after(queue.no_agents, ways, index))
    if leads_on(queue.no_agents):
        yield _after(queue.no_agents, ways, index)
    yield _after(queue.overflow, ways, index)


def leads_on(exit_: QueueExit) -> bool:
    """Whether callers go on somewhere by this exit."""
    return exit_.action in (QueueExitAction.FORWARD, QueueExitAction.VOICEMAIL)


def _and_then(stay: tuple[str, float], way: Way) -> Way:
    return Way((stay, *way.stays), way.end)


def _after(exit_: QueueExit, ways: Mapping[str, Way], index: OrganizationIndex) -> Way:
    match reached_by(exit_, index):
        case QueueSettings() as queue:
            return ways[queue.name]
        case User() as user:
            return Way(end=user.upn)
        case Attendant() as attendant:
            return Way(end=attendant.name)
        case Mailbox() | OutsideTarget() | None:
            return Way(end=exit_.target)
