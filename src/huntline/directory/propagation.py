"""How late a change of a group reaches queues: at once, or as in 2018 where an organization wants that."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from huntline.directory.organization import EarlierMembers, Group, GroupKind, Organization

MEMBERS_DELAY = timedelta(minutes=30)
NEW_GROUP_DELAY = timedelta(hours=48)


def propagated(before: Organization | None, after: Organization, now: datetime) -> Organization:
    """``after`` with each changed group's earlier members, until the change is to be in force.

    Without ``propagation_delay`` nothing is earlier than now. Groups carry their ids.
    """
    known = {group.group_id: group for group in before.groups} if before else {}
    is_delayed = after.propagation_delay
    return replace(
        after,
        groups=tuple(
            _propagated(known.get(group.group_id), group, now) if is_delayed else replace(group, earlier=())
            for group in after.groups
        ),
    )


def _propagated(before: Group | None, after: Group, now: datetime) -> Group:
    if after.kind is GroupKind.OFFICE365_GROUP:
        return replace(after, earlier=())
    if before is None:
        return replace(after, earlier=(EarlierMembers(now + NEW_GROUP_DELAY, ()),))
    earlier = tuple(each for each in before.earlier if each.until > now)
    if before.members != after.members:
        until = max([now + MEMBERS_DELAY, *(each.until for each in earlier)])
        earlier = (*earlier, EarlierMembers(until, before.members))
    return replace(after, earlier=earlier)


def as_of(organization: Organization, now: datetime) -> Organization:
    """The organization with the members that its groups have for queues at a moment."""
    if not any(group.earlier for group in organization.groups):
        return organization
    return replace(organization, groups=tuple(_as_of(group, now) for group in organization.groups))


def _as_of(group: Group, now: datetime) -> Group:
    members = next((each.members for each in group.earlier if each.until > now), group.members)
    return replace(group, members=members, earlier=())


def next_change(organizations: tuple[Organization, ...], now: datetime) -> datetime | None:
    """When the members that queues see change by themselves next; None when they do not."""
    moments = (
        each.until
        for organization in organizations
        for group in organization.groups
        for each in group.earlier
    )
    return min((moment for moment in moments if moment > now), default=None)
