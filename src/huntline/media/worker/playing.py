"""What signalling wants a leg to hear."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Playing:
    """What signalling wants a leg to hear; ``position`` is in samples of all sources together and counts
    without loop only. ``error``: what of it cannot be read, and is left out.
    ``until_heard``: audio of the leg that it is bridged with ends it."""

    sources: tuple[str, ...]
    loop: bool
    position: int = 0
    until_heard: bool = False
    error: str | None = None
