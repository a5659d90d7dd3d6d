"""People sign in by name and password, and stay signed in only as long as they should (web)."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from huntline.directory.access import Role
from huntline.storage import schema
from huntline.storage.accounts import HOST, SignInAccount
from huntline.storage.passwords import hashed
from huntline.storage.sessions import IDLE, LONGEST, Sessions
from huntline.web.attempts import Attempts, TooManyAttempts
from huntline.web.backstage import MOST_BY_ADDRESS, MOST_BY_NAME
from tests.web.browser import PASSWORD, Browser, browser_on
from tests.web.rig import BY, ServerRig

HASH = hashed(PASSWORD)


def account(rig: ServerRig, name: str = "anna", **fields: Any) -> SignInAccount:
    wanted = {"organization_id": rig.contoso, "role": Role.ADMIN, "password_hash": HASH, **fields}
    made: SignInAccount = rig.backstage.accounts.add(SignInAccount(name=name, **wanted), BY)
    return made


@pytest.fixture
def browser(rig: ServerRig) -> Iterator[Browser]:
    with browser_on(rig.app) as running:
        yield running


def test_whoever_signs_in_learns_who_they_are_and_stays_signed_in(rig: ServerRig, browser: Browser) -> None:
    account(rig)
    answer = browser.sign_in("Anna")
    assert answer.status_code == 201
    said = answer.json()
    assert (said["name"], said["role"], said["organization"]) == ("anna", "admin", "Contoso")
    assert (said["user"], said["display_name"]) == (None, "anna")
    assert "change-settings" in said["permissions"]
    assert browser.get("/session").json() == said
    assert browser.get("/queues").json()["items"] == []


def test_nobody_is_signed_in_without_a_cookie(browser: Browser) -> None:
    assert browser.get("/session").status_code == 401
    assert browser.get("/queues").status_code == 401


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(rig: ServerRig, browser: Browser) -> None:
    account(rig)
    cookie = browser.sign_in("anna").headers["set-cookie"]
    assert cookie.startswith("huntline-session=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_over_https_the_cookie_belongs_to_this_host_alone(rig: ServerRig) -> None:
    account(rig)
    with browser_on(rig.app, "https://huntline.test") as browser:
        cookie = browser.sign_in("anna").headers["set-cookie"]
        assert cookie.startswith("__Host-huntline-session=")
        assert "Secure" in cookie
        assert browser.get("/session").status_code == 200


@pytest.mark.parametrize(
    ("name", "password", "organization"),
    [
        ("anna", "wrong horse battery", None),
        ("nobody", PASSWORD, None),
        ("anna", PASSWORD, "Fabrikam"),
        ("anna", PASSWORD, "No such thing"),
        ("anna", PASSWORD, ""),
        ("keys only", PASSWORD, None),
        ("disabled", PASSWORD, None),
        ("gone", PASSWORD, None),
    ],
)
def test_who_may_not_sign_in_is_not_told_why(
    rig: ServerRig, browser: Browser, name: str, password: str, organization: str | None
) -> None:
    rig.add_organization("Fabrikam", "fabrikam.com")
    account(rig)
    account(rig, "keys only", password_hash=None)
    account(rig, "disabled", is_disabled=True)
    account(rig, "gone", role=Role.AGENT, user_id="a user that was removed")
    refused = browser.sign_in(name, password, organization)
    assert refused.status_code == 401
    assert "set-cookie" not in refused.headers
    assert refused.json() == browser.sign_in("somebody else", "some other password").json()


def test_a_name_in_two_organizations_takes_the_organization(rig: ServerRig, browser: Browser) -> None:
    fabrikam = rig.add_organization("Fabrikam", "fabrikam.com")
    account(rig)
    account(rig, organization_id=fabrikam)
    account(rig, organization_id=HOST, role=Role.HOST)
    assert browser.sign_in("anna").status_code == 401
    assert browser.sign_in("anna", organization="fabrikam").json()["organization"] == "Fabrikam"
    assert browser.sign_in("anna", organization=rig.contoso).json()["organization"] == "Contoso"
    assert browser.sign_in("anna", organization="").json()["role"] == "host"


def test_a_change_by_cookie_takes_the_csrf_token(rig: ServerRig, browser: Browser) -> None:
    account(rig)
    browser.sign_in("anna")
    for headers in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "guessed"}):
        refused = browser.request("POST", "/queues", json={"name": "Help Desk"}, headers=headers)
        assert (refused.status_code, refused.json()["error"]) == (403, "csrf-token-missing")
    assert not rig.organization().queues
    assert browser.send("POST", "/queues", {"name": "Help Desk"}).status_code == 201


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_form_on_another_site_cannot_sign_anybody_in(rig: ServerRig, browser: Browser, kind: str) -> None:
    account(rig)
    body = f'{{"name": "anna", "password": "{PASSWORD}"}}'
    refused = browser.request("POST", "/session", content=body, headers={"Content-Type": kind})
    assert refused.status_code == 422
    assert not browser.cookies


def test_one_persons_csrf_token_is_no_use_to_another(rig: ServerRig, browser: Browser) -> None:
    account(rig)
    account(rig, "bao")
    browser.sign_in("anna")
    with browser_on(rig.app) as other:
        other.sign_in("bao")
        browser.csrf_token = other.csrf_token
    assert browser.send("POST", "/queues", {"name": "Help Desk"}).status_code == 403


def test_a_key_needs_no_csrf_token_and_goes_before_the_cookie(rig: ServerRig, browser: Browser) -> None:
    account(rig)
    browser.sign_in("anna")
    key = {"Authorization": f"Bearer {rig.key(Role.AUDITOR)}"}
    assert browser.request("GET", "/session", headers=key).json()["role"] == "auditor"
    refused = browser.request("POST", "/queues", json={"name": "Help Desk"}, headers=key)
    assert refused.json()["error"] == "forbidden"


def test_a_wrong_key_does_not_fall_back_on_the_cookie(rig: ServerRig, browser: Browser) -> None:
    account(rig)
    browser.sign_in("anna")
    assert browser.request("GET", "/session", headers={"Authorization": "Bearer hl_no"}).status_code == 401


def test_signing_out_ends_the_session_even_for_who_has_kept_the_cookie(
    rig: ServerRig, browser: Browser
) -> None:
    account(rig)
    browser.sign_in("anna")
    kept = browser.cookies["huntline-session"]
    assert browser.send("DELETE", "/session").status_code == 204
    assert not browser.cookies
    with browser_on(rig.app) as thief:
        again = thief.request("GET", "/session", headers={"Cookie": f"huntline-session={kept}"})
    assert again.status_code == 401


def test_signing_in_again_ends_the_session_before(rig: ServerRig, browser: Browser) -> None:
    account(rig)
    browser.sign_in("anna")
    first = browser.cookies["huntline-session"]
    browser.sign_in("anna")
    assert browser.cookies["huntline-session"] != first
    assert rig.backstage.sessions.find(first) is None


def test_what_is_stored_of_a_session_opens_nothing(rig: ServerRig, browser: Browser) -> None:
    account(rig)
    browser.sign_in("anna")
    token = browser.cookies["huntline-session"]
    with rig.backstage.database.begin() as connection:
        stored = str(connection.execute(schema.sessions.select()).all())
    assert token not in stored
    for value in stored.replace("'", " ").replace(",", " ").split():
        assert rig.backstage.sessions.find(value) is None


def test_a_session_ends_when_it_is_idle_and_however_busy_it_is(rig: ServerRig) -> None:
    now = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    sessions = Sessions(rig.backstage.database, lambda: now)
    started_at = now
    _, idle = sessions.start(account(rig))
    now += IDLE
    assert sessions.find(idle) is None
    now = started_at
    _, busy = sessions.start(account(rig, "bao"))
    step = IDLE - timedelta(minutes=1)
    while now + step < started_at + LONGEST:
        now += step
        assert sessions.find(busy) is not None
    now = started_at + LONGEST
    assert sessions.find(busy) is None


def test_a_disabled_account_is_signed_out_and_stays_out_when_enabled_again(
    rig: ServerRig, browser: Browser
) -> None:
    account(rig)
    browser.sign_in("anna")
    api = rig.api()
    api.patch("/accounts/anna", {"is_disabled": True})
    assert browser.get("/session").status_code == 401
    api.patch("/accounts/anna", {"is_disabled": False})
    assert browser.get("/session").status_code == 401


def test_ones_own_password_is_changed_and_other_browsers_are_signed_out(
    rig: ServerRig, browser: Browser
) -> None:
    account(rig)
    with browser_on(rig.app) as other:
        other.sign_in("anna")
        browser.sign_in("anna")
        changed = browser.send("POST", "/session/password", {"current": PASSWORD, "new": "another long one"})
        assert changed.status_code == 200
        assert other.get("/session").status_code == 401
    assert browser.get("/session").json()["csrf_token"] == changed.json()["csrf_token"]
    assert browser.sign_in("anna").status_code == 401
    assert browser.sign_in("anna", "another long one").status_code == 201


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("not this one", "another long one", "current"),
        (PASSWORD, "too short", "new"),
        (PASSWORD, "x" * 1001, "new"),
    ],
)
def test_a_password_is_changed_by_its_owner_only_and_not_to_a_weak_one(
    rig: ServerRig, browser: Browser, current: str, new: str, field: str
) -> None:
    account(rig)
    browser.sign_in("anna")
    refused = browser.send("POST", "/session/password", {"current": current, "new": new})
    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert current not in refused.text
    assert new not in refused.text
    assert browser.sign_in("anna").status_code == 201


def test_an_account_without_a_password_has_none_to_change(rig: ServerRig, browser: Browser) -> None:
    key = {"Authorization": f"Bearer {rig.key()}"}
    body = {"current": "", "new": "another long one"}
    refused = browser.request("POST", "/session/password", json=body, headers=key)
    assert (refused.status_code, refused.json()["error"]) == (409, "no-password")


def test_a_name_cannot_be_tried_without_end(rig: ServerRig, browser: Browser) -> None:
    account(rig)
    for _ in range(MOST_BY_NAME):
        assert browser.sign_in("anna", "a wrong guess").status_code == 401
    refused = browser.sign_in("anna")
    assert (refused.status_code, refused.json()["error"]) == (429, "too-many-attempts")
    assert 0 < int(refused.headers["retry-after"]) <= 300
    with browser_on(rig.app, address="192.0.2.99") as elsewhere:
        assert elsewhere.sign_in("anna").status_code == 429


def test_an_address_cannot_try_names_without_end(rig: ServerRig, browser: Browser) -> None:
    account(rig)
    for _ in range(MOST_BY_ADDRESS):
        rig.backstage.attempts_by_address.take("192.0.2.1")
    assert browser.sign_in("anna").status_code == 429
    with browser_on(rig.app, address="192.0.2.99") as elsewhere:
        assert elsewhere.sign_in("anna").status_code == 201


def test_who_signs_in_has_all_attempts_again(rig: ServerRig, browser: Browser) -> None:
    account(rig)
    for _ in range(MOST_BY_NAME - 1):
        browser.sign_in("anna", "a wrong guess")
    assert browser.sign_in("anna").status_code == 201
    assert browser.sign_in("anna", "a wrong guess").status_code == 401


def test_a_whole_office_signs_in_from_one_address(rig: ServerRig, browser: Browser) -> None:
    account(rig)
    for _ in range(MOST_BY_ADDRESS - 1):
        rig.backstage.attempts_by_address.take("192.0.2.1")
    for _ in range(3):
        assert browser.sign_in("anna").status_code == 201
    assert browser.sign_in("anna", "a wrong guess").status_code == 401
    assert browser.sign_in("anna").status_code == 429


def test_naming_the_organization_gives_no_more_attempts(rig: ServerRig, browser: Browser) -> None:
    account(rig)
    for place in range(MOST_BY_NAME):
        named = (None, "Contoso", rig.contoso)[place % 3]
        assert browser.sign_in("anna", "a wrong guess", named).status_code == 401
    for named in (None, "Contoso", rig.contoso):
        assert browser.sign_in("anna", organization=named).status_code == 429


def test_the_password_page_and_signing_in_have_one_count(rig: ServerRig, browser: Browser) -> None:
    account(rig)
    browser.sign_in("anna")
    for _ in range(MOST_BY_NAME):
        body = {"current": "a wrong guess", "new": "another long one"}
        assert browser.send("POST", "/session/password", body).status_code == 422
    assert browser.sign_in("anna").status_code == 429


def test_two_people_of_one_name_have_a_count_each(rig: ServerRig, browser: Browser) -> None:
    fabrikam = rig.add_organization("Fabrikam", "fabrikam.com")
    account(rig)
    account(rig, organization_id=fabrikam)
    for _ in range(MOST_BY_NAME):
        browser.sign_in("anna", "a wrong guess", "Contoso")
    assert browser.sign_in("anna", organization="Contoso").status_code == 429
    assert browser.sign_in("anna", organization="Fabrikam").status_code == 201


def test_who_is_locked_out_does_not_lock_out_the_office(rig: ServerRig, browser: Browser) -> None:
    account(rig)
    account(rig, "bao")
    for _ in range(MOST_BY_ADDRESS * 2):
        browser.sign_in("anna", "a wrong guess")
    assert browser.sign_in("bao").status_code == 201


def test_whether_a_name_exists_is_not_told_by_who_is_locked_out(rig: ServerRig, browser: Browser) -> None:
    rig.add_organization("Fabrikam", "fabrikam.com")
    account(rig)

    def told(name: str) -> list[int]:
        for _ in range(MOST_BY_NAME):
            browser.sign_in(name, "a wrong guess")
        answers = [browser.sign_in(name, "x", each) for each in ("Contoso", "Fabrikam")]
        return sorted(answer.status_code for answer in answers)

    assert told("anna") == told("nobody") == [401, 429]


@pytest.mark.parametrize("is_elsewhere", [False, True], ids=["by the server", "by another process"])
def test_an_admin_sees_who_is_locked_out_and_lets_them_in(
    rig: ServerRig, browser: Browser, is_elsewhere: bool
) -> None:
    anna = account(rig)
    for _ in range(MOST_BY_NAME):
        browser.sign_in("anna", "a wrong guess")
    refused = browser.sign_in("anna")
    assert f"try again in {refused.headers['retry-after']} seconds" in refused.json()["detail"]
    api = rig.api()
    until = datetime.fromisoformat(api.get("/accounts/anna")["locked_until"])
    assert 0 < (until - datetime.now(UTC)).total_seconds() <= 300
    if is_elsewhere:
        rig.backstage.accounts.forgive(anna, BY)
    else:
        assert api.delete("/accounts/anna/lock")["locked_until"] is None
    assert browser.sign_in("anna").status_code == 201
    assert api.get("/accounts/anna")["locked_until"] is None
    assert api.get("/audit", key="anna")["items"][0]["field"] == "failed_attempts"


def test_letting_somebody_in_gives_their_address_its_attempts_back(rig: ServerRig, browser: Browser) -> None:
    account(rig)
    account(rig, "bao")
    for _ in range(MOST_BY_NAME):
        browser.sign_in("anna", "a wrong guess")
    for place in range(MOST_BY_ADDRESS - MOST_BY_NAME):
        rig.backstage.attempts_by_address.take("192.0.2.1", on=f"somebody {place}")
    assert browser.sign_in("bao").status_code == 429
    rig.api().delete("/accounts/anna/lock")
    assert browser.sign_in("bao").status_code == 201


def test_one_line_has_one_count_with_all_its_addresses(rig: ServerRig) -> None:
    account(rig)
    for place in range(MOST_BY_ADDRESS):
        with browser_on(rig.app, address=f"2001:db8:1:2::{place:x}") as one:
            assert one.sign_in(f"somebody {place}").status_code == 401
    with browser_on(rig.app, address="2001:db8:1:2:ffff::1") as one:
        assert one.sign_in("anna").status_code == 429
    with browser_on(rig.app, address="2001:db8:1:3::1") as another:
        assert another.sign_in("anna").status_code == 201


def test_a_name_of_any_length_is_remembered_as_a_few_bytes() -> None:
    attempts = Attempts(limit=1, window=10)
    attempts.take("n" * 1_000_000)
    assert len(pickle.dumps(attempts._attempts)) < 1_000


def test_attempts_come_back_one_by_one_as_the_window_slides() -> None:
    now = 0.0
    attempts = Attempts(limit=2, window=10, now=lambda: now)
    attempts.take("anna")
    now = 4.0
    attempts.take("anna")
    with pytest.raises(TooManyAttempts) as refusal:
        attempts.take("anna")
    assert refusal.value.retry_after == 6
    attempts.take("bao")
    now = 10.0
    attempts.take("anna")
    with pytest.raises(TooManyAttempts):
        attempts.take("anna")


def test_what_is_remembered_of_attempts_is_bounded() -> None:
    attempts = Attempts(limit=1, window=10, most_keys=2, now=lambda: 0.0)
    for name in ("anna", "bao", "chen"):
        attempts.take(name)
    with pytest.raises(TooManyAttempts):
        attempts.take("chen")
    attempts.take("anna")  # forgotten first, since it was used first


def test_the_password_is_in_no_row_and_no_answer(rig: ServerRig, tmp_path: Path) -> None:
    api = rig.api()
    made = api.post("/accounts", {"name": "anna", "role": "admin", "password": PASSWORD})
    assert made["has_password"]
    assert "password" not in made
    files = [path.read_bytes() for path in (tmp_path / "data").iterdir() if path.is_file()]
    assert not any(PASSWORD.encode() in content for content in files)
    assert any(b"$argon2id$" in content for content in files)
