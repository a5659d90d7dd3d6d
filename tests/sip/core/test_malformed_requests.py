"""What cannot be read is answered as far as it can be, and never raises."""

from __future__ import annotations

import random

import pytest

from huntline.sip.core.core import CoreSettings, SipCore
from huntline.sip.core.flow import Flow, Transport

FLOW = Flow(Transport.UDP, ("127.0.0.1", 5060), ("127.0.0.1", 5070))


def entropy(size: int) -> bytes:
    return bytes(range(size))


@pytest.mark.parametrize("to", ["", "<", "<sip:", '"unterminated <sip:a@b>', "<sip:a@b", ";tag=1", "\x00"])
def test_a_request_whose_to_cannot_be_read_gets_a_400(to: str) -> None:
    core = SipCore(CoreSettings(), entropy)
    lines = [
        "OPTIONS sip:a@127.0.0.1 SIP/2.0",
        "Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKa;rport",
        "From: <sip:b@127.0.0.1>;tag=f",
        f"To: {to}",
        "Call-ID: c1",
        "CSeq: 1 INVITE",
        "Content-Length: 0",
    ]
    core.receive(("\r\n".join(lines) + "\r\n\r\n").encode(), FLOW, 0.0)
    (answer,) = core.take_output()
    assert answer.data.startswith(b"SIP/2.0 400 ")
    assert core.transaction_count == 0


def test_messages_cut_and_changed_at_random_never_raise() -> None:
    core = SipCore(CoreSettings(), entropy)
    dice = random.Random(3261)  # noqa: S311 - the same bytes in every run
    good = (
        b"INVITE sip:+1@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx;rport\r\n"
        b"From: <sip:x@127.0.0.1>;tag=1\r\nTo: <sip:+1@127.0.0.1>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n"
        b"Contact: <sip:x@127.0.0.1:9>\r\nContent-Length: 0\r\n\r\n"
    )
    for now in range(5000):
        damaged = bytearray(good)
        for _ in range(dice.randrange(1, 8)):
            damaged[dice.randrange(33, len(damaged))] = dice.randrange(256)
        damaged[:6] = dice.choice((b"CANCEL", b"OPTION", b"SUBSCR", b"UPDATE", b"INVITE"))
        core.receive(bytes(damaged[: dice.randrange(10, len(damaged))]), FLOW, float(now))
        assert all(sent.data.startswith(b"SIP/2.0 ") for sent in core.take_output())
        core.take_events()
