"""``/setup``: the first run, which makes the organization and who administers it."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict

from huntline.directory.access import Role
from huntline.directory.organization import Organization
from huntline.directory.rules import check
from huntline.errors import Refused
from huntline.network.peers import source_of
from huntline.organization_file.form import AsTyped, OrganizationFields, Text
from huntline.organization_file.parts import with_fields
from huntline.storage.accounts import HOST, SignInAccount
from huntline.storage.audit import Actor
from huntline.storage.passwords import hashed
from huntline.storage.settings import ServerNotEmpty
from huntline.web.api.accounts import name_problems, password_problems
from huntline.web.api.session import SessionView, address_of, shown, started
from huntline.web.backstage import Backstage
from huntline.web.first_run import FILE_NAME as TOKEN_FILE
from huntline.web.first_run import discard_setup_token, setup_token
from huntline.web.principal import principal_of
from huntline.web.problems import FieldsRefused
from huntline.web.routing import api_router

router = api_router("/setup", tag="session")

_NAMES = {"organization": "organization", "domains": "domain"}
"""What a setting is called by the rules, and in the form."""


class SetupView(BaseModel):
    """Whether the server is empty, so that somebody has to set it up."""

    needed: bool


class SetupForm(BaseModel):
    """The organization, and the account that administers it. ``token`` is in the link that ``huntline serve``
    prints on an empty server."""

    model_config = ConfigDict(extra="forbid", strict=True)

    token: Text
    organization: Text
    domain: Text
    admin_name: Text
    admin_password: AsTyped


class SetupTokenWrong(Refused):
    """Whoever asks has not shown that the server is theirs."""

    error_id = "setup-token-wrong"
    status = 403


@router.get("", response_model=SetupView, operation_id="read_setup")
def read(request: Request) -> Any:
    """Whether the server is to be set up: its database has no organization yet."""
    backstage: Backstage = request.app.state.backstage
    return {"needed": backstage.settings.is_empty()}


@router.post("", response_model=SessionView, status_code=201, operation_id="set_up")
def set_up(request: Request, form: SetupForm, response: Response) -> Any:
    """Make the organization and its first admin, and sign in: the answer sets the session's cookie."""
    backstage: Backstage = request.app.state.backstage
    source = source_of(address_of(request))
    backstage.attempts_by_address.take(source)
    if not backstage.settings.is_empty():
        raise ServerNotEmpty()
    token = setup_token(backstage.config.data)
    if token is None or not secrets.compare_digest(form.token.encode(), token.encode()):
        raise SetupTokenWrong(
            "open the link that huntline serve prints at its start on an empty data folder; its token is in"
            f" the file {TOKEN_FILE} there, too"
        )
    backstage.attempts_by_address.give_back(source)
    account = _added(backstage, form)
    discard_setup_token(backstage.config.data)
    backstage.settings_changed()
    return shown(backstage, principal_of(account), started(request, response, account))


def _added(backstage: Backstage, form: SetupForm) -> SignInAccount:
    """The admin of the new organization. Raises FieldsRefused, ServerNotEmpty."""
    fields = OrganizationFields(organization=form.organization, domains=[form.domain])
    wanted = with_fields(Organization(name="", domains=()), fields)
    problems = [replace(problem, path=(_NAMES[str(problem.path[0])],)) for problem in check(wanted)]
    problems += name_problems(form.admin_name, "admin_name")
    problems += password_problems(form.admin_password, "admin_password")
    if problems:
        raise FieldsRefused(problems)
    admin = SignInAccount(
        organization_id=HOST,
        name=form.admin_name,
        role=Role.ADMIN,
        password_hash=hashed(form.admin_password),
    )
    return backstage.settings.add_first(wanted, admin, Actor(form.admin_name, "setup"))
