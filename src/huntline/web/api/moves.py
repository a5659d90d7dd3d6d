"""``/organizations/{key}/move``, ``/shards``: for the host, who gives an organization to another server."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import Annotated, Any

from fastapi import Body
from pydantic import BaseModel, ConfigDict

from huntline.control.messages import ServerNotRunning
from huntline.directory.elsewhere import Shard
from huntline.directory.organization import Organization
from huntline.directory.problems import Problem
from huntline.errors import Refused
from huntline.organization_file.form import Text
from huntline.storage.database import shard_of
from huntline.storage.moving import put_last_files, put_some_files
from huntline.storage.shards import shards_of
from huntline.web.access import Host
from huntline.web.api.collection import DryRun
from huntline.web.api.organizations import Key
from huntline.web.backstage import Backstage
from huntline.web.listing import Listing, Page
from huntline.web.problems import FieldsRefused
from huntline.web.routing import api_router

_SECONDS = 5.0
"""After which an answer says how much is left."""

router = api_router(tag="organizations")


class MoveForm(BaseModel):
    """The name of the server that is to have it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    shard: Text


class MoveView(BaseModel):
    """Whether the organization is at the other server now; while it is not, how many of its files have still
    to be copied: ask again."""

    organization: str
    shard: str
    is_moved: bool
    files_left: int
    bytes_left: int


class ShardView(BaseModel):
    """One of the servers on the database: its name, and where its pages are."""

    name: str
    pages: str
    is_this: bool


class OrganizationHasCalls(Refused):
    """Calls are up, which would end."""

    error_id = "organization-has-calls"


class OtherPasswordKey(Refused):
    """The other server could not open the passwords."""

    error_id = "other-password-key"


@router.get("/shards", response_model=Listing[ShardView], operation_id="list_shards")
def list_all(access: Host, page: Page) -> Any:
    """The servers that were ever started on the database, by name: none where it is a file here."""
    own = shard_of(access.backstage.database)
    found = shards_of(access.backstage.database)
    return page.of(found, lambda each: {"name": each.name, "pages": each.pages, "is_this": each.name == own})


@router.post("/organizations/{key}/move", response_model=MoveView, operation_id="move_organization")
def move(access: Host, key: Key, form: Annotated[MoveForm, Body()], dry_run: DryRun = False) -> Any:
    """Give an organization to another server on the same database, with its sounds and voice messages;
    refused while it has calls up.

    An answer comes within seconds: until ``is_moved`` the organization is here, and asking again goes on.
    """
    backstage, to = access.backstage, form.shard
    organization = backstage.settings.named(key)
    _check_target(backstage, organization, to)
    _check_calls(backstage, organization)
    answer = {"organization": organization.name, "shard": to, "files_left": 0, "bytes_left": 0}
    if dry_run:
        return answer | {"is_moved": False}
    organization_id = organization.organization_id
    left = put_some_files(backstage.database, organization_id, to, _SECONDS)
    if left.files:
        return answer | {"is_moved": False, "files_left": left.files, "bytes_left": left.size}
    with_files = partial(put_last_files, organization_id=organization_id, to=to)
    backstage.settings.move(organization_id, to, access.actor, with_files)
    backstage.settings_changed()
    return answer | {"is_moved": True}


def _check_target(backstage: Backstage, organization: Organization, to: str) -> None:
    known = {each.name: each for each in shards_of(backstage.database)}
    own = shard_of(backstage.database)
    if to == own or to not in known:
        others = ", ".join(name for name in known if name != own)
        wanted = f"must be another server on the database: {others}"
        if not others:
            wanted = "must be another server on the database: none, since no other was ever started"
        raise FieldsRefused([Problem(("shard",), to, wanted)])
    _check_passwords(backstage, organization, known[to])


def _check_passwords(backstage: Backstage, organization: Organization, to: Shard) -> None:
    trunks = any(trunk.password is not None for trunk in organization.trunks)
    has_sealed = trunks or any(user.phones for user in organization.users)
    if has_sealed and backstage.sealing.mark != to.key_mark:
        raise OtherPasswordKey(
            f"the server {to.name} could not open the passwords of its providers and phones: copy"
            " password.key of the data folder here into the one there, and start that server again"
        )


def _check_calls(backstage: Backstage, organization: Organization) -> None:
    with contextlib.suppress(ServerNotRunning):
        usage = backstage.ask("quota-usage", organization_id=organization.organization_id)
        if usage["calls"]:
            raise OrganizationHasCalls(
                f"{organization.name} has {usage['calls']} calls up; move it when it has none"
            )
