"""What settings say about each other: members, agents, numbers of queues, and where forwards lead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from huntline.directory.index import PRIMARY_URI, OrganizationIndex, OutsideTarget
from huntline.directory.names import line_uri_number, sip_uri_parts
from huntline.directory.organization import (
    NumberKind,
    Organization,
    QueueExit,
    QueueExitAction,
    QueueSettings,
    User,
    missing_for_calls,
)
from huntline.directory.problems import Path, Problem, Problems, did_you_mean

_EXITS = ("overflow", "timeout", "no_agents")


def check_references(organization: Organization) -> Problems:
    """Problems with what points at something that is not there, or that may not be used so."""
    index = OrganizationIndex(organization)
    for place, group in enumerate(organization.groups):
        for member_place, member in enumerate(group.members):
            yield from _check_member(("groups", place, "members", member_place), member, index)
    service_numbers = {held.number for held in organization.numbers if held.kind is not NumberKind.USER}
    for place, user in enumerate(organization.users):
        yield from _check_personal_number(("users", place, "line_uri"), user, service_numbers)
    kinds = {held.number: held.kind for held in organization.numbers}
    for place, queue in enumerate(organization.queues):
        yield from _check_queue(("queues", place), queue, index)
        yield from _check_service_number(("queues", place, "line_uri"), queue.line_uri, kinds)
    yield from _check_loops(index)


def _check_member(path: Path, member: str, index: OrganizationIndex) -> Problems:
    if "@" in member and member not in index.users:
        yield Problem(path, member, f"there is no user {member}{did_you_mean(member, index.users)}")
    if "@" not in member and member.casefold() not in index.groups:
        yield _no_group(path, member, index)


def _no_group(path: Path, name: str, index: OrganizationIndex) -> Problem:
    known = (group.name for group in index.organization.groups)
    return Problem(path, name, f"there is no group {name}{did_you_mean(name, known)}")


def _check_personal_number(path: Path, user: User, service_numbers: Set[str]) -> Problems:
    if user.line_uri and line_uri_number(user.line_uri) in service_numbers:
        yield Problem(path, user.line_uri, "is a service number; a user needs a number of kind user")


def _check_queue(path: Path, queue: QueueSettings, index: OrganizationIndex) -> Problems:
    organization = index.organization
    if queue.domain not in organization.domains:
        wanted = f"must be a domain of the organization: {', '.join(organization.domains)}"
        yield Problem((*path, "domain"), queue.domain or None, wanted)
    primary_uri = PRIMARY_URI.fullmatch(queue.primary_uri)
    if queue.primary_uri and (primary_uri is None or primary_uri[2] not in organization.domains):
        wanted = f"must be sip:hg_<32 lower-case hexadecimal digits>@{queue.domain}, or left out"
        yield Problem((*path, "primary_uri"), queue.primary_uri, wanted)
    for place, upn in enumerate(queue.agents):
        yield from _check_agent((*path, "agents", place), upn, index)
    for place, name in enumerate(queue.groups):
        if name.casefold() not in index.groups:
            yield _no_group((*path, "groups", place), name, index)
    for field in _EXITS:
        yield from _check_target((*path, field, "target"), getattr(queue, field), queue, index)


def _check_service_number(path: Path, line_uri: str | None, kinds: Mapping[str, NumberKind]) -> Problems:
    number = line_uri_number(line_uri) if line_uri else None
    if number is None:
        return
    if number not in kinds:
        wanted = f"{number} is not in the organization's numbers; add it there as a service number"
        yield Problem(path, line_uri, wanted + did_you_mean(number, kinds))
    elif kinds[number] is NumberKind.USER:
        wanted = f"{number} is a user number; a queue needs a service-toll or service-toll-free number"
        yield Problem(path, line_uri, wanted)


def _check_agent(path: Path, upn: str, index: OrganizationIndex) -> Problems:
    user = index.users.get(upn)
    if user is None:
        yield Problem(path, upn, f"there is no user {upn}{did_you_mean(upn, index.users)}")
    # Who is not active for now keeps the place, and takes it again; until then the queue leaves them out.
    elif missing := missing_for_calls(replace(user, is_active=True)):
        yield Problem(path, upn, f"may not be an agent: {upn} lacks {' and '.join(missing)}")


def _check_target(path: Path, exit_: QueueExit, queue: QueueSettings, index: OrganizationIndex) -> Problems:
    if not exit_.target:
        return
    match index.forward_target(exit_.target):
        case None:
            yield Problem(path, exit_.target, _unknown_target(exit_.target, index))
        case User() as user if missing := missing_for_calls(user):
            lacking = f"may not be a target: {user.upn} lacks {' and '.join(missing)}"
            yield Problem(path, exit_.target, lacking)
        case User() as user if exit_.action is QueueExitAction.VOICEMAIL and user.voicemail is None:
            yield Problem(path, exit_.target, f"{user.upn} has no voicemail; set it on the user first")
        case QueueSettings() | OutsideTarget() if exit_.action is QueueExitAction.VOICEMAIL:
            yield Problem(path, exit_.target, "must be a person of the organization: voicemail is theirs")
        case QueueSettings() as target if target is queue:
            yield Problem(path, exit_.target, "a queue may not forward to itself")
        case _:
            pass


def _unknown_target(target: str, index: OrganizationIndex) -> str:
    if line_uri_number(target):
        return "is a number of the organization that belongs to no queue and no user"
    parts = sip_uri_parts(target)
    if parts and parts[0]:
        suggestion = did_you_mean("@".join(parts), index.users)
        return f"there is no user or queue {parts[0]} in {parts[1]}{suggestion}"
    known = [queue.name for queue in index.organization.queues]
    wanted = "must be the name of a queue, sip:user@domain or tel:+digits without separators"
    return wanted + did_you_mean(target, known)


def _check_loops(index: OrganizationIndex) -> Problems:
    """Each loop of forwards, at the forward of its first queue."""
    queues = {queue.name: queue for queue in index.organization.queues}
    forwards = {name: dict(_forwards_of(queue, index)) for name, queue in queues.items()}
    while loop := _some_loop(forwards):
        name, target = loop[0], loop[1]
        place = index.organization.queues.index(queues[name])
        field = forwards[name].pop(target)
        written = getattr(queues[name], field).target
        message = "forwards go round in a loop: " + " -> ".join(loop)
        yield Problem(("queues", place, field, "target"), written, message)


def _forwards_of(queue: QueueSettings, index: OrganizationIndex) -> Iterator[tuple[str, str]]:
    """Names of the queues that one forwards to, each with the exit that does it; itself left out."""
    for field in _EXITS:
        target = getattr(queue, field).target
        found = index.forward_target(target) if target else None
        if isinstance(found, QueueSettings) and found is not queue:
            yield found.name, field


def _some_loop(forwards: dict[str, dict[str, str]]) -> list[str] | None:
    """Queue names from the first of a loop round to it again, the earliest queue of the file first."""
    try:
        TopologicalSorter(forwards).prepare()
    except CycleError as error:
        names = list(reversed(error.args[1]))[:-1]
        first = names.index(min(names, key=list(forwards).index))
        return [*names[first:], *names[:first], names[first]]
    return None
