"""Pages of a server that shares its database with another one: people at the wrong one, and the host."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from playwright.sync_api import expect

from huntline.data_folder import said_database
from huntline.directory.access import Role
from huntline.storage.accounts import HOST, Accounts, SignInAccount
from huntline.storage.audit import Actor
from huntline.storage.database import opened_database
from huntline.storage.passwords import hashed

from .commands import Commands
from .office import Office
from .pages import PASSWORD, Chromiums, People
from .reactor import Reactor
from .shards import two_servers

pytestmark = pytest.mark.scenario


def test_people_are_shown_the_way_and_the_host_moves_an_organization(
    chromiums: Chromiums, commands: Commands, reactor: Reactor, tmp_path: Path
) -> None:
    with two_servers(tmp_path, commands) as (main, north), contextlib.ExitStack() as stack:
        contoso = stack.enter_context(contextlib.closing(Office(main, reactor, tmp_path)))
        contoso.queue("amal")
        contoso.open()
        at_main, at_north = People(chromiums, main), People(chromiums, north)
        stack.callback(at_main.close)
        stack.callback(at_north.close)
        name = at_main.account(contoso, Role.ADMIN)
        for language, way in (("en", "Go there"), ("fr", "Y aller")):
            page = at_north.arrive(language=language).go("/queues")
            page.locator("input[autocomplete=username]").fill(name)
            page.locator("input[autocomplete=current-password]").fill(PASSWORD)
            page.locator("button[type=submit]").click()
            link = page.get_by_role("alert").get_by_role("link", name=way)
            assert link.get_attribute("href") == f"http://127.0.0.1:{main.http_port}/queues"
            link.click()
            page.locator("input[autocomplete=username]").wait_for()
            assert page.url == f"http://127.0.0.1:{main.http_port}/queues"

        host = SignInAccount(
            organization_id=HOST, name="the host", role=Role.HOST, password_hash=hashed(PASSWORD)
        )
        with opened_database(main.data, said_database(main.data)) as database:
            Accounts(database).add(host, Actor("the story", "test"))
        person = at_main.arrive()
        person.come_in("the host")
        page = person.go("/settings/organizations")
        row = page.get_by_role("row").filter(has_text=contoso.name)
        expect(row.get_by_text("main", exact=True)).to_be_visible()
        row.get_by_role("button", name=f"Move {contoso.name} to another server").click()
        person.assert_accessible()
        page.get_by_role("button", name="Move", exact=True).click()
        # It was the one that the host worked in: there is none here any more.
        page.wait_for_url(lambda url: not url.endswith("/settings/organizations"))
        person.go("/settings/organizations")
        expect(row.get_by_text("north", exact=True)).to_be_visible()
        there = f"http://127.0.0.1:{north.http_port}/settings/organizations"
        expect(row.get_by_role("link", name="Go there")).to_have_attribute("href", there)
        person.assert_accessible()
        at_main.assert_calm()
        at_north.assert_calm()
        page = at_north.arrive().sign_in(name, "/queues")
        expect(page.get_by_role("link", name=contoso.queue_name())).to_be_visible()
