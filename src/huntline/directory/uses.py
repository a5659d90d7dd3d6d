"""What uses a thing, in words: why it cannot be removed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch

from huntline.directory.attendants import Attendant, sounds_in, targets_of
from huntline.directory.index import Mailbox, OrganizationIndex
from huntline.directory.names import line_uri_number
from huntline.directory.organization import (
    Audio,
    CallerIdPolicy,
    Group,
    Organization,
    QueueSettings,
    ServiceNumber,
    Trunk,
    User,
    sounds_of,
)
from huntline.directory.problems import field_of

Item = User | Group | QueueSettings | Attendant | ServiceNumber | Trunk | CallerIdPolicy | Audio

_EXITS = {"overflow": "when it is full", "timeout": "after the maximum wait", "no_agents": "without agents"}
_USER_FORWARDS = {
    "forward_to": "forwards all calls to it",
    "when_busy": "forwards calls to it when busy",
    "when_no_answer": "forwards calls to it without an answer",
    "when_not_reachable": "forwards calls to it when not reachable",
    "voicemail": "has it as voicemail",
}


def uses_of(organization: Organization, item: Item) -> list[str]:
    """Everything of the organization that needs ``item``, such as ``queue Sales forwards to it``."""
    return list(_uses(item, organization))


@singledispatch
def _uses(item: Item, organization: Organization) -> Iterator[str]:
    yield from ()


@_uses.register
def _(item: User, organization: Organization) -> Iterator[str]:
    for queue in organization.queues:
        if item.upn in queue.agents:
            yield f"queue {queue.name} has it as an agent"
    for group in organization.groups:
        if item.upn in group.members:
            yield f"group {group.name} has it as a member"
    for attendant in organization.attendants:
        if item.upn in attendant.directory.excluded:
            yield f"attendant {attendant.name} leaves it out of its directory"
    yield from _forwards_to(item, organization)


@_uses.register
def _(item: Group, organization: Organization) -> Iterator[str]:
    key = item.name.casefold()
    for queue in organization.queues:
        if any(name.casefold() == key for name in queue.groups):
            yield f"queue {queue.name} has its agents from it"
    for attendant in organization.attendants:
        if any(name.casefold() == key for name in attendant.directory.groups):
            yield f"attendant {attendant.name} has its directory from it"
    for group in organization.groups:
        if group is not item and any(name.casefold() == key for name in group.members):
            yield f"group {group.name} has it as a member"


@_uses.register
def _(item: QueueSettings, organization: Organization) -> Iterator[str]:
    yield from _forwards_to(item, organization)


@_uses.register
def _(item: Attendant, organization: Organization) -> Iterator[str]:
    yield from _forwards_to(item, organization)


@_uses.register
def _(item: ServiceNumber, organization: Organization) -> Iterator[str]:
    for queue in organization.queues:
        if queue.line_uri and line_uri_number(queue.line_uri) == item.number:
            yield f"queue {queue.name} is called by it"
    for attendant in organization.attendants:
        if item.number in map(line_uri_number, attendant.line_uris):
            yield f"attendant {attendant.name} is called by it"
    for user in organization.users:
        if user.line_uri and line_uri_number(user.line_uri) == item.number:
            yield f"it is the number of user {user.upn}"
    for policy in organization.caller_id_policies:
        if policy.service_number == item.number:
            yield f"caller-ID policy {policy.name} shows it"


@_uses.register
def _(item: CallerIdPolicy, organization: Organization) -> Iterator[str]:
    key = item.name.casefold()
    for user in organization.users:
        if user.caller_id_policy is not None and user.caller_id_policy.casefold() == key:
            yield f"it is granted to user {user.upn}"
    for group in organization.groups:
        if group.caller_id_policy is not None and group.caller_id_policy.casefold() == key:
            yield f"it is granted to group {group.name}"


@_uses.register
def _(item: Audio, organization: Organization) -> Iterator[str]:
    for queue in organization.queues:
        played = {path[0] for path, audio in sounds_of(queue) if audio == item}
        if "greeting" in played:
            yield f"queue {queue.name} has it as its greeting"
        if "music" in played:
            yield f"queue {queue.name} has it as its music on hold"
        if "overflow_prompt" in played:
            yield f"queue {queue.name} plays it when it is full"
        if "timeout_prompt" in played:
            yield f"queue {queue.name} plays it after the maximum wait"
        if "no_agents_prompt" in played:
            yield f"queue {queue.name} plays it when nobody serves"
        if "disconnect_prompt" in played:
            yield f"queue {queue.name} plays it before it hangs up"
        if "messages" in played:
            yield f"queue {queue.name} tells it to callers who wait"
    for attendant in organization.attendants:
        for path, audio in sounds_in(attendant):
            if audio == item:
                yield f"attendant {attendant.name} plays it ({field_of(path)})"


def _forwards_to(item: User | QueueSettings | Attendant, organization: Organization) -> Iterator[str]:
    index = OrganizationIndex(organization)
    for queue in organization.queues:
        for field, when in _EXITS.items():
            target = getattr(queue, field).target
            if target and queue is not item and _leads_to(index, target, item):
                yield f"queue {queue.name} forwards to it {when} ({field})"
    for attendant in organization.attendants:
        for path, target in targets_of(attendant):
            if attendant is not item and _leads_to(index, target, item):
                yield f"attendant {attendant.name} sends callers to it ({field_of(path)})"
    for user in organization.users:
        if user is item:
            continue
        for field, what in _USER_FORWARDS.items():
            target = getattr(user, field)
            if target and _leads_to(index, target, item):
                yield f"user {user.upn} {what} ({field})"
        if any(_leads_to(index, also.target, item) for also in user.also_ring):
            yield f"user {user.upn} has it rung, too (also_ring)"


def _leads_to(index: OrganizationIndex, target: str, item: User | QueueSettings | Attendant) -> bool:
    found = index.forward_target(target)
    return (found.whose if isinstance(found, Mailbox) else found) is item
