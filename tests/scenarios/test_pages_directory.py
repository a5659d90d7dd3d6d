"""Users, groups, numbers, accounts and settings, as administrators keep them in the pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from huntline.directory.access import Role
from huntline.storage.accounts import HOST, Accounts, SignInAccount
from huntline.storage.audit import Actor
from huntline.storage.database import open_database
from huntline.storage.passwords import hashed

from .office import Office
from .pages import MOBILE, PASSWORD, People, Person

pytestmark = pytest.mark.scenario


def _heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def test_a_user_is_made_with_account_and_queue_and_signs_in(office: Office, people: People) -> None:
    office.queue("bao", name="Front")
    office.open()
    admin = people.admin(office)
    page = admin.go("/users")
    page.get_by_role("button", name="Create user").click()
    _heading(page, "New user")
    page.get_by_role("button", name="Create user").click()
    expect(page.get_by_text("Enter a name")).to_be_visible()
    page.get_by_label("Display name").fill("Bao")
    expect(page.get_by_label("Name before the @")).to_have_value("bao")
    password = page.get_by_label("Password to sign in").last.input_value()
    assert len(password) >= 12
    page.get_by_placeholder("Name of a queue").click()
    page.get_by_role("option", name="Front").click()
    page.get_by_role("button", name="Create user").click()
    expect(page.locator("#setting-upn [role=alert]")).to_be_visible()  # there is a Bao already
    expect(page.get_by_label("Display name")).to_have_value("Bao")
    page.get_by_label("Display name").fill("Amal Haddad")
    page.get_by_label("Name before the @").fill("amal.haddad")
    admin.assert_accessible()
    page.get_by_role("button", name="Create user").click()
    _heading(page, "Amal Haddad")
    expect(page.get_by_text("This user cannot take calls yet")).to_be_hidden()
    expect(page.get_by_text("Can sign in")).to_be_visible()
    expect(page.get_by_text(password)).to_have_count(0)  # it is shown once
    agent = people.arrive()
    agent.sign_in(f"amal.haddad@{office.domain}", password=password)
    expect(agent.page).to_have_url(re.compile("/agent"))
    expect(agent.page.get_by_role("switch", name="Take calls of Front")).to_be_checked()


def test_one_switch_makes_a_user_take_calls(office: Office, people: People) -> None:
    office.user("carla", licences=["E3"])
    office.open()
    admin = people.admin(office)
    page = admin.go(f"/users/{office.upn('carla')}")
    expect(page.get_by_text("This user cannot take calls yet")).to_be_visible()
    expect(page.get_by_role("checkbox", name=re.compile("^E5"))).to_have_count(0)
    page.get_by_role("switch", name="Takes calls").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This user cannot take calls yet")).to_be_hidden()
    page.get_by_role("button", name="Change: Licences").click()
    expect(page.get_by_role("checkbox", name=re.compile("^E5"))).to_be_checked()
    admin.assert_accessible()


def test_a_group_is_made_in_an_order_and_nobody_overwrites_another(office: Office, people: People) -> None:
    for name in ("amal", "bao"):
        office.user(name)
    office.open()
    admin = people.admin(office)
    page = admin.go("/groups/new")
    page.get_by_role("textbox", name="Name").fill("Night shift")
    for name in ("amal", "bao"):
        page.get_by_label("Add a person").click()
        page.get_by_label("Add a person").press_sequentially(name)
        page.get_by_role("option", name=re.compile(office.upn(name))).click()
    page.get_by_role("button", name=re.compile("Move .* down")).first.click()
    page.get_by_role("button", name="Create group").click()
    _heading(page, "Night shift")
    members = page.get_by_role("list", name="Members in order").get_by_role("listitem")
    expect(members).to_have_count(2)
    expect(members.first).to_contain_text("bao")
    admin.assert_accessible()
    other = people.admin(office)
    other.page.goto(page.url)
    other.page.get_by_role("textbox", name="Name").fill("Late shift")
    other.page.get_by_role("button", name="Save").click()
    _heading(other.page, "Late shift")
    page.get_by_role("textbox", name="Name").fill("Early shift")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Reload").click()
    _heading(page, "Late shift")


def test_a_spreadsheet_says_what_it_would_do_before_it_does_it(
    office: Office, people: People, tmp_path: Path
) -> None:
    office.open()
    admin = people.admin(office)
    page = admin.go("/users")
    page.get_by_role("button", name="Import").click()
    dialog = page.get_by_role("dialog")

    def choose(file: Path) -> None:
        # By a click as people do: choosing the same file again, mended, is no change by itself.
        with page.expect_file_chooser() as chooser:
            dialog.get_by_label("File").click()
        chooser.value.set_files(file)

    sheet = tmp_path / "users.csv"
    sheet.write_text(f"upn,display_name,licences\ncarla@{office.domain},Carla,E9\n")
    choose(sheet)
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_role("row").nth(1)).to_contain_text("Refused")
    expect(dialog.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    sheet.write_text(f"upn,display_name,licences\ncarla@{office.domain},Carla,E5\n")
    choose(sheet)
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_role("row").nth(1)).to_contain_text("Added")
    admin.assert_accessible()
    dialog.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("link", name="Carla")).to_be_visible()


def test_an_api_key_is_shown_once_and_revoked(office: Office, people: People) -> None:
    office.open()
    name = people.account(office, Role.AUDITOR)
    admin = people.admin(office)
    page = admin.go("/settings/accounts")
    page.get_by_role("button", name=f"API keys of {name}").click()
    dialog = page.get_by_role("dialog", name=re.compile("API keys"))
    dialog.get_by_label("Name of the key").fill("reports")
    dialog.get_by_role("button", name="Create a key").click()
    key = dialog.locator("code").inner_text()
    answer = admin.context.request.get(
        f"{admin.address}/api/v1/session", headers={"Authorization": f"Bearer {key}", "Cookie": ""}
    )
    assert answer.json()["name"] == name
    admin.assert_accessible()
    dialog.get_by_role("button", name="Revoke reports").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(dialog.get_by_text("There are no keys")).to_be_visible()


def test_settings_are_checked_as_they_are_typed(office: Office, people: People) -> None:
    office.user("amal")
    office.open()
    admin = people.admin(office)
    page = admin.go("/settings/organization")
    waiting = page.get_by_label("Callers waiting in a queue")
    waiting.fill("10001")
    expect(page.get_by_text("Must be a whole number of calls, 0 to 10000")).to_be_visible()
    waiting.fill("100")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True).last).to_be_visible()
    page.get_by_role("tab", name="Licences").click()
    page.get_by_label("Number of E5").fill("0")
    expect(page.get_by_text("Must be a whole number of at least 1")).to_be_visible()
    page.get_by_label("Number of E5").fill("5")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("1 of 5").first).to_be_visible()
    admin.assert_accessible()
    page.goto(f"{admin.address}/audit")
    expect(page.get_by_role("row").filter(has_text="Callers waiting in a queue: 100").first).to_contain_text(
        "100"
    )
    admin.assert_accessible()


def test_all_of_it_is_accessible_in_french_on_a_phone(office: Office, people: People) -> None:
    office.user("amal")
    office.open()
    admin = people.admin(office, language="fr", size=MOBILE, is_dark=True)
    for path in ("/users", "/users/new", f"/users/{office.upn('amal')}", "/groups/new", "/numbers"):
        _look_at(admin, path)
    for part in ("organization", "licences", "trunks", "accounts"):
        _look_at(admin, f"/settings/{part}")
    for path in ("/caller-id/Global", "/audit"):
        _look_at(admin, path)


def _look_at(person: Person, path: str) -> None:
    page = person.go(path)
    expect(page.locator("#main h1")).to_be_visible()
    expect(page.locator("#main .fui-Spinner")).to_have_count(0)
    person.assert_accessible()
    width: int = page.evaluate("document.documentElement.scrollWidth")
    assert width <= MOBILE[0], f"{path} is wider than the screen"


def test_the_host_chooses_an_organization_and_removes_one_by_its_name(
    office: Office, second_office: Office, people: People
) -> None:
    office.open()
    second_office.open()
    host = people.arrive()
    host.sign_in(_host_account(office))
    page = host.page
    host.act_for(second_office.name)
    chosen = page.get_by_label("Organization that you work in").locator("option:checked")
    expect(chosen).to_have_text(second_office.name)
    host.go("/settings/organizations")
    page.get_by_role("button", name="Create organization").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Fabrikam for a while")
    page.get_by_role("dialog").get_by_label("Domains").fill("fabrikam-for-a-while.example")
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    page.get_by_role("button", name="Remove Fabrikam for a while").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Remove")).to_be_disabled()
    dialog.get_by_role("textbox").fill("Fabrikam for a while")
    host.assert_accessible()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("cell", name="Fabrikam for a while")).to_be_hidden()


def test_the_administrator_sees_that_calls_were_refused_for_the_quota_which_the_host_raises(
    office: Office, people: People
) -> None:
    number = office.queue("amal")
    office.settings["quota"] = {"max_calls": 1}
    office.open()
    waiting = office.caller().dial(number)
    waiting.wait_answered()
    assert office.caller("+12065550101").dial(number).wait_refused() == 486
    admin = people.admin(office)
    page = admin.go("/settings/organization")
    expect(page.get_by_text("1 call was refused in the last minute: 1 of 1 at once.")).to_be_visible()
    expect(page.get_by_label("Calls at once")).not_to_be_editable()
    admin.assert_accessible()
    host = people.arrive()
    host.sign_in(_host_account(office))
    host.act_for(office.name)
    page = host.go("/settings/organization")
    most = page.get_by_label("Calls at once")
    expect(page.locator("[id='setting-quota.max_calls']").get_by_text("Now: 1")).to_be_visible()
    most.fill("100001")
    expect(page.get_by_text("Must be a whole number of calls, 0 to 100000")).to_be_visible()
    most.fill("2")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True).last).to_be_visible()
    host.assert_accessible()
    second = office.caller("+12065550102").dial(number)
    second.wait_answered()
    for leg in (waiting, second):
        leg.hang_up()


def _host_account(office: Office) -> str:
    """An account of the host that no other story has; its name."""
    database = open_database(office.server.data)
    try:
        account = SignInAccount(
            organization_id=HOST,
            name=f"host of {office.name}",
            role=Role.HOST,
            password_hash=hashed(PASSWORD),
        )
        return Accounts(database).add(account, Actor("the story", "test")).name
    finally:
        database.dispose()
