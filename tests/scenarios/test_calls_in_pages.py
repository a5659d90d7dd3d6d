"""Calls by way of pages alone: a queue from nothing, a ring in a browser, hold, transfer; what goes on."""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from . import sounds, tones
from .baresip import Baresip
from .office import Office
from .pages import People, Person, assert_hears
from .server import Server

pytestmark = [pytest.mark.scenario, pytest.mark.timeout(240)]


def on_the_air(person: Person) -> Page:
    """The agent's page, once calls reach it."""
    page = person.go("/agent")
    expect(page.get_by_text("Connected")).to_be_visible(timeout=20_000)
    return page


def accept(page: Page, queue: str) -> None:
    """Take the call that rings in the page."""
    ring = page.get_by_role("group", name=re.compile(f"Incoming call for {queue}"))
    expect(ring).to_be_visible(timeout=15_000)
    ring.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("button", name="Hang up")).to_be_visible(timeout=15_000)


def call_the_queue(page: Page, queue: str) -> None:
    """Call a queue from the page, by its name."""
    page.get_by_role("combobox", name="Name or number").fill(queue)
    page.get_by_role("option", name=re.compile(queue)).click()
    page.get_by_role("button", name="Call", exact=True).click()


def a_caller(folder: Path, server: Server, tone: int = tones.CALLER) -> contextlib.closing[Baresip]:
    """Somebody outside with baresip."""
    return contextlib.closing(
        Baresip(folder / "caller", "+12065550177", "127.0.0.1", server.address, tone=tone, registers=False)
    )


def test_a_queue_from_nothing_is_called_answered_held_and_handed_on(
    office: Office, people: People, server: Server, tmp_path: Path
) -> None:
    office.user("amal")
    office.user("bao")
    office.settings["numbers"].append({"number": office.personal_number, "kind": "service-toll"})
    office.open()

    admin = people.admin(office)
    page = admin.go("/queues/new")
    page.get_by_role("textbox", name="Name", exact=True).fill("Front desk")
    page.get_by_role("combobox", name="Service number").click()
    page.get_by_role("option", name=re.compile(re.escape(office.personal_number))).click()
    page.get_by_role("combobox", name="Add a person").click()
    page.get_by_role("option", name=re.compile("Amal")).click()
    page.get_by_role("button", name="Create queue").click()
    expect(page.get_by_role("heading", level=1, name="Front desk")).to_be_visible()
    wall = admin.go("/wallboard")
    expect(wall.get_by_text("Front desk").first).to_be_visible()

    amal = people.agent(office, "amal", tone=tones.AGENT)
    bao = people.agent(office, "bao", tone=tones.SECOND_AGENT)
    amals, baos = on_the_air(amal), on_the_air(bao)
    takes = amals.get_by_role("switch", name="Take calls of Front desk")
    takes.uncheck()
    expect(takes).not_to_be_checked()
    takes.check()
    expect(takes).to_be_checked()

    with a_caller(tmp_path, server) as caller:
        caller.dial(f"sip:{office.personal_number}@127.0.0.1:{server.sip_port}")
        caller.wait("CALL_ESTABLISHED")
        wall.get_by_role("button", name="Callers: 1").click()
        line = wall.get_by_role("row", name=re.compile(re.escape("+1 206-555-0177")))
        expect(line).to_contain_text("Ringing Amal")
        accept(amals, "Front desk")
        assert_hears(amal.page, tones.CALLER)
        card = wall.get_by_role("group", name="Front desk")
        expect(line).to_be_hidden()
        expect(card.get_by_role("listitem").filter(has_text="On a call: 1")).to_be_visible()
        expect(card).to_contain_text("Answered today: 1")

        amals.get_by_role("button", name="Hold").click()
        expect(amals.get_by_role("button", name="Resume")).to_be_visible()
        amals.wait_for_timeout(1500)  # music for baresip's recording
        amals.get_by_role("button", name="Resume").click()
        assert_hears(amal.page, tones.CALLER)

        amals.get_by_role("button", name="Transfer").click()
        amals.get_by_label("To whom").fill("Bao")
        amals.get_by_role("option", name=re.compile("Bao")).first.click()
        amals.get_by_role("button", name=re.compile("Transfer now")).click()
        ring = baos.get_by_role("group", name=re.compile("Incoming call"))
        ring.get_by_role("button", name="Accept").click(timeout=15_000)
        assert_hears(bao.page, tones.CALLER)
        expect(amals.get_by_role("button", name="Hang up")).to_be_hidden(timeout=15_000)
        baos.wait_for_timeout(1500)  # their tone too

        baos.get_by_role("button", name="Hang up").click()
        caller.wait("CALL_CLOSED")
        heard = caller.heard()
    for tone in (tones.AGENT, tones.SECOND_AGENT):
        assert sounds.share_of(tone, heard) > 0.05, f"{tone} Hz was not heard by the caller"
    expect(card.get_by_role("listitem").filter(has_text="Ready: 1")).to_be_visible()
    expect(card).to_contain_text("Answered today: 1")
    (call,) = [each for each in server.history() if each["queue"] == "Front desk"]
    assert call["outcome"] == "answered"


def test_two_pages_talk_and_the_call_goes_on_over_a_reload(
    office: Office, people: People, server: Server
) -> None:
    office.user("bao")
    office.queue("amal", name="Hot line")
    office.open()
    amal = people.agent(office, "amal", tone=tones.AGENT)
    bao = people.agent(office, "bao", tone=tones.SECOND_AGENT)
    amals, baos = on_the_air(amal), on_the_air(bao)

    call_the_queue(baos, "Hot line")
    accept(amals, "Hot line")
    assert_hears(amal.page, tones.SECOND_AGENT)
    assert_hears(bao.page, tones.AGENT)
    before = call_ids(server)

    amals.on("dialog", lambda dialog: dialog.accept())  # the page asks before it leaves a call
    amals.reload()
    expect(amals.get_by_role("button", name="Hang up")).to_be_visible(timeout=20_000)
    assert_hears(amal.page, tones.SECOND_AGENT)
    assert_hears(bao.page, tones.AGENT)
    assert call_ids(server) == before

    amals.get_by_role("button", name="Hang up").click()
    expect(baos.get_by_role("button", name="Hang up")).to_be_hidden()


def test_a_network_that_is_cut_for_five_seconds_costs_no_call(
    office: Office, people: People, server: Server
) -> None:
    office.queue("amal", name="Hot line")
    office.user("bao")
    office.open()
    amal = people.agent(office, "amal", tone=tones.AGENT)
    bao = people.agent(office, "bao", tone=tones.SECOND_AGENT)
    amals, baos = on_the_air(amal), on_the_air(bao)
    call_the_queue(baos, "Hot line")
    accept(amals, "Hot line")
    assert_hears(amal.page, tones.SECOND_AGENT)
    before = call_ids(server)
    with cut_off(server):
        amals.wait_for_timeout(5000)
    assert_hears(amal.page, tones.SECOND_AGENT, timeout=20)
    assert_hears(bao.page, tones.AGENT, timeout=20)
    assert call_ids(server) == before
    baos.get_by_role("button", name="Hang up").click()
    expect(amals.get_by_role("button", name="Hang up")).to_be_hidden(timeout=15_000)


def call_ids(server: Server) -> set[str]:
    return {call["call_id"] for call in server.status()["calls"]}


@contextlib.contextmanager
def cut_off(server: Server) -> Iterator[None]:
    """Nothing gets to or from the server's ports for pages: HTTP, SIP over WebSocket and media."""
    table = f"cut{server.http_port}"
    ports = f"{{ {server.http_port}, {server.websocket_port} }}"
    media = f"{server.media_first}-{server.media_last}"
    rules = [
        f"tcp dport {ports} drop",
        f"tcp sport {ports} drop",
        f"udp dport {media} drop",
        f"udp sport {media} drop",
    ]
    commands = [f"add table inet {table}"]
    commands.append(f"add chain inet {table} input {{ type filter hook input priority 0; }}")
    commands += [f"add rule inet {table} input {rule}" for rule in rules]
    subprocess.run(["nft", "\n".join(commands)], check=True)
    try:
        yield
    finally:
        subprocess.run(["nft", "delete", "table", "inet", table], check=True)
