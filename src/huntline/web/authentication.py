"""How someone shows who they are: by an API key, or by the session that they signed in to."""

from __future__ import annotations

import secrets
from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer

from huntline.clean_text import cleaned
from huntline.directory.access import Role
from huntline.errors import Refused
from huntline.storage.accounts import hash_of
from huntline.storage.sessions import SignInSession
from huntline.web.backstage import Backstage
from huntline.web.cookies import SESSION, cookie_of
from huntline.web.paths import OWNER_HEADER
from huntline.web.principal import Principal, principal_of

CSRF_HEADER = "X-CSRF-Token"

_SENDER = "huntline.sender"  # where a request keeps who sent it
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_API_KEY = HTTPBearer(scheme_name="api-key", description="An API key of an account.", auto_error=False)
_SESSION = APIKeyCookie(
    name=SESSION,
    scheme_name="session",
    description=f"The cookie of a session; changing requests carry its token as {CSRF_HEADER} as well.",
    auto_error=False,
)


class NotSignedIn(Refused):
    """Nobody, or nobody known, asks."""

    error_id = "not-signed-in"
    status = 401


class CsrfTokenMissing(Refused):
    """A change that comes with a session's cookie, but perhaps from somebody else's page."""

    error_id = "csrf-token-missing"
    status = 403


def authenticated(request: Request) -> Principal:
    """Who sent a request, found out once for each. Raises NotSignedIn, CsrfTokenMissing."""
    known: Principal | None = request.scope.get(_SENDER)
    if known is None:
        known = request.scope[_SENDER] = _authenticated(request)
    return known


def _authenticated(request: Request) -> Principal:
    backstage: Backstage = request.app.state.backstage
    if backstage.trusted is not None:
        return backstage.trusted
    if came_by_owners_socket(request):
        return owner(cleaned(unquote(request.headers.get(OWNER_HEADER, "the owner"))))
    principal = by_key(backstage, request.headers.get("authorization", ""))
    if principal is None and (session := session_of(request)) is not None:
        _check_csrf_token(request, session)
        principal = principal_of(session.account)
    if principal is None:
        raise NotSignedIn(
            "send an API key as Authorization: Bearer KEY (huntline account create NAME --role admin"
            " --data DIR prints one), or sign in with POST /api/v1/session"
        )
    return principal


def owner(name: str) -> Principal:
    """Somebody who owns the data folder, and so may do everything."""
    return Principal(name=name, role=Role.HOST)


def came_by_owners_socket(request: Request) -> bool:
    """Whether a request came by the socket file that only the owner of the data folder may open.

    The kernel says so: it is the server's own address of the connection, not a word of the request.
    """
    backstage: Backstage = request.app.state.backstage
    return request.scope.get("server") == (str(backstage.config.api_socket), None)


def _signed_in(
    request: Request,
    key: Annotated[object, Security(_API_KEY)],
    session: Annotated[object, Security(_SESSION)],
) -> Principal:
    # What is not used of the parameters tells programs by OpenAPI how to sign in.
    return authenticated(request)


SignedIn = Annotated[Principal, Depends(_signed_in)]
"""For a route: who sent the request, which is refused when nobody known did."""


def by_key(backstage: Backstage, authorization: str) -> Principal | None:
    """Who an ``Authorization`` header shows; None when it holds no valid key."""
    scheme, _, key = authorization.partition(" ")
    account = backstage.accounts.by_key(key.strip()) if scheme.lower() == "bearer" else None
    return principal_of(account) if account is not None else None


def credential_of(request: Request) -> str | None:
    """What is stored of the key or the session that a request shows; None where neither is asked for."""
    backstage: Backstage = request.app.state.backstage
    if backstage.trusted is not None or came_by_owners_socket(request):
        return None
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    shown = key.strip() if scheme else cookie_of(request, SESSION)
    return hash_of(shown or "")


def session_of(request: Request) -> SignInSession | None:
    """The session that a request's cookie belongs to; a key in the request goes before it."""
    backstage: Backstage = request.app.state.backstage
    token = cookie_of(request, SESSION)
    if token is None or "authorization" in request.headers:
        return None
    return backstage.sessions.find(token)


def _check_csrf_token(request: Request, session: SignInSession) -> None:
    if request.method in _SAFE_METHODS:
        return
    token = request.headers.get(CSRF_HEADER, "")
    if not secrets.compare_digest(token.encode(), session.csrf_token.encode()):
        raise CsrfTokenMissing(f"send the csrf_token that GET /api/v1/session answers as {CSRF_HEADER}")
