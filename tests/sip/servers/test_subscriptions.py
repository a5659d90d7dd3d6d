"""Subscriptions to events: one machinery, whatever is watched (unit)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.messages import request_bytes
from tests.fakes.notifier import FakeNotifier, answer_to, header
from tests.fakes.plans import account
from tests.fakes.responder import Answer

from huntline.directory.plan import Account
from huntline.sip.core.core import OutgoingRequest
from huntline.sip.core.events import RequestReceived, ResponseReceived
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.message import Request, parse_message
from huntline.sip.servers.event_packages import Subscription, Watched
from huntline.sip.servers.subscriptions import SubscriptionLimits, Subscriptions

UDP = Flow(Transport.UDP, ("127.0.0.1", 5060), ("127.0.0.1", 40000))
TLS = Flow(Transport.TLS, ("127.0.0.1", 5061), ("127.0.0.1", 40000), 7)
BAO = "sip:bao@contoso.com"


class Weather:
    """A package: what the weather is where somebody lives."""

    event = "weather"
    content_type = "text/weather"

    def __init__(self) -> None:
        self.now = "sun"
        self.is_known = True

    def watched(self, request: Request, account: Account) -> Watched:
        return Watched(request.uri, request.uri)

    def is_there(self, subscription: Subscription) -> bool:
        return self.is_known

    def note(self, subscription: Subscription) -> None:
        subscription.open[self.now] = "seen"

    def has_news(self, subscription: Subscription) -> bool:
        return subscription.told != self.now

    def tell(self, subscription: Subscription) -> str:
        subscription.told = self.now
        return f"{self.now} in {subscription.entity}"


class Desk:
    """A server, and what is true."""

    def __init__(self, limits: SubscriptionLimits | None = None) -> None:
        self.notifier = FakeNotifier()
        self.weather = Weather()
        self.written: list[str] = []
        self.server = Subscriptions(
            self.notifier, [self.weather], on_change=self.written.append, limits=limits
        )

    def subscribe(
        self,
        *headers: str,
        event: str = "weather",
        number: int = 1,
        tag: str = "",
        flow: Flow = UDP,
        user: str = "amal",
        now: float = 0.0,
        uri: str = BAO,
        **fields: Any,
    ) -> Answer:
        lines = [f"Event: {event}", "Contact: <sip:amal@127.0.0.1:40000>", *headers]
        data = request_bytes("SUBSCRIBE", uri, *lines, to=BAO, cseq=number, **fields)
        if tag:
            data = data.replace(f"To: <{BAO}>".encode(), f"To: <{BAO}>;tag={tag}".encode())
        message = parse_message(data)
        assert isinstance(message, Request)
        self.server.handle(RequestReceived(f"t{number}", message, flow), account(user), now)
        return self.notifier.last

    def turn(self, now: float, weather: str) -> None:
        """The weather is another one."""
        self.weather.now = weather
        self.server.changed("weather", BAO, now)
        self.server.tick(now)

    def answer(self, status: int = 200, now: float = 0.0) -> None:
        """All that was sent is answered."""
        for sent in self.notifier.unanswered():
            self.server.answered(answer_to(sent, status), now)

    @property
    def sent(self) -> list[OutgoingRequest]:
        return self.notifier.sent

    @property
    def told(self) -> list[str]:
        return [str(each.body).split()[0] for each in self.sent]


@pytest.mark.parametrize(
    ("event", "headers", "status", "header", "value"),
    [
        ("presence", (), 489, "Allow-Events", "weather"),
        ("", (), 489, "Allow-Events", "weather"),
        ("weather", ("Expires: 59",), 423, "Min-Expires", "60"),
        ("weather", ("Accept: text/plain",), 406, "Accept", "text/weather"),
        ("Weather ;a=b", ("Accept: text/plain, text/weather;q=0.1",), 200, "Expires", "3600"),
        ("weather", ("Accept: text/*", "Expires: 999999999"), 200, "Expires", "86400"),
        ("weather", ("Expires: many",), 200, "Expires", "3600"),
    ],
)
def test_what_is_asked_is_checked_in_its_order(
    event: str, headers: tuple[str, ...], status: int, header: str, value: str
) -> None:
    desk = Desk()
    answer = desk.subscribe(*headers, event=event)
    assert (answer.status, answer.header(header)) == (status, value)
    assert len(desk.sent) == len(desk.server) == (status == 200)


def test_the_id_that_a_subscriber_gave_is_in_each_notify_and_tells_dialogs_apart() -> None:
    desk = Desk()
    desk.subscribe(event="weather;id=17")
    assert header(desk.sent[-1], "Event") == "weather;id=17"
    assert desk.subscribe(number=2, tag="tag-t1").status == 481
    assert desk.subscribe(number=2, tag="tag-t1", event="weather;id=17", user="bao").status == 481
    assert desk.subscribe(number=2, tag="tag-t1", event="weather;id=17").status == 200


def test_a_refresh_moves_the_dialog_and_is_told_though_nothing_is_new() -> None:
    desk = Desk()
    desk.subscribe("Expires: 60")
    desk.answer()
    elsewhere = replace(UDP, remote=("127.0.0.1", 41000))
    assert desk.subscribe("Expires: 90", number=2, tag="tag-t1", flow=elsewhere, now=50.0).status == 200
    assert (desk.sent[-1].flow, desk.sent[-1].cseq, desk.told) == (elsewhere, 2, ["sun", "sun"])
    assert desk.subscribe(number=2, tag="tag-t1").status == 500
    desk.server.tick(61.0)
    assert len(desk.server) == 1


def test_who_only_asks_is_told_and_has_no_subscription() -> None:
    desk = Desk()
    assert desk.subscribe("Expires: 0").header("Expires") == "0"
    assert header(desk.sent[-1], "Subscription-State") == "terminated;reason=timeout"
    assert (desk.told, len(desk.server)) == (["sun"], 0)


def test_one_notify_is_under_way_and_the_last_state_is_never_lost() -> None:
    desk = Desk()
    desk.subscribe()
    desk.turn(0.02, "rain")
    desk.turn(0.04, "snow")
    assert (desk.told, desk.server.next_deadline()) == (["sun"], 3600.0)
    desk.answer(now=0.05)
    assert desk.server.next_deadline() == pytest.approx(0.1)  # not more than ten a second
    desk.server.tick(0.1)
    assert desk.told == ["sun", "snow"]
    desk.turn(0.15, "fog")
    desk.turn(0.15, "snow")  # as it was told
    desk.answer(now=0.3)
    assert (desk.server.next_deadline(), len(desk.sent)) == (3600.0, 2)


@given(st.lists(st.tuples(st.sampled_from(["change", "answer", "tick"]), st.integers(0, 3)), max_size=40))
def test_whatever_happens_numbers_rise_by_one_and_the_truth_comes_last(steps: list[tuple[str, int]]) -> None:
    desk = Desk()
    desk.subscribe()
    now = 0.0
    for what, number in steps:
        now += 0.03
        if what == "change":
            desk.weather.now = f"w{number}"
            desk.server.changed("weather", BAO, now)
        elif what == "answer":
            desk.answer(now=now)
        else:
            desk.server.tick(now)
        assert len(desk.sent) - desk.notifier._answered <= 1
    desk.answer(now=now)
    desk.server.tick(now + 0.2)
    assert desk.told[-1] == desk.weather.now
    assert [each.cseq for each in desk.sent] == list(range(1, len(desk.sent) + 1))
    assert all(a != b for a, b in pairwise(desk.told))


def test_two_hundred_are_told_in_a_turn_and_the_others_in_the_next() -> None:
    desk = Desk(SubscriptionLimits(subscriptions_per_user=220))
    for number in range(220):
        desk.subscribe(number=number + 1, call_id=f"c{number}")
    desk.answer()
    desk.turn(1.0, "rain")
    counts = []
    while desk.server.next_deadline() != 3600.0:
        counts.append(len(desk.sent) - 220)
        desk.server.tick(1.001)
    assert (counts, len(desk.sent)) == ([200], 440)
    assert {each.cseq for each in desk.sent[220:]} == {2}


def test_there_is_an_end_to_subscriptions() -> None:
    desk = Desk(SubscriptionLimits(subscriptions_per_user=1, subscriptions=2))
    assert desk.subscribe().status == 200
    assert desk.subscribe(number=2, call_id="c2").status == 403
    assert desk.subscribe(number=3, call_id="c3", user="bao").status == 200
    full = desk.subscribe(number=4, call_id="c4", user="rita")
    assert (full.status, full.header("Retry-After")) == (503, "60")
    desk.answer(481)
    assert len(desk.server) == 0
    assert desk.subscribe(number=5, call_id="c5", user="rita").status == 200


def test_who_was_on_a_connection_that_ended_is_told_by_the_next_one() -> None:
    desk = Desk()
    desk.subscribe(flow=TLS)
    desk.server.flow_lost(TLS)
    desk.server.answered(ResponseReceived("r1", None), 0.1)  # it was under way: lost with the connection
    desk.turn(1.0, "rain")
    assert (desk.told, len(desk.server)) == (["sun"], 1)
    back = replace(TLS, remote=("127.0.0.1", 40001), connection=9)
    desk.server.move_flow(TLS, back, 2.0)
    desk.server.tick(2.0)
    assert (desk.told, desk.sent[-1].flow, desk.sent[-1].cseq) == (["sun", "rain"], back, 2)


def test_who_does_not_listen_after_a_restart_is_told_when_they_are_back() -> None:
    desk = Desk()
    desk.subscribe(flow=TLS)
    desk.answer()
    desk.server.flow_lost(TLS)
    listener = replace(TLS, remote=("127.0.0.1", 5061), connection=0)
    desk.server.move_flow(TLS, listener, 1.0)
    desk.server.tick(1.0)
    assert desk.sent[-1].flow == listener
    desk.server.answered(ResponseReceived("r2", None), 2.0)
    state = desk.server.state("tag-t1", 0.0)
    assert state is not None
    assert state.flow == TLS
    back = replace(TLS, connection=9)
    desk.server.move_flow(TLS, back, 3.0)
    desk.server.tick(3.0)
    assert (desk.sent[-1].flow, desk.sent[-1].cseq) == (back, 3)
    desk.server.answered(ResponseReceived("r3", None), 4.0)  # nobody is there
    assert len(desk.server) == 0


def test_a_notify_that_was_lost_on_the_way_before_is_no_end() -> None:
    desk = Desk()
    desk.subscribe(flow=TLS)
    back = replace(TLS, connection=9)
    desk.server.move_flow(TLS, back, 0.5)
    desk.server.answered(ResponseReceived("r1", None), 0.6)
    desk.server.tick(0.6)
    assert (desk.sent[-1].flow, len(desk.server)) == (back, 1)


def test_who_is_watched_and_is_no_more_is_watched_no_longer() -> None:
    desk = Desk()
    desk.subscribe()
    desk.subscribe(number=2, call_id="c2", user="bao")
    desk.server.look_who_is_there(lambda user_id: account(user_id) if user_id == "amal" else None, 1.0)
    assert header(desk.sent[-1], "Subscription-State") == "terminated;reason=rejected"
    desk.weather.is_known = False
    desk.server.look_who_is_there(account, 2.0)
    assert header(desk.sent[-1], "Subscription-State") == "terminated;reason=noresource"
    assert (desk.sent[-1].body, len(desk.server), desk.server.is_watched(BAO)) == ("", 0, False)


def test_another_process_goes_on_with_number_and_memory_and_waits_for_connections() -> None:
    desk, heir = Desk(), Desk()
    desk.subscribe(event="weather;id=3")
    desk.subscribe(number=2, call_id="c2", flow=TLS)
    desk.turn(1.0, "rain")
    for tag in ("tag-t1", "tag-t2"):
        state = desk.server.state(tag, 1000.0)
        assert state is not None
        heir.server.restore(tag, state, 100.0, 950.0)
    heir.weather.now = "snow"
    heir.server.changed_for_all(101.0)
    heir.server.tick(101.0)
    (told,) = heir.sent
    assert (told.from_tag, told.cseq, header(told, "Event")) == ("tag-t1", 2, "weather;id=3")
    (kept,) = (each for each in heir.server.of("weather", BAO) if each.our_tag == "tag-t1")
    assert kept.open == {"rain": "seen", "snow": "seen"}
    heir.server.move_flow(TLS, replace(TLS, connection=1), 102.0)
    heir.server.tick(102.0)
    assert (heir.sent[-1].from_tag, heir.told) == ("tag-t2", ["snow", "snow"])
