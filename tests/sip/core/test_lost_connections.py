"""A connection is lost during a call and the peer comes back over another one (pure)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.sip.core.desk import ANSWER, OFFER, PEER, US, Desk

from huntline.sip.core.context import CoreSettings
from huntline.sip.core.events import LegCancelled, LegEnded, LegRejected, OfferAnswered
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.message import Request, Response, parse_message

PAGE = Flow(Transport.WS, US, PEER, connection=7)
AGAIN = replace(PAGE, remote=("192.0.2.99", 6000), connection=8)
HOLD = OFFER + "a=sendonly\r\n"
REASON = ("Reason", "SIP;cause=200")


class Line(Desk):
    """A desk whose messages say by which connection they leave; those on a lost one fail at once."""

    def __init__(self, settings: CoreSettings | None = None) -> None:
        super().__init__(PAGE, settings)
        self.lost: set[Flow] = set()

    def lose(self, flow: Flow = PAGE) -> None:
        """The connection is gone."""
        self.lost.add(flow)
        self.core.flow_failed(flow, self.now)

    def come_back(self, flow: Flow = AGAIN) -> None:
        """The peer has registered again, by another connection."""
        self.core.move_flow(PAGE, flow, self.now)

    @property
    def is_empty(self) -> bool:
        """Whether the core holds nothing and waits for nothing."""
        return not self.core.leg_count and not self.core.transaction_count and not self.core.next_deadline()

    def arrived(self) -> list[tuple[int, Request | Response]]:
        """What reached the peer since the last look, and by which connection."""
        arrived = []
        while sends := self.core.take_output():
            for send in sends:
                if send.flow in self.lost:
                    self.core.flow_failed(send.flow, self.now)
                else:
                    arrived.append((send.flow.connection, parse_message(send.data)))
        return arrived

    def requests_at(self, connection: int) -> list[Request]:
        """The requests among them, all of which must have come by this connection."""
        arrived = self.arrived()
        assert {number for number, _ in arrived} <= {connection}
        return [message for _, message in arrived if isinstance(message, Request)]


def call_from_the_page(line: Line) -> str:
    leg_id, _ = line.answered_call()
    return leg_id


def call_to_the_page(line: Line) -> str:
    line.talking()
    return "out"


EITHER_WAY = pytest.mark.parametrize("call", [call_from_the_page, call_to_the_page])


@EITHER_WAY
def test_a_call_outlives_its_connection(call: object) -> None:
    line = Line()
    leg_id = call(line)  # type: ignore[operator]
    line.lose()
    line.wait(60)
    assert line.events() == []
    leg = line.core.leg(leg_id)
    assert leg is not None
    assert leg.state == "confirmed"


@EITHER_WAY
def test_a_goodbye_finds_the_peer_that_is_back(call: object) -> None:
    line = Line()
    leg_id = call(line)  # type: ignore[operator]
    line.lose()
    line.come_back()
    line.core.hang_up(leg_id, line.now, headers=(REASON,))
    (bye,) = line.requests_at(8)
    assert (bye.method, bye.header("reason")) == ("BYE", REASON[1])
    line.receive(_response(bye), AGAIN)
    line.wait(40)
    assert line.is_empty


@EITHER_WAY
def test_a_goodbye_waits_for_the_peer_to_come_back(call: object) -> None:
    line = Line()
    leg_id = call(line)  # type: ignore[operator]
    line.lose()
    line.core.hang_up(leg_id, line.now, headers=(REASON,))
    assert line.arrived() == []
    line.wait(20)
    line.come_back()
    (bye,) = line.requests_at(8)
    assert (bye.method, bye.header("reason")) == ("BYE", REASON[1])
    line.receive(_response(bye, 481), AGAIN)
    line.come_back(replace(AGAIN, connection=9))
    assert line.arrived() == []
    assert line.events() == []


@EITHER_WAY
def test_a_goodbye_does_not_wait_for_ever(call: object) -> None:
    line = Line()
    leg_id = call(line)  # type: ignore[operator]
    line.lose()
    line.core.hang_up(leg_id, line.now)
    line.arrived()
    line.wait(33)
    line.arrived()
    line.come_back()
    assert line.arrived() == []
    assert line.core.next_deadline() is None


def test_a_goodbye_under_way_is_said_again_to_the_peer_that_came_back_before_its_loss_was_noticed() -> None:
    line = Line()
    leg_id = call_from_the_page(line)
    line.core.hang_up(leg_id, line.now)
    assert len(line.requests_at(7)) == 1
    line.come_back()
    (bye,) = line.requests_at(8)
    line.receive(_response(bye), AGAIN)
    line.lose()
    line.wait(40)
    assert line.arrived() == []
    assert line.is_empty


@EITHER_WAY
def test_an_offer_waits_for_the_peer_to_come_back(call: object) -> None:
    line = Line()
    leg_id = call(line)  # type: ignore[operator]
    line.lose()
    line.core.offer(leg_id, HOLD, line.now)
    assert line.arrived() == []
    line.wait(20)
    line.come_back()
    (invite,) = line.requests_at(8)
    assert (invite.method, invite.sdp) == ("INVITE", HOLD)
    line.receive(_response(invite, sdp=ANSWER), AGAIN)
    assert line.told(OfferAnswered) == OfferAnswered(leg_id, ANSWER)


def test_an_offer_under_way_is_made_again() -> None:
    line = Line()
    leg_id = call_to_the_page(line)
    line.core.offer(leg_id, HOLD, line.now)
    assert len(line.requests_at(7)) == 1
    line.lose()
    assert line.arrived() == []
    assert line.events() == []
    line.come_back()
    (invite,) = line.requests_at(8)
    assert invite.sdp == HOLD


def test_a_newer_offer_replaces_the_one_that_the_peer_did_not_get() -> None:
    line = Line()
    leg_id = call_to_the_page(line)
    line.core.offer(leg_id, HOLD, line.now)
    line.lose()
    line.core.offer(leg_id, OFFER, line.now)
    line.arrived()
    line.come_back()
    (invite,) = line.requests_at(8)
    assert invite.sdp == OFFER


@pytest.mark.parametrize("allow", ["INVITE, ACK, BYE", "INVITE, ACK, BYE, UPDATE"])
def test_a_refresh_that_was_missed_is_made_up_for(allow: str) -> None:
    """RFC 4028: else a call would end because the network was away for five seconds in the wrong minute."""
    line = Line()
    line.talking(("Session-Expires", "1800;refresher=uac"), ("Allow", allow))
    line.wait(890)
    line.lose()
    line.wait(60)
    assert line.events() == []
    line.come_back()
    (refresh,) = line.requests_at(8)
    assert (refresh.method, refresh.sdp) == ("INVITE", OFFER)
    line.receive(_response(refresh, sdp=ANSWER, session_expires="1800;refresher=uac"), AGAIN)
    line.wait(899)
    assert line.events() == []


@pytest.mark.parametrize("refresher", ["uac", "uas"])
def test_a_peer_that_never_comes_back_loses_its_call_to_the_session_timer(refresher: str) -> None:
    line = Line()
    line.talking(("Session-Expires", f"1800;refresher={refresher}"))
    line.lose()
    for _ in range(1900):
        line.wait(1)
        line.arrived()
    assert line.told(LegEnded) == LegEnded("out", "session expired")
    line.wait(40)
    line.arrived()
    line.wait(40)
    assert line.is_empty


def test_a_call_whose_answer_was_on_its_way_goes_on() -> None:
    line = Line()
    leg_id = line.incoming()
    line.core.answer(leg_id, ANSWER, line.now)
    line.lose()
    line.arrived()
    assert line.events() == []
    line.come_back()
    again = [message for _, message in line.wait(5) if isinstance(message, Response)]
    assert {message.status for message in again} == {200}
    line.receive(line.request("ACK", to_tag=again[0].to_tag, cseq=1), AGAIN)
    leg = line.core.leg(leg_id)
    assert leg is not None
    assert leg.state == "confirmed"


def test_a_call_without_an_acknowledgement_ends_as_any_such_call() -> None:
    line = Line()
    leg_id = line.incoming()
    line.core.answer(leg_id, ANSWER, line.now)
    line.lose()
    line.wait(40)
    assert line.told(LegEnded) == LegEnded(leg_id, "no ack")


def test_calls_that_nobody_has_answered_end_with_their_connection() -> None:
    line = Line()
    leg_id = line.incoming()
    line.call()
    line.lose()
    line.arrived()
    rejected, cancelled = sorted(line.events(), key=lambda event: isinstance(event, LegCancelled))
    assert isinstance(rejected, LegRejected)
    assert (rejected.leg_id, rejected.status) == ("out", 503)
    assert cancelled == LegCancelled(leg_id)


def test_a_call_of_somebody_else_stays_where_it_is() -> None:
    line = Line()
    leg_id = call_from_the_page(line)
    line.core.move_flow(replace(PAGE, connection=6), AGAIN, line.now)
    line.core.hang_up(leg_id, line.now)
    assert len(line.requests_at(7)) == 1


def test_a_request_by_another_connection_brings_the_call_along() -> None:
    line = Line()
    leg_id, tag = line.answered_call()
    line.lose()
    line.core.offer(leg_id, HOLD, line.now)
    line.arrived()
    line.core.receive(line.request("INFO", to_tag=tag), AGAIN, line.now)
    assert [request.sdp for request in line.requests_at(8)] == [HOLD]


def test_over_udp_a_dead_peer_ends_the_call_as_before() -> None:
    desk = Desk()
    desk.talking()
    desk.core.flow_failed(desk.flow, desk.now)
    desk.core.offer("out", HOLD, desk.now)
    assert len(desk.requests()) == 1
    desk.core.flow_failed(desk.flow, desk.now)
    assert desk.told(LegEnded) == LegEnded("out", "transport failed")
    desk.core.flow_failed(desk.flow, desk.now)
    desk.wait(40)
    assert (desk.core.leg_count, desk.core.next_deadline()) == (0, None)


def _response(request: Request, status: int = 200, *, sdp: str = "", session_expires: str = "") -> bytes:
    lines = [
        f"SIP/2.0 {status} Whatever",
        f"Via: {request.header('via')}",
        f"From: {request.raw_from}",
        f"To: {request.raw_to}",
        f"Call-ID: {request.call_id}",
        f"CSeq: {request.header('cseq')}",
        "Contact: <sip:phone@192.0.2.99:5080>",
        *([f"Session-Expires: {session_expires}"] if session_expires else []),
        *(["Content-Type: application/sdp"] if sdp else []),
        f"Content-Length: {len(sdp)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + sdp).encode()
