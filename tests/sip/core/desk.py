"""A SIP core under test, with a clock that the test moves and a peer that writes raw messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from huntline.sip.core.core import CoreSettings, Invite, SipCore
from huntline.sip.core.digest_client import DigestCredentials
from huntline.sip.core.events import InviteReceived, SipEvent
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.leg_record import LEG_RECORDS
from huntline.sip.core.message import Request, Response, build_response, parse_message

Event = TypeVar("Event")

US = ("192.0.2.1", 5060)
PEER = ("192.0.2.99", 5080)
UDP = Flow(Transport.UDP, US, PEER)
TCP = Flow(Transport.TCP, US, PEER, connection=7)
OFFER = "v=0\r\no=- 1 1 IN IP4 192.0.2.99\r\ns=-\r\n"
ANSWER = "v=0\r\no=- 7 7 IN IP4 192.0.2.1\r\ns=-\r\n"


def counted_entropy(seed: int = 0) -> Callable[[int], bytes]:
    """Bytes that differ each time and are the same in each run."""
    drawn = seed * 1_000_003

    def entropy(count: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return int.to_bytes(drawn * 0x9E3779B97F4A7C15 & (1 << 8 * count) - 1, count, "big")

    return entropy


def write_down(core: SipCore, journal: dict[str, bytes]) -> bool:
    """What a process does before it sends: keep the newest record of each leg; whether there was any."""
    changed = core.take_changed()
    for tag, record in changed.items():
        if record is None:
            journal.pop(tag, None)
        else:
            journal[tag] = LEG_RECORDS.encode(record)
    return bool(changed)


KEYRING = {"provider": DigestCredentials("user", "secret", "provider")}
"""What the cores of desks prove themselves with, by the names that are on record."""


def restored(journal: dict[str, bytes], settings: CoreSettings, now: float, seed: int = 9) -> SipCore:
    """A core that goes on from what was written down."""
    core = SipCore(settings, counted_entropy(seed), KEYRING.get)
    core.restore([LEG_RECORDS.decode(record) for record in journal.values()], now)
    return core


class Desk:
    """Feed it messages and time; look at what it sent and told."""

    def __init__(self, flow: Flow = UDP, settings: CoreSettings | None = None) -> None:
        self.core = SipCore(settings or CoreSettings(), counted_entropy())
        self.flow = flow
        self.now = 1000.0
        self.cseq = 0
        self.journal: dict[str, bytes] = {}
        self._checked: dict[str, bytes] = {}

    def receive(self, data: bytes, flow: Flow | None = None) -> list[Request | Response]:
        """Let the core have a message; returns what it sends at once."""
        self.core.receive(data, flow or self.flow, self.now)
        return self.sent()

    def sent(self) -> list[Request | Response]:
        """What was sent since the last look; by then all there is must be on record."""
        self.check_records()
        return [parse_message(send.data) for send in self.core.take_output()]

    def check_records(self) -> None:
        """What was written down of the legs, change by change, makes a core that is as this one."""
        records = self.core.records()
        ours = {tag: LEG_RECORDS.encode(record) for tag, record in records.items()}
        if not write_down(self.core, self.journal) and ours == self._checked:
            return
        self._checked = ours
        again = restored(self.journal, self.core.settings, self.now)
        again.tick(self.now)
        theirs = {tag: LEG_RECORDS.encode(record) for tag, record in again.records().items()}
        kept = {tag for tag, record in records.items() if not record.flow.connection}
        assert {tag: theirs[tag] for tag in kept} == {tag: ours[tag] for tag in kept}
        assert theirs.keys() <= ours.keys() | (self.journal.keys() - ours.keys())

    def requests(self) -> list[Request]:
        """The requests among what was sent since the last look."""
        return [message for message in self.sent() if isinstance(message, Request)]

    def statuses(self) -> list[int]:
        """The status codes among what was sent since the last look."""
        return [message.status for message in self.sent() if isinstance(message, Response)]

    def events(self) -> list[SipEvent]:
        """What was told since the last look."""
        return self.core.take_events()

    def told(self, kind: type[Event]) -> Event:
        """The one event since the last look, which must be of that kind."""
        (event,) = self.events()
        assert isinstance(event, kind), event
        return event

    def wait(self, seconds: float) -> list[tuple[float, Request | Response]]:
        """Let time pass; returns what was sent, each with the seconds since the beginning of the wait."""
        began, end = self.now, self.now + seconds
        sent: list[tuple[float, Request | Response]] = []
        while (deadline := self.core.next_deadline()) is not None and deadline <= end:
            self.now = max(deadline, self.now)
            self.core.tick(self.now)
            sent += [(round(self.now - began, 3), message) for message in self.sent()]
        self.now = end
        return sent

    # The peer calls

    def request(
        self,
        method: str,
        *headers: str,
        to_tag: str | None = None,
        cseq: int | None = None,
        branch: str | None = None,
        uri: str = "sip:queue@192.0.2.1",
        call_id: str = "call-1",
        body: str = "",
        content_type: str = "application/sdp",
    ) -> bytes:
        """A request of the peer. The CSeq rises by itself, except for ACK and CANCEL."""
        if cseq is None:
            self.cseq += method not in ("ACK", "CANCEL")
            cseq = self.cseq
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/{self.flow.transport.upper()} 10.0.0.9:5060;rport"
            f";branch={branch or f'z9hG4bKpeer{method}{cseq}'}",
            'From: "Caller" <sip:caller@example.com>;tag=peer',
            "To: <sip:queue@192.0.2.1>" + (f";tag={to_tag}" if to_tag else ""),
            f"Call-ID: {call_id}",
            f"CSeq: {cseq} {method}",
            "Max-Forwards: 70",
            "Contact: <sip:caller@10.0.0.9:5060>",
            *headers,
            *([f"Content-Type: {content_type}"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def answered_call(self, *headers: str) -> tuple[str, str]:
        """A call of the peer that is answered and acknowledged: its leg id and our tag."""
        leg_id = self.incoming(*headers)
        self.core.answer(leg_id, ANSWER, self.now)
        (ok,) = self.sent()
        tag = ok.to_tag
        assert tag
        self.receive(self.request("ACK", to_tag=tag, cseq=ok.cseq.sequence))
        self.events()
        return leg_id, tag

    def incoming(self, *headers: str, body: str = OFFER) -> str:
        """An INVITE of the peer; returns the leg id."""
        self.receive(self.request("INVITE", *headers, body=body, branch="z9hG4bKfirst"))
        return self.told(InviteReceived).leg_id

    # We call

    def call(
        self,
        *,
        sdp: str = OFFER,
        credentials: DigestCredentials | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        route: tuple[str, ...] = (),
    ) -> Request:
        """Call the peer as leg "out"; returns our INVITE."""
        self.core.invite(
            Invite(
                "out",
                "sip:phone@192.0.2.99:5080",
                self.flow,
                '"Help Desk" <sip:help@contoso.com>',
                "<sip:phone@contoso.com>",
                sdp,
                "help",
                headers,
                route,
                credentials,
            ),
            self.now,
        )
        (invite,) = self.requests()
        return invite

    def respond(
        self,
        request: Request,
        status: int,
        *,
        to_tag: str | None = "phone",
        headers: Sequence[tuple[str, str]] = (),
        body: str = "",
    ) -> list[Request | Response]:
        """The peer responds to a request of ours; returns what we send at once."""
        own = (("Contact", "<sip:phone@192.0.2.99:5080>"),) if status < 300 else ()
        return self.receive(
            build_response(
                request,
                status,
                to_tag=to_tag if status > 100 else None,
                headers=(*own, *headers),
                body=body,
                content_type="application/sdp",
            )
        )

    def talking(self, *headers: tuple[str, str]) -> Request:
        """A call of ours that the peer has answered; returns our INVITE."""
        invite = self.call()
        self.respond(invite, 200, headers=headers, body=ANSWER)
        self.events()
        return invite
