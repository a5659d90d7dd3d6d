"""Where pages may come from, and where they are told to connect (unit)."""

from __future__ import annotations

from typing import Any

import pytest

from huntline.config import Config
from huntline.web.page_addresses import page_origins, phone_addresses, websocket_url


def config(**settings: Any) -> Config:
    return Config(**settings)


@pytest.mark.parametrize(
    ("settings", "origins"),
    [
        ({}, ("http://127.0.0.1:8080", "http://localhost:8080")),
        ({"http": "[::1]:80"}, ("http://[::1]", "http://localhost")),
        ({"http": "192.0.2.10:80"}, ("http://192.0.2.10",)),
        ({"http": "0.0.0.0:8080"}, ("http://192.0.2.7:8080",)),
        (
            {"websocket_url": "wss://Queue.contoso.com:443/sip"},
            ("http://127.0.0.1:8080", "http://localhost:8080", "https://queue.contoso.com"),
        ),
        (
            {"http": "192.0.2.10:80", "websocket_url": "ws://queue.test:8081/"},
            ("http://192.0.2.10", "http://queue.test:8081"),
        ),
        ({"page_origins": "https://pages.contoso.com"}, ("https://pages.contoso.com",)),
    ],
)
def test_pages_come_from_where_they_are_served_unless_the_owner_names_others(
    settings: dict[str, str], origins: tuple[str, ...]
) -> None:
    assert page_origins(config(**settings), "192.0.2.7") == origins


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, "ws://127.0.0.1:5062"),
        ({"sip": "udp:127.0.0.1:5060"}, None),
        ({"sip": "udp:127.0.0.1:5060", "websocket_url": "wss://queue.contoso.com/sip"}, None),
        ({"sip": "ws:192.0.2.10:5070 ws:127.0.0.1:5062"}, "ws://192.0.2.10:5070"),
        ({"sip": "ws:[2001:db8::1]:5070"}, "ws://[2001:db8::1]:5070"),
        ({"sip": "ws:0.0.0.0:5070"}, "ws://queue.test:5070"),
        ({"sip": "wss:192.0.2.10:5071 ws:127.0.0.1:5062"}, "wss://queue.test:5071"),
        ({"websocket_url": "wss://queue.contoso.com/sip"}, "wss://queue.contoso.com/sip"),
    ],
)
def test_a_page_connects_to_the_listener_or_to_the_proxy_before_it(
    settings: dict[str, str], url: str | None
) -> None:
    assert websocket_url(config(**settings), "queue.test") == url


def test_a_page_that_was_asked_for_by_ipv6_connects_by_it() -> None:
    assert websocket_url(config(sip="ws:[::]:5062"), "2001:db8::7") == "ws://[2001:db8::7]:5062"


def test_phones_register_where_sip_is_listened_for_and_pages_connect_elsewhere() -> None:
    addresses = phone_addresses(
        config(sip="udp:0.0.0.0:5060 tcp:[2001:db8::1]:5070 tls:192.0.2.9:5061 wss:0.0.0.0:5062"), "192.0.2.7"
    )
    assert [(transport, str(address)) for transport, address in addresses] == [
        ("udp", "192.0.2.7:5060"),
        ("tcp", "[2001:db8::1]:5070"),
        ("tls", "192.0.2.7:5061"),
    ]
