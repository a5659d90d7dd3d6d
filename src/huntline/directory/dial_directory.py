"""Whom callers of an attendant can dial by name or extension."""

from __future__ import annotations

from huntline.directory.attendants import DialScope
from huntline.directory.groups import expanded
from huntline.directory.index import OrganizationIndex
from huntline.directory.organization import User, missing_for_calls


def people_of(directory: DialScope, index: OrganizationIndex) -> tuple[User, ...]:
    """Everybody of a directory who may take calls, in the organization's order or that of the groups."""
    excluded = set(directory.excluded)
    everybody = (
        expanded(directory.groups, index.users, index.groups) if directory.groups else index.users.values()
    )
    return tuple(user for user in everybody if user.upn not in excluded and not missing_for_calls(user))
