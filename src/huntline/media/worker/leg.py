"""One party's RTP: its sockets, where its packets come from and go to, and what is heard in them."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import socket
import time
from dataclasses import dataclass
from typing import Protocol

from huntline.media.worker import filter as packet_filter
from huntline.media.worker import rtcp, rtp
from huntline.media.worker.clock import TICKS_PER_SECOND, MediaClock
from huntline.media.worker.dtmf import KeyPresses
from huntline.media.worker.latch import Address, Latch
from huntline.media.worker.player import Playing
from huntline.media.worker.relay import EVENTS, Relay, Send
from huntline.sip.sdp import Agreed, LocalAudio

# One for all legs: a packet is done with before the next one is read.
_PACKET = bytearray(rtp.LARGEST_PACKET + 1)
_VIEW = memoryview(_PACKET)

# Names of the module are the fastest to look up, and each packet needs these.
_HEADER_SIZE, _LARGEST_PACKET, _VERSION_2 = rtp.HEADER.size, rtp.LARGEST_PACKET, rtp.VERSION_2
_unpack_header = rtp.HEADER.unpack_from
_NOWHERE = ("0.0.0.0", "::")  # noqa: S104 - hold as in RFC 2543, not an address to bind
_MANY_STALE_PACKETS = 1000
_libc = ctypes.CDLL(None, use_errno=True)


class LegObserver(Protocol):
    """What a leg tells of itself."""

    def on_keys(self, leg: Leg, keys: str) -> None:
        """Keys were pressed."""
        ...

    def on_redirected(self, leg: Leg) -> None:
        """``leg.send`` is another one now."""
        ...

    def on_report_due(self, leg: Leg) -> None:
        """The counts of ``leg.stream`` are about to be told and must be true."""
        ...

    def on_died(self, leg: Leg) -> None:
        """Nothing has come for the dead-media time."""
        ...


@dataclass(frozen=True, slots=True)
class LegRules:
    """What holds for all legs of a worker."""

    dead_after: float = 30.0
    """Seconds without a packet after which a leg is dead."""
    expects_media: bool = False
    """Whether a leg dies that has never sent anything; load generators do not."""
    cname: bytes = b"huntline"
    """What RTCP calls us."""


class Leg:
    """A port pair and the peer at its other end."""

    def __init__(
        self,
        leg_id: str,
        local: LocalAudio,
        sockets: tuple[socket.socket, socket.socket],
        clock: MediaClock,
        rules: LegRules,
        observer: LegObserver,
    ) -> None:
        """Listen on the sockets; the leg closes them."""
        self.leg_id = leg_id
        self.local = local
        self.sdp = ""
        """The description that was last sent to the peer."""
        self.stream = rtp.OutgoingStream()
        self.agreed: Agreed | None = None
        self.playing: Playing | None = None
        self.peer: Leg | None = None
        """The leg it is bridged with."""
        self.received = 0
        self.send: Send = _send_nowhere
        """Sends one packet; may raise OSError, which means nothing."""

        self._rtp, self._rtcp = sockets
        self._receive = self._rtp.recv_into
        self._clock, self._rules, self._observer = clock, rules, observer
        self._spoken: dict[int, str] = {}
        self._event_type: int | None = None
        self._latch: Latch | None = None
        self._rtcp_latch: Latch | None = None
        self._relay: Relay | None = None
        self._keys = KeyPresses()
        self._filter: bytes | None = None
        self._is_connected = False
        self._quiet_since = self._report_at = clock.count
        self._has_died = False
        self._heard = self._reports = self._reported_packets = 0

        loop = asyncio.get_running_loop()
        loop.add_reader(self._rtp.fileno(), self._read_from_anyone)
        loop.add_reader(self._rtcp.fileno(), self._read_report)

    def close(self) -> None:
        """Close the sockets. Nothing is sent or heard any more."""
        loop = asyncio.get_running_loop()
        for each in (self._rtp, self._rtcp):
            loop.remove_reader(each.fileno())
            each.close()
        self.send = _send_nowhere
        self._relay = None

    # What is agreed

    @property
    def payload_type(self) -> int:
        """The number the peer wants our audio under."""
        return self.agreed.payload_type if self.agreed else 0

    @property
    def may_be_heard(self) -> bool:
        """Whether the agreed direction lets the peer send."""
        return self.agreed is not None and self.agreed.direction in ("sendrecv", "recvonly")

    @property
    def may_be_sent_to(self) -> bool:
        """Whether the agreed direction lets us send."""
        return self.agreed is not None and self.agreed.direction in ("sendrecv", "sendonly")

    @property
    def spoken(self) -> dict[int, str]:
        """The payload types that may come in, and their encodings."""
        return self._spoken

    def apply(self, agreed: Agreed) -> None:
        """Take over what offer and answer came to. A new address of the peer is learnt anew."""
        self.agreed = agreed
        self._spoken = rtp.receivable(self.sdp)
        self._event_type = next((number for number, name in self._spoken.items() if name == EVENTS), None)
        self._quiet_since = self._clock.count
        is_new = self._latch is None or self._latch.expected != (agreed.address, agreed.port)
        if is_new and agreed.address not in _NOWHERE:
            self.relatch()
        self._set_filter()

    def relatch(self) -> None:
        """Learn from the next packets where the peer is; until then we send to the address it told."""
        if self.agreed is None:
            return
        self._latch = Latch((self.agreed.address, self.agreed.port))
        self._rtcp_latch = Latch((self.agreed.rtcp_address, self.agreed.rtcp_port))
        if self._is_connected:
            _disconnect(self._rtp)
            self._is_connected = False
        asyncio.get_running_loop().add_reader(self._rtp.fileno(), self._read_from_anyone)
        self._set_filter()
        self._redirect()

    def forward(self, relay: Relay | None) -> None:
        """Relay what is heard, or do so no more."""
        self._relay = relay
        self._set_filter()

    # What comes in

    def _read_from_anyone(self) -> None:
        try:
            size, source = self._rtp.recvfrom_into(_PACKET)
        except OSError:
            return
        before = self._latch and self._latch.source
        self._take(size, source[:2])
        if self._latch and self._latch.source != before:
            self._follow_latch(self._latch)

    def _read_from_peer(self) -> None:
        try:
            size = self._receive(_PACKET)
        except OSError:  # An ICMP error for what we have sent arrives here: the peer may come back.
            return
        self._take(size, None)

    def _take(self, size: int, source: Address | None) -> None:
        """Take a packet from ``source``; None: from the peer that the socket is connected to."""
        if not _HEADER_SIZE < size <= _LARGEST_PACKET:
            return
        first, second, sequence, timestamp, ssrc = _unpack_header(_PACKET)
        payload_type = second & 0x7F
        if first & 0xC0 != _VERSION_2:
            return
        if payload_type not in self._spoken:
            if rtp.is_rtcp(second) and (source is None or self._is_latched_to(source)):
                self._reports += 1
            return
        if source is not None and not (self._latch and self._latch.admit(source)):
            return
        if first != _VERSION_2 and not (size := rtp.without_extras(_PACKET, size)):
            return
        self.received += 1
        if payload_type == self._event_type:
            self._take_event(size, ssrc, timestamp)
        if self._relay is not None:
            self._relay.pass_on(_VIEW, size, second, sequence, timestamp, ssrc)

    def _take_event(self, size: int, ssrc: int, timestamp: int) -> None:
        keys = self._keys.heard(_PACKET[_HEADER_SIZE:size], ssrc, timestamp, self._clock.count)
        if keys:
            self._observer.on_keys(self, keys)

    def _read_report(self) -> None:
        try:
            size, source = self._rtcp.recvfrom_into(_PACKET)
        except OSError:
            return
        if rtcp.is_plausible(_VIEW[:size]) and self._rtcp_latch and self._rtcp_latch.admit(source[:2]):
            self._reports += 1

    # Where the peer is

    def _is_latched_to(self, source: Address) -> bool:
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
                self._rtp.recv_into(_PACKET)
        asyncio.get_running_loop().add_reader(self._rtp.fileno(), self._read_from_peer)

    def _redirect(self) -> None:
        if self._is_connected:
            self.send = self._rtp.send
        elif self._latch is not None:
            self.send = _sender_to(self._rtp, self._latch.target)
        self._observer.on_redirected(self)

    def _set_filter(self) -> None:
        """While nobody listens, most packets need not come; but the first one tells where the peer is."""
        is_wanted = self._relay is None and self._latch is not None and self._latch.source is not None
        wanted = packet_filter.program(self._event_type) if is_wanted else None
        if wanted == self._filter:
            return
        with contextlib.suppress(OSError):
            packet_filter.attach(self._rtp, wanted) if wanted else packet_filter.detach(self._rtp)
            self._filter = wanted

    # What happens once a second

    def look_after(self) -> None:
        """Send a report when it is due; notice keys whose end was lost, and dead media."""
        now = self._clock.count
        keys = self._keys.expire(now)
        if keys:
            self._observer.on_keys(self, keys)
        if now >= self._report_at and self.agreed is not None:
            self._report_at = now + int(rtcp.next_interval() * TICKS_PER_SECOND)
            self._send_report(self.agreed)
        self._check_life(now)

    def _check_life(self, now: int) -> None:
        heard = self.received + self._reports
        if heard != self._heard:
            self._heard, self._quiet_since, self._has_died = heard, now, False
        is_quiet = now - self._quiet_since > self._rules.dead_after * TICKS_PER_SECOND
        is_expected = self.may_be_heard and (heard or self._rules.expects_media)
        if is_quiet and is_expected and not self._has_died:
            self._has_died = True
            self._observer.on_died(self)

    def _send_report(self, agreed: Agreed) -> None:
        self._observer.on_report_due(self)
        stream, cname = self.stream, self._rules.cname
        if stream.packets == self._reported_packets:
            report = rtcp.receiver_report(stream.ssrc, cname)
        else:
            self._reported_packets = stream.packets
            report = rtcp.sender_report(
                stream.ssrc, time.time(), stream.timestamp, stream.packets, stream.octets, cname
            )
        with contextlib.suppress(OSError):
            if agreed.rtcp_mux:
                self.send(bytearray(report))
            elif self._rtcp_latch is not None:
                self._rtcp.sendto(report, self._rtcp_latch.target)


def _send_nowhere(packet: bytearray | memoryview) -> None:
    """The peer's address is not known yet."""


def _sender_to(rtp_socket: socket.socket, address: Address) -> Send:
    sendto = rtp_socket.sendto
    return lambda packet: sendto(packet, address)


def _disconnect(connected: socket.socket) -> None:
    """Hear everyone again: connect(2) with AF_UNSPEC, which Python's own method does not know."""
    _libc.connect(connected.fileno(), bytes(16), 16)
