"""Who sends a request (unit)."""

from __future__ import annotations

import itertools
import logging
from dataclasses import replace

import pytest
from tests.fakes.messages import request
from tests.fakes.plans import CONTOSO, PLAN, person

from huntline.directory.in_force import SettingsInForce
from huntline.directory.organization import Organization, User
from huntline.directory.plan import ServerPlan
from huntline.sip.core.digest_client import DigestCredentials, authorize
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.servers.authenticator import (
    WRONG_PASSWORDS_ALLOWED,
    Authenticator,
    Challenge,
    Guest,
    Identified,
    Identity,
    SenderForbidden,
    Stranger,
)
from huntline.sip.servers.phone_credentials import Holder

LOCAL = ("127.0.0.1", 5060)
HERE = Flow(Transport.UDP, LOCAL, ("10.0.0.5", 5060))
ELSEWHERE = Flow(Transport.UDP, LOCAL, ("10.0.0.6", 5060))


class Door:
    """An authenticator and a phone in front of it."""

    def __init__(self) -> None:
        self.unix_time = 1_790_000_000.0
        self.settings = SettingsInForce(PLAN)
        self.authenticator = Authenticator(
            self.settings, b"kept secret", ("SHA-256", "MD5"), lambda: self.unix_time
        )
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
        answer = authorize(offered, DigestCredentials(username, password), method, "sip:contoso.com", "cn")
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
    assert door.prove("bao", "other secret", user="amal@contoso.com") == SenderForbidden()
    assert door.prove("fay", "secret", user="amal@contoso.com") != SenderForbidden()
    assert user_of(door.prove("bao", "other secret", user="bao@contoso.com")) == "bao"


def test_wrong_passwords_are_challenged_again() -> None:
    challenge = Door().prove("amal", "wrong")
    assert isinstance(challenge, Challenge)
    assert not any("stale" in value for _, value in challenge.headers)


def test_an_old_nonce_is_stale() -> None:
    challenge = Door().prove("amal", "secret", asked_at=0.0, now=3600.0)
    assert isinstance(challenge, Challenge)
    assert all("stale=true" in value for _, value in challenge.headers)


def proof_for(challenge: Identity, password: str) -> str:
    """The value with which Amal answers a challenge of ours."""
    assert isinstance(challenge, Challenge)
    offered = [value for _, value in challenge.headers]
    answer = authorize(offered, DigestCredentials("amal", password), "REGISTER", "sip:contoso.com", "cn")
    assert answer is not None
    return answer


FOREIGN = 'Digest username="amal", realm="proxy.net", nonce="n", uri="sip:contoso.com", response="0"'


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("name", ["Authorization", "Proxy-Authorization"])
def test_credentials_for_our_realm_are_found_among_others(name: str, position: int) -> None:
    """RFC 3261 section 22.3."""
    door = Door()
    lines = [f"Authorization: {FOREIGN}", f"{name}: {FOREIGN.replace('proxy', 'other')}"]
    lines.insert(position, f"{name}: {proof_for(door.ask(), 'secret')}")
    assert user_of(door.ask(*lines)) == "amal"


def test_credentials_for_others_alone_are_none_and_no_guess() -> None:
    door = Door()
    for _ in range(2 * WRONG_PASSWORDS_ALLOWED):
        challenge = door.ask(f"Authorization: {FOREIGN}")
        assert isinstance(challenge, Challenge)
        assert not any("stale" in value for _, value in challenge.headers)


def test_the_right_one_of_two_credentials_for_our_realm_counts() -> None:
    door = Door()
    for _ in range(2 * WRONG_PASSWORDS_ALLOWED):
        old, new = proof_for(door.ask(), "old"), proof_for(door.ask(), "secret")
        assert user_of(door.ask(f"Authorization: {old}", f"Authorization: {new}")) == "amal"


def test_each_of_several_guesses_in_one_request_counts() -> None:
    door = Door()
    for _ in range(WRONG_PASSWORDS_ALLOWED // 4):
        guesses = [f"Authorization: {proof_for(door.ask(), f'guess{number}')}" for number in range(9)]
        assert isinstance(door.ask(*guesses), Challenge)
    assert door.ask() == SenderForbidden()


def test_a_nonce_from_before_a_restart_is_stale_and_no_guess() -> None:
    door = Door()
    proof = f"Authorization: {proof_for(door.ask(), 'secret')}"
    assert user_of(door.ask(proof)) == "amal"
    again = Door()
    for _ in range(2 * WRONG_PASSWORDS_ALLOWED):
        challenge = again.ask(proof)
        assert isinstance(challenge, Challenge)
        assert all("stale=true" in value for _, value in challenge.headers)
    assert user_of(again.prove("amal", "secret")) == "amal"


def test_only_md5_is_offered_unless_the_owner_says_otherwise() -> None:
    challenge = Authenticator(SettingsInForce(PLAN), b"kept secret").identify(request("REGISTER"), HERE, 0.0)
    assert isinstance(challenge, Challenge)
    assert ["algorithm=MD5" in value for _, value in challenge.headers] == [True]


def test_strangers_do_not_get_a_challenge() -> None:
    assert Door().ask(user="amal@elsewhere.net") == Stranger()
    assert Door().ask(user="10.9.9.9") == Stranger()
    empty = Authenticator(SettingsInForce(ServerPlan((), frozenset({"127.0.0.1"}))), b"kept secret")
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
    assert door.prove("amal", "secret") == SenderForbidden()
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
        replace(HERE, remote=(f"2001:db8::{number:x}", 5060)) for number in range(WRONG_PASSWORDS_ALLOWED + 1)
    ]
    outcomes = [door.prove("amal", "guess", flow=flow) for flow in flows]
    assert outcomes[-1] == SenderForbidden()


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


# Credentials of pages


def page_of(door: Door, user_id: str = "amal") -> tuple[str, str]:
    credential = door.authenticator.phone_credentials.issue(Holder.USER, user_id)
    return credential.username, credential.password


def guest_of(door: Door, organization_id: str = "contoso") -> tuple[str, str]:
    credential = door.authenticator.phone_credentials.issue(Holder.GUEST, organization_id)
    return credential.username, credential.password


@pytest.mark.parametrize("method", ["REGISTER", "INVITE"])
@pytest.mark.parametrize("algorithm", ["SHA-256", "MD5"])
def test_a_page_proves_its_user_and_needs_no_password_of_theirs(method: str, algorithm: str) -> None:
    door = Door()
    passwordless = Organization(
        organization_id="adatum",
        name="Adatum",
        domains=("adatum.com",),
        users=(User(user_id="ada", upn="ada@adatum.com"),),
    )
    door.settings.put_in_force(ServerPlan((*PLAN.organizations, passwordless)))
    for user_id, user in (("amal", "amal@contoso.com"), ("ada", "ada@adatum.com")):
        identity = door.prove(*page_of(door, user_id), method=method, user=user, algorithm=algorithm)
        assert user_of(identity) == user_id
    assert user_of(door.prove("amal", "secret")) == "amal"


def test_a_pages_credential_ends_after_ten_minutes(caplog: pytest.LogCaptureFixture) -> None:
    door = Door()
    username, password = page_of(door)
    door.unix_time += 599
    assert user_of(door.prove(username, password)) == "amal"
    door.unix_time += 1
    with caplog.at_level(logging.INFO):
        assert door.prove(username, password) == SenderForbidden()
    assert "expired" in caplog.text
    assert password not in caplog.text
    assert user_of(door.prove(*page_of(door))) == "amal"


def test_a_credential_cannot_be_made_up_or_made_to_last() -> None:
    door = Door()
    username, password = page_of(door)
    kind, user_id, expires = username.split(".")
    for made_up in (
        f"{kind}.{user_id}.{int(expires) + 1}",
        f"{kind}.bao.{expires}",
        f"guest.contoso.{expires}",
    ):
        assert isinstance(door.prove(made_up, password), Challenge)
    another = Authenticator(SettingsInForce(PLAN), b"another server's", (), lambda: door.unix_time)
    stranger = another.phone_credentials.issue(Holder.USER, "amal")
    assert isinstance(door.prove(stranger.username, stranger.password), Challenge)
    for odd in (
        "page.amal.",
        "page..1790000600",
        "page.amal.1e9",
        f"page.a\u0301.{expires}",
        f"page.{'x' * 500}.{expires}",
    ):
        assert isinstance(door.prove(odd, password), Challenge)
    assert door.authenticator.phone_credentials.read(f"page.\udcff.{expires}") is None


def test_a_page_is_nobody_but_its_user() -> None:
    door = Door()
    assert door.prove(*page_of(door, "bao"), user="amal@contoso.com") == SenderForbidden()
    assert door.prove(*page_of(door, "amal"), user="fay@fabrikam.com") == SenderForbidden()


def test_the_page_of_a_user_who_is_gone_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    door = Door()
    page = page_of(door)
    without = replace(CONTOSO, users=tuple(user for user in CONTOSO.users if user.user_id != "amal"))
    door.settings.put_in_force(ServerPlan((without,)))
    with caplog.at_level(logging.INFO):
        assert door.prove(*page) == SenderForbidden()
    assert "nobody any more" in caplog.text


def test_guessing_a_pages_password_is_limited_like_any_other() -> None:
    door = Door()
    username, password = page_of(door)
    for _ in range(WRONG_PASSWORDS_ALLOWED):
        assert isinstance(door.prove(username, "guess"), Challenge)
    assert door.prove(username, password) == SenderForbidden()
    assert user_of(door.prove(username, password, flow=ELSEWHERE)) == "amal"


def test_a_user_whose_name_looks_like_a_credential_keeps_the_own_password() -> None:
    odd = person("page.x.1790000600@contoso.com", "secret")
    door = Door()
    door.settings.put_in_force(ServerPlan((replace(CONTOSO, users=(odd,)),)))
    assert user_of(door.prove("page.x.1790000600", "secret", user=odd.upn)) == odd.user_id


def test_a_guest_is_known_by_the_credential_and_only_where_it_is_for() -> None:
    door = Door()
    caller = "test-call@contoso.com"
    assert door.prove(*guest_of(door), method="INVITE", user=caller) == Guest("contoso")
    at_second_domain = door.prove(*guest_of(door), method="INVITE", user="test-call@redmond.contoso.com")
    assert at_second_domain == Guest("contoso")
    assert door.prove(*guest_of(door, "fabrikam"), method="INVITE", user=caller) == SenderForbidden()
    assert door.prove(*guest_of(door, "nobodys"), method="INVITE", user=caller) == SenderForbidden()
    guest = guest_of(door)
    door.unix_time += 600
    assert door.prove(*guest, method="INVITE", user=caller) == SenderForbidden()


def test_new_settings_count_at_once() -> None:
    door = Door()
    door.settings.put_in_force(ServerPlan(PLAN.organizations[1:]))
    assert door.ask() == Stranger()
