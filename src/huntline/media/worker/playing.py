"""What signalling wants a leg to hear."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Playing:
    """What signalling wants a leg to hear; ``position`` is in samples and counts without loop only.
    ``until_heard``: audio of the leg that it is bridged with ends it."""

    source: str
    loop: bool
    position: int = 0
    until_heard: bool = False
