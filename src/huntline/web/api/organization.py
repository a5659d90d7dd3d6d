"""``/organization``: what the organization has once."""

# Annotations are not postponed here: the patch form is known at run time only.
from typing import Annotated, Any

from fastapi import Body, Response
from pydantic import BaseModel

from huntline.directory.domains import check_realm
from huntline.directory.organization import Organization
from huntline.organization_file.form import OrganizationFields
from huntline.organization_file.parts import Dump, fields_dump, with_fields
from huntline.web.access import Access, ChangeSettings, ReadSettings
from huntline.web.api.collection import DryRun, merged, parsed, patch_of
from huntline.web.etags import IfMatch, check_if_match, etag_of
from huntline.web.routing import api_router

_NESTED = ("limits", "quota", "star_codes", "dialling")


class OrganizationView(OrganizationFields):
    """An organization, without all that has a path of its own. ``shard`` names the server that has it, of
    those on the database; ``pages`` is where that one's are: null here, empty where it was never started."""

    id: str
    shard: str
    pages: str | None


OrganizationPatch = patch_of(OrganizationFields, OrganizationView)

router = api_router("/organization", tag="organization")


def shown(organization: Organization, response: Response | None = None, pages: str | None = None) -> Dump:
    """The view, with its tag as a header of the response; ``pages`` of an organization elsewhere."""
    if response is not None:
        response.headers["ETag"] = etag_of(fields_dump(organization))
    where = {"id": organization.organization_id, "shard": organization.shard, "pages": pages}
    return fields_dump(organization) | where


def change_fields(access: Access, patch: BaseModel, if_match: str | None, dry_run: bool) -> Organization:
    """Change what the patch names; of what is made of parts only those that it names. Raises Refused."""
    wanted = patch.model_dump(exclude_unset=True)

    def edit(organization: Organization) -> Organization:
        current = fields_dump(organization)
        check_if_match(if_match, current)
        nested = {name: current[name] | wanted[name] for name in _NESTED if wanted.get(name)}
        form = parsed(OrganizationFields, merged(current, wanted | nested, OrganizationFields))
        assert isinstance(form, OrganizationFields)
        after = with_fields(organization, form)
        check_realm(organization, after)
        return after

    return access.change(edit, dry_run=dry_run).organization


@router.get("", response_model=OrganizationView, operation_id="read_organization")
def read(access: ReadSettings, response: Response) -> Any:
    """What the organization has once: name, domains, limits, quota, star codes, licence pools."""
    return shown(access.organization, response)


@router.patch("", response_model=OrganizationView, operation_id="change_organization")
def change(
    access: ChangeSettings,
    patch: Annotated[OrganizationPatch, Body()],  # type: ignore[valid-type]
    response: Response,
    if_match: IfMatch = None,
    dry_run: DryRun = False,
) -> Any:
    """Change what is named; of ``limits``, ``quota``, ``star_codes`` and ``dialling`` only what is named in
    them.

    A star code that is null is switched off; anything else that is null has its default again. ``quota`` is
    for the host to change.
    """
    return shown(change_fields(access, patch, if_match, dry_run), response)
