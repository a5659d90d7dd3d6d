"""The connection to the media worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from huntline.media.worker import wire


class MediaLink(asyncio.Protocol):
    """Gives each line that comes to ``take``; ``lost`` is done when the connection is over."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._take = take
        self._lines = wire.Lines()

    def data_received(self, data: bytes) -> None:
        for line in self._lines.cut(data):
            self._take(line)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(None)
