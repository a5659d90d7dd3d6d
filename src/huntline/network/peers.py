"""Peers, as limits count them."""

from __future__ import annotations

import resource
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

_ONE_SITE = 64  # bits of an IPv6 address: what one customer gets at least (RFC 6177 section 2)

BACKLOG = 128
"""Connections that the kernel completes ahead of us: we take them all at once and only then count them."""

_RESERVED_DESCRIPTORS = BACKLOG + 64  # and for the database, files, the control socket, the log
_FEWEST_CONNECTIONS = 16


def connections_for(wanted: int, descriptors: int | None = None) -> int:
    """How many connections a process may have that may open so many files; by default, as many as this."""
    may_open = descriptors if descriptors is not None else resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return max(_FEWEST_CONNECTIONS, min(wanted, may_open - _RESERVED_DESCRIPTORS))


@lru_cache(maxsize=4_096)
def source_of(host: str) -> str:
    """What a limit counts a peer's address as.

    An IPv6 address is its /64, of which one peer can use every address; an IPv4 address written as one of
    IPv6 is itself. What is no address counts as it is.
    """
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), _ONE_SITE), strict=False))


def is_this_machine(host: str) -> bool:
    """Whether an address is one at which this machine speaks to itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
