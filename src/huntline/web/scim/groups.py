"""Groups of the organization as SCIM groups, and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from scim2_models import InvalidValueException, Reference

from huntline.clean_text import normalized
from huntline.directory.organization import Group, GroupKind, User
from huntline.web.scim import schemas
from huntline.web.scim.people import People

GroupResource = schemas.Group[schemas.VoiceGroup]


def resource_of(group: Group, people: People, *, with_members: bool = True) -> GroupResource:
    """The SCIM group, without ``meta``. Every setting is written out: what is missing later was removed."""
    members = [_member(people.by_name(name)) for name in group.members] if with_members else []
    resource = schemas.GROUP_MODEL(
        id=group.group_id,
        external_id=group.external_id,
        display_name=group.name,
        members=members or None,
    )
    resource[schemas.VoiceGroup] = schemas.VoiceGroup(mail=group.mail)
    return resource


def group_of(resource: GroupResource, before: Group | None, people: People) -> Group:
    """The group as the resource wants it; what the resource does not mention stays as it was.

    A new one is a security group. Raises InvalidValueException.
    """
    changes: dict[str, Any] = {"name": normalized(resource.display_name or "")}
    mentioned = resource.model_fields_set
    if "external_id" in mentioned:
        changes["external_id"] = resource.external_id or None
    if "members" in mentioned:
        changes["members"] = _names_of(resource.members or [], people)
    if schemas.VoiceGroup.__name__ in mentioned:
        voice = resource[schemas.VoiceGroup]
        changes["mail"] = ((voice and voice.mail) or "").strip().lower() or None
    return replace(before or Group("", GroupKind.SECURITY_GROUP), **changes)


def _member(member: User | Group) -> schemas.GroupMember:
    if isinstance(member, User):
        kind, member_id = schemas.USER_TYPE, member.user_id
    else:
        kind, member_id = schemas.GROUP_TYPE, member.group_id
    # A reference relative to the root of the service: scim2-server makes it whole.
    where: Reference[Any] = Reference(f"{(kind.endpoint or '').strip('/')}/{member_id}")
    return schemas.GroupMember(value=member_id, ref=where, type=kind.name)


def _names_of(members: Iterable[schemas.GroupMember], people: People) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for member in members:
        name = people.name_of(member.value or "")
        if name is None:
            wanted = "must be the id of a user or a group of the organization"
            raise InvalidValueException(detail=f"members.value: value {member.value!r}: {wanted}")
        names[name] = None
    return tuple(names)
