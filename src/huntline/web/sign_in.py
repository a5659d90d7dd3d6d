"""Whose account it is, by what somebody shows who signs in."""

from __future__ import annotations

from huntline.errors import Refused
from huntline.storage.accounts import HOST, Account
from huntline.storage.passwords import is_password
from huntline.web.backstage import Backstage
from huntline.web.openid_connect import Identity

NO_ORGANIZATION = "?"
"""Stands for an organization that is not on the server: no account has this id."""


class SignInRefused(Refused):
    """No account is known by what was shown. Whether the name exists is not told."""

    error_id = "sign-in-refused"
    status = 401


def account_by_password(
    backstage: Backstage, name: str, password: str, organization: str | None, address: str
) -> Account:
    """The account of a name and password.

    ``organization`` is an id or name, or empty for the host; None looks everywhere, for a name that only
    one account has. Raises SignInRefused, TooManyAttempts.
    """
    organization_id = None if organization is None else organization_id_of(backstage, organization)
    key = f"{organization_id} {name.casefold()}"
    backstage.attempts_by_address.take(address)
    backstage.attempts_by_name.take(key)
    found = backstage.accounts.by_name(name, organization_id)
    account = found[0] if len(found) == 1 else None
    if not is_password(password, account.password_hash if account else None) or account is None:
        raise SignInRefused(
            "name or password is wrong, or the account is disabled; on a server with several organizations"
            " name yours as well"
        )
    backstage.attempts_by_name.forget(key)
    backstage.attempts_by_address.give_back(address)
    return account


def organization_id_of(backstage: Backstage, organization: str) -> str:
    """The id of an organization by id or name; of the host by no name at all."""
    if not organization:
        return HOST
    for each in backstage.settings.organizations():
        if organization == each.organization_id or organization.casefold() == each.name.casefold():
            return each.organization_id
    return NO_ORGANIZATION


def account_by_identity(backstage: Backstage, identity: Identity, organization: str | None) -> Account:
    """The account of somebody for whom an identity provider vouches.

    That is the account with the subject; or else, of those that name no subject, the one whose name or user
    is the verified e-mail address, in the organization that owns its domain. Raises SignInRefused.
    """
    organization_id = None if organization is None else organization_id_of(backstage, organization)
    found = backstage.accounts.by_subject(identity.subject, organization_id)
    if not found and identity.verified_email is not None:
        found = _accounts_of_address(backstage, identity.verified_email, organization_id)
    if len(found) == 1:
        return found[0]
    if found:
        raise SignInRefused(
            "several organizations know you; name one: /api/v1/session/oidc?organization=NAME"
        )
    raise SignInRefused(
        "no account here is yours; an administrator can make one with your e-mail address as its name"
    )


def _accounts_of_address(
    backstage: Backstage, address: str, organization_id: str | None
) -> tuple[Account, ...]:
    """An address is only believed by the owner of its domain: no other organization can claim a person."""
    domain = address.rpartition("@")[2].casefold()
    for each in backstage.settings.organizations():
        if domain in each.domains and organization_id in (None, each.organization_id):
            named = backstage.accounts.by_name(address, each.organization_id)
            users = [user for user in each.users if user.upn == address.casefold()]
            theirs = [
                account
                for user in users
                for account in backstage.accounts.by_user(user.user_id, each.organization_id)
            ]
            found = {account.account_id: account for account in (*named, *theirs)}
            return tuple(account for account in found.values() if account.oidc_subject is None)
    return ()
