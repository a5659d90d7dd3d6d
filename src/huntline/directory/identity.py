"""Keeping ids: what an organization already has goes on under the same id when it is described anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from huntline.directory.organization import Organization, QueueSettings
from huntline.directory.problems import Problem, Problems


def check_identity(wanted: Organization, existing: Organization | None) -> Problems:
    """Problems with primary URIs, which are made at creation and never change (rules section 2)."""
    by_name = {queue.name.casefold(): queue for queue in existing.queues} if existing else {}
    by_uri = {queue.primary_uri for queue in by_name.values()}
    by_id = {queue.queue_id: queue for queue in by_name.values()}
    for place, queue in enumerate(wanted.queues):
        same = by_id.get(queue.queue_id)
        namesake = same or by_name.get(queue.name.casefold())
        is_other = same and queue.primary_uri != same.primary_uri
        if queue.primary_uri and namesake and (is_other or queue.primary_uri not in by_uri):
            message = f"never changes: {queue.name} has {namesake.primary_uri}"
            yield Problem(("queues", place, "primary_uri"), queue.primary_uri, message)


def identify(
    wanted: Organization,
    existing: Organization | None,
    new_id: Callable[[], str],
    new_primary_user: Callable[[], str],
) -> Organization:
    """``wanted`` with the ids, opt-outs and revision of what exists, and new ids for the rest.

    What carries its id already keeps it. Else a user is known by UPN, a group or an attendant by name, a
    queue by primary URI or by name. Opt-outs end where the user or the queue is gone, or the queue no longer
    allows them. ``new_primary_user`` makes ``hg_<32 hex>``.
    """
    user_ids = {user.upn: user.user_id for user in existing.users} if existing else {}
    users = tuple(
        user if user.user_id else replace(user, user_id=user_ids.get(user.upn) or new_id())
        for user in wanted.users
    )
    group_ids = {group.name.casefold(): group.group_id for group in existing.groups} if existing else {}
    groups = tuple(
        group if group.group_id else replace(group, group_id=group_ids.get(group.name.casefold()) or new_id())
        for group in wanted.groups
    )
    known_attendants = existing.attendants if existing else ()
    attendant_ids = {each.name.casefold(): each.attendant_id for each in known_attendants}
    attendants = tuple(
        attendant
        if attendant.attendant_id
        else replace(attendant, attendant_id=attendant_ids.get(attendant.name.casefold()) or new_id())
        for attendant in wanted.attendants
    )
    queues = _identify_queues(wanted.queues, existing.queues if existing else (), new_id, new_primary_user)
    present_users = {user.user_id for user in users}
    optional_queues = {queue.queue_id for queue in queues if queue.allow_opt_out}
    opt_outs = existing.opt_outs if existing else frozenset()
    return replace(
        wanted,
        organization_id=existing.organization_id if existing else new_id(),
        users=users,
        groups=groups,
        queues=queues,
        attendants=attendants,
        revision=existing.revision if existing else 0,
        opt_outs=frozenset(
            (user_id, queue_id)
            for user_id, queue_id in opt_outs
            if user_id in present_users and queue_id in optional_queues
        ),
    )


def _identify_queues(
    wanted: tuple[QueueSettings, ...],
    existing: tuple[QueueSettings, ...],
    new_id: Callable[[], str],
    new_primary_user: Callable[[], str],
) -> tuple[QueueSettings, ...]:
    by_uri = {queue.primary_uri: queue for queue in existing}
    spoken_for = {queue.primary_uri for queue in wanted if queue.primary_uri in by_uri}
    by_name = {queue.name.casefold(): queue for queue in existing if queue.primary_uri not in spoken_for}
    queues = []
    for queue in wanted:
        known = by_uri.get(queue.primary_uri) or by_name.get(queue.name.casefold())
        queue_id = queue.queue_id or (known.queue_id if known else new_id())
        primary_uri = known.primary_uri if known else queue.primary_uri
        primary_uri = primary_uri or f"sip:{new_primary_user()}@{queue.domain}"
        is_identified = (queue.queue_id, queue.primary_uri) == (queue_id, primary_uri)
        queues.append(queue if is_identified else replace(queue, queue_id=queue_id, primary_uri=primary_uri))
    return tuple(queues)
