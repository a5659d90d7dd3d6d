"""``/groups``: lists of users and of other groups."""

from __future__ import annotations

from dataclasses import replace

from huntline.directory.organization import Group, Organization
from huntline.organization_file.form import GroupForm
from huntline.organization_file.parts import group_dump, group_of
from huntline.web.api.collection import Collection, router_of
from huntline.web.backstage import Backstage


class GroupView(GroupForm):
    """A group."""

    id: str


def find(organization: Organization, key: str) -> Group | None:
    """A group by id, or by name or mail address in any letter case."""
    name = key.casefold()
    for group in organization.groups:
        if group.group_id == key or name in (group.name.casefold(), group.mail):
            return group
    return None


def build(form: GroupForm, organization: Organization, old: Group | None, backstage: Backstage) -> Group:
    """A group of a form."""
    group = group_of(form)
    return replace(group, group_id=old.group_id, earlier=old.earlier) if old else group


GROUPS: Collection[Group] = Collection(
    attribute="groups",
    noun="group",
    form=GroupForm,
    view=GroupView,
    find=find,
    build=build,
    dump=group_dump,
    deriving=lambda organization: lambda group: {"id": group.group_id},
    names=lambda group: (group.name,),
)
router = router_of(GROUPS)
