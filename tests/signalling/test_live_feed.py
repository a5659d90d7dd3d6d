"""The live feed tells what changed, once, and computes nothing for nobody."""

from __future__ import annotations

import asyncio
from typing import Any

from huntline.signalling.live_feed import LiveFeed


class Floor:
    """A snapshot that the story changes, and the news of it that went out."""

    def __init__(self) -> None:
        self.queue: dict[str, Any] = {"id": "q1", "name": "Help Desk", "waiting": 0}
        self.calls: list[dict[str, Any]] = []
        self.reports = 0
        self.is_watched = True
        self.news: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def report(self) -> dict[str, Any]:
        self.reports += 1
        return {
            "at": "now",
            "queues": [dict(self.queue)],
            "agents": [],
            "calls": list(self.calls),
            "mailboxes": [],
        }

    def feed(self) -> LiveFeed:
        return LiveFeed(self.report, self.news.put_nowait, lambda: self.is_watched)


def test_changes_in_quick_succession_go_out_together_and_only_what_is_new() -> None:
    async def story() -> None:
        floor = Floor()
        feed = floor.feed()
        floor.is_watched = False
        feed.snapshot()
        floor.is_watched = True
        floor.queue["waiting"] = 1
        feed.changed()
        floor.calls.append({"call_id": "c1", "state": "waiting", "waited_s": 0.0})
        feed.changed()
        news = await asyncio.wait_for(floor.news.get(), 2)
        assert news["queues"] == [{"id": "q1", "name": "Help Desk", "waiting": 1}]
        assert [call["call_id"] for call in news["calls"]] == ["c1"]
        assert floor.reports == 2

        floor.calls.clear()
        feed.changed()
        news = await asyncio.wait_for(floor.news.get(), 2)
        assert news["calls_gone"] == ["c1"]
        assert news["queues"] == []
        feed.close()

    asyncio.run(story())


def test_a_clock_that_runs_is_no_news() -> None:
    async def story() -> None:
        floor = Floor()
        floor.calls.append({"call_id": "c1", "state": "waiting", "waited_s": 1.0})
        feed = floor.feed()
        floor.is_watched = False
        feed.snapshot()
        floor.is_watched = True
        floor.calls[0]["waited_s"] = 2.0
        feed.changed()
        floor.queue["waiting"] = 3
        news = await asyncio.wait_for(floor.news.get(), 2)
        assert news["calls"] == []
        feed.close()

    asyncio.run(story())


def test_nothing_is_computed_when_nobody_watches() -> None:
    async def story() -> None:
        floor = Floor()
        floor.is_watched = False
        feed = floor.feed()
        feed.changed()
        await asyncio.sleep(0)
        assert floor.reports == 0
        feed.close()

    asyncio.run(story())
