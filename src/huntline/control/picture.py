"""The picture of now that the server gives to watchers: a snapshot, kept up to date by what follows it."""

from __future__ import annotations

from typing import Any

Item = dict[str, Any]

KEYS = {"queues": "id", "agents": "id", "calls": "call_id"}
"""The kinds of things in a picture, and what tells one from another."""


class Picture:
    """A snapshot and the changes since; ``parts`` has the things of each kind by their key."""

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

    def status(self) -> dict[str, Any]:
        """Everything, in the form of a snapshot."""
        return {"at": self.at, **{kind: list(items.values()) for kind, items in self.parts.items()}}
