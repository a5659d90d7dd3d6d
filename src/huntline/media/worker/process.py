"""The media process: the worker with the settings of this server."""

from __future__ import annotations

from collections.abc import Callable

from huntline.config import Config
from huntline.media.worker import server
from huntline.media.worker.ports import Share
from huntline.network.own_addresses import own_wildcard


async def run_media(config: Config, ready: Callable[[], None], worker: int = 0) -> None:
    """Serve media until cancelled, as the worker of that number. ``ready`` is called when verbs are taken."""
    ports = range(config.media_ports.first, config.media_ports.last + 1)
    address = config.media_address
    # Peers in several networks come to several addresses of ours.
    bound = own_wildcard(address) if config.network else address
    await server.run(
        *(config.media_sockets[worker], bound, ports),
        share=Share(worker, config.media_workers),
        public_address=address,
        is_transcoding=config.transcoding,
        ready=ready,
    )
