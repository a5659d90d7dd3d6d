"""Sessions of people who have signed in: what is stored of them opens nothing."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, delete, insert, update

from huntline.storage import schema
from huntline.storage.accounts import SignInAccount, account_of, hash_of, in_force
from huntline.storage.database import writing

IDLE = timedelta(hours=12)
"""How long a session lasts without a request."""
LONGEST = timedelta(days=7)
"""How long a session lasts however busy it is."""

_RENEWAL = timedelta(minutes=5)  # so seldom is a request worth a write


@dataclass(frozen=True, slots=True)
class SignInSession:
    """Someone signed in; ``csrf_token`` is what a page of ours knows and another site's does not."""

    account: SignInAccount
    csrf_token: str


class Sessions:
    """All sessions of one database."""

    def __init__(self, database: Engine, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._now = now

    def start(self, account: SignInAccount) -> tuple[SignInSession, str]:
        """A new session and its token, which cannot be had again."""
        now, token, table = self._now(), secrets.token_urlsafe(32), schema.sessions
        session = SignInSession(account, secrets.token_urlsafe(32))
        row = {
            "organization_id": account.organization_id,
            "session_hash": hash_of(token),
            "account_id": account.account_id,
            "csrf_token": session.csrf_token,
            "created_at": now,
            "expires_at": now + IDLE,
        }
        with writing(self._database) as connection:
            connection.execute(delete(table).where(table.c.expires_at <= now))
            connection.execute(insert(table), row)
        return session, token

    def find(self, token: str) -> SignInSession | None:
        """The session of a token, unless it has expired or its account is no longer in force."""
        now, sessions, accounts = self._now(), schema.sessions, schema.accounts
        is_it = (
            (accounts.c.organization_id == sessions.c.organization_id)
            & (accounts.c.account_id == sessions.c.account_id)
            & (sessions.c.session_hash == hash_of(token))
            & (sessions.c.expires_at > now)
        )
        moments = (sessions.c.created_at.label("started_at"), sessions.c.expires_at)
        query = in_force().join(sessions, is_it).add_columns(sessions.c.csrf_token, *moments)
        with self._database.begin() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        expires_at = min(now + IDLE, row["started_at"] + LONGEST)
        if expires_at - row["expires_at"] > _RENEWAL:
            self._renew(token, expires_at)
        return SignInSession(account_of(row), row["csrf_token"])

    def end(self, token: str) -> None:
        """End a session; one that is not there is fine."""
        table = schema.sessions
        with writing(self._database) as connection:
            connection.execute(delete(table).where(table.c.session_hash == hash_of(token)))

    def _renew(self, token: str, expires_at: datetime) -> None:
        table = schema.sessions
        query = update(table).where(table.c.session_hash == hash_of(token)).values(expires_at=expires_at)
        with writing(self._database) as connection:
            connection.execute(query)
