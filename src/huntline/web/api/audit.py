"""``/audit``: who changed what, when, from what to what."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import BaseModel

from huntline.organization_file.form import Text
from huntline.storage.audit import AuditFilter, count_audit, page_of_audit
from huntline.web.access import Access, Host, ReadAudit
from huntline.web.language import Sentence
from huntline.web.listing import Listing, Page, PageWanted
from huntline.web.moments import From, To
from huntline.web.routing import api_router


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
    before: Sentence | None
    after: Sentence | None
    note: Sentence
    revision: int


class HostAuditView(AuditView):
    """One change anywhere on the server; ``organization_id`` is empty for what is the host's."""

    organization_id: str


Part = Annotated[Text, Query(max_length=200, description="A part of it, in any letter case.")]
Exactly = Annotated[Text | None, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which changes are wanted."""

    since: From = None
    until: To = None
    who: Part = ""
    key: Part = ""
    what: Exactly = None
    field: Exactly = None
    door: Exactly = None

    def page(self, access: Access, organization_id: str | None, page: PageWanted) -> dict[str, Any]:
        """A page of them, the newest first; of all organizations and the host for None."""
        wanted = AuditFilter(organization_id=organization_id, **asdict(self))
        database = access.backstage.database
        return {
            "items": [asdict(entry) for entry in page_of_audit(database, wanted, page.limit, page.offset)],
            "total": count_audit(database, wanted),
            "offset": page.offset,
            "limit": page.limit,
        }


Wanted = Annotated[AuditQuery, Depends()]

router = api_router(tag="audit")


@router.get("/audit", response_model=Listing[AuditView], operation_id="list_audit")
def list_all(access: ReadAudit, page: Page, wanted: Wanted) -> Any:
    """All changes, the newest first."""
    return wanted.page(access, access.organization_id, page)


@router.get("/host/audit", response_model=Listing[HostAuditView], operation_id="list_host_audit")
def list_for_host(access: Host, page: Page, wanted: Wanted) -> Any:
    """All changes on the server, the newest first: the host's own, and those of organizations that are
    gone, too."""
    return wanted.page(access, None, page)
