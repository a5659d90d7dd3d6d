"""The wallboard warns before callers wait too long, and stops when somebody opts in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from .office import Office
from .pages import MOBILE, People
from .past import past_of
from .stories import talk

pytestmark = pytest.mark.scenario

FIRST = 12_000  # ms until the first look: a process has to start, and others may have their turn first
NEXT = 16_000  # ms: one look in ten seconds, and the page asks every few


def last_hour(office: Office) -> None:
    """As many calls as one agent can take, each answered at once for half a minute: too much for one."""
    began = datetime.now(UTC) - timedelta(minutes=59)
    with past_of(office) as record:
        for number in range(118):
            record(began + timedelta(seconds=30 * number), 1, 31)


@pytest.mark.parametrize(
    ("language", "warning", "opt_in"),
    [
        ("en", r"Below 80% at .* unless 1 more agent opts in", "Opt in to"),
        ("fr", r"Moins de 80\s%.* sauf si 1 agent de plus rejoint la file", "Remettre dans"),
    ],
)
def test_a_warning_comes_before_the_rush_and_goes_when_an_agent_opts_in(
    office: Office, people: People, language: str, warning: str, opt_in: str
) -> None:
    number = office.queue("amal", "bao", distribution="longest-idle")
    office.open()
    last_hour(office)
    amal, bao = office.agent("amal"), office.agent("bao")
    office.server.agent("opt-out", office.upn("bao"), office.queue_name())
    talk(office.caller(), number, amal)
    office.caller("+12065550177").dial(number).wait_answered()
    admin = people.admin(office, language=language)
    page = admin.go("/")
    shown = page.get_by_role("group", name=office.queue_name())
    told = shown.get_by_role("status")
    expect(told).to_have_text(re.compile(warning), timeout=FIRST)
    expect(shown.get_by_text(re.compile(r"30 .*minutes.*\d+ (calls|appels)"))).to_be_visible()
    shown.get_by_role("button", name=re.compile("30 .*minutes")).click()
    expect(page.get_by_text(re.compile(r"(warning|avertissement).*: 0, "))).to_be_visible()
    admin.assert_accessible()
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": MOBILE[0], "height": MOBILE[1]})
    assert page.evaluate("document.getElementById('main').scrollWidth - innerWidth") <= 0
    shown.get_by_role("button", name=re.compile("Agents")).click()
    shown.get_by_role("button", name=re.compile("Actions .* Bao")).click()
    page.get_by_role("menuitem", name=re.compile(opt_in)).click()
    bao.wait_call().answer()
    expect(told).to_be_empty(timeout=NEXT)
