"""How someone shows who they are: an API key."""

from __future__ import annotations

from fastapi import Request

from huntline.errors import Refused
from huntline.web.backstage import Backstage
from huntline.web.principal import Principal, principal_of


class NotSignedIn(Refused):
    """Nobody, or nobody known, asks."""

    error_id = "not-signed-in"
    status = 401


def authenticated(request: Request) -> Principal:
    """Who sent a request. Raises NotSignedIn."""
    backstage: Backstage = request.app.state.backstage
    if backstage.trusted is not None:
        return backstage.trusted
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    account = backstage.accounts.by_key(key.strip()) if scheme.lower() == "bearer" else None
    if account is None:
        raise NotSignedIn(
            "send an API key as Authorization: Bearer KEY; huntline account create NAME --role admin"
            " --data DIR prints one"
        )
    return principal_of(account)
