"""What users publish about themselves (unit)."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.messages import request
from tests.fakes.plans import account
from tests.fakes.responder import Answer, FakeResponder

from huntline.engine.model import Presence
from huntline.sip.core.events import RequestReceived
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.servers.pidf import NotPidf, parse_pidf
from huntline.sip.servers.presence import PresenceServer, PublicationLimits

FLOW = Flow(Transport.UDP, ("127.0.0.1", 5060), ("127.0.0.1", 40000))
AMAL = "sip:amal@contoso.com"
TYPE = "Content-Type: application/pidf+xml"
OPEN = "<status><basic>open</basic></status>"
CLOSED = "<status><basic>closed</basic></status>"


def pidf(content: str = OPEN, person: str = "", entity: str = AMAL) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"
          xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="{entity}">
  <tuple id="t1">{content}<contact>{AMAL}</contact></tuple>{person}
</presence>""".encode()


def activities(content: str) -> bytes:
    return pidf(person=f'<dm:person id="p1"><rpid:activities>{content}</rpid:activities></dm:person>')


class Office:
    """A presence server and what it tells."""

    def __init__(self, limits: PublicationLimits | None = None, tags_drawn: int = 0) -> None:
        self.responder = FakeResponder()
        self.tags_drawn = tags_drawn
        self.told: list[tuple[str, Presence]] = []
        self.server = PresenceServer(
            self.responder,
            self._draw,
            limits,
            on_presence=lambda user, presence: self.told.append((user, presence)),
        )

    def _draw(self, size: int) -> bytes:
        self.tags_drawn += 1
        return self.tags_drawn.to_bytes(size)

    def publish(
        self,
        body: bytes = b"",
        *headers: str,
        now: float = 0.0,
        etag: str | None = None,
        uri: str = AMAL,
        event: str = "Event: presence",
        **fields: Any,
    ) -> Answer:
        lines = [event, *headers] + ([f"SIP-If-Match: {etag}"] if etag else []) + ([TYPE] if body else [])
        message = request("PUBLISH", uri, *lines, body=body, **fields)
        self.server.handle(RequestReceived("t", message, FLOW), account(), now)
        return self.responder.last


def test_a_publication_is_refreshed_changed_and_removed() -> None:
    office = Office()
    answer = office.publish(activities("<rpid:on-the-phone/>"), "Expires: 120")
    assert (answer.status, answer.header("Expires")) == (200, "120")
    refreshed = office.publish(b"", "Expires: 120", etag=answer.header("SIP-ETag"), now=100.0)
    assert refreshed.header("SIP-ETag") != answer.header("SIP-ETag")
    assert office.publish(b"", etag=answer.header("SIP-ETag")).status == 412
    changed = office.publish(activities("<rpid:away/>"), etag=refreshed.header("SIP-ETag"), now=101.0)
    assert office.publish(b"", "Expires: 0", etag=changed.header("SIP-ETag"), now=102.0).status == 200
    assert [presence for _, presence in office.told] == [Presence.BUSY, Presence.AWAY, Presence.AVAILABLE]
    assert len(office.server) == 0


def test_an_expired_publication_means_available() -> None:
    office = Office()
    office.publish(activities("<rpid:busy/>"), "Expires: 60")
    office.server.tick(59.0)
    assert office.server.presence("amal") is Presence.BUSY
    office.server.tick(60.0)
    assert office.told[-1] == ("amal", Presence.AVAILABLE)
    assert office.server.next_deadline() is None


def test_the_most_restrictive_of_several_devices_wins() -> None:
    office = Office()
    office.publish(pidf(CLOSED))
    assert office.server.presence("amal") is Presence.OFFLINE
    office.publish(pidf(OPEN))
    assert office.server.presence("amal") is Presence.AVAILABLE
    dnd = office.publish(activities("<dnd/>")).header("SIP-ETag")
    office.publish(activities("<rpid:away/>"))
    assert office.server.presence("amal") is Presence.DO_NOT_DISTURB
    office.publish(b"", "Expires: 0", etag=dnd)
    assert office.server.presence("amal") is Presence.AWAY


def test_what_is_chosen_by_hand_counts_until_it_is_given_up() -> None:
    office = Office()
    office.publish(activities("<rpid:busy/>"))
    office.server.choose("amal", Presence.AVAILABLE)
    office.publish(activities("<dnd/>"))
    assert office.server.is_chosen("amal")
    assert office.server.presence("amal") is Presence.AVAILABLE
    office.server.choose("amal", None)
    assert not office.server.is_chosen("amal")
    assert [told for _, told in office.told] == [
        Presence.BUSY,
        Presence.AVAILABLE,
        Presence.DO_NOT_DISTURB,
    ]


@pytest.mark.parametrize(
    ("body", "presence"),
    [
        (pidf(), Presence.AVAILABLE),
        (pidf(CLOSED), Presence.OFFLINE),
        (activities("<rpid:busy/>"), Presence.BUSY),
        (activities("<rpid:on-the-phone/><rpid:busy/>"), Presence.BUSY),
        (activities("<rpid:away/>"), Presence.AWAY),
        (activities("<rpid:away/><rpid:dnd/>"), Presence.DO_NOT_DISTURB),
        (activities("<rpid:other>Do Not Disturb</rpid:other>"), Presence.DO_NOT_DISTURB),
        (activities("<do-not-disturb/>"), Presence.DO_NOT_DISTURB),
        (activities("<rpid:unknown/>"), Presence.AVAILABLE),
        (pidf(OPEN + "<note>Do Not Disturb</note>"), Presence.DO_NOT_DISTURB),
        (pidf(OPEN + "<note> dnd </note>"), Presence.DO_NOT_DISTURB),
        (pidf(OPEN + "<note>Away</note>"), Presence.AWAY),
        (pidf(OPEN + "<note>Busy (DND)</note>"), Presence.AVAILABLE),
        (pidf(OPEN, "<note>Busy</note>"), Presence.BUSY),
        (pidf("<status><basic>open</basic><dnd/></status>"), Presence.DO_NOT_DISTURB),
        (pidf(CLOSED, "<note>DND</note>"), Presence.DO_NOT_DISTURB),
        (pidf(CLOSED, "<note>Busy</note>"), Presence.OFFLINE),
        (activities("<!-- a comment --><?pi?><rpid:busy/>"), Presence.BUSY),
    ],
)
def test_what_documents_say(body: bytes, presence: Presence) -> None:
    assert parse_pidf(body).presence is presence


def test_refusals_change_nothing() -> None:
    office = Office()
    answer = office.publish(pidf(), event="Event: dialog")
    assert (answer.status, answer.header("Allow-Events")) == (489, "presence")
    assert office.publish(pidf(), event="Subject: none").status == 489
    answer = office.publish(pidf(), "Expires: 10")
    assert (answer.status, answer.header("Min-Expires")) == (423, "60")
    assert office.publish(pidf(), etag="never-given").status == 412
    assert office.publish(b"").status == 400
    assert office.publish(b"<presence").status == 400
    assert len(office.server) == 0
    assert office.told == []


def test_the_wrong_content_type() -> None:
    office = Office()
    message = request("PUBLISH", AMAL, "Event: presence", "Content-Type: text/plain", body=b"busy")
    office.server.handle(RequestReceived("t", message, FLOW), account(), 0.0)
    assert office.responder.last.status == 415
    assert office.responder.last.header("Accept") == "application/pidf+xml"


def test_only_ones_own_presence_can_be_published() -> None:
    office = Office()
    assert office.publish(pidf(entity="sip:bao@contoso.com")).status == 403
    assert office.publish(pidf(), uri="sip:bao@contoso.com").status == 403
    assert office.publish(pidf(entity="mailto:amal@contoso.com")).status == 403
    assert office.publish(pidf(entity="")).status == 400
    assert office.publish(pidf(entity="pres:amal@contoso.com")).status == 200
    by_address = "sip:AMAL@127.0.0.1:5060"
    assert office.publish(pidf(entity="sip:amal@127.0.0.1"), uri=by_address, sender=by_address).status == 200


def test_expiry_is_capped_and_an_initial_zero_leaves_nothing() -> None:
    office = Office()
    assert office.publish(pidf(), "Expires: 999999").header("Expires") == "3600"
    assert office.publish(activities("<dnd/>"), "Expires: 0").status == 200
    assert len(office.server) == 1
    assert office.told == []


def test_publications_are_limited() -> None:
    office = Office(PublicationLimits(publications_per_user=1))
    etag = office.publish(pidf()).header("SIP-ETag")
    assert office.publish(pidf()).status == 403
    assert office.publish(pidf(), etag=etag).status == 200
    assert Office(PublicationLimits(publications=0)).publish(pidf()).status == 503


def test_presence_survives_a_restart() -> None:
    office = Office()
    etag = office.publish(activities("<dnd/>"), "Expires: 100").header("SIP-ETag")
    office.publish(activities("<rpid:busy/>"), "Expires: 60")
    state = json.loads(json.dumps(office.server.state("amal", 1000.0)))
    restarted = Office()
    restarted.server.restore("amal", state, 61.0, 1000.0)
    assert restarted.told == [("amal", Presence.DO_NOT_DISTURB)]
    assert restarted.publish(b"", etag=etag, now=62.0).status == 200
    assert restarted.server.state("bao", 1000.0) is None


def test_what_was_chosen_survives_a_restart_of_the_machine() -> None:
    office = Office()
    office.publish(activities("<dnd/>"), "Expires: 100", now=50_000.0)
    office.server.choose("amal", Presence.AVAILABLE)
    state = json.loads(json.dumps(office.server.state("amal", 1_000_000.0)))
    restarted = Office()  # 40 seconds later, by a clock that began anew
    restarted.server.restore("amal", state, 10.0, 1_050_030.0)
    assert restarted.server.presence("amal") is Presence.AVAILABLE
    assert restarted.server.is_chosen("amal")
    restarted.server.choose("amal", None)
    assert restarted.told == [("amal", Presence.DO_NOT_DISTURB)]
    restarted.server.tick(69.0)
    assert len(restarted.server) == 1
    restarted.server.tick(71.0)
    assert restarted.told[-1] == ("amal", Presence.AVAILABLE)


histories = st.lists(
    st.tuples(
        st.sampled_from(["publish", "refresh", "remove", "choose", "give up", "wait"]),
        st.sampled_from([60, 100, 3600]),
        st.sampled_from(list(Presence)),
    ),
    max_size=12,
)


@given(before=histories, after=histories)
def test_whatever_was_published_goes_on_over_a_restart(before: Any, after: Any) -> None:
    going_on, now, etag = Office(), 0.0, "none"
    for what, seconds, presence in before:
        now, etag = _happens(going_on, what, seconds, presence, now, etag)
    going_on.server.tick(now)
    state = going_on.server.state("amal", 1_000.0)
    restarted = Office(tags_drawn=going_on.tags_drawn)
    if state is not None:
        restarted.server.restore("amal", json.loads(json.dumps(state)), now, 1_000.0)
    assert restarted.server.state("amal", 1_000.0) == state
    for what, seconds, presence in after:
        then = _happens(going_on, what, seconds, presence, now, etag)
        assert _happens(restarted, what, seconds, presence, now, etag) == then
        now, etag = then
        assert restarted.server.presence("amal") is going_on.server.presence("amal")


def _tag(answer: Answer) -> str | None:
    return answer.header("SIP-ETag") if answer.status == 200 else None


def _happens(
    office: Office, what: str, seconds: int, presence: Presence, now: float, etag: str
) -> tuple[float, str]:
    """One thing happens; when it is then, and the entity tag of what was published last."""
    office.server.tick(now)
    match what:
        case "publish":
            body = activities("<dnd/>" if presence is Presence.DO_NOT_DISTURB else "<rpid:busy/>")
            answer = office.publish(body, f"Expires: {seconds}", now=now)
            return now, _tag(answer) or etag
        case "refresh" | "remove":
            expires = seconds if what == "refresh" else 0
            answer = office.publish(b"", f"Expires: {expires}", etag=etag, now=now)
            return now, _tag(answer) or etag
        case "choose":
            office.server.choose("amal", presence)
        case "give up":
            office.server.choose("amal", None)
        case _:
            now += seconds / 2
    return now, etag


ENTITIES = '<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><presence entity="sip:a@b">&b;</presence>'
OUTSIDE = '<!DOCTYPE p [<!ENTITY a SYSTEM "file:///etc/passwd">]><presence entity="sip:a@b">&a;</presence>'


@pytest.mark.parametrize(
    "body",
    [
        ENTITIES.encode(),
        OUTSIDE.encode(),
        b'<?xml version="1.0" encoding="utf-7"?><presence/>',
        b'<?xml version="1.0" encoding="no-such"?><presence/>',
        b"<presence entity='sip:a@b'>" + b"<a>" * 20_000,
        b"<html/>",
        b"\xff\xfe",
        b"",
    ],
)
def test_hostile_documents_are_refused(body: bytes) -> None:
    with pytest.raises(NotPidf):
        parse_pidf(body)


def test_deep_documents_are_read() -> None:
    assert parse_pidf(pidf("<a>" * 10_000 + "</a>" * 10_000)).presence is Presence.AVAILABLE


@given(st.binary(max_size=300))
def test_any_bytes_are_a_document_or_none(body: bytes) -> None:
    with contextlib.suppress(NotPidf):
        parse_pidf(body)
