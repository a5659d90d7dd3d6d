"""Busy lamps on the wire: true states in order, whole documents, versions without gaps (unit)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.messages import request
from tests.fakes.notifier import FakeNotifier, answer_to
from tests.fakes.plans import CONTOSO, FABRIKAM, account

from huntline.directory.in_force import SettingsInForce
from huntline.directory.organization import QueueSettings
from huntline.directory.plan import ServerPlan
from huntline.sip.core.events import RequestReceived
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.servers.dialog_info import (
    DialogPackage,
    DialogState,
    Direction,
    OtherParty,
    ShownDialog,
    dialog_info,
)
from huntline.sip.servers.subscriptions import Subscriptions
from huntline.sip.servers.watched_resources import WatchedResources

FLOW = Flow(Transport.UDP, ("127.0.0.1", 5060), ("127.0.0.1", 40000))
NS = "{urn:ietf:params:xml:ns:dialog-info}"
PRIMARY_URI = f"sip:hg_{'0123456789abcdef' * 2}@contoso.com"
DESK = QueueSettings(queue_id="desk", name="Help Desk", domain="contoso.com", primary_uri=PRIMARY_URI)
EARLY = ShownDialog(DialogState.EARLY, Direction.RECIPIENT)
CONFIRMED = ShownDialog(DialogState.CONFIRMED, Direction.RECIPIENT)


class Watch:
    """Bao watches Amal; ``dialogs`` is what there is of Amal's."""

    def __init__(self) -> None:
        contoso = replace(CONTOSO, queues=(DESK,))
        self.settings = SettingsInForce(ServerPlan((contoso, FABRIKAM), frozenset({"127.0.0.1"})))
        self.dialogs: dict[str, ShownDialog] = {}
        self.notifier = FakeNotifier()
        self.server = Subscriptions(
            self.notifier,
            [DialogPackage(WatchedResources(self.settings), lambda resource, watcher: self.dialogs)],
        )
        self.now = 0.0

    def subscribe(self, uri: str = "sip:amal@contoso.com", number: int = 1) -> int:
        message = request(
            *("SUBSCRIBE", uri, "Event: dialog", "Contact: <sip:bao@127.0.0.1:40000>"),
            sender="sip:bao@contoso.com",
            call_id=f"c{number}",
        )
        self.server.handle(RequestReceived(f"t{number}", message, FLOW), account("bao"), self.now)
        return self.notifier.last.status

    def change(self, **dialogs: ShownDialog) -> None:
        self.dialogs = dialogs
        self.server.changed("dialog", "amal", self.now)

    def answer(self) -> None:
        """What was sent has arrived, and time goes by."""
        for sent in self.notifier.unanswered():
            self.server.answered(answer_to(sent, 200), self.now)
        self.now += 0.2
        self.server.tick(self.now)

    def documents(self) -> list[Element]:
        return [fromstring(str(each.body)) for each in self.notifier.sent]

    def told(self) -> list[dict[str | None, str | None]]:
        """The states by dialog, of each document."""
        return [
            {each.get("id"): each.findtext(f"{NS}state") for each in document}
            for document in self.documents()
        ]


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch()
    assert watch.subscribe() == 200
    watch.answer()
    yield watch
    # O12: one whole document for each NOTIFY, versions without a gap from 0
    heads = [(document.get("version"), document.get("state")) for document in watch.documents()]
    assert heads == [(str(number), "full") for number in range(len(heads))]
    assert {document.get("entity") for document in watch.documents()} == {"sip:amal@contoso.com"}


def test_a_call_is_told_from_ring_to_end_under_one_id(watch: Watch) -> None:
    for dialogs in ({"r1": EARLY}, {"r1": CONFIRMED}, {}):
        watch.change(**dialogs)
        watch.answer()
        watch.answer()
    assert watch.told() == [{}, {"r1": "early"}, {"r1": "confirmed"}, {"r1": "terminated"}]


def test_a_call_that_is_refused_before_it_could_be_told_is_told_as_over(watch: Watch) -> None:
    watch.change(r1=EARLY)
    watch.change()
    watch.answer()
    watch.answer()
    assert watch.told() == [{}, {"r1": "terminated"}]


def test_states_that_come_while_one_is_under_way_are_told_as_the_last(watch: Watch) -> None:
    watch.change(r1=EARLY)
    watch.server.tick(watch.now)
    watch.change(r1=CONFIRMED)
    watch.change(r2=EARLY)
    watch.answer()
    watch.answer()
    assert watch.told() == [{}, {"r1": "early"}, {"r1": "terminated", "r2": "early"}]


def test_a_document_says_what_phones_look_at() -> None:
    other = OtherParty("sip:+12065550100@contoso.com", 'A & B <"x">')
    text = dialog_info(
        "sip:amal@contoso.com",
        3,
        {
            "c1": ShownDialog(DialogState.CONFIRMED, Direction.INITIATOR, is_holding=True),
            "c2": ShownDialog(DialogState.EARLY, Direction.RECIPIENT, other=other),
        },
    )
    first, second = fromstring(text)
    assert first.get("direction") == "initiator"
    assert first.find(f"{NS}remote") is None
    (parameter,) = first.iter(f"{NS}param")
    assert parameter.attrib == {"pname": "+sip.rendering", "pval": "no"}
    (identity,) = second.iterfind(f"{NS}remote/{NS}identity")
    assert (identity.text, identity.get("display")) == (other.uri, other.name)


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_whatever_somebody_calls_themself_the_document_can_be_read(entity: str, uri: str, name: str) -> None:
    shown = ShownDialog(DialogState.EARLY, Direction.RECIPIENT, other=OtherParty(uri, name))
    assert len(fromstring(dialog_info(entity, 0, {uri: shown}))) == 1


def test_a_telephone_is_told_of_ten_calls_at_most(watch: Watch) -> None:
    watch.change(**{f"r{number}": EARLY for number in range(500)})
    watch.answer()
    assert [len(each) for each in watch.told()] == [0, 10]
    for number in range(100):
        watch.change(**{f"s{number}": EARLY})
    watch.change()
    watch.answer()
    assert len(watch.told()[-1]) <= 20


@pytest.mark.parametrize(
    ("uri", "status"),
    [
        ("sip:AMAL@contoso.com", 200),
        ("sip:amal@127.0.0.1:5060;transport=udp", 200),
        ("sip:bao@contoso.com", 200),
        (PRIMARY_URI, 200),
        ("sip:help%20desk@contoso.com", 200),
        ("sip:nobody@contoso.com", 404),
        ("sip:fay@fabrikam.com", 404),
        ("sip:+14255550100@contoso.com", 404),
    ],
)
def test_people_and_queues_of_ones_own_organization_may_be_watched(uri: str, status: int) -> None:
    watch = Watch()
    assert watch.subscribe(uri) == status
    assert len(watch.notifier.sent) == (status == 200)
