"""The order in which callers came, kept while their audio is made ready."""

from __future__ import annotations

import asyncio


class ArrivalOrder:
    """Callers of one organization go on in the order in which they came, whoever's audio is ready first: it
    is made by several workers, and who came first is served first (rules section 3.1), also by agents whom
    several queues ring."""

    def __init__(self) -> None:
        self._last: dict[str, Turn] = {}

    def come(self, organization_id: str) -> Turn:
        """The turn of who comes now, to be ended once on every path."""
        ahead = self._last.get(organization_id)
        turn = self._last[organization_id] = Turn(ahead.ended if ahead is not None else None)
        turn.ended.add_done_callback(lambda _: self._forget(organization_id, turn))
        return turn

    def _forget(self, organization_id: str, turn: Turn) -> None:
        if self._last.get(organization_id) is turn:
            del self._last[organization_id]


class Turn:
    """One caller's place in that order."""

    def __init__(self, ahead: asyncio.Future[None] | None) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ahead = ahead

    async def wait(self) -> None:
        """Wait until all who came before have gone on, or left."""
        if self._ahead is not None and not self._ahead.done():
            await asyncio.wait([self._ahead])

    def end(self) -> None:
        """Let the next one go on, as soon as all before this one have."""
        if self._ahead is None or self._ahead.done():
            self._end()
        else:
            self._ahead.add_done_callback(lambda _: self._end())

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)
