"""The media process: the worker with the settings of this server."""

from __future__ import annotations

from collections.abc import Callable

from huntline.config import Config
from huntline.media.worker import server


async def run_media(config: Config, ready: Callable[[], None]) -> None:
    """Serve media until cancelled. ``ready`` is called when verbs are taken."""
    ports = range(config.media_ports.first, config.media_ports.last + 1)
    await server.run(
        config.media_socket,
        config.media_address,
        ports,
        is_transcoding=config.transcoding,
        ready=ready,
    )
