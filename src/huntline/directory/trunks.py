"""Providers: who may bring calls from outside, where calls to the outside go, and how they write numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network

from huntline.directory.organization import Organization, Trunk
from huntline.network.literals import IpAddress, is_address_literal, read_address

_WITH_PORT = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<v4>[0-9.]+))(?::(?P<port>[0-9]{1,5}))?", re.ASCII)
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(
    rf"(?:\[(?P<v6>[^\]]+)\]|(?P<name>(?=.{{1,253}}(?::|$)){_LABEL}(?:\.{_LABEL})*\.?))(?::(?P<port>[0-9]{{1,5}}))?",
    re.ASCII,
)
_PREFIX_RULE = re.compile(r"(?P<prefix>\+?[0-9*#]{0,20})>(?P<replacement>\+?[0-9*#]{0,20})", re.ASCII)

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


@dataclass(frozen=True, slots=True)
class TrunkHost:
    """Where calls to a provider go: a name or an IP address, IPv6 without brackets. A name without ``port``
    is resolved as RFC 3263 section 4 says."""

    name: str
    port: int | None = None

    @property
    def is_address(self) -> bool:
        """Whether nothing has to be looked up."""
        return is_address_literal(self.name)

    def __str__(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port is None else f"{name}:{self.port}"


def parse_trunk_host(text: str) -> TrunkHost:
    """One of the ``hosts`` of a ``Trunk``. Raises ValueError."""
    if is_address_literal(text):
        return TrunkHost(str(read_address(text)))
    match = _HOST.fullmatch(text)
    if match is None:
        raise ValueError(text)
    port = int(match["port"]) if match["port"] else None
    if port is not None and not 1 <= port <= 65535:
        raise ValueError(text)
    if match["v6"]:
        return TrunkHost(str(ip_network(match["v6"]).network_address), port)
    name = match["name"].lower().removesuffix(".")
    if name.replace(".", "").isdecimal() and not is_address_literal(name):
        raise ValueError(text)
    return TrunkHost(name, port)


def destinations(trunk: Trunk) -> tuple[TrunkHost, ...]:
    """Where calls to this provider go, in that order: its hosts, else the single ones of its addresses."""
    if trunk.hosts:
        return tuple(map(parse_trunk_host, trunk.hosts))
    found = map(parse_trunk_address, trunk.addresses)
    return tuple(
        TrunkHost(str(network.network_address), port) for network, port in found if network.num_addresses == 1
    )


def takes_calls(trunk: Trunk) -> bool:
    """Whether calls to the outside may go by this provider."""
    return trunk.is_enabled and bool(destinations(trunk))


@dataclass(frozen=True, slots=True)
class PrefixRule:
    """What a number begins with, and what stands there instead."""

    prefix: str
    replacement: str


def parse_prefix_rule(text: str) -> PrefixRule:
    """One of the prefix rules of a ``Trunk``. Raises ValueError."""
    match = _PREFIX_RULE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return PrefixRule(match["prefix"], match["replacement"])


def rewritten(number: str, rules: Iterable[str]) -> str:
    """A number as the first of the rules that fits has it; as it is when none does."""
    for rule in map(parse_prefix_rule, rules):
        if number.startswith(rule.prefix):
            return rule.replacement + number.removeprefix(rule.prefix)
    return number


def brings(trunk: Trunk, number: str) -> bool:
    """Whether a number of the organization's comes in by this provider."""
    return not trunk.numbers or number.startswith(trunk.numbers)


@dataclass(frozen=True, slots=True)
class TrunkOf:
    """A provider of one organization."""

    organization_id: str
    trunk: Trunk

    @property
    def key(self) -> str:
        """What it is called among all of the server, in calls and records."""
        return f"{self.organization_id}/{self.trunk.name}"


class TrunkTable:
    """Whose provider a source address is; one provider may serve several organizations."""

    def __init__(self, organizations: Iterable[Organization]) -> None:
        self._single: dict[tuple[IpAddress, int | None], tuple[TrunkOf, ...]] = {}
        self._networks: list[tuple[Network, TrunkOf]] = []
        for organization in organizations:
            for trunk in organization.trunks:
                if trunk.is_enabled:
                    for text in (*trunk.addresses, *_hosts_known_by(trunk)):
                        self._add(text, TrunkOf(organization.organization_id, trunk))

    def _add(self, text: str, of: TrunkOf) -> None:
        network, port = parse_trunk_address(text)
        if network.num_addresses > 1:
            self._networks.append((network, of))
        else:
            key = (network.network_address, port)
            self._single[key] = (*self._single.get(key, ()), of)

    def trunks_of(self, address: str, port: int) -> tuple[TrunkOf, ...]:
        """The providers that a source may be, each once; none for what is no address."""
        try:
            source = read_address(address)
        except ValueError:
            return ()
        if isinstance(source, IPv6Address) and source.ipv4_mapped:
            source = source.ipv4_mapped
        found = self._single.get((source, port), ()) + self._single.get((source, None), ())
        in_networks = (of for network, of in self._networks if source in network)
        return tuple(dict.fromkeys((*found, *in_networks)))


def _hosts_known_by(trunk: Trunk) -> Iterator[str]:
    """Where a provider without addresses is known by the hosts that calls go to: those that are addresses.
    Others are known once their names are resolved."""
    if not trunk.addresses:
        for host in map(parse_trunk_host, trunk.hosts):
            if host.is_address:
                yield host.name
