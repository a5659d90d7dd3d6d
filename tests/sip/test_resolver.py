"""Where URIs lead (unit)."""

from __future__ import annotations

import asyncio

import pytest

from huntline.sip.core.flow import Flow, Transport
from huntline.sip.name_service import Known, NameService, NoAnswer
from huntline.sip.resolver import Resolver, Unreachable
from huntline.sip.transport.address import ListenAddress

LISTENING = [
    ListenAddress.parse(text)
    for text in ("udp:127.0.0.1:5070", "tcp:127.0.0.1:5071", "udp:[::1]:5072", "ws:127.0.0.1:5073")
]
UDP = ("127.0.0.1", 5070)
TCP = ("127.0.0.1", 5071)


class Names(NameService):
    """A name service that counts what it is asked."""

    def __init__(self) -> None:
        super().__init__(lambda: 0.0)
        self.asked: list[str] = []
        self.known = {"phone.contoso.com": ["::2", "127.0.0.9"]}

    async def addresses(self, host: str) -> Known:
        self.asked.append(host)
        if host not in self.known:
            raise NoAnswer("no such name")
        return Known(tuple(self.known[host]), 60.0)


@pytest.mark.parametrize(
    ("uri", "flow"),
    [
        ("sip:a@127.0.0.5", Flow(Transport.UDP, UDP, ("127.0.0.5", 5060))),
        ("sip:a@127.0.0.5:5099;transport=UDP", Flow(Transport.UDP, UDP, ("127.0.0.5", 5099))),
        ("sip:127.0.0.5;transport=tcp", Flow(Transport.TCP, TCP, ("127.0.0.5", 5060))),
        ("sip:a@[::1]:5099", Flow(Transport.UDP, ("::1", 5072), ("::1", 5099))),
    ],
)
def test_an_ip_address_is_resolved_at_once(uri: str, flow: Flow) -> None:
    assert Resolver(LISTENING, Names()).resolve_literal(uri) == flow


@pytest.mark.parametrize(
    "uri",
    [
        "tel:+1425",
        "sips:a@127.0.0.1;transport=udp",
        "sips:a@127.0.0.1;transport=ws",
        "sip:a@[::1];transport=tcp",
        "sip:a@127.0.0.1;transport=ws",
        "sip:a@127.0.0.1;transport=wss",
        "junk",
        "sip:",
    ],
)
def test_where_nothing_leads(uri: str) -> None:
    with pytest.raises(Unreachable):
        Resolver(LISTENING, Names()).resolve_literal(uri)


def test_tcp_is_taken_when_there_is_no_udp() -> None:
    flow = Resolver(LISTENING[1:2], Names()).resolve_literal("sip:a@127.0.0.5")
    assert flow == Flow(Transport.TCP, TCP, ("127.0.0.5", 5060))


def test_a_wildcard_or_the_routed_address_is_made_concrete() -> None:
    several = [ListenAddress.parse("udp:127.0.0.3:5060"), ListenAddress.parse("udp:127.0.0.1:5061")]
    flow = Resolver(several, Names()).resolve_literal("sip:127.0.0.5")
    assert flow is not None
    assert flow.local == ("127.0.0.1", 5061)
    flow = Resolver([ListenAddress.parse("udp:0.0.0.0:5060")], Names()).resolve_literal("sip:127.0.0.5")
    assert flow is not None
    assert flow.local == ("127.0.0.1", 5060)


TLS = ListenAddress.parse("tls:127.0.0.1:5074")


@pytest.mark.parametrize(
    ("uri", "port"),
    [
        ("sips:a@127.0.0.5", 5061),
        ("sips:a@127.0.0.5:5099", 5099),
        ("sips:a@127.0.0.5;transport=tcp", 5061),
        ("sip:a@127.0.0.5;transport=TLS", 5061),
    ],
)
def test_what_is_secure_is_reached_by_tls(uri: str, port: int) -> None:
    flow = Resolver([*LISTENING, TLS], Names()).resolve_literal(uri)
    assert flow == Flow(Transport.TLS, ("127.0.0.1", 5074), ("127.0.0.5", port))


def test_who_takes_no_calls_by_tls_may_call_by_it() -> None:
    flow = Resolver(LISTENING, Names()).resolve_literal("sips:a@127.0.0.5")
    assert flow == Flow(Transport.TLS, ("127.0.0.1", 5061), ("127.0.0.5", 5061))


def test_by_tls_a_name_has_to_be_proven() -> None:
    resolver = Resolver([*LISTENING, TLS], Names())
    flow = asyncio.run(resolver.resolve("sips:a@Phone.contoso.com"))
    assert (flow.remote, flow.server_name) == (("127.0.0.9", 5061), "phone.contoso.com")
    assert asyncio.run(resolver.resolve("sip:a@phone.contoso.com;transport=tcp")).server_name == ""


def test_names_are_looked_up() -> None:
    names = Names()
    resolver = Resolver(LISTENING[:2], names)
    assert resolver.resolve_literal("sip:a@phone.contoso.com") is None
    wanted = Flow(Transport.UDP, UDP, ("127.0.0.9", 5060))
    assert asyncio.run(resolver.resolve("sip:a@Phone.contoso.com")) == wanted
    assert names.asked == ["phone.contoso.com"]


def test_a_name_that_is_nobodys_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        asyncio.run(Resolver(LISTENING, Names()).resolve("sip:a@nowhere.contoso.com"))
