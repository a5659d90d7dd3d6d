"""Reasons in answers: as data for programs, and in the words of whoever reads."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from huntline.clock import zone_of
from huntline.directory.organization import Organization
from huntline.engine.reason_data import from_data
from huntline.languages.reasons import Reader, in_words
from huntline.web.language import spoken


class Why(BaseModel):
    """A reason for programs: ``kind`` never changes its meaning; beside it stands what belongs to it, such as
    ``until``, ``queue``, ``seconds``, or another reason in ``why``."""

    model_config = ConfigDict(extra="allow")
    kind: str


def reader_of(organization: Organization) -> Reader:
    """Who reads the answer that is being made: its language, and the clocks of the organization."""
    return Reader(spoken(), zone_of(organization.time_zone))


def with_words(agent: dict[str, Any], reader: Reader) -> dict[str, Any]:
    """An agent of the live snapshot, with the reason in words."""
    return agent | {"reason": in_words(from_data(agent["why"]), reader)}
