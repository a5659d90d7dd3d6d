"""``/quota-usage``: what the organization uses of the server, beside what it may (``quota``)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from huntline.web.access import ReadSettings
from huntline.web.routing import api_router


class QuotaCounts(BaseModel):
    """How many were refused, by the part of the quota that was reached."""

    max_calls: int
    max_calls_per_second: int
    max_registrations: int


class QuotaUsage(BaseModel):
    """Calls and registered phones of the organization now; ``refused`` is of the last minute."""

    calls: int
    registrations: int
    refused: QuotaCounts


router = api_router(tag="organization")


@router.get("/quota-usage", response_model=QuotaUsage, operation_id="read_quota_usage")
def read(access: ReadSettings) -> Any:
    """As it is now; needs the running server."""
    return access.backstage.ask("quota-usage", organization_id=access.organization_id)
