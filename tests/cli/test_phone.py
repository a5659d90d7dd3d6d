"""``huntline user phone``: phones with an account of their own, for whoever owns the data folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.huntline import huntline

from huntline.config import Config
from huntline.directory.organization import Organization, User
from huntline.storage.audit import Actor
from huntline.web.backstage import Backstage

AMAL = "amal@contoso.com"


def contoso(data: Path) -> None:
    backstage = Backstage(Config(data=data))
    wanted = Organization(name="Contoso", domains=("contoso.com",), users=(User(upn=AMAL),))
    backstage.settings.put(wanted, Actor("the test", "test"))
    backstage.close()


def test_a_phone_is_made_renewed_and_shut_out(tmp_path: Path) -> None:
    contoso(tmp_path)
    data = ("--data", tmp_path)
    desk = ("create", AMAL, "--family", "snom", "--mac", "00:04:13:aa:bb:cc")
    refused = huntline("user", "phone", *desk, *data)
    assert (refused.returncode, "phones_fetch_settings" in refused.stderr) == (1, True)
    assert huntline("organization", "set", "--phones-fetch-settings", *data).returncode == 0

    made: dict[str, Any] = json.loads(huntline("user", "phone", *desk, "--json", *data).stdout)
    phone_id, password = made["phone"]["id"], made["account"]["password"]
    assert made["path"].endswith("/000413AABBCC.xml")
    twice = huntline("user", "phone", *desk, *data)
    taken = f"--mac: value '00:04:13:AA:BB:CC': must be unique; a phone of {AMAL} has it already"
    assert (twice.returncode, twice.stderr) == (1, f"huntline: {taken}\n")

    renewed = huntline("user", "phone", "renew", AMAL, phone_id, *data)
    assert "/000413AABBCC.xml" in renewed.stdout
    assert password not in renewed.stdout
    listed = huntline("user", "phone", "list", AMAL, *data)
    assert f"phone-{phone_id}" in listed.stdout
    assert (
        huntline("user", "phone", "revoke", AMAL, phone_id, *data).stdout
        == f"Phone {phone_id} now fetches nothing.\n"
    )
    assert (
        huntline("user", "phone", "remove", AMAL, phone_id, *data).stdout
        == f"Phone {phone_id} is shut out.\n"
    )
    assert json.loads(huntline("user", "phone", "list", AMAL, "--json", *data).stdout) == []


def test_an_exported_file_has_the_phones_back(tmp_path: Path) -> None:
    contoso(tmp_path)
    data = ("--data", tmp_path)
    made = json.loads(huntline("user", "phone", "create", AMAL, "--family", "other", "--json", *data).stdout)
    file = tmp_path / "contoso.yaml"
    file.write_text(huntline("export", *data).stdout)
    huntline("user", "phone", "remove", AMAL, made["phone"]["id"], *data)
    applied = huntline("apply", file, *data)
    assert applied.returncode == 0, applied.stderr
    assert json.loads(huntline("user", "phone", "list", AMAL, "--json", *data).stdout) == [made["phone"]]
