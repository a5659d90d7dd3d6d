"""The address that a peer is told, by its network (unit)."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.network.networks import Network, Networks
from huntline.sip.core.context import Context, CoreSettings
from huntline.sip.core.flow import Flow, Transport

INSIDE, BRANCH, ALL = "10.0.0.0/8=10.0.0.5", "10.9.0.0/16=10.9.0.1", "0.0.0.0/0=203.0.113.7"
AUDIO = "192.168.1.5"


def networks(*texts: str) -> Networks:
    return Networks(map(Network.parse, texts), AUDIO)


@pytest.mark.parametrize("order", [(INSIDE, BRANCH, ALL), (ALL, BRANCH, INSIDE)])
@pytest.mark.parametrize(
    ("peer", "told"),
    [
        ("10.1.2.3", "10.0.0.5"),
        ("10.9.2.3", "10.9.0.1"),
        ("198.51.100.9", "203.0.113.7"),
        ("127.0.0.1", None),
        ("::1", None),
        ("2001:db8::1", None),
        ("fe80::1%eth0", None),
        ("no address", None),
    ],
)
def test_the_longest_prefix_counts(order: tuple[str, ...], peer: str, told: str | None) -> None:
    assert networks(*order).told_to(peer) == told


def test_this_machine_may_be_a_network_of_its_own() -> None:
    assert networks("127.0.0.0/8=127.0.0.9", ALL).told_to("127.0.0.1") == "127.0.0.9"


def test_without_networks_nobody_is_told_anything_else() -> None:
    assert Networks().told_to("10.1.2.3") is None
    assert Networks().described_to("10.1.2.3", b"x") == b"x"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "for instance 10.0.0.0/8=10.0.0.5"),
        ("10.0.0.0/8", "for instance 10.0.0.0/8=10.0.0.5"),
        ("10.0.0.1/8=10.0.0.5", "has host bits set"),
        ("10.0.0.0/8=pbx.contoso.com", "for instance"),
        ("10.0.0.0/8=2001:db8::1", "one IP version"),
        ("10.0.0.0/8=0.0.0.0", "that phones can reach"),
    ],
)
def test_what_is_no_network_is_refused_with_what_would_be_right(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        Network.parse(text)


def test_they_are_written_as_they_are_read() -> None:
    assert str(Network.parse(INSIDE)) == INSIDE


SDP = (
    b"v=0\r\no=- 1 1 IN IP4 192.168.1.5\r\ns=192.168.1.5\r\nc=IN IP4 192.168.1.5\r\nt=0 0\r\n"
    b"m=audio 20000 RTP/AVP 0\r\na=rtcp:20001 IN IP4 192.168.1.5\r\n"
    b"a=candidate:1 1 udp 2130706431 192.168.1.5 20000 typ host\r\n"
)
MESSAGE = (
    b"INVITE sip:a@10.1.2.3 SIP/2.0\r\nX-Note: 192.168.1.5\r\nContent-Type: application/sdp\r\n"
    b"Content-Length: %d\r\n\r\n" % len(SDP)
)


def test_a_description_names_the_address_that_the_peer_is_told() -> None:
    head, _, body = networks(INSIDE).described_to("10.1.2.3", MESSAGE + SDP).partition(b"\r\n\r\n")
    assert b"X-Note: 192.168.1.5\r\n" in head
    assert b"Content-Length: %d" % len(body) in head
    assert body == SDP.replace(b"IP4 192.168.1.5", b"IP4 10.0.0.5").replace(
        b"2130706431 192.168.1.5", b"2130706431 10.0.0.5"
    )


@pytest.mark.parametrize(
    "message",
    [MESSAGE, MESSAGE + SDP.replace(b"192.168.1.5", b"192.168.1.55"), MESSAGE + b"a=192.168.1.5"],
)
def test_what_does_not_name_our_address_is_left_alone(message: bytes) -> None:
    assert networks(INSIDE).described_to("10.1.2.3", message) == message


def test_another_ip_version_is_left_alone() -> None:
    six = networks("2001:db8::/32=2001:db8::1")
    assert six.told_to("2001:db8::9") == "2001:db8::1"
    assert six.described_to("2001:db8::9", MESSAGE + SDP) == MESSAGE + SDP


@given(st.binary(max_size=300))
def test_no_bytes_are_too_strange(data: bytes) -> None:
    networks(ALL).described_to("198.51.100.9", data)


def test_via_and_contact_name_it_too() -> None:
    context = Context(CoreSettings(networks=networks(INSIDE)), os.urandom)
    for host, told in (("10.1.2.3", "10.0.0.5"), ("198.51.100.9", "192.168.1.5")):
        flow = Flow(Transport.UDP, ("192.168.1.5", 5060), (host, 5060))
        assert f" {told}:5060;" in context.via(flow)
        assert context.contact("x", flow) == f"<sip:x@{told}:5060>"
        context.send(flow, MESSAGE + SDP)
        assert f"c=IN IP4 {told}\r\n".encode() in context.sends.pop().data
