"""Entity tags (RFC 9110 section 8.8.3), so that two administrators do not overwrite each other."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from fastapi import Header

from huntline.errors import Refused

IfMatch = Annotated[
    str | None,
    Header(description="The ETag that was read: the change is refused (412) when it is another one now."),
]


class ChangedMeanwhile(Refused):
    """Somebody else has changed the thing since it was read."""

    error_id = "changed-meanwhile"
    status = 412


def etag_of(dump: dict[str, Any]) -> str:
    """The tag of a thing's settings."""
    text = json.dumps(dump, sort_keys=True, default=str)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def check_if_match(if_match: str | None, dump: dict[str, Any]) -> None:
    """Raises ChangedMeanwhile when a condition was sent and none of its tags is the present one."""
    if if_match is None or if_match.strip() == "*":
        return
    tags = [tag.strip() for tag in if_match.split(",")]
    if etag_of(dump) not in tags:
        raise ChangedMeanwhile("somebody has changed this since you read it; read it again, then change it")
