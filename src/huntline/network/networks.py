"""Networks of peers, and the address that those in each are told of this server."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

IpNetwork = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Network:
    """Whoever is in ``peers`` is told ``address``: where they reach us, before a NAT the public one."""

    peers: IpNetwork
    address: str

    @classmethod
    def parse(cls, text: str) -> Network:
        """Read ``10.0.0.0/8=10.0.0.5``. Raises ValueError, which says what would be right."""
        prefix, _, address = text.partition("=")
        try:
            peers, told = ip_network(prefix), ip_address(address)
        except ValueError as error:
            raise ValueError(f"NETWORK=ADDRESS, for instance 10.0.0.0/8=10.0.0.5 ({error})") from None
        if peers.version != told.version:
            raise ValueError("a network and an address of one IP version, for instance 10.0.0.0/8=10.0.0.5")
        if told.is_unspecified:
            raise ValueError("an address that phones can reach, not the one that stands for all of them")
        return cls(peers, str(told))

    def __str__(self) -> str:
        return f"{self.peers}={self.address}"


class Networks:
    """Which address a peer is told, by the longest prefix that has it.

    ``audio_address`` is what descriptions of ours say for everybody else. This machine is in no network but
    one that names its addresses: what it says to itself needs no way around.
    """

    def __init__(self, networks: Iterable[Network] = (), audio_address: str = "") -> None:
        by_length = sorted(networks, key=lambda each: each.peers.prefixlen, reverse=True)
        self._networks = tuple(by_length)
        self._audio_address = audio_address
        self._own = re.compile(
            rb"(?m)^((?:c=IN IP[46] |o=\S+ \S+ \S+ IN IP[46] |a=candidate:(?:\S+ ){4}|a=rtcp:\d+ IN IP[46] ))"
            + re.escape(audio_address.encode())
            + rb"(?=[\s/])"
        )
        self._told = lru_cache(4_096)(self._find)

    def told_to(self, peer: str) -> str | None:
        """The address of ours for a peer; None where it is told what is so anyway."""
        return self._told(peer) if self._networks else None

    def _find(self, peer: str) -> str | None:
        try:
            address = ip_address(peer.partition("%")[0])
        except ValueError:
            return None
        for network in self._networks:
            if address in network.peers:
                return None if address.is_loopback and not network.peers.is_loopback else network.address
        return None

    def described_to(self, peer: str, message: bytes) -> bytes:
        """A message with the address for audio that its peer is told, where it has a description of ours.

        The head is written anew for another length of the body, and nothing else is touched.
        """
        told = self.told_to(peer)
        if told is None or ip_address(told).version != ip_address(self._audio_address).version:
            return message
        head, blank, body = message.partition(b"\r\n\r\n")
        if told == self._audio_address or not body:
            return message
        new, count = self._own.subn(rb"\g<1>" + told.encode(), body)
        if not count:
            return message
        length = re.sub(rb"(?mi)^(Content-Length: *)\d+", rb"\g<1>%d" % len(new), head)
        return length + blank + new

    def __str__(self) -> str:
        return ", ".join(f"{network.address} in {network.peers}" for network in self._networks)
