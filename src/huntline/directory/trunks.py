"""Who may bring calls from outside: providers by source address."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network

from huntline.directory.organization import Organization, Trunk
from huntline.network.literals import IpAddress, read_address

_WITH_PORT = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<v4>[0-9.]+))(?::(?P<port>[0-9]{1,5}))?", re.ASCII)
_SIP_PORT = 5060

Network = IPv4Network | IPv6Network


def parse_trunk_address(text: str) -> tuple[Network, int | None]:
    """Network and port (None: any) of one address of a ``Trunk``. Raises ValueError."""
    match = _WITH_PORT.fullmatch(text)
    if match is None:
        return ip_network(text), None
    port = int(match["port"]) if match["port"] else None
    if port is not None and not 1 <= port <= 65535:
        raise ValueError(f"{port} is no port")
    return ip_network(match["v6"] or match["v4"]), port


def outbound_destination(trunk: Trunk) -> tuple[str, int] | None:
    """Where calls to this provider go: its first single address, port 5060 unless it names one."""
    for text in trunk.addresses:
        network, port = parse_trunk_address(text)
        if network.num_addresses == 1:
            return str(network.network_address), port or _SIP_PORT
    return None


class TrunkTable:
    """Whose provider a source address is; one provider may serve several organizations."""

    def __init__(self, organizations: tuple[Organization, ...]) -> None:
        self._single: dict[tuple[IpAddress, int | None], tuple[str, ...]] = {}
        self._networks: list[tuple[Network, str]] = []
        for organization in organizations:
            for trunk in organization.trunks:
                for text in trunk.addresses:
                    self._add(text, organization.organization_id)

    def _add(self, text: str, organization_id: str) -> None:
        network, port = parse_trunk_address(text)
        if network.num_addresses > 1:
            self._networks.append((network, organization_id))
        else:
            key = (network.network_address, port)
            self._single[key] = (*self._single.get(key, ()), organization_id)

    def organizations_of(self, address: str, port: int) -> tuple[str, ...]:
        """Ids of the organizations that know this source, each once; none for what is no address."""
        try:
            source = read_address(address)
        except ValueError:
            return ()
        if isinstance(source, IPv6Address) and source.ipv4_mapped:
            source = source.ipv4_mapped
        found = self._single.get((source, port), ()) + self._single.get((source, None), ())
        in_networks = (organization_id for network, organization_id in self._networks if source in network)
        return tuple(dict.fromkeys((*found, *in_networks)))
