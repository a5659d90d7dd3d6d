"""CPU of the SIP core for one bridged call: an incoming and an outgoing leg, signalling only, no sockets.

Run: .venv/bin/python bench/sip_core.py [CALLS]. Prints microseconds of CPU, our side only; "records" is what
writing each leg down costs before anything is sent, and what they weigh, and the last line how long it takes
to go on from the records of 3,000 calls.
"""

from __future__ import annotations

import secrets
import sys
from statistics import median
from time import process_time

from huntline.sip.core.core import CoreSettings, Invite, SipCore
from huntline.sip.core.events import InviteReceived, LegEnded
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.leg_record import LEG_RECORDS
from huntline.sip.core.message import Request, build_response, parse_message

CALLER = Flow(Transport.UDP, ("127.0.0.1", 5060), ("127.0.0.1", 5070))
AGENT = Flow(Transport.UDP, ("127.0.0.1", 5060), ("127.0.0.1", 5080))
LINES = (
    "c=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 20000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)
BATCH = 100
SDP = f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n{LINES}"


def caller_message(method: str, number: int, cseq: int, to_tag: str = "", body: str = "") -> bytes:
    """What the caller's phone sends."""
    return (
        f"{method} sip:+14255550100@127.0.0.1:5060 SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-{number}-{method}-{cseq};rport\r\n"
        f'Max-Forwards: 70\r\nFrom: "Caller" <sip:caller@127.0.0.1>;tag=c{number}\r\n'
        f"To: <sip:+14255550100@127.0.0.1>{to_tag and f';tag={to_tag}'}\r\n"
        f"Call-ID: call-{number}@127.0.0.1\r\nCSeq: {cseq} {method}\r\n"
        f"Contact: <sip:caller@127.0.0.1:5070>\r\nAllow: INVITE, ACK, CANCEL, BYE, UPDATE\r\n"
        f"User-Agent: bench\r\nContent-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


class Meter:
    """Adds up the CPU seconds of what the core does, and of nothing else."""

    def __init__(self) -> None:
        self.core = SipCore(CoreSettings(), secrets.token_bytes)
        self.spent = 0.0
        self.spent_on_records = 0.0
        self.record_bytes = 0
        self.journal: dict[str, bytes] = {}

    def receive(self, data: bytes, flow: Flow, now: float) -> list[bytes]:
        """One message in; what goes out."""
        began = process_time()
        self.core.receive(data, flow, now)
        sent = self.core.take_output()
        self.spent += process_time() - began
        self.write_down()
        return [send.data for send in sent]

    def write_down(self) -> None:
        """What a process does before it sends."""
        began = process_time()
        for tag, record in self.core.take_changed().items():
            if record is None:
                self.journal.pop(tag, None)
            else:
                self.journal[tag] = data = LEG_RECORDS.encode(record)
                self.record_bytes += len(data)
        self.spent_on_records += process_time() - began

    def incoming(self, number: int, now: float, until: str = "over") -> None:
        """The caller's INVITE, our 200, the ACK and the BYE."""
        self.receive(caller_message("INVITE", number, 1, body=SDP), CALLER, now)
        began = process_time()
        event = self.core.take_events()[-1]
        assert isinstance(event, InviteReceived)
        self.core.answer(event.leg_id, SDP, now)
        (ok,) = self.core.take_output()
        self.spent += process_time() - began
        self.write_down()
        tag = parse_message(ok.data).to_tag or ""
        self.receive(caller_message("ACK", number, 1, tag), CALLER, now)
        if until == "answered":
            return
        self.receive(caller_message("BYE", number, 2, tag), CALLER, now)
        assert isinstance(self.core.take_events()[-1], LegEnded)

    def outgoing(self, number: int, now: float, until: str = "over") -> None:
        """Our INVITE, the agent's 180 and 200, our ACK and BYE."""
        leg_id = f"leg-{number}"
        began = process_time()
        self.core.invite(
            Invite(leg_id, "sip:agent@127.0.0.1:5080", AGENT, "<sip:q@h>", "<sip:agent@h>", SDP, "q"), now
        )
        (send,) = self.core.take_output()
        self.spent += process_time() - began
        self.write_down()
        invite = parse_message(send.data)
        assert isinstance(invite, Request)
        contact = (("Contact", "<sip:agent@127.0.0.1:5080>"),)
        self.receive(build_response(invite, 180, to_tag="a", headers=contact), AGENT, now)
        ok = build_response(
            invite, 200, to_tag="a", headers=contact, body=SDP, content_type="application/sdp"
        )
        assert len(self.receive(ok, AGENT, now)) == 1
        if until == "answered":
            return
        began = process_time()
        self.core.take_events()
        self.core.hang_up(leg_id, now)
        (bye,) = self.core.take_output()
        self.spent += process_time() - began
        self.write_down()
        request = parse_message(bye.data)
        assert isinstance(request, Request)
        self.receive(build_response(request, 200), AGENT, now)

    def tick(self, now: float) -> None:
        """Let timers fire, as the shell would."""
        began = process_time()
        self.core.tick(now)
        self.core.next_deadline()
        self.spent += process_time() - began


def main(calls: int) -> None:
    """Run that many calls at 20 a second of made-up time; print the median of batches of a hundred."""
    meter = Meter()
    batches: dict[str, list[float]] = {
        name: [] for name in ("incoming", "outgoing", "timers", "together", "records")
    }
    for first in range(0, calls, BATCH):
        spent = dict.fromkeys(batches, 0.0)
        on_records = meter.spent_on_records
        for number in range(first, first + BATCH):
            now = number / 20
            for name, step in (("incoming", meter.incoming), ("outgoing", meter.outgoing)):
                before = meter.spent
                step(number, now)
                spent[name] += meter.spent - before
            before = meter.spent
            meter.tick(now)
            spent["timers"] += meter.spent - before
        spent["together"] = sum(spent.values())
        spent["records"] = meter.spent_on_records - on_records
        for name, seconds in spent.items():
            batches[name].append(seconds / BATCH * 1e6)
    for name, figures in batches.items():
        print(f"{name:10} {median(figures):6.0f} us a bridged call (quickest batch {min(figures):.0f})")
    print(f"records weigh {meter.record_bytes / calls:.0f} bytes a bridged call")
    meter.tick(calls)
    assert meter.core.leg_count == meter.core.transaction_count == 0
    go_on()


def go_on() -> None:
    """Go on from the records of 3,000 bridged calls."""
    meter = Meter()
    for number in range(3000):
        meter.incoming(number, 0.0, until="answered")
        meter.outgoing(number, 0.0, until="answered")
    began = process_time()
    core = SipCore(CoreSettings(), secrets.token_bytes)
    core.restore((LEG_RECORDS.decode(record) for record in meter.journal.values()), 1.0)
    seconds = process_time() - began
    assert core.leg_count == 6000
    print(f"6,000 legs go on after {seconds:.2f} s of CPU")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
