"""``/organizations``: for the host, who makes and removes them."""

# Annotations are not postponed here: the patch form is known at run time only.
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Body, Path, Query, Response

from huntline.directory.organization import Organization
from huntline.directory.problems import Problem
from huntline.organization_file.form import OrganizationFields
from huntline.organization_file.parts import Dump, with_fields
from huntline.web.access import Access, Host
from huntline.web.api.collection import DryRun, tolerant, would_create
from huntline.web.api.organization import OrganizationPatch, OrganizationView, change_fields, shown
from huntline.web.etags import IfMatch
from huntline.web.listing import Listing, Page, Search
from huntline.web.problems import FieldsRefused
from huntline.web.routing import api_router

Key = Annotated[str, Path(description="The organization, by id or name.")]

_Sent = tolerant(OrganizationFields, OrganizationView)

router = api_router("/organizations", tag="organizations")


@router.get("", response_model=Listing[OrganizationView], operation_id="list_organizations")
def list_all(access: Host, page: Page, search: Search = "") -> Any:
    """All organizations of the server, in the order in which they came, and then those of other servers on
    its database, which are changed there."""
    wanted = search.casefold()
    here, elsewhere = access.backstage.settings.here_and_elsewhere()

    foreign = elsewhere.plan.organizations

    def view(organization: Organization) -> Dump:
        shard = elsewhere.shards.get(organization.shard)
        where = shard.pages if shard is not None else ""
        return shown(organization, pages=where if organization in foreign else None)

    return page.of([each for each in (*here, *foreign) if wanted in each.name.casefold()], view)


@router.post(
    "",
    response_model=OrganizationView,
    status_code=201,
    operation_id="create_organization",
    responses=would_create(OrganizationView),
)
def create(
    access: Host,
    form: Annotated[_Sent, Body()],  # type: ignore[valid-type]
    response: Response,
    dry_run: DryRun = False,
) -> Any:
    """Make an organization, with nothing in it; its accounts are made next (``/accounts``)."""
    if dry_run:
        response.status_code = 200
    assert isinstance(form, OrganizationFields)
    wanted = with_fields(Organization(name="", domains=()), form)
    made = access.backstage.settings.add(wanted, access.actor, dry_run=dry_run).organization
    if not dry_run:
        access.backstage.settings_changed()
    return shown(made, response)


@router.get("/{key}", response_model=OrganizationView, operation_id="read_one_organization")
def read(access: Host, key: Key, response: Response) -> Any:
    """What one organization has once."""
    return shown(access.backstage.settings.named(key), response)


@router.patch("/{key}", response_model=OrganizationView, operation_id="change_one_organization")
def change(
    access: Host,
    key: Key,
    patch: Annotated[OrganizationPatch, Body()],  # type: ignore[valid-type]
    response: Response,
    if_match: IfMatch = None,
    dry_run: DryRun = False,
) -> Any:
    """Change what is named, as ``PATCH /organization`` does for those who belong to it."""
    return shown(change_fields(_acting_for(access, key), patch, if_match, dry_run), response)


@router.delete("/{key}", response_model=OrganizationView, operation_id="remove_organization")
def remove(
    access: Host,
    key: Key,
    confirm: Annotated[str, Query(description="The name of the organization, once more.")] = "",
    dry_run: DryRun = False,
) -> Any:
    """Remove an organization with all its settings and accounts; its history and its audit stay.

    Calls that wait or talk in it come to their end.
    """
    organization = access.backstage.settings.named(key)
    if confirm != organization.name:
        wanted = f"must be the name of what is removed for good: {organization.name}"
        raise FieldsRefused([Problem(("confirm",), confirm or None, wanted)])
    if not dry_run:
        access.backstage.settings.remove(organization.organization_id, access.actor)
        access.backstage.settings_changed()
    return shown(organization)


def _acting_for(access: Access, key: str) -> Access:
    return replace(access, organization_id=access.backstage.settings.named(key).organization_id)
