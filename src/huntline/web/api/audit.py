"""``/audit``: who changed what, when, from what to what."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from huntline.organization_file.form import Text
from huntline.storage.audit import AuditFilter, count_audit, page_of_audit
from huntline.web.access import ReadAudit
from huntline.web.listing import Listing, Page
from huntline.web.moments import From, To


class AuditView(BaseModel):
    """One change. ``what`` is the kind of thing and ``key`` its name; ``field`` null: it came or went.

    ``revision`` counts the changes of settings, all entries of one change have the same; it is 0 for what
    is no setting, such as an account or a pause.
    """

    audit_id: str
    at: datetime
    who: str
    door: str
    what: str
    key: str
    field: str | None
    before: str | None
    after: str | None
    note: str
    revision: int


Part = Annotated[Text, Query(max_length=200, description="A part of it, in any letter case.")]
Exactly = Annotated[Text | None, Query(max_length=200)]

router = APIRouter(prefix="/audit", tags=["audit"])


@router.get("", response_model=Listing[AuditView], operation_id="list_audit")
def list_all(
    access: ReadAudit,
    page: Page,
    since: From = None,
    until: To = None,
    who: Part = "",
    key: Part = "",
    what: Exactly = None,
    field: Exactly = None,
    door: Exactly = None,
) -> Any:
    """All changes, the newest first."""
    wanted = AuditFilter(
        organization_id=access.organization_id,
        since=since,
        until=until,
        who=who,
        key=key,
        what=what,
        field=field,
        door=door,
    )
    database = access.backstage.database
    return {
        "items": [asdict(entry) for entry in page_of_audit(database, wanted, page.limit, page.offset)],
        "total": count_audit(database, wanted),
        "offset": page.offset,
        "limit": page.limit,
    }
