"""Every page, opened directly by its address: all of its words are there, in the reader's language.

In French, where a word that was left in English shows as well; that both languages have the same texts is
a matter of ``webui``'s own tests.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.languages.sentences import english_in

from .every_page import EVERY_PAGE, addresses_of
from .office import Office
from .pages import People
from .stories import desk, talk

pytestmark = pytest.mark.scenario

# What the server and its people have called something is in whatever language they like.
_NAMES = re.compile(r"the story|Story \d+( desk \d+)?|[\w.+-]+@[\w.-]+|Call Park")


def test_every_page_has_its_words_when_it_is_opened_directly(office: Office, people: People) -> None:
    number, (amal, _) = desk(office, "amal", "bao")
    office.settings["groups"].append(
        {"name": "Nuit", "kind": "security-group", "members": [office.upn("bao")]}
    )
    menu = {"keys": [{"key": "1", "action": "forward", "target": office.queue_name()}]}
    office.settings["attendants"] = [{"name": "Accueil", "open": {"action": "menu", "menu": menu}}]
    office.open()
    leg, _ = talk(office.caller(), number, amal)
    leg.hang_up()
    office.calls()
    admin = people.admin(office, language="fr")
    agent = people.agent(office, "amal", language="fr")
    addresses = addresses_of(admin.page, admin.address)
    for name, path in EVERY_PAGE.items():
        somebody = agent if name == "agent" else admin
        page = somebody.go(path.format(**addresses))
        expect(page.locator("h1").first).to_be_visible()
        expect(page.get_by_role("progressbar")).to_have_count(0)
        somebody.assert_calm()  # a text that is missing is a fault of the page
        words = _NAMES.sub("", page.locator("body").inner_text())
        assert not english_in(words), f"{path}: {english_in(words)} in {words}"
