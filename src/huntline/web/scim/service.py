"""The SCIM protocol as directories speak it, where that is not quite as it is written, and within bounds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from scim2_models import PatchOp, PatchOperation, Resource, ResourceType, SearchRequest, TooManyException
from scim2_server.conditions import Conditions
from scim2_server.service import ScimService

from huntline.web.scim import schemas

MOST_TERMS = 50
"""Conditions that a filter may have: each is looked at for each user."""
MOST_TURNS = 20
"""How often a PATCH may change from members to something else and back: each time costs all members."""

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_JOINT = re.compile(r"\b(?:and|or|not)\b|\(", re.IGNORECASE)
_ONE_MEMBER = re.compile(r'members\[\s*value\s+eq\s+"([^"\\]+)"\s*\]', re.IGNORECASE)


class DirectoryService(ScimService):
    """The protocol of ``scim2-server``, which leaves out what the settings do not have.

    Members that come and go one by one are put together: the library looks through all of them for each.
    """

    def read_search(self, resource_types: list[ResourceType], payload: Any) -> tuple[SearchRequest[Any], Any]:
        """Validate a search request. Raises TooManyException for a filter of too many terms."""
        if isinstance(payload, dict):
            _check_terms(value for key, value in payload.items() if key.casefold() == "filter")
        return super().read_search(resource_types, payload)

    def read_patch(self, resource_type: ResourceType, body: bytes, content_type: str | None) -> PatchOp[Any]:
        """Validate the body of a PATCH request. Raises TooManyException for a path of too many terms."""
        _check_terms(_paths_in(body))
        patch = super().read_patch(resource_type, body, content_type)
        for operation in patch.operations or ():
            if operation.op is PatchOperation.Op.remove and isinstance(operation.value, list):
                operation.value = [_selection(entry) for entry in operation.value]
        return patch

    def apply_patch(
        self, current: Resource[Any], patch_op: PatchOp[Any], conditions: Conditions
    ) -> Resource[Any] | None:
        """The new state of a resource, None when nothing changes. Raises TooManyException."""
        if not isinstance(current, schemas.Group):
            return super().apply_patch(current, patch_op, conditions)
        self.check_preconditions(current, "PATCH", conditions)
        turns = [(is_of, list(run)) for is_of, run in groupby(patch_op.operations or (), _is_of_members)]
        if len(turns) > MOST_TURNS:
            raise TooManyException(detail=f"send changes of members together: {MOST_TURNS} turns are allowed")
        changes = [
            _change_members(current, run)
            if is_of_members
            else patch_op.model_copy(update={"operations": run}).patch(current)
            for is_of_members, run in turns
        ]
        return current if any(changes) else None


def _selection(entry: Any) -> Any:
    """What to remove, by its value alone: Entra ID sends ``"$ref": null`` besides, which selects nothing."""
    if isinstance(entry, dict) and entry.get("value") is not None:
        return {"value": entry["value"]}
    return entry


def _is_of_members(operation: PatchOperation[Any]) -> bool:
    """Whether an operation adds or removes members by their ids, and does nothing else."""
    return _member_ids(operation) is not None


def _member_ids(operation: PatchOperation[Any]) -> list[str] | None:
    """The ids that an operation adds or removes; None for one of any other kind."""
    path = str(operation.path or "")
    one = _ONE_MEMBER.fullmatch(path)
    if one is not None and operation.op is PatchOperation.Op.remove and operation.value is None:
        return [one[1]]
    entries = operation.value
    if path.casefold() != "members" or operation.op is PatchOperation.Op.replace_ or not entries:
        return None
    listed = entries if isinstance(entries, list) else [entries]
    ids = [entry.get("value") if isinstance(entry, dict) else None for entry in listed]
    named = [each for each in ids if isinstance(each, str) and each]
    return named if len(named) == len(ids) else None


def _change_members(group: schemas.Group[Any], operations: list[PatchOperation[Any]]) -> bool:
    """Add and remove members in order; whether that changed any."""
    members = {member.value or "": member for member in group.members or ()}
    before = list(members)
    for operation in operations:
        for member_id in _member_ids(operation) or ():
            if operation.op is PatchOperation.Op.remove:
                members.pop(member_id, None)
            else:
                members.setdefault(member_id, schemas.GroupMember(value=member_id))
    if list(members) == before:
        return False
    group.members = list(members.values()) or None
    return True


def _paths_in(body: bytes) -> Iterator[object]:
    """The paths of a PATCH; what cannot be read is for the library to refuse."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return
    operations = content.get("Operations") if isinstance(content, dict) else None
    for operation in operations if isinstance(operations, list) else ():
        if isinstance(operation, dict):
            yield operation.get("path")


def _check_terms(filters: Iterable[object]) -> None:
    for each in filters:
        if isinstance(each, str) and len(_JOINT.findall(_QUOTED.sub('""', each))) >= MOST_TERMS:
            raise TooManyException(detail=f"the filter has too many terms: {MOST_TERMS} are allowed")
