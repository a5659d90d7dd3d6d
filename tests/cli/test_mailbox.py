"""``huntline mailbox``: what mailboxes there are, and how they are set (command)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.huntline import Done, huntline

from huntline.config import Config
from huntline.directory.organization import Licence, Organization, QueueSettings, User
from huntline.storage.audit import Actor
from huntline.web.backstage import Backstage

Verb = Callable[..., Done]

CONTOSO = Organization(
    name="Contoso",
    domains=("contoso.com",),
    users=(
        User(upn="amal@contoso.com", licences=frozenset({Licence.E5}), voice_enabled=True),
        User(upn="bao@contoso.com"),
    ),
    queues=(QueueSettings(name="Sales", domain="contoso.com"),),
)


@pytest.fixture
def mailbox(tmp_path: Path) -> Verb:
    """``huntline mailbox ...`` on a data folder with Contoso in it."""
    backstage = Backstage(Config(data=tmp_path))
    backstage.settings.put(CONTOSO, Actor("the test", "test"))
    backstage.close()
    return lambda *words: huntline("mailbox", *words, "--data", tmp_path)


def test_boxes_are_listed_set_and_shown(mailbox: Verb) -> None:
    listed = json.loads(mailbox("list", "--json").stdout)["mailboxes"]
    assert [box["target"] for box in listed] == ["voicemail:amal@contoso.com", "voicemail:Sales"]
    done = mailbox("set", "Sales", "--longest", "60", "--language", "fr", "--mail", "sales@contoso.com")
    assert done.returncode == 0, done.stderr
    shown = json.loads(mailbox("show", "sales", "--json").stdout)
    assert (shown["longest"], shown["language"], shown["mail"]) == (60, "fr", "sales@contoso.com")
    pin = mailbox("pin", "amal@contoso.com", "--pin", "246813", "--json")
    assert json.loads(pin.stdout)["has_pin"] is True


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("set", "Sales", "--longest", "9"), "10 to 1800 seconds"),
        (("set", "Sales"), "say what to set"),
        (("set", "bao@contoso.com", "--longest", "60"), "there is no mailbox"),
        (("pin", "Sales", "--pin", "12"), "4 to 10 digits"),
    ],
)
def test_what_is_wrong_is_said(mailbox: Verb, words: tuple[str, ...], wanted: str) -> None:
    done = mailbox(*words)
    assert done.returncode == 1
    assert wanted in done.stderr
