"""Whose account it is, by what somebody shows who signs in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime

from huntline.errors import Refused
from huntline.network.peers import source_of
from huntline.storage.accounts import HOST, SignInAccount
from huntline.storage.audit import Actor
from huntline.storage.passwords import is_password
from huntline.storage.settings import with_name
from huntline.web.attempts import TooManyAttempts
from huntline.web.backstage import Backstage
from huntline.web.openid_connect import ProviderIdentity

NO_ORGANIZATION = "?"
"""Stands for an organization that is on no server: no account has this id."""


_SECRET = secrets.token_bytes(32)


class SignInRefused(Refused):
    """No account is known by what was shown. Whether the name exists is not told."""

    error_id = "sign-in-refused"
    status = 401


def account_by_password(
    backstage: Backstage, name: str, password: str, organization: str | None, address: str
) -> SignInAccount:
    """The account of a name and password.

    ``organization`` is an id or name, or empty for the host; None looks everywhere, for a name that only
    one account has. Raises SignInRefused, TooManyAttempts; OrganizationElsewhere for who has proven who they
    are to the wrong server.
    """
    organization_id = None if organization is None else organization_id_of(backstage, organization)
    found = backstage.accounts.by_name(name, organization_id)
    account = found[0] if len(found) == 1 else None
    key = account.account_id if account else _key_of_nobody(backstage, name, organization_id)
    source = source_of(address)
    _take_attempt(backstage, key, account, source)
    if not is_password(password, account.password_hash if account else None) or account is None:
        raise SignInRefused(
            "name or password is wrong, or the account is disabled; on a server with several organizations"
            " name yours as well"
        )
    backstage.attempts_by_name.forget(key)
    backstage.attempts_by_address.give_back(source)
    backstage.settings.check_is_here(account.organization_id)
    return account


def seconds_locked(backstage: Backstage, account: SignInAccount) -> int:
    """For how long nobody can sign in to an account by password, since too many tried; 0 when one can."""
    _forget_what_is_forgiven(backstage, account)
    return backstage.attempts_by_name.locked_for(account.account_id)


def let_try_again(backstage: Backstage, account: SignInAccount, by: Actor) -> SignInAccount:
    """Let people sign in to a locked account, by password and from where its owner tried, at once."""
    backstage.attempts_by_name.forget(account.account_id)
    backstage.attempts_by_address.forget_on(account.account_id)
    return backstage.accounts.forgive(account, by)


def _take_attempt(backstage: Backstage, key: str, account: SignInAccount | None, source: str) -> None:
    """Count an attempt, until it turns out to be none that failed. Raises TooManyAttempts.

    Attempts on a name that is locked do not count for the address: behind it others sign in.
    """
    if account is not None:
        _forget_what_is_forgiven(backstage, account)
    backstage.attempts_by_name.take(key)
    try:
        backstage.attempts_by_address.take(source, on=key)
    except TooManyAttempts:
        backstage.attempts_by_name.give_back(key)
        raise


def _forget_what_is_forgiven(backstage: Backstage, account: SignInAccount) -> None:
    """Whoever forgave it may have been another process."""
    if account.forgiven_at is not None:
        age = (datetime.now(UTC) - account.forgiven_at).total_seconds()
        backstage.attempts_by_name.forget(account.account_id, age)


def _key_of_nobody(backstage: Backstage, name: str, organization_id: str | None) -> str:
    """What attempts on a name without an account count under.

    An account counts as one, whether its organization is named or not. Were that not so for a name without
    an account, the difference would tell which names there are: so it is taken to be at home in one of the
    organizations, too, always the same.
    """
    if organization_id is None:
        homes = [each.organization_id for each in backstage.settings.organizations()] or [HOST]
        mark = hashlib.blake2b(name.casefold().encode("utf-8", "surrogatepass"), key=_SECRET)
        organization_id = homes[int.from_bytes(mark.digest(), "big") % len(homes)]
    return f"{organization_id} {name.casefold()}"


def organization_id_of(backstage: Backstage, organization: str) -> str:
    """The id of an organization by id or name; of the host by no name at all."""
    if not organization:
        return HOST
    here, elsewhere = backstage.settings.here_and_elsewhere()
    found = with_name((*here, *elsewhere.plan.organizations), organization)
    return found.organization_id if found is not None else NO_ORGANIZATION


def account_by_identity(
    backstage: Backstage, identity: ProviderIdentity, organization: str | None
) -> SignInAccount:
    """The account of somebody for whom an identity provider vouches.

    That is the account with the subject; or else, of those that name no subject, the one whose name or user
    is the verified e-mail address, in the organization that owns its domain. Raises SignInRefused,
    OrganizationElsewhere.
    """
    organization_id = None if organization is None else organization_id_of(backstage, organization)
    found = backstage.accounts.by_subject(identity.subject, organization_id)
    if not found and identity.verified_email is not None:
        _check_address_is_here(backstage, identity.verified_email)
        found = _accounts_of_address(backstage, identity.verified_email, organization_id)
    if len(found) == 1:
        backstage.settings.check_is_here(found[0].organization_id)
        return found[0]
    if found:
        raise SignInRefused(
            "several organizations know you; name one: /api/v1/session/oidc?organization=NAME"
        )
    raise SignInRefused(
        "no account here is yours; an administrator can make one with your e-mail address as its name"
    )


def _check_address_is_here(backstage: Backstage, address: str) -> None:
    _, elsewhere = backstage.settings.here_and_elsewhere()
    owner = elsewhere.plan.organization_called("", address.rpartition("@")[2])
    if owner is not None:
        backstage.settings.check_is_here(owner)


def _accounts_of_address(
    backstage: Backstage, address: str, organization_id: str | None
) -> tuple[SignInAccount, ...]:
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
