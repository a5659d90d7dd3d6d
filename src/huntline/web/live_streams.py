"""Live streams: one watch on the signalling process, fanned out to all who look on, each by a view."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from huntline.control.async_client import AsyncControlClient
from huntline.control.messages import ControlRefused, ServerNotRunning
from huntline.control.watched_snapshot import KEYS, Item, WatchedSnapshot
from huntline.directory.caller_id import caller_as_shown
from huntline.directory.organization import CallerIdPolicy
from huntline.directory.shown_numbers import shown_number
from huntline.errors import Refused
from huntline.languages.reasons import Reader
from huntline.storage.accounts import Accounts
from huntline.storage.faults import DatabaseUnavailable
from huntline.web.principal import Principal, principal_of
from huntline.web.words import Why, with_words

LONGEST_STREAM = 600.0
"""Seconds: then a stream ends, and whoever comes back shows anew that they may look on."""

MOST_OF_ONE = 100
"""Streams that one account may follow at a time."""

_VIEWERS_CHECKED_EVERY = 0.5  # seconds
_PAUSE_BEFORE_RECONNECTING = 0.25  # seconds
_LARGEST_BACKLOG = 100  # changes that a slow reader may have outstanding before a snapshot replaces them


class LiveQueue(BaseModel):
    """A queue now.

    ``next_agents`` are the UPNs of those whom the next call would ring, in that order, or all at once where
    nobody ``takes_turns``; of very many the first 20. Agents see their own ``turn`` in its place: 1 is next,
    null is not ready, or far from it.
    """

    id: str
    name: str
    waiting: int
    longest_waiting_since: datetime | None
    longest_wait_s: float | None
    talking: int
    agents_ready: int
    takes_turns: bool
    next_agents: list[str]
    turn: int | None


class LiveAgent(BaseModel):
    """An agent now: ``state`` is what this system sees them do, ``reason`` why, in words, and ``why`` for
    programs; ``presence`` is told from outside."""

    id: str
    upn: str
    display_name: str
    state: str
    reason: str
    why: Why
    presence: str
    since: datetime
    until: datetime | None
    queues: list[str]
    opted_out: list[str]


class LiveCall(BaseModel):
    """A call now; one without a queue goes between two people. ``agent`` talks, those in ``ringing`` are
    rung; ``caller_shown`` is ``caller`` spaced for people."""

    call_id: str
    caller: str
    caller_shown: str
    queue: str | None
    state: str
    position: int | None
    arrived_at: datetime | None
    waiting_since: datetime | None
    waited_s: float | None
    agent: str | None
    ringing: list[str]


class LiveMailbox(BaseModel):
    """A mailbox that somebody hears, now: its numbers of messages."""

    id: str
    new: int
    old: int


class LiveSnapshot(BaseModel):
    """Everything that is in view at one moment."""

    at: datetime
    queues: list[LiveQueue]
    agents: list[LiveAgent]
    calls: list[LiveCall]
    mailboxes: list[LiveMailbox]


_FIELDS = {
    kind: tuple(form.model_fields)
    for kind, form in (
        ("queues", LiveQueue),
        ("agents", LiveAgent),
        ("calls", LiveCall),
        ("mailboxes", LiveMailbox),
    )
}

_OTHERS = {"queues": "next_agents", "calls": "ringing"}
"""Who else is next, or is rung: no business of an agent's."""

News = tuple[str, dict[str, Any]]
"""The kind of an event (``snapshot``, ``change``, ``gone``) and what it tells."""


@dataclass(frozen=True, slots=True)
class View:
    """What somebody may see: one organization; of that only some queues with their agents and calls, unless
    ``queue_ids`` is None; of that only one agent with their own calls, unless ``agent_id`` is None.
    ``policy`` is the viewer's caller-ID policy, where that may withhold callers' numbers. Reasons are in the
    words of ``reader``."""

    organization_id: str
    queue_ids: frozenset[str] | None = None
    agent_id: str | None = None
    policy: CallerIdPolicy | None = None
    reader: Reader = field(default_factory=Reader)

    def shows(self, kind: str, item: Item) -> bool:
        """Whether a thing is in the view."""
        if item["organization_id"] != self.organization_id:
            return False
        match kind:
            case "mailboxes":  # of others nobody sees them
                return self.agent_id in item["member_ids"]
            case "queues":
                return self._has(item["id"])
            case "agents" if self.agent_id is not None:
                return bool(item["id"] == self.agent_id)
            case "agents":
                return self.queue_ids is None or not self.queue_ids.isdisjoint(item["queue_ids"])
            case _ if self.agent_id is not None:
                return self.agent_id in item["agent_ids"]
            case _:
                return self._has(item["queue_id"])

    def of(self, snapshot: WatchedSnapshot) -> dict[str, Any]:
        """What is in the view now."""
        shown = {
            kind: [self._shown(kind, item) for item in items.values() if self.shows(kind, item)]
            for kind, items in snapshot.parts.items()
        }
        return {"at": snapshot.at, **shown}

    def of_change(self, news: dict[str, Any], shown: dict[str, set[str]]) -> dict[str, Any] | None:
        """What of a change is in the view, None if nothing is.

        ``shown`` are the keys of what the viewer has before them, brought up to date: what they must not see
        any more is gone for them.
        """
        change: dict[str, Any] = {"at": news["at"]}
        for kind, key in KEYS.items():
            visible = [item for item in news[kind] if self.shows(kind, item)]
            now = {item[key] for item in visible}
            lost = ({item[key] for item in news[kind]} - now | set(news[f"{kind}_gone"])) & shown[kind]
            shown[kind] = (shown[kind] | now) - lost
            change[kind] = [self._shown(kind, item) for item in visible]
            change[f"{kind}_gone"] = sorted(lost)
        return change if any(value for name, value in change.items() if name != "at") else None

    def _has(self, queue_id: str | None) -> bool:
        return self.queue_ids is None or queue_id in self.queue_ids

    def _turn(self, queue: Item) -> int | None:
        """When the agent whose view it is would be rung."""
        ids = queue["next_agent_ids"]
        if self.agent_id is None or self.agent_id not in ids:
            return None
        return ids.index(self.agent_id) + 1 if queue["takes_turns"] else 1

    def _shown(self, kind: str, item: Item) -> Item:
        if kind == "queues":
            item = item | {"turn": self._turn(item)}
        elif kind == "agents":
            item = with_words(item, self.reader)
        elif kind == "calls":
            item = self._call_shown(item)
        shown = {name: item[name] for name in _FIELDS[kind]}
        if kind in _OTHERS and self.agent_id is not None:
            shown[_OTHERS[kind]] = []
        return shown

    def _call_shown(self, call: Item) -> Item:
        caller = call["caller"]
        if self.policy is not None:
            caller = caller_as_shown(caller, self.policy)
        return call | {"caller": caller, "caller_shown": shown_number(caller)}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose stream it is, and by what they have shown it; None where nobody is asked."""

    principal: Principal
    credential: str | None


class TooManyStreams(Refused):
    """An account follows more than any needs."""

    error_id = "too-many-streams"
    status = 429


class LiveStreams:
    """All streams of this process.

    The signalling process is watched while there is any, over one connection, which is made again when it
    is lost; and the viewers' accounts are looked at again and again, so that whoever may no longer look on
    does not. Everything happens in the event loop in which the streams are read.
    """

    def __init__(self, control_socket: Path, accounts: Accounts) -> None:
        self._control_socket = control_socket
        self._accounts = accounts
        self._streams: set[_Stream] = set()
        self._snapshot: WatchedSnapshot | None = None
        self._watching: asyncio.Task[None] | None = None
        self._checking: asyncio.Task[None] | None = None

    @property
    def snapshot(self) -> WatchedSnapshot | None:
        """What is watched, while anybody follows a stream; it changes with the next turn of the loop."""
        return self._snapshot

    def check_room(self, viewer: Viewer) -> None:
        """Raises TooManyStreams."""
        theirs = sum(1 for stream in self._streams if stream.viewer.principal == viewer.principal)
        if theirs >= MOST_OF_ONE:
            raise TooManyStreams(f"this account follows {MOST_OF_ONE} streams already; end one first")

    async def events(self, view: View, viewer: Viewer) -> AsyncGenerator[News, None]:
        """A ``snapshot`` of the view, then each ``change`` in it; ``gone`` when the server is away.

        A reader who does not keep up gets a new snapshot in the place of changes. Ends with ``close``, after
        ``LONGEST_STREAM``, or when the viewer is no longer who they were.
        """
        stream = _Stream(view, viewer)
        limit = asyncio.get_running_loop().call_later(LONGEST_STREAM, stream.close)
        self._add(stream)
        try:
            while await stream.has_news():
                for news in stream.take(self._snapshot):
                    yield news
        finally:
            limit.cancel()
            self._drop(stream)

    def close(self) -> None:
        """End all streams."""
        for stream in self._streams:
            stream.close()

    def _add(self, stream: _Stream) -> None:
        self._streams.add(stream)
        if self._checking is None:
            self._checking = asyncio.create_task(self._check_viewers())
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())
        elif self._snapshot is not None:
            stream.begin_anew()

    def _drop(self, stream: _Stream) -> None:
        self._streams.discard(stream)
        if not self._streams:
            for task in (self._watching, self._checking):
                if task is not None:
                    task.cancel()
            self._watching = self._checking = self._snapshot = None

    async def _check_viewers(self) -> None:
        """Settings and accounts are changed by other processes, too: what counts is what is stored."""
        while True:
            await asyncio.sleep(_VIEWERS_CHECKED_EVERY)
            credentials = (stream.viewer.credential for stream in self._streams)
            shown = {credential for credential in credentials if credential is not None}
            with contextlib.suppress(SQLAlchemyError, DatabaseUnavailable):
                accounts = await asyncio.to_thread(self._accounts.by_hashes, shown)
                for stream in tuple(self._streams):
                    account = accounts.get(stream.viewer.credential or "")
                    is_same = account is not None and principal_of(account) == stream.viewer.principal
                    if stream.viewer.credential in shown and not is_same:
                        stream.close()

    async def _watch(self) -> None:
        while True:
            with contextlib.suppress(ServerNotRunning, ControlRefused):
                async with await AsyncControlClient.connect(self._control_socket) as client:
                    await self._follow(client)
            self._snapshot = None
            self._begin_anew()
            await asyncio.sleep(_PAUSE_BEFORE_RECONNECTING)

    async def _follow(self, client: AsyncControlClient) -> None:
        changes = client.watch()
        self._snapshot = WatchedSnapshot(await anext(changes))
        self._begin_anew()
        async for news in changes:
            self._snapshot.take(news)
            for stream in self._streams:
                stream.add(news)

    def _begin_anew(self) -> None:
        for stream in self._streams:
            stream.begin_anew()


class _Stream:
    """What one reader has seen, and what is still to be told."""

    def __init__(self, view: View, viewer: Viewer) -> None:
        self.viewer = viewer
        self._view = view
        self._shown: dict[str, set[str]] = {kind: set() for kind in KEYS}
        self._changes: deque[dict[str, Any]] = deque()
        self._needs_snapshot = False
        self._is_told_gone = False
        self._is_closed = False
        self._news = asyncio.Event()

    def begin_anew(self) -> None:
        """Everything is to be told, whatever was before."""
        self._needs_snapshot = True
        self._changes.clear()
        self._news.set()

    def add(self, news: dict[str, Any]) -> None:
        """A change is to be told."""
        if self._needs_snapshot:
            return
        if len(self._changes) == _LARGEST_BACKLOG:
            self.begin_anew()
        else:
            self._changes.append(news)
            self._news.set()

    def close(self) -> None:
        """Nothing more is told."""
        self._is_closed = True
        self._news.set()

    async def has_news(self) -> bool:
        """Wait until there is something to tell; False when the stream is closed."""
        await self._news.wait()
        self._news.clear()
        return not self._is_closed

    def take(self, snapshot: WatchedSnapshot | None) -> list[News]:
        """What is to be told now."""
        if self._needs_snapshot:
            self._needs_snapshot = False
            return self._whole(snapshot)
        changes = [self._view.of_change(news, self._shown) for news in self._changes]
        self._changes.clear()
        return [("change", change) for change in changes if change is not None]

    def _whole(self, snapshot: WatchedSnapshot | None) -> list[News]:
        if snapshot is None:
            is_told, self._is_told_gone = self._is_told_gone, True
            return [] if is_told else [("gone", {})]
        self._is_told_gone = False
        shown = self._view.of(snapshot)
        self._shown = {kind: {item[key] for item in shown[kind]} for kind, key in KEYS.items()}
        return [("snapshot", shown)]
