"""Who serves a queue: its users in order, then its groups in order, everyone once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from huntline.directory.organization import Group, QueueSettings, User, missing_for_calls


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A person a queue reaches but does not ring, and why."""

    upn: str
    reason: str


def members_in_order(
    queue: QueueSettings, users: Mapping[str, User], groups: Mapping[str, Group]
) -> Iterator[User]:
    """Every user the queue reaches (see ``expanded``): its own agents first."""
    return expanded((*queue.agents, *queue.groups), users, groups)


def expanded(names: Sequence[str], users: Mapping[str, User], groups: Mapping[str, Group]) -> Iterator[User]:
    """Every user behind UPNs and group names, first place wins; groups may nest and loop, each is expanded
    once.

    ``users`` by UPN, ``groups`` by name in casefold. Names that are in neither are passed over.
    """
    seen_groups: set[str] = set()
    seen_users: set[str] = set()
    # A stack, not recursion: nesting has no limit.
    stack = list(reversed(names))
    while stack:
        name = stack.pop()
        if user := users.get(name):
            if user.upn not in seen_users:
                seen_users.add(user.upn)
                yield user
            continue
        key = name.casefold()
        if key not in seen_groups and (group := groups.get(key)):
            seen_groups.add(key)
            stack.extend(reversed(group.members))


def agents_of(
    queue: QueueSettings, users: Mapping[str, User], groups: Mapping[str, Group]
) -> tuple[User, ...]:
    """Who may be rung for the queue: allowed by the rules and within its agent limit."""
    agents: list[User] = []
    for user in members_in_order(queue, users, groups):
        if len(agents) == queue.agent_limit:
            break
        if not missing_for_calls(user):
            agents.append(user)
    return tuple(agents)


def left_out_of(
    queue: QueueSettings, users: Mapping[str, User], groups: Mapping[str, Group]
) -> tuple[LeftOut, ...]:
    """Who is reached by the queue but not rung."""
    left_out: list[LeftOut] = []
    agent_count = 0
    for user in members_in_order(queue, users, groups):
        if missing := missing_for_calls(user):
            left_out.append(LeftOut(user.upn, f"lacks {' and '.join(missing)}"))
        elif agent_count == queue.agent_limit:
            left_out.append(LeftOut(user.upn, f"past the limit of {queue.agent_limit} agents"))
        else:
            agent_count += 1
    return tuple(left_out)
