"""Small organizations with users who have passwords."""

from __future__ import annotations

from huntline.directory.digests import password_digests
from huntline.directory.may_dial import DiallingSettings, MayDial
from huntline.directory.organization import Organization, User
from huntline.directory.plan import Account, ServerPlan


def person(upn: str, password: str, realm: str | None = None) -> User:
    """A user who may register."""
    realm = realm or upn.partition("@")[2]
    return User(user_id=upn.partition("@")[0], upn=upn, digests=password_digests(upn, realm, password))


CONTOSO = Organization(
    organization_id="contoso",
    name="Contoso",
    domains=("contoso.com", "redmond.contoso.com"),
    dialling=DiallingSettings(country="US", may_dial=MayDial.INTERNATIONAL),
    users=(
        person("amal@contoso.com", "secret"),
        person("bao@contoso.com", "other secret"),
        person("rita@redmond.contoso.com", "secret", realm="contoso.com"),
    ),
)
FABRIKAM = Organization(
    organization_id="fabrikam",
    name="Fabrikam",
    domains=("fabrikam.com",),
    users=(person("fay@fabrikam.com", "secret"),),
)
PLAN = ServerPlan((CONTOSO, FABRIKAM), frozenset({"127.0.0.1", "::1"}))


def account(user_id: str = "amal") -> Account:
    """An account of the plan."""
    found = PLAN.account_by_id(user_id)
    assert found is not None
    return found
