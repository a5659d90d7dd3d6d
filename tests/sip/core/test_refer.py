"""REFER and its NOTIFYs (RFC 3515, RFC 4488), and Replaces (RFC 3891)."""

from __future__ import annotations

import pytest
from tests.sip.core.desk import ANSWER, OFFER, TCP, Desk

from huntline.sip.core.digest_client import DigestCredentials
from huntline.sip.core.events import InviteReceived, InviteRefused, LegEnded, ReferReceived
from huntline.sip.core.grammar import Uri
from huntline.sip.core.message import Request, Response
from huntline.sip.core.replaces_header import Replaces

BAO = Uri("sip", "bao", "contoso.com")


class Talk(Desk):
    """A call of the peer that is answered."""

    def __init__(self) -> None:
        super().__init__()
        self.leg_id, self.tag = self.answered_call()

    def refer(self, *headers: str, to: str = "<sip:bao@contoso.com>") -> list[Request | Response]:
        return self.receive(self.request("REFER", f"Refer-To: {to}", *headers, to_tag=self.tag))

    def accepted(self, *headers: str) -> list[Request | Response]:
        """A REFER of the peer that is accepted; what was sent with the 202."""
        self.refer(*headers)
        self.told(ReferReceived)
        self.core.accept_refer(self.leg_id, self.now)
        return self.sent()

    def notify(self, status: int) -> list[Request]:
        self.core.notify_refer(self.leg_id, status, self.now)
        return self.requests()


def fragment(notify: Request | Response) -> str:
    assert isinstance(notify, Request)
    assert (notify.method, notify.content_type) == ("NOTIFY", "message/sipfrag")
    return notify.body.decode().strip()


def statuses(messages: list[Request | Response]) -> list[int]:
    return [message.status for message in messages if isinstance(message, Response)]


def test_an_accepted_refer_is_told_about_from_trying_to_the_end() -> None:
    talk = Talk()
    assert talk.refer() == []
    assert talk.told(ReferReceived) == ReferReceived(talk.leg_id, BAO, None)
    talk.core.accept_refer(talk.leg_id, talk.now)
    accepted, trying = talk.sent()
    assert isinstance(accepted, Response)
    assert (accepted.status, accepted.header("contact")) == (202, f"<sip:{talk.leg_id}@192.0.2.1:5060>")
    assert fragment(trying) == "SIP/2.0 100 Trying"
    assert trying.header("event") == "refer"
    assert (trying.header("subscription-state") or "").startswith("active;expires=")
    assert isinstance(trying, Request)
    assert trying.uri == "sip:caller@10.0.0.9:5060"
    talk.respond(trying, 200)
    (ringing,) = talk.notify(180)
    assert fragment(ringing) == "SIP/2.0 180 Ringing"
    talk.respond(ringing, 200)
    (final,) = talk.notify(200)
    assert fragment(final) == "SIP/2.0 200 OK"
    assert final.header("subscription-state") == "terminated;reason=noresource"
    assert talk.notify(486) == []


def test_notifys_go_one_after_the_other_and_only_the_last_that_waits_goes() -> None:
    talk = Talk()
    _, trying = talk.accepted()
    assert talk.notify(180) == talk.notify(181) == talk.notify(503) == []
    assert isinstance(trying, Request)
    (final,) = talk.respond(trying, 200)
    assert fragment(final) == "SIP/2.0 503 Service Unavailable"


def test_what_is_told_twice_is_sent_once() -> None:
    talk = Talk()
    _, trying = talk.accepted()
    assert isinstance(trying, Request)
    talk.respond(trying, 200)
    assert len(talk.notify(180)) == 1
    assert talk.notify(180) == []


def test_the_last_word_goes_before_our_bye() -> None:
    talk = Talk()
    talk.accepted()
    talk.notify(200)
    talk.core.hang_up(talk.leg_id, talk.now)
    notify, bye = talk.requests()
    assert fragment(notify) == "SIP/2.0 200 OK"
    assert (bye.method, bye.cseq.sequence) == ("BYE", notify.cseq.sequence + 1)
    talk.respond(notify, 481)
    talk.respond(bye, 200)
    talk.wait(40)
    assert (talk.core.leg_count, talk.core.transaction_count, talk.events()) == (0, 0, [])


def test_who_hangs_up_after_a_refer_hears_no_more_of_it() -> None:
    talk = Talk()
    talk.accepted()
    talk.receive(talk.request("BYE", to_tag=talk.tag))
    assert talk.told(LegEnded).reason == "bye"
    assert talk.notify(200) == []


def test_who_hangs_up_before_the_refer_is_answered_gets_487() -> None:
    talk = Talk()
    talk.refer()
    assert statuses(talk.receive(talk.request("BYE", to_tag=talk.tag))) == [200, 487]
    talk.core.accept_refer(talk.leg_id, talk.now)
    assert talk.sent() == []


def test_who_refuses_a_notify_gets_no_more_and_keeps_the_call() -> None:
    talk = Talk()
    _, trying = talk.accepted()
    talk.notify(180)
    assert isinstance(trying, Request)
    assert talk.respond(trying, 481) == []
    assert talk.notify(200) == []
    assert talk.core.leg_count == 1


@pytest.mark.parametrize("header", ["Refer-Sub: false", "Require: norefersub"])
def test_no_subscription_for_who_wants_none(header: str) -> None:
    """RFC 4488 section 4."""
    talk = Talk()
    (accepted,) = talk.accepted(header)
    assert isinstance(accepted, Response)
    assert (accepted.status, accepted.header("refer-sub")) == (202, "false")
    assert statuses(talk.refer()) == [491]
    assert talk.notify(180) == talk.notify(200) == []
    assert talk.refer() == []
    talk.told(ReferReceived)


def test_a_second_refer_has_to_wait_for_the_first_and_its_notifys_are_told_apart() -> None:
    """RFC 3515 section 2.4.6."""
    talk = Talk()
    talk.refer()
    assert statuses(talk.refer()) == [491]
    talk.told(ReferReceived)
    talk.core.accept_refer(talk.leg_id, talk.now)
    (_, trying) = talk.sent()
    assert statuses(talk.refer()) == [491]
    assert isinstance(trying, Request)
    talk.respond(trying, 200)
    (final,) = talk.notify(480)
    talk.respond(final, 200)
    talk.refer()
    number = talk.cseq
    talk.told(ReferReceived)
    talk.core.accept_refer(talk.leg_id, talk.now)
    _, trying = talk.sent()
    assert trying.header("event") == f"refer;id={number}"


def test_a_refused_refer_leaves_the_call_as_it_was() -> None:
    talk = Talk()
    talk.refer()
    talk.core.refuse_refer(talk.leg_id, 403, talk.now, headers=(("Warning", '399 x "no"'),))
    (refused,) = talk.sent()
    assert isinstance(refused, Response)
    assert (refused.status, refused.header("warning")) == (403, '399 x "no"')
    assert talk.notify(200) == []
    assert talk.core.leg_count == 1


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("<sip:bao@contoso.com", "Malformed Refer-To Header"),
        ("nobody", "Malformed Refer-To Header"),
        ("sip:bao@contoso.com?Replaces=1", "Malformed Refer-To Header"),
        ("<sip:bao@contoso.com?Replaces=1>", "Malformed Refer-To Header"),
        ("<sip:bao@contoso.com?Replaces=1%3Bto-tag%3Da>", "Malformed Refer-To Header"),
        (
            "<sip:b@c?Replaces=1%3Bto-tag%3Da%3Bfrom-tag%3Db&Replaces=1%3Bto-tag%3Da%3Bfrom-tag%3Db>",
            "Malformed Refer-To Header",
        ),
        ("<http://contoso.com/>", "Refer-To Must Be A sip Or tel URI"),
        ("*", "Refer-To Must Be A sip Or tel URI"),
        ("<sip:bao@contoso.com;method=BYE>", "Only An INVITE Can Be Referred To"),
        ("<sip:bao@contoso.com>\r\nRefer-To: <sip:cy@c.com>", "Exactly One Refer-To Header Is Needed"),
        ("<sip:bao@contoso.com>\r\nr: <sip:cy@c.com>", "Exactly One Refer-To Header Is Needed"),
    ],
)
def test_a_refer_that_cannot_be_understood_is_told_what_would_be_right(value: str, reason: str) -> None:
    talk = Talk()
    (refused,) = talk.refer(to=value)
    assert isinstance(refused, Response)
    assert (refused.status, refused.reason) == (400, reason)
    assert talk.events() == []


def test_a_refer_without_refer_to_is_refused() -> None:
    talk = Talk()
    assert statuses(talk.receive(talk.request("REFER", to_tag=talk.tag))) == [400]


@pytest.mark.parametrize(
    ("value", "uri"),
    [
        ("sip:bao@contoso.com", BAO),
        ("tel:+14255550100", Uri("tel", "+14255550100", "")),
        (
            '"Bao" <sips:bao@contoso.com;method=INVITE>',
            Uri("sips", "bao", "contoso.com", None, {"method": "INVITE"}),
        ),
        ("<sip:bao@contoso.com?Subject=Hello>", BAO),
    ],
)
def test_where_the_call_is_to_go(value: str, uri: Uri) -> None:
    talk = Talk()
    talk.refer(to=value)
    assert talk.told(ReferReceived).refer_to == uri


@pytest.mark.parametrize(
    "escaped", ["c%40host%3Bto-tag%3Done%3Bfrom-tag%3Dtwo", "c@host%3Bfrom-tag%3Dtwo%3bto-tag%3done"]
)
def test_the_dialog_that_a_consultative_transfer_names(escaped: str) -> None:
    """RFC 5589 section 7."""
    talk = Talk()
    talk.refer(to=f"<sip:bao@contoso.com?replaces={escaped}&Require=replaces>")
    event = talk.told(ReferReceived)
    assert event.refer_to == BAO
    assert event.replaces == Replaces("c@host", "one", "two")


def test_refer_before_the_call_stands_has_to_wait() -> None:
    desk = Desk()
    leg_id = desk.incoming()
    desk.core.ring(leg_id, desk.now)
    (ringing,) = desk.sent()
    refer = desk.request("REFER", "Refer-To: <sip:bao@contoso.com>", to_tag=ringing.to_tag)
    assert statuses(desk.receive(refer)) == [491]


def test_refer_on_a_call_of_ours() -> None:
    desk = Desk(TCP)
    invite = desk.talking()
    refer = desk.request(
        "REFER", "Refer-To: <sip:bao@contoso.com>", to_tag=invite.from_tag, call_id=invite.call_id
    )
    desk.receive(refer.replace(b";tag=peer", b";tag=phone"))
    assert desk.told(ReferReceived).leg_id == "out"


def test_refer_in_a_dialog_that_is_gone() -> None:
    desk = Desk()
    refer = desk.request("REFER", "Refer-To: <sip:bao@contoso.com>", to_tag="old", uri="sip:leg@192.0.2.1")
    assert statuses(desk.receive(refer)) == [481]


def test_a_challenged_notify_is_proven_with_all_that_was_in_it() -> None:
    desk = Desk()
    invite = desk.call(credentials=DigestCredentials("us", "secret"))
    desk.respond(invite, 200, body=ANSWER)
    refer = desk.request(
        "REFER", "Refer-To: <sip:bao@contoso.com>", to_tag=invite.from_tag, call_id=invite.call_id
    )
    desk.receive(refer.replace(b";tag=peer", b";tag=phone"))
    desk.core.accept_refer("out", desk.now)
    *_, trying = desk.sent()
    assert isinstance(trying, Request)
    challenge = ("WWW-Authenticate", 'Digest realm="x", nonce="y", algorithm=MD5, qop="auth"')
    (again,) = desk.respond(trying, 401, headers=(challenge,))
    assert fragment(again) == "SIP/2.0 100 Trying"
    assert again.header("authorization")


# Replaces


def test_an_invite_tells_whose_place_it_is_to_take() -> None:
    desk = Desk()
    desk.receive(desk.request("INVITE", "Replaces: c@host ; to-tag=one;from-tag=two;early-only", body=OFFER))
    assert desk.told(InviteReceived).replaces == Replaces("c@host", "one", "two", is_early_only=True)


@pytest.mark.parametrize(
    "headers",
    [
        ("Replaces: c@host",),
        ("Replaces: c@host;to-tag=one",),
        ("Replaces: ;to-tag=one;from-tag=two",),
        ("Replaces: c;to-tag=one;from-tag=two", "Replaces: d;to-tag=one;from-tag=two"),
        ("Replaces: c;to-tag=one;from-tag=two", "Join: d;to-tag=one;from-tag=two"),
    ],
)
def test_a_malformed_replaces_is_refused(headers: tuple[str, ...]) -> None:
    """RFC 3891 section 3."""
    desk = Desk()
    assert statuses(desk.receive(desk.request("INVITE", *headers, body=OFFER))) == [400]
    assert desk.told(InviteRefused).status == 400


def test_replaces_has_no_place_in_another_request() -> None:
    desk = Desk()
    request = desk.request("OPTIONS", "Replaces: c;to-tag=one;from-tag=two")
    assert statuses(desk.receive(request)) == [400]


def test_replaces_may_be_required_and_is_advertised() -> None:
    desk = Desk(TCP)
    request = desk.request("INVITE", "Require: replaces", "Replaces: c;to-tag=one;from-tag=two", body=OFFER)
    assert statuses(desk.receive(request)) == [100]
    assert "replaces" in Desk().call().tokens("supported")


def test_the_leg_that_is_meant() -> None:
    talk = Talk()
    found = talk.core.replaced_leg(Replaces("call-1", talk.tag, "peer"))
    assert found is not None
    assert (found.leg_id, found.state) == (talk.leg_id, "confirmed")
    for other in (
        Replaces("call-2", talk.tag, "peer"),
        Replaces("call-1", "another", "peer"),
        Replaces("call-1", talk.tag, "another"),
        Replaces("call-1", "peer", talk.tag),
    ):
        assert talk.core.replaced_leg(other) is None
    talk.core.hang_up(talk.leg_id, talk.now)
    assert talk.core.replaced_leg(Replaces("call-1", talk.tag, "peer")) is None


def test_a_call_of_ours_is_meant_by_its_tags_as_we_know_them() -> None:
    desk = Desk()
    invite = desk.call()
    names = Replaces(invite.call_id, invite.from_tag or "", "phone")
    desk.respond(invite, 180)
    assert desk.core.replaced_leg(names) is None
    desk.respond(invite, 200, body=ANSWER)
    found = desk.core.replaced_leg(names)
    assert found is not None
    assert found.leg_id == "out"
