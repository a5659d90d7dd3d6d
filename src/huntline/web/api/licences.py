"""``/licences``: how many of each there are, and how many service numbers they allow."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, ConfigDict

from huntline.directory.licences import (
    assigned_licences,
    phone_system_licences,
    pool_sizes,
    service_numbers_allowed,
    service_numbers_held,
)
from huntline.directory.organization import Licence, LicencePool, Organization
from huntline.directory.problems import Problem, did_you_mean
from huntline.organization_file.parts import Dump
from huntline.web.access import ChangeSettings, ReadSettings
from huntline.web.api.collection import DryRun, NotThere
from huntline.web.listing import Listing, Page
from huntline.web.problems import FieldsRefused
from huntline.web.routing import api_router

Key = Annotated[str, Path(description="The licence, such as E5, in any letter case.")]

router = api_router("/licences", tag="licences")


class PoolForm(BaseModel):
    """How many of a licence the organization has; null is no bound."""

    model_config = ConfigDict(extra="forbid", strict=True)

    size: int | None


class LicenceView(BaseModel):
    """A licence: ``available`` is what is left of the pool, null where there is none."""

    licence: Licence
    assigned: int
    size: int | None
    available: int | None


class ServiceNumberAllowance(BaseModel):
    """How many service numbers are held, and how many the service-number table allows (null: any)."""

    used: int
    allowed: int | None
    phone_system_licences: int


class Licences(Listing[LicenceView]):
    """All licences."""

    service_numbers: ServiceNumberAllowance


def shown(organization: Organization, licence: Licence) -> Dump:
    """``LicenceView``."""
    assigned = assigned_licences(organization)[licence]
    size = pool_sizes(organization).get(licence)
    return {
        "licence": licence,
        "assigned": assigned,
        "size": size,
        "available": None if size is None else max(size - assigned, 0),
    }


@router.get("", response_model=Licences, operation_id="list_licences")
def list_all(access: ReadSettings, page: Page) -> Any:
    """Every licence with its pool, and what the Phone System licences allow."""
    organization = access.organization
    return page.of(list(Licence), lambda licence: shown(organization, licence)) | {
        "service_numbers": {
            "used": service_numbers_held(organization),
            "allowed": service_numbers_allowed(organization),
            "phone_system_licences": phone_system_licences(organization),
        }
    }


@router.get("/{licence}", response_model=LicenceView, operation_id="read_licence")
def read(access: ReadSettings, licence: Key) -> Any:
    """How many of one licence are assigned, and how many there are."""
    return shown(access.organization, _found(licence))


@router.put("/{licence}", response_model=LicenceView, operation_id="replace_licence")
def replace_pool(access: ChangeSettings, licence: Key, form: PoolForm, dry_run: DryRun = False) -> Any:
    """Say how many of a licence there are; fewer than are assigned are refused."""
    found = _found(licence)

    def edit(organization: Organization) -> Organization:
        assigned = assigned_licences(organization)[found]
        if form.size is not None and form.size < assigned:
            wanted = f"must be at least {assigned}, as many {found} licences are assigned"
            raise FieldsRefused([Problem(("size",), form.size, wanted)])
        pools = tuple(pool for pool in organization.licence_pools if pool.licence is not found)
        if form.size is not None:
            pools = (*pools, LicencePool(found, form.size))
        return replace(organization, licence_pools=pools)

    return shown(access.change(edit, dry_run=dry_run).organization, found)


def _found(name: str) -> Licence:
    for licence in Licence:
        if licence.casefold() == name.casefold():
            return licence
    raise NotThere(f"there is no licence {name!r}{did_you_mean(name, map(str, Licence))}")
