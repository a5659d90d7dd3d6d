"""Any bytes on any port: no crash, no leak, and the next call is served."""

from __future__ import annotations

import contextlib
import random
import socket
from pathlib import Path

import pytest

from . import tones
from .office import Office
from .stories import assert_heard_each_other, desk, talk

pytestmark = pytest.mark.scenario

TORTURE = sorted((Path(__file__).parents[1] / "data" / "rfc4475").glob("*.dat"))


def _assert_serves(office: Office, number: str) -> None:
    host, port = office.server.address
    probe = office.caller()
    assert probe.request("OPTIONS", f"sip:{host}:{port}").status == 200
    amal = next(phone for phone in office.phones if phone.user == "amal")
    caller, agent = talk(probe, number, amal)
    assert_heard_each_other(caller, agent)
    caller.hang_up()
    agent.wait_ended()


def test_the_messages_of_rfc_4475_leave_the_server_serving(office: Office) -> None:
    assert len(TORTURE) >= 49, "tests/data/rfc4475 is incomplete"
    number, _ = desk(office, "amal")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for file in TORTURE:
            sender.sendto(file.read_bytes(), office.server.address)
    for file in TORTURE:
        with socket.create_connection(office.server.address, timeout=5) as connection:
            connection.sendall(file.read_bytes())
    _assert_serves(office, number)


def test_random_bytes_on_the_sip_ports(office: Office) -> None:
    number, _ = desk(office, "amal")
    dice = random.Random(4475)  # noqa: S311 - the same bytes in every run
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(300):
            sender.sendto(dice.randbytes(dice.randrange(1, 1400)), office.server.address)
    for _ in range(20):
        connection = socket.create_connection(office.server.address, timeout=5)
        with connection, contextlib.suppress(ConnectionError):  # the server may hang up first
            connection.sendall(dice.randbytes(dice.randrange(1, 100_000)))
    _assert_serves(office, number)


def test_messages_cut_and_changed_at_random(office: Office) -> None:
    number, _ = desk(office, "amal")
    dice = random.Random(3261)  # noqa: S311 - the same bytes in every run
    host, port = office.server.address
    invite = (
        f"INVITE sip:{number}@{host}:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx;rport\r\n"
        f"From: <sip:x@127.0.0.1>;tag=1\r\nTo: <sip:{number}@{host}>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n"
        "Contact: <sip:x@127.0.0.1:9>\r\nMax-Forwards: 70\r\nContent-Type: application/sdp\r\n"
        "Content-Length: 0\r\n\r\n"
    ).encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(500):
            damaged = bytearray(invite)
            for _ in range(dice.randrange(1, 8)):
                damaged[dice.randrange(60, len(damaged))] = dice.randrange(256)
            # an old SDP-less INVITE that still parses is never acknowledged: keep it from being one
            damaged[:6] = dice.choice((b"CANCEL", b"OPTION", b"SUBSCR", b"UPDATE"))
            sender.sendto(bytes(damaged[: dice.randrange(10, len(damaged))]), office.server.address)
    _assert_serves(office, number)


@pytest.mark.parametrize(
    "body",
    [
        "v=0\r\n",
        "nonsense",
        "v=0\r\no=- 1 1 IN IP4 x\r\ns=-\r\nt=0 0\r\nm=audio 99999 RTP/AVP 0\r\n",
        "m=audio",
    ],
)
def test_a_broken_description_is_refused(office: Office, body: str) -> None:
    number, [amal] = desk(office, "amal")
    caller = office.caller()
    leg = caller.dial(number, offer=body)
    assert leg.wait_refused() in (400, 488)
    assert not amal.legs


def test_only_video_is_not_acceptable(office: Office) -> None:
    number, _ = desk(office, "amal")
    body = (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        "m=video 9000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n"
    )
    assert office.caller().dial(number, offer=body).wait_refused() == 488


def test_random_bytes_on_the_rtp_ports_do_not_spoil_a_call(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    caller, agent = talk(office.caller(), number, amal)
    assert_heard_each_other(caller, agent)
    dice = random.Random(3550)  # noqa: S311 - the same bytes in every run
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        for leg in (caller, agent):
            host, port = leg.sound.remote or ("", 0)
            for target in (port, port + 1):
                for _ in range(100):
                    stranger.sendto(dice.randbytes(dice.randrange(0, 1400)), (host, target))
    for leg in (caller, agent):
        for _ in range(100):
            leg.sound.send_raw(dice.randbytes(dice.randrange(0, 300)))
    caller.sound.wait_packets(10)
    since = caller.sound.heard[-1].at
    caller.sound.wait_for(agent.sound.tone or 0, since=since)
    agent.sound.wait_for(tones.CALLER, since=since)
    caller.hang_up()
    agent.wait_ended()


def test_a_stranger_cannot_steal_the_audio(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    caller, agent = talk(office.caller(), number, amal)
    assert_heard_each_other(caller, agent)
    stranger = office.caller(tone=tones.THIRD_AGENT).new_audio()
    try:
        stranger.start(caller.sound.remote or ("", 0))
        caller.sound.wait_packets(50)
        assert not stranger.heard, "the audio went to the stranger"
        assert not agent.sound.count(tones.THIRD_AGENT, since=0), "the stranger was heard"
    finally:
        stranger.close()
    caller.hang_up()
    agent.wait_ended()


def test_many_idle_connections_do_not_stop_the_others(office: Office) -> None:
    number, _ = desk(office, "amal")
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            connection = stack.enter_context(socket.create_connection(office.server.address, timeout=5))
            connection.sendall(b"INVITE sip:x SIP/2.0\r\nContent-Length: 99999\r\n")
        _assert_serves(office, number)
