"""The address of the server, which moves: taken and given up on an interface, and said to the network."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import socket
import struct
import subprocess
from collections.abc import Callable
from ipaddress import IPv4Interface

from huntline.errors import ConfigurationError

log = logging.getLogger(__name__)

_SIOCGIFHWADDR = 0x8927  # linux/sockios.h
_ETH_ARP = 0x0806
_HEAD = struct.Struct("!6s6sH")  # to, from, kind of an Ethernet frame
_ARP = struct.Struct("!HHBBH6s4s6s4s")  # RFC 826
_ETHERNET, _IPV4, _REQUEST = 1, 0x0800, 1
_ALL = b"\xff" * 6
_SAID_AGAIN = (0.1, 0.5)  # seconds: a switch or a phone may have missed it
_SAID_EVERY = 1.0
"""Seconds: an owner whose cable is in again learns by it that another one has the address, long before it
hears the cluster."""
_AT_MOST_EVERY = 0.5  # seconds between two answers to a conflict


class MovingAddress:
    """``address`` has the length of its network, as 10.0.0.10/24. ``on_conflict`` is called when another
    machine says that it has it."""

    def __init__(self, address: str, interface: str, on_conflict: Callable[[], None]) -> None:
        self._address, self._interface, self._on_conflict = address, interface, on_conflict
        self._packed = IPv4Interface(address).ip.packed
        self._hardware = _hardware_address(interface)
        self._socket = _arp_socket(interface)
        self._again: list[asyncio.TimerHandle] = []
        self._heard_at = float("-inf")
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def take(self) -> None:
        """Have the address, and tell the network. Raises ConfigurationError where the system refuses it."""
        _ip("addr", "replace", self._address, "dev", self._interface)
        self.announce()

    def announce(self) -> None:
        """Tell the network where the address is (RFC 5227 section 2.3), now, some moments later, and on."""
        self._quiet()
        self._say()
        loop = asyncio.get_running_loop()
        self._again = [loop.call_later(seconds, self._say) for seconds in _SAID_AGAIN]
        self._again.append(loop.call_later(_SAID_EVERY, self._say_on))

    def give_up(self) -> None:
        """Have it no more; nothing is sent from it any more."""
        self._quiet()
        with contextlib.suppress(ConfigurationError):  # it was not there
            _ip("addr", "del", self._address, "dev", self._interface)

    def close(self) -> None:
        """Look no more for who else has it."""
        self._quiet()
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _quiet(self) -> None:
        while self._again:
            self._again.pop().cancel()

    def _say_on(self) -> None:
        self._say()
        self._again = [asyncio.get_running_loop().call_later(_SAID_EVERY, self._say_on)]

    def _say(self) -> None:
        body = _ARP.pack(
            *(_ETHERNET, _IPV4, 6, 4, _REQUEST), self._hardware, self._packed, bytes(6), self._packed
        )
        with contextlib.suppress(OSError):  # the cable is out
            self._socket.send(_HEAD.pack(_ALL, self._hardware, _ETH_ARP) + body)

    def _read(self) -> None:
        try:
            frame = self._socket.recv(128)
        except OSError:  # the interface is down
            return
        if len(frame) < _HEAD.size + _ARP.size:
            return
        *_, hardware, address, _, _ = _ARP.unpack_from(frame, _HEAD.size)
        now = asyncio.get_running_loop().time()
        is_other = address == self._packed and hardware != self._hardware
        if is_other and now - self._heard_at >= _AT_MOST_EVERY:
            self._heard_at = now
            self._on_conflict()


def check_address(interface: str) -> None:
    """Raises ConfigurationError where this process may not move an address on that interface."""
    _hardware_address(interface)
    _arp_socket(interface).close()


def _hardware_address(interface: str) -> bytes:
    asked = struct.pack("256s", interface.encode()[:15])  # struct ifreq of netdevice(7)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            return fcntl.ioctl(probe, _SIOCGIFHWADDR, asked)[18:24]
        except OSError:
            known = ", ".join(sorted(name for _, name in socket.if_nameindex()))
            wanted = f"must be one of this machine's: {known}"
            raise ConfigurationError(f"--interface: value {interface!r}: {wanted}") from None


def _arp_socket(interface: str) -> socket.socket:
    try:
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_ARP))
        opened.bind((interface, 0))
    except OSError as error:
        raise ConfigurationError(
            f"the network cannot be told of an address that moves ({error}); run the server with CAP_NET_RAW"
            " and CAP_NET_ADMIN, as huntline install-service sets it up"
        ) from None
    opened.setblocking(False)
    return opened


def _ip(*words: str) -> None:
    done = subprocess.run(("ip", *words), capture_output=True, text=True, check=False)  # noqa: S603, S607
    if done.returncode:
        raise ConfigurationError(
            f"ip {' '.join(words)}: {done.stderr.strip()}; run the server with CAP_NET_ADMIN, as huntline"
            " install-service sets it up"
        )
