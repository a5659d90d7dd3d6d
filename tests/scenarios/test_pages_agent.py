"""The agent's page: what its person does, their queues, and the phone in it, in a real Chromium."""

from __future__ import annotations

import re
import time
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from huntline.directory.access import Role

from . import tones
from .leg import Leg
from .office import Office
from .pages import MOBILE, People, Person, assert_hears
from .stories import a_moment, assert_heard_each_other, taken

pytestmark = pytest.mark.scenario

CALLER = "+12065550100"
SHOWN = "+1 206-555-0100"  # as pages space it
OTHER_CALLER = "+12065550101"
FIRST_LOAD = 410_000  # bytes as they are sent, the page of signing in and the phone included

# Keeps the lines of a page to the server where a story can cut them.
_LINES = """
const Line = window.WebSocket;
window.lines = [];
window.WebSocket = class extends Line {
  constructor(...options) { super(...options); window.lines.push(this); }
};
"""


def on_air(people: People, office: Office, name: str, **window: Any) -> Person:
    """An agent of the office with the agent's page open, and the phone in it ready for calls."""
    person = people.arrive(**window)
    person.page.add_init_script(_LINES)
    person.come_in(people.account(office, Role.AGENT, office.upn(name)))
    expect(person.go("/agent").get_by_text(re.compile("Connected|Connecté"))).to_be_visible()
    return person


def press(page: Page, key: str) -> None:
    """Press a key of the phone once it rings: what hears keys in the page announces calls, too, and comes a
    moment after the rest."""
    expect(
        page.get_by_role("alert").filter(has_text=re.compile("Incoming call|Appel entrant"))
    ).to_be_attached()
    page.keyboard.press(key)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def ring(office: Office, number: str) -> Leg:
    """Somebody calls, and waits."""
    leg = office.caller(CALLER).dial(number)
    leg.wait_answered()
    return leg


def take(office: Office, number: str, person: Person, tone: int) -> Leg:
    """Somebody calls and the person takes the call in their page: both hear each other."""
    leg = ring(office, number)
    button(person.page, "Accept").click()
    leg.sound.wait_for(tone, 8)
    assert_hears(person.page, tones.CALLER)
    return leg


def transfer_to(page: Page, whom: str) -> None:
    """Open the transfer form and name somebody in it."""
    button(page, "Transfer").click()
    page.get_by_label("To whom").fill(whom)
    page.get_by_role("option", name=re.compile(whom)).first.click()


def test_an_agent_takes_a_call_in_the_page_and_does_everything_with_it(
    office: Office, people: People
) -> None:
    number = office.queue("amal")
    office.open()
    amal = on_air(people, office, "amal", tone=tones.AGENT)
    page = amal.page
    leg = ring(office, number)
    card = page.get_by_role("group", name=re.compile("Incoming call"))
    expect(card).to_contain_text(SHOWN)
    expect(card).to_contain_text(office.queue_name())
    expect(card).to_contain_text(re.compile(r"Waited 0:0\d"))
    expect(card).to_contain_text("Nobody else is waiting")
    expect(page).to_have_title(re.compile(re.escape(SHOWN)))
    amal.assert_accessible()
    press(page, "a")
    leg.sound.wait_for(tones.AGENT, 8)
    assert_hears(page, tones.CALLER)
    expect(page.get_by_role("timer")).to_be_visible()
    amal.assert_accessible()

    button(page, "Mute").click()
    expect(button(page, "Unmute")).to_be_visible()
    a_moment(leg)
    assert not leg.sound.count(tones.AGENT, since=time.time() - 0.1)
    button(page, "Unmute").click()
    leg.sound.wait_for(tones.AGENT, 8, since=time.time())

    button(page, "Hold").click()
    expect(page.get_by_text("On hold")).to_be_visible()
    page.wait_for_timeout(300)  # the re-INVITE is on its way
    a_moment(leg)
    assert not leg.sound.count(tones.AGENT, since=time.time() - 0.1)
    button(page, "Resume").click()
    leg.sound.wait_for(tones.AGENT, 8, since=time.time())
    assert_hears(page, tones.CALLER)

    button(page, "Keypad").click()
    page.get_by_role("button", name=re.compile("^5")).click()
    office.reactor.wait(
        lambda: any(packet.payload_type == 101 for packet in leg.sound.heard), 5, "the key 5 (RFC 4733)"
    )
    amal.assert_accessible()

    button(page, "Hang up").click()
    leg.wait_ended()
    expect(page.get_by_text("Call ended")).to_be_visible()
    expect(page.get_by_role("table", name="Today")).to_contain_text(re.compile(r"Answered after \d+ s"))
    expect(page).to_have_title(re.compile("My calls"))
    amal.assert_accessible()


def test_declining_rings_the_next_agent_and_is_no_missed_call(office: Office, people: People) -> None:
    number = office.queue("amal", "bao", distribution="serial")
    office.open()
    page = on_air(people, office, "amal").page
    phone = office.agent("bao")
    leg = ring(office, number)
    expect(button(page, "Accept")).to_be_visible()
    press(page, "Escape")
    assert_heard_each_other(leg, taken(phone))
    expect(page.get_by_text("Declined")).to_be_visible()
    leg.hang_up()
    expect(page.get_by_role("table", name="Today")).to_contain_text(
        re.compile(r"Answered by Bao after \d+ s")
    )
    page.get_by_role("tab", name="Missed").click()
    expect(page.get_by_text("Nothing missed today")).to_be_visible()


def test_the_card_counts_those_who_wait_now_and_a_call_that_was_declined_is_not_missed(
    office: Office, people: People
) -> None:
    number = office.queue("amal")
    office.open()
    page = on_air(people, office, "amal").page
    leg = ring(office, number)
    expect(page.get_by_text("Nobody else is waiting")).to_be_visible()
    expect(page.get_by_role("heading", name=SHOWN)).to_be_visible()
    other = office.caller(OTHER_CALLER).dial(number)
    expect(page.get_by_text("1 other caller is waiting")).to_be_visible()
    other.hang_up()
    expect(page.get_by_text("Nobody else is waiting")).to_be_visible()
    press(page, "Escape")
    expect(button(page, "Accept")).to_be_hidden()
    leg.hang_up()
    row = page.get_by_role("row").filter(has_text=SHOWN)
    expect(row).to_contain_text("Declined: nobody else took it")
    page.get_by_role("tab", name="Missed").click()
    expect(row).to_have_count(0)


def test_a_call_that_others_take_goes_away_with_the_word_on_why(office: Office, people: People) -> None:
    number = office.queue("amal", "bao")
    office.open()
    page = on_air(people, office, "amal").page
    phone = office.agent("bao")
    leg = ring(office, number)
    expect(button(page, "Accept")).to_be_visible()
    assert_heard_each_other(leg, taken(phone))
    expect(page.get_by_text("Answered elsewhere")).to_be_visible()
    expect(button(page, "Accept")).to_be_hidden()
    leg.hang_up()


def test_a_caller_who_gives_up_is_missed_once_and_may_be_called_back(office: Office, people: People) -> None:
    number = office.queue("amal")
    office.open()
    amal = on_air(people, office, "amal")
    page = amal.page
    leg = ring(office, number)
    expect(button(page, "Accept")).to_be_visible()
    leg.hang_up()
    expect(page.get_by_text("The caller hung up")).to_be_visible()
    page.get_by_role("tab", name="Missed").click()
    expect(page.get_by_text("Missed: nobody took it")).to_have_count(1)
    expect(button(page, f"Call back {SHOWN}")).to_be_enabled()
    page.get_by_role("button", name=re.compile("^Why?")).click()
    expect(page.get_by_role("dialog")).to_contain_text("all available agents are rung")
    amal.assert_accessible()


def test_a_call_is_handed_on_to_another_page(office: Office, people: People) -> None:
    number = office.queue("amal")
    office.user("bao")
    office.open()
    amal = on_air(people, office, "amal", tone=tones.AGENT)
    bao = on_air(people, office, "bao", tone=tones.SECOND_AGENT)
    page, other = amal.page, bao.page
    leg = take(office, number, amal, tones.AGENT)

    # at once, and declined: the call goes on
    transfer_to(page, "Bao")
    button(page, "Transfer now").click()
    expect(other.get_by_text("Transferred by Amal")).to_be_visible()
    button(other, "Decline").click()
    expect(page.get_by_text("The transfer to Bao failed")).to_be_visible()
    leg.sound.wait_for(tones.AGENT, 8, since=time.time())

    # after asking: Bao first speaks with Amal, then with the caller
    transfer_to(page, "Bao")
    button(page, "Ask first").click()
    button(other, "Accept").click()
    assert_hears(other, tones.AGENT)
    assert_hears(page, tones.SECOND_AGENT)
    amal.assert_accessible()
    button(page, "Swap").click()
    leg.sound.wait_for(tones.AGENT, 8, since=time.time())
    button(page, "Swap").click()
    expect(page.get_by_text("On hold")).to_be_visible()
    button(page, "Complete transfer").click()
    leg.sound.wait_for(tones.SECOND_AGENT, 8)
    assert_hears(other, tones.CALLER)
    expect(button(page, "Hang up")).to_be_hidden()
    leg.hang_up()
    expect(other.get_by_text("The other side hung up")).to_be_visible()


def test_a_call_goes_on_over_a_reload_and_a_broken_line(office: Office, people: People) -> None:
    number = office.queue("amal")
    office.open()
    amal = on_air(people, office, "amal", tone=tones.AGENT)
    page = amal.page
    leg = take(office, number, amal, tones.AGENT)

    page.evaluate("lines.at(-1).close()")
    button(page, "Hold").click()
    expect(page.get_by_text("On hold")).to_be_visible()
    button(page, "Resume").click()
    leg.sound.wait_for(tones.AGENT, 8, since=time.time())

    questions: list[str] = []

    def leave_anyway(question: Dialog) -> None:
        questions.append(question.type)
        question.accept()

    page.on("dialog", leave_anyway)
    page.reload()
    loaded_at = time.time()
    expect(page.get_by_text("On a call").first).to_be_visible()
    assert questions == ["beforeunload"]
    leg.sound.wait_for(tones.AGENT, 10, since=loaded_at)
    assert_hears(page, tones.CALLER)
    expect(page.get_by_role("group", name=SHOWN)).to_contain_text(office.queue_name())
    button(page, "Hang up").click()
    leg.wait_ended()
    assert [call["outcome"] for call in office.calls()] == ["answered"]


def test_the_phone_is_in_one_tab_and_goes_where_it_is_wanted(office: Office, people: People) -> None:
    office.queue("amal")
    office.open()
    amal = on_air(people, office, "amal")
    first, second = amal.page, amal.context.new_page()
    second.goto(amal.address + "/agent")
    expect(second.get_by_text("Your phone is in another tab")).to_be_visible()
    button(second, "Use it here").click()
    expect(second.get_by_text("Connected")).to_be_visible()
    expect(first.get_by_text("Your phone is in another tab")).to_be_visible()
    second.close()
    expect(first.get_by_text("Connected")).to_be_visible()


def test_a_call_stays_in_its_tab_when_another_gets_the_phone(office: Office, people: People) -> None:
    number = office.queue("amal")
    office.open()
    amal = on_air(people, office, "amal", tone=tones.AGENT)
    leg = take(office, number, amal, tones.AGENT)
    second = amal.context.new_page()
    second.goto(amal.address + "/agent")
    button(second, "Use it here").click()
    expect(second.get_by_text("Connected")).to_be_visible()
    leg.sound.wait_for(tones.AGENT, 8, since=time.time())
    second.close()
    expect(amal.page.get_by_text("Connected")).to_be_visible()
    leg.sound.wait_for(tones.AGENT, 8, since=time.time())
    button(amal.page, "Hang up").click()
    leg.wait_ended()


def test_a_second_call_may_be_taken_beside_the_first_and_both_outlive_a_reload(
    office: Office, people: People
) -> None:
    number = office.queue("amal", name="Help Desk", ring_busy=True)
    office.user("bao")
    office.open()
    colleague = office.agent("bao", tone=tones.SECOND_AGENT)
    amal = on_air(people, office, "amal", tone=tones.AGENT)
    page = amal.page
    direct = colleague.dial(f"sip:{office.upn('amal')}")
    button(page, "Accept").click()
    direct.wait_answered()
    direct.sound.wait_for(tones.AGENT, 8)
    leg = ring(office, number)
    expect(page.get_by_text("Accepting puts your current call on hold.")).to_be_visible()
    press(page, "a")
    leg.sound.wait_for(tones.AGENT, 8)
    expect(page.get_by_role("group", name="Bao")).to_contain_text("On hold")
    page.on("dialog", lambda question: question.accept())
    page.reload()
    loaded_at = time.time()
    leg.sound.wait_for(tones.AGENT, 10, since=loaded_at)
    expect(page.get_by_role("group", name="Bao")).to_contain_text("On hold", timeout=10_000)
    leg.hang_up()
    page.get_by_role("group", name="Bao").get_by_role("button", name="Resume").click()
    direct.sound.wait_for(tones.AGENT, 8, since=time.time())
    button(page, "Hang up").click()
    direct.wait_ended()


def test_a_closed_page_is_offline_at_once(office: Office, people: People) -> None:
    office.queue("amal")
    office.open()
    amal = on_air(people, office, "amal")
    assert office.agent_state("amal") == "ready"
    amal.page.close()
    closed_at = time.time()
    status = office.server.wait_status(
        lambda status: status["agents"][0]["state"] == "signed-out", "amal signed out"
    )
    assert datetime.fromisoformat(status["agents"][0]["since"]).timestamp() - closed_at < 2.0


def test_presence_pauses_and_queues_are_in_their_agents_hands(office: Office, people: People) -> None:
    office.queue("amal", name="Help Desk", wrap_up=60)
    number = office.queue("amal", name="Sales", allow_opt_out=False)
    office.open()
    amal = on_air(people, office, "amal")
    page = amal.page
    expect(page.get_by_text("does not allow its agents to opt out")).to_be_visible()
    expect(page.get_by_role("switch", name=re.compile("Sales"))).to_be_hidden()
    switch = page.get_by_role("switch", name="Take calls of Help Desk")
    switch.uncheck()
    expect(page.get_by_text("You take no more calls of Help Desk").first).to_be_attached()
    page.reload()
    expect(switch).not_to_be_checked()

    presence = page.get_by_role("combobox", name="Presence")
    presence.select_option("Do not disturb")
    expect(page.get_by_text("do not disturb", exact=True)).to_be_visible()
    expect(presence).to_have_value("do-not-disturb")
    presence.select_option("automatic")
    expect(presence.get_by_role("option", selected=True)).to_have_text("Automatic (Available)")

    button(page, "Pause").click()
    page.get_by_role("menuitem", name="Another reason…").click()
    page.get_by_label("Reason", exact=True).fill("Fire drill")
    page.get_by_role("dialog").get_by_role("button", name="Pause").click()
    expect(page.get_by_text("paused: Fire drill")).to_be_visible()
    leg = ring(office, number)
    a_moment(leg)
    expect(button(page, "Accept")).to_be_hidden()
    button(page, "Resume").click()
    button(page, "Accept").click()
    expect(button(page, "Hang up")).to_be_visible()
    leg.hang_up()


def test_wrap_up_counts_down_and_may_be_ended(office: Office, people: People) -> None:
    number = office.queue("amal", wrap_up=60)
    office.open()
    amal = on_air(people, office, "amal", tone=tones.AGENT)
    leg = take(office, number, amal, tones.AGENT)
    leg.hang_up()
    expect(amal.page.get_by_text(re.compile(r"Wrap-up: 0:5\d left"))).to_be_visible()
    button(amal.page, "End wrap-up").click()
    expect(amal.page.get_by_text("Ready")).to_be_visible()


def test_agents_see_when_it_is_their_turn_and_why_it_was_not(office: Office, people: People) -> None:
    number = office.queue("amal", "bao", distribution="round-robin")
    office.open()
    phone = office.agent("bao")
    amal = on_air(people, office, "amal")
    page = amal.page
    expect(page.get_by_text("You are next to be rung")).to_be_visible()
    button(page, "Pause").click()
    page.get_by_role("menuitem", name="Lunch").click()
    expect(page.get_by_text("paused: Lunch")).to_be_visible()
    expect(page.get_by_text(re.compile("to be rung"))).to_be_hidden()
    leg = ring(office, number)
    assert_heard_each_other(leg, taken(phone))
    leg.hang_up()
    office.calls()
    page.get_by_role("tab", name="Not rung").click()
    table = page.get_by_role("table", name="Not rung")
    expect(table).to_contain_text("paused: Lunch")
    expect(table).to_contain_text(re.compile(r"Answered by Bao after \d+ s"))


def test_a_page_without_a_microphone_says_what_to_do(office: Office, people: People) -> None:
    office.queue("amal")
    office.open()
    amal = people.arrive()
    amal.page.add_init_script(
        "navigator.permissions.query = async () => Object.assign(new EventTarget(), {state: 'denied'});"
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError') };"
    )
    page = amal.sign_in(people.account(office, Role.AGENT, office.upn("amal")), "/agent")
    expect(page.get_by_text("The microphone is blocked")).to_be_visible()
    expect(page.get_by_text("Allow the microphone for this page")).to_be_visible()
    expect(page.get_by_text("Signed out")).to_be_visible()
    amal.assert_accessible()


def test_without_its_phone_the_page_still_serves_an_agent_with_a_desk_phone(
    office: Office, people: People
) -> None:
    number = office.queue("amal", name="Help Desk")
    office.open()
    phone = office.agent("amal")
    amal = people.arrive(language="fr", size=(360, 740), is_dark=True)
    page = amal.sign_in(people.account(office, Role.AGENT, office.upn("amal")), "/agent")
    expect(page.get_by_text("Connecté")).to_be_visible()
    page.get_by_label("Cette page est mon téléphone").uncheck()
    expect(page.get_by_text("Désactivé")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Disponible")).to_be_visible()
    leg = ring(office, number)
    expect(page.get_by_text("1 appel en attente")).to_be_visible()
    assert_heard_each_other(leg, taken(phone))
    expect(page.get_by_text("En communication", exact=True)).to_be_visible()
    expect(button(page, "Accepter")).to_be_hidden()
    leg.hang_up()
    expect(page.get_by_role("table", name=re.compile("Aujourd.hui"))).to_contain_text("Pris après")
    page.get_by_role("switch", name="Prendre les appels de Help Desk").uncheck()
    expect(page.get_by_text("Vous ne prenez plus les appels de Help Desk").first).to_be_attached()
    assert page.evaluate("document.querySelector('#main').scrollWidth <= innerWidth")
    amal.assert_accessible()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_dialogs_and_forms_are_accessible(office: Office, people: People, language: str) -> None:
    def said(english: str, french: str) -> str:
        return {"en": english, "fr": french}[language]

    office.queue("amal")
    office.user("bao")
    office.open()
    amal = on_air(people, office, "amal", language=language, size=MOBILE)
    page = amal.page
    amal.assert_accessible()
    button(page, said("Sound and devices", "Son et appareils")).click()
    level = said("Level of the microphone", "Niveau du micro")
    expect(page.get_by_role("progressbar", name=level)).to_be_visible()
    amal.assert_accessible()
    page.keyboard.press("Escape")
    button(page, said("Dial pad", "Clavier")).click()
    page.get_by_role("combobox", name=said("Name or number", "Nom ou numéro")).fill("ba")
    expect(page.get_by_role("option", name=re.compile("Bao"))).to_be_visible()
    amal.assert_accessible()


def test_the_short_address_brings_an_agent_to_their_switches_on_a_mobile_phone(
    office: Office, people: People
) -> None:
    office.queue("amal")
    office.open()
    amal = people.arrive(size=MOBILE)
    page = amal.sign_in(people.account(office, Role.AGENT, office.upn("amal")), "/q")
    switch = page.get_by_role("switch", name=f"Take calls of {office.queue_name()}")
    switch.click()
    expect(page.get_by_text(f"You take no more calls of {office.queue_name()}").first).to_be_attached()
    expect(switch).not_to_be_checked()
    assert office.opted_out("amal") == [office.queue_name()]
    expect(page.get_by_role("img", name=f"QR code of {amal.address}/q")).to_be_visible()
    assert page.evaluate("document.querySelector('#main').scrollWidth <= innerWidth")
    amal.assert_accessible()
    with page.expect_download() as kept:
        button(page, "Save the picture").click()
    assert kept.value.path().read_text().startswith("<svg")


def test_everything_until_the_phone_is_on_the_air_is_a_small_load(office: Office, people: People) -> None:
    office.user("amal")
    office.open()
    person = people.arrive()
    loads = _loads_until_registered(person)
    person.sign_in(people.account(office, Role.AGENT, office.upn("amal")), "/agent")
    expect(person.page.get_by_text("Connected")).to_be_visible()
    assert len(loads) > 10
    assert sum(loads.values()) < FIRST_LOAD, f"{sum(loads.values()):,} bytes went over the network"


def _loads_until_registered(person: Person) -> dict[str, int]:
    """The bytes of each load that began before the page's phone was registered; what comes after waits for
    nobody, and may begin before a story looks."""
    loads: dict[str, int] = {}
    answers: list[str] = []

    def begun(request: dict[str, Any]) -> None:
        if not answers:
            loads[request["requestId"]] = 0

    def ended(end: dict[str, Any]) -> None:
        if end["requestId"] in loads:
            loads[end["requestId"]] = end["encodedDataLength"]

    def told(frame: dict[str, Any]) -> None:
        if (text := frame["response"]["payloadData"]).startswith("SIP/2.0 200") and "REGISTER" in text:
            answers.append(text)

    network = person.context.new_cdp_session(person.page)
    network.send("Network.enable")
    network.on("Network.requestWillBeSent", begun)
    network.on("Network.loadingFinished", ended)
    network.on("Network.webSocketFrameReceived", told)
    return loads
