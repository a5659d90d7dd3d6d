"""IP addresses that are read from text again and again: those of the peers of this moment."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

IpAddress = IPv4Address | IPv6Address

_LONGEST = 64  # characters that are worth being remembered; an IPv6 address with a zone may have more


def read_address(text: str) -> IpAddress:
    """The address that a text is. Raises ValueError for what is none."""
    return _remembered(text) if len(text) <= _LONGEST else ip_address(text)


def is_address_literal(text: str) -> bool:
    """Whether a text is an IP address, IPv6 without brackets."""
    try:
        read_address(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4_096)
def _remembered(text: str) -> IpAddress:
    return ip_address(text)
