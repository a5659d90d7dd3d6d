"""The look-ahead: while somebody watches a wallboard, the next half-hour of its queues, again and again.

One queue after the other is asked about, each every ten seconds at most, and all together take a tenth of a
core at most: of many queues each has its turn less often. Whoever begins again begins anew: only what was
expected of each half-hour is kept.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from huntline.control.messages import ServerNotRunning
from huntline.control.watched_snapshot import WatchedSnapshot
from huntline.errors import HuntlineError
from huntline.simulator.look_ahead import LookAheadQuestion
from huntline.web.backstage import Backstage
from huntline.web.expected_calls import QueueExpectation, expectations
from huntline.web.forecast_book import ForecastBook
from huntline.web.look_ahead_child import LONGEST_CPU_S, LookAheadChild, NoOutlook, OutlookFound
from huntline.web.outlooks import TARGET, QueueOutlook
from huntline.web.present_queues import arrivals_under_way, present_queue

log = logging.getLogger(__name__)

EVERY = 10.0
"""Seconds between two looks ahead for a queue."""

SHARE_OF_A_CORE = 0.1

MOST_CPU_S = 0.3
"""That is added to a look by further runs, be there few queues: another one waits for ten times as long."""

EXPECTED_FOR = 120.0
"""Seconds until history and settings are read again."""

_REST_AFTER_FAULT = 10.0  # s


class Turns:
    """Which queue is next: the one whose turn is longest ago. ``now`` is a clock of seconds."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}
        self._free_at = -math.inf

    def next(self, queue_ids: Iterable[str], now: float) -> str | None:
        """The next one; None where none is due, or the last one has taken too much."""
        queue_id = min(queue_ids, key=self._last_of, default=None)
        is_due = queue_id is not None and now >= max(self._last_of(queue_id) + EVERY, self._free_at)
        return queue_id if is_due else None

    def wait(self, queue_ids: Iterable[str], now: float) -> float:
        """In how many seconds somebody's turn is, at most ``EVERY``."""
        last = min(map(self._last_of, queue_ids), default=now)
        return min(max(last + EVERY, self._free_at, now) - now, EVERY)

    def taken(self, queue_id: str, now: float, cpu_s: float) -> None:
        """A turn began at ``now`` and took so much CPU time."""
        self._last[queue_id] = now
        self._free_at = now + cpu_s / SHARE_OF_A_CORE

    def _last_of(self, queue_id: str) -> float:
        return self._last.get(queue_id, -math.inf)


class LookAhead:
    """Puts outlooks into ``Backstage.outlooks``. ``ask`` takes a question and about how much CPU time it may
    cost; it blocks, and so runs in a thread."""

    def __init__(
        self,
        backstage: Backstage,
        ask: Callable[[LookAheadQuestion, float], OutlookFound],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._backstage, self._ask, self._clock = backstage, ask, clock
        self._turns = Turns()
        self._book = ForecastBook(backstage.database)
        self._known: dict[str, tuple[float, Mapping[str, QueueExpectation]]] = {}

    async def turn(self) -> float:
        """Look ahead for the queue that is due, if one is; in how many seconds the next is. Raises
        HuntlineError, and NoOutlook."""
        watched = self._backstage.outlooks.watched()
        self._known = {each: known for each, known in self._known.items() if each in watched}
        organizations: dict[str, str] = {}
        for organization_id in watched:
            organizations |= dict.fromkeys(await self._expectations(organization_id), organization_id)
        began = self._clock()
        queue_id = self._turns.next(organizations, began)
        if queue_id is None:
            return self._turns.wait(organizations, began)
        self._turns.taken(queue_id, began, 0.0)
        try:
            cpu_s = await self._look(organizations[queue_id], queue_id)
        except NoOutlook:
            self._turns.taken(queue_id, began, LONGEST_CPU_S)
            raise
        self._turns.taken(queue_id, began, cpu_s)
        return self._turns.wait(organizations, self._clock())

    async def _look(self, organization_id: str, queue_id: str) -> float:
        """How much CPU time it took; nothing where there is nothing to say."""
        known, outlooks = self._known[organization_id][1][queue_id], self._backstage.outlooks
        picture, now = await self._picture(), datetime.now(UTC)
        question = LookAheadQuestion(present_queue(picture, known.queue, now), known.expected, TARGET)
        if not question.has_traffic:
            outlooks.drop(queue_id)
            return 0.0
        cpu_s = min(MOST_CPU_S, SHARE_OF_A_CORE * EVERY / max(outlooks.count, 1))
        found = await asyncio.to_thread(self._ask, question, cpu_s)
        outlooks.put(QueueOutlook(organization_id, queue_id, now, found.outlook))
        agents = sum(agent.serves for agent in question.now.agents)
        await asyncio.to_thread(self._book.keep, organization_id, queue_id, now, found.outlook, agents)
        return found.cpu_s

    async def _expectations(self, organization_id: str) -> Mapping[str, QueueExpectation]:
        read_at, expected = self._known.get(organization_id, (-math.inf, {}))
        if self._clock() - read_at < EXPECTED_FOR:
            return expected
        under_way, now = arrivals_under_way(await self._picture()), datetime.now(UTC)

        def read() -> Mapping[str, QueueExpectation]:
            organization = self._backstage.settings.organization(organization_id)
            return expectations(self._backstage.database, organization, under_way, now)

        expected = await asyncio.to_thread(read)
        self._known[organization_id] = self._clock(), expected
        return expected

    async def _picture(self) -> WatchedSnapshot:
        """What is live now: pages watch it, too; where nobody follows a stream it is asked for."""
        watched = self._backstage.live.snapshot
        return watched or WatchedSnapshot(await asyncio.to_thread(self._backstage.ask, "status"))


async def look_ahead_while_watched(backstage: Backstage) -> None:
    """Until cancelled. What fails is tried again in a while."""
    child = LookAheadChild()
    looking = LookAhead(backstage, child.ask)
    try:
        while True:
            if not backstage.outlooks.watched():
                child.close()
                await backstage.outlooks.wait_for_more()
            await backstage.outlooks.wait_for_more(await _pause_after_turn(looking))
    finally:
        child.close()


async def _pause_after_turn(looking: LookAhead) -> float:
    try:
        return await looking.turn()
    except ServerNotRunning:
        return _REST_AFTER_FAULT
    except (HuntlineError, NoOutlook) as error:
        log.warning("queues could not be looked ahead for", extra={"reason": str(error)})
        return _REST_AFTER_FAULT
    except Exception:
        log.exception("queues could not be looked ahead for")
        return _REST_AFTER_FAULT
