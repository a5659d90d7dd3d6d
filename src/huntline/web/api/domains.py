"""``/domains``: what addresses of users and queues end in."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import Path, Response
from pydantic import BaseModel, ConfigDict

from huntline.directory.domains import without_domain
from huntline.directory.organization import Organization
from huntline.organization_file.form import Text
from huntline.organization_file.parts import Dump
from huntline.storage.settings import SettingsRefused
from huntline.web.access import ChangeSettings, ReadSettings
from huntline.web.api.collection import DryRun, NotThere, would_create
from huntline.web.listing import Listing, Page, Search
from huntline.web.routing import api_router

Key = Annotated[str, Path(description="The domain, in any letter case.")]

router = api_router("/domains", tag="domains")


class DomainForm(BaseModel):
    """A domain such as ``contoso.com``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    domain: Text


class DomainView(BaseModel):
    """A domain; the first one is the realm that SIP passwords are made for."""

    domain: str
    is_realm: bool
    users: int
    queues: int


def shown(organization: Organization, domain: str) -> Dump:
    """``DomainView``."""
    return {
        "domain": domain,
        "is_realm": domain == organization.realm,
        "users": sum(user.domain == domain for user in organization.users),
        "queues": sum(queue.domain == domain for queue in organization.queues),
    }


@router.get("", response_model=Listing[DomainView], operation_id="list_domains")
def list_all(access: ReadSettings, page: Page, search: Search = "") -> Any:
    """The organization's domains, the first one first."""
    organization = access.organization
    found = [domain for domain in organization.domains if search.casefold() in domain]
    return page.of(found, lambda domain: shown(organization, domain))


@router.post(
    "",
    response_model=DomainView,
    status_code=201,
    operation_id="create_domain",
    responses=would_create(DomainView),
)
def create(access: ChangeSettings, form: DomainForm, response: Response, dry_run: DryRun = False) -> Any:
    """Add a domain; it is the organization's alone on this server."""
    domain = form.domain.lower()

    def edit(organization: Organization) -> Organization:
        return replace(organization, domains=(*organization.domains, domain))

    try:
        after = access.change(edit, dry_run=dry_run).organization
    except SettingsRefused as refusal:
        raise refusal.about("domain") from None
    if dry_run:
        response.status_code = 200
    return shown(after, domain)


@router.get("/{key}", response_model=DomainView, operation_id="read_domain")
def read(access: ReadSettings, key: Key) -> Any:
    """One domain, and how much is in it."""
    organization = access.organization
    return shown(organization, _found(organization, key))


@router.delete("/{key}", response_model=DomainView, operation_id="remove_domain")
def remove(access: ChangeSettings, key: Key, dry_run: DryRun = False) -> Any:
    """Remove a domain that no user and no queue is in.

    The first one stays while users have SIP passwords, and the last one always.
    """
    before = access.organization

    def edit(organization: Organization) -> Organization:
        return without_domain(organization, _found(organization, key))

    access.change(edit, dry_run=dry_run)
    return shown(before, _found(before, key))


def _found(organization: Organization, key: str) -> str:
    if key.lower() in organization.domains:
        return key.lower()
    raise NotThere(f"there is no domain {key!r}")
