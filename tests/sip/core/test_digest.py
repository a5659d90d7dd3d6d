"""Digest authentication, both sides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.sip.core.digest import NONCE_LIFETIME, Challenger, Verdict, ha1
from huntline.sip.core.digest_client import DigestCredentials, authorize
from huntline.sip.core.grammar import quote_string

AMAL = DigestCredentials("amal", "secret")
URI = "sip:contoso.com"


def stored(username: str, realm: str, algorithm: str) -> str | None:
    return ha1("amal", realm, "secret", algorithm) if username == "amal" else None


@pytest.fixture
def challenger() -> Challenger:
    return Challenger(b"server secret")


def proof(challenger: Challenger, now: float = 0.0, *, count: int = 1, who: DigestCredentials = AMAL) -> str:
    value = authorize(challenger.challenges("contoso.com", now), who, "REGISTER", URI, "cn", count)
    assert value is not None
    return value


def test_the_examples_of_rfc_7616() -> None:
    """Section 3.9.1: the response values for SHA-256 and MD5."""
    mufasa = DigestCredentials("Mufasa", "Circle of Life")
    common = (
        'realm="http-auth@example.org", qop="auth, auth-int"'
        ', nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"'
        ', opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    sha, md5 = f"Digest {common}, algorithm=SHA-256", f"Digest {common}, algorithm=MD5"
    best = authorize([sha, md5], mufasa, "GET", "/dir/index.html", cnonce)
    assert best is not None
    assert "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1" in best
    assert "algorithm=SHA-256" in best
    only_md5 = authorize([md5], mufasa, "GET", "/dir/index.html", cnonce)
    assert only_md5 is not None
    assert "8ca523f5e9506fed4657c9700eebdbec" in only_md5
    assert 'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"' in only_md5


def test_stronger_challenge_comes_first(challenger: Challenger) -> None:
    """RFC 8760 section 2.4: the server lists what it prefers first."""
    first, second = challenger.challenges("contoso.com", 0)
    assert "SHA-256" in first
    assert "MD5" in second


@pytest.mark.parametrize("index", [0, 1])
def test_right_password_is_ok(challenger: Challenger, index: int) -> None:
    challenge = challenger.challenges("contoso.com", 0)[index]
    value = authorize([challenge], AMAL, "REGISTER", URI, "cn")
    assert challenger.check(value, "REGISTER", URI, stored, 1) == Verdict("ok", "amal")


def test_wrong_password_unknown_user_and_other_request_are_bad(challenger: Challenger) -> None:
    wrong = proof(challenger, who=DigestCredentials("amal", "guess"))
    stranger = proof(challenger, who=DigestCredentials("nobody", "secret"))
    assert challenger.check(wrong, "REGISTER", URI, stored, 1).outcome == "bad"
    assert challenger.check(stranger, "REGISTER", URI, stored, 1).outcome == "bad"
    assert challenger.check(proof(challenger), "INVITE", URI, stored, 1).outcome == "bad"
    assert challenger.check(proof(challenger), "REGISTER", "sip:other", stored, 1).outcome == "bad"


def test_nonce_of_another_server_is_bad(challenger: Challenger) -> None:
    foreign = proof(Challenger(b"another secret"))
    assert challenger.check(foreign, "REGISTER", URI, stored, 1).outcome == "bad"


def test_nonce_of_another_run_of_the_server_is_stale() -> None:
    """Which counts were used with it is forgotten, so that it could be replayed."""
    before, after = Challenger(b"kept", run="one"), Challenger(b"kept", run="two")
    value = proof(before)
    assert before.check(value, "REGISTER", URI, stored, 1) == Verdict("ok", "amal")
    assert after.check(value, "REGISTER", URI, stored, 1) == Verdict("stale", "amal")
    unused = proof(before)
    assert after.check(unused, "REGISTER", URI, stored, 1) == Verdict("stale", "amal")
    guess = proof(before, who=DigestCredentials("amal", "guess"))
    assert after.check(guess, "REGISTER", URI, stored, 1).outcome == "bad"
    assert after.check(proof(after), "REGISTER", URI, stored, 1) == Verdict("ok", "amal")


def test_old_nonce_is_stale_and_the_next_challenge_says_so(challenger: Challenger) -> None:
    value = proof(challenger, now=0)
    assert challenger.check(value, "REGISTER", URI, stored, NONCE_LIFETIME + 1) == Verdict("stale", "amal")
    assert all("stale=true" in each for each in challenger.challenges("contoso.com", 0, stale=True))


def test_replayed_nonce_count_is_stale(challenger: Challenger) -> None:
    """RFC 7616 section 3.4: the nonce count rises with each request."""
    challenge = challenger.challenges("contoso.com", 0)

    def check(count: int) -> str:
        value = authorize(challenge, AMAL, "REGISTER", URI, "cn", count)
        return challenger.check(value, "REGISTER", URI, stored, 1).outcome

    assert [check(count) for count in (1, 1, 2, 1, 9)] == ["ok", "stale", "ok", "stale", "ok"]


def test_a_phone_of_rfc_2069_that_ignores_our_qop_is_served(challenger: Challenger) -> None:
    challenge = challenger.challenges("contoso.com", 0)[1].replace(', qop="auth"', "")
    value = authorize([challenge], AMAL, "REGISTER", URI, "cn")
    assert value is not None
    assert "nc=" not in value
    assert challenger.check(value, "REGISTER", URI, stored, 1).outcome == "ok"


def test_memory_is_bounded_and_forgotten_nonces_cannot_be_replayed(
    challenger: Challenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huntline.sip.core.digest.MAX_NONCES", 10)
    values = [proof(challenger, now=number) for number in range(30)]
    for number, value in enumerate(values):
        assert challenger.check(value, "REGISTER", URI, stored, number).outcome == "ok"
    assert {challenger.check(value, "REGISTER", URI, stored, 30).outcome for value in values} == {"stale"}


def test_passwords_are_not_shown() -> None:
    assert "secret" not in repr(AMAL)


def test_other_schemes_and_nonsense_count_as_missing(challenger: Challenger) -> None:
    for value in (None, "", "Basic YTpi", "Digest", 'Digest username="amal"', 'Digest a="', "NoOneKnows x=1"):
        assert challenger.check(value, "REGISTER", URI, stored, 1).outcome == "missing"


def test_challenges_we_cannot_answer_are_left_alone() -> None:
    unknown = ['Basic realm="x"', 'Digest realm="x", nonce="n", algorithm=SHA-512-256', "Digest ,,,"]
    assert authorize(unknown, AMAL, "REGISTER", URI, "cn") is None
    integrity = 'Digest realm="x", nonce="n", qop="auth-int"'
    assert authorize([integrity], AMAL, "REGISTER", URI, "cn") is None


@given(st.text(max_size=200))
def test_any_authorization_gets_a_verdict(text: str) -> None:
    challenger = Challenger(b"secret")
    for value in (
        text,
        "Digest " + text,
        f'Digest username="amal", realm="r", uri="sip:contoso.com", {text}',
    ):
        assert challenger.check(value, "REGISTER", URI, stored, 1).outcome in ("missing", "bad")


@given(nonce=st.text(max_size=30), nc=st.text(max_size=9), response=st.text(max_size=70))
def test_any_parameters_get_a_verdict(nonce: str, nc: str, response: str) -> None:
    value = (
        f'Digest username="amal", realm="r", uri="{URI}", nonce={quote_string(nonce)}, '
        f'nc={quote_string(nc)}, cnonce="c", qop=auth, response={quote_string(response)}'
    )
    verdict = Challenger(b"secret").check(value, "REGISTER", URI, stored, 1)
    assert verdict.outcome in ("missing", "bad")
