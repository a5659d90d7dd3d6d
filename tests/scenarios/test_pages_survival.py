"""A process of the server is killed while pages are in calls and ring: they are back by themselves."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from . import tones
from .leg import Leg
from .office import Office
from .pages import Chromiums, People, Person, assert_hears
from .reactor import Reactor
from .server import Server
from .test_calls_in_pages import call_the_queue

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(240)]

BACK_WITHIN = 5.0  # seconds, on a machine that does ten things at once; alone it is one
QUIET = 0.5  # seconds: three browsers on a busy machine send in jerks

# Keeps what the page has shown, however short, and when its phone has connected.
_WATCH = """
window.shown = [];
window.connected = [];
const Line = window.WebSocket;
window.WebSocket = class extends Line {
  constructor(...options) {
    super(...options);
    this.addEventListener('open', () => window.connected.push(Date.now() / 1000));
  }
};
new MutationObserver(() => {
  for (const each of document.querySelectorAll('.fui-MessageBar, [role=alert]'))
    if (!shown.includes(each.innerText)) shown.push(each.innerText);
}).observe(document, { childList: true, subtree: true, characterData: true });
"""


@pytest.fixture
def house(hurt_server: Server, reactor: Reactor, tmp_path: Path) -> Iterator[Office]:
    with contextlib.closing(Office(hurt_server, reactor, tmp_path)) as office:
        yield office


@pytest.fixture
def guests(chromiums: Chromiums, hurt_server: Server) -> Iterator[People]:
    """Whoever comes with a browser, which complains of each attempt to reach a server that is away."""
    with contextlib.closing(People(chromiums, hurt_server)) as people:
        yield people


def at_work(guests: People, house: Office, name: str, *, language: str = "en", tone: int) -> Person:
    person = guests.agent(house, name, tone=tone, language=language)
    person.page.add_init_script(_WATCH)
    page = person.go("/agent")
    expect(page.get_by_text(re.compile("Connected|Connecté"))).to_be_visible(timeout=20_000)
    return person


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def ringing(house: Office, number: str, caller: str) -> Leg:
    leg = house.caller(caller).dial(number)
    leg.wait_answered()
    return leg


def assert_back(person: Person, since: float) -> None:
    """The phone in the page is registered again, in time, and nothing was said of a call that is lost."""
    while person.page.evaluate("connected.length") < 2:
        assert time.time() - since < BACK_WITHIN
        person.page.wait_for_timeout(50)
    assert person.page.evaluate("connected.at(-1)") - since < BACK_WITHIN
    expect(person.page.get_by_text(re.compile("^(Connected|Connecté)$"))).to_be_visible()
    for lost in ("Connection lost", "Connexion perdue", "interrupt", "La connexion au serveur"):
        expect(person.page.get_by_text(lost)).to_be_hidden()
    assert not [text for text in person.page.evaluate("shown") if re.search("lost|perdue", text)]


def assert_nothing_lost(leg: Leg, since: float) -> None:
    """Every packet came that the other end has sent."""
    packets = [packet for packet in leg.sound.heard if packet.at > since]
    steps = {(b.sequence - a.sequence) % 65536 for a, b in itertools.pairwise(packets)}
    assert steps == {1}, steps
    assert leg.sound.longest_gap(since=since, until=time.time() - QUIET / 2, audible=False) < QUIET


def test_two_pages_talk_and_a_third_rings_while_signalling_is_killed(house: Office, guests: People) -> None:
    server = house.server
    number = house.queue("amal", "bao", "cleo", distribution="serial", agent_alert_time=60)
    house.open()
    amal = at_work(guests, house, "amal", tone=tones.AGENT)
    bao = at_work(guests, house, "bao", tone=tones.SECOND_AGENT, language="fr")
    cleo = at_work(guests, house, "cleo", tone=tones.THIRD_AGENT)
    first = ringing(house, number, "+12065550101")
    button(amal.page, "Accept").click()
    second = ringing(house, number, "+12065550102")
    button(bao.page, "Accepter").click()
    first.sound.wait_for(tones.AGENT, 8)
    second.sound.wait_for(tones.SECOND_AGENT, 8)
    third = ringing(house, number, "+12065550103")
    ring = button(cleo.page, "Accept")
    expect(ring).to_be_visible()

    killed_at = time.time()
    server.kill_child("signalling")
    for person in (amal, bao, cleo):
        assert_back(person, killed_at)
    ring.click()
    third.sound.wait_for(tones.THIRD_AGENT, 8)
    assert_hears(cleo.page, tones.CALLER)
    for leg in (first, second):
        assert_nothing_lost(leg, killed_at)

    button(amal.page, "Hold").click()
    expect(amal.page.get_by_text("On hold")).to_be_visible()
    button(amal.page, "Resume").click()
    first.sound.wait_for(tones.AGENT, 8, since=time.time())
    first.hang_up()
    expect(button(amal.page, "Hang up")).to_be_hidden()
    button(bao.page, "Raccrocher").click()
    second.wait_ended()
    third.hang_up()
    expect(button(cleo.page, "Hang up")).to_be_hidden()
    assert [call["outcome"] for call in house.calls(3)] == ["answered"] * 3
    server.assert_empty()


def test_a_page_takes_a_call_and_ends_another_while_signalling_is_away(house: Office, guests: People) -> None:
    server = house.server
    number = house.queue("amal", "bao", distribution="serial", agent_alert_time=60)
    house.open()
    amal = at_work(guests, house, "amal", tone=tones.AGENT)
    bao = at_work(guests, house, "bao", tone=tones.SECOND_AGENT)
    first = ringing(house, number, "+12065550101")
    button(amal.page, "Accept").click()
    first.sound.wait_for(tones.AGENT, 8)
    second = ringing(house, number, "+12065550102")
    expect(button(bao.page, "Accept")).to_be_visible()

    server.kill_child("signalling")
    button(amal.page, "Hang up").click()
    button(bao.page, "Accept").click()
    first.wait_ended(8)
    second.sound.wait_for(tones.SECOND_AGENT, 8)
    assert_hears(bao.page, tones.CALLER)
    second.hang_up()
    expect(button(bao.page, "Hang up")).to_be_hidden()
    assert [call["outcome"] for call in house.calls(2)] == ["answered"] * 2
    server.assert_empty()


def test_hold_that_was_asked_of_a_process_that_died_is_asked_of_the_next(
    house: Office, guests: People
) -> None:
    number = house.queue("amal")
    house.open()
    amal = at_work(guests, house, "amal", tone=tones.AGENT)
    leg = ringing(house, number, "+12065550101")
    button(amal.page, "Accept").click()
    leg.sound.wait_for(tones.AGENT, 8)
    (pid,) = [pid for pid, role in house.server.children().items() if role == "signalling"]
    os.kill(pid, signal.SIGSTOP)
    button(amal.page, "Hold").click()
    amal.page.wait_for_timeout(300)  # the re-INVITE is on its way, to nobody
    os.kill(pid, signal.SIGKILL)
    expect(amal.page.get_by_text("On hold")).to_be_visible()
    expect(button(amal.page, "Resume")).to_be_enabled()
    button(amal.page, "Resume").click()
    leg.sound.wait_for(tones.AGENT, 8, since=time.time())
    assert_hears(amal.page, tones.CALLER)
    leg.hang_up()
    expect(button(amal.page, "Hang up")).to_be_hidden()
    house.server.assert_empty()


def test_a_page_in_a_call_hears_on_and_shows_what_is_true_while_web_and_media_are_killed(
    house: Office, guests: People
) -> None:
    server = house.server
    number = house.queue("amal")
    house.open()
    amal = at_work(guests, house, "amal", tone=tones.AGENT)
    first = ringing(house, number, "+12065550101")
    button(amal.page, "Accept").click()
    first.sound.wait_for(tones.AGENT, 8)
    expect(amal.page.get_by_text(re.compile("1 waiting"))).to_be_hidden()

    killed_at = time.time()
    server.kill_child("web")
    second = ringing(house, number, "+12065550102")
    # The live stream is back when it tells of the caller who came meanwhile.
    expect(amal.page.get_by_text(re.compile("1 waiting"))).to_be_visible(timeout=10_000)
    assert_nothing_lost(first, killed_at)
    second.hang_up()

    killed_at = time.time()
    server.kill_child("media")
    first.sound.wait_for(tones.AGENT, 8, since=killed_at + 0.5)
    assert_hears(amal.page, tones.CALLER)
    expect(amal.page.get_by_text("On a call").first).to_be_visible()
    assert not [text for text in amal.page.evaluate("shown") if "lost" in text]
    button(amal.page, "Hang up").click()
    first.wait_ended()
    server.assert_empty()


def test_pages_begin_their_audio_anew_when_signalling_and_media_die_together(
    house: Office, guests: People
) -> None:
    """Their keys are lost with those two, which keep them in memory alone."""
    server = house.server
    number = house.queue("amal", "bao", distribution="serial", agent_alert_time=60)
    house.user("cleo")
    house.open()
    amal = at_work(guests, house, "amal", tone=tones.AGENT)
    bao = at_work(guests, house, "bao", tone=tones.SECOND_AGENT)
    cleo = at_work(guests, house, "cleo", tone=tones.THIRD_AGENT)
    first = ringing(house, number, "+12065550101")
    button(amal.page, "Accept").click()
    first.sound.wait_for(tones.AGENT, 8)
    call_the_queue(cleo.page, house.queue_name())
    button(bao.page, "Accept").click()
    assert_hears(cleo.page, tones.SECOND_AGENT)
    house.wait_talking(2)

    killed_at = time.time()
    server.kill_children("signalling", "media")
    for person in (amal, bao, cleo):
        assert_back(person, killed_at)
    first.sound.wait_for(tones.AGENT, 8, since=time.time())
    assert_hears(amal.page, tones.CALLER)
    assert_hears(bao.page, tones.THIRD_AGENT)
    assert_hears(cleo.page, tones.SECOND_AGENT)

    assert server.log_text().count("the keys of this encrypted leg are not known any more") == 3

    button(amal.page, "Hold").click()
    expect(amal.page.get_by_text("On hold")).to_be_visible()
    button(amal.page, "Resume").click()
    first.sound.wait_for(tones.AGENT, 8, since=time.time())
    first.hang_up()
    button(cleo.page, "Hang up").click()
    for person in (amal, bao):
        expect(button(person.page, "Hang up")).to_be_hidden()
    assert [call["outcome"] for call in house.calls(2)] == ["answered"] * 2
    server.assert_empty()
