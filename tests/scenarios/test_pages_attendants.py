"""The pages for auto attendants: one is made, painted and asked, and a queue leads to it."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from .office import Office
from .pages import MOBILE, People
from .test_pages_queues import pick, queues_of, save, setting, unfold

pytestmark = pytest.mark.scenario

_MOST_CLICKS, _LONGEST = 20, 60.0
_COUNT_CLICKS = (
    "window.clicks = 0; addEventListener('click', (event) => event.detail && window.clicks++, true)"
)


def drag(page: Page, day: str, hours: tuple[float, float], last: str | None = None) -> None:
    """Paint from an hour of a day to an hour, of another day if there is one."""
    first_bar = page.get_by_role("slider", name=day)
    # Not below the bar that saves.
    first_bar.evaluate("bar => bar.scrollIntoView({ block: 'center' })")
    boxes = [page.get_by_role("slider", name=name).bounding_box() for name in (day, last or day)]
    start, end = boxes
    assert start
    assert end
    page.mouse.move(start["x"] + start["width"] * hours[0] / 24 + 1, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] * hours[1] / 24 - 1, end["y"] + 10, steps=4)
    page.mouse.up()


def assert_hours(page: Page, **hours: str) -> None:
    """What stands in the fields of some days."""
    for day, wanted in hours.items():
        expect(page.get_by_role("textbox", name=f"Hours of {day}")).to_have_value(wanted)


def make_attendant(page: Page, name: str) -> None:
    """One whose key 1 leads to the directory by name."""
    page.get_by_role("button", name="Create auto attendant").click()
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    page.get_by_role("button", name="Add key 1").click()
    page.get_by_role("combobox", name="What key 1 does").select_option("directory-by-name")
    page.get_by_role("button", name="Create auto attendant").click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible(timeout=15_000)


def lead_to(page: Page, attendant: str, queue: str, seconds: int) -> None:
    """Callers whom the queue does not serve in time go to the attendant."""
    page.get_by_role("navigation").get_by_role("link", name="Queues").click()
    page.get_by_role("link", name=queue, exact=True).click()
    unfold(page, "queues:wait")
    page.get_by_role("textbox", name="Maximum wait").fill(str(seconds))
    setting(page, "timeout").get_by_role("radio", name="Forward to an auto attendant").check()
    pick(page, "Forward to an auto attendant", attendant)
    save(page)
    expect(page.get_by_text("Saved", exact=True).first).to_be_visible()


def assert_kept(page: Page, attendant: str, reason: str) -> None:
    """What leads to it keeps it."""
    page.get_by_role("navigation").get_by_role("link", name="Auto attendants").click()
    page.get_by_role("button", name=f"Remove {attendant}").click()
    dialog = page.get_by_role("alertdialog")
    dialog.get_by_role("button", name="Remove").click()
    expect(dialog).to_contain_text(reason)
    dialog.get_by_role("button", name="Cancel").click()


def set_hours_by_mouse(page: Page) -> None:
    page.get_by_role("radio", name="At set hours").check()
    assert_hours(page, Monday="09:00-17:00", Saturday="")
    drag(page, "Monday", (12, 13), "Friday")
    assert_hours(page, Monday="09:00-12:00, 13:00-17:00", Friday="09:00-12:00, 13:00-17:00")
    drag(page, "Saturday", (22, 24))
    drag(page, "Sunday", (0, 2))
    assert_hours(page, Saturday="22:00-02:00", Sunday="")


def set_hours_by_keys(page: Page) -> None:
    page.get_by_role("slider", name="Tuesday").focus()
    page.keyboard.press("Home")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    assert_hours(page, Tuesday="00:00-01:00, 09:00-12:00, 13:00-17:00")
    page.keyboard.press("Shift+ArrowLeft")
    assert_hours(page, Tuesday="00:00-00:45, 09:00-12:00, 13:00-17:00")


def set_hours_by_typing(page: Page) -> None:
    page.get_by_role("textbox", name="Hours of Tuesday").fill("nine to five")
    save(page)
    expect(setting(page, "hours.tuesday")).to_contain_text("Write hours such as")
    page.get_by_role("textbox", name="Hours of Tuesday").fill("9-12:30; 14-18")
    page.get_by_role("button", name="Copy or clear Tuesday").click()
    page.get_by_role("menuitem", name="Copy to Wednesday").click()


def add_holidays_of_france(page: Page) -> str:
    """Those of a year, which is returned."""
    unfold(page, "attendants:setting.holidays")
    page.get_by_role("button", name="From a calendar").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Country", exact=True).select_option("FR")
    expect(dialog.get_by_role("checkbox", name=re.compile("14 Jul"))).to_be_checked()
    year = dialog.get_by_role("combobox", name="Year", exact=True).input_value()
    dialog.get_by_role("button", name=re.compile(r"Add \d+ holidays")).click()
    return year


def ask_what_happens(page: Page, date: str, time_of_day: str) -> Locator:
    """The answer to what happens if somebody calls then."""
    page.get_by_label("What happens if I call on").fill(date)
    page.get_by_label(re.compile(r"^at \(")).fill(time_of_day)
    return setting(page, "what-happens").get_by_role("status")


def test_unanswered_for_30_s_leads_to_an_attendant_with_directory_search(
    office: Office, people: People
) -> None:
    office.queue("amal", "bao", name="Front")
    office.open()
    admin = people.admin(office)
    admin.page.add_init_script(_COUNT_CLICKS)
    page = admin.go("/attendants")
    began = time.monotonic()
    make_attendant(page, "Directory")
    lead_to(page, "Directory", "Front", 30)
    took, clicks = time.monotonic() - began, int(page.evaluate("window.clicks"))
    (queue,) = queues_of(admin)
    assert (queue["max_wait"], queue["timeout"]["target"]) == (30, "attendant:Directory")
    assert clicks <= _MOST_CLICKS, clicks
    assert took < _LONGEST, took
    print(f"the example of 2018: {clicks} clicks, {took:.1f} s")

    assert_kept(page, "Directory", "queue Front forwards to it")
    page.get_by_role("link", name="Directory", exact=True).click()
    set_hours_by_mouse(page)
    set_hours_by_keys(page)
    set_hours_by_typing(page)
    year = add_holidays_of_france(page)
    save(page)
    expect(page.get_by_text("Unsaved")).to_have_count(0)
    stored = page.request.get(f"{admin.address}/api/v1/attendants/directory").json()
    assert stored["hours"]["wednesday"] == ["09:00-12:30", "14:00-18:00"]
    assert stored["hours"]["saturday"] == ["22:00-02:00"]

    answer = ask_what_happens(page, f"{year}-07-14", "19:10")
    expect(answer).to_contain_text(re.compile(f"14 July {year}.*19:10: holiday"))
    expect(answer).to_contain_text("Disconnect")
    admin.assert_accessible()


def test_an_attendant_is_read_and_changed_on_a_phone_in_french(office: Office, people: People) -> None:
    office.queue("amal", name="Front")
    office.settings["attendants"] = [
        {
            "name": "Nuit",
            "open": {
                "action": "menu",
                "menu": {"keys": [{"key": "1", "action": "forward", "target": "Front"}]},
            },
        },
        {"name": "Accueil", "open": {"action": "forward", "target": "attendant:Nuit"}},
    ]
    office.open()
    admin = people.admin(office, language="fr", size=MOBILE, is_dark=True)
    page = admin.go("/attendants")
    page.get_by_role("link", name="Accueil", exact=True).click()
    # It has no number: that is said, and where it leads is shown where it leads.
    expect(page.get_by_text("n’a pas de numéro").first).to_be_visible()
    page.get_by_role("button", name="Ce que fait Nuit").click()
    expect(page.get_by_role("list", name="Ce que fait Nuit")).to_contain_text(
        "Touche 1 File d’attente : Front"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= MOBILE[0]
    admin.assert_accessible()


def test_a_persons_calls_can_go_to_an_attendant(office: Office, people: People) -> None:
    upn = office.user("amal")
    office.settings["attendants"] = [{"name": "Reception", "open": {"action": "disconnect"}}]
    office.open()
    admin = people.admin(office)
    page = admin.go(f"/users/{upn}")
    unfold(page, "users:elsewhere")
    setting(page, "forward_to").get_by_role("combobox", name="Forward direct calls to").select_option(
        label="An auto attendant"
    )
    pick(page, "An auto attendant", "Reception")
    save(page)
    expect(page.get_by_text("Saved", exact=True).first).to_be_visible()
    stored = page.request.get(f"{admin.address}/api/v1/users/{upn}").json()
    assert stored["forward_to"] == "attendant:Reception"
