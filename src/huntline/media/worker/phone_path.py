"""A phone's or a trunk's path: RTP and RTCP on a port pair, to and from wherever the peer turns out to be.

Plain, or encrypted with the keys of the session description (SDES, RFC 4568), as it was agreed last.
"""

from __future__ import annotations

import contextlib
import ctypes
import socket
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from huntline.media.worker import filter as packet_filter
from huntline.media.worker import rtcp, rtp
from huntline.media.worker.latch import Address, Latch
from huntline.media.worker.path import PACKET, VIEW, PathUser
from huntline.media.worker.ports import SocketPair
from huntline.media.worker.relay import Send
from huntline.media.worker.srtp import BY_SUITE, Heard, Srtp, SrtpKeys
from huntline.network.readiness import Readiness
from huntline.plain import fields_of
from huntline.sdp import Agreed, AgreedCrypto

_NOWHERE = ("0.0.0.0", "::")  # noqa: S104 - hold as in RFC 2543, not an address to bind
_MANY_STALE_PACKETS = 1000
_libc = ctypes.CDLL(None, use_errno=True)


class PhonePath:
    """Implements ``path.AudioPath`` for phones and trunks."""

    __slots__ = (
        "_agreed",
        "_crypto",
        "_event_type",
        "_filter",
        "_heard",
        "_is_connected",
        "_is_heard",
        "_latch",
        "_receive",
        "_rtcp",
        "_rtcp_latch",
        "_rtcp_readiness",
        "_rtp",
        "_rtp_readiness",
        "_srtp",
        "_take",
        "_user",
        "refused",
    )

    is_open = True

    def __init__(self, user: PathUser, sockets: SocketPair) -> None:
        """Listen on the sockets; the path closes them."""
        self.refused = 0
        self._user = user
        self._take = user.take
        self._crypto: AgreedCrypto | None = None
        self._srtp: Srtp | None = None
        self._heard: Heard | None = None
        self._rtp, self._rtcp = sockets
        self._receive = self._rtp.recv_into
        self._agreed: Agreed | None = None
        self._event_type: int | None = None
        self._latch: Latch | None = None
        self._rtcp_latch: Latch | None = None
        self._is_heard = False
        self._filter = packet_filter.SocketFilter(self._rtp)
        self._is_connected = False

        self._rtp_readiness = Readiness(self._rtp, self._read_from_anyone)
        self._rtcp_readiness = Readiness(self._rtcp, self._read_report)

    def close(self) -> None:
        for each in (self._rtp_readiness, self._rtcp_readiness, self._rtp, self._rtcp):
            each.close()

    def apply(self, agreed: Agreed, event_type: int | None) -> None:
        """A new address of the peer is learnt anew."""
        self._agreed, self._event_type = agreed, event_type
        if not _has_same_keys(agreed.crypto, self._crypto):
            self._protect(agreed.crypto)
        self._crypto = agreed.crypto
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
        self._rtp_readiness.call(self._read_from_anyone)
        self._set_filter()
        self._redirect()

    def listen(self, is_heard: bool) -> None:
        self._is_heard = is_heard
        self._set_filter()

    def _protect(self, crypto: AgreedCrypto | None) -> None:
        """Encrypt by these keys from now on, or do so no more."""
        self._heard = None
        if crypto is None:
            self._srtp, self._take = None, self._user.take
        else:
            self._srtp, self._take = Srtp(_keys_of(crypto)), self._take_protected
        # RFC 3711 section 3.3.1: whoever listens with new keys can only count from the beginning of a stream.
        self._user.begin_stream()
        self._redirect()

    def look_after(self, now: int) -> None:
        """Let it be kept how far an encrypted stream has come."""
        if self._srtp is not None and self._srtp.heard != self._heard:
            self._heard = self._srtp.heard
            self._user.keep_secrets()

    def secrets(self) -> dict[str, object] | None:
        """How far the peer's stream has come, where its packets do not say it all; the keys themselves are
        part of what is agreed."""
        if self._srtp is None:
            return None
        heard = self._srtp.heard
        return {"heard": heard and fields_of(heard)}

    def resume(self, secrets: Mapping[str, Any] | None) -> None:
        """Go on with an encrypted stream; the first packet tells where the peer is."""
        heard = secrets and secrets["heard"]
        if heard and self._crypto is not None:
            self._heard = Heard(**heard)
            self._srtp = Srtp(_keys_of(self._crypto), self._heard)
            self._redirect()

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

    def _take_protected(self, size: int, source: Address | None) -> None:
        srtp = self._srtp
        if srtp is None or size <= rtp.HEADER.size:
            return
        packet = bytes(VIEW[:size])
        if rtp.is_rtcp(packet[1]):  # to this port, though we have not agreed to that
            self._take_protected_report(srtp, packet)
            return
        plain = srtp.unprotect(packet)
        if plain is None:
            self.refused += 1
            return
        VIEW[: len(plain)] = plain
        self._user.take(len(plain), source)

    def _take_protected_report(self, srtp: Srtp, packet: bytes) -> bool:
        if srtp.unprotect_report(packet) is None:
            self.refused += 1
            return False
        self._user.take_report()
        return True

    def _read_report(self) -> None:
        try:
            size, source = self._rtcp.recvfrom_into(PACKET)
        except OSError:
            return
        if self._srtp is not None:
            if self._take_protected_report(self._srtp, bytes(VIEW[:size])) and self._rtcp_latch:
                self._rtcp_latch.admit(source[:2])
        elif rtcp.is_plausible(VIEW[:size]) and self._rtcp_latch and self._rtcp_latch.admit(source[:2]):
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
        self._rtp_readiness.call(self._read_from_peer)

    def _redirect(self) -> None:
        if self._is_connected:
            self._user.redirect(self._protected(self._rtp.send))
        elif self._latch is not None:
            self._user.redirect(self._protected(_sender_to(self._rtp, self._latch.target)))

    def _protected(self, send: Send) -> Send:
        if self._srtp is None:
            return send
        protect = self._srtp.protect
        return lambda packet: send(memoryview(protect(bytes(packet))))

    def send_report(self, report: bytes) -> None:
        if self._rtcp_latch is not None:
            with contextlib.suppress(OSError):
                packet = report if self._srtp is None else self._srtp.protect_report(report)
                self._rtcp.sendto(packet, self._rtcp_latch.target)

    def _set_filter(self) -> None:
        """While nobody listens, most packets need not come; but the first one tells where the peer is."""
        is_wanted = not self._is_heard and self._latch is not None and self._latch.source is not None
        self._filter.run(packet_filter.program(self._event_type) if is_wanted else None)


def _has_same_keys(one: AgreedCrypto | None, other: AgreedCrypto | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.suite, one.ours, one.theirs) == (other.suite, other.ours, other.theirs)


def _keys_of(crypto: AgreedCrypto) -> SrtpKeys:
    profile = BY_SUITE[crypto.suite].name
    return SrtpKeys(profile, b64decode(crypto.ours), b64decode(crypto.theirs))


def _sender_to(rtp_socket: socket.socket, address: Address) -> Send:
    sendto = rtp_socket.sendto
    return lambda packet: sendto(packet, address)


def _disconnect(connected: socket.socket) -> None:
    """Hear everyone again: connect(2) with AF_UNSPEC, which Python's own method does not know."""
    _libc.connect(connected.fileno(), bytes(16), 16)
