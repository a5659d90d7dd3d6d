"""SIP over UDP: one socket, one message a datagram (RFC 3261 section 18)."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import time
from collections.abc import Callable

from huntline.network.listening_sockets import ListeningSockets
from huntline.network.protocols import Protocol, protocol_of
from huntline.network.readiness import Readiness
from huntline.network.strangers import Strangers
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.transport.address import ListenAddress, source_address
from huntline.sip.transport.icmp import Undelivered, keep_errors, take_errors

log = logging.getLogger(__name__)

_RECEIVE_BUFFER = 4 * 1024 * 1024  # a second of a registration storm must fit while the process is busy
_SO_RCVBUFFORCE = 33  # Linux, root only: past net.core.rmem_max
_SO_MEMINFO, _MEMINFO = 55, struct.Struct("9I")  # Linux; the last number counts datagrams that found no room
# So that a flood on one socket leaves time for timers and other sockets, and yet what it must not hold up is
# found behind it soon.
_DATAGRAMS_PER_WAKE_UP = 512
_TIME_PER_WAKE_UP = 0.02  # seconds
_LARGEST_DATAGRAM = 65535
_REMEMBERED_FLOWS = 8192
_TRIES_TO_SEND = 4


class UdpSocket:
    """A bound, non-blocking socket; what it receives goes to ``on_message``, keep-alives left out, and
    ``on_read`` follows when no more waits in it, or all else has its turn.

    Datagrams that came to nobody, as far as ICMP tells, are told by ``on_undelivered``.
    """

    def __init__(
        self,
        address: ListenAddress,
        on_message: Callable[[bytes, Flow], None],
        on_read: Callable[[], None],
        on_undelivered: Callable[[Undelivered], None],
        sockets: ListeningSockets,
    ) -> None:
        """Bind and listen on the running loop. Raises OSError when the address cannot be had."""
        self._on_message = on_message
        self._on_read = on_read
        self._on_undelivered = on_undelivered
        self._strangers = Strangers(Protocol.SIP)
        self._flows: dict[tuple[str, int], Flow] = {}
        self._socket = sockets.take(socket.SOCK_DGRAM, address.host, address.port, _prepare)
        self.address = ListenAddress(Transport.UDP, *self._socket.getsockname()[:2])
        self._is_wildcard = self.address.is_wildcard
        self._loop = asyncio.get_running_loop()
        self._readiness = Readiness(self._socket, self._read)

    def send(self, data: bytes, remote: tuple[str, int]) -> None:
        """Send one datagram; raises OSError when it cannot be sent.

        A full send buffer counts as a packet lost on the way: SIP sends again over UDP.
        """
        for tries_left in reversed(range(_TRIES_TO_SEND)):
            try:
                self._socket.sendto(data, remote)
            except BlockingIOError:
                return
            except OSError:
                # It may be the error of an earlier datagram, to somebody else.
                if not self._take_errors() or not tries_left:
                    raise
            else:
                return

    @property
    def lost(self) -> int:
        """Datagrams that the kernel threw away, since we read too slowly."""
        told = self._socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
        lost: int = _MEMINFO.unpack(told)[-1]
        return lost

    def close(self) -> None:
        """Stop listening; may be called twice."""
        if self._socket.fileno() >= 0:
            self._readiness.close()
            self._socket.close()

    def _read(self) -> None:
        try:
            self._read_some()
        finally:
            self._on_read()

    def _read_some(self) -> None:
        end = time.monotonic() + _TIME_PER_WAKE_UP
        for count in range(_DATAGRAMS_PER_WAKE_UP):
            try:
                data, sender = self._socket.recvfrom(_LARGEST_DATAGRAM)
            except BlockingIOError:
                if not count:  # woken up by something else
                    self._take_errors()
                return
            except OSError as error:
                if not self._take_errors():
                    log.warning("receiving failed", extra={"address": str(self.address), "error": str(error)})
                return
            message = self._sip_in(data, sender)
            if message and (flow := self._flow_from(sender)):
                self._on_message(message, flow)
                if self._socket.fileno() < 0:  # the message's reader closed us
                    return
            if time.monotonic() >= end:
                return

    def _sip_in(self, data: bytes, sender: tuple[str, int]) -> bytes:
        """The message in a datagram, or nothing: keep-alives, and what other protocols send.

        Keep-alives are CRLF or zero bytes (RFC 5626 section 3.5), or STUN. Line ends before a message do not
        count (RFC 3261 section 7.5).
        """
        message = data.lstrip(b"\r\n\0 ") if data[:1] <= b" " else data
        protocol = protocol_of(message)
        if protocol is None or protocol is Protocol.SIP:
            return message
        if protocol is not Protocol.STUN:
            reason = f"the first bytes are {protocol}"
            self._strangers.tell((sender[0], sender[1]), self.address, reason, self._loop.time())
        return b""

    def _take_errors(self) -> bool:
        """Tell of datagrams that did not arrive; whether there were any."""
        errors = take_errors(self._socket)
        for each in errors:
            self._on_undelivered(each)
        return bool(errors)

    def _flow_from(self, sender: tuple[str, int]) -> Flow | None:
        remote = (sender[0], sender[1])
        flow = self._flows.get(remote)
        if flow is None:
            try:
                host = source_address(remote) if self._is_wildcard else self.address.host
            except OSError:
                return None  # no way back: nothing we could say would arrive
            if len(self._flows) >= _REMEMBERED_FLOWS:
                self._flows.clear()
            flow = self._flows[remote] = Flow(Transport.UDP, (host, self.address.port), remote)
        return flow


def _prepare(made: socket.socket) -> None:
    keep_errors(made)
    try:
        made.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECEIVE_BUFFER)
    except OSError:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
