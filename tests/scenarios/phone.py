"""A SIP phone that does exactly what a story says, over UDP, TCP or TLS (``ws_phone.py``: in a page)."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Hashable
from secrets import token_hex

from . import ports, tones, wire
from .audio import Audio, received_at, timestamped_udp
from .leg import Headers, Leg
from .reactor import Reactor, Timer
from .wire import Message

_T1, _T2, _TIMEOUT = 0.5, 4.0, 32.0
Address = tuple[str, int]


class Phone:
    """One address of record on one socket; calls come out of :meth:`dial` and :meth:`wait_call`.

    Reactions that stories replace: ``on_call`` (default: ring with 180), ``drops`` (True for a message,
    received or sent, that gets lost on its way).
    """

    def __init__(
        self,
        reactor: Reactor,
        server: Address,
        user: str,
        *,
        domain: str = "",
        password: str | None = None,
        transport: str = "udp",
        host: str = "127.0.0.1",
        port: int | None = None,
        tone: int | None = tones.CALLER,
        payload_type: int = 0,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        """``trusted`` says whom it believes over TLS."""
        self.reactor, self.server = reactor, server
        self.user, self.domain, self.password = user, domain or wire.bracketed(host), password
        self.transport, self.host, self.port = transport, host, port or ports.take(2)
        self.tone, self.payload_type, self._trusted = tone, payload_type, trusted
        self.legs: list[Leg] = []
        self.incoming: list[Leg] = []  # not yet taken by wait_call
        self.strays: list[Message] = []  # belong to no call and no transaction of ours
        self.on_call: Callable[[Leg], None] = Leg.ring
        self.drops: Callable[[bytes], bool] = lambda _: False
        self.max_forwards = 70
        self.instance = ""  # what makes it the same device at another address (RFC 5626)
        self._by_call_id: dict[str, Leg] = {}
        self._repeats: dict[Hashable, Timer] = {}
        self._responses: dict[str, list[Message]] = {}  # by Call-ID, for what is no call
        self._buffer = b""
        self._cseq = 0
        self._is_registered = False
        self._publication: Headers = ()
        self._registration = token_hex(8)
        self._sock = self._open()
        reactor.add(self._sock, self._receive)

    @property
    def aor(self) -> str:
        return f"sip:{self.user}@{self.domain}"

    @property
    def contact(self) -> str:
        suffix = "" if self.transport == "udp" else f";transport={self.transport}"
        return f"sip:{self.user}@{wire.bracketed(self.host)}:{self.port}{suffix}"

    @property
    def is_registered(self) -> bool:
        """Whether it has asked for calls, and not taken that back."""
        return self._is_registered

    @property
    def is_connected(self) -> bool:
        """Whether its socket is open: over TCP until the other end closes it."""
        return self._sock.fileno() >= 0

    # What a user does

    def register(self, *, expires: int = 300, timeout: float = 5.0) -> Message:
        """REGISTER with digest; the final response."""
        instance = f';+sip.instance="<urn:uuid:{self.instance}>";reg-id=1' if self.instance else ""
        headers = (("Contact", f"<{self.contact}>{instance}"), ("Expires", str(expires)))
        response = self.request(
            "REGISTER", f"sip:{self.domain}", headers, call_id=self._registration, timeout=timeout
        )
        self._is_registered = expires > 0
        return response

    def publish(self, presence: str, *, expires: int = 300) -> Message:
        """PUBLISH a PIDF document (RFC 3903): ``available``, ``busy``, ``away``, ``dnd`` or ``offline``."""
        headers = (("Event", "presence"), ("Expires", str(expires)), *self._publication)
        body = pidf(self.aor, presence)
        response = self.request("PUBLISH", self.aor, headers, body=body, kind="application/pidf+xml")
        # What is published next replaces this (RFC 3903 section 4.4).
        self._publication = (("SIP-If-Match", response.header("sip-etag")),)
        return response

    def request(
        self,
        method: str,
        uri: str,
        headers: Headers = (),
        *,
        body: str = "",
        kind: str = "",
        call_id: str = "",
        timeout: float = 5.0,
    ) -> Message:
        """Send a request outside calls, answer a challenge when there is a password; the final response."""
        call_id = call_id or token_hex(8)
        response = self._transact(method, uri, headers, body, kind, call_id, timeout)
        if response.status in (401, 407) and self.password is not None:
            proof = self.credentials(response, method, uri)
            response = self._transact(method, uri, (*headers, proof), body, kind, call_id, timeout)
        return response

    def dial(
        self,
        target: str,
        *,
        late_offer: bool = False,
        headers: Headers = (),
        offer: str | None = None,
    ) -> Leg:
        """Call a number (``+1425...`` becomes a SIP URI at the server) or any URI.

        ``offer`` is sent in place of a session description of ours.
        """
        uri = target if ":" in target else f"sip:{target}@{wire.bracketed(self.server[0])}:{self.server[1]}"
        leg = Leg(self, token_hex(8), local=f"<{self.aor}>", remote=f"<{uri}>", target=uri)
        with self.reactor.changed:
            self._add(leg)
            leg.dial(late_offer=late_offer, headers=headers, offer=offer)
        return leg

    def wait_call(self, timeout: float = 8.0) -> Leg:
        """Wait for the next INVITE; the leg, which rings already unless ``on_call`` says otherwise."""
        self.reactor.wait(lambda: bool(self.incoming), timeout, f"a call for {self.user}")
        with self.reactor.changed:
            return self.incoming.pop(0)

    def lose_connection(self) -> None:
        """Be cut off, without a word."""
        with self.reactor.changed:
            self.reactor.remove(self._sock)
            self._is_registered = False

    def reconnect(self) -> None:
        """Connect anew, from another port."""
        self.port, self._buffer = ports.take(2), b""
        self._sock = self._open()
        self.reactor.add(self._sock, self._receive)

    def forget(self, leg: Leg) -> None:
        """Know nothing any more of a call that is over."""
        with self.reactor.changed:
            self.legs.remove(leg)
            self._by_call_id.pop(leg.call_id, None)
            if leg.audio is not None:
                leg.audio.close()

    def close(self) -> None:
        with self.reactor.changed:
            self._stop_repeating()
            for leg in self.legs:
                if leg.audio is not None:
                    leg.audio.close()
            if self._sock.fileno() >= 0:
                self.reactor.remove(self._sock)

    def vanish(self) -> None:
        """Lose the connection, without a word to anybody."""
        with self.reactor.changed:
            self._stop_repeating()
            self.reactor.remove(self._sock)
            self._is_registered = False
            for leg in self.legs:
                leg.is_ended = True

    def leave(self) -> None:
        """Hang up what is open, take the registration away."""
        for leg in self.legs:
            if leg.is_up and not leg.is_ended:
                leg.hang_up()
        if self._is_registered:
            self.register(expires=0)

    # For legs

    def new_audio(self) -> Audio:
        return Audio(self.reactor, self.host, tone=self.tone, payload_type=self.payload_type)

    def via(self, branch: str) -> str:
        host = wire.bracketed(self.host)
        return f"SIP/2.0/{self.transport.upper()} {host}:{self.port};branch={branch};rport"

    def credentials(self, challenge: Message, method: str, uri: str) -> tuple[str, str]:
        assert self.password is not None
        asked, answer = {
            401: ("www-authenticate", "Authorization"),
            407: ("proxy-authenticate", "Proxy-Authorization"),
        }[challenge.status or 0]
        proof = wire.authorization(challenge.all(asked), method, uri, self.user, self.password)
        return answer, proof

    def send(self, data: bytes, destination: Address | None = None) -> None:
        if self.drops(data):
            return
        if self.transport == "udp":
            self._sock.sendto(data, destination or self.server)
        else:
            self._sock.setblocking(True)
            self._sock.sendall(data)
            self._sock.setblocking(False)

    def repeat(self, key: Hashable, data: bytes, gap: float = _T1, spent: float = 0.0) -> None:
        """Send ``data`` again with doubling gaps (RFC 3261 section 17) until told to stop; not over TCP."""
        if self.transport != "udp" or spent >= _TIMEOUT:
            self._repeats.pop(key, None)
            return

        def again() -> None:
            self.send(data)
            self.repeat(key, data, min(gap * 2, _T2), spent + gap)

        self._repeats[key] = self.reactor.after(gap, again)

    def stop_repeating(self, key: Hashable) -> None:
        timer = self._repeats.pop(key, None)
        if timer is not None:
            timer.cancel()

    def _stop_repeating(self) -> None:
        for repeat in self._repeats.values():
            repeat.cancel()
        self._repeats.clear()

    # The socket

    def _open(self) -> socket.socket:
        if self.transport == "udp":
            return timestamped_udp(self.host, self.port)
        sock = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET)
        try:
            # An earlier story may have left the port in TIME_WAIT.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((self.host, self.port))
            sock.settimeout(5)
            sock.connect(self.server)
            if self._trusted is not None:
                sock = self._trusted.wrap_socket(sock, server_hostname=self.server[0])
        except OSError:
            sock.close()
            raise
        sock.setblocking(False)
        return sock

    def _receive(self) -> None:
        while True:
            try:
                if self._trusted is not None:
                    data = self._sock.recv(65535)
                else:
                    data, ancillary, _, source = self._sock.recvmsg(65535, 64)
            except (BlockingIOError, ssl.SSLWantReadError):
                return
            except ConnectionError:
                data = b""
            if self.transport == "udp" and not data:
                return
            if self.transport == "udp":
                self._take(data, received_at(ancillary), source[:2])
                continue
            if not data:
                self.reactor.remove(self._sock)
                return
            self._buffer += data
            self._take_frames()

    def _take_frames(self) -> None:
        """Messages on a stream end where Content-Length says (RFC 3261 section 18.3)."""
        while b"\r\n\r\n" in self._buffer:
            head, _, rest = self._buffer.partition(b"\r\n\r\n")
            if not head.strip():
                self._buffer = rest
                continue
            length = int(wire.parse(head + b"\r\n\r\n", 0.0, self.server).header("content-length"))
            if len(rest) < length:
                return
            self._take(head + b"\r\n\r\n" + rest[:length], time.time(), self.server)
            self._buffer = rest[length:]

    def _take(self, data: bytes, at: float, source: Address) -> None:
        if not data.strip() or self.drops(data):
            return
        message = wire.parse(data, at, source)
        leg = self._by_call_id.get(message.header("call-id"))
        if leg is not None:
            leg.receive(message)
        elif message.status is not None:
            self.stop_repeating((message.branch, message.method))
            self._responses.setdefault(message.header("call-id"), []).append(message)
        elif message.method == "INVITE" and "tag=" not in message.header("to"):
            self._take_call(message)
        else:
            self._take_stray(message)

    def _take_call(self, invite: Message) -> None:
        leg = Leg(self, invite.header("call-id"), local="", remote="", target="")
        self._add(leg)
        leg.receive(invite)
        self.incoming.append(leg)
        self.on_call(leg)

    def _take_stray(self, message: Message) -> None:
        self.strays.append(message)
        if message.method != "ACK":
            status = 200 if message.method in ("OPTIONS", "NOTIFY") else 481
            self.send(wire.reply(message, status, token_hex(4)), message.source)

    def _add(self, leg: Leg) -> None:
        self.legs.append(leg)
        self._by_call_id[leg.call_id] = leg

    def _transact(
        self, method: str, uri: str, headers: Headers, body: str, kind: str, call_id: str, timeout: float
    ) -> Message:
        branch = wire.new_branch()
        self._cseq += 1
        lines = [
            ("Via", self.via(branch)),
            ("Max-Forwards", "70"),
            ("From", f"<{self.aor}>;tag={call_id[:8]}"),
        ]
        to = uri if method == "OPTIONS" else self.aor
        lines += [("To", f"<{to}>"), ("Call-ID", call_id), ("CSeq", f"{self._cseq} {method}")]
        lines += [("Content-Type", kind)] if kind else []
        data = wire.compose(f"{method} {uri} SIP/2.0", [*lines, *headers], body)

        def final() -> Message | None:
            responses = self._responses.get(call_id, [])
            return next((m for m in responses if m.branch == branch and m.status and m.status >= 200), None)

        with self.reactor.changed:
            self.send(data)
            self.repeat((branch, method), data)
        self.reactor.wait(lambda: final() is not None, timeout, f"{self.user}: an answer to {method} {uri}")
        response = final()
        assert response is not None
        return response


def pidf(aor: str, presence: str) -> str:
    """A presence document (RFC 3863) with the RPID activity (RFC 4480) that phones send for their state."""
    basic = "closed" if presence == "offline" else "open"
    dnd = "<rpid:other>Do Not Disturb</rpid:other>"
    activity = {"busy": "<rpid:busy/>", "away": "<rpid:away/>", "dnd": dnd}.get(presence, "")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" '
        f'xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="{aor}">'
        f'<tuple id="phone"><status><basic>{basic}</basic></status></tuple>'
        f'<dm:person id="p1"><rpid:activities>{activity}</rpid:activities></dm:person></presence>'
    )
