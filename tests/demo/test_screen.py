from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from huntline.control.server import ControlServer
from huntline.control.watched_snapshot import WatchedSnapshot
from huntline.demo.screen import follow_in_lines, happenings


def call(state: str, agent: str | None = None, queue: str | None = "Demo Line") -> dict[str, Any]:
    return {
        "organization": "Contoso",
        "call_id": "c1",
        "caller": "+14255550123",
        "queue": queue,
        "state": state,
        "agent": agent,
    }


def news(**parts: list[Any]) -> dict[str, Any]:
    kinds = ("queues", "agents", "calls", "mailboxes")
    nothing: dict[str, list[Any]] = {f"{kind}{suffix}": [] for kind in kinds for suffix in ("", "_gone")}
    return {"at": "2026-01-31T09:00:00+00:00", **nothing, **parts}


EMPTY = {"at": "2026-01-31T08:59:00+00:00", "queues": [], "agents": [], "calls": [], "mailboxes": []}


def words(snapshot: WatchedSnapshot, change: dict[str, Any]) -> list[str]:
    """What a change, which the snapshot takes, is in words, without the time of day."""
    events = list(happenings(snapshot, change))
    snapshot.take(change)
    return [event.partition(" ")[2] for event in events]


def test_changes_are_put_into_words_once() -> None:
    snapshot = WatchedSnapshot(EMPTY)
    assert words(snapshot, news(calls=[call("waiting")])) == ["+14255550123 -> Demo Line: waiting"]
    assert words(snapshot, news(calls=[call("waiting")])) == []
    assert words(snapshot, news(calls=[call("talking", "robin@contoso.com")])) == [
        "+14255550123 -> Demo Line: talking with robin@contoso.com"
    ]
    assert snapshot.as_data()["calls"] == [call("talking", "robin@contoso.com")]
    assert words(snapshot, news(calls_gone=["c1"])) == ["+14255550123 -> Demo Line: over"]
    assert snapshot.as_data() == EMPTY | {"at": "2026-01-31T09:00:00+00:00"}


def test_a_call_between_phones_has_no_queue() -> None:
    snapshot = WatchedSnapshot(EMPTY)
    assert words(snapshot, news(calls=[call("talking", queue=None)])) == ["+14255550123 -> a phone: talking"]


def test_what_happens_is_printed_until_cancelled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def story() -> None:
        server = ControlServer(tmp_path / "control.sock", {"watch": lambda request: EMPTY})
        await server.start()
        following = asyncio.create_task(follow_in_lines(tmp_path / "control.sock"))
        printed = ""
        async with asyncio.timeout(5):
            while "waiting" not in printed:
                server.publish(news(calls=[call("waiting")]))
                await asyncio.sleep(0.01)
                printed += capsys.readouterr().out
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await server.close()

    asyncio.run(story())
