"""Who stands behind an id, and behind a name in a group."""

from __future__ import annotations

from functools import cached_property

from huntline.directory.organization import Group, Organization, User


class People:
    """Look-ups over the users and groups of one organization, each made when it is first asked for."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization

    def by_name(self, name: str) -> User | Group:
        """A member of a group: a UPN or a group's name in any letter case."""
        return self._users_by_upn[name] if "@" in name else self._groups_by_name[name.casefold()]

    def name_of(self, member_id: str) -> str | None:
        """What a group calls the user or the group of an id."""
        return self._names.get(member_id)

    @cached_property
    def _users_by_upn(self) -> dict[str, User]:
        return {user.upn: user for user in self.organization.users}

    @cached_property
    def _groups_by_name(self) -> dict[str, Group]:
        return {group.name.casefold(): group for group in self.organization.groups}

    @cached_property
    def _names(self) -> dict[str, str]:
        names = {user.user_id: user.upn for user in self.organization.users}
        return names | {group.group_id: group.name for group in self.organization.groups}
