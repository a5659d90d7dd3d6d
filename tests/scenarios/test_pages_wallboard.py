"""The wallboard, the history and one call's story, as people look at them in a browser."""

from __future__ import annotations

import contextlib
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .office import Office
from .pages import MOBILE, Chromiums, People, Person
from .phone import Phone
from .reactor import Reactor
from .server import Server
from .stories import desk, talk

pytestmark = pytest.mark.scenario


@pytest.fixture
def people_of_own(chromiums: Chromiums, own_server: Server) -> Iterator[People]:
    """Whoever comes to a server of the story's own, which may be away for a while."""
    with contextlib.closing(People(chromiums, own_server)) as people:
        yield people


SOON = 3_000  # ms: a change is told within a quarter of a second, and the machine of tests is busy


def card(page: Page, queue: str) -> Locator:
    """A queue's card on the wallboard."""
    return page.get_by_role("group", name=queue)


def figure(card: Locator, name: str) -> Locator:
    """A number on it."""
    return (
        card.locator("div", has=card.page.locator("dt", has_text=re.compile(f"^{name}$"))).locator("dd").last
    )


def open_part(card: Locator, name: str) -> None:
    card.get_by_role("button", name=re.compile(name)).click()


def test_the_wallboard_shows_each_step_of_a_call(office: Office, people: People) -> None:
    number, (amal,) = desk(office, "amal")
    admin = people.admin(office)
    shown = card(admin.go("/"), office.queue_name())
    expect(figure(shown, "Ready")).to_have_text("1")
    leg = office.caller().dial(number)
    leg.wait_answered()
    ring = amal.wait_call()
    expect(figure(shown, "Waiting")).to_have_text("1", timeout=SOON)
    expect(figure(shown, "Longest wait")).to_have_text(re.compile(r"0:0\d"))
    open_part(shown, "Callers")
    expect(shown.get_by_role("row", name=re.compile(r"\+1 206-555-0100.*Ringing Amal"))).to_be_visible()
    ring.answer()
    expect(figure(shown, "On a call")).to_have_text("1", timeout=SOON)
    expect(figure(shown, "Waiting")).to_have_text("0")
    expect(shown.get_by_text("Answered today: 1")).to_be_visible()
    leg.hang_up()
    expect(figure(shown, "On a call")).to_have_text("0", timeout=SOON)
    # The call that was counted live is in the history now, and counted once.
    expect(shown.get_by_text("Service level 100%")).to_be_visible()
    expect(shown.get_by_text("Answered today: 1")).to_be_visible()


def test_a_queue_is_marked_when_nobody_is_there_for_its_callers(office: Office, people: People) -> None:
    number = office.queue("amal")
    office.open()
    page = people.admin(office).go("/")
    shown = card(page, office.queue_name())
    leg = office.caller().dial(number)
    leg.wait_answered()
    expect(shown.get_by_text("No agent is there")).to_be_visible(timeout=SOON)
    expect(
        page.get_by_role("status").get_by_text(f"{office.queue_name()}: No agent is there")
    ).to_be_attached()
    leg.hang_up()
    expect(shown.get_by_text("No agent is there")).to_be_hidden(timeout=SOON)


def test_an_admin_pauses_an_agent_and_opts_them_out(office: Office, people: People) -> None:
    desk(office, "amal")
    page = people.admin(office).go("/")
    shown = card(page, office.queue_name())
    open_part(shown, "Agents")
    menu = shown.get_by_role("button", name="Actions for Amal")
    menu.click()
    page.get_by_role("menuitem", name="Pause…").click()
    page.get_by_label("Reason").fill("lunch")
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(shown.get_by_role("row", name=re.compile("Amal.*Paused.*paused: lunch"))).to_be_visible(
        timeout=SOON
    )
    menu.click()
    page.get_by_role("menuitem", name="End the pause").click()
    expect(figure(shown, "Ready")).to_have_text("1", timeout=SOON)
    menu.click()
    page.get_by_role("menuitem", name=re.compile("Opt out of")).click()
    expect(shown.get_by_role("row", name=re.compile("Amal.*Opted out"))).to_be_visible(timeout=SOON)
    (told,) = [agent for agent in office.server.status()["agents"] if agent["upn"] == office.upn("amal")]
    assert told["opted_out"] == [office.queue_name()]


def test_queues_are_chosen_and_ordered_and_stay_so(office: Office, people: People) -> None:
    for _ in range(3):
        office.queue("amal")
    office.open()
    page = people.admin(office).go("/")
    first, second, third = (office.queue_name(place) for place in range(3))
    expect(page.get_by_role("heading", level=2)).to_have_text([first, second, third])
    page.get_by_role("main").get_by_role("button", name="Settings").click()
    page.get_by_role("button", name=f"Move {third} up").click()
    page.get_by_role("checkbox", name=first).click()
    page.get_by_label("Mark a queue when more callers wait than").fill("-1")
    expect(page.get_by_text("A whole number from 0 to 10000")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("heading", level=2)).to_have_text([third, second])
    page.reload()
    expect(page.get_by_role("heading", level=2)).to_have_text([third, second])


@pytest.mark.parametrize(("language", "live"), [("en", "Live"), ("fr", "En direct")])
def test_everybody_can_use_the_wallboard(office: Office, people: People, language: str, live: str) -> None:
    number, (amal,) = desk(office, "amal")
    talk(office.caller(), number, amal)
    office.caller("+12065550177").dial(number).wait_answered()
    admin = people.admin(office, language=language)
    page = admin.go("/")
    expect(page.get_by_role("status").get_by_text(live)).to_be_visible()
    for part in page.get_by_role("group").get_by_role("button", name=re.compile(":")).all():
        part.click()
    admin.assert_accessible()
    page.set_viewport_size({"width": MOBILE[0], "height": MOBILE[1]})
    _assert_fits(page)
    admin.go("/wallboard/big")
    expect(page.get_by_role("heading", name=office.queue_name())).to_be_visible()
    admin.assert_accessible()
    _assert_fits(page)


def test_the_big_screen_outlives_a_restart_of_the_server(
    own_server: Server, reactor: Reactor, tmp_path: Path, people_of_own: People
) -> None:
    office = Office(own_server, reactor, tmp_path)
    office.queue("amal")
    office.open()
    screen = people_of_own.admin(office)
    page = screen.go("/wallboard/big")
    expect(page.get_by_role("status").get_by_text("Live")).to_be_visible()
    own_server.stop()
    expect(page.get_by_role("status").get_by_text("since")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("heading", name=office.queue_name())).to_be_visible()
    own_server.start()
    expect(page.get_by_role("status").get_by_text("Live")).to_be_visible(timeout=20_000)


def test_history_is_found_by_filters_that_are_in_the_address(office: Office, people: People) -> None:
    number, (amal,) = desk(office, "amal")
    for caller in ("+12065550111", "+12065550122"):
        leg, _ = talk(office.caller(caller), number, amal)
        leg.hang_up()
    given_up = office.caller("+12065550133").dial(number)
    given_up.wait_answered()
    amal.wait_call()
    given_up.hang_up()
    office.calls(3)
    admin = people.admin(office)
    page = admin.go("/history")
    rows = page.get_by_role("table", name="Calls").locator("tbody tr")
    expect(rows).to_have_count(3)
    page.get_by_label("Outcome").select_option("answered")
    expect(rows).to_have_count(2)
    page.get_by_label("Caller").fill("0111")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile("outcome=answered.*caller=0111"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    with Path(download.value.path()).open(newline="") as file:
        assert [line["caller"] for line in csv.DictReader(file)] == ["+12065550111"]
    colleague = people.admin(office)
    colleague.go(page.url.removeprefix(admin.address))
    expect(colleague.page.get_by_role("table", name="Calls").locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Clear filters").click()
    expect(rows).to_have_count(3)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_everybody_can_use_the_history(office: Office, people: People, language: str) -> None:
    number, (amal,) = desk(office, "amal")
    leg, _ = talk(office.caller(), number, amal)
    leg.hang_up()
    (call,) = office.calls()
    admin = people.admin(office, language=language)
    page = admin.page
    for path, mark in (
        ("/history", page.locator("tbody tr")),
        ("/history?view=charts", page.locator("main svg[role=img], main svg rect").first),
        ("/history?view=service-level", page.locator("tbody tr")),
        (f"/history/{call['call_id']}", page.locator("ol li")),
    ):
        page.set_viewport_size({"width": 1280, "height": 800})
        admin.go(path)
        expect(mark.first).to_be_visible()
        admin.assert_accessible()
        page.set_viewport_size({"width": MOBILE[0], "height": MOBILE[1]})
        _assert_fits(page)


def test_a_call_tells_its_story_while_it_goes_on_and_after_it(office: Office, people: People) -> None:
    number, (_, bao, carla) = desk(office, "amal", "bao", "carla", distribution="serial")
    office.server.agent("pause", office.upn("amal"))
    admin = people.admin(office)
    page = admin.go("/")
    shown = card(page, office.queue_name())
    leg = office.caller().dial(number)
    leg.wait_answered()
    ring = bao.wait_call()
    open_part(shown, "Callers")
    shown.get_by_role("link", name="+1 206-555-0100").click()
    steps = page.locator("ol > li")
    expect(page.get_by_text("In progress")).to_be_visible()
    expect(steps.filter(has_text="Bao is rung")).to_be_visible()
    expect(steps.filter(has_text="Amal: paused")).to_be_visible()
    ring.decline()
    expect(steps.filter(has_text="Bao: declined")).to_be_visible()
    ring = carla.wait_call()
    ring.answer()
    ring.wait_up()
    expect(steps.filter(has_text="Carla answers")).to_be_visible()
    leg.hang_up()
    expect(steps.last).to_contain_text("The call ends after")
    page.get_by_role("combobox", name="Agent").select_option(office.upn("amal"))
    expect(page.get_by_role("status").filter(has_text="paused")).to_be_visible()
    page.get_by_label("Show", exact=True).select_option(office.upn("amal"))
    expect(steps.filter(has_text="answers")).to_have_count(0)


def test_an_empty_server_is_led_to_its_first_call(
    own_server: Server, reactor: Reactor, people_of_own: People
) -> None:
    somebody = people_of_own.arrive(language="fr")
    page = somebody.go("/")
    expect(page).to_have_url(re.compile("/setup$"))  # there is nobody to sign in as
    page.goto(_printed_link(own_server))
    page.get_by_label(re.compile("^Nom de l.organisation")).fill("Contoso")
    page.get_by_label("Domaine").fill("no domain")
    page.get_by_role("radio", name="English").click()
    somebody.assert_accessible()
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Set up and sign in").click()
    expect(page.get_by_text("must be a domain such as contoso.com")).to_be_visible()
    page.get_by_label("Domain").fill("contoso.com")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Name of your account").fill("admin@contoso.com")
    page.get_by_role("button", name="Set up and sign in").click()
    _add_first_user(somebody)
    page.reload()  # it can be left, and is taken up where it was
    _add_first_queue(somebody)
    amal = Phone(reactor, own_server.address, "amal", domain="contoso.com", password="secret secret")
    try:
        assert amal.register().status == 200
        expect(
            page.get_by_role("listitem").filter(has_text="phone is registered").get_by_label("Done")
        ).to_be_visible()
        page.get_by_role("button", name="Test call").click()
        ring = amal.wait_call(10)
        expect(
            page.get_by_role("listitem").filter(has_text="has arrived").get_by_label("Done")
        ).to_be_visible()
        ring.answer()
        ring.wait_up()
        expect(page.get_by_text("That was the first call")).to_be_visible()
        somebody.assert_accessible()
        page.get_by_role("button", name="Hang up").click()
        ring.wait_ended(10)
    finally:
        amal.leave()
        amal.close()
    own_server.assert_empty()


def _add_first_user(somebody: Person) -> None:
    page = somebody.page
    page.get_by_role("textbox", name="Name", exact=True).fill("Amal")
    expect(page.get_by_label("Address")).to_have_value("amal")
    page.get_by_label("Password for phones").fill("secret secret")
    page.get_by_label("Password to sign in").fill("short")
    expect(page.get_by_text("Must be at least 12 characters")).to_be_visible()
    page.get_by_label("Password to sign in").fill("correct horse battery")
    somebody.assert_accessible()
    page.get_by_role("button", name="Add the user").click()
    expect(page.get_by_role("heading", name="Amal can take calls")).to_be_visible()


def _add_first_queue(somebody: Person) -> None:
    page = somebody.page
    page.get_by_label("Name of the queue").fill("Help Desk")
    page.get_by_label("Number").fill("425 5550100")
    page.get_by_role("button", name="Add the queue").click()
    expect(page.get_by_text("must be + and 3 to 15 digits, nothing else")).to_be_visible()
    page.get_by_label("Number").fill("+1 425 5550100")
    page.get_by_role("button", name="Add the queue").click()
    expect(page.get_by_role("heading", name="Help Desk takes calls")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    page.get_by_label("Name of the queue").fill("Help Desk")
    page.get_by_label("Number").fill("+1 425 5550100")
    page.get_by_role("button", name="Add the queue").click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Call Help Desk")).to_be_visible()


def _expect_done(page: Page, tick: str) -> None:
    expect(page.get_by_role("listitem").filter(has_text=tick).get_by_label("Done")).to_be_visible()


def _printed_link(server: Server) -> str:
    (link,) = re.findall(r"^First run: open (\S+)$", server.log_text(), re.MULTILINE)
    return str(link)


def _assert_fits(page: Page) -> None:
    """Nothing makes the whole page wider than the screen."""
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.evaluate("innerWidth"), f"{page.url} is {width} px wide"
