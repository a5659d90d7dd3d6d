"""``/users/{key}/account``: how a user signs in, in one request."""

# Annotations are not postponed here: what is answered is made of another view's fields at run time.
import secrets
from typing import Annotated, Any

from fastapi import Body, Path, Response
from pydantic import BaseModel, ConfigDict

from huntline.directory.access import Role
from huntline.directory.organization import User
from huntline.organization_file.form import AsTyped, Text, one_of
from huntline.storage.accounts import SignInAccount
from huntline.web.access import Access, ManageAccounts
from huntline.web.api.accounts import AccountForm, AccountView, answered, built_account
from huntline.web.api.collection import DryRun, NotThere, would_create
from huntline.web.api.users import USERS
from huntline.web.routing import api_router

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another one
_GROUPS = 4  # of four letters each: easily told to somebody, and beyond any guessing


class UserAccountForm(BaseModel):
    """What the account may do, and its password; without one, one is made up."""

    model_config = ConfigDict(extra="forbid", strict=True)

    role: Annotated[Role, one_of(Role)] = Role.AGENT
    queues: list[Text] = []
    password: AsTyped | None = None


class NewUserAccount(AccountView):
    """An account that was just made: ``password`` is the one that was made up, shown this once, or null."""

    password: str | None


Key = Annotated[str, Path(description="The user, by id or UPN.")]

router = api_router("/users", tag="accounts")


@router.get("/{key}/account", response_model=AccountView, operation_id="read_user_account")
def read(access: ManageAccounts, key: Key, response: Response) -> Any:
    """The account that a user signs in with; of several that which is called like the user, or the first."""
    user = USERS.get(access.organization, key)
    return answered(access, _account_of(access, user), response)


@router.post(
    "/{key}/account",
    response_model=NewUserAccount,
    status_code=201,
    operation_id="create_user_account",
    responses=would_create(NewUserAccount),
)
def create(
    access: ManageAccounts,
    key: Key,
    response: Response,
    form: Annotated[UserAccountForm, Body()],
    dry_run: DryRun = False,
) -> Any:
    """Let a user sign in: makes an account with the UPN as its name."""
    user = USERS.get(access.organization, key)
    made_up = _made_up_password() if form.password is None else None
    wanted = AccountForm(
        name=user.upn,
        role=form.role,
        queues=form.queues,
        user=user.upn,
        password=form.password if made_up is None else made_up,
    )
    built = built_account(wanted, access, None)
    account = access.backstage.accounts.add(built, access.actor, dry_run=dry_run)
    if dry_run:
        response.status_code = 200
    return answered(access, account, response) | {"password": made_up}


def _made_up_password() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(_GROUPS))


def _account_of(access: Access, user: User) -> SignInAccount:
    accounts = [
        account
        for account in access.backstage.accounts.all(access.organization_id)
        if account.user_id == user.user_id
    ]
    if not accounts:
        raise NotThere(f"{user.upn} has no account to sign in with; POST here makes one")
    return min(accounts, key=lambda account: account.name.casefold() != user.upn)
