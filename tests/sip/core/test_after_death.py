"""What was half done when the process died is taken up by the next one (pure)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.sip.core.desk import (
    ANSWER,
    KEYRING,
    OFFER,
    PEER,
    TCP,
    UDP,
    US,
    Desk,
    counted_entropy,
    restored,
    write_down,
)

from huntline.records import UnreadableRecord
from huntline.sip.core.core import CoreSettings, SipCore
from huntline.sip.core.events import (
    LegAnswered,
    LegCancelled,
    LegConfirmed,
    LegEnded,
    LegRejected,
    LegRinging,
    OfferAnswered,
    OfferReceived,
    ReferReceived,
)
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.leg_record import LEG_RECORDS, SipLegState
from huntline.sip.core.message import Request, Response

PAGE = Flow(Transport.WS, US, PEER, connection=7)
AGAIN = replace(PAGE, remote=("192.0.2.99", 6000), connection=8)
PHONE = replace(TCP, remote=(PEER[0], 40_001))
LISTENER = Flow(Transport.TCP, US, PEER)
HOLD = OFFER + "a=sendonly\r\n"


class Mortal(Desk):
    """A desk whose core dies; what goes on from its records sends at once what may be lost."""

    def die(self) -> list[Request | Response]:
        """Die after the output was written; returns what the next core sends at once."""
        write_down(self.core, self.journal)
        self.core = restored(self.journal, self.core.settings, self.now)
        self.core.tick(self.now)
        return self.sent()

    def state(self) -> SipLegState:
        """That of the only leg, as a process finds it on record."""
        (record,) = self.core.records().values()
        return record.state

    def flows(self) -> list[tuple[str, Flow]]:
        """The methods and flows of what was sent since the last look."""
        return [(send.data.split()[0].decode(), send.flow) for send in self.core.take_output()]


def statuses(sent: list[Request | Response]) -> list[int]:
    return [message.status for message in sent if isinstance(message, Response)]


def methods(sent: list[Request | Response]) -> list[str]:
    return [message.method for message in sent if isinstance(message, Request)]


# A call of the peer


def test_a_ringing_caller_is_told_again_and_its_invite_is_known() -> None:
    desk = Mortal()
    leg_id = desk.incoming()
    desk.core.ring(leg_id, desk.now)
    assert statuses(desk.sent()) == [180]
    assert statuses(desk.die()) == [180]
    assert desk.events() == []
    (record,) = desk.core.records().values()
    assert (record.leg_id, record.is_incoming, record.state, record.remote_sdp) == (
        leg_id,
        True,
        "ringing",
        OFFER,
    )
    again = desk.request("INVITE", body=OFFER, branch="z9hG4bKfirst", cseq=1)
    assert statuses(desk.receive(again)) == [180]
    assert desk.events() == []


def test_a_caller_can_still_give_up() -> None:
    desk = Mortal()
    leg_id = desk.incoming()
    desk.die()
    sent = desk.receive(desk.request("CANCEL", cseq=1, branch="z9hG4bKfirst"))
    assert statuses(sent) == [200, 487]
    assert desk.told(LegCancelled) == LegCancelled(leg_id)


def test_a_caller_who_rang_is_answered_by_the_next_process() -> None:
    desk = Mortal()
    leg_id = desk.incoming("Record-Route: <sip:proxy.example.com;lr>")
    desk.core.ring(leg_id, desk.now)
    tag = desk.die()[0].to_tag
    desk.core.answer(leg_id, ANSWER, desk.now)
    (ok,) = desk.sent()
    assert (ok.to_tag, ok.sdp, ok.all("record-route")) == (tag, ANSWER, ["<sip:proxy.example.com;lr>"])
    desk.receive(desk.request("ACK", to_tag=tag, cseq=1))
    assert desk.told(LegConfirmed) == LegConfirmed(leg_id, None)


def test_an_answer_without_acknowledgement_is_repeated() -> None:
    desk = Mortal()
    leg_id = desk.incoming()
    desk.core.answer(leg_id, ANSWER, desk.now)
    (ok,) = desk.sent()
    desk.wait(3)
    (again,) = desk.die()
    assert (statuses([again]), again.to_tag) == ([200], ok.to_tag)
    assert desk.state() == "answered"
    desk.receive(desk.request("ACK", to_tag=ok.to_tag, cseq=1))
    assert desk.told(LegConfirmed) == LegConfirmed(leg_id, None)
    assert statuses([message for _, message in desk.wait(10)]) == []


def test_a_caller_of_whose_call_nothing_is_known_is_hung_up_on_who_has_acknowledged_long_ago() -> None:
    """As where a machine is lost right after its answer, with the acknowledgement."""
    desk = Mortal()
    leg_id = desk.incoming()
    desk.core.answer(leg_id, ANSWER, desk.now)
    (ok,) = desk.sent()
    assert statuses(desk.die()) == [200]
    desk.core.hang_up(leg_id, desk.now)
    assert desk.sent() == []
    (bye,) = desk.receive(desk.request("ACK", to_tag=ok.to_tag, cseq=1))  # the one to the repeated answer
    assert isinstance(bye, Request)
    assert bye.method == "BYE"
    desk.respond(bye, 200)
    assert desk.core.records() == {}


def test_an_answer_is_not_repeated_for_ever() -> None:
    desk = Mortal()
    leg_id = desk.incoming()
    desk.core.answer(leg_id, ANSWER, desk.now)
    desk.wait(20)
    desk.die()
    sent = [message for after, message in desk.wait(12.1) if after < 12.1]
    assert methods(sent) == ["BYE"]
    assert desk.told(LegEnded) == LegEnded(leg_id, "no ack")


def test_a_goodbye_that_waits_for_the_acknowledgement_is_said() -> None:
    desk = Mortal()
    leg_id = desk.incoming()
    desk.core.answer(leg_id, ANSWER, desk.now)
    desk.core.hang_up(leg_id, desk.now, headers=(("Reason", "SIP;cause=200"),))
    tag = desk.sent()[0].to_tag
    assert statuses(desk.die()) == [200]
    assert desk.core.leg_count == 0
    (bye,) = desk.receive(desk.request("ACK", to_tag=tag, cseq=1))
    assert isinstance(bye, Request)
    assert (bye.method, bye.header("reason")) == ("BYE", "SIP;cause=200")
    assert desk.events() == []


def test_a_reliable_response_without_prack_is_repeated() -> None:
    desk = Mortal()
    leg_id = desk.incoming("Require: 100rel")
    desk.core.ring(leg_id, desk.now, status=183, sdp=ANSWER)
    desk.core.ring(leg_id, desk.now)
    (first,) = desk.sent()
    (again,) = [message for message in desk.die() if message.header("rseq")][:1]
    assert (statuses([again]), again.header("rseq"), again.sdp) == ([183], "1", ANSWER)
    sent = desk.receive(desk.request("PRACK", "RAck: 1 1 INVITE", to_tag=first.to_tag))
    assert statuses(sent) == [200, 180]
    assert sent[1].header("rseq") == "2"


def test_a_refusal_without_acknowledgement_is_repeated_and_then_forgotten() -> None:
    desk = Mortal()
    leg_id = desk.incoming()
    desk.core.reject(leg_id, 486, desk.now)
    (busy,) = desk.sent()
    assert statuses(desk.die()) == [486]
    assert desk.core.leg_count == 0
    assert statuses([message for _, message in desk.wait(2)]) == [486, 486]
    desk.receive(desk.request("ACK", to_tag=busy.to_tag, cseq=1, branch="z9hG4bKfirst"))
    assert desk.wait(40) == []
    assert desk.journal == {}


def test_a_refusal_that_nobody_acknowledges_leaves_no_record() -> None:
    desk = Mortal()
    desk.core.reject(desk.incoming(), 486, desk.now)
    desk.sent()
    desk.wait(40)
    desk.sent()
    assert desk.journal == {}


# A call of ours


def test_an_invite_without_response_is_sent_again() -> None:
    desk = Mortal()
    invite = desk.call()
    (again,) = desk.die()
    assert isinstance(again, Request)
    assert again.raw == invite.raw
    desk.respond(again, 180)
    assert desk.told(LegRinging) == LegRinging("out", 180, None, "phone")
    assert methods(desk.respond(again, 200, body=ANSWER)) == ["ACK"]
    assert desk.told(LegAnswered) == LegAnswered("out", ANSWER)


def test_an_invite_is_given_up_when_it_would_have_been() -> None:
    desk = Mortal()
    desk.call()
    desk.wait(20)
    desk.die()
    desk.wait(12)
    event = desk.told(LegRejected)
    assert (event.status, event.is_local) == (408, True)


def test_a_phone_that_rings_is_heard_and_can_be_cancelled() -> None:
    desk = Mortal()
    invite = desk.call()
    desk.respond(invite, 180)
    desk.events()
    assert desk.die() == []
    (record,) = desk.core.records().values()
    assert record.outgoing is not None
    assert (record.state, [early.fork for early in record.outgoing.early]) == ("ringing", ["phone"])
    desk.core.hang_up("out", desk.now)
    assert methods(desk.sent()) == ["CANCEL"]
    assert methods(desk.die()) == ["CANCEL"], "it may be lost"
    assert methods(desk.respond(invite, 487)) == ["ACK"]
    assert desk.events() == []
    assert desk.core.leg_count == 0


def test_hanging_up_waits_for_the_phone_over_a_death() -> None:
    desk = Mortal()
    desk.call()
    desk.core.hang_up("out", desk.now)
    (invite,) = desk.die()
    assert isinstance(invite, Request)
    assert methods(desk.respond(invite, 180)) == ["CANCEL"]
    desk.respond(invite, 200, body=ANSWER)
    assert desk.events() == []


def test_a_phone_rings_no_longer_than_before() -> None:
    desk = Mortal(settings=CoreSettings(ring_limit=60))
    desk.respond(desk.call(), 180)
    desk.events()
    desk.wait(50)
    desk.die()
    assert methods([message for _, message in desk.wait(10)]) == ["CANCEL"]
    assert desk.told(LegRejected).status == 408


def test_a_repeated_answer_gets_the_same_acknowledgement() -> None:
    desk = Mortal()
    invite = desk.call()
    (ack,) = desk.respond(invite, 200, body=ANSWER)
    desk.events()
    desk.die()
    (again,) = desk.respond(invite, 200, body=ANSWER)
    assert isinstance(ack, Request)
    assert isinstance(again, Request)
    assert again.raw == ack.raw
    assert desk.events() == []


def test_another_fork_that_answers_is_sent_away() -> None:
    desk = Mortal()
    invite = desk.talking()
    desk.die()
    assert methods(desk.respond(invite, 200, to_tag="other", body=ANSWER)) == ["ACK", "BYE"]
    assert desk.events() == []


def test_an_answer_with_the_peers_offer_waits_for_ours() -> None:
    desk = Mortal()
    invite = desk.call(sdp="")
    desk.respond(invite, 200, body=OFFER)
    assert desk.told(LegAnswered) == LegAnswered("out", OFFER)
    assert desk.die() == []
    assert desk.state() == "answered"
    assert desk.respond(invite, 200, body=OFFER) == []
    desk.core.accept_offer("out", ANSWER, desk.now)
    (ack,) = desk.requests()
    assert (ack.method, ack.cseq.sequence, ack.sdp) == ("ACK", 1, ANSWER)


def test_no_password_is_on_record() -> None:
    desk = Mortal()
    invite = desk.call(credentials=KEYRING["provider"])
    desk.respond(invite, 401, headers=(("WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth"'),))
    assert desk.journal
    assert not any(b"secret" in record for record in desk.journal.values())
    assert any(b"provider" in record for record in desk.journal.values())


def test_proofs_are_kept() -> None:
    desk = Mortal()
    invite = desk.call(credentials=KEYRING["provider"])
    challenge = (("WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth"'),)
    _, proven = desk.respond(invite, 401, headers=challenge)
    assert isinstance(proven, Request)
    (again,) = desk.die()
    assert isinstance(again, Request)
    assert again.raw == proven.raw
    desk.respond(again, 200, body=ANSWER)
    desk.die()
    desk.core.hang_up("out", desk.now)
    desk.sent()
    (bye,) = [message for message in desk.die() if isinstance(message, Request)]
    (once_more,) = desk.respond(bye, 401, headers=challenge)
    assert isinstance(once_more, Request)
    assert once_more.header("authorization")
    assert (bye.cseq.sequence, once_more.cseq.sequence) == (3, 4)
    assert desk.respond(once_more, 401, headers=challenge) == []


# Early dialogs


def test_the_offer_of_a_fork_is_told_again_and_its_numbers_go_on() -> None:
    desk = Mortal()
    invite = desk.call()
    reliable = (("Require", "100rel"), ("RSeq", "1"))
    (prack,) = desk.respond(invite, 183, headers=reliable, body=ANSWER)
    update = desk.request("UPDATE", to_tag=invite.from_tag, call_id=invite.call_id, body=HOLD)
    update = update.replace(b";tag=peer", b";tag=phone")
    desk.receive(update)
    desk.events()
    sent = desk.die()
    assert methods(sent) == ["PRACK"]
    assert desk.told(OfferReceived) == OfferReceived("out", HOLD, "phone")
    desk.core.accept_offer("out", ANSWER, desk.now, fork="phone")
    assert statuses(desk.sent()) == [200]
    assert statuses(desk.receive(update)) == [200], "a repeated request is known"
    (second,) = desk.respond(invite, 180, headers=(("Require", "100rel"), ("RSeq", "2")))
    assert second.cseq.sequence == prack.cseq.sequence + 1
    desk.respond(invite, 200)
    assert desk.events()[-1] == LegAnswered("out", HOLD)


def test_an_offer_in_a_reliable_response_is_told_again() -> None:
    desk = Mortal()
    invite = desk.call(sdp="")
    assert desk.respond(invite, 183, headers=(("Require", "100rel"), ("RSeq", "7")), body=OFFER) == []
    desk.events()
    desk.die()
    assert desk.told(OfferReceived) == OfferReceived("out", OFFER, "phone")
    desk.core.accept_offer("out", ANSWER, desk.now, fork="phone")
    (prack,) = desk.requests()
    assert (prack.header("rack"), prack.sdp) == ("7 1 INVITE", ANSWER)


# Within the call


@pytest.mark.parametrize("flow", [UDP, Flow(Transport.UDP, ("2001:db8::1", 5060), ("2001:db8::9", 5080))])
def test_a_dialog_goes_on_as_it_was(flow: Flow) -> None:
    """Case O13: numbers rise, tags and routes are by role, the newest Contact is called."""
    desk = Mortal(flow)
    routes = "Record-Route: <sip:near.example.com;lr>, <sip:far.example.com;lr>"
    leg_id, tag = desk.answered_call(routes)
    for _ in range(3):
        desk.core.send_key(leg_id, "1", desk.now)
        desk.respond(desk.requests()[0], 200)
    moved = desk.request("UPDATE", to_tag=tag).replace(b"caller@10.0.0.9:5060", b"caller@10.0.0.77:5099")
    desk.receive(moved)
    desk.die()
    desk.core.offer(leg_id, HOLD, desk.now)
    (invite,) = desk.requests()
    assert (invite.uri, invite.cseq.sequence) == ("sip:caller@10.0.0.77:5099", 4)
    assert (invite.from_tag, invite.to_tag) == (tag, "peer")
    assert invite.all("route") == ["<sip:near.example.com;lr>", "<sip:far.example.com;lr>"]
    assert (invite.count("via"), invite.count("record-route")) == (1, 0)
    assert statuses(desk.receive(desk.request("INFO", to_tag=tag, cseq=1))) == [500], "its numbers are known"


def test_an_offer_of_ours_is_made_again_and_answered() -> None:
    desk = Mortal()
    desk.talking()
    desk.core.offer("out", HOLD, desk.now)
    (invite,) = desk.requests()
    desk.core.offer("out", OFFER, desk.now)
    (again,) = desk.die()
    assert isinstance(again, Request)
    assert again.raw == invite.raw
    ack, following = desk.respond(again, 200, body=ANSWER + "a=recvonly\r\n")
    assert desk.told(OfferAnswered) == OfferAnswered("out", ANSWER + "a=recvonly\r\n")
    assert isinstance(ack, Request)
    assert isinstance(following, Request)
    assert (ack.method, ack.cseq.sequence) == ("ACK", invite.cseq.sequence)
    assert (following.method, following.sdp) == ("INVITE", OFFER)


def test_an_offer_that_met_another_one_waits_its_time() -> None:
    desk = Mortal()
    desk.talking()
    desk.core.offer("out", HOLD, desk.now)
    desk.respond(desk.requests()[0], 491)
    desk.sent()
    (waiting,) = [r.negotiation for r in desk.core.records().values()]
    assert waiting is not None
    assert waiting.retry_at is not None
    due = waiting.retry_at - desk.now
    desk.wait(1)
    assert desk.die() == []
    sent = [(after + 1, message) for after, message in desk.wait(5)]
    assert sent[0][0] == pytest.approx(due, abs=0.001)
    assert methods([sent[0][1]]) == ["INVITE"]


def test_the_peers_offer_is_told_again() -> None:
    desk = Mortal()
    leg_id, tag = desk.answered_call()
    invite = desk.request("INVITE", to_tag=tag, body=HOLD)
    desk.receive(invite)
    assert desk.told(OfferReceived) == OfferReceived(leg_id, HOLD)
    desk.die()
    assert desk.told(OfferReceived) == OfferReceived(leg_id, HOLD)
    assert statuses(desk.receive(invite)) == [100]
    desk.core.accept_offer(leg_id, ANSWER, desk.now)
    assert statuses(desk.sent()) == [200]
    assert statuses(desk.die()) == [200], "its ACK may be lost"
    desk.receive(desk.request("ACK", to_tag=tag, cseq=2))
    assert desk.wait(40) == []


def test_a_transfer_that_was_asked_for_is_told_again_and_reported_on() -> None:
    desk = Mortal()
    leg_id, tag = desk.answered_call()
    for number in (2, 3):  # the second one of a dialog is told apart
        refer = desk.request("REFER", "Refer-To: <sip:bao@contoso.com>", to_tag=tag, cseq=number)
        desk.receive(refer)
        told = desk.told(ReferReceived)
        desk.die()
        assert desk.told(ReferReceived) == told
        desk.core.accept_refer(leg_id, desk.now)
        accepted, notify = desk.sent()
        assert statuses([accepted]) == [202]
        desk.core.notify_refer(leg_id, 200, desk.now)
        (again,) = desk.die()
        assert isinstance(again, Request)
        assert isinstance(notify, Request)
        assert again.raw == notify.raw
        (last,) = desk.respond(again, 200)
        assert isinstance(last, Request)
        assert (last.header("event"), last.body) == (
            "refer" + (";id=3" if number == 3 else ""),
            b"SIP/2.0 200 OK\r\n",
        )
        desk.respond(last, 200)
        assert statuses(desk.receive(refer)) == [202]


def test_keys_go_on_in_their_order() -> None:
    desk = Mortal()
    desk.talking()
    for key in "123":
        desk.core.send_key("out", key, desk.now)
    (first,) = desk.requests()
    (again,) = desk.die()
    assert again.body == first.body
    (second,) = desk.respond(first, 200)
    assert b"Signal=2" in second.body


def test_a_session_is_refreshed_when_it_is_due() -> None:
    desk = Mortal()
    desk.talking(("Session-Expires", "1800;refresher=uac"), ("Allow", "UPDATE"))
    desk.wait(600)
    assert desk.die() == []
    assert [(after, methods([message])) for after, message in desk.wait(300)] == [(300.0, ["UPDATE"])]


def test_a_peer_that_does_not_refresh_is_left_when_it_is_due() -> None:
    desk = Mortal()
    desk.talking(("Session-Expires", "1800;refresher=uas"))
    desk.wait(1700)
    desk.die()
    assert methods([message for _, message in desk.wait(68)]) == ["BYE"]
    assert desk.told(LegEnded) == LegEnded("out", "session expired")


def test_a_peer_that_has_moved_is_followed_when_its_offer_is_accepted() -> None:
    desk = Mortal()
    leg_id, tag = desk.answered_call()
    moved = replace(UDP, remote=("192.0.2.99", 7000))
    desk.receive(desk.request("INVITE", to_tag=tag, body=HOLD), moved)
    desk.die()
    desk.core.accept_offer(leg_id, ANSWER, desk.now)
    desk.receive(desk.request("ACK", to_tag=tag, cseq=2), moved)
    desk.core.hang_up(leg_id, desk.now)
    assert desk.flows() == [("BYE", moved)]


def test_a_goodbye_without_response_is_said_again() -> None:
    desk = Mortal()
    desk.talking()
    desk.core.hang_up("out", desk.now)
    (bye,) = desk.requests()
    (again,) = desk.die()
    assert isinstance(again, Request)
    assert again.raw == bye.raw
    assert desk.core.leg_count == 0
    desk.respond(again, 200)
    desk.sent()
    assert desk.journal == {}


def test_a_peer_that_hangs_up_ends_the_call_of_the_next_process() -> None:
    desk = Mortal()
    leg_id, tag = desk.answered_call()
    desk.die()
    assert statuses(desk.receive(desk.request("BYE", to_tag=tag))) == [200]
    assert desk.told(LegEnded) == LegEnded(leg_id, "bye")


# Connections


def test_a_call_of_a_page_waits_for_it_to_come_back() -> None:
    desk = Mortal(PAGE)
    desk.talking()
    assert desk.die() == []
    desk.core.hang_up("out", desk.now)
    assert desk.flows() == [("BYE", PAGE)]
    desk.core.flow_failed(PAGE, desk.now)
    desk.die()
    desk.wait(20)
    desk.core.move_flow(PAGE, AGAIN, desk.now)
    assert desk.flows() == [("BYE", AGAIN)]


def test_a_page_that_missed_the_refresh_before_the_death_loses_its_call_when_it_would_have() -> None:
    desk = Mortal(PAGE)
    desk.talking(("Session-Expires", "1800;refresher=uac"))
    desk.core.flow_failed(PAGE, desk.now)
    desk.wait(1000)
    desk.die()
    desk.wait(799)
    assert desk.events() == []
    desk.wait(1)
    assert desk.told(LegEnded) == LegEnded("out", "session expired")


def test_an_offer_to_a_page_is_made_again_when_it_is_back() -> None:
    desk = Mortal(PAGE)
    desk.talking()
    desk.core.offer("out", HOLD, desk.now)
    desk.sent()
    assert desk.die() == []
    desk.wait(40)
    assert desk.events() == []
    desk.core.move_flow(PAGE, AGAIN, desk.now)
    assert desk.flows() == [("INVITE", AGAIN)]


@pytest.mark.parametrize("has_rung", [False, True])
def test_a_page_that_rang_gets_the_invite_again_when_it_is_back(has_rung: bool) -> None:
    desk = Mortal(PAGE)
    invite = desk.call()
    if has_rung:
        desk.respond(invite, 180)
        desk.events()
    assert desk.die() == []
    desk.wait(2)
    desk.core.move_flow(PAGE, AGAIN, desk.now)
    assert desk.flows() == [("INVITE", AGAIN)]
    desk.wait(5)
    desk.flow = AGAIN
    desk.respond(invite, 200, to_tag="anew", body=ANSWER)
    assert desk.told(LegAnswered) == LegAnswered("out", ANSWER)
    desk.core.hang_up("out", desk.now)
    assert desk.core.take_output()[-1].flow == AGAIN


def test_a_page_that_stays_away_does_not_ring() -> None:
    desk = Mortal(PAGE)
    desk.respond(desk.call(), 180)
    desk.events()
    desk.die()
    desk.wait(3)
    event = desk.told(LegRejected)
    assert (event.status, event.is_local) == (503, True)
    assert desk.core.leg_count == 0


def test_a_page_that_called_and_was_not_answered_has_given_up() -> None:
    desk = Mortal(PAGE)
    leg_id = desk.incoming()
    desk.die()
    assert desk.told(LegCancelled) == LegCancelled(leg_id)


def test_a_phone_is_reached_where_it_listens() -> None:
    desk = Mortal(PHONE)
    desk.talking()
    assert desk.die() == []
    desk.core.hang_up("out", desk.now)
    assert desk.flows() == [("BYE", LISTENER)]


def test_a_phone_that_does_not_listen_is_waited_for() -> None:
    desk = Mortal(PHONE)
    desk.talking()
    desk.die()
    desk.core.offer("out", HOLD, desk.now)
    assert desk.flows() == [("INVITE", LISTENER)]
    desk.core.flow_failed(LISTENER, desk.now)
    assert desk.events() == []
    new = replace(PHONE, connection=9)
    desk.core.move_flow(PHONE, new, desk.now)
    assert desk.flows() == [("INVITE", new)]


def test_a_phone_behind_a_nat_is_waited_for() -> None:
    desk = Mortal(PHONE)
    leg_id, tag = desk.answered_call()  # its Contact is 10.0.0.9
    desk.die()
    desk.core.offer(leg_id, HOLD, desk.now)
    assert desk.flows() == []
    new = replace(PHONE, connection=9)
    desk.receive(desk.request("INFO", to_tag=tag), new)
    desk.core.take_output()
    desk.core.hang_up(leg_id, desk.now)
    assert ("BYE", new) in desk.flows()


def test_a_phone_that_rang_gets_the_invite_again_where_it_listens() -> None:
    desk = Mortal(PHONE)
    invite = desk.call()
    desk.respond(invite, 180)
    desk.events()
    write_down(desk.core, desk.journal)
    desk.core = restored(desk.journal, desk.core.settings, desk.now)
    assert desk.flows() == [("INVITE", LISTENER)]
    desk.core.flow_failed(LISTENER, desk.now)
    assert desk.told(LegRejected).status == 503


def test_a_phone_that_names_its_connection_is_reached_where_it_registered() -> None:
    desk = Mortal(replace(TCP, remote=PEER))  # its Contact is this connection, as baresip's is
    desk.talking()
    desk.die()
    desk.core.offer("out", HOLD, desk.now)
    assert desk.flows() == []
    registered = Flow(Transport.TCP, US, (PEER[0], 5070))
    desk.core.move_flow(desk.flow, registered, desk.now)
    assert desk.flows() == [("INVITE", registered)]
    desk.core.flow_failed(registered, desk.now)
    assert desk.events() == []
    back = replace(PHONE, connection=9)
    desk.core.move_flow(desk.flow, back, desk.now)
    assert desk.flows() == [("INVITE", back)]


def test_where_a_phone_listens_may_be_known_before_its_calls() -> None:
    desk = Mortal(replace(TCP, remote=PEER))
    desk.talking()
    desk.core.hang_up("out", desk.now)
    desk.sent()
    write_down(desk.core, desk.journal)
    registered = Flow(Transport.TCP, US, (PEER[0], 5070))
    again = SipCore(desk.core.settings, counted_entropy(9))
    again.move_flow(desk.flow, registered, desk.now)
    again.restore([LEG_RECORDS.decode(record) for record in desk.journal.values()], desk.now)
    desk.core = again
    assert desk.flows() == [("BYE", registered)]


# Records


def test_texts_of_strangers_are_kept_whatever_their_bytes() -> None:
    desk = Mortal()
    leg_id = desk.incoming()
    desk.core.reject(leg_id, 486, desk.now)
    desk.sent()
    noisy = desk.request("INVITE", body=OFFER, branch="z9hG4bKnoisy", call_id="noisy")
    desk.receive(noisy.replace(b'"Caller"', b'"Cal\xfcer"'))
    tag = next(tag for tag, record in desk.core.records().items() if record.leg_id)
    record = desk.core.records()[tag]
    assert record.dialog is not None
    assert "\udcfc" in record.dialog.remote
    assert LEG_RECORDS.decode(LEG_RECORDS.encode(record)) == record


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x93nonsense", b"\x81\xa6leg_id\x01", b"\xc1"])
def test_what_is_no_record_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableRecord):
        LEG_RECORDS.decode(data)


def test_a_core_without_records_is_empty() -> None:
    core = restored({}, CoreSettings(), 0.0)
    assert isinstance(core, SipCore)
    assert (core.leg_count, core.transaction_count, core.take_changed()) == (0, 0, {})


def test_changes_that_nobody_writes_down_are_let_go() -> None:
    desk = Desk()
    desk.core.reject(desk.incoming(), 486, desk.now)
    desk.core.forget_changed()
    assert desk.core.take_changed() == {}
