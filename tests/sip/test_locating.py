"""Servers by their names: NAPTR, SRV and addresses of a name server of our own, as case O9 has it."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.dns_server import DnsServer, dns_server

from huntline.sip.core.flow import Transport
from huntline.sip.core.locating import LocatedServer, NaptrRecord, chosen_services, in_order
from huntline.sip.name_service import NameService, NoAnswer
from huntline.sip.resolver import Resolver, Unreachable
from huntline.sip.transport.address import ListenAddress

PROVIDER = "provider.example"
LISTENING = [
    ListenAddress.parse(text) for text in ("udp:127.0.0.1:5060", "tcp:127.0.0.1:5060", "udp:[::1]:5060")
]
UDP, TCP, TLS = Transport.UDP, Transport.TCP, Transport.TLS
Found = list[tuple[Transport, str, int]]


class Names:
    """A name service at a server, by a clock that the test sets."""

    def __init__(self, server: DnsServer) -> None:
        self.server = server
        self.now = 0.0
        self.service = NameService(lambda: self.now, [server.address[:2]])
        self.resolver = Resolver(LISTENING, self.service)
        self._random = random.Random(3)  # noqa: S311

    async def locate(self, name: str, port: int | None = None, transport: Transport = UDP) -> Found:
        """Where one attempt would go."""
        located = await self.resolver.locate(name, port, transport)
        return [(flow.transport, *flow.remote) for flow in self.resolver.flows(located, self._random.random)]


def told(story: Callable[[Names], Awaitable[None]]) -> None:
    async def run() -> None:
        async with dns_server() as server:
            await story(Names(server))

    asyncio.run(run())


def put_srv(server: DnsServer) -> None:
    shared = ("10 60 5070 a.p.example.", "10 40 5071 b.p.example.")
    server.put(f"_sip._udp.{PROVIDER}", "SRV", *shared, "20 0 5072 c.p.example.")
    for number, name in enumerate("abc", start=1):
        server.put(f"{name}.p.example", "A", f"127.0.0.1{number}")
    server.put(PROVIDER, "A", "127.0.0.66")  # the trap


def test_of_200_calls_the_weights_share_and_neither_the_last_nor_the_trap_is_met_first() -> None:
    async def story(names: Names) -> None:
        put_srv(names.server)
        first: Counter[int] = Counter()
        for _ in range(200):
            found = await names.locate(PROVIDER)
            assert [port for _, _, port in found][2:] == [5072]
            assert "127.0.0.66" not in {address for _, address, _ in found}
            first[found[0][2]] += 1
        assert first[5070] + first[5071] == 200
        assert 100 <= first[5070] <= 140
        assert names.server.asked[f"SRV _sip._udp.{PROVIDER}"] == 1

    told(story)


def test_naptr_goes_before_srv_and_says_the_transport() -> None:
    async def story(names: Names) -> None:
        put_srv(names.server)
        names.server.put(
            PROVIDER, "NAPTR",
            '20 50 "s" "SIP+D2U" "" _sip._udp.elsewhere.example.',
            '10 50 "s" "SIP+D2T" "" _sip._tcp.elsewhere.example.',
            '5 50 "s" "SIPS+D2T" "" _sips._tcp.elsewhere.example.',
            '1 50 "s" "FAX+D2X" "" _fax._x.elsewhere.example.',
        )  # fmt: skip
        names.server.put("_sip._tcp.elsewhere.example", "SRV", "1 1 5080 a.p.example.")
        names.server.put("_sip._udp.elsewhere.example", "SRV", "1 1 5081 b.p.example.")
        names.server.put("_sips._tcp.elsewhere.example", "SRV", "1 1 5091 c.p.example.")
        assert await names.locate(PROVIDER) == [(TCP, "127.0.0.11", 5080), (UDP, "127.0.0.12", 5081)]
        assert await names.locate(PROVIDER, transport=TLS) == [(TLS, "127.0.0.13", 5091)]

    told(story)


def test_tls_asks_for_its_own_service() -> None:
    async def story(names: Names) -> None:
        names.server.put(f"_sips._tcp.{PROVIDER}", "SRV", "1 1 5071 a.p.example.")
        names.server.put("a.p.example", "A", "127.0.0.11")
        assert await names.locate(PROVIDER, transport=TLS) == [(TLS, "127.0.0.11", 5071)]
        assert not names.server.asked[f"SRV _sip._udp.{PROVIDER}"]

    told(story)


def test_a_port_goes_without_srv_and_a_name_without_srv_to_its_addresses() -> None:
    async def story(names: Names) -> None:
        put_srv(names.server)
        assert await names.locate(PROVIDER, 5066) == [(UDP, "127.0.0.66", 5066)]
        assert set(names.server.asked) == {f"A {PROVIDER}", f"AAAA {PROVIDER}"}
        names.server.put("six.example", "AAAA", "::1")
        assert await names.locate("six.example") == [(UDP, "::1", 5060)]
        assert await names.locate("192.0.2.1", 5099) == [(UDP, "192.0.2.1", 5099)]

    told(story)


def test_records_hold_for_as_long_as_they_say() -> None:
    async def story(names: Names) -> None:
        names.server.put("short.example", "A", "127.0.0.11", ttl=20)
        assert await names.locate("short.example", 5060) == [(UDP, "127.0.0.11", 5060)]
        names.server.put("short.example", "A", "127.0.0.12", ttl=20)
        names.now = 19
        assert await names.locate("short.example", 5060) == [(UDP, "127.0.0.11", 5060)]
        names.now = 21
        assert await names.locate("short.example", 5060) == [(UDP, "127.0.0.12", 5060)]

    told(story)


def test_while_the_name_server_fails_the_last_good_answer_is_used() -> None:
    async def story(names: Names) -> None:
        put_srv(names.server)
        before = sorted(await names.locate(PROVIDER))
        names.server.rcode = 2  # SERVFAIL
        for names.now in (61, 90, 121):
            assert sorted(await names.locate(PROVIDER)) == before
        names.server.rcode = None
        names.server.put("a.p.example", "A", "127.0.0.21")
        names.now = 200
        assert (UDP, "127.0.0.21", 5070) in await names.locate(PROVIDER)

    told(story)


def test_what_nobody_knows_is_unreachable() -> None:
    async def story(names: Names) -> None:
        with pytest.raises(Unreachable, match=r"no address for nowhere\.example"):
            await names.locate("nowhere.example")
        for name in ("a" * 64 + ".example", "ü..example", "." * 20):
            with pytest.raises(Unreachable):
                await names.locate(name)
        names.server.put(f"_sip._udp.{PROVIDER}", "SRV", "0 0 0 .")
        with pytest.raises(Unreachable):
            await names.locate(PROVIDER)

    told(story)


def test_a_question_that_is_under_way_is_asked_once() -> None:
    async def story(names: Names) -> None:
        names.server.put("a.p.example", "A", "127.0.0.11")
        found = await asyncio.gather(*(names.locate("a.p.example", 5060) for _ in range(20)))
        assert found == [[(UDP, "127.0.0.11", 5060)]] * 20
        assert names.server.asked["A a.p.example"] == 1

    told(story)


def test_what_the_system_knows_by_its_own_files_is_found() -> None:
    async def story(names: Names) -> None:
        assert "127.0.0.1" in (await names.service.addresses("localhost")).records
        with pytest.raises(NoAnswer):
            await names.service.addresses("nobody-at-all")
        assert not names.server.asked

    told(story)


# -- the order by itself

places = st.builds(
    LocatedServer,
    rank=st.tuples(st.integers(0, 1), st.integers(0, 2)),
    weight=st.integers(0, 65535),
    transport=st.just(UDP),
    port=st.integers(1, 65535),
    addresses=st.just(("192.0.2.1",)),
)


@given(st.lists(places, max_size=8), st.randoms(use_true_random=False))
def test_every_server_comes_once_and_the_lowest_rank_first(
    found: list[LocatedServer], draw: random.Random
) -> None:
    order = in_order(found, draw.random)
    assert sorted(port for _, _, port in order) == sorted(place.port for place in found)
    ranks = {place.port: place.rank for place in found}
    if len(ranks) == len(found):
        in_turn = [ranks[port] for _, _, port in order]
        assert in_turn == sorted(in_turn)


def test_services_that_nobody_here_speaks_are_passed_over() -> None:
    records = [
        NaptrRecord(1, 1, "u", "SIP+D2U", "_sip._udp.x"),
        NaptrRecord(2, 2, "S", "sip+d2u", "_sip._udp.y"),
        NaptrRecord(2, 1, "s", "SIP+D2T", "_sip._tcp.y"),
        NaptrRecord(0, 0, "s", "SIP+D2W", "_sip._ws.y"),
    ]
    assert chosen_services(records, (UDP, TCP)) == [(TCP, "_sip._tcp.y"), (UDP, "_sip._udp.y")]
