"""What settings say about each other: members, agents, numbers of queues and policies, granted policies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from huntline.directory.attendant_rules import check_attendant_references
from huntline.directory.attendants import Attendant
from huntline.directory.index import PRIMARY_URI, OrganizationIndex
from huntline.directory.names import line_uri_number
from huntline.directory.organization import (
    GLOBAL_POLICY,
    CallerIdPolicy,
    Group,
    NumberKind,
    QueueSettings,
    User,
    missing_for_calls,
)
from huntline.directory.problems import Path, Problem, Problems, did_you_mean


def check_references(index: OrganizationIndex) -> Problems:
    """Problems with what names something that is not there, or that may not be used so."""
    organization = index.organization
    kinds = {held.number: held.kind for held in organization.numbers}
    for place, user in enumerate(organization.users):
        yield from _check_personal_number(("users", place, "line_uri"), user, kinds)
    for group_place, group in enumerate(organization.groups):
        for place, member in enumerate(group.members):
            yield from _check_member(("groups", group_place, "members", place), member, index)
    for place, queue in enumerate(organization.queues):
        yield from _check_queue(("queues", place), queue, index)
        yield from _check_line_uri(("queues", place, "line_uri"), queue.line_uri, kinds)
    for place, attendant in enumerate(organization.attendants):
        yield from _check_attendant(("attendants", place), attendant, kinds, index)
    for place, policy in enumerate(organization.caller_id_policies):
        yield from _check_policy(("caller_id_policies", place, "service_number"), policy, kinds)
    policies = [policy.name for policy in organization.caller_id_policies]
    yield from _check_grants("users", organization.users, policies)
    yield from _check_grants("groups", organization.groups, policies)


def _check_member(path: Path, member: str, index: OrganizationIndex) -> Problems:
    if member.casefold() in index.groups:
        return
    if "@" in member and member not in index.users:
        yield Problem(path, member, f"there is no user {member}{did_you_mean(member, index.users)}")
    if "@" not in member:
        yield _no_group(path, member, index)


def _no_group(path: Path, name: str, index: OrganizationIndex) -> Problem:
    known = (group.name for group in index.organization.groups)
    return Problem(path, name, f"there is no group {name}{did_you_mean(name, known)}")


def _check_personal_number(path: Path, user: User, kinds: Mapping[str, NumberKind]) -> Problems:
    number = line_uri_number(user.line_uri) if user.line_uri else None
    if number is not None and kinds.get(number, NumberKind.USER) is not NumberKind.USER:
        yield Problem(path, user.line_uri, "is a service number; a user needs a number of kind user")


def _check_queue(path: Path, queue: QueueSettings, index: OrganizationIndex) -> Problems:
    organization = index.organization
    yield from _check_domain((*path, "domain"), queue.domain, organization.domains)
    primary_uri = PRIMARY_URI.fullmatch(queue.primary_uri)
    if queue.primary_uri and (primary_uri is None or primary_uri[2] not in organization.domains):
        wanted = f"must be sip:hg_<32 lower-case hexadecimal digits>@{queue.domain}, or left out"
        yield Problem((*path, "primary_uri"), queue.primary_uri, wanted)
    for place, upn in enumerate(queue.agents):
        yield from _check_agent((*path, "agents", place), upn, index)
    for place, name in enumerate(queue.groups):
        if name.casefold() not in index.groups:
            yield _no_group((*path, "groups", place), name, index)


def _check_domain(path: Path, domain: str, domains: tuple[str, ...]) -> Problems:
    if domain not in domains:
        wanted = f"must be a domain of the organization: {', '.join(domains)}"
        yield Problem(path, domain or None, wanted)


def _check_attendant(
    path: Path, attendant: Attendant, kinds: Mapping[str, NumberKind], index: OrganizationIndex
) -> Problems:
    yield from _check_domain((*path, "domain"), attendant.domain, index.organization.domains)
    for place, line_uri in enumerate(attendant.line_uris):
        number = line_uri_number(line_uri)
        if number is not None:
            line_path = (*path, "line_uris", place)
            yield from _check_service_number(line_path, line_uri, number, "an attendant", kinds)
    yield from check_attendant_references(path, attendant, index)


def _check_line_uri(path: Path, line_uri: str | None, kinds: Mapping[str, NumberKind]) -> Problems:
    number = line_uri_number(line_uri) if line_uri else None
    if number is not None:
        yield from _check_service_number(path, line_uri, number, "a queue", kinds)


def _check_policy(path: Path, policy: CallerIdPolicy, kinds: Mapping[str, NumberKind]) -> Problems:
    number = policy.service_number
    if number is not None:
        yield from _check_service_number(path, number, number, "a caller-ID policy", kinds)


def _check_service_number(
    path: Path, written: str | None, number: str, user_of_it: str, kinds: Mapping[str, NumberKind]
) -> Problems:
    if number not in kinds:
        wanted = f"{number} is not in the organization's numbers; add it there as a service number"
        yield Problem(path, written, wanted + did_you_mean(number, kinds))
    elif kinds[number] is NumberKind.USER:
        wanted = f"{number} is a user number; {user_of_it} needs a service-toll or service-toll-free number"
        yield Problem(path, written, wanted)


def _check_grants(collection: str, holders: Iterable[User | Group], policies: Iterable[str]) -> Problems:
    names = {name.casefold(): name for name in (GLOBAL_POLICY, *policies)}
    for place, holder in enumerate(holders):
        granted = holder.caller_id_policy
        if granted is not None and granted.casefold() not in names:
            wanted = f"there is no caller-ID policy {granted}{did_you_mean(granted, names.values())}"
            yield Problem((collection, place, "caller_id_policy"), granted, wanted)


def _check_agent(path: Path, upn: str, index: OrganizationIndex) -> Problems:
    user = index.users.get(upn)
    if user is None:
        yield Problem(path, upn, f"there is no user {upn}{did_you_mean(upn, index.users)}")
    # Who is not active for now keeps the place, and takes it again; until then the queue leaves them out.
    elif missing := missing_for_calls(replace(user, is_active=True)):
        yield Problem(path, upn, f"may not be an agent: {upn} lacks {' and '.join(missing)}")
