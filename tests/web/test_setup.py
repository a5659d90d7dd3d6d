"""The first run: an empty server is set up once, by whoever has its data folder (web)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from huntline.config import Config
from huntline.directory.organization import Organization
from huntline.network.setting_values import SocketAddress
from huntline.web.app import build_app
from huntline.web.backstage import MOST_BY_ADDRESS
from huntline.web.first_run import discard_setup_token, make_setup_token, setup_link, setup_token
from tests.web.browser import PASSWORD, Browser, browser_on
from tests.web.rig import BY

WANTED = {
    "organization": "Contoso",
    "domain": "Contoso.com",
    "admin_name": "anna",
    "admin_password": PASSWORD,
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def app(data: Path) -> Iterator[FastAPI]:
    """An empty server as its web process starts it."""
    running = build_app(Config(data=data))
    make_setup_token(data)
    yield running
    running.state.backstage.close()


@pytest.fixture
def browser(app: FastAPI) -> Iterator[Browser]:
    with browser_on(app) as running:
        yield running


def form(data: Path, **fields: Any) -> dict[str, Any]:
    """A form that would be taken, with some fields otherwise."""
    return {"token": setup_token(data), **WANTED, **fields}


def test_whoever_has_the_link_makes_the_organization_and_is_signed_in(
    app: FastAPI, browser: Browser, data: Path
) -> None:
    assert browser.get("/setup").json() == {"needed": True}
    answer = browser.send("POST", "/setup", form(data))
    assert answer.status_code == 201
    said = answer.json()
    assert (said["name"], said["role"], said["organization"]) == ("anna", "admin", "Contoso")
    browser.csrf_token = said["csrf_token"]
    assert browser.get("/organization").json()["domains"] == ["contoso.com"]
    assert browser.send("POST", "/queues", {"name": "Help Desk"}).status_code == 201
    assert browser.get("/setup").json() == {"needed": False}
    assert setup_token(data) is None
    with browser_on(app) as later:
        assert later.sign_in("anna").status_code == 201


def test_setting_up_is_in_the_audit_without_its_secrets(browser: Browser, data: Path) -> None:
    token = str(setup_token(data))
    browser.send("POST", "/setup", form(data))
    entries = browser.get("/audit").json()
    assert {(entry["who"], entry["door"]) for entry in entries["items"]} == {("anna", "setup")}
    made = {(entry["what"], entry["key"]) for entry in entries["items"]}
    assert made >= {("organization", "Contoso"), ("account", "anna")}
    assert token not in str(entries)
    assert PASSWORD not in str(entries)


def test_a_server_that_is_set_up_is_not_set_up_again(app: FastAPI, browser: Browser, data: Path) -> None:
    app.state.backstage.settings.put(Organization(name="Fabrikam", domains=("fabrikam.com",)), BY)
    assert browser.get("/setup").json() == {"needed": False}
    refused = browser.send("POST", "/setup", form(data))
    assert (refused.status_code, refused.json()["error"]) == (409, "server-not-empty")
    assert [each.name for each in app.state.backstage.settings.organizations()] == ["Fabrikam"]
    assert not browser.cookies


@pytest.mark.parametrize("token", ["", "guessed", "é"])
def test_who_has_not_the_token_is_refused_and_told_where_it_is(
    app: FastAPI, browser: Browser, data: Path, token: str
) -> None:
    refused = browser.send("POST", "/setup", form(data, token=token))
    assert (refused.status_code, refused.json()["error"]) == (403, "setup-token-wrong")
    assert "huntline serve" in refused.json()["detail"]
    assert str(setup_token(data)) not in refused.text
    assert app.state.backstage.settings.organizations() == ()


def test_without_a_token_nobody_sets_anything_up(browser: Browser, data: Path) -> None:
    wanted = form(data)
    discard_setup_token(data)
    assert browser.send("POST", "/setup", wanted).status_code == 403
    assert browser.send("POST", "/setup", wanted | {"token": ""}).status_code == 403


def test_a_token_cannot_be_guessed_without_end(browser: Browser, data: Path) -> None:
    for _ in range(MOST_BY_ADDRESS):
        assert browser.send("POST", "/setup", form(data, token="a guess")).status_code == 403
    refused = browser.send("POST", "/setup", form(data))
    assert (refused.status_code, refused.json()["error"]) == (429, "too-many-attempts")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("organization", ""),
        ("organization", "x" * 65),
        ("domain", ""),
        ("domain", "not a domain"),
        ("admin_name", " anna"),
        ("admin_name", "x" * 65),
        ("admin_password", "too short"),
    ],
)
def test_a_wrong_field_is_named_and_the_token_stays_good(
    app: FastAPI, browser: Browser, data: Path, field: str, value: str
) -> None:
    refused = browser.send("POST", "/setup", form(data, **{field: value}))
    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert app.state.backstage.settings.organizations() == ()
    assert browser.send("POST", "/setup", form(data)).status_code == 201


def test_everything_that_is_wrong_is_said_at_once(browser: Browser, data: Path) -> None:
    wrong = dict.fromkeys(WANTED, "")
    refused = browser.send("POST", "/setup", form(data, **wrong)).json()
    assert [error["field"] for error in refused["errors"]] == list(WANTED)


def test_the_token_is_for_its_owners_eyes_and_stays_over_a_restart(app: FastAPI, data: Path) -> None:
    token = setup_token(data)
    (file,) = data.glob("setup-token")
    assert file.stat().st_mode & 0o777 == 0o600
    make_setup_token(data)
    assert setup_token(data) == token
    file.write_text("")
    make_setup_token(data)
    assert setup_token(data) not in (None, token)


def test_the_link_leads_to_this_machine_and_keeps_the_token_out_of_logs(app: FastAPI, data: Path) -> None:
    token = setup_token(data)
    for listening, host in (("192.0.2.1", "192.0.2.1"), ("::", "[::1]"), ("::1", "[::1]")):
        config = Config(data=data, http=SocketAddress(listening, 8080))
        assert setup_link(config) == f"http://{host}:8080/setup#token={token}"
    discard_setup_token(data)
    assert setup_link(config) is None
