"""The live feed: what changed since the last time, for whoever watches; nothing is computed for nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from huntline.control.watched_snapshot import KEYS

_SPACING = 0.1  # s between two publications: changes in between go out together
_CLOCKS = frozenset({"longest_wait_s", "waited_s"})  # they change by themselves: no news


class LiveFeed:
    """``snapshot`` returns everything, ``publish`` takes what changed in it, ``is_watched`` says whether
    anybody looks."""

    def __init__(
        self,
        snapshot: Callable[[], dict[str, Any]],
        publish: Callable[[dict[str, Any]], None],
        is_watched: Callable[[], bool],
    ) -> None:
        self._snapshot = snapshot
        self._publish = publish
        self._is_watched = is_watched
        self._last: dict[str, dict[str, dict[str, Any]]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def snapshot(self) -> dict[str, Any]:
        """Everything, which later changes build on."""
        snapshot = self._snapshot()
        if not self._is_watched():
            self._last = _by_key(snapshot)
        return snapshot

    def changed(self) -> None:
        """Something may have changed: watchers hear of it within a tenth of a second."""
        if self._timer is None and self._is_watched():
            self._timer = asyncio.get_running_loop().call_later(_SPACING, self._publish_changes)

    def close(self) -> None:
        """Publish nothing any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _publish_changes(self) -> None:
        self._timer = None
        snapshot = self._snapshot()
        now = _by_key(snapshot)
        news: dict[str, Any] = {"at": snapshot["at"]}
        for kind, items in now.items():
            before = self._last.get(kind, {})
            news[kind] = [item for key, item in items.items() if _news_of(before.get(key), item)]
            news[f"{kind}_gone"] = [key for key in before if key not in items]
        self._last = now
        if any(value for key, value in news.items() if key != "at"):
            self._publish(news)


def _by_key(snapshot: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    return {kind: {item[key]: item for item in snapshot[kind]} for kind, key in KEYS.items()}


def _news_of(before: dict[str, Any] | None, item: dict[str, Any]) -> bool:
    if before is None or before is item:
        return before is None
    return any(before.get(key) != value for key, value in item.items() if key not in _CLOCKS)
