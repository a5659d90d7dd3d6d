"""A browser of our own on a UDP socket: it does all that a real one does, and what a real one never would."""

from __future__ import annotations

import asyncio
import re
import secrets
from typing import Any, cast

from aioice import stun
from tests.media.rig import EVENTS, HEADER, ULAW_SPEECH, Packet, packets_until, rtp

from huntline.media.worker.dtls import Dtls, DtlsCertificate
from huntline.media.worker.srtp import Srtp

PATIENCE = 5.0

_ATTRIBUTE = r"^a={}:(\S+)"
_PORT = re.compile(r"^m=audio (\d+) UDP/TLS/RTP/SAVPF", re.MULTILINE)
_ADDRESS = re.compile(r"^a=candidate:.* udp \d+ (\S+) \d+ typ host", re.MULTILINE)


def attribute(sdp: str, name: str) -> str:
    """An attribute's first word."""
    found = re.search(_ATTRIBUTE.format(name), sdp, re.MULTILINE)
    assert found is not None, f"no a={name} in {sdp}"
    return found[1]


class Socket(asyncio.DatagramProtocol):
    """One local address of a browser."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        self._browser.take(self, data)

    def error_received(self, exc: Exception) -> None:
        """The worker is away: it will come back."""


class Browser:
    """One end of ICE (the controlling one), DTLS and SRTP, steered by the test."""

    def __init__(self) -> None:
        self.identity = DtlsCertificate.make()
        self.ufrag, self.password = secrets.token_hex(4), secrets.token_hex(16)
        self.theirs, self.their_password, self.their_fingerprint = "", "", ""
        self.target = ("127.0.0.1", 0)
        self.consents = True
        self.asked = 0
        """How many requests for consent have come."""
        self.answers: asyncio.Queue[stun.Message] = asyncio.Queue()
        self.heard: asyncio.Queue[Packet] = asyncio.Queue()
        self.reports = 0
        self.strange: list[bytes] = []
        """What has come and could not be understood."""
        self.dtls: Dtls | None = None
        self.srtp: Srtp | None = None
        self.has_keys = asyncio.Event()
        self.sequence = secrets.randbits(12)
        self.ssrc = secrets.randbits(32)
        self._sockets: list[Socket] = []

    async def open(self) -> Browser:
        """Have an address."""
        self.socket = await self.new_socket()
        return self

    async def new_socket(self) -> Socket:
        """Another address of the same browser."""
        loop = asyncio.get_running_loop()
        _, opened = await loop.create_datagram_endpoint(lambda: Socket(self), ("127.0.0.1", 0))
        self._sockets.append(opened)
        return opened

    def close(self) -> None:
        for each in self._sockets:
            each.transport.close()

    # Signalling

    def sdp(self, *, setup: str = "actpass", direction: str = "sendrecv", fingerprint: str = "") -> str:
        """An offer or answer like Chrome's."""
        lines = [
            "v=0",
            "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
            "s=-",
            "t=0 0",
            "a=group:BUNDLE 0",
            f"m=audio 9 UDP/TLS/RTP/SAVPF 0 8 {EVENTS}",
            "c=IN IP4 0.0.0.0",
            "a=candidate:1 1 udp 2122260223 0b4e.local 46243 typ host",
            f"a=ice-ufrag:{self.ufrag}",
            f"a=ice-pwd:{self.password}",
            f"a=fingerprint:sha-256 {fingerprint or self.identity.fingerprint}",
            f"a=setup:{setup}",
            "a=mid:0",
            f"a={direction}",
            "a=rtcp-mux",
            f"a=rtpmap:{EVENTS} telephone-event/8000",
        ]
        return "".join(f"{line}\r\n" for line in lines)

    def hears_from(self, description: str) -> None:
        """Take the worker's end from its description."""
        port = _PORT.search(description)
        assert port is not None, description
        self.target = (_ADDRESS.findall(description)[0], int(port[1]))
        self.theirs = attribute(description, "ice-ufrag")
        self.their_password = attribute(description, "ice-pwd")
        self.their_fingerprint = re.findall(r"a=fingerprint:(sha-256 \S+)", description)[0]

    def restart_ice(self) -> None:
        """Have other credentials from the next description on."""
        self.ufrag, self.password = secrets.token_hex(4), secrets.token_hex(16)

    # ICE

    def check(self, *, nominate: bool = True, username: str = "", password: str = "") -> bytes:
        """A connectivity check."""
        attributes: dict[str, Any] = {
            "USERNAME": username or f"{self.theirs}:{self.ufrag}",
            "PRIORITY": 1,
            "ICE-CONTROLLING": 7,
        }
        if nominate:
            attributes["USE-CANDIDATE"] = None
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes=attributes)
        message.add_message_integrity((password or self.their_password).encode())
        return bytes(message)

    def send(self, datagram: bytes, socket: Socket | None = None) -> None:
        """Send any bytes to the worker."""
        (socket or self.socket).transport.sendto(datagram, self.target)

    async def find_path(self, *, nominate: bool = True) -> None:
        """Check until the worker answers."""
        async with asyncio.timeout(PATIENCE):
            while self.answers.empty():
                self.send(self.check(nominate=nominate))
                await asyncio.sleep(0.02)
            await self.answers.get()

    # DTLS

    def begin_handshake(self, *, is_active: bool = True) -> None:
        """Greet the worker, or wait to be greeted."""
        self.dtls = Dtls(self.identity, "active" if is_active else "passive", (self.their_fingerprint,))
        self._carry(self.dtls.begin())

    async def connect(self, *, is_active: bool = True, nominate: bool = True) -> Browser:
        """Find a path and agree on keys."""
        await self.find_path(nominate=nominate)
        self.begin_handshake(is_active=is_active)
        async with asyncio.timeout(PATIENCE):
            await self.has_keys.wait()
        return self

    def _carry(self, datagrams: list[bytes]) -> None:
        for datagram in datagrams:
            self.send(datagram)
        if self.dtls is not None and self.dtls.keys and self.srtp is None:
            self.srtp = Srtp(self.dtls.keys)
            self.has_keys.set()

    # Audio

    def packet(self, payload: bytes = ULAW_SPEECH, **fields: Any) -> bytes:
        """The next packet, encrypted, not sent."""
        assert self.srtp is not None
        self.sequence += 1
        return self.srtp.protect(rtp(payload, self.sequence, ssrc=self.ssrc, **fields))

    def speak(self, payload: bytes = ULAW_SPEECH, **fields: Any) -> None:
        """Send the next packet."""
        self.send(self.packet(payload, **fields))

    async def hear(self) -> Packet:
        """The next packet that could be decrypted."""
        async with asyncio.timeout(PATIENCE):
            return await self.heard.get()

    async def hear_until(self, payload: bytes) -> list[Packet]:
        """All packets up to the first one with this payload."""
        return await packets_until(self.hear, payload)

    def heard_by_now(self) -> list[Packet]:
        """What has come and was not asked for yet."""
        return [self.heard.get_nowait() for _ in range(self.heard.qsize())]

    # What comes in

    def take(self, socket: Socket, data: bytes) -> None:
        """RFC 7983."""
        if data[0] < 4:
            self._take_stun(socket, data)
        elif data[0] < 64 and self.dtls is not None:
            self._carry(self.dtls.receive(data))
        elif data[0] >= 128 and self.srtp is not None:
            self._take_media(self.srtp, data)
        else:
            self.strange.append(data)

    def _take_stun(self, socket: Socket, data: bytes) -> None:
        message = stun.parse_message(data)
        if message.message_class is not stun.Class.REQUEST:
            self.answers.put_nowait(message)
            return
        self.asked += 1
        assert message.attributes["USERNAME"] == f"{self.ufrag}:{self.theirs}"
        assert message.check_message_integrity(self.password.encode())
        if self.consents:
            reply = stun.Message(
                stun.Method.BINDING,
                stun.Class.RESPONSE,
                message.transaction_id,
                {"XOR-MAPPED-ADDRESS": self.target},
            )
            reply.add_message_integrity(self.password.encode())
            self.send(bytes(reply), socket)

    def _take_media(self, srtp: Srtp, data: bytes) -> None:
        if 192 <= data[1] <= 223:
            self.reports += srtp.unprotect_report(data) is not None
            return
        plain = srtp.unprotect(data)
        if plain is None:
            self.strange.append(data)
            return
        _, second, sequence, timestamp, ssrc = HEADER.unpack_from(plain)
        self.heard.put_nowait(
            Packet(second & 0x7F, second >= 0x80, sequence, timestamp, ssrc, plain[HEADER.size :])
        )
