"""Plain RTP and RTCP on a port pair, to and from wherever the peer turns out to be."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import socket
from collections.abc import Mapping
from typing import Any

from huntline.media.worker import filter as packet_filter
from huntline.media.worker import rtcp
from huntline.media.worker.latch import Address, Latch
from huntline.media.worker.path import PACKET, VIEW, PathUser
from huntline.media.worker.ports import SocketPair
from huntline.media.worker.relay import Send
from huntline.sdp import Agreed

_NOWHERE = ("0.0.0.0", "::")  # noqa: S104 - hold as in RFC 2543, not an address to bind
_MANY_STALE_PACKETS = 1000
_libc = ctypes.CDLL(None, use_errno=True)


class PlainPath:
    """Implements ``path.AudioPath`` for phones and trunks."""

    is_open = True
    refused = 0

    def __init__(self, user: PathUser, sockets: SocketPair) -> None:
        """Listen on the sockets; the path closes them."""
        self._user = user
        self._take = user.take
        self._rtp, self._rtcp = sockets
        self._receive = self._rtp.recv_into
        self._agreed: Agreed | None = None
        self._event_type: int | None = None
        self._latch: Latch | None = None
        self._rtcp_latch: Latch | None = None
        self._is_heard = False
        self._filter = packet_filter.SocketFilter(self._rtp)
        self._is_connected = False

        loop = asyncio.get_running_loop()
        loop.add_reader(self._rtp.fileno(), self._read_from_anyone)
        loop.add_reader(self._rtcp.fileno(), self._read_report)

    def close(self) -> None:
        loop = asyncio.get_running_loop()
        for each in (self._rtp, self._rtcp):
            loop.remove_reader(each.fileno())
            each.close()

    def apply(self, agreed: Agreed, event_type: int | None) -> None:
        """A new address of the peer is learnt anew."""
        self._agreed, self._event_type = agreed, event_type
        is_new = self._latch is None or self._latch.expected != (agreed.address, agreed.port)
        if is_new and agreed.address not in _NOWHERE:
            self.relatch()
        self._set_filter()

    def made(self) -> None:
        return None

    def relatch(self) -> None:
        """Learn from the next packets where the peer is; until then we send to the address it told."""
        if self._agreed is None:
            return
        self._latch = Latch((self._agreed.address, self._agreed.port))
        self._rtcp_latch = Latch((self._agreed.rtcp_address, self._agreed.rtcp_port))
        if self._is_connected:
            _disconnect(self._rtp)
            self._is_connected = False
        asyncio.get_running_loop().add_reader(self._rtp.fileno(), self._read_from_anyone)
        self._set_filter()
        self._redirect()

    def listen(self, is_heard: bool) -> None:
        self._is_heard = is_heard
        self._set_filter()

    def look_after(self, now: int) -> None:
        """Nothing is ever due."""

    def secrets(self) -> None:
        return None

    def resume(self, secrets: Mapping[str, Any] | None) -> None:
        """Nothing is missing: the first packet tells where the peer is."""

    # What comes in

    def _read_from_anyone(self) -> None:
        try:
            size, source = self._rtp.recvfrom_into(PACKET)
        except OSError:
            return
        before = self._latch and self._latch.source
        self._take(size, source[:2])
        if self._latch and self._latch.source != before:
            self._follow_latch(self._latch)

    def _read_from_peer(self) -> None:
        try:
            size = self._receive(PACKET)
        except OSError:  # An ICMP error for what we have sent arrives here: the peer may come back.
            return
        self._take(size, None)

    def _read_report(self) -> None:
        try:
            size, source = self._rtcp.recvfrom_into(PACKET)
        except OSError:
            return
        if rtcp.is_plausible(VIEW[:size]) and self._rtcp_latch and self._rtcp_latch.admit(source[:2]):
            self._user.take_report()

    # Where the peer is

    def admit(self, source: Address) -> bool:
        return self._latch is not None and self._latch.admit(source)

    def is_peer(self, source: Address) -> bool:
        return self._latch is not None and self._latch.source == source

    def _follow_latch(self, latch: Latch) -> None:
        if latch.is_final:
            self._connect(latch.target)
        self._set_filter()
        self._redirect()

    def _connect(self, address: Address) -> None:
        """Let the kernel refuse all other senders; it also sends faster so."""
        try:
            self._rtp.connect(address)
        except OSError:
            return
        self._is_connected = True
        with contextlib.suppress(OSError):
            # What strangers have sent before still waits in the socket.
            for _ in range(_MANY_STALE_PACKETS):
                self._rtp.recv_into(PACKET)
        asyncio.get_running_loop().add_reader(self._rtp.fileno(), self._read_from_peer)

    def _redirect(self) -> None:
        if self._is_connected:
            self._user.redirect(self._rtp.send)
        elif self._latch is not None:
            self._user.redirect(_sender_to(self._rtp, self._latch.target))

    def send_report(self, report: bytes) -> None:
        if self._rtcp_latch is not None:
            with contextlib.suppress(OSError):
                self._rtcp.sendto(report, self._rtcp_latch.target)

    def _set_filter(self) -> None:
        """While nobody listens, most packets need not come; but the first one tells where the peer is."""
        is_wanted = not self._is_heard and self._latch is not None and self._latch.source is not None
        self._filter.run(packet_filter.program(self._event_type) if is_wanted else None)


def _sender_to(rtp_socket: socket.socket, address: Address) -> Send:
    sendto = rtp_socket.sendto
    return lambda packet: sendto(packet, address)


def _disconnect(connected: socket.socket) -> None:
    """Hear everyone again: connect(2) with AF_UNSPEC, which Python's own method does not know."""
    _libc.connect(connected.fileno(), bytes(16), 16)
