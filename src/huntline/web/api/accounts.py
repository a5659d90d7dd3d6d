"""``/accounts``: who may use the API, in which role, and their API keys. ``/host/accounts``: the host's.

Annotations are not postponed here: FastAPI reads what a route needs from them, which is known at run time.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from huntline.directory.access import Role
from huntline.directory.organization import Organization
from huntline.directory.problems import Problem, did_you_mean
from huntline.directory.values import LONGEST_NAME
from huntline.organization_file.form import AsTyped, Text, one_of
from huntline.organization_file.parts import Dump
from huntline.storage.accounts import HOST, ApiKey, SignInAccount, UnknownAccount
from huntline.storage.passwords import hashed
from huntline.web.access import Access, Host, ManageAccounts
from huntline.web.api import queues, users
from huntline.web.api.collection import DryRun, merged, parsed, patch_of, tolerant, would_create
from huntline.web.etags import IfMatch, check_if_match, etag_of
from huntline.web.listing import Listing, Page, Search
from huntline.web.moments import Moment
from huntline.web.problems import FieldsRefused
from huntline.web.routing import api_router
from huntline.web.sign_in import let_try_again, seconds_locked

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1_000


class AccountForm(BaseModel):
    """An account. ``queues`` are those that a queue owner may change, ``user`` is whose own things an
    account may see, which an agent needs; ``password`` is never shown."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Text
    role: Annotated[Role, one_of(Role)]
    queues: list[Text] = []
    user: Text | None = None
    password: AsTyped | None = None
    oidc_subject: Annotated[
        Text | None, Field(description="The issuer, a blank, and the person's subject there.")
    ] = None
    is_disabled: bool = False


class AccountView(BaseModel):
    """An account, without its secrets. Nobody can sign in to it by password until ``locked_until``, since too
    many attempts failed."""

    id: str
    name: str
    role: Role
    queues: list[str]
    user: str | None
    oidc_subject: str | None
    is_disabled: bool
    has_password: bool
    locked_until: datetime | None


class KeyForm(BaseModel):
    """An API key to be made; without ``expires_at`` it is good until it is removed."""

    model_config = ConfigDict(extra="forbid")

    name: Text = "key"
    expires_at: Moment | None = None


class KeyView(BaseModel):
    """What is known of an API key."""

    id: str
    name: str
    created_at: datetime
    expires_at: datetime | None


class NewKey(KeyView):
    """An API key that was just made: ``key`` is shown this once."""

    key: str


AccountPatch = patch_of(AccountForm, AccountView)
SentAccount = tolerant(AccountForm, AccountView)
Key = Annotated[str, Path(description="The account, by id or name; a name with a slash in it only by id.")]


def name_problems(name: str, field: str) -> list[Problem]:
    """What is wrong with the name of an account."""
    if 1 <= len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip():
        return []
    message = f"must be 1 to {LONGEST_NAME} printable characters, no blank at either end"
    return [Problem((field,), name, message)]


def password_problems(password: str, field: str) -> list[Problem]:
    """What is wrong with a password: it is easily guessed, or absurdly long."""
    if SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return []
    return [Problem((field,), None, f"must be {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")]


def check_password(password: str, field: str) -> None:
    """Raises FieldsRefused for what is no password."""
    if problems := password_problems(password, field):
        raise FieldsRefused(problems)


def _find(access: Access, key: str) -> SignInAccount:
    for account in access.backstage.accounts.all(access.organization_id):
        if account.account_id == key or account.name.casefold() == key.casefold():
            return account
    raise UnknownAccount(f"there is no account {key!r}")


def _organization(access: Access) -> Organization | None:
    return access.organization if access.organization_id != HOST else None


def _dump(account: SignInAccount, organization: Organization | None) -> Dump:
    """An account in its form; what is gone from the organization is no longer named."""
    names = {queue.queue_id: queue.name for queue in organization.queues} if organization else {}
    user = users.find(organization, account.user_id) if organization and account.user_id else None
    return {
        "name": account.name,
        "role": account.role,
        "queues": [names[queue_id] for queue_id in account.queue_ids if queue_id in names],
        "user": user.upn if user else None,
        "oidc_subject": account.oidc_subject,
        "is_disabled": account.is_disabled,
    }


def _shown(access: Access, account: SignInAccount, organization: Organization | None) -> Dump:
    seconds = seconds_locked(access.backstage, account)
    return _dump(account, organization) | {
        "id": account.account_id,
        "has_password": account.password_hash is not None,
        "locked_until": datetime.now(UTC) + timedelta(seconds=seconds) if seconds else None,
    }


def _key_shown(key: ApiKey) -> Dump:
    return {
        "id": key.key_id,
        "name": key.name,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
    }


def built_account(form: Any, access: Access, old: SignInAccount | None) -> SignInAccount:
    """The account of a form; a password that is not mentioned stays. Raises FieldsRefused."""
    organization = _organization(access)
    problems = name_problems(form.name, "name")
    problems += _role_problems(form, organization)
    queue_ids, user_id = _referred(form, organization, problems)
    if problems:
        raise FieldsRefused(problems)
    if form.password is not None:
        check_password(form.password, "password")
    kept = old.password_hash if old and "password" not in form.model_fields_set else None
    return SignInAccount(
        organization_id=access.organization_id,
        account_id=old.account_id if old else "",
        name=form.name,
        role=form.role,
        password_hash=hashed(form.password) if form.password is not None else kept,
        queue_ids=queue_ids,
        user_id=user_id,
        oidc_subject=form.oidc_subject,
        is_disabled=form.is_disabled,
        forgiven_at=old.forgiven_at if old else None,
    )


def _role_problems(form: AccountForm, organization: Organization | None) -> list[Problem]:
    problems = []
    if (form.role is Role.HOST) is not (organization is None):
        roles = [role for role in Role if (role is Role.HOST) is (organization is None)]
        problems.append(Problem(("role",), str(form.role), f"must be one of {', '.join(roles)} here"))
    if form.role is Role.AGENT and form.user is None:
        problems.append(Problem(("user",), None, "is needed: an agent's account belongs to a user, by UPN"))
    if form.queues and form.role is not Role.QUEUE_OWNER:
        problems.append(Problem(("queues",), "(a list)", "must be empty unless the role is queue-owner"))
    return problems


def _referred(
    form: AccountForm, organization: Organization | None, problems: list[Problem]
) -> tuple[tuple[str, ...], str | None]:
    """The ids of the queues and the user that a form names; adds what there is not to ``problems``."""
    queue_ids: list[str] = []
    for place, name in enumerate(form.queues):
        queue = queues.find(organization, name) if organization else None
        if queue is None:
            known = [each.name for each in organization.queues] if organization else []
            message = f"there is no queue of this name{did_you_mean(name, known)}"
            problems.append(Problem(("queues", place), name, message))
        else:
            queue_ids.append(queue.queue_id)
    user = users.find(organization, form.user) if organization and form.user else None
    if form.user is not None and user is None:
        known = [each.upn for each in organization.users] if organization else []
        message = f"there is no user of this UPN{did_you_mean(form.user, known)}"
        problems.append(Problem(("user",), form.user, message))
    return tuple(dict.fromkeys(queue_ids)), user.user_id if user else None


def _router_of(prefix: str, needed: Any, noun: str) -> APIRouter:
    """The routes for the accounts of an organization, or of the host; ``needed`` is who may use them."""
    router = api_router(prefix, tag="accounts")

    @router.get("", response_model=Listing[AccountView], operation_id=f"list_{noun}")
    def list_all(access: needed, page: Page, search: Search = "") -> Any:
        """The accounts, by name."""
        organization = _organization(access)
        found = [
            account
            for account in access.backstage.accounts.all(access.organization_id)
            if search.casefold() in account.name.casefold()
        ]
        return page.of(found, lambda account: _shown(access, account, organization))

    @router.post(
        "",
        response_model=AccountView,
        status_code=201,
        operation_id=f"create_{noun}",
        responses=would_create(AccountView),
    )
    def create(
        access: needed,
        form: SentAccount,  # type: ignore[valid-type]
        response: Response,
        dry_run: DryRun = False,
    ) -> Any:
        """Make an account, which can be used once it has a key, a password or an ``oidc_subject``."""
        built = built_account(form, access, None)
        account = access.backstage.accounts.add(built, access.actor, dry_run=dry_run)
        if dry_run:
            response.status_code = 200
        return answered(access, account, response)

    @router.get("/{key}", response_model=AccountView, operation_id=f"read_{noun}")
    def read(access: needed, key: Key, response: Response) -> Any:
        """One account."""
        return answered(access, _find(access, key), response)

    _add_change_routes(router, needed, noun)
    _add_key_routes(router, needed, noun)
    return router


def _add_change_routes(router: APIRouter, needed: Any, noun: str) -> None:
    @router.patch("/{key}", response_model=AccountView, operation_id=f"change_{noun}")
    def change(
        access: needed,
        key: Key,
        patch: AccountPatch,  # type: ignore[valid-type]
        response: Response,
        if_match: IfMatch = None,
        dry_run: DryRun = False,
    ) -> Any:
        """Change what is named. Another password ends the account's sessions, and so does disabling it."""
        wanted = patch.model_dump(exclude_unset=True)  # type: ignore[attr-defined]
        edit = _edit(access, wanted, if_match)
        changed = access.backstage.accounts.change(_find(access, key), edit, access.actor, dry_run=dry_run)
        return answered(access, changed, response)

    @router.delete("/{key}", response_model=AccountView, operation_id=f"remove_{noun}")
    def remove(access: needed, key: Key, dry_run: DryRun = False) -> Any:
        """Remove an account with its keys and sessions."""
        account = _find(access, key)
        access.backstage.accounts.remove(account, access.actor, dry_run=dry_run)
        return _shown(access, account, _organization(access))

    @router.delete("/{key}/lock", response_model=AccountView, operation_id=f"lift_{noun}_lock")
    def lift_lock(access: needed, key: Key, response: Response) -> Any:
        """Let people try again at once to sign in, after too many attempts have failed."""
        forgiven = let_try_again(access.backstage, _find(access, key), access.actor)
        return answered(access, forgiven, response)


def _add_key_routes(router: APIRouter, needed: Any, noun: str) -> None:
    @router.get("/{key}/keys", response_model=list[KeyView], operation_id=f"list_{noun}_keys")
    def list_keys(access: needed, key: Key) -> Any:
        """The API keys of an account, in the order in which they were made."""
        return [_key_shown(each) for each in access.backstage.accounts.keys(_find(access, key))]

    @router.post("/{key}/keys", response_model=NewKey, status_code=201, operation_id=f"create_{noun}_key")
    def create_key(access: needed, key: Key, form: KeyForm) -> Any:
        """Make an API key. The answer has the key itself, which cannot be had again."""
        account = _find(access, key)
        if form.expires_at is not None and form.expires_at <= datetime.now(UTC):
            value = form.expires_at.isoformat()
            raise FieldsRefused([Problem(("expires_at",), value, "must be in the future")])
        made, secret = access.backstage.accounts.add_key(account, form.name, access.actor, form.expires_at)
        return _key_shown(made) | {"key": secret}

    @router.delete("/{key}/keys/{key_id}", response_model=KeyView, operation_id=f"remove_{noun}_key")
    def remove_key(access: needed, key: Key, key_id: str) -> Any:
        """Remove an API key: it opens nothing any more."""
        account = _find(access, key)
        return _key_shown(access.backstage.accounts.remove_key(account, key_id, access.actor))


def _edit(access: Access, wanted: Dump, if_match: str | None) -> Callable[[SignInAccount], SignInAccount]:
    """The change that a patch asks for."""

    def edit(current: SignInAccount) -> SignInAccount:
        settings = _dump(current, _organization(access))
        check_if_match(if_match, settings)
        if wanted.get("role", current.role) != Role.QUEUE_OWNER:
            settings["queues"] = []
        return built_account(parsed(AccountForm, merged(settings, wanted, AccountForm)), access, current)

    return edit


def answered(access: Access, account: SignInAccount, response: Response) -> Dump:
    """The view of an account, with its tag as a header of the response."""
    organization = _organization(access)
    response.headers["ETag"] = etag_of(_dump(account, organization))
    return _shown(access, account, organization)


router = _router_of("/accounts", ManageAccounts, "account")
host_router = _router_of("/host/accounts", Host, "host_account")
