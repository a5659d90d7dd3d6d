"""Stretches of time in queries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query
from pydantic import BeforeValidator

_EXAMPLE = "2026-11-23T08:00:00Z"


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"must be a moment with its time zone, such as {_EXAMPLE}")


def start_of_today() -> datetime:
    """Midnight where the server is."""
    return datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)


Moment = Annotated[datetime, BeforeValidator(_moment)]
From = Annotated[Moment | None, Query(alias="from", description=f"Not before this moment: {_EXAMPLE}.")]
To = Annotated[Moment | None, Query(alias="to", description="Before this moment.")]
