"""The frame around all pages: signing in and out, languages, colours, addresses."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from huntline.directory.access import Role

from .office import Office
from .pages import MOBILE, People

pytestmark = pytest.mark.scenario


def test_an_admin_signs_in_and_out(office: Office, people: People) -> None:
    office.open()
    admin = people.arrive()
    page = admin.sign_in(people.account(office, Role.ADMIN))
    expect(page).to_have_url(re.compile("/wallboard"))
    admin.assert_accessible()
    page.get_by_role("button", name=re.compile("admin")).click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    admin.assert_accessible()


def test_a_wrong_password_is_refused_in_words(office: Office, people: People) -> None:
    office.open()
    name = people.account(office, Role.ADMIN)
    page = people.arrive().go("/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill("not it")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("name or password is wrong")


def test_french_browsers_get_french_and_others_may_choose_it(office: Office, people: People) -> None:
    office.open()
    page = people.arrive(language="fr").go("/")
    expect(page.get_by_role("button", name="Se connecter")).to_be_visible()
    page.get_by_role("button", name="Langue et couleurs").click()
    page.get_by_role("menuitemradio", name="English").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_attached()
    page.reload()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_page_asked_for_by_its_address_is_there_after_signing_in(office: Office, people: People) -> None:
    office.open()
    somebody = people.arrive()
    page = somebody.sign_in(people.account(office, Role.ADMIN), "/numbers")
    expect(page).to_have_url(re.compile("/numbers"))
    page.goto(somebody.address + "/nowhere/at/all")
    expect(page.get_by_text("There is no such page")).to_be_visible()


def test_a_part_that_cannot_be_loaded_is_tried_again_and_then_said_so(office: Office, people: People) -> None:
    office.open()
    somebody = people.arrive()
    page = somebody.sign_in(people.account(office, Role.ADMIN), "/numbers")
    lost = 0

    def lose(route: Route) -> None:
        nonlocal lost
        lost += 1
        if is_away or lost <= 2:
            route.abort("connectionfailed")
        else:
            route.continue_()

    is_away = False
    page.route("**/assets/HistoryArea*.js", lose)
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("heading", level=1, name="History")).to_be_visible()
    is_away = True
    page.route("**/assets/AudioArea*.js", lose)
    page.get_by_role("link", name="Audio").click()
    alert = page.get_by_role("alert").filter(has_text="This part of the page could not be loaded")
    expect(alert).to_be_visible(timeout=10_000)
    somebody.assert_accessible()
    page.unroute("**/assets/AudioArea*.js")
    alert.get_by_role("button", name="Load the page again").click()
    expect(page.get_by_role("heading", level=1, name="Audio")).to_be_visible()
    somebody.complaints.clear()  # the browser and its router have said what could not be loaded


def test_on_a_phone_the_navigation_is_behind_a_button(office: Office, people: People) -> None:
    office.open()
    page = people.arrive(size=MOBILE).sign_in(people.account(office, Role.AUDITOR))
    page.get_by_role("button", name="Navigation").click()
    page.get_by_role("link", name="Queues").click()
    expect(page).to_have_url(re.compile("/queues"))
    expect(page.get_by_role("link", name="Queues")).to_be_hidden()


def test_agents_see_nothing_of_the_administration(office: Office, people: People) -> None:
    office.queue("amal")
    office.open()
    page = people.arrive().sign_in(people.account(office, Role.AGENT, office.upn("amal")))
    expect(page).to_have_url(re.compile("/agent"))
    expect(page.get_by_role("navigation").get_by_role("link")).to_have_count(1)
