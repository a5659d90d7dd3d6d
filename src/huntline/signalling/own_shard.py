"""Where this server is, for the others on its database that send phones and people here."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from sqlalchemy import Engine

from huntline.config import Config
from huntline.directory.elsewhere import Shard
from huntline.network.own_addresses import own_addresses
from huntline.network.setting_values import SocketAddress
from huntline.storage.sealing import Sealing
from huntline.storage.shards import announce


class OwnShard:
    """This server as one of several on a PostgreSQL; nothing is done where its database is a file."""

    def __init__(self, config: Config, database: Engine) -> None:
        self._config, self._database = config, database

    def announce(self) -> None:
        """Say where this server is. Raises ShardTaken where a server that lives has its name."""
        if self._config.database is not None:
            announce(self._database, self._shard())

    async def live(self, on_news: Callable[[], None]) -> None:
        """Be known to live, and tell whenever other servers may have changed something; until cancelled."""
        if (where := self._config.database) is None:
            return
        # Imported here: its driver is not on every machine.
        from huntline.storage.shard_life import ShardLife

        await ShardLife(self._database, where, self._shard(), on_news).run()

    def _shard(self) -> Shard:
        return own_shard(self._config, Sealing.of(self._database).mark)


def own_shard(config: Config, key_mark: str = "") -> Shard:
    """As the settings say; an address that stands for all of this machine's is that of its default route.
    ``key_mark`` is that of its ``Sealing``."""

    def reached(host: str, port: int) -> str:
        address = ip_address(host)
        usual = own_addresses(address.version)[0] if address.is_unspecified else host
        return str(SocketAddress(config.shard_host or usual, port))

    phones = (each for each in config.sip if not each.is_for_pages)
    sip = tuple(f"{each.transport}:{reached(each.host, each.port)}" for each in phones)
    own_pages = f"http://{reached(config.http.host, config.http.port)}"
    pages = config.page_origins[0] if config.page_origins else own_pages
    return Shard(config.shard, sip, pages, key_mark)
