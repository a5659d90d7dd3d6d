"""Counting licences: how many are assigned, and how many service numbers they allow."""

from __future__ import annotations

from collections import Counter

from huntline.directory.organization import Licence, NumberKind, Organization

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
