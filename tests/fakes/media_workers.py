"""Media workers that only count."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from huntline.media.worker import wire


class CountingWorker:
    """Answers every verb with its ``counts``; None: with bytes that are no answer."""

    def __init__(self, path: Path, ticks: int = 0, skipped: int = 0) -> None:
        self.counts: Mapping[str, int] | None = {"ticks": ticks, "ticks_skipped": skipped}
        self._path = path
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_unix_server(self._answer, self._path)

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)
            self._server = None

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = wire.message_in(await reader.readline())
        is_sane = self.counts is not None
        writer.write(wire.line({"id": request["id"], "result": self.counts}) if is_sane else b"\xff\n")
        writer.close()
