"""Column types that mean the same in SQLite and PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum

import msgspec
from sqlalchemy import DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator

from huntline.engine.reason_data import as_data, from_data
from huntline.engine.reasons import OnlyText, Reason

Id = String(36)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; naive moments are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite keeps no zone, so all that is stored is UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What SQLite gives back without a zone is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ReasonText(TypeDecorator[Reason]):
    """A reason, as JSON; what is none is read as a text."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Reason | None, dialect: Dialect) -> str | None:
        """Short, and as people read it in the database."""
        if value is None:
            return None
        return msgspec.json.encode(as_data(value)).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Reason | None:
        """The reason again."""
        if value is None:
            return None
        try:
            return from_data(json.loads(value))
        except (ValueError, AttributeError):
            return OnlyText(value)


class EnumText(TypeDecorator[StrEnum]):
    """One of an enumeration's words."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        """The word itself."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """The member of the enumeration."""
        return None if value is None else self.kind(value)
