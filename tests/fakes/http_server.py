"""An ASGI application on a real socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

_TIME_LIMIT = 10  # seconds to start, and to end


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """The URL at which the application answers, on a free port of 127.0.0.1."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_config=None, log_level="warning", lifespan="off", ws="none")
    )
    started = threading.Event()
    startup = server.startup

    async def start(sockets: Any = None) -> None:
        await startup(sockets)
        started.set()

    server.startup = start  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert started.wait(_TIME_LIMIT)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(_TIME_LIMIT)
