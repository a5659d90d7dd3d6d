"""A registration of ours at a provider: challenges, refreshes, registrars in order, and another process."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.sip.core.context import host_port
from huntline.sip.core.core import OutgoingRequest
from huntline.sip.core.digest import Challenger, ha1
from huntline.sip.core.digest_client import DigestCredentials
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.message import Response, parse_message
from huntline.sip.core.registration import (
    REFUSED_PAUSE,
    RegistrarAddress,
    Registration,
    RegistrationState,
    RegistrationWish,
)

LOCAL = ("192.0.2.1", 5060)
ONE = RegistrarAddress("sip:provider.example", Flow(Transport.UDP, LOCAL, ("198.51.100.1", 5060)))
TWO = RegistrarAddress("sip:provider.example", Flow(Transport.UDP, LOCAL, ("198.51.100.2", 5060)))
TCP = RegistrarAddress("sip:provider.example", Flow(Transport.TCP, LOCAL, ("198.51.100.3", 5060)))
WISH = RegistrationWish(
    "<sip:contoso@provider.example>", "contoso", DigestCredentials("contoso", "secret", "trunk")
)


class Line:
    """A registration with a clock, and what it has sent."""

    def __init__(self, *registrars: RegistrarAddress, wish: RegistrationWish = WISH, seed: int = 1) -> None:
        self.registrars = registrars or (ONE,)
        self.wish, self.seed = wish, seed
        self.now = 1000.0
        self.sent: list[tuple[float, OutgoingRequest]] = []
        self.registration = self._new()

    def _new(self) -> Registration:
        numbers = count(self.seed * 1000)
        return Registration(
            self.wish,
            lambda user, flow: f"<sip:{user}@{host_port(flow.local)}>",
            lambda: f"t{next(numbers)}",
            random.Random(self.seed).random,  # noqa: S311
            self.now,
        )

    def die(self) -> None:
        """Another process goes on from the record, whose clock began at another time."""
        record = self.registration.record(unix_offset=5000.0)
        assert "secret" not in repr(record)
        self.seed += 1
        self.registration = self._new()
        self.registration.restore(record, self.now, unix_offset=5000.0)

    def next(self) -> OutgoingRequest:
        """Wait until a request is sent."""
        while True:
            due = self.registration.due_at
            assert due is not None, "nothing is due"
            self.now = max(self.now, due)
            request = self.registration.request(self.registrars)
            if request is not None:
                self.sent.append((self.now, request))
                return request
            self.registration.nowhere(self.now)

    def answer(self, status: int, *headers: tuple[str, str]) -> None:
        lines = (f"{name}: {value}\r\n" for name, value in headers)
        data = (
            f"SIP/2.0 {status} Said\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1"
            "\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\n"
            f"{''.join(lines)}Content-Length: 0\r\n\r\n"
        )
        response = parse_message(data.encode())
        assert isinstance(response, Response)
        self.registration.answered(response, self.now)

    def challenge(self, nonce: str, *, more: str = "") -> None:
        value = f'Digest realm="p", nonce="{nonce}", algorithm=SHA-256, qop="auth"{more}'
        self.answer(401, ("WWW-Authenticate", value))

    def register(self, expires: int = 600) -> None:
        self.next()
        self.challenge(f"n{len(self.sent)}")
        self.next()
        self.answer(200, ("Expires", str(expires)))


def header(request: OutgoingRequest, name: str) -> str | None:
    return dict(request.headers).get(name)


def nonce_and_count(request: OutgoingRequest) -> tuple[str, str] | None:
    value = header(request, "Authorization")
    if value is None:
        return None
    parts = dict(part.strip().split("=", 1) for part in value.removeprefix("Digest ").split(","))
    return parts["nonce"].strip('"'), parts["nc"]


def test_it_registers_by_digest_and_proves_the_right_password() -> None:
    line, challenger = Line(), Challenger(b"provider")
    first = line.next()
    assert (first.method, first.uri, first.credentials) == ("REGISTER", "sip:provider.example", None)
    assert header(first, "Contact") == "<sip:contoso@192.0.2.1:5060>;expires=600"
    line.answer(401, *(("WWW-Authenticate", value) for value in challenger.challenges("p", line.now)))
    second = line.next()
    assert (second.call_id, second.from_tag, second.cseq) == (first.call_id, first.from_tag, 2)
    verdict = challenger.check(
        header(second, "Authorization"),
        "REGISTER",
        second.uri,
        lambda user, realm, algorithm: ha1(user, realm, "secret", algorithm),
        line.now,
    )
    assert (verdict.outcome, verdict.username) == ("ok", "contoso")
    line.answer(
        200, ("Contact", '<sip:other@192.0.2.9>;expires=9, "us" <sip:contoso@192.0.2.1:5060>;expires=300')
    )
    assert line.registration.state is RegistrationState.REGISTERED
    assert line.registration.until == line.now + 300


def test_a_refresh_proves_us_at_once_and_a_new_nonce_without_stale_is_answered_within_a_second() -> None:
    """Case O7: 200; at the refresh with nc=2 a 401 with a new nonce and no stale; the third REGISTER."""
    line = Line()
    line.register()
    began = line.now
    assert 0.7 * 600 <= (line.registration.due_at or 0) - began <= 0.9 * 600
    refresh = line.next()
    assert nonce_and_count(refresh) == ("n1", "00000002")
    line.challenge("n9")
    assert line.registration.state is RegistrationState.REGISTERED
    third = line.next()
    assert nonce_and_count(third) == ("n9", "00000001")
    assert line.sent[-1][0] - line.sent[-2][0] < 1
    line.answer(200)
    assert line.registration.state is RegistrationState.REGISTERED


def test_a_wrong_password_is_tried_twice_at_most_and_then_left_alone_for_a_minute() -> None:
    line = Line()
    line.next()
    line.challenge("n1")
    line.next()
    line.challenge("n2")
    line.next()
    line.challenge("n3")
    assert line.registration.state is RegistrationState.REFUSED
    refused_at = line.now
    again = line.next()
    assert nonce_and_count(again) is None
    assert REFUSED_PAUSE <= line.now - refused_at <= 1.5 * REFUSED_PAUSE
    assert sum(nonce_and_count(request) is not None for _, request in line.sent) == 2


def test_the_same_nonce_again_is_a_refusal_at_once() -> None:
    line = Line()
    line.next()
    line.challenge("n1")
    line.next()
    line.challenge("n1")
    assert line.registration.state is RegistrationState.REFUSED


def test_a_longer_time_is_asked_for_when_the_registrar_demands_it() -> None:
    line = Line()
    line.next()
    line.answer(423, ("Min-Expires", "1800"))
    assert header(line.next(), "Expires") == "1800"
    line.answer(200)
    assert line.registration.until == line.now + 1800


@pytest.mark.parametrize("wanted", ["60", "nonsense", "99999999999", ""])
def test_what_no_time_is_demanded_by_is_a_failure(wanted: str) -> None:
    line = Line(ONE, TWO)
    line.next()
    line.answer(423, ("Min-Expires", wanted))
    assert line.next().flow == TWO.flow


def test_registrars_are_tried_in_order_without_delay_and_the_one_that_took_us_is_kept() -> None:
    line = Line(ONE, TWO)
    assert line.next().flow == ONE.flow
    line.registration.answered(None, line.now)
    assert line.next().flow == TWO.flow
    assert line.sent[0][0] == line.sent[1][0]
    line.answer(200, ("Expires", "100"))
    assert line.next().flow == TWO.flow
    line.answer(503)
    assert line.registration.state is RegistrationState.REGISTERED  # until its time is over
    assert line.next().flow == ONE.flow


def test_rounds_without_success_come_ever_later_and_never_sooner_than_they_asked_for() -> None:
    line = Line(ONE, TWO)
    starts = []
    for _ in range(8):
        line.next()
        starts.append(line.now)
        line.answer(503)
        line.next()
        line.answer(503)
    pauses = [later - earlier for earlier, later in pairwise(starts)]
    assert 7 <= pauses[0] <= 15
    assert 300 <= pauses[-1] <= 600
    assert line.registration.state is RegistrationState.FAILED
    line = Line(ONE)
    line.next()
    line.answer(503, ("Retry-After", "120 (busy);duration=60"))
    began = line.now
    line.next()
    assert line.now - began >= 120


def test_it_signs_off_with_proof_and_is_over() -> None:
    line = Line()
    line.register()
    line.registration.end(line.now)
    bye = line.next()
    assert (header(bye, "Expires"), nonce_and_count(bye)) == ("0", ("n1", "00000002"))
    line.challenge("n5")
    assert nonce_and_count(line.next()) == ("n5", "00000001")
    line.answer(200)
    assert (line.registration.due_at, line.registration.until) == (None, None)


def test_what_never_was_registered_has_nothing_to_sign_off() -> None:
    line = Line()
    line.next()
    line.registration.end(line.now)
    assert line.registration.due_at is None


def test_all_numbers_are_registered_at_once() -> None:
    """RFC 6140 section 5.2."""
    line = Line(wish=replace(WISH, for_all_numbers=True))
    request = line.next()
    assert header(request, "Contact") == "<sip:192.0.2.1:5060;bnc>;expires=600"
    assert (header(request, "Require"), header(request, "Proxy-Require")) == ("gin", "gin")
    line.answer(200, ("Contact", "<sip:192.0.2.1:5060;bnc>;expires=120"))
    assert line.registration.until == line.now + 120


def test_the_route_of_the_service_is_kept() -> None:
    line = Line()
    line.next()
    line.answer(200, ("Service-Route", "<sip:edge.example;lr>, <sip:core.example;lr>"))
    assert line.registration.service_route == ("<sip:edge.example;lr>", "<sip:core.example;lr>")


def test_a_lost_connection_is_made_anew_soon() -> None:
    line = Line(TCP)
    line.register()
    line.registration.renew(replace(TCP.flow, connection=7), line.now)
    began = line.now
    line.next()
    assert line.now - began <= 2


# -- another process


def test_after_a_death_it_refreshes_when_that_is_due_and_not_before() -> None:
    line = Line()
    line.register()
    due = line.registration.due_at
    cseq = line.sent[-1][1].cseq or 0
    line.die()
    assert (line.registration.state, line.registration.due_at) == (RegistrationState.REGISTERED, due)
    refresh = line.next()
    assert (refresh.cseq or 0) > cseq
    assert refresh.call_id == line.sent[0][1].call_id
    assert nonce_and_count(refresh) == ("n1", "00000002")


def test_after_a_death_what_was_under_way_is_sent_again_once() -> None:
    line = Line()
    first = line.next()
    line.die()
    second = line.next()
    assert (second.call_id, second.from_tag) == (first.call_id, first.from_tag)
    assert (second.cseq or 0) > (first.cseq or 0)
    assert line.registration.due_at is None


def test_after_a_death_a_connection_is_made_anew_within_five_seconds() -> None:
    line = Line(TCP)
    line.register(expires=3600)
    line.die()
    began = line.now
    line.next()
    assert line.now - began <= 5


def test_after_a_death_the_pause_after_a_refusal_is_kept() -> None:
    line = Line()
    line.next()
    line.challenge("n1")
    line.next()
    line.challenge("n1")
    refused_at = line.now
    line.die()
    line.next()
    assert line.now - refused_at >= REFUSED_PAUSE


steps = st.lists(
    st.one_of(
        st.sampled_from(
            ["die", "none", "new nonce", "old nonce", "stale", "200", "423", "503", "404", "lost"]
        )
    ),
    max_size=40,
)


@given(steps, st.booleans())
def test_no_provider_is_ever_flooded(answers: list[str], has_two: bool) -> None:
    """Whatever is answered, proofs that are refused come twice a minute at most, and requests never in a
    hot loop."""
    line = Line(*((ONE, TWO) if has_two else (ONE,)))
    for place, answer in enumerate(answers):
        if answer == "die":
            line.die()
            continue
        if answer == "lost":
            line.registration.renew(ONE.flow, line.now)
            continue
        line.next()
        match answer:
            case "none":
                line.registration.answered(None, line.now)
            case "new nonce" | "old nonce" | "stale":
                nonce = "same" if answer == "old nonce" else f"n{place}"
                line.challenge(nonce, more=", stale=true" if answer == "stale" else "")
            case "423":
                line.answer(423, ("Min-Expires", str(700 + place)))
            case status:
                line.answer(int(status), ("Expires", "60"))
    for at, _ in line.sent:
        within = [request for moment, request in line.sent if at <= moment < at + 1]
        assert len(within) <= 12
