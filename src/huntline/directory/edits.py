"""Changing one thing of an organization: what refers to it goes along, or keeps it where it is.

Whether the result is allowed is for ``rules.check`` to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from huntline.directory.attendants import Attendant, with_changed_sounds, with_targets
from huntline.directory.index import ATTENDANT, MAILBOX, OrganizationIndex
from huntline.directory.organization import (
    EXITS,
    RULE_FIELDS,
    Audio,
    CallerIdPolicy,
    Group,
    Organization,
    QueueSettings,
    User,
    with_changed_queue_sounds,
)
from huntline.directory.uses import Item, uses_of
from huntline.errors import Refused

_ItemT = TypeVar("_ItemT", bound=Item)


class InUse(Refused):
    """Something cannot be removed; the message names what uses it."""

    error_id = "in-use"

    def __init__(self, name: str, uses: Sequence[str]) -> None:
        super().__init__(f"{name} is in use: {'; '.join(uses)}")
        self.uses = tuple(uses)


def added(organization: Organization, attribute: str, item: Item) -> Organization:
    """With a new thing at the end of a collection such as ``queues``."""
    return _with(organization, attribute, (*getattr(organization, attribute), item))


def replaced(organization: Organization, attribute: str, old: _ItemT, new: _ItemT) -> Organization:
    """With ``new`` in the place of ``old``; what called it by its old name calls it by the new one."""
    items = tuple(new if item is old else item for item in getattr(organization, attribute))
    after = _with(organization, attribute, items)
    match old, new:
        case User(), User() if old.upn != new.upn:
            return _user_renamed(after, old, new)
        case Group(), Group() if old.name != new.name:
            return _group_renamed(after, old.name, new.name)
        case QueueSettings(), QueueSettings() if old.name != new.name:
            return _queue_renamed(organization, after, old, new)
        case Attendant(), Attendant() if old.name != new.name:
            return _attendant_renamed(organization, after, old, new)
        case CallerIdPolicy(), CallerIdPolicy() if old.name != new.name:
            return _policy_renamed(after, old.name, new.name)
        case Audio(), Audio():
            return _audio_replaced(after, old, new)
        case _:
            return after


def removed(organization: Organization, attribute: str, item: Item, name: str) -> Organization:
    """Without a thing. Raises InUse when something else of the organization needs it."""
    if uses := uses_of(organization, item):
        raise InUse(name, uses)
    items = tuple(each for each in getattr(organization, attribute) if each is not item)
    return _with(organization, attribute, items)


def _with(organization: Organization, attribute: str, items: tuple[Any, ...]) -> Organization:
    change: dict[str, Any] = {attribute: items}
    return replace(organization, **change)


def detached(organization: Organization, item: User | Group) -> Organization:
    """Nobody's agent and nobody's member any more; forwards to a user stay."""
    name = item.upn if isinstance(item, User) else item.name

    def without(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each for each in names if each.casefold() != name.casefold())

    return _with_members(organization, without)


def _with_members(
    organization: Organization, renamed: Callable[[tuple[str, ...]], tuple[str, ...]]
) -> Organization:
    return replace(
        organization,
        groups=tuple(
            replace(
                group,
                members=renamed(group.members),
                earlier=tuple(replace(each, members=renamed(each.members)) for each in group.earlier),
            )
            for group in organization.groups
        ),
        queues=tuple(
            replace(queue, agents=renamed(queue.agents), groups=renamed(queue.groups))
            for queue in organization.queues
        ),
        attendants=tuple(
            replace(
                attendant,
                directory=replace(
                    attendant.directory,
                    groups=renamed(attendant.directory.groups),
                    excluded=renamed(attendant.directory.excluded),
                ),
            )
            for attendant in organization.attendants
        ),
    )


def _names_changed(old: str, new: str) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    key = old.casefold()
    return lambda names: tuple(new if name.casefold() == key else name for name in names)


def _user_renamed(organization: Organization, old: User, new: User) -> Organization:
    # A digest is made of the user name: the old password is of no use under the new one (RFC 7616).
    current = replace(new, digests=()) if new.digests == old.digests else new
    users = tuple(current if user is new else user for user in organization.users)
    after = _with_members(replace(organization, users=users), _names_changed(old.upn, new.upn))
    return _with_targets(
        after, lambda target: f"sip:{new.upn}" if target.lower() == f"sip:{old.upn}" else target
    )


def _group_renamed(organization: Organization, old: str, new: str) -> Organization:
    after = _with_members(organization, _names_changed(old, new))
    before, now = f"{MAILBOX}{old}", f"{MAILBOX}{new}"
    return _with_targets(after, lambda target: now if target == before else target)


def _queue_renamed(
    before: Organization, after: Organization, old: QueueSettings, new: QueueSettings
) -> Organization:
    """Forwards by name follow; those by number or primary URI lead to the queue as before."""
    then, now = OrganizationIndex(before), OrganizationIndex(after)

    def following(target: str) -> str:
        if target == f"{MAILBOX}{old.name}":
            return f"{MAILBOX}{new.name}"
        if then.forward_target(target) is not old or now.forward_target(target) is new:
            return target
        return new.primary_uri if target.lower().startswith("sip:") else new.name

    return _with_targets(after, following)


def _attendant_renamed(
    before: Organization, after: Organization, old: Attendant, new: Attendant
) -> Organization:
    """Targets by name follow; those by number or primary URI lead to the attendant as before."""
    then, now = OrganizationIndex(before), OrganizationIndex(after)

    def following(target: str) -> str:
        if then.forward_target(target) is not old or now.forward_target(target) is new:
            return target
        return new.primary_uri if target.lower().startswith("sip:") else ATTENDANT + new.name

    return _with_targets(after, following)


def _with_targets(organization: Organization, renamed: Callable[[str], str]) -> Organization:
    def with_exits(queue: QueueSettings) -> QueueSettings:
        exits: dict[str, Any] = {}
        for field in EXITS:
            exit_ = getattr(queue, field)
            if exit_.target and (target := renamed(exit_.target)) != exit_.target:
                exits[field] = replace(exit_, target=target)
        return replace(queue, **exits) if exits else queue

    def with_addresses(user: User) -> User:
        fields: dict[str, Any] = {
            field: target
            for field in (*RULE_FIELDS, "voicemail")
            if (old := getattr(user, field)) and (target := renamed(old)) != old
        }
        also_ring = tuple(replace(each, target=renamed(each.target)) for each in user.also_ring)
        if also_ring != user.also_ring:
            fields["also_ring"] = also_ring
        return replace(user, **fields) if fields else user

    return replace(
        organization,
        users=tuple(map(with_addresses, organization.users)),
        queues=tuple(map(with_exits, organization.queues)),
        attendants=tuple(with_targets(each, renamed) for each in organization.attendants),
    )


def _policy_renamed(organization: Organization, old: str, new: str) -> Organization:
    def regranted(item: Any) -> Any:
        is_granted = item.caller_id_policy is not None and item.caller_id_policy.casefold() == old.casefold()
        return replace(item, caller_id_policy=new) if is_granted else item

    return replace(
        organization,
        users=tuple(map(regranted, organization.users)),
        groups=tuple(map(regranted, organization.groups)),
    )


def _audio_replaced(organization: Organization, old: Audio, new: Audio) -> Organization:
    def now(audio: Audio) -> Audio:
        return new if audio == old else audio

    return replace(
        organization,
        queues=tuple(with_changed_queue_sounds(queue, now) for queue in organization.queues),
        attendants=tuple(with_changed_sounds(attendant, now) for attendant in organization.attendants),
    )
