"""The pool of RTP ports: an even port for RTP and the next one for RTCP (RFC 3550 section 11)."""

from __future__ import annotations

import ipaddress
import random
import socket
from collections import OrderedDict
from dataclasses import dataclass

from huntline.media.interface import MediaUnavailable, PortTaken
from huntline.network.browser_ports import REFUSED_BY_BROWSERS

_RECEIVE_BUFFER = 128 * 1024
"""About a second of audio with the kernel's own overhead: older audio is worth nothing."""

_EXPEDITED_FORWARDING = 0xB8
"""The DSCP for voice (RFC 3246), shifted into its place in the traffic class."""

SocketPair = tuple[socket.socket, socket.socket]
"""RTP and RTCP."""


@dataclass(frozen=True, slots=True)
class Share:
    """Every ``of``-th pair of a range, from the pair ``number`` on, counted from 0."""

    number: int
    of: int


WHOLE = Share(0, 1)
"""All of them."""


class PortPool:
    """Opens socket pairs on the media address, each on the pair that has been free for the longest time.

    So a stray packet of an ended call hardly ever meets a new one. Ports taken by other programs are
    passed over. Of ``ports`` it opens its ``share`` only, and opens any again.
    """

    def __init__(self, address: str, ports: range, share: Share = WHOLE) -> None:
        self.address = address
        version = ipaddress.ip_address(address).version
        self._family = socket.AF_INET6 if version == 6 else socket.AF_INET
        even = [port for port in ports if port % 2 == 0 and port + 1 in ports]
        own = even[share.number :: share.of]
        random.shuffle(own)
        self._free: OrderedDict[int, None] = OrderedDict.fromkeys(own)
        self._of_others = set(even).difference(own)
        self._taken: set[int] = set()

    @property
    def in_use(self) -> int:
        """How many ports are taken, two a leg."""
        return 2 * len(self._taken)

    def open(self, address: str | None = None, *, for_browser: bool = False) -> tuple[int, SocketPair]:
        """A port with its RTP and RTCP socket, on another ``address`` of the same IP version if need be.

        Raises MediaUnavailable when no pair is free.
        """
        for _ in range(len(self._free)):
            port, _ = self._free.popitem(last=False)
            if for_browser and port in REFUSED_BY_BROWSERS:
                self._free[port] = None
                continue
            try:
                return port, self._bind(port, address)
            except OSError:
                self._free[port] = None
        raise MediaUnavailable("no media port is free")

    def reopen(self, port: int, address: str | None = None) -> SocketPair:
        """The sockets of a port by its number. Raises PortTaken, and MediaUnavailable when it is not ours."""
        if port in self._taken:
            raise PortTaken(f"media port {port} is not free")
        if port not in self._free and port not in self._of_others:
            raise MediaUnavailable(f"media port {port} is not in the range")
        try:
            sockets = self._bind(port, address)
        except OSError as error:
            raise PortTaken(f"media port {port}: {error.strerror}") from error
        self._free.pop(port, None)
        return sockets

    def give_back(self, port: int) -> None:
        """Make the pair free again; its sockets are closed by their owner."""
        self._taken.remove(port)
        if port not in self._of_others:
            self._free[port] = None

    def _bind(self, port: int, address: str | None) -> SocketPair:
        rtp = self._socket(address or self.address, port, _RECEIVE_BUFFER)
        try:
            rtcp = self._socket(address or self.address, port + 1)
        except OSError:
            rtp.close()
            raise
        self._taken.add(port)
        return rtp, rtcp

    def _socket(self, address: str, port: int, receive_buffer: int | None = None) -> socket.socket:
        opened = socket.socket(self._family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            if receive_buffer is not None:
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            if self._family == socket.AF_INET6:
                opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, _EXPEDITED_FORWARDING)
            else:
                opened.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, _EXPEDITED_FORWARDING)
            opened.bind((address, port))
        except OSError:
            opened.close()
            raise
        return opened
