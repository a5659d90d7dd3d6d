"""Digest as a client: which challenge is answered, how often, and with what (case O7)."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sip.core.desk import ANSWER, OFFER, UDP, Desk

from huntline.sip.core.core import OutgoingRequest
from huntline.sip.core.digest_client import (
    MOST_PROOFS,
    DigestCredentials,
    authorize,
    challenges_in,
    further_proofs,
)
from huntline.sip.core.events import LegRejected, LegRinging, ResponseReceived
from huntline.sip.core.grammar import parse_auth
from huntline.sip.core.message import Request, Response, parse_message

US = DigestCredentials("us", "secret")
REGISTER = OutgoingRequest(
    "REGISTER", "sip:provider.example", UDP, "<sip:us@provider.example>", "<sip:us@provider.example>",
    credentials=US,
)  # fmt: skip


def challenge(nonce: str, algorithm: str = "MD5", realm: str = "p", more: str = "") -> str:
    return f'Digest realm="{realm}", nonce="{nonce}", algorithm={algorithm}, qop="auth"{more}'


def www(*values: str) -> list[tuple[str, str]]:
    return [("WWW-Authenticate", value) for value in values]


def proxy(*values: str) -> list[tuple[str, str]]:
    return [("Proxy-Authenticate", value) for value in values]


def proof_of(request: Request | Response, header: str = "authorization") -> dict[str, str]:
    value = request.header(header)
    assert value is not None
    return dict(parse_auth(value).parameters)


def refusal(status: int, headers: list[tuple[str, str]]) -> Response:
    lines = [
        ("Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx"),
        ("From", "<sip:a@b>;tag=1"),
        ("To", "<sip:c@d>"),
    ]
    data = f"SIP/2.0 {status} No\r\n" + "".join(
        f"{name}: {value}\r\n"
        for name, value in [*lines, ("Call-ID", "x"), ("CSeq", "1 INVITE"), *headers, ("Content-Length", "0")]
    )
    response = parse_message((data + "\r\n").encode())
    assert isinstance(response, Response)
    return response


# -- which challenge


def test_the_topmost_that_we_can_answer_is_answered() -> None:
    """RFC 8760 section 2.4: what the server lists first it prefers."""
    found = challenges_in(refusal(401, www(*map(challenge, "123", ("TOKEN-9", "SHA-256", "MD5")))))
    assert [each.algorithm for each in found] == ["SHA-256"]
    found = challenges_in(refusal(401, www(*map(challenge, "12", ("MD5", "SHA-256")))))
    assert [each.algorithm for each in found] == ["MD5"]


def test_every_realm_of_proxies_is_answered_once() -> None:
    headers = proxy(challenge("1", realm="near"), challenge("2", realm="far"), challenge("3", realm="far"))
    found = challenges_in(refusal(407, headers))
    assert [(each.realm, each.nonce, each.header) for each in found] == [
        ("near", "1", "Proxy-Authorization"),
        ("far", "2", "Proxy-Authorization"),
    ]


@pytest.mark.parametrize(
    "value",
    ["Basic realm=p", 'Digest realm="p"', 'Digest realm="p", nonce="1", qop="auth-int"', "nonsense", ""],
)
def test_what_cannot_be_answered_is_passed_over(value: str) -> None:
    assert challenges_in(refusal(401, www(value))) == ()


def test_a_session_algorithm_hashes_the_secret_with_both_nonces() -> None:
    """RFC 7616 section 3.4.2, by hand."""

    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    value = authorize([challenge("n1", "MD5-sess")], US, "REGISTER", "sip:p", "cn")
    assert value is not None
    secret = md5(f"{md5('us:p:secret')}:n1:cn")
    expected = md5(f"{secret}:n1:00000001:cn:auth:{md5('REGISTER:sip:p')}")
    parameters = parse_auth(value).parameters
    assert (parameters["response"], parameters["algorithm"]) == (expected, "MD5-sess")


@given(st.lists(st.text(max_size=80), max_size=4), st.sampled_from([401, 407]))
def test_no_challenge_makes_it_fail(values: list[str], status: int) -> None:
    printable = ["".join(each for each in value if each.isprintable()).strip() for value in values]
    response = refusal(status, [*www(*printable), *proxy(*printable)])
    further_proofs((), 0, response, US, "INVITE", "sip:p", lambda: "cn")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=12))
def test_a_provider_that_goes_on_refusing_is_asked_three_times_at_most(
    rounds: list[tuple[str, bool]],
) -> None:
    proofs: tuple[tuple[str, str], ...] = ()
    tries = 0
    used: set[str] = set()
    for nonce, stale in rounds:
        response = refusal(401, www(challenge(nonce, more=", stale=true" if stale else "")))
        further = further_proofs(proofs, tries, response, US, "INVITE", "sip:p", lambda: "cn")
        if further is None:
            break
        assert nonce not in {parse_auth(value).parameters["nonce"] for _, value in proofs}
        proofs, tries = further, tries + 1
        used.add(nonce)
    assert tries <= MOST_PROOFS + 1


# -- requests


def test_a_second_407_to_the_same_invite_is_acknowledged_and_not_answered_again() -> None:
    desk = Desk()
    invite = desk.call(credentials=US)
    desk.respond(invite, 100)
    desk.respond(invite, 183, body=ANSWER)
    assert desk.told(LegRinging).status == 183
    ack, again = desk.respond(invite, 407, headers=proxy(challenge("n1")))
    (second_ack,) = desk.respond(invite, 407, headers=proxy(challenge("n1")))
    assert [(each.method, each.cseq.sequence) for each in (ack, second_ack) if isinstance(each, Request)] == [
        ("ACK", 1),
        ("ACK", 1),
    ]
    assert isinstance(again, Request)
    assert (again.method, again.cseq.sequence, again.to_tag, again.sdp) == ("INVITE", 2, None, OFFER)
    assert (again.call_id, again.from_tag) == (invite.call_id, invite.from_tag)
    assert again.header("via") != invite.header("via")


def test_a_nonce_that_is_new_is_answered_once_more_without_stale_and_then_no_more() -> None:
    desk = Desk()
    invite = desk.call(credentials=US)
    _, first = desk.respond(invite, 401, headers=www(challenge("n1")))
    assert isinstance(first, Request)
    _, second = desk.respond(first, 401, headers=www(challenge("n2")))
    assert isinstance(second, Request)
    assert proof_of(second)["nonce"] == "n2"
    assert second.all("authorization") == [second.header("authorization")]
    (ack,) = desk.respond(second, 401, headers=www(challenge("n3")))
    assert isinstance(ack, Request)
    assert ack.method == "ACK"
    assert desk.told(LegRejected).status == 401


def test_a_proxy_and_the_server_behind_it_are_both_answered() -> None:
    desk = Desk()
    invite = desk.call(credentials=US)
    _, first = desk.respond(invite, 407, headers=proxy(challenge("n1", realm="near")))
    assert isinstance(first, Request)
    _, second = desk.respond(first, 401, headers=www(challenge("n2", realm="far")))
    assert isinstance(second, Request)
    assert proof_of(second, "proxy-authorization")["realm"] == "near"
    assert proof_of(second)["realm"] == "far"


def test_a_request_outside_of_calls_is_proven_with_a_new_nonce_once_more() -> None:
    desk = Desk()
    desk.core.send_request(REGISTER, desk.now)
    (request,) = desk.requests()
    (first,) = desk.respond(request, 401, headers=www(challenge("n1")))
    assert isinstance(first, Request)
    (second,) = desk.respond(first, 401, headers=www(challenge("n2")))
    assert isinstance(second, Request)
    assert (second.cseq.sequence, proof_of(second)["nonce"], len(second.all("authorization"))) == (3, "n2", 1)
    assert desk.respond(second, 401, headers=www(challenge("n3"))) == []
    assert desk.told(ResponseReceived).response is not None


def test_requests_within_a_call_are_proven_and_a_refused_one_ends_it_as_ever() -> None:
    desk = Desk()
    invite = desk.call(credentials=US)
    desk.respond(invite, 200, body=ANSWER)
    desk.events()
    desk.core.offer("out", OFFER, desk.now)
    (reinvite,) = desk.requests()
    _, again = desk.respond(reinvite, 407, to_tag=None, headers=proxy(challenge("n1")))
    assert isinstance(again, Request)
    assert (again.method, again.cseq.sequence, again.sdp) == ("INVITE", reinvite.cseq.sequence + 1, OFFER)
    _, third = desk.respond(again, 407, to_tag=None, headers=proxy(challenge("n2")))
    assert isinstance(third, Request)
    assert len(third.all("proxy-authorization")) == 1
    (ack,) = desk.respond(third, 407, to_tag=None, headers=proxy(challenge("n3")))
    assert isinstance(ack, Request)
    assert ack.method == "ACK"
    desk.core.hang_up("out", desk.now)
    (bye,) = desk.requests()
    (proven,) = desk.respond(bye, 407, to_tag=None, headers=proxy(challenge("n4")))
    assert isinstance(proven, Request)
    assert (proven.method, proof_of(proven, "proxy-authorization")["nonce"]) == ("BYE", "n4")
