"""Names for new things."""

from __future__ import annotations

import secrets

import uuid_utils


def new_id() -> str:
    """A UUIDv7: unique, and sorts by when it was made."""
    return str(uuid_utils.uuid7())


def new_primary_user() -> str:
    """The user part of a new queue's primary URI."""
    return f"hg_{secrets.token_hex(16)}"
