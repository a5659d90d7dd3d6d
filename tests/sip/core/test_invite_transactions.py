"""INVITE transactions by the letter: RFC 3261 section 17 figures 5 and 7, RFC 6026."""

from __future__ import annotations

import pytest
from tests.sip.core.desk import ANSWER, OFFER, TCP, Desk

from huntline.sip.core.events import LegAnswered, LegEnded, LegRejected, LegRinging
from huntline.sip.core.message import Request, Response


def moments(sent: list[tuple[float, Request | Response]], what: str) -> list[float]:
    """When a method or a status was sent."""
    return [
        at
        for at, message in sent
        if what == (message.method if isinstance(message, Request) else str(message.status))
    ]


# Client: figure 5


def test_req_1_unanswered_invite_is_repeated_by_timer_a_and_given_up_by_timer_b() -> None:
    desk = Desk()
    desk.call()
    sent = desk.wait(40)
    assert moments(sent, "INVITE") == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    event = desk.told(LegRejected)
    assert (event.leg_id, event.status) == ("out", 408)
    assert (desk.core.leg_count, desk.core.transaction_count) == (0, 0)


def test_req_2_timer_a_is_not_set_on_a_reliable_transport() -> None:
    desk = Desk(TCP)
    desk.call()
    assert desk.wait(40) == []
    assert desk.told(LegRejected).status == 408


def test_req_3_provisional_response_stops_the_repetitions() -> None:
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 100)
    assert desk.wait(100) == []
    desk.respond(invite, 180)
    assert desk.told(LegRinging).status == 180


def test_req_4_refusal_is_acknowledged_with_the_branch_of_the_invite_and_again_until_timer_d() -> None:
    desk = Desk()
    invite = desk.call(route=("<sip:proxy.example.com;lr>",))
    (ack,) = desk.respond(invite, 486)
    assert isinstance(ack, Request)
    assert (ack.method, ack.uri, ack.to_tag) == ("ACK", invite.uri, "phone")
    assert ack.header("via") == invite.header("via")
    assert ack.all("route") == invite.all("route")
    assert ack.cseq == (invite.cseq.sequence, "ACK")
    event = desk.told(LegRejected)
    assert (event.status, event.reason) == (486, "Busy Here")
    assert len(desk.respond(invite, 486)) == 1
    assert desk.events() == []
    desk.wait(33)
    assert desk.core.transaction_count == 0
    assert desk.respond(invite, 486) == []


def test_req_5_every_repetition_of_a_2xx_gets_the_ack_again() -> None:
    desk = Desk()
    invite = desk.call()
    (ack,) = desk.respond(invite, 200, body=ANSWER)
    desk.wait(2)
    (again,) = desk.respond(invite, 200, body=ANSWER)
    assert isinstance(desk.told(LegAnswered), LegAnswered)
    assert ack.header("via") == again.header("via") != invite.header("via")
    desk.core.hang_up("out", desk.now)
    desk.sent()
    assert [message.cseq.method for message in desk.respond(invite, 200, body=ANSWER)] == ["ACK"]


def test_req_6_accepted_ends_with_timer_m_and_strays_are_dropped_then() -> None:
    desk = Desk()
    invite = desk.call()
    desk.respond(invite, 200, body=ANSWER)
    desk.wait(32)
    assert desk.core.transaction_count == 0
    assert desk.respond(invite, 200, body=ANSWER) == []


def test_req_7_dead_flow_is_a_503() -> None:
    desk = Desk()
    desk.call()
    desk.core.flow_failed(desk.flow, desk.now)
    assert desk.told(LegRejected).status == 503
    assert desk.core.transaction_count == 0


# Server: figure 7


def test_req_8_new_invite_gets_100_before_200_ms_and_repetitions_get_the_last_provisional() -> None:
    desk = Desk()
    invite = desk.request("INVITE", "Timestamp: 54", body=OFFER, cseq=1)
    assert desk.receive(invite) == []
    ((after, trying),) = desk.wait(2)
    assert isinstance(trying, Response)
    assert (after, trying.status, trying.to_tag) == (0.1, 100, None)
    assert trying.header("timestamp") == "54 0.1"  # RFC 3261 section 8.2.6.1
    (again,) = desk.receive(invite)
    assert again.header("via") == trying.header("via")
    (event,) = desk.events()
    desk.core.ring(event.leg_id, desk.now)  # type: ignore[union-attr]
    assert desk.statuses() == [180]
    desk.receive(invite)
    assert desk.core.leg_count == 1


@pytest.mark.parametrize("status", [180, 200, 486])
def test_req_8_no_100_where_something_better_is_said_soon(status: int) -> None:
    desk = Desk()
    leg_id = desk.incoming()
    if status == 180:
        desk.core.ring(leg_id, desk.now)
    elif status == 200:
        desk.core.answer(leg_id, ANSWER, desk.now)
    else:
        desk.core.reject(leg_id, status, desk.now)
    assert desk.statuses() == [status]
    assert moments(desk.wait(40), "100") == []


def test_req_8_a_repeated_invite_gets_100_at_once() -> None:
    desk = Desk()
    invite = desk.request("INVITE", body=OFFER, cseq=1)
    assert desk.receive(invite) == []
    (again,) = desk.receive(invite)
    assert isinstance(again, Response)
    assert again.status == 100
    assert desk.wait(2) == []


def test_req_8_invite_that_comes_once_only_gets_100_at_once() -> None:
    desk = Desk(TCP)
    (trying,) = desk.receive(desk.request("INVITE", "Timestamp: 54", body=OFFER))
    assert isinstance(trying, Response)
    assert (trying.status, trying.header("timestamp")) == (100, "54")
    assert desk.wait(2) == []


def test_req_9_refusal_is_repeated_by_timer_g_until_the_ack() -> None:
    desk = Desk()
    leg_id = desk.incoming()
    desk.core.reject(leg_id, 486, desk.now)
    (refusal,) = desk.sent()
    assert moments(desk.wait(8), "486") == [0.5, 1.5, 3.5, 7.5]
    desk.receive(desk.request("ACK", cseq=1, branch="z9hG4bKfirst", to_tag=refusal.to_tag))
    assert desk.wait(40) == []
    assert desk.core.transaction_count == 0


def test_req_10_refusal_without_ack_ends_with_timer_h() -> None:
    desk = Desk()
    desk.core.reject(desk.incoming(), 486, desk.now)
    assert desk.statuses() == [486]
    sent = desk.wait(40)
    assert moments(sent, "486") == [0.5, 1.5, 3.5, *(7.5 + 4 * step for step in range(7))]
    assert desk.core.transaction_count == 0


def test_req_11_timer_g_is_not_set_on_a_reliable_transport() -> None:
    desk = Desk(TCP)
    desk.core.reject(desk.incoming(), 486, desk.now)
    assert desk.statuses() == [486]
    assert desk.wait(40) == []


def test_req_12_2xx_is_repeated_until_the_ack_also_over_tcp() -> None:
    """RFC 3261 section 13.3.1.4."""
    desk = Desk(TCP)
    leg_id = desk.incoming()
    desk.core.answer(leg_id, ANSWER, desk.now)
    (ok,) = desk.sent()
    assert moments(desk.wait(8), "200") == [0.5, 1.5, 3.5, 7.5]
    desk.receive(desk.request("ACK", cseq=1, to_tag=ok.to_tag))
    assert desk.wait(20) == []


def test_req_13_2xx_without_ack_ends_in_a_bye_after_64_t1() -> None:
    desk = Desk()
    leg_id = desk.incoming()
    desk.core.answer(leg_id, ANSWER, desk.now)
    sent = desk.wait(33)
    assert moments(sent, "BYE")[0] == 32
    assert desk.told(LegEnded).reason == "no ack"
    desk.wait(40)
    assert (desk.core.leg_count, desk.core.transaction_count) == (0, 0)


def test_req_14_repeated_invite_is_absorbed_while_the_2xx_waits_for_its_ack() -> None:
    """RFC 6026 section 7.1."""
    desk = Desk()
    leg_id = desk.incoming()
    desk.core.answer(leg_id, ANSWER, desk.now)
    desk.sent()
    assert desk.receive(desk.request("INVITE", body=OFFER, cseq=1, branch="z9hG4bKfirst")) == []
    assert desk.events() == []


def test_req_15_rfc_2543_peer_without_branch_is_matched_by_its_other_fields() -> None:
    desk = Desk()
    invite = desk.request("INVITE", body=OFFER, cseq=1, branch="1")
    desk.receive(invite)
    (event,) = desk.events()
    assert len(desk.receive(invite)) == 1
    assert desk.events() == []
    desk.core.reject(event.leg_id, 404, desk.now)  # type: ignore[union-attr]
    (refusal,) = desk.sent()
    desk.receive(desk.request("ACK", cseq=1, branch="1", to_tag=refusal.to_tag))
    assert desk.wait(40) == []


def test_req_16_stray_ack_is_dropped() -> None:
    desk = Desk()
    assert desk.receive(desk.request("ACK", cseq=1, to_tag="nobody")) == []
    assert desk.receive(desk.request("ACK", cseq=1)) == []
    assert desk.events() == []
