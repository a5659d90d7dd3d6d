"""Whatever lives beside the engine can be written down and read again (edge)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from tests.calls.exchange import FLOW, Exchange, account
from tests.fakes.messages import request
from tests.fakes.notifier import FakeNotifier
from tests.fakes.responder import FakeResponder

from huntline.engine.presence import Presence
from huntline.media.worker.wire import MediaLegState, PlayState
from huntline.signalling.live_records import MEDIA_RECORDS, LiveRecords, unix_offset
from huntline.sip.core.digest_client import DigestChallenge
from huntline.sip.core.events import RequestReceived
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.registration import RegistrarAddress, RegistrationRecord
from huntline.sip.servers.message_summary import MessageSummaryPackage, Waiting
from huntline.sip.servers.presence import PresenceServer
from huntline.sip.servers.registrar import Registrar
from huntline.sip.servers.subscriptions import Subscriptions

PACKAGES = [MessageSummaryPackage(lambda _: Waiting())]
PIDF = b"""<?xml version="1.0"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:amal@contoso.com">
<tuple id="t"><status><basic>closed</basic></status></tuple></presence>"""


class Media:
    """Has one leg that plays something."""

    def state(self, leg_id: str) -> MediaLegState | None:
        play = PlayState(("music",), loop=True, started_at=1.0)
        return MediaLegState(4000, 1, 2, "v=0", {"codec": "pcma"}, play) if leg_id == "here" else None


def test_what_is_written_of_each_part_makes_the_same_part_again() -> None:
    async def story() -> None:
        exchange = Exchange()
        call = await exchange.with_agent()
        registrar, presence = Registrar(FakeResponder()), PresenceServer(FakeResponder())
        amal, media = account("amal"), Media()
        register = request(
            "REGISTER", "sip:contoso.com", "Contact: <sip:amal@10.0.0.5>;q=0.5", "Expires: 600"
        )
        registrar.handle(RequestReceived("t1", register, FLOW), amal, 0.0)
        publish = request(
            "PUBLISH",
            "sip:amal@contoso.com",
            "Event: presence",
            "Content-Type: application/pidf+xml",
            body=PIDF,
        )
        presence.handle(RequestReceived("t2", publish, FLOW), amal, 0.0)
        presence.choose("amal", Presence.BUSY)
        driver: Any = media
        agent: Any = exchange.agent
        trunks: Any = RegisteredTrunk()
        subscriptions = Subscriptions(FakeNotifier(), PACKAGES)
        subscribe = request(
            *("SUBSCRIBE", "sip:amal@contoso.com", "Event: message-summary"),
            *("Contact: <sip:amal@10.0.0.5>", "Record-Route: <sip:edge.example;lr>", "Expires: 600"),
        )
        subscriptions.handle(RequestReceived("t3", subscribe, FLOW), amal, 0.0)
        records = LiveRecords(
            *(exchange.tools.book, exchange.b2bua.owners, agent, driver, registrar, presence),
            *(subscriptions, trunks, exchange.tools.tolls),
        )
        written = {
            kind: records.sources[kind](name)
            for kind, name in (
                ("call", call.call_id),
                ("media", "here"),
                ("phone", "amal"),
                ("presence", "amal"),
                ("trunk", "contoso/provider"),
                ("subscription", "tag-t3"),
            )
        }
        media_record = written.pop("media")
        read = {kind: records.codec.decode(record or b"") for kind, record in written.items()}
        assert read["call"].call_id == call.call_id
        assert read["trunk"] == trunks.state("contoso/provider", 0.0)
        assert MEDIA_RECORDS.decode(media_record or b"") == media.state("here")
        again, published = Registrar(FakeResponder()), PresenceServer(FakeResponder())
        again.restore("amal", read["phone"], 0.0, unix_offset())
        published.restore("amal", read["presence"], 0.0, unix_offset())
        watched = Subscriptions(FakeNotifier(), PACKAGES)
        watched.restore("tag-t3", read["subscription"], 0.0, unix_offset())
        (was,), (now,) = (each.of("message-summary", "amal") for each in (subscriptions, watched))
        expires_at = pytest.approx(was.expires_at)
        assert replace(now, expires_at=0) == replace(
            was, expires_at=0, told=None, is_under_way=False, not_before=0
        )
        assert now.expires_at == expires_at
        assert [binding.contact_uri for binding in again.bindings("amal")] == ["sip:amal@10.0.0.5"]
        assert published.presence("amal") is Presence.BUSY
        published.choose("amal", None)
        assert published.presence("amal") is presence_without_choice(presence)
        for kind in written:
            assert records.sources[kind]("nobody") is None
        await exchange.b2bua.close()

    asyncio.run(story())


class RegisteredTrunk:
    """One trunk that is registered."""

    def state(self, key: str, unix_offset: float) -> RegistrationRecord | None:
        if key != "contoso/provider":
            return None
        challenge = DigestChallenge("Authorization", "p", "n1", "SHA-256", count=3)
        where = RegistrarAddress("sip:provider.example", Flow(Transport.UDP, ("a", 1), ("b", 2)))
        numbers = (7, 600, 1000.0, 900.0)
        return RegistrationRecord("registered", "c", "t", *numbers, where, (challenge,), ("<sip:r;lr>",))


def presence_without_choice(server: PresenceServer) -> Presence:
    """What is published alone."""
    server.choose("amal", None)
    return server.presence("amal")


@pytest.mark.parametrize("presence", Presence)
def test_each_presence_is_written_as_what_it_is(presence: Presence) -> None:
    async def story() -> None:
        server = PresenceServer(FakeResponder())
        server.choose("amal", presence)
        nobody: Any = None
        records = LiveRecords(
            Exchange().tools.book, {}, nobody, nobody, nobody, server, nobody, nobody, nobody
        )
        again = PresenceServer(FakeResponder())
        again.restore("amal", records.codec.decode(records.sources["presence"]("amal") or b""), 0.0, 0.0)
        assert again.presence("amal") is presence

    asyncio.run(story())
