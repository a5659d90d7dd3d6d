"""A phone fetches its settings at the address that somebody has made for it in the page, and is rung."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import httpx
import pytest
from defusedxml.ElementTree import fromstring
from playwright.sync_api import expect

from . import tones
from .baresip import Baresip
from .office import Office
from .pages import People

pytestmark = pytest.mark.scenario

NS = "{http://www.linphone.org/xsds/lpconfig.xsd}"
_PROXY = re.compile(r"<sip:([0-9.]+):([0-9]+);transport=([a-z]+)>")


def read_as_linphone(text: str) -> dict[str, str]:
    return {entry.attrib["name"]: entry.text or "" for entry in fromstring(text).iter(f"{NS}entry")}


def test_a_softphone_is_set_up_by_what_a_page_shows_and_shut_out_there(
    office: Office, people: People, tmp_path: Path
) -> None:
    office.settings["phones_fetch_settings"] = True
    office.user("nadia")
    office.open()
    admin = people.admin(office)
    page = admin.go(f"/users/{office.upn('nadia')}")
    page.get_by_role("button", name="Add a phone").click()
    page.get_by_label("Name", exact=True).last.fill("Mobile")
    page.get_by_role("button", name="Make its account").click()
    sheet = page.get_by_role("alertdialog", name="Set up Mobile")
    expect(sheet.get_by_role("img", name="The address of the settings, to scan")).to_be_visible()
    admin.assert_accessible()
    page.emulate_media(media="print")
    expect(sheet.get_by_text("Authentication name")).to_be_visible()
    expect(sheet.get_by_role("img")).to_be_visible()
    expect(sheet.get_by_role("button")).to_have_count(0)
    expect(page.locator("h1")).to_be_hidden()
    page.emulate_media(media="screen")
    address = sheet.locator("dd").first.inner_text()

    said = read_as_linphone(httpx.get(address).text)
    proxy = _PROXY.fullmatch(said["reg_proxy"])
    assert proxy is not None
    assert said["reg_identity"] == f'"Nadia" <sip:{office.upn("nadia")}>'
    with contextlib.closing(
        Baresip(
            tmp_path / "nadia",
            *(said["username"], said["domain"], (proxy[1], int(proxy[2]))),
            tone=tones.AGENT,
            transport=proxy[3],
            signs_in=(said["userid"], said["passwd"]),
        )
    ) as softphone:
        caller = office.agent("nadia", is_registered=False)
        call = caller.dial(f"sip:{office.upn('nadia')}")
        softphone.wait("CALL_INCOMING")
        call.hang_up()

    sheet.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Remove Mobile").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("None yet.")).to_be_visible()
    assert httpx.get(address).status_code == 404
