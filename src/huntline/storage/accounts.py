"""Accounts of people and programs that change or read settings, and their API keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    RowMapping,
    Select,
    delete,
    exists,
    insert,
    select,
    update,
)

from huntline.directory.access import Role
from huntline.directory.changes import Change, added, removed
from huntline.errors import Refused
from huntline.storage import schema
from huntline.storage.audit import Actor, write_audit
from huntline.storage.database import reading, writing
from huntline.storage.ids import new_id

HOST = ""
"""The organization id of accounts that belong to the host."""

KEY_PREFIX = "hl_"

_MOST_VALUES = 500  # in one query
_AUDITED = ("name", "role", "queues", "user", "password", "oidc_subject", "is_disabled")


class AccountTaken(Refused):
    """An account of that name, or for that person at the identity provider, is there already."""

    error_id = "account-taken"


class UnknownAccount(Refused):
    """No such account, or key of an account, is in the organization."""

    error_id = "not-found"
    status = 404


class LastAdmin(Refused):
    """Without this account nobody could administer the organization."""

    error_id = "last-admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInAccount:
    """Who may use the API. ``queue_ids`` are a queue owner's, ``user_id`` is the user it belongs to.

    What failed to sign in before ``forgiven_at`` counts no longer.
    """

    organization_id: str
    account_id: str = ""
    name: str
    role: Role
    password_hash: str | None = None
    queue_ids: tuple[str, ...] = ()
    user_id: str | None = None
    oidc_subject: str | None = None
    is_disabled: bool = False
    forgiven_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of an API key, which is not the key itself."""

    key_id: str
    name: str
    created_at: datetime
    expires_at: datetime | None


def hash_of(secret: str) -> str:
    """What is stored of a key or session token, which is random enough to need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Accounts:
    """All accounts of one database.

    An account is in force unless it is disabled, or the user it belongs to is gone or inactive.
    """

    def __init__(self, database: Engine, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._now = now

    def all(self, organization_id: str) -> tuple[SignInAccount, ...]:
        """The accounts of one organization, or of the host, by name; in force or not."""
        table = schema.accounts
        query = select(table).where(table.c.organization_id == organization_id).order_by(table.c.name_key)
        return self._found(query)

    def by_name(self, name: str, organization_id: str | None) -> tuple[SignInAccount, ...]:
        """The accounts in force of a name in any letter case, of one organization or of all and the host."""
        return self._in_force(schema.accounts.c.name_key == name.casefold(), organization_id)

    def by_subject(self, subject: str, organization_id: str | None) -> tuple[SignInAccount, ...]:
        """The accounts in force of a person at an identity provider: ``issuer subject``."""
        return self._in_force(schema.accounts.c.oidc_subject == subject, organization_id)

    def by_user(self, user_id: str, organization_id: str) -> tuple[SignInAccount, ...]:
        """The accounts in force that belong to a user."""
        return self._in_force(schema.accounts.c.user_id == user_id, organization_id)

    def by_key(self, key: str) -> SignInAccount | None:
        """The account of an API key that is known and has not expired, if the account is in force."""
        accounts, keys = schema.accounts, schema.api_keys
        is_valid = keys.c.expires_at.is_(None) | (keys.c.expires_at > self._now())
        is_it = (
            (accounts.c.organization_id == keys.c.organization_id)
            & (accounts.c.account_id == keys.c.account_id)
            & (keys.c.key_hash == hash_of(key))
            & is_valid
        )
        found = self._found(in_force().join(keys, is_it))
        return found[0] if found else None

    def by_hashes(self, hashes: Collection[str]) -> dict[str, SignInAccount]:
        """The accounts in force that keys and sessions open which are good now, by ``hash_of`` these."""
        found: dict[str, SignInAccount] = {}
        wanted = sorted(hashes)
        for start in range(0, len(wanted), _MOST_VALUES):
            some = wanted[start : start + _MOST_VALUES]
            for table, column in (
                (schema.api_keys, schema.api_keys.c.key_hash),
                (schema.sessions, schema.sessions.c.session_hash),
            ):
                is_it = (
                    (schema.accounts.c.organization_id == table.c.organization_id)
                    & (schema.accounts.c.account_id == table.c.account_id)
                    & column.in_(some)
                    & (table.c.expires_at.is_(None) | (table.c.expires_at > self._now()))
                )
                query = in_force().join(table, is_it).add_columns(column.label("opened_by"))
                with self._database.begin() as connection:
                    rows = connection.execute(query).mappings().all()
                found |= {row["opened_by"]: account_of(row) for row in rows}
        return found

    def add(self, account: SignInAccount, by: Actor, *, dry_run: bool = False) -> SignInAccount:
        """Keep a new account, whose id is made here. Raises AccountTaken."""
        with writing(self._database, account.organization_id) as connection:
            return add_account(connection, account, by, self._now(), dry_run=dry_run)

    def change(
        self,
        account: SignInAccount,
        edit: Callable[[SignInAccount], SignInAccount],
        by: Actor,
        *,
        dry_run: bool = False,
    ) -> SignInAccount:
        """Put ``edit(the account as it is now)`` in its place.

        Another password ends its sessions, and so does disabling it. Raises UnknownAccount, AccountTaken,
        LastAdmin and whatever Refused ``edit`` raises.
        """
        with writing(self._database, account.organization_id) as connection:
            before = _existing(connection, account)
            after = edit(before)
            _refuse_taken(connection, after)
            if _administers(before) and not _administers(after):
                _refuse_without_admin(connection, before)
            if not dry_run:
                connection.execute(
                    update(schema.accounts).where(_is_account(schema.accounts, before)), _row_of(after)
                )
                if after.is_disabled or after.password_hash != before.password_hash:
                    connection.execute(delete(schema.sessions).where(_is_account(schema.sessions, before)))
                self._audit(connection, after, _changes(connection, before, after), by)
        return after

    def remove(self, account: SignInAccount, by: Actor, *, dry_run: bool = False) -> None:
        """Remove an account with its keys and sessions. Raises UnknownAccount, LastAdmin."""
        with writing(self._database, account.organization_id) as connection:
            account = _existing(connection, account)
            if _administers(account):
                _refuse_without_admin(connection, account)
            if not dry_run:
                for table in (schema.sessions, schema.api_keys, schema.accounts):
                    connection.execute(delete(table).where(_is_account(table, account)))
                self._audit(connection, account, [removed("account", account.name)], by)

    def forgive(self, account: SignInAccount, by: Actor) -> SignInAccount:
        """Have what failed to sign in until now count no longer. Raises UnknownAccount."""
        with writing(self._database, account.organization_id) as connection:
            after = replace(_existing(connection, account), forgiven_at=self._now())
            connection.execute(
                update(schema.accounts).where(_is_account(schema.accounts, after)), _row_of(after)
            )
            change = Change("account", after.name, "failed_attempts", "counted", "forgiven")
            self._audit(connection, after, [change], by)
        return after

    def keys(self, account: SignInAccount) -> tuple[ApiKey, ...]:
        """The API keys of an account, in the order in which they were made."""
        table = schema.api_keys
        query = select(table).where(_is_account(table, account)).order_by(table.c.key_id)
        with reading(self._database, account.organization_id) as connection:
            return tuple(
                ApiKey(row["key_id"], row["name"], row["created_at"], row["expires_at"])
                for row in connection.execute(query).mappings()
            )

    def add_key(
        self, account: SignInAccount, name: str, by: Actor, expires_at: datetime | None = None
    ) -> tuple[ApiKey, str]:
        """Make an API key; returns it with the secret itself, which cannot be had again."""
        secret = KEY_PREFIX + secrets.token_urlsafe(32)
        key = ApiKey(new_id(), name, self._now(), expires_at)
        row = {
            "organization_id": account.organization_id,
            "key_id": key.key_id,
            "account_id": account.account_id,
            "name": key.name,
            "key_hash": hash_of(secret),
            "created_at": key.created_at,
            "expires_at": key.expires_at,
        }
        with writing(self._database, account.organization_id) as connection:
            connection.execute(insert(schema.api_keys), row)
            self._audit(connection, account, [Change("account", account.name, "key", None, name)], by)
        return key, secret

    def remove_key(self, account: SignInAccount, key_id: str, by: Actor) -> ApiKey:
        """Remove an API key, which opens nothing from now on. Raises UnknownAccount."""
        key = next((each for each in self.keys(account) if each.key_id == key_id), None)
        if key is None:
            raise UnknownAccount(f"there is no key {key_id!r}")
        table = schema.api_keys
        with writing(self._database, account.organization_id) as connection:
            connection.execute(delete(table).where(_is_account(table, account), table.c.key_id == key_id))
            self._audit(connection, account, [Change("account", account.name, "key", key.name, None)], by)
        return key

    def _in_force(self, where: ColumnElement[bool], organization_id: str | None) -> tuple[SignInAccount, ...]:
        query = in_force().where(where)
        if organization_id is not None:
            query = query.where(schema.accounts.c.organization_id == organization_id)
        return self._found(query)

    def _found(self, query: Select[Any]) -> tuple[SignInAccount, ...]:
        with self._database.begin() as connection:
            return tuple(account_of(row) for row in connection.execute(query).mappings())

    def _audit(
        self, connection: Connection, account: SignInAccount, changes: list[Change], by: Actor
    ) -> None:
        write_audit(connection, account.organization_id, changes, by, self._now())


def add_account(
    connection: Connection, account: SignInAccount, by: Actor, at: datetime, *, dry_run: bool = False
) -> SignInAccount:
    """Keep a new account, whose id is made here, in the connection's transaction. Raises AccountTaken."""
    created = replace(account, account_id=new_id())
    _refuse_taken(connection, created)
    if not dry_run:
        connection.execute(insert(schema.accounts), {**_row_of(created), "created_at": at})
        write_audit(connection, created.organization_id, [added("account", created.name)], by, at)
    return created


def in_force() -> Select[Any]:
    """A query for all accounts that are in force."""
    accounts, users = schema.accounts, schema.users
    has_user = exists().where(
        users.c.organization_id == accounts.c.organization_id,
        users.c.user_id == accounts.c.user_id,
        users.c.is_active,
    )
    return select(accounts).where(accounts.c.is_disabled.is_(False), accounts.c.user_id.is_(None) | has_user)


def account_of(row: RowMapping) -> SignInAccount:
    """The account of a row of its table."""
    return SignInAccount(
        organization_id=row["organization_id"],
        account_id=row["account_id"],
        name=row["name"],
        role=Role(row["role"]),
        password_hash=row["password_hash"],
        queue_ids=tuple(row["queue_ids"]),
        user_id=row["user_id"],
        oidc_subject=row["oidc_subject"],
        is_disabled=row["is_disabled"],
        forgiven_at=row["forgiven_at"],
    )


def _row_of(account: SignInAccount) -> dict[str, Any]:
    return {
        "organization_id": account.organization_id,
        "account_id": account.account_id,
        "name": account.name,
        "name_key": account.name.casefold(),
        "role": str(account.role),
        "password_hash": account.password_hash,
        "queue_ids": list(account.queue_ids),
        "user_id": account.user_id,
        "oidc_subject": account.oidc_subject,
        "is_disabled": account.is_disabled,
        "forgiven_at": account.forgiven_at,
    }


def _is_account(table: Any, account: SignInAccount) -> ColumnElement[bool]:
    """What rows of a table belong to an account."""
    is_account: ColumnElement[bool] = (table.c.organization_id == account.organization_id) & (
        table.c.account_id == account.account_id
    )
    return is_account


def _existing(connection: Connection, account: SignInAccount) -> SignInAccount:
    """The account as it is stored now."""
    query = select(schema.accounts).where(_is_account(schema.accounts, account))
    row = connection.execute(query).mappings().first()
    if row is None:
        raise UnknownAccount(f"there is no account {account.name!r}")
    return account_of(row)


def _refuse_taken(connection: Connection, account: SignInAccount) -> None:
    table = schema.accounts
    others = select(table.c.name).where(
        table.c.organization_id == account.organization_id, table.c.account_id != account.account_id
    )
    if connection.execute(others.where(table.c.name_key == account.name.casefold())).first():
        raise AccountTaken(f"there is an account {account.name} already; take another name")
    if account.oidc_subject is not None:
        same = connection.execute(others.where(table.c.oidc_subject == account.oidc_subject)).first()
        if same:
            raise AccountTaken(
                f"the account {same.name} has this oidc_subject already; one person, one account"
            )


def _administers(account: SignInAccount) -> bool:
    return account.role is Role.ADMIN and not account.is_disabled


def _refuse_without_admin(connection: Connection, account: SignInAccount) -> None:
    table = schema.accounts
    others = in_force().where(
        table.c.organization_id == account.organization_id,
        table.c.account_id != account.account_id,
        table.c.role == str(Role.ADMIN),
    )
    if not connection.execute(others).first():
        raise LastAdmin(
            f"{account.name} is the last account that may administer the organization; make another one"
            " with the role admin first"
        )


def _changes(connection: Connection, before: SignInAccount, after: SignInAccount) -> list[Change]:
    old, new = _words(connection, before), _words(connection, after)
    if after.password_hash not in (None, before.password_hash):
        new |= {"password": "set anew"}
    return [
        Change("account", after.name, field, old[field], new[field])
        for field in _AUDITED
        if old[field] != new[field]
    ]


def _words(connection: Connection, account: SignInAccount) -> dict[str, str]:
    """An account in words for people, without secrets."""
    queues, users = schema.queues, schema.users
    names = select(queues.c.name).where(
        queues.c.organization_id == account.organization_id, queues.c.queue_id.in_(account.queue_ids)
    )
    upn = select(users.c.upn).where(
        users.c.organization_id == account.organization_id, users.c.user_id == account.user_id
    )
    return {
        "name": account.name,
        "role": str(account.role),
        "queues": f"[{', '.join(sorted(connection.execute(names).scalars()))}]",
        "user": connection.execute(upn).scalar() or "none",
        "password": "none" if account.password_hash is None else "set",
        "oidc_subject": account.oidc_subject or "none",
        "is_disabled": str(account.is_disabled).lower(),
    }
