"""The snapshot that a watcher of the server has: the one that came first, and what followed it."""

from __future__ import annotations

from typing import Any

Item = dict[str, Any]

KEYS = {"queues": "id", "agents": "id", "calls": "call_id", "mailboxes": "id"}
"""The kinds of things in a snapshot, and what tells one from another."""


class WatchedSnapshot:
    """A snapshot with the changes since; ``parts`` has the things of each kind by their key."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self.at: str = snapshot["at"]
        self.parts: dict[str, dict[str, Item]] = {
            kind: {item[key]: item for item in snapshot[kind]} for kind, key in KEYS.items()
        }

    def take(self, news: dict[str, Any]) -> None:
        """Apply a change."""
        self.at = news["at"]
        for kind, key in KEYS.items():
            items = self.parts[kind]
            items.update({item[key]: item for item in news[kind]})
            for gone in news[f"{kind}_gone"]:
                items.pop(gone, None)

    def as_data(self) -> dict[str, Any]:
        """Everything, as a snapshot is sent."""
        return {"at": self.at, **{kind: list(items.values()) for kind, items in self.parts.items()}}
