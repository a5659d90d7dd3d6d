"""The status of the process: a snapshot of its queues, agents, calls and mailboxes, and what they take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from huntline.clock import Clock
from huntline.signalling.runner import Runner
from huntline.signalling.snapshot_writing import SnapshotWriting


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """``resources`` counts what is in use (legs, transactions, registrations, media) and what was turned
    away."""

    writing: SnapshotWriting
    runner: Runner
    clock: Clock
    mailboxes: Callable[[], list[dict[str, Any]]]
    trunks: Callable[[], list[dict[str, Any]]]
    resources: Callable[[], dict[str, Any]]

    def now(self) -> dict[str, Any]:
        """Everything, as plain data; the moments are those of the wall clock."""
        snapshot = self.writing.of(self.clock.told(self.runner.snapshot()))
        more = {"mailboxes": self.mailboxes(), "trunks": self.trunks(), "resources": self.resources()}
        return {**snapshot, **more}

    def agent(self, user_id: str) -> dict[str, Any] | None:
        """One agent; None for a user who is no agent."""
        agents = self.clock.told(self.runner.snapshot()).agents
        found = next((status for status in agents if status.agent_id == user_id), None)
        return self.writing.agent(found) if found is not None else None
