"""Signing in with an identity provider: one on a port of its own, with every fault it could have (web)."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from huntline.config import OidcConfig
from huntline.directory.access import Role
from huntline.storage.accounts import HOST, SignInAccount
from huntline.storage.passwords import hashed
from huntline.web.backstage import MOST_BY_ADDRESS
from huntline.web.openid_connect import OpenIdConnect
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, FakeIdentityProvider, identity_provider
from tests.web.browser import PASSWORD, Browser, browser_on
from tests.web.rig import BY, E5_USER, ServerRig


@pytest.fixture(scope="module")
def running_provider() -> Iterator[FakeIdentityProvider]:
    with identity_provider() as running:
        yield running


@pytest.fixture
def provider(running_provider: FakeIdentityProvider, rig: ServerRig) -> Iterator[FakeIdentityProvider]:
    """The provider, known to the rig's server, without faults."""
    secret = SecretStr(CLIENT_SECRET)
    config = OidcConfig(issuer=running_provider.issuer, client_id=CLIENT_ID, client_secret=secret)
    rig.backstage.openid_connect = OpenIdConnect(config)
    key = running_provider.key
    yield running_provider
    running_provider.key = key
    running_provider.person = {"sub": "anna-1"}
    running_provider.claims = {}
    running_provider.is_denying = False


@pytest.fixture
def browser(rig: ServerRig) -> Iterator[Browser]:
    with browser_on(rig.app) as running:
        yield running


def account(rig: ServerRig, name: str = "anna", **fields: Any) -> SignInAccount:
    wanted = {"organization_id": rig.contoso, "role": Role.ADMIN, **fields}
    made: SignInAccount = rig.backstage.accounts.add(SignInAccount(name=name, **wanted), BY)
    return made


def sign_in(browser: Browser, **params: str) -> httpx.Response:
    """From our server to the provider and back, without following where we are sent in the end."""
    sent = browser.get("/session/oidc", **params)
    assert sent.status_code == 302
    back = browser.request("GET", sent.headers["location"])
    assert back.status_code == 302
    return browser.request("GET", back.headers["location"])


def refusal(answer: httpx.Response) -> str:
    """The refusal's word; no session comes with it."""
    assert "huntline-session" not in answer.headers.get("set-cookie", "")
    return f"{answer.status_code} {answer.json()['error']}"


def test_somebody_known_by_subject_is_signed_in(
    rig: ServerRig, provider: FakeIdentityProvider, browser: Browser
) -> None:
    account(rig, oidc_subject=f"{provider.issuer} anna-1")
    answer = sign_in(browser, return_to="/queues?open=Help%20Desk")
    assert (answer.status_code, answer.headers["location"]) == (303, "/queues?open=Help%20Desk")
    who = browser.get("/session").json()
    assert (who["name"], who["role"], who["organization"]) == ("anna", "admin", "Contoso")
    browser.csrf_token = who["csrf_token"]
    assert browser.send("POST", "/queues", {"name": "Help Desk"}).status_code == 201
    assert list(browser.cookies) == ["huntline-session"]


@pytest.mark.parametrize("name", ["Anna@Contoso.com", "another name"])
def test_a_verified_address_of_the_organizations_domain_is_a_name_or_a_user(
    rig: ServerRig, provider: FakeIdentityProvider, browser: Browser, name: str
) -> None:
    rig.api().post("/users", {"upn": "anna@contoso.com", **E5_USER})
    (user,) = rig.organization().users
    account(rig, name, role=Role.AGENT, user_id=user.user_id)
    provider.person |= {"email": "ANNA@contoso.com", "email_verified": True}
    assert sign_in(browser).status_code == 303
    assert browser.get("/session").json()["user"] == "anna@contoso.com"


def test_who_goes_to_the_provider_and_does_not_come_back_has_not_failed(
    rig: ServerRig, provider: FakeIdentityProvider, browser: Browser
) -> None:
    account(rig, oidc_subject=f"{provider.issuer} anna-1")
    account(rig, "bao", password_hash=hashed(PASSWORD))
    for _ in range(MOST_BY_ADDRESS * 2):
        assert browser.get("/session/oidc").status_code == 302
    assert browser.sign_in("bao").status_code == 201
    assert sign_in(browser).status_code == 303


def test_who_guesses_passwords_does_not_keep_others_from_the_provider(
    rig: ServerRig, provider: FakeIdentityProvider, browser: Browser
) -> None:
    account(rig, oidc_subject=f"{provider.issuer} anna-1")
    for _ in range(MOST_BY_ADDRESS):
        rig.backstage.attempts_by_address.take("192.0.2.1")
    assert sign_in(browser).status_code == 303


def test_nobody_pushes_out_who_is_away_from_elsewhere(
    rig: ServerRig, provider: FakeIdentityProvider, browser: Browser
) -> None:
    account(rig, oidc_subject=f"{provider.issuer} anna-1")
    config = OidcConfig(issuer=provider.issuer, client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET))
    rig.backstage.openid_connect = known = OpenIdConnect(config, most_pending=5, most_of_one=3)
    sent = browser.get("/session/oidc")
    for _ in range(6):
        known.begin("http://huntline.test/", "/", None, "192.0.2.66")
    back = browser.request("GET", sent.headers["location"])
    assert browser.request("GET", back.headers["location"]).status_code == 303


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "somebody else"},
        {"sub": "anna-1", "email": "anna@contoso.com"},
        {"sub": "anna-1", "email": "anna@contoso.com", "email_verified": False},
        {"sub": "anna-1", "email": "anna@contoso.com", "email_verified": "true"},
        {"sub": "anna-1", "email": "anna@fabrikam.com", "email_verified": True},
        {"sub": "anna-1", "email": "linked@contoso.com", "email_verified": True},
        {"sub": "anna-1", "email": "disabled@contoso.com", "email_verified": True},
    ],
)
def test_somebody_unknown_stays_outside(
    rig: ServerRig, provider: FakeIdentityProvider, browser: Browser, person: dict[str, Any]
) -> None:
    rig.add_organization("Fabrikam", "fabrikam.com")
    account(rig, "anna@contoso.com")
    account(rig, "anna@fabrikam.com")  # Contoso's account, but not Contoso's address
    account(rig, "linked@contoso.com", oidc_subject=f"{provider.issuer} another-person")
    account(rig, "disabled@contoso.com", is_disabled=True)
    provider.person = person
    assert refusal(sign_in(browser)) == "401 sign-in-refused"
    assert browser.get("/session").status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": [CLIENT_ID, "another client"]},
        {"azp": "another client"},
        {"iss": "https://elsewhere.example"},
        {"exp": int(time.time()) - 3600},
        {"iat": int(time.time()) + 3600},
        {"sub": ""},
        {"sub": None},
    ],
)
def test_an_id_token_with_a_wrong_claim_is_not_believed(
    rig: ServerRig, provider: FakeIdentityProvider, browser: Browser, claims: dict[str, Any]
) -> None:
    for subject in ("anna-1", "", "None"):
        account(rig, f"of {subject}", oidc_subject=f"{provider.issuer} {subject}")
    provider.claims = claims
    assert refusal(sign_in(browser)) == "401 sign-in-refused"


def test_an_id_token_signed_by_somebody_else_is_not_believed(
    rig: ServerRig, provider: FakeIdentityProvider, browser: Browser
) -> None:
    account(rig, oidc_subject=f"{provider.issuer} anna-1")
    provider.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
    assert refusal(sign_in(browser)) == "401 sign-in-refused"


def test_a_return_counts_once(rig: ServerRig, provider: FakeIdentityProvider, browser: Browser) -> None:
    account(rig, oidc_subject=f"{provider.issuer} anna-1")
    sent = browser.get("/session/oidc")
    cookie = browser.cookies["huntline-oidc"]
    back = browser.request("GET", sent.headers["location"]).headers["location"]
    assert browser.request("GET", back).status_code == 303
    again = browser.request("GET", back, headers={"Cookie": f"huntline-oidc={cookie}"})
    assert refusal(again) == "401 sign-in-refused"


def test_a_return_that_nobody_was_sent_for_is_refused(
    rig: ServerRig, provider: FakeIdentityProvider, browser: Browser
) -> None:
    assert (
        refusal(browser.get("/session/oidc/callback", state="made up", code="made up"))
        == "401 sign-in-refused"
    )
    assert refusal(browser.get("/session/oidc/callback")) == "401 sign-in-refused"


def test_nobody_is_signed_in_as_somebody_else_by_a_link(
    rig: ServerRig, provider: FakeIdentityProvider, browser: Browser
) -> None:
    account(rig, oidc_subject=f"{provider.issuer} anna-1")
    sent = browser.get("/session/oidc")
    link = browser.request("GET", sent.headers["location"]).headers["location"]
    with browser_on(rig.app) as victim:
        assert refusal(victim.request("GET", link)) == "401 sign-in-refused"
        assert not victim.cookies


def test_whom_the_provider_does_not_let_in_stays_outside(
    rig: ServerRig, provider: FakeIdentityProvider, browser: Browser
) -> None:
    account(rig, oidc_subject=f"{provider.issuer} anna-1")
    provider.is_denying = True
    assert refusal(sign_in(browser)) == "401 sign-in-refused"


def test_a_code_that_was_used_or_made_up_is_refused(
    rig: ServerRig, provider: FakeIdentityProvider, browser: Browser
) -> None:
    account(rig, oidc_subject=f"{provider.issuer} anna-1")
    sent = browser.get("/session/oidc")
    state = parse_qs(urlsplit(sent.headers["location"]).query)["state"][0]
    answer = browser.get("/session/oidc/callback", state=state, code="made up")
    assert refusal(answer) == "401 sign-in-refused"


@pytest.mark.parametrize(
    "return_to",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "evil",
        "javascript:1",
        "",
    ],
)
def test_nobody_is_sent_on_to_another_server(
    provider: FakeIdentityProvider, browser: Browser, return_to: str
) -> None:
    answer = browser.get("/session/oidc", return_to=return_to)
    assert (answer.status_code, answer.json()["field"]) == (422, "return_to")


def test_a_person_with_accounts_in_two_organizations_names_one(
    rig: ServerRig, provider: FakeIdentityProvider, browser: Browser
) -> None:
    subject = f"{provider.issuer} anna-1"
    account(rig, oidc_subject=subject)
    account(rig, organization_id=rig.add_organization("Fabrikam", "fabrikam.com"), oidc_subject=subject)
    account(rig, organization_id=HOST, role=Role.HOST, oidc_subject=subject)
    assert refusal(sign_in(browser)) == "401 sign-in-refused"
    assert sign_in(browser, organization="Fabrikam").status_code == 303
    assert browser.get("/session").json()["organization"] == "Fabrikam"
    assert sign_in(browser, organization="").status_code == 303
    assert browser.get("/session").json()["role"] == "host"


def test_a_server_without_a_provider_says_so(browser: Browser) -> None:
    for path in ("/session/oidc", "/session/oidc/callback"):
        answer = browser.get(path)
        assert (answer.status_code, answer.json()["error"]) == (404, "oidc-not-set-up")


@pytest.mark.parametrize("address", ["/nothing-here", None])
def test_a_provider_that_is_away_or_another_is_no_internal_error(
    rig: ServerRig, provider: FakeIdentityProvider, browser: Browser, address: str | None
) -> None:
    issuer = provider.issuer + address if address else "http://127.0.0.1:1"
    rig.backstage.openid_connect = OpenIdConnect(OidcConfig(issuer=issuer, client_id=CLIENT_ID))
    answer = browser.get("/session/oidc")
    assert (answer.status_code, answer.json()["error"]) == (502, "identity-provider-unavailable")


def test_no_secret_is_logged(
    rig: ServerRig, provider: FakeIdentityProvider, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    account(rig, oidc_subject=f"{provider.issuer} anna-1")
    with caplog.at_level(logging.INFO):
        sign_in(browser)
        provider.claims = {"aud": "another client"}
        sign_in(browser)
    logged = "".join(str(record.__dict__) for record in caplog.records)
    assert "a sign-in by OpenID Connect is refused" in logged
    for secret in (CLIENT_SECRET, browser.cookies["huntline-session"], "eyJ"):
        assert secret not in logged
