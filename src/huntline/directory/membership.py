"""Which queues somebody serves: the way back from a user to queues, without expanding them all."""

from __future__ import annotations

from collections import defaultdict

from huntline.directory.groups import agents_of
from huntline.directory.index import OrganizationIndex
from huntline.directory.organization import QueueSettings, User, missing_for_calls


def queues_of(user: User, index: OrganizationIndex) -> tuple[QueueSettings, ...]:
    """The queues that a user is an agent of, in the organization's order."""
    if missing_for_calls(user):
        return ()
    groups = _groups_around(user, index)
    return tuple(
        queue
        for queue in index.organization.queues
        if user.upn in queue.agents or any(name.casefold() in groups for name in queue.groups)
        # Reached is not enough: the agent limit may leave the user out.
        if any(agent.user_id == user.user_id for agent in agents_of(queue, index.users, index.groups))
    )


def _groups_around(user: User, index: OrganizationIndex) -> set[str]:
    """Names (in casefold) of the groups that the user is in, directly or through other groups."""
    parents: dict[str, list[str]] = defaultdict(list)
    for name, group in index.groups.items():
        for member in group.members:
            parents[member.casefold()].append(name)
    found: set[str] = set()
    look_at = [user.upn]
    while look_at:
        for name in parents[look_at.pop()]:
            if name not in found:
                found.add(name)
                look_at.append(name)
    return found
