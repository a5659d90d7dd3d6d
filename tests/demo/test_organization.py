"""The demo's people can sign in with what the screen says, and its loading happens once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.web.browser import browser_on

from huntline.config import Config
from huntline.demo.organization import how_to_take_part, load_demo_organization
from huntline.storage.database import open_database
from huntline.storage.settings import Settings
from huntline.web.app import build_app


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = Config(data=tmp_path / "data")
    load_demo_organization(config)
    return config


def test_whoever_reads_the_screen_signs_in_as_agent_or_admin(config: Config) -> None:
    said = re.match(
        r"Open http://127.0.0.1:8080/ and sign in as (\S+), .* or (\S+); password (\S+)\n",
        how_to_take_part(config),
    )
    assert said is not None
    agent, admin, password = said.groups()
    app = build_app(config)
    with browser_on(app) as browser:
        me = browser.sign_in(agent, password).json()
        assert (me["role"], me["user"], me["display_name"]) == ("agent", agent, "Amal")
        assert [queue["name"] for queue in browser.get("/me").json()["queues"]] == ["Help Desk"]
        assert browser.sign_in("elena@contoso.com", password).status_code == 201
        assert browser.sign_in(admin, password).json()["role"] == "admin"
        names = [account["name"] for account in browser.get("/accounts").json()["items"]]
        assert names == sorted(
            [admin, *(f"{name}@contoso.com" for name in ("amal", "bao", "carla", "dmitri", "elena"))]
        )
    app.state.backstage.close()


def test_every_number_that_is_on_the_screen_can_be_called(config: Config) -> None:
    database = open_database(config.data)
    (organization,) = Settings(database).organizations()
    database.dispose()
    lines = [queue.line_uri for queue in organization.queues]
    lines += [line for attendant in organization.attendants for line in attendant.line_uris]
    called = re.findall(r"^Call .* sip:(\+\d+)@127\.0\.0\.1:5060$", how_to_take_part(config), re.MULTILINE)
    assert called
    assert {*called} == {number and number.removeprefix("tel:") for number in lines}


def test_an_account_that_was_removed_stays_so(config: Config) -> None:
    app = build_app(config)
    with browser_on(app) as browser:
        browser.sign_in("admin@contoso.com", "demo-demo-demo")
        assert browser.send("DELETE", "/accounts/bao@contoso.com").status_code == 200
        load_demo_organization(config)
        assert browser.get("/accounts/bao@contoso.com").status_code == 404
    app.state.backstage.close()
