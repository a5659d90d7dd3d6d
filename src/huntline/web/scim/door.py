"""Where directories come in. What answers them is loaded with the first request: that takes a second and some
megabytes, and most servers have no directory that pushes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

if TYPE_CHECKING:
    from huntline.web.scim.endpoint import Endpoint

PATH = "/scim/v2"

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def install(app: FastAPI) -> None:
    """Give the application the SCIM service."""
    door = _Door()
    for path in (PATH, PATH + "/{path:path}"):
        app.router.add_route(path, door.serve, methods=_METHODS, include_in_schema=False)


class _Door:
    def __init__(self) -> None:
        self._endpoint: Endpoint | None = None
        self._loading = asyncio.Lock()

    async def serve(self, request: Request) -> Response:
        """Answer a request."""
        async with self._loading:
            if self._endpoint is None:
                # In a thread: whoever asks for something else is answered meanwhile.
                self._endpoint = await run_in_threadpool(_loaded)
        return await self._endpoint.serve(request)


def _loaded() -> Endpoint:
    from huntline.web.scim.endpoint import Endpoint

    return Endpoint()
