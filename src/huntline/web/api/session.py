"""``/session``: signing in and out, and who is signed in."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict

from huntline.clock import server_zone, zone_of
from huntline.directory.access import PERMISSIONS, Permission, Role
from huntline.directory.problems import Problem
from huntline.errors import Refused
from huntline.network.peers import source_of
from huntline.organization_file.form import AsTyped, Text
from huntline.organization_file.parts import Dump
from huntline.storage.accounts import HOST, SignInAccount
from huntline.storage.elsewhere import OrganizationElsewhere
from huntline.storage.passwords import hashed, is_password
from huntline.storage.sessions import SignInSession
from huntline.web.access import Myself, OrganizationName, organization_id_for
from huntline.web.api.accounts import check_password
from huntline.web.authentication import session_of
from huntline.web.backstage import Backstage
from huntline.web.cookies import OIDC, SESSION, clear_cookie, cookie_of, set_cookie
from huntline.web.openid_connect import TIME_TO_SIGN_IN, OpenIdConnect, ProviderRefused
from huntline.web.principal import Principal, principal_of
from huntline.web.problems import FieldsRefused
from huntline.web.routing import api_router
from huntline.web.sign_in import account_by_identity, account_by_password

router = api_router("/session", tag="session")


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SignInForm(_Form):
    """``organization``, by id or name, is needed where several have an account of the name; it is empty for
    the host."""

    name: Text
    password: AsTyped
    organization: Text | None = None


class PasswordForm(_Form):
    """The present password, and the one in its place."""

    current: Text
    new: Text


class SessionView(BaseModel):
    """Who is signed in. Changing requests by cookie carry ``csrf_token`` as ``X-CSRF-Token``; an API key
    needs none.

    ``user`` is the UPN of the user whom the account belongs to, if any; ``display_name`` is that user's, or
    else the name of the account. ``time_zone`` (IANA) is the organization's, by whose clocks texts of the API
    tell moments; for the host that of the one that is named, or of the server.
    """

    name: str
    display_name: str
    role: Role
    organization: str | None
    permissions: list[Permission]
    queues: list[str]
    user: str | None
    csrf_token: str | None
    time_zone: str


class OidcNotSetUp(Refused):
    """The server knows no identity provider."""

    error_id = "oidc-not-set-up"
    status = 404


class NoPassword(Refused):
    """Who asks has no account with a password."""

    error_id = "no-password"


@router.post("", response_model=SessionView, status_code=201, operation_id="sign_in")
def sign_in(request: Request, form: SignInForm, response: Response) -> Any:
    """Sign in by name and password: the answer sets the session's cookie."""
    backstage: Backstage = request.app.state.backstage
    account = account_by_password(backstage, form.name, form.password, form.organization, address_of(request))
    session = started(request, response, account)
    return shown(backstage, principal_of(account), session)


@router.get("", response_model=SessionView, operation_id="read_session")
def read(request: Request, access: Myself, name: OrganizationName = None) -> Any:
    """Who asks, in which role, and what that permits."""
    return shown(access.backstage, access.principal, session_of(request), name)


@router.delete("", status_code=204, operation_id="sign_out")
def sign_out(request: Request, access: Myself, response: Response) -> None:
    """Sign out. An API key is no session and stays good."""
    token = cookie_of(request, SESSION)
    if token is not None:
        access.backstage.sessions.end(token)
        clear_cookie(request, response, SESSION)


@router.post("/password", response_model=SessionView, operation_id="change_own_password")
def change_password(request: Request, access: Myself, form: PasswordForm, response: Response) -> Any:
    """Change one's own password. All other sessions of the account end; this one goes on as a new one."""
    backstage = access.backstage
    account = _own_account(backstage, access.principal)
    is_by_session = session_of(request) is not None
    backstage.attempts_by_name.take(account.account_id)  # the same count as that of signing in
    if not is_password(form.current, account.password_hash):
        raise FieldsRefused([Problem(("current",), None, "must be the present password")])
    backstage.attempts_by_name.forget(account.account_id)
    check_password(form.new, "new")
    password_hash = hashed(form.new)
    changed = backstage.accounts.change(
        account, lambda current: replace(current, password_hash=password_hash), access.actor
    )
    session = started(request, response, changed) if is_by_session else None
    return shown(backstage, access.principal, session)


@router.get("/oidc", status_code=302, response_class=RedirectResponse, operation_id="begin_oidc")
def begin_oidc(
    request: Request,
    return_to: Annotated[str, Query(description="Where to go in the end, on this server.")] = "/",
    organization: Annotated[
        str | None, Query(description="Where several organizations know this person: which one.")
    ] = None,
) -> Any:
    """Go to the identity provider to sign in."""
    backstage: Backstage = request.app.state.backstage
    provider = _provider(backstage)
    _check_local(return_to)
    source = source_of(address_of(request))
    url, state = provider.begin(str(request.url_for("finish_oidc")), return_to, organization, source)
    response = RedirectResponse(url, status_code=302)
    set_cookie(request, response, OIDC, state, TIME_TO_SIGN_IN)
    return response


@router.get(
    "/oidc/callback",
    name="finish_oidc",
    status_code=303,
    response_class=RedirectResponse,
    operation_id="finish_oidc",
)
def finish_oidc(request: Request, state: str = "", code: str = "") -> Any:
    """Where the identity provider sends people back to."""
    backstage: Backstage = request.app.state.backstage
    provider = _provider(backstage)
    pending = provider.returned(state)
    # Only the browser that was sent away may come back: else somebody could be signed in as somebody else.
    if not secrets.compare_digest(state.encode(), (cookie_of(request, OIDC) or "").encode()):
        raise ProviderRefused("this sign-in was begun by another browser; begin again")
    if not code:
        raise ProviderRefused("the identity provider did not let you in; begin again, or sign in by password")
    identity = provider.identity(pending, code)
    try:
        account = account_by_identity(backstage, identity, pending.organization)
    except OrganizationElsewhere as elsewhere:
        # Who was sent here by the provider reads no refusals: they begin again there.
        return RedirectResponse(f"{elsewhere.pages}{pending.return_to}", status_code=303)
    response = RedirectResponse(pending.return_to, status_code=303)
    clear_cookie(request, response, OIDC)
    started(request, response, account)
    return response


def started(request: Request, response: Response, account: SignInAccount) -> SignInSession:
    """A new session in the place of the one that the browser has."""
    backstage: Backstage = request.app.state.backstage
    old = cookie_of(request, SESSION)
    if old is not None:
        backstage.sessions.end(old)
    session, token = backstage.sessions.start(account)
    set_cookie(request, response, SESSION, token)
    return session


def shown(
    backstage: Backstage, principal: Principal, session: SignInSession | None, name: str | None = None
) -> Dump:
    organization = (
        backstage.settings.organization(principal.organization_id)
        if principal.organization_id != HOST
        else None
    )
    queues = organization.queues if organization else ()
    users = organization.users if organization and principal.user_id else ()
    user = next((user for user in users if user.user_id == principal.user_id), None)
    return {
        "name": principal.name,
        "display_name": user.shown_name if user else principal.name,
        "role": principal.role,
        "organization": organization.name if organization else None,
        "permissions": sorted(PERMISSIONS[principal.role]),
        "queues": [queue.name for queue in queues if queue.queue_id in principal.queue_ids],
        "user": user.upn if user else None,
        "csrf_token": session.csrf_token if session else None,
        "time_zone": _zone(backstage, principal, name).key,
    }


def _zone(backstage: Backstage, principal: Principal, name: str | None) -> ZoneInfo:
    wanted = name if principal.organization_id == HOST else None
    try:
        organization_id = organization_id_for(backstage, principal, wanted)
    except Refused:
        return server_zone()
    return zone_of(backstage.settings.organization(organization_id).time_zone)


def _own_account(backstage: Backstage, principal: Principal) -> SignInAccount:
    accounts = backstage.accounts.all(principal.organization_id)
    for account in accounts:
        if account.account_id == principal.account_id and account.password_hash is not None:
            return account
    raise NoPassword("you have no password to change; PATCH /api/v1/accounts/NAME sets the first one")


def _provider(backstage: Backstage) -> OpenIdConnect:
    if backstage.openid_connect is None:
        raise OidcNotSetUp(
            "this server knows no identity provider; sign in by password, or set oidc.issuer and"
            " oidc.client_id in its settings"
        )
    return backstage.openid_connect


def _check_local(return_to: str) -> None:
    """Nobody is sent on to another server by way of ours. Raises FieldsRefused."""
    parts = urlsplit(return_to)
    is_elsewhere = parts.scheme or parts.netloc or not return_to.startswith("/")
    # Browsers take a backslash for a slash, and pass over control characters.
    if is_elsewhere or "\\" in return_to or not return_to.isprintable() or return_to.startswith("//"):
        message = "must be a path on this server, such as /queues"
        raise FieldsRefused([Problem(("return_to",), return_to, message)])


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""
