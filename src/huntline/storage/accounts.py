"""Accounts of people and programs that change or read settings, and their API keys."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, insert, select

from huntline.directory.access import Role
from huntline.directory.changes import Change, added
from huntline.errors import Refused
from huntline.storage import schema
from huntline.storage.audit import Actor, write_audit
from huntline.storage.database import writing
from huntline.storage.ids import new_id

HOST = ""
"""The organization id of accounts that belong to the host."""

KEY_PREFIX = "hl_"


class AccountTaken(Refused):
    """An account of that name is there already."""

    error_id = "account-taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who may use the API. ``queue_ids`` are a queue owner's, ``user_id`` is the user it belongs to."""

    organization_id: str
    account_id: str = ""
    name: str
    role: Role
    password_hash: str | None = None
    queue_ids: tuple[str, ...] = ()
    user_id: str | None = None
    oidc_subject: str | None = None
    is_disabled: bool = False


def hash_of(secret: str) -> str:
    """What is stored of a key or session token, which is random enough to need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Accounts:
    """All accounts of one database."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def all(self, organization_id: str) -> tuple[Account, ...]:
        """The accounts of one organization, or of the host, by name."""
        table = schema.accounts
        query = select(table).where(table.c.organization_id == organization_id).order_by(table.c.name_key)
        with self._database.begin() as connection:
            return tuple(_account_of(row) for row in connection.execute(query).mappings())

    def add(self, account: Account, by: Actor) -> Account:
        """Keep a new account, whose id is made here. Raises AccountTaken."""
        created = replace(account, account_id=new_id())
        with writing(self._database) as connection:
            _refuse_taken(connection, created)
            connection.execute(insert(schema.accounts), _row_of(created))
            _audit(connection, account.organization_id, [added("account", account.name)], by)
        return created

    def add_key(
        self, account: Account, name: str, by: Actor, expires_at: datetime | None = None
    ) -> tuple[str, str]:
        """Make an API key; returns its id and the key itself, which cannot be had again."""
        key_id, key = new_id(), KEY_PREFIX + secrets.token_urlsafe(32)
        row = {
            "organization_id": account.organization_id,
            "key_id": key_id,
            "account_id": account.account_id,
            "name": name,
            "key_hash": hash_of(key),
            "created_at": datetime.now(UTC),
            "expires_at": expires_at,
        }
        with writing(self._database) as connection:
            connection.execute(insert(schema.api_keys), row)
            change = Change("account", account.name, "key", None, name)
            _audit(connection, account.organization_id, [change], by)
        return key_id, key

    def by_key(self, key: str) -> Account | None:
        """The account of a key that is known and has not expired, unless the account is disabled."""
        accounts, keys = schema.accounts, schema.api_keys
        is_its_account = (accounts.c.organization_id == keys.c.organization_id) & (
            accounts.c.account_id == keys.c.account_id
        )
        query = select(accounts, keys.c.expires_at).join(keys, is_its_account)
        with self._database.begin() as connection:
            row = connection.execute(query.where(keys.c.key_hash == hash_of(key))).mappings().first()
        if row is None or row["is_disabled"]:
            return None
        is_expired = row["expires_at"] is not None and row["expires_at"] <= datetime.now(UTC)
        return None if is_expired else _account_of(row)


def _refuse_taken(connection: Connection, account: Account) -> None:
    table = schema.accounts
    taken = select(table.c.account_id).where(
        table.c.organization_id == account.organization_id, table.c.name_key == account.name.casefold()
    )
    if connection.execute(taken).first():
        raise AccountTaken(f"there is an account {account.name} already")


def _audit(connection: Connection, organization_id: str, changes: list[Change], by: Actor) -> None:
    write_audit(connection, organization_id, changes, by, datetime.now(UTC))


def _row_of(account: Account) -> dict[str, Any]:
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
        "created_at": datetime.now(UTC),
    }


def _account_of(row: RowMapping) -> Account:
    return Account(
        organization_id=row["organization_id"],
        account_id=row["account_id"],
        name=row["name"],
        role=Role(row["role"]),
        password_hash=row["password_hash"],
        queue_ids=tuple(row["queue_ids"]),
        user_id=row["user_id"],
        oidc_subject=row["oidc_subject"],
        is_disabled=row["is_disabled"],
    )
