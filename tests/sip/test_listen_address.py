"""Listen addresses in words (unit)."""

from __future__ import annotations

import pytest

from huntline.errors import ConfigurationError
from huntline.sip.core.flow import Transport
from huntline.sip.transport.address import ListenAddress, source_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("udp:127.0.0.1:5060", ListenAddress(Transport.UDP, "127.0.0.1", 5060)),
        ("TCP:[::1]:5062", ListenAddress(Transport.TCP, "::1", 5062)),
        ("udp:[0:0::1]", ListenAddress(Transport.UDP, "::1", 5060)),
        ("ws:127.0.0.1:5062", ListenAddress(Transport.WS, "127.0.0.1", 5062)),
        ("tls:127.0.0.1", ListenAddress(Transport.TLS, "127.0.0.1", 5061)),
        ("wss:[::1]:5063", ListenAddress(Transport.WSS, "::1", 5063)),
        ("udp:0.0.0.0:0", ListenAddress(Transport.UDP, "0.0.0.0", 0)),  # noqa: S104
    ],
)
def test_addresses_are_read_and_written(text: str, address: ListenAddress) -> None:
    assert ListenAddress.parse(text) == address
    assert ListenAddress.parse(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "udp",
        "udp:",
        "sctp:127.0.0.1:5061",
        "udp:localhost:5060",
        "udp:::1:5060",
        "udp:127.0.0.1:65536",
        "udp:127.0.0.1:-1",
        "udp:127.0.0.1:\N{ARABIC-INDIC DIGIT FIVE}",
        "5060",
        "udp:[::1:5060",
        "udp:[127.0.0.1]x",
    ],
)
def test_a_wrong_address_is_refused_with_what_would_be_right(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"udp:127\.0\.0\.1:5060"):
        ListenAddress.parse(text)


def test_the_way_to_a_local_peer_is_local() -> None:
    assert source_address(("127.0.0.1", 9)) == "127.0.0.1"
    assert source_address(("::1", 9)) == "::1"
