"""The engine's way out and back in: everything it knows at one moment, as objects that a record can hold.

A checkpoint and the events that came after it, each with its moment, are the engine's state again: it is
deterministic.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from huntline.engine import commands, deadlines, events, floor, model, presence, reasons, state, waits
from huntline.engine.deadlines import Deadlines, Key
from huntline.engine.floor import Floor, StoppedRing
from huntline.engine.state import Agent, AgentRing, QueuedCall, WaitingLine
from huntline.records import kinds_in


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A floor between two steps. It shares its objects with the engine: to be written down at once."""

    now: datetime
    lines: dict[str, WaitingLine]
    agents: dict[str, Agent]
    calls: dict[str, QueuedCall]
    rings: dict[str, AgentRing]
    deadlines: tuple[tuple[datetime, Key], ...]
    changed: tuple[WaitingLine, ...]
    stopped: tuple[tuple[str, StoppedRing], ...]
    places: int


ENGINE_KINDS = (
    Checkpoint,
    *kinds_in(commands, deadlines, events, floor, model, presence, reasons, state, waits),
)
"""All that checkpoints and events are made of (``records.Codec``)."""


def take(floor: Floor) -> Checkpoint:
    """Everything on the floor."""
    return Checkpoint(
        floor.now,
        floor.lines,
        floor.agents,
        floor.calls,
        floor.rings,
        floor.deadlines.in_order(),
        tuple(floor.changed),
        tuple(floor.stopped.items()),
        floor.places,
    )


def floor_of(checkpoint: Checkpoint) -> Floor:
    """The floor again; the checkpoint is not to be used any more."""
    made = Floor()
    made.now = checkpoint.now
    made.lines, made.agents = checkpoint.lines, checkpoint.agents
    made.calls, made.rings = checkpoint.calls, checkpoint.rings
    made.deadlines = Deadlines(checkpoint.deadlines)
    made.changed = dict.fromkeys(checkpoint.changed)
    made.stopped = OrderedDict(checkpoint.stopped)
    made.places = checkpoint.places
    return made
