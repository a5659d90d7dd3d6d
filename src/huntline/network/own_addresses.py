"""The addresses of this machine, as others can reach it."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import ifaddr

_FAR_AWAY = {4: "198.51.100.1", 6: "2001:db8::1"}  # for documentation: nobody is asked anything
_LOOPBACK = {4: "127.0.0.1", 6: "::1"}


def own_addresses(version: int) -> list[str]:
    """All addresses of an IP version that others may reach, that of the default route first.

    Loopback is among them only where there is no other (RFC 8445 section 5.1.1.1); link-local ones never.
    """
    first = _address_of_default_route(version)
    ips = [ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips]
    found = [ip if isinstance(ip, str) else ip[0] for ip in ips]  # IPv6 comes with flow and scope
    usable = [each for each in found if ip_address(each).version == version and _is_reachable(each)]
    ordered = sorted(dict.fromkeys(usable), key=lambda each: each != first)
    return ordered or [_LOOPBACK[version]]


def own_wildcard(address: str) -> str:
    """What stands for all addresses of this machine, of the IP version of this one."""
    return {4: "0.0.0.0", 6: "::"}[ip_address(address).version]  # noqa: S104 - as the owner has asked for


def _address_of_default_route(version: int) -> str | None:
    with socket.socket({4: socket.AF_INET, 6: socket.AF_INET6}[version], socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((_FAR_AWAY[version], 9))  # of a datagram socket: nothing is sent
        except OSError:
            return None
        return str(probe.getsockname()[0])


def _is_reachable(text: str) -> bool:
    address = ip_address(text)
    return not (address.is_loopback or address.is_link_local or address.is_unspecified)
