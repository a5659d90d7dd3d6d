"""Names for new things."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime

import uuid_utils


def new_id() -> str:
    """A UUIDv7: unique, and sorts by when it was made."""
    return str(uuid_utils.uuid7())


def made_at(made_id: str) -> datetime | None:
    """When an id of ``new_id`` was made; None of an id that came to be in another way."""
    try:
        value = uuid.UUID(made_id)
    except ValueError:
        return None
    # RFC 9562 section 5.7: the first 48 bits are milliseconds since 1970.
    return datetime.fromtimestamp((value.int >> 80) / 1000, UTC) if value.version == 7 else None


def new_primary_user() -> str:
    """The user part of a new queue's primary URI."""
    return f"hg_{secrets.token_hex(16)}"
