"""The admin centre's queues, sounds and findings, as people meet them in a browser."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from huntline.clock import midnight_of, server_zone
from huntline.directory.access import Role

from . import sounds, tones
from .office import Office
from .pages import MOBILE, People, Person
from .past import past_of

pytestmark = pytest.mark.scenario

SOUND_MADE = 12_000  # ms in which a process of its own speaks a text or decodes a file
_TEXTS = Path(__file__).parents[2] / "webui/src/i18n"
Json = dict[str, Any]


@cache
def _file(language: str, area: str) -> Json:
    texts: Json = json.loads((_TEXTS / language / f"{area}.json").read_text())
    return texts


def text(language: str, key: str) -> str:
    """A text of the pages, such as ``queues:setting.name``."""
    area, _, path = key.partition(":")
    found: Any = _file(language, area)
    for part in path.split("."):
        found = found[part]
    return str(found)


def queue_page(person: Person, name: str, language: str = "en") -> Page:
    """The page of a queue, from the list."""
    page = person.go("/queues")
    page.get_by_role("link", name=name, exact=True).click()
    expect(
        page.get_by_role("textbox", name=text(language, "queues:setting.name"), exact=True)
    ).to_be_visible()
    return page


def setting(page: Page, name: str) -> Locator:
    """Where a setting is on its page."""
    return page.locator(f"[id='setting-{name}']")


def unfold(page: Page, section: str, language: str = "en") -> None:
    """Open a section that keeps its defaults, by the key of its title."""
    title = text(language, section)
    page.get_by_role("button", name=f"{text(language, 'admin:unfold')}: {title}", exact=True).click()


def pick(page: Page, label: str, option: str) -> None:
    """Choose something that a field finds."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=re.compile(re.escape(option))).first.click()


def save(page: Page, language: str = "en") -> None:
    page.get_by_role("button", name=text(language, "common:save"), exact=True).click()


def queues_of(person: Person) -> list[Json]:
    """All queues, as the API tells them to whoever is signed in."""
    answer = person.page.request.get(f"{person.address}/api/v1/queues")
    items: list[Json] = answer.json()["items"]
    return items


# -- queues


def test_a_queue_is_made_from_nothing(office: Office, people: People, tmp_path: Path) -> None:
    office.user("amal")
    office.user("bao")
    office.user("carla", licences=["E3"])
    office.settings["numbers"].append({"number": office.personal_number, "kind": "service-toll"})
    office.open()
    admin = people.admin(office)
    page = admin.go("/queues")
    expect(page.get_by_text("There are no queues yet")).to_be_visible()
    page.get_by_role("button", name="Create queue").click()

    expect(page.locator("[aria-invalid=true]")).to_have_count(0)  # nothing is wrong before somebody types
    page.get_by_role("textbox", name="Name", exact=True).fill("Front")
    pick(page, "Service number", office.personal_number)
    unfold(page, "queues:sounds")
    setting(page, "greeting").get_by_role("radio", name="Audio file").check()
    page.locator("input[type=file]").set_input_files(sounds.tone_file(tmp_path, tones.AGENT, 2))
    expect(page.get_by_role("combobox", name="Audio file")).to_have_value(
        f"tone-{tones.AGENT}.wav", timeout=SOUND_MADE
    )
    unfold(page, "queues:distribution")
    page.get_by_role("radio", name=re.compile("Longest idle")).check()
    unfold(page, "queues:more")
    presence = page.get_by_role("switch", name="Presence-based routing")
    expect(presence).to_be_checked()
    expect(presence).to_be_disabled()
    for name in ("Amal", "Bao"):
        pick(page, "Add a person", name)
    page.get_by_role("combobox", name="Add a person").click()
    carla = page.get_by_role("option", name=re.compile("Carla"))
    expect(carla).to_be_disabled()
    expect(carla).to_contain_text("a licence for Phone System")
    page.keyboard.press("Escape")
    unfold(page, "queues:wait")
    page.get_by_role("textbox", name="Maximum wait").fill("53")
    expect(setting(page, "max_wait")).to_contain_text("1 minute")
    page.get_by_role("button", name="Create queue").click()

    expect(page.get_by_role("heading", level=1, name="Front")).to_be_visible()
    expect(page.get_by_role("textbox", name="Maximum wait")).to_have_value("60")
    (queue,) = queues_of(admin)
    assert queue["line_uri"] == f"tel:{office.personal_number}"
    assert queue["agents"] == [office.upn("amal"), office.upn("bao")]
    assert (queue["distribution"], queue["alerting"]) == ("longest-idle", "parallel")
    assert queue["presence_based_routing"] is True
    assert queue["greeting"] == {"file": f"tone-{tones.AGENT}.wav"}
    page.get_by_role("navigation").get_by_role("link", name="Queues").click()
    expect(page.get_by_role("row", name=re.compile("Front"))).to_contain_text("2 agents")


def test_a_number_is_added_where_the_queue_is_made(office: Office, people: People) -> None:
    office.open()
    admin = people.admin(office)
    page = admin.go("/queues/new")
    page.get_by_role("textbox", name="Name", exact=True).fill("Front")
    page.get_by_role("button", name="Add a number").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Number").fill(office.personal_number)
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("combobox", name="Service number")).to_have_value(office.personal_number)
    page.get_by_role("navigation", name="Sections").get_by_role("button", name="Maximum wait").click()
    expect(page.get_by_role("textbox", name="Maximum wait")).to_be_focused()
    admin.assert_accessible()
    page.get_by_role("button", name="Create queue").click()
    expect(page.get_by_role("heading", level=1, name="Front")).to_be_visible()
    # It has no agents, which is said where one looks first.
    expect(page.get_by_role("status").filter(has_text="no agent")).to_be_in_viewport()
    (queue,) = queues_of(admin)
    assert queue["line_uri"] == f"tel:{office.personal_number}"
    page.goto(f"{admin.address}/queues/new")
    page.get_by_role("textbox", name="Name", exact=True).fill("Back")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Leave").click()
    expect(page).to_have_url(re.compile("/queues$"))


def test_only_what_changed_is_saved_and_leaving_asks_before(office: Office, people: People) -> None:
    office.queue("amal", "bao", "carla", name="Front")
    office.open()
    admin = people.admin(office)
    page = queue_page(admin, "Front")
    sent: list[Json] = []

    def note(request: Request) -> None:
        if request.method == "PATCH":
            sent.append(json.loads(request.post_data or ""))

    page.on("request", note)

    handle = page.get_by_role("button", name="Move Carla: drag, or use the arrow keys")
    handle.focus()
    page.keyboard.press("ArrowUp")
    expect(handle).to_be_focused()
    page.keyboard.press("Home")
    listed = page.get_by_role("list", name="Agents in order").get_by_role("listitem")
    expect(listed.nth(0)).to_contain_text("Carla")
    unfold(page, "queues:wait")
    page.get_by_role("textbox", name="Maximum wait").fill("47")
    expect(page.get_by_text("Unsaved: Agents, Maximum wait")).to_be_visible()

    page.get_by_role("navigation").get_by_role("link", name="Users").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("textbox", name="Maximum wait")).to_have_value("47")
    save(page)
    expect(page.get_by_role("textbox", name="Maximum wait")).to_have_value("45")
    assert sent == [{"agents": [office.upn(name) for name in ("carla", "amal", "bao")], "max_wait": 47}]
    page.get_by_role("navigation").get_by_role("link", name="Users").click()
    expect(page).to_have_url(re.compile("/users"))


def test_agents_are_put_in_order_with_the_pointer(office: Office, people: People) -> None:
    office.queue("amal", "bao", "carla", name="Front")
    office.open()
    page = queue_page(people.admin(office), "Front")
    listed = page.get_by_role("list", name="Agents in order").get_by_role("listitem")
    handle = listed.nth(0).get_by_role("button", name=re.compile("drag"))
    handle.scroll_into_view_if_needed()
    start, end = handle.bounding_box(), listed.nth(2).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 5, end["y"] + end["height"] - 2, steps=8)
    page.mouse.up()
    expect(listed.nth(2)).to_contain_text("Amal")
    expect(listed.nth(0)).to_contain_text("Bao")


def test_the_second_of_two_admins_is_told_and_loses_nothing_unasked(office: Office, people: People) -> None:
    office.queue("amal", name="Front")
    office.open()
    first, second = people.admin(office), people.admin(office)
    pages = [queue_page(each, "Front") for each in (first, second)]
    for page, wrap_up in zip(pages, ("10", "20"), strict=True):
        unfold(page, "queues:more")
        page.get_by_role("textbox", name="Wrap-up").fill(wrap_up)
    save(pages[0])
    expect(pages[0].get_by_text("Unsaved")).to_be_hidden()
    save(pages[1])
    expect(pages[1].get_by_role("alert")).to_contain_text("Somebody else has changed this")
    expect(pages[1].get_by_role("textbox", name="Wrap-up")).to_have_value("20")
    pages[1].get_by_role("button", name="Reload").click()
    expect(pages[1].get_by_role("textbox", name="Wrap-up")).to_have_value("10")
    pages[1].get_by_role("textbox", name="Wrap-up").fill("30")
    save(pages[1])
    expect(pages[1].get_by_text("Unsaved")).to_be_hidden()
    assert [queue["wrap_up"] for queue in queues_of(second)] == [30]


def test_owners_change_their_own_queues_and_auditors_none(office: Office, people: People) -> None:
    office.queue("amal", name="Front")
    office.queue("bao", name="Back")
    office.open()
    owner = people.arrive()
    owner.come_in(people.account(office, Role.QUEUE_OWNER, queues=["Front"]))
    page = queue_page(owner, "Front")
    expect(page.get_by_role("button", name="Remove", exact=True)).to_be_hidden()
    page.get_by_role("textbox", name="Name", exact=True).fill("Front door")
    save(page)
    expect(page.get_by_role("heading", level=1, name="Front door")).to_be_visible()
    # It is still theirs under its new name.
    unfold(page, "queues:more")
    page.get_by_role("textbox", name="Wrap-up").fill("5")
    save(page)
    expect(page.get_by_text("Unsaved")).to_be_hidden()
    page = queue_page(owner, "Back")
    expect(page.get_by_text("You may view these settings but not change them.")).to_be_visible()

    auditor = people.arrive()
    auditor.come_in(people.account(office, Role.AUDITOR))
    page = queue_page(auditor, "Front door")
    expect(page.get_by_role("textbox", name="Wrap-up")).to_have_attribute("readonly", "")
    expect(page.get_by_role("button", name="Test call")).to_be_hidden()
    assert sorted(queue["name"] for queue in queues_of(auditor)) == ["Back", "Front door"]


def test_what_is_in_use_stays_and_the_page_says_by_whom(office: Office, people: People) -> None:
    office.queue("amal", name="Front", overflow={"action": "forward", "target": "Back"})
    office.queue("bao", name="Back")
    office.open()
    admin = people.admin(office)
    page = admin.go("/queues")

    def ask_to_remove(name: str) -> Locator:
        page.get_by_role("button", name=f"Remove {name}").click()
        dialog = page.get_by_role("alertdialog")
        dialog.get_by_role("button", name="Remove", exact=True).click()
        return dialog

    dialog = ask_to_remove("Back")
    expect(dialog.get_by_role("alert")).to_contain_text("queue Front forwards to it when it is full")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    for name in ("Front", "Back"):
        expect(ask_to_remove(name)).to_be_hidden()
    expect(page.get_by_text("There are no queues yet")).to_be_visible()


def test_a_test_call_is_heard_by_an_agent_and_seen_in_the_list(office: Office, people: People) -> None:
    office.queue("amal", name="Front")
    office.open()
    amal = office.agent("amal", tone=tones.AGENT)
    admin = people.admin(office, tone=tones.CALLER)
    page = queue_page(admin, "Front")
    page.get_by_role("button", name="Test call").click()
    leg = amal.wait_call(10)
    watcher = people.arrive()
    watcher.come_in(people.account(office, Role.AUDITOR))
    waiting = watcher.go("/queues").get_by_role("row", name=re.compile("Front")).get_by_role("cell").nth(4)
    expect(waiting).to_have_text("1")
    leg.answer()
    expect(waiting).to_have_text("0")
    leg.sound.wait_for(tones.CALLER)
    panel = page.get_by_role("region", name="Test call")
    panel.get_by_role("button", name="Hang up").click()
    expect(panel.get_by_role("status")).to_have_text("Call ended")


# -- what is refused, in words (issue 4, item 5)

LANGUAGES = ("en", "fr")
WRONG_FILES = {
    "bad.wav": (b"RIFF\x24\0\0\0WAVEfmt " + bytes(300), {"en": "cannot be decoded", "fr": "décodé"}),
    "six.mp3": (b"ID3" + bytes(6 * 2**20), {"en": "up to 5 MB", "fr": "5 Mo. Un fichier plus court"}),
    "program.wav": (b"MZ" + bytes(5000), {"en": "a Windows program", "fr": "un programme Windows"}),
    "program.exe": (b"MZ" + bytes(5000), {"en": "is a .exe file", "fr": "est un fichier .exe"}),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_that_are_no_sounds_are_refused_in_words(
    office: Office, people: People, tmp_path: Path, language: str
) -> None:
    office.open()
    admin = people.admin(office, language=language)
    page = admin.go("/audio")
    for name, (content, words) in WRONG_FILES.items():
        (tmp_path / name).write_bytes(content)
        page.locator("input[type=file]").set_input_files(tmp_path / name)
        expect(page.get_by_role("alert")).to_contain_text(words[language], timeout=SOUND_MADE)
    admin.assert_accessible()
    expect(page.get_by_text(text(language, "audio:empty"))).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_settings_that_cannot_be_are_refused_beside_their_field(
    office: Office, people: People, language: str
) -> None:
    office.queue("amal", name="Front", overflow={"action": "forward", "target": "Back"})
    office.queue("bao", name="Back")
    office.settings["numbers"].append({"number": office.personal_number, "kind": "user"})
    office.open()
    admin = people.admin(office, language=language)
    page = queue_page(admin, "Back", language)
    name = page.get_by_role("textbox", name=text(language, "queues:setting.name"), exact=True)
    name.fill("x" * 65)
    expect(setting(page, "name")).to_contain_text("65")
    expect(name).to_have_attribute("aria-invalid", "true")
    unfold(page, "queues:ringing", language)
    alert_time = page.get_by_role("textbox", name=text(language, "queues:setting.agent_alert_time"))
    alert_time.fill("14")
    expect(setting(page, "agent_alert_time").get_by_role("alert")).to_contain_text("180")
    save(page, language)
    expect(name).to_be_focused()
    name.fill("Back")
    alert_time.fill("15")

    number = page.get_by_role("combobox", name=text(language, "queues:setting.line_uri"))
    number.fill(office.personal_number)
    number.press("Tab")
    save(page, language)
    wanted = {"en": "is a user number", "fr": "est un numéro d’utilisateur"}[language]
    expect(setting(page, "line_uri")).to_contain_text(wanted)
    expect(number).to_have_value(office.personal_number)
    page.get_by_role("button", name=text(language, "admin:discard")).click()

    forward = text(language, "queues:exit.queue")
    unfold(page, "queues:full", language)
    setting(page, "overflow").get_by_role("radio", name=forward).check()
    pick(page, forward, "Front")
    save(page, language)
    expect(setting(page, "overflow")).to_contain_text("Front -> Back -> Front")
    expect(page.get_by_role("alert").filter(has_text="queues[")).to_have_count(0)
    admin.assert_accessible()


# -- sounds and findings


def test_a_sound_is_heard_renamed_replaced_and_not_removed_while_it_is_played(
    office: Office, people: People, tmp_path: Path
) -> None:
    office.queue("amal", name="Front")
    office.open()
    admin = people.admin(office)
    page = admin.go("/audio")
    page.locator("input[type=file]").set_input_files(
        sounds.tone_file(tmp_path, tones.AGENT, 2, name="one.wav")
    )
    expect(page.get_by_role("heading", level=1, name="one.wav")).to_be_visible(timeout=SOUND_MADE)
    expect(page.get_by_text("Callers will hear it well")).to_be_visible()
    expect(
        page.get_by_role("img", name="Loudness from beginning to end").locator("path").nth(1)
    ).to_have_attribute("d", re.compile("^M2.0"))
    page.get_by_role("button", name="Play As callers hear it").click()
    expect(page.get_by_role("button", name="Pause As callers hear it")).to_be_visible()

    name = page.get_by_role("textbox", name="Name")
    name.fill("two.mp3")
    save(page)
    expect(setting(page, "name")).to_contain_text("must be a file name that ends in .wav")
    name.fill("two.wav")
    save(page)
    expect(page.get_by_role("heading", level=1, name="two.wav")).to_be_visible()

    page = queue_page(admin, "Front")
    unfold(page, "queues:sounds")
    setting(page, "music").get_by_role("radio", name="Audio file").check()
    pick(page, "Audio file", "two.wav")
    save(page)
    expect(page.get_by_text("Unsaved")).to_be_hidden()

    page = admin.go("/audio/two.wav")
    expect(page.get_by_role("region", name="Used by")).to_contain_text("Front as its music on hold")
    page.locator("input[type=file]").set_input_files(
        sounds.tone_file(tmp_path, tones.CALLER, 4, name="x.wav")
    )
    expect(page.get_by_text("0:00 / 0:04").first).to_be_visible(timeout=SOUND_MADE)
    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("alertdialog").get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("alertdialog").get_by_role("alert")).to_contain_text(
        "queue Front has it as its music"
    )


def test_a_text_is_spoken_into_the_library_and_as_a_greeting(office: Office, people: People) -> None:
    office.queue("amal", name="Front")
    office.open()
    admin = people.admin(office)
    page = admin.go("/audio")
    page.get_by_role("button", name="Text to speech").click()
    page.get_by_role("textbox", name="Text").fill("Please hold the line.")
    page.get_by_role("textbox", name="Name of the file").fill("hold")
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1, name="hold.wav")).to_be_visible(timeout=SOUND_MADE)

    page = queue_page(admin, "Front")
    unfold(page, "queues:sounds")
    setting(page, "greeting").get_by_role("radio", name="Text to speech").check()
    save(page)
    expect(setting(page, "greeting")).to_contain_text("Enter the text to be spoken")
    page.get_by_role("textbox", name="What is spoken").fill("Welcome.")
    page.get_by_role("button", name="Listen").click()
    expect(page.get_by_role("button", name=re.compile("(Play|Pause) Greeting"))).to_be_visible(
        timeout=SOUND_MADE
    )
    unfold(page, "queues:wait")
    setting(page, "timeout_prompt").get_by_role("radio", name="Text to speech").check()
    page.get_by_role("textbox", name="What is spoken").last.fill("Thank you for waiting.")
    unfold(page, "queues:waiting")
    for message in ("Please hold.", "hold.wav"):
        page.get_by_role("button", name="Add a message").click()
        setting(page, "messages").get_by_role("textbox", name="What is spoken").last.fill(message)
    page.get_by_role("button", name="Move Message 2 up").click()
    page.get_by_role("switch", name="Tell callers their position").check()
    save(page)
    expect(page.get_by_text("Unsaved")).to_be_hidden(timeout=2 * SOUND_MADE)  # four texts
    (queue,) = queues_of(admin)
    assert queue["greeting"] == {"say": "Welcome.", "language": "en"}
    assert queue["timeout_prompt"] == {"say": "Thank you for waiting.", "language": "en"}
    assert [message["say"] for message in queue["messages"]] == ["hold.wav", "Please hold."]
    assert (queue["announce_position"], queue["announce_wait"]) == (True, False)


def test_a_finding_leads_to_its_setting_and_goes_when_it_is_mended(office: Office, people: People) -> None:
    office.queue("amal", name="Front", max_wait=30, agent_alert_time=60)
    office.open()
    admin = people.admin(office)
    page = admin.go("/check")
    page.get_by_role("region", name="Warnings").get_by_role("link", name="Front · Agent alert time").click()
    alert_time = page.get_by_role("textbox", name="Agent alert time")
    expect(alert_time).to_be_focused()
    expect(setting(page, "agent_alert_time")).to_contain_text("each first ring is cut short")
    alert_time.fill("15")
    save(page)
    expect(setting(page, "agent_alert_time")).not_to_contain_text("each first ring is cut short")
    page.get_by_role("navigation").get_by_role("link", name="Check").click()
    expect(page.get_by_role("region", name="Warnings")).to_be_hidden()


# -- for everybody


def yesterdays_rush(office: Office) -> None:
    """Ten calls a minute apart, at ten o'clock of the day before: the one agent talks two minutes with each,
    and every other caller gave up after a minute."""
    ten = midnight_of(datetime.now(UTC), server_zone()) - timedelta(hours=14)
    with past_of(office) as record:
        for number in range(10):
            at = ten + timedelta(minutes=number)
            if number % 2 == 0:
                record(at, 3, 118)
            else:
                record(at, None, 60)


def test_yesterdays_callers_meet_what_is_typed_before_it_is_saved(office: Office, people: People) -> None:
    office.queue("amal", distribution="longest-idle")
    office.user("bao")
    office.open()
    yesterdays_rush(office)
    admin = people.admin(office)
    page = queue_page(admin, office.queue_name())
    pick(page, "Add a person", "Bao")
    part = page.get_by_role("region", name="What if, on yesterday’s calls", exact=True).first
    part.get_by_role("button", name="Try these settings").click()
    offered = part.get_by_role("row", name=re.compile("^Offered"))
    expect(offered.get_by_role("cell")).to_have_text(["10", "10", "10"])
    abandoned = part.get_by_role("row", name=re.compile("^Abandoned"))
    expect(abandoned.get_by_role("cell")).to_have_text(["5", "5", "0"])
    admin.assert_accessible()
    assert queues_of(admin)[0]["agents"] == [office.upn("amal")]


@pytest.mark.parametrize(
    ("language", "window"),
    [("en", {}), ("fr", {"size": MOBILE, "is_dark": True})],
    ids=["en", "fr-phone-dark"],
)
def test_pages_can_be_used_by_everybody(
    office: Office, people: People, tmp_path: Path, language: str, window: Json
) -> None:
    office.user("dora", licences=["E3"])
    group = {"name": "Group", "kind": "security-group", "members": [office.upn("dora")]}
    office.settings["groups"].append(group)
    sounds.tone_file(office.folder, tones.AGENT, 1, name="hello.wav")
    office.queue("amal", "bao", name="Front", greeting={"file": "hello.wav"}, groups=["Group"])
    office.open()
    admin = people.admin(office, language=language, **window)
    for path, key in (
        ("/queues", "queues:name"),
        ("/queues/new", "queues:basics"),
        ("/queues/Front", "queues:sounds"),
        ("/audio", "audio:usedBy"),
        ("/audio/hello.wav", "audio:asHeardAbout"),
        ("/check", "check:about"),
    ):
        page = admin.go(path)
        is_minor = bool(window) and key == "audio:usedBy"
        shown = page.get_by_text(text(language, "audio:name" if is_minor else key), exact=True).first
        expect(shown).to_be_visible()
        page.wait_for_load_state("load")
        admin.assert_accessible()
        width = page.evaluate("document.getElementById('main').scrollWidth - innerWidth")
        assert width <= 0, f"{path} is {width} px too wide"
