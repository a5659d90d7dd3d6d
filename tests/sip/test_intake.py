"""The intake: what is under way goes first, and what is new waits or is turned away (edge)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest
from tests.fakes.messages import request_bytes
from tests.sip.core.desk import OFFER, UDP, Desk

from huntline.sip.core.events import InviteReceived
from huntline.sip.core.flow import Flow
from huntline.sip.core.message import Request, Response, parse_message
from huntline.sip.intake import Intake

SDP = ("Content-Type: application/sdp", "Contact: <sip:amal@127.0.0.1:5099>")


class Office:
    """A core behind an intake. Each message that it reads takes ``cost`` seconds of the test's clock."""

    def __init__(self, cost: float = 0.0) -> None:
        self.desk = Desk()
        self.cost = cost
        self.read: list[bytes] = []
        self.refusals: list[Response] = []
        self.intake = Intake(self.desk.core, self._receive, self._turn_away, lambda: self.now)

    @property
    def now(self) -> float:
        return self.desk.now

    def _receive(self, data: bytes, flow: Flow) -> None:
        self.desk.now += self.cost
        self.read.append(data)
        self.desk.core.receive(data, flow, self.now)

    def _turn_away(self, request: Request, flow: Flow) -> None:
        answer = parse_message(self.desk.core.turned_away(request, flow).data)
        assert isinstance(answer, Response)
        self.refusals.append(answer)

    def take(self, *messages: bytes) -> None:
        for message in messages:
            self.intake.take(message, UDP)

    async def overload(self) -> None:
        """Far more than can be served, until requests are turned away."""
        self.cost = 0.05
        number = 0
        while not self.refusals:
            self.take(*(invite(f"flood-{number}-{each}") for each in range(20)))
            number += 1
            await turns(20)
        self.read.clear()
        self.refusals.clear()


async def turns(count: int = 3) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def invite(call_id: str, to: str | None = None, cseq: int = 1) -> bytes:
    return request_bytes(
        "INVITE", "sip:800@contoso.com", *SDP, call_id=call_id, to=to, cseq=cseq, body=OFFER.encode()
    )


def run(story: Callable[[], Awaitable[None]]) -> None:
    async def within_patience() -> None:
        async with asyncio.timeout(10):
            await story()

    asyncio.run(within_patience())


def test_what_is_new_is_served_in_its_order_and_after_all_else() -> None:
    async def story() -> None:
        office = Office()
        bye = request_bytes("BYE", call_id="other")
        first, second = invite("one"), request_bytes("REGISTER", call_id="two")
        office.take(first, second, bye)
        assert office.read == [bye]
        await turns()
        assert office.read == [bye, first, second]

    run(story)


def test_a_caller_who_gives_up_at_once_is_not_called_back_to_life() -> None:
    async def story() -> None:
        office = Office()
        cancel = request_bytes("CANCEL", "sip:800@contoso.com", call_id="one", branch="z9hG4bK-one-1")
        office.take(invite("one"), cancel)
        await turns()
        assert office.read == [invite("one"), cancel]
        assert [answer.status for answer in office.desk.sent() if isinstance(answer, Response)] == [200, 487]

    run(story)


def test_a_cancel_goes_ahead_of_others_when_its_invite_was_taken() -> None:
    async def story() -> None:
        office = Office()
        office.take(invite("one"))
        await turns()
        cancel = request_bytes("CANCEL", "sip:800@contoso.com", call_id="one", branch="z9hG4bK-one-1")
        office.take(invite("two"), cancel)
        assert office.read == [invite("one"), cancel]

    run(story)


def test_what_a_call_needs_goes_ahead_of_new_ones() -> None:
    async def story() -> None:
        office = Office()
        office.take(invite("one"))
        await turns()
        [event] = office.desk.core.take_events()
        assert isinstance(event, InviteReceived)
        office.desk.core.answer(event.leg_id, OFFER, office.now)
        to = next(
            sent.raw_to for sent in office.desk.sent() if isinstance(sent, Response) and sent.status == 200
        )
        again = invite("one", cseq=2).replace(b"To: <sip:amal@contoso.com>", f"To: {to}".encode())
        options = request_bytes("OPTIONS", call_id="one", cseq=3)
        options = options.replace(b"To: <sip:amal@contoso.com>", f"To: {to}".encode())
        office.take(again, invite("two"), options)
        assert office.read == [invite("one"), again, options]
        invented = invite("three", cseq=2).replace(b"To: <sip:amal@contoso.com>", b"To: <sip:a@b>;tag=mine")
        office.take(invented)
        assert invented not in office.read

    run(story)


def test_when_all_have_to_wait_too_long_new_requests_are_told_to_come_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story() -> None:
        office = Office()
        assert not office.intake.is_overloaded
        await office.overload()
        assert office.intake.is_overloaded
        office.take(*(invite(f"late-{number}") for number in range(40)))
        await turns(60)
        assert len(office.read) + len(office.refusals) == 40
        assert len(office.refusals) > 30
        assert {answer.status for answer in office.refusals} == {503}
        waits = {int(answer.header("retry-after") or 0) for answer in office.refusals}
        assert len(waits) > 5
        assert waits <= set(range(5, 16))
        assert office.intake.turned_away >= len(office.refusals)

    with caplog.at_level(logging.WARNING):
        run(story)
    told = [vars(record)["waited_ms"] for record in caplog.records if "turned away" in record.message]
    assert told[0] >= 100


def test_a_refused_request_sent_again_gets_the_same_answer_and_its_ack_costs_nothing() -> None:
    async def story() -> None:
        office = Office()
        await office.overload()
        office.take(*(invite(f"late-{number}") for number in range(5)))
        office.take(invite("mine"), *(invite(f"later-{number}") for number in range(5)), invite("mine"))
        await turns(30)
        mine = [answer for answer in office.refusals if answer.call_id == "mine"]
        assert len(mine) == 2
        assert mine[0].headers == mine[1].headers
        ack = request_bytes("ACK", "sip:800@contoso.com", call_id="mine", branch="z9hG4bK-mine-1")
        ack = ack.replace(b"To: <sip:amal@contoso.com>", f"To: {mine[0].raw_to}".encode())
        before = len(office.read)
        office.take(ack)
        assert len(office.read) == before

    run(story)


def test_an_invite_that_was_taken_is_not_refused_when_it_is_sent_again() -> None:
    async def story() -> None:
        office = Office()
        office.take(invite("taken"))
        await turns()
        await office.overload()
        office.take(*(invite(f"late-{number}") for number in range(10)), invite("taken"))
        await turns(30)
        assert invite("taken") in office.read
        assert "taken" not in {answer.call_id for answer in office.refusals}

    run(story)


def test_all_is_well_again_when_the_flood_is_over() -> None:
    async def story() -> None:
        office = Office()
        await office.overload()
        office.cost = 0.0
        office.desk.now += 1
        office.take(invite("later"))
        await turns()
        assert office.read[-1] == invite("later")
        assert office.intake.is_overloaded  # people are to see it
        office.desk.now += 10
        assert not office.intake.is_overloaded

    run(story)


def test_what_waits_takes_a_bounded_amount_of_memory() -> None:
    async def story() -> None:
        office = Office()
        large = request_bytes("INVITE", "sip:800@contoso.com", *SDP, call_id="x", body=b"x" * 60_000)
        office.take(*([large] * 400))
        assert 100 < office.intake.turned_away < 200
        office.intake.close()
        await turns()
        assert office.read == []

    run(story)
