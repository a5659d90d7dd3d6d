"""Who sends a request (unit)."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from tests.fakes.messages import request
from tests.fakes.plans import PLAN

from huntline.directory.plan import ServerPlan
from huntline.sip.authenticator import (
    WRONG_PASSWORDS_ALLOWED,
    Authenticator,
    Challenge,
    Forbidden,
    Identified,
    Stranger,
)
from huntline.sip.core.digest import Credentials, authorize
from huntline.sip.core.flow import Flow, Transport

LOCAL = ("127.0.0.1", 5060)
HERE = Flow(Transport.UDP, LOCAL, ("10.0.0.5", 5060))
ELSEWHERE = Flow(Transport.UDP, LOCAL, ("10.0.0.6", 5060))
Identity = Identified | Challenge | Forbidden | Stranger


class Door:
    """An authenticator and a phone in front of it."""

    def __init__(self) -> None:
        self.authenticator = Authenticator(PLAN, b"kept secret", ("SHA-256", "MD5"))
        self._cseq = itertools.count(1)

    def ask(
        self,
        *headers: str,
        method: str = "REGISTER",
        user: str = "amal@contoso.com",
        to: str | None = None,
        flow: Flow = HERE,
        now: float = 0.0,
    ) -> Identity:
        message = request(
            method, "sip:contoso.com", *headers, sender=f"sip:{user}", to=to, cseq=next(self._cseq)
        )
        return self.authenticator.identify(message, flow, now)

    def prove(
        self,
        username: str,
        password: str,
        *,
        method: str = "REGISTER",
        user: str = "amal@contoso.com",
        to: str | None = None,
        flow: Flow = HERE,
        now: float = 0.0,
        asked_at: float | None = None,
        algorithm: str = "",
    ) -> Identity:
        at = now if asked_at is None else asked_at
        challenge = self.ask(method=method, user=user, to=to, flow=flow, now=at)
        if not isinstance(challenge, Challenge):
            return challenge
        offered = [value for _, value in challenge.headers if algorithm in value]
        answer = authorize(offered, Credentials(username, password), method, "sip:contoso.com", "cn")
        line = f"Authorization: {answer}"
        return self.ask(line, method=method, user=user, to=to, flow=flow, now=now)


def user_of(identity: Identity) -> str:
    assert isinstance(identity, Identified)
    return identity.account.user_id


@pytest.mark.parametrize("method", ["REGISTER", "PUBLISH", "INVITE"])
@pytest.mark.parametrize("username", ["amal", "amal@contoso.com"])
@pytest.mark.parametrize("algorithm", ["SHA-256", "MD5"])
def test_a_user_proves_a_password(method: str, username: str, algorithm: str) -> None:
    door = Door()
    assert user_of(door.prove(username, "secret", method=method, algorithm=algorithm)) == "amal"


def test_users_may_name_the_server_by_its_address() -> None:
    assert user_of(Door().prove("amal", "secret", user="amal@127.0.0.1")) == "amal"
    assert user_of(Door().prove("amal", "secret", user="AMAL@[::1]:5070")) == "amal"
    assert user_of(Door().prove("fay", "secret", user="fay@127.0.0.1")) == "fay"


def test_a_user_of_the_second_domain_has_the_realm_of_the_first() -> None:
    assert user_of(Door().prove("rita", "secret", user="rita@redmond.contoso.com")) == "rita"


def test_the_address_of_record_counts_for_register() -> None:
    door = Door()
    assert user_of(door.prove("amal", "secret", user="x@elsewhere.net", to="sip:amal@contoso.com")) == "amal"


def test_another_users_password_is_no_use() -> None:
    door = Door()
    assert door.prove("bao", "other secret", user="amal@contoso.com") == Forbidden()
    assert door.prove("fay", "secret", user="amal@contoso.com") != Forbidden()
    assert user_of(door.prove("bao", "other secret", user="bao@contoso.com")) == "bao"


def test_wrong_passwords_are_challenged_again() -> None:
    challenge = Door().prove("amal", "wrong")
    assert isinstance(challenge, Challenge)
    assert not any("stale" in value for _, value in challenge.headers)


def test_an_old_nonce_is_stale() -> None:
    challenge = Door().prove("amal", "secret", asked_at=0.0, now=3600.0)
    assert isinstance(challenge, Challenge)
    assert all("stale=true" in value for _, value in challenge.headers)


def test_only_md5_is_offered_unless_the_owner_says_otherwise() -> None:
    challenge = Authenticator(PLAN, b"kept secret").identify(request("REGISTER"), HERE, 0.0)
    assert isinstance(challenge, Challenge)
    assert ["algorithm=MD5" in value for _, value in challenge.headers] == [True]


def test_strangers_do_not_get_a_challenge() -> None:
    assert Door().ask(user="amal@elsewhere.net") == Stranger()
    assert Door().ask(user="10.9.9.9") == Stranger()
    empty = Authenticator(ServerPlan((), frozenset({"127.0.0.1"})), b"kept secret")
    assert empty.identify(request("REGISTER", sender="sip:a@127.0.0.1"), HERE, 0.0) == Stranger()


@pytest.mark.parametrize("host", ["contoso.com", "127.0.0.1"])
def test_nobody_is_challenged_like_somebody(host: str) -> None:
    door = Door()

    def realms(user: str) -> list[str]:
        challenge = door.ask(user=f"{user}@{host}")
        assert isinstance(challenge, Challenge)
        return [value.partition(", nonce=")[0] for _, value in challenge.headers]

    assert len(realms("amal")) == 2
    assert realms("ghost") == realms("ghost")
    if host == "contoso.com":
        assert realms("ghost") == realms("amal")
    assert isinstance(door.prove("ghost", "secret", user=f"ghost@{host}"), Challenge)


def test_guessing_passwords_ends_for_that_source_and_only_for_a_while() -> None:
    door = Door()
    for _ in range(WRONG_PASSWORDS_ALLOWED):
        assert isinstance(door.prove("amal", "guess"), Challenge)
    assert door.prove("amal", "secret") == Forbidden()
    assert user_of(door.prove("amal", "secret", flow=ELSEWHERE)) == "amal"
    assert user_of(door.prove("amal", "secret", now=61.0)) == "amal"
    assert isinstance(door.prove("amal", "guess", now=62.0), Challenge)


def test_rare_mistakes_never_block() -> None:
    door = Door()
    for minute in range(2 * WRONG_PASSWORDS_ALLOWED):
        door.prove("amal", "guess", now=minute * 61.0)
    assert user_of(door.prove("amal", "secret", now=minute * 61.0 + 1)) == "amal"


def test_one_network_of_ipv6_is_one_source() -> None:
    door = Door()
    flows = [
        dataclasses.replace(HERE, remote=(f"2001:db8::{number:x}", 5060))
        for number in range(WRONG_PASSWORDS_ALLOWED + 1)
    ]
    outcomes = [door.prove("amal", "guess", flow=flow) for flow in flows]
    assert outcomes[-1] == Forbidden()


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Digest",
        'Authorization: Digest username="amal"',
        "Authorization: Basic YTpi",
        'Authorization: Digest username="a@b@c", realm="contoso.com", nonce="\x00", uri="x", response="é"',
        "Authorization: " + "x" * 10_000,
    ],
)
def test_broken_credentials_are_challenged(line: str) -> None:
    assert isinstance(Door().ask(line), Challenge)


def test_new_settings_count_at_once() -> None:
    door = Door()
    door.authenticator.plan = ServerPlan(PLAN.organizations[1:])
    assert door.ask() == Stranger()
