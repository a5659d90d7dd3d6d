"""Messages in the pages: left by a caller, heard, taken and deleted, in a real Chromium."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from huntline.directory.access import Role

from . import tones
from .office import Office
from .pages import People
from .server import Server

pytestmark = pytest.mark.scenario

CALLER = "+12065550100"
SHOWN = "+1 206-555-0100"  # as pages space it


def voicemail(page: Page) -> Locator:
    return page.get_by_role("region", name="Voicemail")


def leave_message(server: Server, office: Office, number: str) -> None:
    """Somebody calls a queue that is full, skips the greeting and speaks for three seconds."""
    leg = office.caller(CALLER).dial(number)
    leg.wait_answered()
    leg.sound.wait_loud(12)  # the greeting is spoken when it is asked for first
    leg.press("#")

    def recorded() -> int:
        return sum(path.stat().st_size for path in (server.data / "voicemail").glob(".*.wav"))

    leg.phone.reactor.wait(lambda: recorded() > 3 * tones.RATE, 8, lambda: f"{recorded()} bytes of a message")
    leg.hang_up()


def test_a_message_to_a_queue_is_heard_taken_given_back_and_deleted(
    server: Server, office: Office, people: People
) -> None:
    number = office.queue("amal", "bao", max_waiting=0)
    name = office.queue_name()
    office.settings["queues"][0]["overflow"] = {"action": "forward", "target": f"voicemail:{name}"}
    office.open()
    amal, bao = people.arrive(), people.arrive()
    for person, who in ((amal, "amal"), (bao, "bao")):
        person.sign_in(people.account(office, Role.AGENT, office.upn(who)), "/agent")
    mine, theirs = voicemail(amal.page), voicemail(bao.page)
    expect(mine.get_by_text("No messages", exact=True)).to_be_visible()
    leave_message(server, office, number)

    for seen in (mine, theirs):
        expect(seen.get_by_role("status")).to_have_text("1 new message")
    row = mine.get_by_role("listitem")
    expect(row).to_contain_text(SHOWN)
    expect(row).to_contain_text(name)
    amal.assert_accessible()
    row.get_by_role("button", name=re.compile("^Play")).click()
    expect(row.get_by_role("slider")).not_to_have_value("0")
    row.get_by_role("slider").press("Home")
    row.get_by_label("Speed").select_option("2")
    expect(row).to_contain_text("0:0")

    row.get_by_role("button", name=re.compile("^Take")).click()
    expect(theirs.get_by_role("listitem")).to_contain_text(re.compile(r"Taken by Amal, \d"))
    expect(theirs.get_by_role("status")).to_have_count(0)
    expect(theirs.get_by_role("button", name=re.compile("^Take"))).to_have_count(0)
    row.get_by_role("button", name=re.compile("^Give back")).click()
    expect(theirs.get_by_role("status")).to_have_text("1 new message")

    theirs.get_by_role("button", name=re.compile("^Delete")).click()
    bao.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(mine.get_by_text("No messages", exact=True)).to_be_visible()
    expect(mine.get_by_role("status")).to_have_count(0)


def test_a_mailbox_is_set_by_its_owner_and_an_admin_sees_how(office: Office, people: People) -> None:
    office.queue("amal")
    office.open()
    amal = people.arrive()
    page = amal.sign_in(people.account(office, Role.AGENT, office.upn("amal")), "/agent")
    voicemail(page).get_by_role("button", name="Settings").click()
    form = page.get_by_role("dialog")
    form.get_by_label("A text that is spoken").check()
    form.get_by_label("What is spoken").fill("Amal is away.")
    form.get_by_label("Longest message (s)").fill("9")
    form.get_by_label("PIN", exact=True).fill("2468")
    form.get_by_role("button", name="Save").click()
    expect(form).to_contain_text("10 to 1800")
    amal.assert_accessible()
    form.get_by_label("Longest message (s)").fill("60")
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()

    admin = people.admin(office)
    admin.go(f"/users/{office.upn('amal')}")
    box = admin.page.get_by_role("region", name="Mailbox")
    expect(box).to_contain_text("A text that is spoken")
    expect(box).to_contain_text("Messages of up to 60 s, at most 100 of them")
    expect(box).to_contain_text("Opened by phone with a PIN")
    box.get_by_role("button", name="Change the mailbox").click()
    expect(admin.page.get_by_label("Most messages")).to_have_value("100")
    admin.assert_accessible()
