"""Message-waiting lamps: the true state, at once after each SUBSCRIBE and registration (unit)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.messages import request, request_bytes
from tests.fakes.notifier import FakeNotifier, answer_to, header
from tests.fakes.plans import account
from tests.fakes.responder import Answer

from huntline.sip.core.core import OutgoingRequest
from huntline.sip.core.events import RequestReceived, ResponseReceived
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.message import MalformedMessage, Request
from huntline.sip.core.message import parse_message as parsed
from huntline.sip.servers.bindings import Binding
from huntline.sip.servers.message_summary import MessageSummaries, MessageSummaryPackage, Waiting
from huntline.sip.servers.subscriptions import SubscriptionLimits, Subscriptions

FLOW = Flow(Transport.UDP, ("127.0.0.1", 5060), ("127.0.0.1", 40000))
ELSEWHERE = Flow(Transport.UDP, ("127.0.0.1", 5060), ("127.0.0.1", 41000))
AMAL = "sip:amal@contoso.com"


class Desk:
    """A server of lamps, and what is true."""

    def __init__(self, limits: SubscriptionLimits | None = None) -> None:
        self.notifier = FakeNotifier()
        self.waiting = Waiting(2, 1)
        self.bindings: list[Binding] = []
        self.written: list[str] = []
        self.subscriptions = Subscriptions(
            self.notifier,
            [MessageSummaryPackage(lambda _: self.waiting)],
            on_change=self.written.append,
            limits=limits,
        )
        self.server = MessageSummaries(
            self.subscriptions, self.notifier, lambda _: self.waiting, lambda _: self.bindings
        )

    def subscribe(
        self, *headers: str, number: int = 1, tag: str = "", uri: str = AMAL, now: float = 0.0, **fields: Any
    ) -> Answer:
        lines = ["Event: message-summary", "Contact: <sip:amal@127.0.0.1:40000>", *headers]
        data = request_bytes("SUBSCRIBE", uri, *lines, cseq=number, **fields)
        if tag:
            data = data.replace(f"To: <{AMAL}>".encode(), f"To: <{AMAL}>;tag={tag}".encode())
        message = parsed(data)
        assert isinstance(message, Request)
        self.subscriptions.handle(RequestReceived(f"t{number}", message, FLOW), account(), now)
        answer = self.notifier.last
        self.take_answers(now)
        return answer

    def changed(self, now: float) -> None:
        """Messages came or went; phones answer what they are told."""
        self.server.changed("amal", now)
        self.subscriptions.tick(now)
        self.take_answers(now)

    def take_answers(self, now: float) -> None:
        for sent in self.notifier.unanswered():
            self.subscriptions.answered(answer_to(sent, 200), now)

    def register(self, call_id: str = "c9", key: str = "phone", flow: Flow = ELSEWHERE) -> None:
        self.bindings = [each for each in self.bindings if each.key != key]
        self.bindings.append(
            Binding(
                key=key,
                contact_uri=f"sip:amal@127.0.0.1:{flow.remote[1]}",
                flow=flow,
                path=("<sip:edge.example;lr>",),
                expires_at=300.0,
                user_agent="",
                q=None,
                call_id=call_id,
                cseq=1,
            )
        )
        self.server.registered(account(), 0.0)

    @property
    def last(self) -> OutgoingRequest:
        return self.notifier.sent[-1]

    @property
    def count(self) -> int:
        return len(self.notifier.sent)


def test_a_subscription_is_answered_and_told_the_truth_at_once() -> None:
    desk = Desk()
    answer = desk.subscribe("Expires: 600", "Record-Route: <sip:edge.example;lr>")
    assert (answer.status, answer.header("Expires")) == (200, "600")
    assert answer.header("Contact") == "<sip:huntline@127.0.0.1:5060>"
    notify = desk.last
    assert (notify.method, notify.uri, notify.cseq) == ("NOTIFY", "sip:amal@127.0.0.1:40000", 1)
    assert (notify.call_id, notify.from_tag, notify.to) == ("c1", "tag-t1", f"<{AMAL}>;tag=f1")
    assert header(notify, "Route") == "<sip:edge.example;lr>"
    assert header(notify, "Event") == "message-summary"
    assert header(notify, "Subscription-State") == "active;expires=600"
    assert notify.content_type == "application/simple-message-summary"
    assert notify.body == (
        f"Messages-Waiting: yes\r\nMessage-Account: {AMAL}\r\nVoice-Message: 2/1 (0/0)\r\n"
    )


def test_no_messages_is_told_too() -> None:
    desk = Desk()
    desk.waiting = Waiting()
    desk.subscribe()
    assert "Messages-Waiting: no\r\n" in str(desk.last.body)
    assert "Voice-Message: 0/0 (0/0)" in str(desk.last.body)


def test_a_change_is_told_once_and_what_is_no_change_is_not() -> None:
    desk = Desk()
    desk.subscribe()
    desk.changed(1.0)
    assert desk.count == 1
    desk.waiting = Waiting(1, 2)
    desk.changed(2.0)
    assert (desk.count, desk.last.cseq) == (2, 2)
    assert "Voice-Message: 1/2" in str(desk.last.body)


def test_a_refresh_is_told_again_and_one_of_an_unknown_dialog_is_refused() -> None:
    desk = Desk()
    desk.subscribe("Expires: 60")
    assert desk.subscribe("Expires: 90", number=2, tag="tag-t1", now=50.0).status == 200
    assert (desk.count, header(desk.last, "Subscription-State")) == (2, "active;expires=90")
    assert desk.subscribe(number=2, tag="tag-t1").status == 500
    assert desk.subscribe(number=3, tag="other").status == 481
    assert desk.subscribe(number=3, tag="tag-t1", call_id="other").status == 481
    assert len(desk.subscriptions) == 1


def test_the_end_is_told_whether_asked_for_or_by_time() -> None:
    desk = Desk()
    desk.subscribe("Expires: 60")
    desk.subscribe("Expires: 0", number=2, tag="tag-t1")
    assert header(desk.last, "Subscription-State") == "terminated;reason=timeout"
    assert len(desk.subscriptions) == 0
    desk.subscribe("Expires: 60", number=3)
    assert desk.subscriptions.next_deadline() == 60.0
    desk.subscriptions.tick(60.0)
    assert header(desk.last, "Subscription-State") == "terminated;reason=timeout"
    assert (len(desk.subscriptions), desk.subscriptions.next_deadline()) == (0, None)


@pytest.mark.parametrize(
    ("headers", "uri", "status"),
    [
        (("Event: presence",), AMAL, 489),
        (("Expires: 30",), AMAL, 423),
        ((), "sip:bao@contoso.com", 403),
        ((), "sip:amal@127.0.0.1:5060", 200),
    ],
)
def test_what_cannot_be_had_is_refused(headers: tuple[str, ...], uri: str, status: int) -> None:
    desk = Desk()
    lines = ["Event: message-summary"] if not any("Event" in each for each in headers) else []
    message = request("SUBSCRIBE", uri, *lines, *headers, "Contact: <sip:amal@127.0.0.1:40000>")
    desk.subscriptions.handle(RequestReceived("t1", message, FLOW), account(), 0.0)
    assert desk.notifier.last.status == status
    assert desk.count == (status == 200)


def test_there_is_an_end_to_subscriptions() -> None:
    desk = Desk(SubscriptionLimits(subscriptions_per_user=1))
    assert desk.subscribe().status == 200
    assert desk.subscribe(number=2, call_id="c2").status == 403


def test_who_does_not_know_the_subscription_has_none_any_more() -> None:
    desk = Desk()
    desk.subscribe()
    desk.waiting = Waiting(7, 0)
    desk.server.changed("amal", 1.0)
    desk.subscriptions.tick(1.0)
    desk.subscriptions.answered(answer_to("r2", 481), 1.0)
    assert len(desk.subscriptions) == 0
    desk.subscribe(number=2, now=2.0)
    desk.waiting = Waiting(8, 0)
    desk.server.changed("amal", 3.0)
    desk.subscriptions.tick(3.0)
    desk.subscriptions.answered(ResponseReceived("r4", None), 3.0)
    assert len(desk.subscriptions) == 0


def test_a_new_phone_is_told_without_asking_and_a_refresh_says_nothing_new() -> None:
    desk = Desk()
    desk.register()
    assert (desk.last.uri, desk.last.flow) == ("sip:amal@127.0.0.1:41000", ELSEWHERE)
    assert header(desk.last, "Route") == "<sip:edge.example;lr>"
    assert header(desk.last, "Subscription-State") == "terminated"
    desk.register()
    assert desk.count == 1
    desk.register(call_id="started again")
    assert desk.count == 2
    desk.waiting = Waiting(0, 3)
    desk.changed(1.0)
    assert desk.count == 3


def test_a_phone_that_subscribes_is_not_told_twice_and_a_page_not_by_sip() -> None:
    desk = Desk()
    desk.subscribe()
    desk.register(flow=FLOW)
    desk.register(key="page", flow=Flow(Transport.WS, ("127.0.0.1", 5061), ("127.0.0.1", 42000), 7))
    assert desk.count == 1
    desk.waiting = Waiting()
    desk.changed(1.0)
    assert desk.count == 2


def test_another_process_goes_on_and_tells_all_again() -> None:
    desk, heir = Desk(), Desk()
    desk.subscribe("Expires: 600", "Record-Route: <sip:edge.example;lr>")
    state = desk.subscriptions.state("tag-t1", 1000.0)
    assert state is not None
    heir.subscriptions.restore("tag-t1", state, 100.0, 900.0)
    assert heir.count == 0  # nothing is sent before it may be
    heir.server.changed_for_all(100.0)
    heir.subscriptions.tick(100.0)
    assert (heir.last.cseq, heir.last.call_id, heir.last.from_tag) == (2, "c1", "tag-t1")
    assert header(heir.last, "Route") == "<sip:edge.example;lr>"
    assert header(heir.last, "Subscription-State") == "active;expires=600"
    heir.subscriptions.restore("tag-t9", replace(state, our_tag="tag-t9"), 701.0, 900.0)
    assert len(heir.subscriptions) == 1  # the other one had expired


def test_what_the_former_release_wrote_is_read() -> None:
    desk, heir = Desk(), Desk()
    desk.subscribe("Expires: 600")
    state = desk.subscriptions.state("tag-t1", 1000.0)
    assert state is not None
    of_now = {"subscriber", "event", "event_id", "resource", "entity", "open"}
    of_now |= {"is_under_way", "not_before", "is_cut_off", "flow_before"}
    former = {key: value for key, value in asdict(state).items() if key not in of_now}
    heir.subscriptions.restore("amal", {"address": AMAL, "subscriptions": [former]}, 100.0, 900.0)
    assert heir.written == ["tag-t1", "amal"]  # the record of before is none of today's names
    assert heir.subscriptions.state("amal", 0.0) is None
    heir.changed(100.0)
    assert (heir.last.cseq, heir.last.from_tag) == (2, "tag-t1")
    assert f"Message-Account: {AMAL}" in str(heir.last.body)


def test_a_phone_of_an_earlier_process_is_told_of_the_next_change_and_when_it_registers_again() -> None:
    tells: list[Callable[[Desk], None]] = [lambda desk: desk.server.changed("amal", 1.0), Desk.register]
    for tell in tells:
        before, desk = Desk(), Desk()
        before.register()
        desk.bindings = before.bindings
        desk.server.returned(account())
        desk.server.changed_for_all(0.5)
        assert desk.count == 0
        tell(desk)
        assert desk.count == 1
        assert "Voice-Message: 2/1 (0/0)" in desk.last.body
        desk.server.changed("amal", 2.0)
        assert desk.count == 1


def test_nobody_is_in_no_record() -> None:
    assert Desk().subscriptions.state("amal", 0.0) is None


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_contact_is_taken_or_refused(contact: str, route: str) -> None:
    desk = Desk()
    with contextlib.suppress(MalformedMessage):
        message = request(
            "SUBSCRIBE", AMAL, "Event: message-summary", f"Contact: {contact}", f"Record-Route: {route}"
        )
        desk.subscriptions.handle(RequestReceived("t1", message, FLOW), account(), 0.0)
        assert desk.notifier.last.status in (200, 400)
