"""Asking a running server over its control socket, for those who have an event loop."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from huntline.control.messages import LONGEST_REPLY, ServerNotRunning, line_of, result_of


class AsyncControlClient:
    """Requests to a running server: ``async with await AsyncControlClient.connect(path) as client``."""

    def __init__(self, path: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._path = path
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, path: Path) -> Self:
        """Raises ServerNotRunning."""
        try:
            reader, writer = await asyncio.open_unix_connection(str(path), limit=LONGEST_REPLY)
        except OSError:
            raise ServerNotRunning(path) from None
        return cls(path, reader, writer)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    async def request(self, verb: str, **fields: Any) -> dict[str, Any]:
        """Ask for one thing and return the result. One request at a time; no time limit of its own.

        Raises ServerNotRunning when the server is gone.
        """
        if not self._writer.is_closing():  # uvloop would raise; asyncio would not
            self._writer.write(line_of({"id": 1, "do": verb, **fields}))
        return result_of(await self._next())

    async def watch(self) -> AsyncIterator[dict[str, Any]]:
        """The snapshot, then every change as it happens, until the server goes."""
        yield await self.request("watch")
        with contextlib.suppress(ServerNotRunning):
            while True:
                yield (await self._next())["event"]

    async def _next(self) -> dict[str, Any]:
        try:
            line = await self._reader.readline()
        except ConnectionError:
            line = b""
        if not line.endswith(b"\n"):
            raise ServerNotRunning(self._path)
        reply: dict[str, Any] = json.loads(line)
        return reply
