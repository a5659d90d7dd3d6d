"""The SCIM protocol as directories speak it, where that is not quite as it is written."""

from __future__ import annotations

from typing import Any

from scim2_models import PatchOp, PatchOperation, ResourceType
from scim2_server.service import ScimService


class DirectoryService(ScimService):
    """The protocol of ``scim2-server``, which leaves out what the settings do not have."""

    def read_patch(self, resource_type: ResourceType, body: bytes, content_type: str | None) -> PatchOp[Any]:
        """Validate the body of a PATCH request."""
        patch = super().read_patch(resource_type, body, content_type)
        for operation in patch.operations or ():
            if operation.op is PatchOperation.Op.remove and isinstance(operation.value, list):
                operation.value = [_selection(entry) for entry in operation.value]
        return patch


def _selection(entry: Any) -> Any:
    """What to remove, by its value alone: Entra ID sends ``"$ref": null`` besides, which selects nothing."""
    if isinstance(entry, dict) and entry.get("value") is not None:
        return {"value": entry["value"]}
    return entry
