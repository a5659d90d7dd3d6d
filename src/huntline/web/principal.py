"""Who asks."""

from __future__ import annotations

from dataclasses import dataclass

from huntline.directory.access import PERMISSIONS, Permission, Role
from huntline.storage.accounts import HOST, SignInAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Someone whose word is believed: ``organization_id`` is empty for the host."""

    name: str
    role: Role
    organization_id: str = HOST
    account_id: str = ""
    queue_ids: frozenset[str] = frozenset()
    user_id: str | None = None

    def may(self, permission: Permission) -> bool:
        """Whether the role permits it."""
        return permission in PERMISSIONS[self.role]

    def may_touch_queue(self, queue_id: str) -> bool:
        """Whether a queue is not somebody else's business; only queue owners are limited."""
        return self.role is not Role.QUEUE_OWNER or queue_id in self.queue_ids


def principal_of(account: SignInAccount) -> Principal:
    """Whoever has shown to own the account."""
    return Principal(
        name=account.name,
        role=account.role,
        organization_id=account.organization_id,
        account_id=account.account_id,
        queue_ids=frozenset(account.queue_ids),
        user_id=account.user_id,
    )
