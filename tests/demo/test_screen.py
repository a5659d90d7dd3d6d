from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from huntline.control.picture import Picture
from huntline.control.server import ControlServer
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
    kinds = ("queues", "queues_gone", "agents", "agents_gone", "calls", "calls_gone")
    return {"at": "2026-01-31T09:00:00+00:00", **{kind: [] for kind in kinds}, **parts}


EMPTY = {"at": "2026-01-31T08:59:00+00:00", "queues": [], "agents": [], "calls": []}


def words(picture: Picture, change: dict[str, Any]) -> list[str]:
    """What a change, which the picture takes, is in words, without the time of day."""
    events = list(happenings(picture, change))
    picture.take(change)
    return [event.partition(" ")[2] for event in events]


def test_changes_are_put_into_words_once() -> None:
    picture = Picture(EMPTY)
    assert words(picture, news(calls=[call("waiting")])) == ["+14255550123 -> Demo Line: waiting"]
    assert words(picture, news(calls=[call("waiting")])) == []
    assert words(picture, news(calls=[call("talking", "robin@contoso.com")])) == [
        "+14255550123 -> Demo Line: talking with robin@contoso.com"
    ]
    assert picture.status()["calls"] == [call("talking", "robin@contoso.com")]
    assert words(picture, news(calls_gone=["c1"])) == ["+14255550123 -> Demo Line: over"]
    assert picture.status() == EMPTY | {"at": "2026-01-31T09:00:00+00:00"}


def test_a_call_between_phones_has_no_queue() -> None:
    picture = Picture(EMPTY)
    assert words(picture, news(calls=[call("talking", queue=None)])) == ["+14255550123 -> a phone: talking"]


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
