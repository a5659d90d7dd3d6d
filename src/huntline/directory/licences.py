"""Counting licences: how many are assigned, and how many service numbers they allow."""

from __future__ import annotations

from collections import Counter

from huntline.directory.organization import Licence, NumberKind, Organization
from huntline.directory.problems import Problem, Problems

PHONE_SYSTEM = (Licence.PHONE_SYSTEM, Licence.E5)
"""The licences that hold Phone System."""


def assigned_licences(organization: Organization) -> Counter[Licence]:
    """How many users have each licence, by its own name: E5 does not count as the PhoneSystem in it."""
    return Counter(licence for user in organization.users for licence in user.licences)


def pool_sizes(organization: Organization) -> dict[Licence, int]:
    """How many the organization has of each licence that has a pool."""
    return {pool.licence: pool.size for pool in organization.licence_pools}


def phone_system_licences(organization: Organization) -> int:
    """How many Phone System licences the organization has, in E5 or alone.

    Of a licence with a pool these are all in the pool, of one without a pool those that are assigned.
    """
    pools, assigned = pool_sizes(organization), assigned_licences(organization)
    return sum(pools.get(licence, assigned[licence]) for licence in PHONE_SYSTEM)


def service_numbers_held(organization: Organization) -> int:
    """How many numbers for queues the organization has."""
    return sum(number.kind is not NumberKind.USER for number in organization.numbers)


def service_numbers_allowed(organization: Organization) -> int | None:
    """What the service-number table allows with these licences: none below its first step.

    None when there is no table, and so no bound.
    """
    if not organization.service_number_table:
        return None
    licences = phone_system_licences(organization)
    steps = (step for step in organization.service_number_table if step.phone_system_licences <= licences)
    return max((step.service_numbers for step in steps), default=0)


def check_licences(organization: Organization) -> Problems:
    """Problems with the pools and the table themselves, and with what goes past them."""
    yield from _check_pools(organization)
    yield from _check_table(organization)
    yield from _check_assigned(organization)
    yield from _check_service_numbers(organization)


def _check_pools(organization: Organization) -> Problems:
    seen: set[Licence] = set()
    for pool in organization.licence_pools:
        path = ("licence_pools", str(pool.licence))
        if pool.size < 0:
            yield Problem(path, pool.size, "must be 0 licences or more; without a pool there is no bound")
        if pool.licence in seen:
            yield Problem(path, pool.size, f"{pool.licence} has a pool already; a licence has at most one")
        seen.add(pool.licence)


def _check_table(organization: Organization) -> Problems:
    licences_before = numbers_before = -1
    for place, step in enumerate(organization.service_number_table):
        path = ("service_number_table", place)
        licences, numbers = step.phone_system_licences, step.service_numbers
        if licences <= licences_before:
            wanted = f"must be more than {licences_before}: steps rise, and begin at 0 or later"
            yield Problem((*path, "phone_system_licences"), licences, wanted)
        if numbers < max(numbers_before, 0):
            wanted = f"must be {max(numbers_before, 0)} or more: more licences never allow fewer numbers"
            yield Problem((*path, "service_numbers"), numbers, wanted)
        licences_before, numbers_before = licences, numbers


def _check_assigned(organization: Organization) -> Problems:
    """Each licence past its pool, at the user who has it: of several users the last ones."""
    sizes, total = pool_sizes(organization), assigned_licences(organization)
    assigned: Counter[Licence] = Counter()
    for place, user in enumerate(organization.users):
        assigned.update(user.licences & sizes.keys())
        for licence in sorted(user.licences & sizes.keys()):
            if assigned[licence] > sizes[licence]:
                message = (
                    f"{total[licence]} {licence} licences are assigned, the pool has {sizes[licence]};"
                    " take one from somebody, or raise licence_pools"
                )
                yield Problem(("users", place, "licences"), str(licence), message)


def _check_service_numbers(organization: Organization) -> Problems:
    allowed = service_numbers_allowed(organization)
    if allowed is None:
        return
    held = 0
    for place, number in enumerate(organization.numbers):
        held += number.kind is not NumberKind.USER
        if number.kind is not NumberKind.USER and held > allowed:
            message = (
                f"is service number {held}; service_number_table allows {allowed} with"
                f" {phone_system_licences(organization)} licences for Phone System"
            )
            yield Problem(("numbers", place, "number"), number.number, message)
