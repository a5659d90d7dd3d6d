"""Presence for those who watch: as it was published, and on the phone (unit)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.messages import request
from tests.fakes.notifier import FakeNotifier, answer_to
from tests.fakes.plans import PLAN, account

from huntline.directory.in_force import SettingsInForce
from huntline.engine.model import Presence
from huntline.sip.core.events import RequestReceived
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.servers.pidf import parse_pidf
from huntline.sip.servers.subscriptions import Subscriptions
from huntline.sip.servers.watched_presence import PresencePackage, WatchedPresence, written_pidf
from huntline.sip.servers.watched_resources import WatchedResources

FLOW = Flow(Transport.UDP, ("127.0.0.1", 5060), ("127.0.0.1", 40000))
AMAL = "sip:amal@contoso.com"


@pytest.mark.parametrize("presence", Presence)
def test_what_is_written_is_read_as_the_same_again(presence: Presence) -> None:
    document = parse_pidf(written_pidf(AMAL, WatchedPresence(presence, is_on_the_phone=False)).encode())
    # Do not disturb has no activity of its own.
    read = Presence.BUSY if presence is Presence.DO_NOT_DISTURB else presence
    assert (document.presence, str(document.entity)) == (read, AMAL)


@pytest.mark.parametrize(
    ("presence", "is_on_the_phone", "found"),
    [
        (Presence.AVAILABLE, True, ("<basic>open<", "<rpid:on-the-phone/>")),
        (Presence.AVAILABLE, False, ("<basic>open<", "</status></tuple>\r\n</presence>")),
        (Presence.BUSY, True, ("<rpid:busy/><rpid:on-the-phone/>",)),
        (Presence.DO_NOT_DISTURB, False, ("<basic>open<", "<rpid:busy/>")),
        (Presence.OFFLINE, False, ("<basic>closed<",)),
    ],
)
def test_what_phones_look_for_is_there(
    presence: Presence, is_on_the_phone: bool, found: tuple[str, ...]
) -> None:
    text = written_pidf(AMAL, WatchedPresence(presence, is_on_the_phone))
    assert all(each in text for each in found)


@given(st.text(alphabet=st.characters(categories=("L", "P", "S")), max_size=20))
def test_an_address_is_no_markup(name: str) -> None:
    text = written_pidf(f"sip:{name}@contoso.com", WatchedPresence(Presence.AWAY, is_on_the_phone=False))
    assert text.count("<tuple ") == 1


def test_a_watcher_is_told_at_once_and_of_changes_alone_and_queues_have_no_presence() -> None:
    on_the_phone: set[str] = set()
    notifier = FakeNotifier()
    package = PresencePackage(
        WatchedResources(SettingsInForce(PLAN)), lambda _: Presence.AVAILABLE, on_the_phone.__contains__
    )
    server = Subscriptions(notifier, [package])

    def subscribe(uri: str) -> int:
        message = request("SUBSCRIBE", uri, "Event: presence", "Contact: <sip:bao@127.0.0.1:40000>")
        server.handle(RequestReceived("t1", message, FLOW), account("bao"), 0.0)
        return notifier.last.status

    def change(at: float) -> int:
        for sent in notifier.unanswered():
            server.answered(answer_to(sent, 200), at)
        server.changed("presence", "amal", at)
        server.tick(at)
        return len(notifier.sent)

    assert (subscribe("sip:help@contoso.com"), subscribe(AMAL)) == (404, 200)
    assert notifier.sent[-1].content_type == "application/pidf+xml"
    assert change(1.0) == 1
    on_the_phone.add("amal")
    assert change(2.0) == 2
    assert "on-the-phone" in str(notifier.sent[-1].body)
    on_the_phone.clear()
    assert change(3.0) == 3
    assert change(4.0) == 3
