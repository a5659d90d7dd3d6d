"""Stretches of time in queries."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Annotated

from fastapi import Query
from pydantic import BeforeValidator

from huntline.clock import midnight_of

_EXAMPLE = "2026-11-23T08:00:00Z"


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"must be a moment with its time zone, such as {_EXAMPLE}")


def start_of_today(zone: tzinfo) -> datetime:
    """The midnight with which today began by the clocks of a zone."""
    return midnight_of(datetime.now(UTC), zone)


Moment = Annotated[datetime, BeforeValidator(_moment)]
From = Annotated[Moment | None, Query(alias="from", description=f"Not before this moment: {_EXAMPLE}.")]
To = Annotated[Moment | None, Query(alias="to", description="Before this moment.")]
