"""How many queues the licences of an organization allow, where its settings bound them as in 2018."""

from __future__ import annotations

from huntline.directory.licences import assigned_licences, phone_system_licences, pool_sizes
from huntline.directory.organization import Licence, Organization
from huntline.directory.problems import Problem, Problems

_NEEDED = "E5, or E3 together with PhoneSystem"


def conferencing_licences(organization: Organization) -> int:
    """How many licences for conferencing the organization has: all in the pool, or those assigned."""
    return _licences(organization, Licence.AUDIO_CONFERENCING)


def queues_allowed(organization: Organization) -> int | None:
    """What the queue table allows with these licences: none below its first step.

    None when there is no table, and so no bound.
    """
    if not organization.queue_table:
        return None
    telephony, conferencing = phone_system_licences(organization), conferencing_licences(organization)
    return max(
        (
            step.queues
            for step in organization.queue_table
            if step.phone_system_licences <= telephony and step.conferencing_licences <= conferencing
        ),
        default=0,
    )


def check_queue_licences(organization: Organization) -> Problems:
    """Problems with the queue table itself, with queues past it, and with those without any licence."""
    yield from _check_table(organization)
    yield from _check_minimum(organization)
    allowed = queues_allowed(organization)
    if allowed is None:
        return
    for place, queue in enumerate(organization.queues[allowed:], allowed):
        message = (
            f"is queue {place + 1}; queue_table allows {allowed} with {phone_system_licences(organization)}"
            f" licences for Phone System and {conferencing_licences(organization)} for conferencing"
        )
        yield Problem(("queues", place, "name"), queue.name, message)


def _check_table(organization: Organization) -> Problems:
    for place, step in enumerate(organization.queue_table):
        for field in ("phone_system_licences", "conferencing_licences", "queues"):
            value = getattr(step, field)
            if value < 0:
                yield Problem(("queue_table", place, field), value, "must be 0 or more")


def _check_minimum(organization: Organization) -> Problems:
    if not organization.queues_need_licences or not organization.queues:
        return
    has = {licence for licence in Licence if _licences(organization, licence)}
    if Licence.E5 not in has and not {Licence.E3, Licence.PHONE_SYSTEM} <= has:
        message = f"needs {_NEEDED} in the organization, because queues_need_licences is on"
        yield Problem(("queues", 0, "name"), organization.queues[0].name, message)


def _licences(organization: Organization, licence: Licence) -> int:
    return pool_sizes(organization).get(licence, assigned_licences(organization)[licence])
