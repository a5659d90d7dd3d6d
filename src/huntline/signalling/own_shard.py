"""Where this server is, for the others on its database that send phones and people here."""

from __future__ import annotations

from ipaddress import ip_address

from huntline.config import Config
from huntline.directory.elsewhere import Shard
from huntline.network.own_addresses import own_addresses
from huntline.network.setting_values import SocketAddress


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
