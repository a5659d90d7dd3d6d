"""Who may do what: roles and what each permits."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What an account is for."""

    HOST = "host"
    ADMIN = "admin"
    QUEUE_OWNER = "queue-owner"
    AGENT = "agent"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What a route needs.

    ``change-queues`` is limited to the named queues for a queue owner, and so are ``read-live`` and
    ``read-history``; ``own`` is everything about the account itself and the user it belongs to.
    """

    ORGANIZATIONS = "organizations"
    READ_SETTINGS = "read-settings"
    CHANGE_SETTINGS = "change-settings"
    CHANGE_QUEUES = "change-queues"
    STEER_AGENTS = "steer-agents"
    READ_LIVE = "read-live"
    READ_HISTORY = "read-history"
    READ_AUDIT = "read-audit"
    ACCOUNTS = "accounts"
    OWN = "own"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.HOST: frozenset(Permission),
    Role.ADMIN: frozenset(Permission) - {Permission.ORGANIZATIONS},
    Role.QUEUE_OWNER: frozenset(
        {
            Permission.READ_SETTINGS,
            Permission.CHANGE_QUEUES,
            Permission.READ_LIVE,
            Permission.READ_HISTORY,
            Permission.OWN,
        }
    ),
    Role.AGENT: frozenset({Permission.OWN}),
    Role.AUDITOR: frozenset(
        {
            Permission.READ_SETTINGS,
            Permission.READ_LIVE,
            Permission.READ_HISTORY,
            Permission.READ_AUDIT,
            Permission.OWN,
        }
    ),
}
"""What each role permits."""
