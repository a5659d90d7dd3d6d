"""The live screen: queues, agents, calls and the last events, followed from the running server."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.live import Live
from rich.text import Text

from huntline.cli.printing import console, say
from huntline.cli.status import tables
from huntline.control.async_client import AsyncControlClient
from huntline.control.messages import ServerNotRunning
from huntline.control.watched_snapshot import WatchedSnapshot

PAUSE_BEFORE_RECONNECTING = 1.0  # seconds
EVENTS_SHOWN = 6


async def follow_on_screen(control_socket: Path) -> None:
    """Draw the snapshot anew with each change, until cancelled."""
    last_events: deque[str] = deque(maxlen=EVENTS_SHOWN)
    with Live(console=console(), auto_refresh=False, transient=True) as live:
        async for snapshot, events in snapshots(control_socket):
            last_events.extend(events)
            live.update(Group(tables(_at_work(snapshot)), Text("\n".join(last_events))), refresh=True)


async def follow_in_lines(control_socket: Path) -> None:
    """Print a line for each event, until cancelled."""
    async for _, events in snapshots(control_socket):
        for event in events:
            say(event)


def _at_work(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The snapshot without agents who have no phone: a screen has few lines."""
    at_work = [agent for agent in snapshot["agents"] if agent["state"] != "signed-out"]
    return {**snapshot, "agents": at_work}


async def snapshots(control_socket: Path) -> AsyncIterator[tuple[dict[str, Any], list[str]]]:
    """The whole snapshot after each change, and what happened in words; goes on over a server's restart."""
    while True:
        try:
            async with await AsyncControlClient.connect(control_socket) as client:
                changes = client.watch()
                snapshot = WatchedSnapshot(await anext(changes))
                yield snapshot.as_data(), []
                async for news in changes:
                    events = list(happenings(snapshot, news))
                    snapshot.take(news)
                    yield snapshot.as_data(), events
        except ServerNotRunning:
            pass
        await asyncio.sleep(PAUSE_BEFORE_RECONNECTING)


def happenings(before: WatchedSnapshot, news: dict[str, Any]) -> Iterator[str]:
    """What a change means for calls, in words."""
    clock = f"{datetime.fromisoformat(news['at']).astimezone():%H:%M:%S}"
    calls = before.parts["calls"]
    for call in news["calls"]:
        known = calls.get(call["call_id"])
        if known is None or (known["state"], known["agent"]) != (call["state"], call["agent"]):
            yield f"{clock} {_in_words(call)}"
    for call_id in news["calls_gone"]:
        if gone := calls.get(call_id):
            yield f"{clock} {gone['caller']} -> {gone['queue'] or 'a phone'}: over"


def _in_words(call: dict[str, Any]) -> str:
    words = f"{call['caller']} -> {call['queue'] or 'a phone'}: {call['state']}"
    return f"{words} with {call['agent']}" if call["agent"] else words
